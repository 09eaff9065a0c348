"""Request bodies under a content coding: decoded within the limits, or refused by the name of the field."""

import gzip
import json
import zlib

import pytest

from support.chat import chat
from support.http_client import RawConnection, request_bytes

BLOCK = 128 * 1024  # the largest of zstd


def zstd(blocks):
    """A frame of RFC 8878 with a window of 1 MiB; each block is its bytes, or a byte and how often it is repeated."""
    frame = b"\x28\xb5\x2f\xfd\x00\x50"
    for number, block in enumerate(blocks):
        repeated = isinstance(block, tuple)
        content, size = block if repeated else (block, len(block))
        head = (number == len(blocks) - 1) | (repeated << 1) | (size << 3)
        frame += head.to_bytes(3, "little") + content
    return frame


def zstd_of(body):
    return zstd([body[at : at + BLOCK] for at in range(0, len(body), BLOCK)])


CODINGS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd_of}


def send(gateway, account, body, coding, *, path="/v1/chat/completions", chunked=False):
    headers = {"Content-Encoding": coding}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
        coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        head = gateway.bytes_of("POST", path, key=account.key, headers=headers | {"Content-Type": "application/json"})
        with gateway.connect() as connection:
            connection.send(head + coded)
            return connection.read_answer()
    return gateway.request("POST", path, key=account.key, body=body, headers=headers)


@pytest.fixture
def account(gateway):
    return gateway.new_account()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_coded_body_is_read_as_the_plain_one(gateway, account, coding, chunked):
    body = json.dumps(chat("tokens=3", content="word " * 20_000)).encode()
    plain = gateway.request("POST", "/v1/chat/completions", key=account.key, body=body)
    coded = send(gateway, account, CODINGS[coding](body), coding, chunked=chunked)
    assert plain.status == coded.status == 200
    assert coded.json()["usage"]["prompt_tokens"] == plain.json()["usage"]["prompt_tokens"]


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coded_body_may_ask_for_a_stream(gateway, account, coding):
    body = json.dumps(chat("tokens=3", stream=True)).encode()
    answer = send(gateway, account, CODINGS[coding](body), coding)
    assert answer.status == 200 and b"[DONE]" in answer.body


def test_a_management_body_may_be_coded(gateway):
    body = gzip.compress(b'{"name": "Coded"}')
    answer = gateway.request(
        "POST", "/api/organizations", key=gateway.root_key, body=body, headers={"Content-Encoding": "gzip"}
    )
    assert answer.status == 201 and answer.json()["name"] == "Coded"


def test_what_follows_a_coded_body_is_the_next_request(gateway, account):
    body = gzip.compress(json.dumps(chat("tokens=3")).encode())
    first = gateway.bytes_of(
        "POST", "/v1/chat/completions", key=account.key, body=body, headers={"Content-Encoding": "gzip"}
    )
    with gateway.connect() as connection:
        connection.send(first + gateway.bytes_of("GET", "/v1/models", key=account.key))
        assert connection.read_answer().status == 200
        assert connection.read_answer().json()["object"] == "list"


@pytest.mark.parametrize("coding", ["br", "compress", "gzip, gzip", "aes128gcm", "nonsense"])
def test_another_coding_is_refused_by_the_name_of_the_field(gateway, account, coding):
    answer = send(gateway, account, b"xx", coding)
    assert answer.status == 415
    assert "content-encoding" in answer.json()["error"]["message"]
    assert answer.header("accept-encoding") == "gzip, deflate, zstd"


def test_identity_is_no_coding(gateway, account):
    assert send(gateway, account, json.dumps(chat("tokens=3")).encode(), "identity").status == 200


@pytest.mark.parametrize(
    "coding, bomb",
    [
        ("gzip", gzip.compress(bytes(3_000_000))),
        ("deflate", zlib.compress(bytes(3_000_000))),
        ("zstd", zstd([(b"x", BLOCK)] * 24)),
    ],
    ids=["gzip", "deflate", "zstd"],  # gzip's bytes have the time in them
)
def test_a_body_that_grows_beyond_the_limit_is_refused(start_gateway, coding, bomb):
    gateway = start_gateway(limits={"max_body_bytes": 1_000_000})
    answer = send(gateway, gateway.new_account(), bomb, coding)
    assert answer.status == 413 and "1000000 bytes" in answer.json()["error"]["message"]


def test_a_decoded_body_may_be_as_large_as_the_limit(start_gateway):
    gateway = start_gateway(limits={"max_body_bytes": 1_000_000})
    body = json.dumps(chat("tokens=3", content="")).encode()
    body += b" " * (1_000_000 - len(body))
    account = gateway.new_account()
    assert send(gateway, account, gzip.compress(body), "gzip").status == 200
    assert send(gateway, account, gzip.compress(body + b" "), "gzip").status == 413


def test_decoded_bytes_count_as_body_memory(start_gateway):
    gateway = start_gateway(limits={"max_buffered_body_bytes": 1_000_000}, workers=1)
    body = json.dumps(chat("tokens=3", content="")).encode() + b" " * 2_000_000
    account = gateway.new_account()
    for _ in range(3):  # and are given back
        assert send(gateway, account, gzip.compress(body), "gzip").status == 503
        assert send(gateway, account, gzip.compress(body[:500_000]), "gzip").status == 200


@pytest.mark.parametrize(
    "coding, body",
    [
        ("gzip", b'{"model": "test/chat"}'),
        ("gzip", gzip.compress(b"{}")[:-5]),
        ("deflate", b"\xff\xff"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("zstd", zstd_of(b"{}")[:-1]),
        ("gzip", b""),
    ],
    ids=["gzip-plain", "gzip-cut", "deflate", "zstd-head", "zstd-cut", "gzip-empty"],
)
def test_a_body_that_is_not_what_its_coding_says_is_refused(gateway, account, coding, body):
    answer = send(gateway, account, body, coding)
    assert answer.status == 400
    with RawConnection(gateway.data) as connection:  # and nobody else is hurt
        connection.send(request_bytes("GET", "/v1/models", headers={"Authorization": f"Bearer {account.key}"}))
        assert connection.read_answer().status == 200


@pytest.mark.parametrize("method, path", [("GET", "/api/openapi.json"), ("OPTIONS", "/v1/chat/completions")])
@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_nothing_is_decoded_where_no_key_is_shown(start_gateway, method, path, coding):
    gateway = start_gateway(limits={"max_body_bytes": 1_000_000})
    bomb = gzip.compress(bytes(3_000_000))
    answer = gateway.request(method, path, body=bomb, headers={"Content-Encoding": coding})
    assert answer.status in (200, 204), (answer.status, answer.body[:200])
