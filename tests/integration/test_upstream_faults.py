"""Upstreams that are down, slow, broken or lying: a clear error, nothing lost, no clean end of a broken stream."""

import socket
import threading
import time

import pytest

from support.chat import GOOD_ANSWER, chat, cost_of, open_stream, post_chat, stream_chat
from support.http_client import ConnectionEnded
from support.processes import Gateway, provider
from support.sse import Stream, chunk_json

FLAVOURS = ["/v1/chat/completions", "/api/v1/chat/completions"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    """Gives up on an upstream quickly."""
    running = Gateway(
        tmp_path_factory.mktemp("faults"),
        providers,
        workers=2,
        timeouts={"connect_timeout_ms": 400, "first_byte_timeout_ms": 500, "stream_gap_timeout_ms": 500},
    )
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


def assert_nothing_lost(gateway, account, answer):
    """The request has a record, the books agree with it, and no credit is left on hold. Returns the record."""
    record = gateway.generation(account, answer.header("x-generation-id"))
    figures = gateway.credits(account)
    assert figures["held"] == 0
    assert figures["total_usage"] == record["total_cost"]
    assert figures["balance"] == figures["total_credits"] - figures["total_usage"]
    return record


def assert_failed(gateway, account, answer, status, *codes):
    assert answer.status == status, (answer.status, answer.body)
    assert answer.error["code"] in codes, answer.error
    assert answer.error["message"]
    assert assert_nothing_lost(gateway, account, answer)["total_cost"] == 0


# --- before the first byte


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_is_down_is_502(gateway, account_here, stream):
    answer = post_chat(gateway, account_here, model="test/down", stream=stream)
    assert_failed(gateway, account_here, answer, 502, "upstream_unreachable")


def test_an_upstream_that_does_not_accept_is_given_up_in_time(start_gateway):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):  # the kernel drops further SYNs once the backlog is full
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    host, port = listener.getsockname()
    gateway = start_gateway(
        providers=[provider("sample", f"http://{host}:{port}/v1")], timeouts={"connect_timeout_ms": 400}
    )
    account = gateway.new_account("5")
    started = time.monotonic()
    answer = post_chat(gateway, account)
    assert answer.status in (502, 504) and answer.error["code"] in ("upstream_unreachable", "upstream_timeout")
    assert 0.3 < time.monotonic() - started < 5
    assert_nothing_lost(gateway, account, answer)
    for filler in (*fillers, listener):
        filler.close()


def test_a_host_that_has_no_address_is_502(start_gateway):
    gateway = start_gateway(providers=[provider("sample", "http://no-such-host.invalid/v1")])
    account = gateway.new_account("5")
    assert_failed(gateway, account, post_chat(gateway, account), 502, "upstream_unreachable")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "words, status, codes",
    [
        ("stall_head", 504, ["upstream_timeout"]),
        ("ttft_ms=3000", 504, ["upstream_timeout"]),
        ("reset_head", 502, ["upstream_reset"]),
        ("close_head", 502, ["upstream_reset"]),
        ("garbage=head", 502, ["upstream_invalid_response"]),
        ("error_body", 400, ["sample_error"]),
        ("status=401", 502, ["upstream_auth_failed"]),
        ("status=402", 502, ["upstream_auth_failed"]),
        ("status=407", 502, ["upstream_auth_failed"]),
    ],
)
def test_a_failure_before_the_first_byte(gateway, account_here, words, status, codes, stream):
    answer = post_chat(gateway, account_here, words, stream=stream)
    assert_failed(gateway, account_here, answer, status, *codes)


@pytest.mark.parametrize(
    "words, codes",
    [
        ("garbage=json", ["upstream_invalid_response"]),
        ("garbage=chunk", ["upstream_invalid_response", "upstream_reset"]),
        ("reset_at=20", ["upstream_reset"]),
        ("close_at=20", ["upstream_reset", "upstream_invalid_response"]),
    ],
)
def test_a_plain_answer_that_breaks_is_502(gateway, account_here, words, codes):
    assert post_chat(gateway, account_here, words).status == 502
    answer = post_chat(gateway, account_here, words)
    assert answer.error["code"] in codes
    assert_nothing_lost_over(gateway, account_here)


def test_a_plain_answer_that_stalls_is_504(gateway, account_here):
    answer = post_chat(gateway, account_here, "stall_at=20")
    assert answer.status == 504 and answer.error["code"] == "upstream_timeout"
    assert_nothing_lost(gateway, account_here, answer)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503, 529])
@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_error_is_passed_on_and_free(gateway, account_here, status, stream):
    answer = post_chat(gateway, account_here, f"status={status}", stream=stream)
    assert answer.status == status
    assert answer.error["message"] == "the sample upstream was told to answer this"
    assert answer.header("content-type").split(";")[0] == "application/json"
    assert assert_nothing_lost(gateway, account_here, answer)["total_cost"] == 0


def test_retry_headers_of_the_upstream_are_passed_on(gateway, account_here, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {"error": {"message": "slow down"}},
        "429 Too Many Requests",
        extra={"Retry-After": "7", "Retry-After-Ms": "6500", "X-Should-Retry": "true"},
    )
    answer = post_chat(gateway, account_here, model="test/scripted")
    assert (answer.header("retry-after"), answer.header("retry-after-ms")) == ("7", "6500")
    assert answer.header("x-should-retry") == "true"


def test_a_gateway_key_is_never_blamed_for_the_upstreams(gateway, account_here):
    answer = post_chat(gateway, account_here, "status=401", path=FLAVOURS[1])
    assert answer.status == 502 and answer.error["code"] == 502


def test_a_redirect_is_not_followed_and_not_passed_on(gateway, account_here, scripted):
    scripted.script = lambda exchange: exchange.answer(b"", "302 Found", extra={"Location": "http://127.0.0.1:1/"})
    answer = post_chat(gateway, account_here, model="test/scripted")
    assert answer.status == 502 and answer.header("location") is None
    assert len(scripted.requests) == 1


# --- odd but proper answers


def test_interim_answers_are_skipped(gateway, account_here, scripted):
    def script(exchange):
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        exchange.answer(GOOD_ANSWER)

    scripted.script = script
    answer = post_chat(gateway, account_here, model="test/scripted")
    assert answer.status == 200 and answer.header("link") is None
    assert answer.json()["choices"][0]["message"]["content"] == "hello"


@pytest.mark.parametrize("words", ["framing=close", "framing=length", "framing=chunked", "close", "split=7", "split=1"])
@pytest.mark.parametrize("stream", [False, True])
def test_every_framing_of_the_upstream_is_understood(gateway, account_here, words, stream):
    if stream:
        _, events = stream_chat(gateway, account_here, f"tokens=4 {words}")
        assert events.done and events.finish_reason == "stop"
    else:
        assert post_chat(gateway, account_here, f"tokens=4 {words}").json()["usage"]["completion_tokens"] == 4
    assert gateway.credits(account_here)["total_usage"] == cost_of("test/chat", 4, 4)


def test_a_large_answer_comes_whole(start_gateway):
    gateway = start_gateway()  # making 20 MB takes its time
    account = gateway.new_account()
    answer = post_chat(gateway, account, "tokens=1 big=20000000")
    assert answer.status == 200 and answer.json()["choices"][0]["message"]["content"].endswith("x" * 20_000_000)
    assert gateway.credits(account)["total_usage"] == cost_of("test/chat", 4, 1)


def test_a_large_event_within_the_limit_comes_whole(gateway, account_here):
    _, stream = stream_chat(gateway, account_here, "tokens=2 big=500000")
    assert stream.done and stream.content.endswith("x" * 500_000)


def test_an_event_over_the_limit_breaks_the_stream(gateway, account_here):
    answer, stream = broken_stream(gateway, account_here, "tokens=2 big=20000000")
    assert not stream.done
    assert_nothing_lost(gateway, account_here, answer)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 999999 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"\r\n\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_a_malformed_answer_is_502_and_its_connection_is_not_used_again(gateway, account_here, scripted, head):
    def script(exchange):
        exchange.send(head)
        exchange.connection.closed_by_peer(3)
        exchange.close()

    scripted.script = script
    answer = post_chat(gateway, account_here, model="test/scripted")
    assert answer.status in (502, 504), answer.body
    assert answer.error["code"] in ("upstream_invalid_response", "upstream_reset", "upstream_timeout")
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    assert post_chat(gateway, account_here, model="test/scripted").json()["choices"][0]["message"]["content"] == "hello"


def test_bytes_after_an_answer_never_reach_the_next_client(gateway, account_here, scripted):
    sent = threading.Event()

    def script(exchange):
        exchange.answer(GOOD_ANSWER)
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        sent.set()

    scripted.script = script
    for _ in range(5):
        sent.clear()
        answer = post_chat(gateway, account_here, model="test/scripted")
        assert sent.wait(10)
        assert answer.status == 200 and answer.json()["choices"], answer.body


def test_an_idle_connection_that_the_upstream_closed_is_not_noticed_by_the_client(gateway, account_here, scripted):
    closed = threading.Event()

    def script(exchange):
        exchange.answer(GOOD_ANSWER)
        exchange.close()  # without saying so in the head
        closed.set()

    scripted.script = script
    for _ in range(10):
        closed.clear()
        assert post_chat(gateway, account_here, model="test/scripted").status == 200
        assert closed.wait(10)  # a request that crosses the close may not be sent again: it may have been taken


def test_connections_to_the_upstream_are_used_again(gateway, account_here, scripted):
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    with gateway.connect() as connection:
        before = scripted.connections
        for _ in range(20):
            connection.send(
                gateway.bytes_of("POST", FLAVOURS[0], key=account_here.key, json=chat(model="test/scripted"))
            )
            assert connection.read_answer().status == 200
    assert scripted.connections - before <= 1


# --- after the first byte


def broken_stream(gateway, account, words, **fields):
    """A stream that is expected to break after it began: the gateway must close the connection."""
    with open_stream(gateway, account, words, **fields) as connection:
        try:
            answer = connection.read_answer()
        except ConnectionEnded as ended:
            answer = ended.partial
            assert answer is not None, "closed before the head"
        else:
            assert connection.closed_by_peer(5), "the connection stays open after a broken stream"
    assert answer.status == 200, answer.body
    return answer, Stream(answer.body)


def read_to_close(gateway, account, words, **fields):
    """The answer to a streamed request, whole or cut; the client asks to close."""
    with gateway.connect() as connection:
        path = fields.pop("path", FLAVOURS[0])
        body = chat(words, stream=True, **fields)
        connection.send(gateway.bytes_of("POST", path, key=account.key, json=body, headers={"Connection": "close"}))
        try:
            return connection.read_answer()
        except ConnectionEnded as ended:
            return ended.partial


BROKEN = [
    ("tokens=20 token_ms=5 reset_at=5", ["upstream_reset"]),
    ("tokens=20 token_ms=5 close_at=5", ["upstream_reset"]),
    ("tokens=20 token_ms=5 stall_at=5", ["upstream_timeout"]),
    ("tokens=20 token_ms=5 error_at=5", ["sample_error", "upstream_error"]),
    ("tokens=20 framing=close close_at=5", ["upstream_reset", "upstream_incomplete"]),
    ("tokens=5 token_ms=5 no_done no_finish", ["upstream_incomplete"]),
]


@pytest.mark.parametrize("words, codes", BROKEN, ids=[words for words, _ in BROKEN])
def test_a_broken_stream_ends_in_an_error_and_never_in_done(gateway, account_here, words, codes):
    answer, stream = broken_stream(gateway, account_here, words)
    assert "[DONE]" not in stream.data
    assert stream.events[-1]["error"]["message"] and stream.events[-1]["error"]["code"] in codes
    record = assert_nothing_lost(gateway, account_here, answer)
    assert record["total_cost"] == 0, "an answer that the upstream broke off is insured: free"


@pytest.mark.parametrize("words, codes", BROKEN, ids=[words for words, _ in BROKEN])
def test_under_api_v1_a_broken_stream_ends_in_openrouters_error_chunk(gateway, account_here, words, codes):
    answer, stream = broken_stream(gateway, account_here, words, path=FLAVOURS[1])
    assert "[DONE]" not in stream.data
    last = stream.events[-1]
    assert isinstance(last["error"]["code"], int) and last["error"]["message"]
    assert last["choices"][0]["finish_reason"] == "error"
    assert last["id"] == answer.header("x-generation-id") and last["provider"] == "sample"
    assert_nothing_lost(gateway, account_here, answer)


@pytest.mark.parametrize("garbage", [b"data: {not json\n\n", b"data: ping\n\n"])
def test_garbage_in_mid_stream_is_an_error_and_is_not_forwarded(gateway, account_here, scripted, garbage):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("Hel"))
        time.sleep(0.05)  # the head must be on its way to the client
        exchange.chunk(garbage)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer, stream = broken_stream(gateway, account_here, None, model="test/scripted")
    assert "[DONE]" not in stream.data and stream.error["code"] == "upstream_invalid_response"
    assert_nothing_lost(gateway, account_here, answer)


def test_a_broken_chunk_in_mid_stream_is_an_error(gateway, account_here, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("Hel"))
        time.sleep(0.05)  # the head must be on its way to the client
        exchange.send(b"zz\r\nthis is no chunk\r\n")

    scripted.script = script
    answer, stream = broken_stream(gateway, account_here, None, model="test/scripted")
    assert "[DONE]" not in stream.data and stream.error["code"] in ("upstream_invalid_response", "upstream_reset")
    assert b"no chunk" not in answer.body
    assert_nothing_lost(gateway, account_here, answer)


@pytest.mark.parametrize("words", ["garbage=chunk", "garbage=json"])
@pytest.mark.parametrize("path", FLAVOURS)
def test_garbage_at_once_never_ends_in_done(gateway, account_here, words, path):
    answer = read_to_close(gateway, account_here, words, path=path)
    assert b"[DONE]" not in answer.body and b"not JSON" not in answer.body.replace(b"that is not JSON", b"")
    if answer.status != 200:
        assert answer.status == 502
    assert_nothing_lost(gateway, account_here, answer)


def test_an_error_event_that_done_follows_is_no_clean_end(gateway, account_here, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("Hel"))
        time.sleep(0.05)  # the head must be on its way to the client
        exchange.event({"error": {"code": 400, "message": "Provider returned error"}, "choices": []})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer, stream = broken_stream(gateway, account_here, None, model="test/scripted")
    assert "[DONE]" not in stream.data and "Provider returned error" in stream.error["message"]
    assert_nothing_lost(gateway, account_here, answer)


def test_an_error_as_the_first_event_is_an_error(gateway, account_here):
    answer = post_chat(gateway, account_here, "tokens=5 error_at=0", stream=True)
    if answer.status == 200:
        assert Stream(answer.body).error and not Stream(answer.body).done
    else:
        assert answer.status == 500
    assert_nothing_lost(gateway, account_here, answer)


def test_a_stream_that_finished_without_done_gets_its_done(gateway, account_here):
    _, stream = stream_chat(gateway, account_here, "tokens=5 no_done")
    assert stream.done and stream.finish_reason == "stop"


def test_a_stream_request_answered_as_json_is_still_answered(gateway, account_here, scripted):
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    answer = post_chat(gateway, account_here, model="test/scripted", stream=True)
    assert answer.status in (200, 502) and answer.complete
    assert_nothing_lost(gateway, account_here, answer)


def test_the_gateway_lives_and_its_books_hold_after_a_storm_of_faults(gateway, account_here):
    for words in (
        "reset_at=2",
        "close_at=2",
        "garbage=chunk",
        "garbage=json",
        "error_at=1",
        "garbage=head",
        "status=500",
    ):
        for stream in (False, True):
            if stream:
                read_to_close(gateway, account_here, f"tokens=8 {words}")
            else:
                post_chat(gateway, account_here, f"tokens=8 {words}")
    assert_nothing_lost_over(gateway, account_here)
    assert post_chat(gateway, account_here).status == 200


def assert_nothing_lost_over(gateway, account):
    figures = gateway.credits(account)
    assert figures["held"] == 0 and figures["balance"] == figures["total_credits"] - figures["total_usage"]


@pytest.fixture
def account_here(gateway):
    return gateway.new_account("5")
