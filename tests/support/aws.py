"""What a service of AWS does beside its own API: it checks signatures, and streams binary events."""

import hashlib
import hmac
import json
import re
import struct
import zlib
from urllib.parse import quote

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # of AWS's documentation


def _header(name, value):
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


def frame(headers, payload):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html"""
    lines = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(lines) + len(payload), len(lines))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + lines + payload
    return message + struct.pack(">I", zlib.crc32(message))


def event(name, data):
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(data).encode())


def exception(name, message):
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def signed_for(request, secret=SECRET):
    """The scope ("20261129/us-east-1/bedrock/aws4_request") that a request is signed for, over all of what came: its
    path and its body too. Raises where the signature is another one."""
    authorization = request.header("authorization")
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})", authorization
    )
    assert match, authorization
    _, scope, names, signature = match.groups()
    assert "host" in names.split(";") and "x-amz-date" in names.split(";")
    path, _, query = request.target.partition("?")
    fields = "".join(f"{name}:{request.header(name).strip()}\n" for name in names.split(";"))
    canonical = "\n".join(
        [request.method, quote(path, safe="/-._~"), query, fields, names, hashlib.sha256(request.body).hexdigest()]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", request.header("x-amz-date"), scope, digest])
    key = ("AWS4" + secret).encode()
    for step in [*scope.split("/"), to_sign]:
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    assert key.hex() == signature, canonical
    return scope
