"""What one client or organization takes, another has not: shares of memory, connections and parsing."""

import json
import socket
import time
from contextlib import contextmanager

import pytest

from support.chat import chat, open_stream, post_chat
from support.http_client import ConnectionEnded, RawConnection
from support.processes import counts_memory
from support.waiting import eventually

pytestmark = pytest.mark.alone
MIB = 1 << 20


def head(path, length, key=None, method="POST"):
    lines = [f"{method} {path} HTTP/1.1", "host: gateway.test", f"content-length: {length}"]
    if key:
        lines += [f"authorization: Bearer {key}", "content-type: application/json"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextmanager
def connections_that_sent(gateway, sent, count):
    """So many connections, open as long as the context, each of which has sent this and waits."""
    connections = [gateway.connect() for _ in range(count)]
    try:
        for connection in connections:
            connection.send(sent)
        yield
    finally:
        for connection in connections:
            connection.close()


# --- bodies count when they come


@pytest.mark.parametrize("method, path", [("OPTIONS", "/"), ("OPTIONS", "/v1/chat/completions"), ("POST", "/nowhere")])
def test_announced_bodies_of_strangers_take_nothing(start_gateway, method, path):
    gateway = start_gateway(workers=2, limits={"max_buffered_body_bytes": 64 * MIB})
    account = gateway.new_account("5")
    with connections_that_sent(gateway, head(path, 32 * MIB, method=method), 34):
        for _ in range(10):
            assert post_chat(gateway, account, "tokens=3", content="x" * 20000).status == 200


def test_announced_bodies_of_a_key_take_nothing(start_gateway):
    gateway = start_gateway(workers=2, limits={"max_buffered_body_bytes": 64 * MIB})
    silent = []
    for _ in range(34):
        connection = gateway.connect()
        connection.send(head("/v1/chat/completions", 32 * MIB, gateway.new_account("5").key))
        silent.append(connection)
    account = gateway.new_account("5")
    for _ in range(10):
        assert post_chat(gateway, account, "tokens=3", content="x" * 20000).status == 200
    for connection in silent:
        connection.close()


def test_every_worker_can_take_one_large_body(start_gateway):
    gateway = start_gateway(workers=64, limits={"max_buffered_body_bytes": 64 * MIB, "max_body_bytes": 32 * MIB})
    account = gateway.new_account("500")
    answer = post_chat(gateway, account, "tokens=3", content="x" * (17 * MIB))
    assert answer.status == 200, answer.body


def test_one_organization_leaves_memory_to_others(start_gateway):
    gateway = start_gateway(workers=2, limits={"max_buffered_body_bytes": 16 * MIB, "max_body_bytes": 8 * MIB})
    greedy, other = gateway.new_account("500"), gateway.new_account("500")
    held = []
    for _ in range(8):  # each sends 4 MiB and then nothing
        connection = gateway.connect()
        connection.send(head("/v1/chat/completions", 6 * MIB, greedy.key))
        try:
            connection.send(b"{" + b" " * (4 * MIB))
        except OSError:
            pass  # refused meanwhile
        held.append(connection)
    answer = post_chat(gateway, other, "tokens=3", content="x" * (2 * MIB))
    assert answer.status == 200, answer.body
    for connection in held:
        connection.close()


def test_a_large_body_without_credit_is_refused_before_it_is_read(start_gateway):
    gateway = start_gateway()
    poor = gateway.new_account(credit=None)
    with gateway.connect() as connection:
        connection.send(head("/v1/chat/completions", 30 * MIB, poor.key))
        answer = connection.read_answer()
    assert answer.status == 402 and answer.error["code"] == "insufficient_credits"
    assert answer.header("connection") == "close"


# --- a refusal reaches a client that is still sending


@pytest.mark.parametrize("megabytes, key", [(40, "good"), (64, "good"), (20, "bad"), (5, "bad")])
def test_a_refusal_reaches_a_client_that_writes_before_it_reads(gateway, account, megabytes, key):
    body = b"x" * (megabytes * MIB)
    for _ in range(3):
        with gateway.connect() as connection:
            connection.socket.settimeout(30)
            connection.send(head("/v1/chat/completions", len(body), account.key if key == "good" else "sk-tg-v1-wrong"))
            connection.socket.sendall(body)
            answer = connection.read_answer()
        assert answer.status == (413 if key == "good" else 401)


def test_lingering_has_an_end(start_gateway):
    gateway = start_gateway()
    with gateway.connect() as connection:
        connection.send(head("/v1/chat/completions", 40 * MIB, "sk-tg-v1-wrong"))
        assert connection.read_answer().status == 401
        assert connection.closed_by_peer(1)  # its side is closed; it reads on for some seconds
        eventually(lambda: gateway.metrics().sum("tollgate_connections_open") == 0, within_s=8)


# --- timeouts are for silence


def test_a_body_that_comes_steadily_has_its_time(start_gateway):
    gateway = start_gateway(timeouts={"body_timeout_ms": 400})
    account = gateway.new_account("5")
    body = json.dumps(chat("tokens=3", content="x" * 100000)).encode()
    with gateway.connect() as connection:
        connection.send(head("/v1/chat/completions", len(body), account.key))
        for at in range(0, len(body), 10000):
            connection.send(body[at : at + 10000])
            time.sleep(0.15)
        assert connection.read_answer().status == 200


def test_a_body_that_stops_is_late(start_gateway):
    gateway = start_gateway(timeouts={"body_timeout_ms": 400})
    account = gateway.new_account("5")
    with gateway.connect() as connection:
        connection.send(head("/v1/chat/completions", 1000, account.key) + b"{")
        answer = connection.read_answer()
    assert answer.status == 408


def test_a_body_has_an_upper_bound_of_time(start_gateway):
    gateway = start_gateway(timeouts={"body_timeout_ms": 400, "whole_body_timeout_ms": 1000})
    account = gateway.new_account("5")
    started = time.monotonic()
    with gateway.connect() as connection:
        connection.send(head("/v1/chat/completions", 1000, account.key))
        while time.monotonic() - started < 2:
            connection.send(b" ")
            time.sleep(0.1)
        assert connection.read_answer().status == 408


def test_an_answer_that_is_read_slowly_comes_whole(start_gateway, scripted):
    content = "y" * 6_000_000

    def script(exchange):
        exchange.answer(
            {"id": "x", "choices": [{"index": 0, "message": {"content": content}, "finish_reason": "stop"}],
             "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
        )  # fmt: skip

    scripted.script = script
    gateway = start_gateway(timeouts={"write_timeout_ms": 800})
    account = gateway.new_account("50")
    with gateway.connect() as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/scripted")))
        answer = connection.read_head()
        left = int(answer.header("content-length")) - len(connection.buffer)
        while left > 0:
            left -= len(connection.socket.recv(min(left, 100_000)))
            time.sleep(0.02)
    assert left == 0


# --- answers that are held


@counts_memory
def test_readers_that_do_not_read_stay_within_the_bound(start_gateway, scripted):
    body = json.dumps(
        {"id": "x", "choices": [{"index": 0, "message": {"content": "z" * 7_900_000}, "finish_reason": "stop"}],
         "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    ).encode()  # fmt: skip
    scripted.script = lambda exchange: exchange.answer(body)
    gateway = start_gateway(workers=2, limits={"max_buffered_answer_bytes": 64 * MIB})
    account = gateway.new_account("50")
    before = gateway.metrics().sum("process_resident_memory_bytes")
    silent = []
    for _ in range(100):
        connection = gateway.connect()
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/scripted")))
        silent.append(connection)
    time.sleep(3)
    grown = gateway.metrics().sum("process_resident_memory_bytes") - before
    assert grown < 200 * MIB, grown / MIB
    for connection in silent:
        connection.close()


# --- connections


def test_a_connection_that_never_speaks_goes_after_the_head_timeout(start_gateway):
    gateway = start_gateway(timeouts={"head_timeout_ms": 500, "idle_timeout_ms": 20000})
    with gateway.connect() as connection:
        assert connection.closed_by_peer(3)


def test_a_full_house_closes_the_longest_idle(start_gateway):
    gateway = start_gateway(workers=2, limits={"max_connections": 20}, timeouts={"head_timeout_ms": 20000})
    account = gateway.new_account("5")
    silent = [gateway.connect() for _ in range(20)]
    for _ in range(10):
        assert post_chat(gateway, account, "tokens=2").status == 200
    for connection in silent:
        connection.close()


def test_a_running_request_does_not_give_way(start_gateway):
    gateway = start_gateway(workers=1, limits={"max_connections": 5})
    account = gateway.new_account("5")
    others = [gateway.new_account("5") for _ in range(5)]
    running = [open_stream(gateway, other, "tokens=30 token_ms=100") for other in others]
    time.sleep(0.5)
    with pytest.raises((ConnectionEnded, OSError)):
        post_chat(gateway, account, "tokens=2")
    assert gateway.metrics().sum("tollgate_connections_refused_total") >= 1
    for connection in running:
        assert connection.read_answer().body.endswith(b"[DONE]\n\n")
        connection.close()


def test_heads_that_do_not_end_give_way(start_gateway):
    gateway = start_gateway(workers=2, limits={"max_connections": 20}, timeouts={"head_timeout_ms": 20000})
    account = gateway.new_account("5")

    def is_served():
        try:
            return post_chat(gateway, account, "tokens=2").status == 200
        except (ConnectionEnded, OSError):
            return False

    with connections_that_sent(gateway, b"POST /v1/chat/completions HTTP/1.1\r\nhost:", 120):
        eventually(is_served)  # many came at once, and go one after the other
        for _ in range(10):
            assert is_served()


# Bodies larger than a first read, of which a part has come.
SLOW_BODY = b"{" + b" " * 5000


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models", "/nowhere"])
@pytest.mark.parametrize("with_key", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_slow_bodies_leave_connections_to_others(start_gateway, path, with_key, chunked):
    gateway = start_gateway(workers=2, limits={"max_connections": 60})
    greedy, other = gateway.new_account("5"), gateway.new_account("5")
    lines = head(path, 60000, greedy.key if with_key else None)
    if chunked:
        lines = lines.replace(b"content-length: 60000", b"transfer-encoding: chunked") + b"ea60\r\n"
    with connections_that_sent(gateway, lines + SLOW_BODY, 80):
        for _ in range(10):
            assert post_chat(gateway, other, "tokens=2").status == 200


def test_the_operator_is_not_kept_out_by_slow_strangers(start_gateway):
    gateway = start_gateway(workers=1, limits={"max_connections": 30})
    body = b'{"name": "Team"' + b" " * 20000 + b"}"
    with connections_that_sent(gateway, head("/nowhere", 60000) + SLOW_BODY, 40):
        assert gateway.request("POST", "/api/organizations", key=gateway.root_key, body=body).status == 201


def test_requests_that_wait_leave_connections_to_others(start_gateway):
    gateway = start_gateway(workers=2, limits={"max_connections": 60})
    greedy, other = gateway.new_account("5"), gateway.new_account("5")
    request = gateway.bytes_of(
        "POST", "/v1/chat/completions", key=greedy.key, json=chat("tokens=1 ttft_ms=8000", max_tokens=1)
    )
    with connections_that_sent(gateway, request, 80):
        eventually(lambda: gateway.metrics().sum("tollgate_request_errors_total", code="overloaded") > 0)
        for _ in range(10):
            assert post_chat(gateway, other, "tokens=1").status == 200


# --- slots


def test_slots_of_one_organization_leave_some_for_others(start_gateway):
    gateway = start_gateway(workers=1, limits={"max_inflight_requests": 64})
    greedy, other = gateway.new_account("5"), gateway.new_account("5")
    request = gateway.bytes_of(
        "POST", "/v1/chat/completions", key=greedy.key, json=chat("tokens=1 ttft_ms=8000", max_tokens=1)
    )
    with connections_that_sent(gateway, request, 64):
        eventually(lambda: gateway.metrics().sum("tollgate_request_errors_total", code="overloaded") > 0)
        assert 32 < gateway.metrics().sum("tollgate_slots_in_use") < 56
        for _ in range(3):
            assert post_chat(gateway, other, "tokens=1").status == 200
        assert readiness(gateway) == 200  # only one organization is refused


def readiness(gateway):
    with RawConnection(gateway.operations) as connection:
        connection.send(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return connection.read_answer().status


def test_readiness_says_when_requests_of_all_are_refused(start_gateway):
    gateway = start_gateway(workers=1, limits={"max_inflight_requests": 4})
    assert readiness(gateway) == 200
    running = []
    for _ in range(8):
        account = gateway.new_account("5")
        running.append(open_stream(gateway, account, "tokens=1 ttft_ms=8000"))
    eventually(lambda: gateway.metrics().sum("tollgate_request_errors_total", code="overloaded") > 0)
    assert readiness(gateway) == 503
    for connection in running:
        connection.close()
    eventually(lambda: readiness(gateway) == 200, within_s=10)


# --- heads


def test_a_head_request_for_everything_has_no_body(gateway):
    with gateway.connect() as connection:
        connection.send(b"HEAD * HTTP/1.1\r\nHost: h\r\n\r\n")
        assert connection.read_answer(method="HEAD").status == 400
        assert connection.rest() == b""


def test_a_trailer_about_the_content_is_dropped(gateway, account):
    body = json.dumps(chat("tokens=1")).encode()
    head_lines = f"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {account.key}\r\ntransfer-encoding: chunked\r\n\r\n"
    with gateway.connect() as connection:
        connection.send(head_lines.encode())
        connection.send(b"%x\r\n%s\r\n0\r\nContent-Type: text/plain\r\n\r\n" % (len(body), body))
        assert connection.read_answer().status == 200
