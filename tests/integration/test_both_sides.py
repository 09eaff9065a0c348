"""Upstreams that answer, close or stall while a request is still being sent to them."""

import socket
import time

import pytest

from support.chat import GOOD_ANSWER, open_stream, post_chat
from support.http_client import ConnectionEnded, RawConnection
from support.processes import Gateway

LONG = "x" * 8_000_000  # more than sockets hold


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    running = Gateway(
        tmp_path_factory.mktemp("both"),
        providers,
        timeouts={"first_byte_timeout_ms": 1500, "keep_alive_comment_ms": 0},
        limits={"max_body_bytes": 32 << 20},
    )
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


@pytest.fixture
def account(gateway):
    return gateway.new_account("50")


def end_connections(upstream):
    """So that none which the gateway keeps is used by another test."""
    for connection in list(upstream._open):
        try:
            connection.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already


@pytest.fixture
def raw_upstream(scripted, monkeypatch):
    """The scripted upstream, whose script gets each connection with nothing of its request read."""

    def serve(accepted):
        connection = RawConnection.adopt(accepted)
        scripted._open.add(connection)
        try:
            scripted.script(connection)
        except (ConnectionEnded, OSError):
            pass  # the gateway ended it
        except Exception as error:
            scripted.failures.append(error)
        finally:
            connection.close()

    end_connections(scripted)
    monkeypatch.setattr(scripted, "_serve", serve)
    yield scripted
    end_connections(scripted)


def read_request(connection, *, after_head=None, pause_s=0.0):
    """Reads one request whole, with a pause after each piece of at most 400 KB."""
    head = connection.read_until(b"\r\n\r\n").lower()
    left = int(head.split(b"content-length: ")[1].split(b"\r\n")[0]) - len(connection.buffer)
    connection.buffer = b""
    if after_head:
        after_head()
    connection.socket.settimeout(10)
    while left > 0:
        left -= len(connection.socket.recv(min(left, 400_000)))
        time.sleep(pause_s)


def answer_bytes(status="200 OK", body=b"{}", extra=""):
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{extra}\r\n".encode() + body


ANSWER = answer_bytes(body=b'{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}')
REFUSAL = answer_bytes(
    "429 Too Many Requests", b'{"error":{"message":"slow down","type":"rate_limit"}}', "retry-after: 3\r\n"
)


@pytest.mark.parametrize("then", ["closes", "stays", "resets"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_early_refusal_is_passed_on_at_once(gateway, account, raw_upstream, then, stream):
    def script(connection):
        connection.read_until(b"\r\n\r\n")
        connection.send(REFUSAL)
        time.sleep(0.2 if then != "stays" else 5)
        if then == "resets":
            connection.reset()

    raw_upstream.script = script
    started = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted", content=LONG, stream=stream)
    assert time.monotonic() - started < 3
    assert answer.status == 429 and answer.header("retry-after") == "3"
    figures = gateway.credits(account)
    assert figures["held"] == 0 and figures["total_usage"] == 0


def test_an_informational_head_does_not_end_the_upload(gateway, account, raw_upstream):
    def script(connection):
        read_request(connection, after_head=lambda: connection.send(b"HTTP/1.1 102 Processing\r\n\r\n"))
        connection.send(ANSWER)

    raw_upstream.script = script
    answer = post_chat(gateway, account, model="test/scripted", content=LONG)
    assert answer.status == 200, answer.body


def test_a_request_that_is_taken_slowly_has_its_time(gateway, account, raw_upstream):
    def script(connection):
        read_request(connection, pause_s=0.05)
        connection.send(ANSWER)

    raw_upstream.script = script
    started = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted", content=3 * LONG)
    assert answer.status == 200, answer.body
    assert time.monotonic() - started > 1.8  # longer than the time to the first byte


def test_an_upstream_that_stops_reading_is_given_up(gateway, account, raw_upstream):
    raw_upstream.script = lambda connection: time.sleep(6)
    answer = post_chat(gateway, account, model="test/scripted", content=LONG)
    assert answer.status == 504 and answer.error["code"] == "upstream_timeout"
    assert gateway.credits(account)["held"] == 0


def test_a_client_that_leaves_during_the_upload_ends_it(gateway, account, raw_upstream):
    ended = []

    def script(connection):
        connection.read_until(b"\r\n\r\n")
        time.sleep(0.5)
        connection.buffer = b""
        try:
            while connection.socket.recv(1 << 20):
                pass
        except OSError:
            pass
        ended.append(time.monotonic())

    raw_upstream.script = script
    connection = open_stream(gateway, account, model="test/scripted", content=LONG)
    time.sleep(0.5)
    connection.close()
    deadline = time.monotonic() + 5
    while not ended and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended


# --- a POST that may have been taken is not sent twice


@pytest.mark.parametrize("end", ["closes at once", "closes later", "resets at once", "resets later"])
def test_a_request_that_was_taken_is_not_sent_again(gateway, account, scripted, end):
    def script(exchange):
        if len(scripted.requests) == 1:
            return exchange.answer(GOOD_ANSWER)
        time.sleep(1 if end.endswith("later") else 0)
        return exchange.reset() if end.startswith("resets") else exchange.close()

    scripted.script = script
    assert post_chat(gateway, account, model="test/scripted").status == 200
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 502 and answer.error["code"] == "upstream_reset"
    assert len(scripted.requests) == 2
    assert gateway.credits(account)["held"] == 0


def test_a_request_that_cannot_have_been_taken_is_sent_again(gateway, account, raw_upstream):
    """The provider closes a kept connection while a request is on its way: it has not read it whole."""
    seen = []

    def script(connection):
        seen.append(connection)
        while True:
            if len(seen) == 1 and getattr(connection, "answered", False):
                connection.read_until(b"\r\n\r\n")
                connection.socket.shutdown(socket.SHUT_WR)
                time.sleep(2)
                return
            read_request(connection)
            connection.send(ANSWER)
            connection.answered = True

    raw_upstream.script = script
    assert post_chat(gateway, account, model="test/scripted").status == 200
    answer = post_chat(gateway, account, model="test/scripted", content=LONG)
    assert answer.status == 200, answer.body
    assert len(seen) == 2


# --- heads that can't become one


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"garbage",
    ],
)
def test_a_head_that_is_none_is_refused_at_once(gateway, account, scripted, head):
    def script(exchange):
        exchange.send(head)
        time.sleep(1)
        exchange.close()

    scripted.script = script
    started = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted")
    assert time.monotonic() - started < 0.8
    assert answer.status == 502 and answer.error["code"] == "upstream_invalid_response"
