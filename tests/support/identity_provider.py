"""An identity provider of OpenID Connect on loopback, which signs in whoever comes, by whatever token the test wants: the
good one, or one that nobody must believe. And a browser, as far as such a sign-in needs one."""

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support.browser import CROSS_SITE, Browser

CLIENT_ID, CLIENT_SECRET = "tollgate", "s3cret:of/the client"
PUBLIC_URL = "https://tollgate.test/gate"
BROWSER_COOKIE = "__Host-tollgate-sign-in"


def base64_url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part_of(members):
    return base64_url(json.dumps(members).encode())


class SigningKey:
    def __init__(self, kid):
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self, **more):
        numbers = self.private.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        members = {"kty": "RSA", "use": "sig", "n": base64_url(numbers.n.to_bytes(size, "big")), "e": "AQAB"}
        return members | {"kid": self.kid} | more

    def public_pem(self):
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    def sign(self, header, claims):
        text = f"{part_of(header)}.{part_of(claims)}"
        return f"{text}.{base64_url(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def hmac_token(secret, header, claims):
    text = f"{part_of(header)}.{part_of(claims)}"
    return f"{text}.{base64_url(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


@dataclass
class Asked:
    """What the browser was sent with."""

    redirect_uri: str
    nonce: str
    challenge: str
    claims: dict = field(default_factory=dict)


class IdentityProvider:
    """`claims` are those of whoever signs in next; `make_token(header, claims)` makes the next tokens."""

    def __init__(self):
        self.key, self.foreign_key = SigningKey("one"), SigningKey("one")
        self.reset()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                provider.answer(self, b"")

            def do_POST(self):
                provider.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}/realm"

    def reset(self):
        self.claims = {"sub": uuid.uuid4().hex}
        self.keys = [self.key.jwk()]
        self.make_token = self.key.sign
        self.metadata, self.user_info = {}, None  # members beside the usual ones; claims of the UserInfo endpoint
        self.token_answer = None  # (status, body) in place of tokens
        self.codes, self.calls, self.failures = {}, [], []

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def configuration(self, **more):
        """A provider of the gateway's configuration."""
        return {
            "id": "acme",
            "name": "Acme account",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        } | more

    def count(self, name):
        return sum(1 for call in self.calls if call == name)

    # --- what it answers

    def answer(self, handler, body):
        name = urlsplit(handler.path).path.removeprefix("/realm/")
        self.calls.append(name)
        answers = {
            ".well-known/openid-configuration": self.describe,
            "keys": lambda *_: (200, {"keys": self.keys}),
            "token": self.give_tokens,
            "userinfo": lambda *_: (200, self.user_info) if self.user_info is not None else (404, {}),
        }
        status, reply = answers[name](handler, body) if name in answers else (404, {})
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def describe(self, *_):
        endpoints = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        usual = {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in endpoints.items()}
        if self.user_info is not None:
            usual["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        return 200, usual | self.metadata

    def give_tokens(self, handler, body):
        if self.token_answer is not None:
            return self.token_answer
        form = {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}
        asked = self.codes.pop(form["code"], None)
        wrong = self.wrong_with(handler, form, asked)
        if wrong:
            self.failures.append(wrong)
            return 400, {"error": "invalid_grant", "error_description": f"<b>{wrong}</b>"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "nonce": asked.nonce, "exp": now + 60, "iat": now}
        header = {"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}
        token = self.make_token(header, claims | asked.claims)
        return 200, {"access_token": "at-1", "token_type": "Bearer", "id_token": token}

    def wrong_with(self, handler, form, asked):
        if asked is None:
            return "the code is unknown, or was used"
        credentials = base64.b64decode((handler.headers["Authorization"] or "").removeprefix("Basic ")).decode()
        if credentials != "tollgate:s3cret%3Aof%2Fthe%20client":
            return "the client's secret"
        if base64_url(hashlib.sha256(form["code_verifier"].encode()).digest()) != asked.challenge:
            return "the code verifier"
        return "" if form["redirect_uri"] == asked.redirect_uri else "the redirect URI"

    # --- what its page does, once somebody has signed in there

    def asked_by(self, location):
        """What the gateway asks for, by the address that it sends the browser to."""
        where = urlsplit(location)
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{self.issuer}/auth", location
        return {name: value for name, [value] in parse_qs(where.query, strict_parsing=True).items()}

    def sign_in_at(self, location, **more):
        """The query that the browser comes back with."""
        asked = self.asked_by(location)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID, asked
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split(), asked
        code = f"code/{uuid.uuid4()}"
        self.codes[code] = Asked(asked["redirect_uri"], asked["nonce"], asked["code_challenge"], dict(self.claims))
        return {"code": code, "state": asked["state"], "session_state": "x"} | more


class Visitor(Browser):
    """A browser that goes to an identity provider and comes back, as links lead it; the gateway is served under a path by
    a proxy that strips it."""

    def __init__(self, gateway):
        super().__init__(gateway)
        self.last = None

    def ask(self, *arguments, **options):
        self.last = super().ask(*arguments, **options)
        return self.last

    def get(self, path):
        """As a link of another site does."""
        return self.ask("GET", path, headers=CROSS_SITE)

    def begin(self, return_to=None, provider="acme", **more):
        """Where the browser is sent."""
        query = more if return_to is None else more | {"return_to": return_to}
        answer = self.get(f"/api/sign-in/{provider}?{urlencode(query)}" if query else f"/api/sign-in/{provider}")
        assert answer.status == 303, (answer.status, answer.body)
        return answer.header("location")

    def come_back(self, query, provider="acme"):
        """Where on the page the browser ends: what stands behind the '#'."""
        answer = self.get(f"/api/sign-in/{provider}/callback?{urlencode(query)}")
        assert answer.status == 303, (answer.status, answer.body)
        way, _, route = answer.header("location").partition("#")
        assert way == "../../../", answer.header("location")
        return route

    def sign_in_by(self, provider, return_to=None):
        return self.come_back(provider.sign_in_at(self.begin(return_to)))

    def me(self):
        """Who is signed in, as the API says; None: nobody."""
        answer = self.get("/api/me")
        return answer.json()["user"] if answer.status == 200 else None
