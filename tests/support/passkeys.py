"""An authenticator in software: it makes passkeys and signs with them for any page, and lies where a test wants it to.

Written from WebAuthn Level 3 alone, with other libraries than the gateway's, so that the two check each other.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, CREDENTIAL = 0x01, 0x04, 0x08, 0x10, 0x40


def base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Es256:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())

    def cose(self):
        public = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}

    def sign(self, message):
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


class EdDsa:
    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()

    def cose(self):
        return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}

    def sign(self, message):
        return self.key.sign(message)


class Rs256:
    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def cose(self):
        public = self.key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: public.n.to_bytes(256, "big"), -2: public.e.to_bytes(3, "big")}

    def sign(self, message):
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Passkey:
    """One credential, as its authenticator keeps it."""

    rp_id: str
    user_handle: bytes
    kind: object
    id: bytes = field(default_factory=lambda: os.urandom(32))
    sign_count: int = 0


class Authenticator:
    """`verifies`: whether it asks for a finger or a PIN."""

    def __init__(self, origin, kind=Es256, verifies=True, backed_up=False):
        self.origin = origin
        self.kind = kind
        self.flags = PRESENT | (VERIFIED if verifies else 0) | ((BACKUP_ELIGIBLE | BACKED_UP) if backed_up else 0)
        self.passkeys = []

    def client_data(self, kind, challenge, lies):
        true = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(true | (lies or {})).encode()

    def data(self, rp_id, sign_count, flags):
        return sha256(rp_id.encode()).digest() + bytes([flags]) + sign_count.to_bytes(4, "big")

    def create(self, options, *, fmt="none", statement=None, rp_id=None, flags=None, passkey=None, client=None):
        """What navigator.credentials.create() gives a page, as toJSON() has it. `passkey`: one that it has, again;
        `client`: members of the client data that are not as they should be."""
        made = passkey or Passkey(options["rp"]["id"], from_base64url(options["user"]["id"]), self.kind())
        self.passkeys.append(made)
        attested = bytes(16) + len(made.id).to_bytes(2, "big") + made.id + cbor2.dumps(made.kind.cose())
        flags = self.flags if flags is None else flags
        data = self.data(rp_id or made.rp_id, made.sign_count, flags | CREDENTIAL) + attested
        return {
            "id": base64url(made.id),
            "rawId": base64url(made.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {
                "clientDataJSON": base64url(self.client_data("webauthn.create", options["challenge"], client)),
                "attestationObject": base64url(cbor2.dumps({"fmt": fmt, "attStmt": statement or {}, "authData": data})),
                "authenticatorData": base64url(data),
                "publicKeyAlgorithm": made.kind.cose()[3],
                "transports": ["internal", "hybrid"],
            },
        }

    def get(self, options, passkey=None, *, rp_id=None, flags=None, user_handle=None, counts=1, client=None):
        """What navigator.credentials.get() gives a page."""
        used = passkey or self.passkeys[-1]
        used.sign_count += counts
        data = self.data(rp_id or used.rp_id, used.sign_count, self.flags if flags is None else flags)
        client_data = self.client_data("webauthn.get", options["challenge"], client)
        return {
            "id": base64url(used.id),
            "rawId": base64url(used.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(client_data),
                "authenticatorData": base64url(data),
                "signature": base64url(used.kind.sign(data + sha256(client_data).digest())),
                "userHandle": base64url(used.user_handle if user_handle is None else user_handle),
            },
        }
