"""What an upstream sends decides how it is read, not what it was asked for nor how it is labelled."""

import gzip
import json
import time
import zlib

import pytest

from support.chat import cost_of, open_stream, post_chat
from support.processes import Gateway, counts_memory
from support.sse import Stream

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST = cost_of("test/chat", 1000, 100)
FLAVOURS = ["/v1/chat/completions", "/api/v1/chat/completions"]
ANSWER = {
    "id": "up-1",
    "object": "chat.completion",
    "created": 7,
    "model": "their-name",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "hello you",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}],
            },
            "finish_reason": "tool_calls",
        }
    ],
    "usage": USAGE,
}


def event(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chunk(delta, finish_reason=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "up-1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [choice], **more}


EVENTS = (
    event(chunk({"role": "assistant", "content": "hello "}))
    + event(chunk({"content": "you"}))
    + event(chunk({}, "stop"))
    + event({"id": "up-1", "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    + b"data: [DONE]\n\n"
)
LABELS = ["text/event-stream", "text/plain", "application/octet-stream", "application/json", None]


def in_pieces(body, piece):
    return [body[at : at + piece] for at in range(0, len(body), piece)]


def play(body, content_type, extra=(), piece=None):
    """A script that answers with the body, whole or in pieces: each of so many bytes, or those of a list."""
    pieces = body if isinstance(body, list) else in_pieces(body, piece) if piece else [body]
    body = b"".join(pieces)

    def script(exchange):
        lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in extra)]
        if content_type is not None:
            lines.append(f"Content-Type: {content_type}")
        exchange.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        for one in pieces:
            exchange.send(one)
            if len(pieces) > 1:
                time.sleep(0.002)

    return script


def streamed(gateway, account, path=FLAVOURS[0], **fields):
    answer = post_chat(gateway, account, path=path, model="test/scripted", stream=True, **fields)
    assert answer.status == 200, answer.body
    assert answer.header("content-type").startswith("text/event-stream")
    return answer, Stream(answer.body)


# --- a stream was asked for


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("label", LABELS)
def test_events_are_a_stream_whatever_their_label(gateway, account, scripted, path, label):
    scripted.script = play(EVENTS, label, piece=11)
    answer, stream = streamed(gateway, account, path)
    assert stream.content == "hello you" and stream.done
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("label", ["application/json", "text/event-stream", None])
def test_json_becomes_events(gateway, account, scripted, path, label):
    scripted.script = play(json.dumps(ANSWER, indent=1).encode(), label)
    answer, stream = streamed(gateway, account, path, stream_options={"include_usage": True})
    assert stream.content == "hello you" and stream.done
    calls = [c for part in stream.events for choice in part["choices"] for c in choice["delta"].get("tool_calls", [])]
    assert [(c["index"], c["id"], c["function"]["arguments"]) for c in calls] == [(0, "c1", '{"x":1}')]
    assert [c["finish_reason"] for part in stream.events for c in part["choices"]] == [None, "tool_calls"]
    assert stream.events[-1]["usage"]["cost"] == COST
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


def test_an_error_as_json_keeps_its_status_when_a_stream_was_asked_for(gateway, account, scripted):
    scripted.script = play(b'{"error":{"message":"no such luck"}}', "application/json")
    answer = post_chat(gateway, account, model="test/scripted", stream=True)
    assert answer.status == 502 and "no such luck" in answer.error["message"]


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_a_body_is_an_error_at_once(gateway, account, scripted, head, stream):
    scripted.script = lambda exchange: exchange.send(head)
    began = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    assert answer.status == 502, answer.body
    assert time.monotonic() - began < 5
    assert gateway.credits(account)["total_usage"] == 0


MARK = b"\xef\xbb\xbf"


def test_a_byte_order_mark_is_passed_over(gateway, account, scripted):
    scripted.script = play(MARK + json.dumps(ANSWER).encode(), "application/json")
    assert post_chat(gateway, account, model="test/scripted").json()["choices"] == ANSWER["choices"]
    _, stream = streamed(gateway, account)
    assert stream.content == "hello you" and stream.done


def test_a_body_that_is_neither_is_an_error(gateway, account, scripted):
    scripted.script = play(b"<html>busy</html>", "text/html")
    answer = post_chat(gateway, account, model="test/scripted", stream=True)
    assert answer.status == 502 and answer.error["code"] == "upstream_invalid_response"


# --- no stream was asked for


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("label", LABELS)
def test_a_stream_becomes_one_answer(gateway, account, scripted, path, label):
    scripted.script = play(EVENTS, label, piece=17)
    answer = post_chat(gateway, account, path=path, model="test/scripted")
    assert answer.status == 200 and answer.header("content-type").startswith("application/json")
    body = answer.json()
    assert body["object"] == "chat.completion"
    assert body["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "hello you"}, "finish_reason": "stop"}
    ]
    assert body["usage"]["cost"] == COST


def test_an_error_in_such_a_stream_is_an_error(gateway, account, scripted):
    scripted.script = play(event(chunk({"content": "hel"})) + event({"error": {"message": "no more"}}), None)
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 502 and "no more" in answer.error["message"]
    assert gateway.credits(account)["total_usage"] == 0


def test_such_a_stream_that_is_cut_off_is_an_error(gateway, account, scripted):
    scripted.script = play(event(chunk({"content": "hel"})), "text/event-stream")
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 502 and answer.error["code"] == "upstream_incomplete"


# --- compressed


def deflate(data):
    return zlib.compress(data)


CODINGS = [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", deflate)]


@pytest.mark.parametrize("coding, compress", CODINGS)
@pytest.mark.parametrize("piece", [None, 5])
def test_a_compressed_answer_is_decoded(gateway, account, scripted, coding, compress, piece):
    scripted.script = play(compress(json.dumps(ANSWER).encode()), "application/json", [("Content-Encoding", coding)], piece)
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 200, answer.body
    assert answer.header("content-encoding") is None
    assert answer.json()["choices"] == ANSWER["choices"]


def test_a_compressed_answer_larger_than_is_held_is_decoded_to_its_end(gateway, account, scripted):
    words = "".join(f"{number:x} " for number in range(2_000_000))
    large = ANSWER | {"choices": [{"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}]}
    scripted.script = play(gzip.compress(json.dumps(large).encode(), 1), "application/json", [("Content-Encoding", "gzip")])
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 200
    assert answer.json()["choices"] == large["choices"]


@pytest.mark.parametrize("coding, compress", CODINGS)
def test_a_compressed_stream_is_decoded(gateway, account, scripted, coding, compress):
    scripted.script = play(compress(EVENTS), "text/event-stream", [("Content-Encoding", coding)], piece=7)
    _, stream = streamed(gateway, account)
    assert stream.content == "hello you" and stream.done


STACKS = [
    ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    ("x-gzip,GZIP", lambda data: gzip.compress(gzip.compress(data))),
    ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
    ("gzip, deflate, gzip", lambda data: gzip.compress(zlib.compress(gzip.compress(data)))),
    ("identity, gzip", gzip.compress),
    ("gzip, identity", gzip.compress),
    ("Identity", bytes),
    ("utf-8", bytes),
    ("gzip, gzip", gzip.compress),  # named twice, by two proxies
    ("gzip", bytes),  # undone by a proxy that left the name
]


@pytest.mark.parametrize("coding, compress", STACKS)
@pytest.mark.parametrize("piece", [None, 5])
def test_stacked_codings_of_an_answer_are_undone(gateway, account, scripted, coding, compress, piece):
    scripted.script = play(compress(json.dumps(ANSWER).encode()), "application/json", [("Content-Encoding", coding)], piece)
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 200, answer.body
    assert answer.json()["choices"] == ANSWER["choices"]
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


@pytest.mark.parametrize("coding, compress", STACKS)
def test_stacked_codings_of_a_stream_are_undone(gateway, account, scripted, coding, compress):
    scripted.script = play(compress(EVENTS), "text/event-stream", [("Content-Encoding", coding)], piece=7)
    answer, stream = streamed(gateway, account)
    assert stream.content == "hello you" and stream.done
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
def test_members_of_gzip_follow_each_other_wherever_reads_fall(gateway, account, scripted, stream):
    text, label = (EVENTS, "text/event-stream") if stream else (json.dumps(ANSWER).encode(), "application/json")
    members = [gzip.compress(b"")] + [gzip.compress(part) for part in in_pieces(text, 20)]
    scripted.script = play(members, label, [("Content-Encoding", "gzip")])
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    assert answer.status == 200, answer.body
    assert Stream(answer.body).content == "hello you" if stream else answer.json()["choices"] == ANSWER["choices"]
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
def test_an_empty_body_with_a_coding_is_waited_for_by_nobody(gateway, account, scripted, stream):
    scripted.script = play(b"", "application/json", [("Content-Encoding", "gzip")])
    began = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    assert answer.status == 502 and time.monotonic() - began < 1, answer.body


def test_codings_in_several_fields_are_one_list(gateway, account, scripted):
    body = gzip.compress(zlib.compress(json.dumps(ANSWER).encode()))
    fields = [("Content-Encoding", "deflate"), ("Content-Encoding", "gzip")]
    scripted.script = play(body, "application/json", fields)
    assert post_chat(gateway, account, model="test/scripted").json()["choices"] == ANSWER["choices"]


@pytest.mark.parametrize("stream", [False, True])
def test_more_codings_than_are_undone_are_an_error_that_says_so(gateway, account, scripted, stream):
    body = json.dumps(ANSWER).encode()
    for _ in range(4):
        body = gzip.compress(body)
    scripted.script = play(body, "application/json", [("Content-Encoding", "gzip, gzip, gzip, gzip")])
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    assert answer.status == 502 and "more than 3 content codings" in answer.error["message"], answer.body
    assert gateway.credits(account)["total_usage"] == 0


@counts_memory
@pytest.mark.parametrize("stream", [False, True])
def test_a_bomb_of_stacked_codings_ends_soon(gateway, account, scripted, stream):
    """256 MB of empty lines in less than 10 KB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\n" * (1 << 24)
    inner = b"".join(packer.compress(block) for _ in range(16)) + packer.flush()
    scripted.script = play(gzip.compress(inner), "application/json", [("Content-Encoding", "gzip, gzip")])
    before = gateway.metrics().sum("process_resident_memory_bytes")
    began = time.monotonic()
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    error = answer.error if answer.status != 200 else Stream(answer.body).error  # the head may leave with a sign of life
    assert error["code"] == "upstream_invalid_response", answer.body[:500]
    assert not stream or "grows too much" in error["message"]
    assert time.monotonic() - began < 20
    assert gateway.metrics().sum("process_resident_memory_bytes") - before < 64 << 20
    assert gateway.credits(account)["total_usage"] == 0


def test_a_compressed_refusal_is_decoded(gateway, account, scripted):
    body = gzip.compress(b'{"error":{"message":"too many words","type":"invalid_request_error"}}')

    def script(exchange):
        exchange.answer(body, "400 Bad Request", extra={"Content-Encoding": "gzip"})

    scripted.script = script
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 400 and "too many words" in answer.error["message"]


@counts_memory
def test_a_bomb_is_not_held(gateway, account, scripted):
    scripted.script = play(gzip.compress(b'{"a":"' + b"a" * 80_000_000 + b'"}'), "application/json", [("Content-Encoding", "gzip")])
    before = gateway.metrics().sum("process_resident_memory_bytes")
    post_chat(gateway, account, model="test/scripted", stream=True)
    assert gateway.metrics().sum("process_resident_memory_bytes") - before < 64 << 20


@pytest.mark.parametrize("cut", [10, 30])
def test_a_compressed_answer_that_is_cut_off_is_an_error(gateway, account, scripted, cut):
    scripted.script = play(gzip.compress(json.dumps(ANSWER).encode())[:-cut], "application/json", [("Content-Encoding", "gzip")])
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 502 and answer.error["code"] == "upstream_invalid_response"
    assert gateway.credits(account)["total_usage"] == 0


# --- silence


@pytest.fixture(scope="module")
def patient_gateway(tmp_path_factory, providers):
    running = Gateway(
        tmp_path_factory.mktemp("patient"), providers, timeouts={"keep_alive_comment_ms": 300}
    )
    running.start()
    yield running
    assert running.stop() == 0


def test_the_head_of_a_stream_comes_when_its_upstreams_does(patient_gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        time.sleep(2)
        exchange.chunk(EVENTS)
        exchange.end_stream()

    scripted.script = script
    account = patient_gateway.new_account("5")
    started = time.monotonic()
    with open_stream(patient_gateway, account, model="test/scripted") as connection:
        head = connection.read_head()
        assert time.monotonic() - started < 1
        body = b""
        while piece := connection.read_chunk():
            body += piece
    assert body.count(b": keep-alive\n\n") >= 3
    assert Stream(body).content == "hello you"


def late(body, *, head_after_s, end=True):
    """A stream whose head comes late."""

    def script(exchange):
        time.sleep(head_after_s)
        exchange.start_stream()
        exchange.chunk(body)
        if end:
            exchange.end_stream()
        else:
            exchange.close()

    return script


@pytest.mark.parametrize("path", FLAVOURS)
def test_a_client_that_waits_for_the_head_of_a_stream_is_shown_life(patient_gateway, scripted, path):
    scripted.script = late(EVENTS, head_after_s=1.5)
    account = patient_gateway.new_account("5")
    answer = post_chat(patient_gateway, account, path=path, model="test/scripted", stream=True)
    assert answer.status == 200 and answer.body.count(b": keep-alive\n\n") >= 3
    assert Stream(answer.body).content == "hello you" and Stream(answer.body).done
    assert patient_gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == COST


@pytest.mark.parametrize("path", FLAVOURS)
def test_a_refusal_after_signs_of_life_is_an_error_event(patient_gateway, scripted, path):
    def script(exchange):
        time.sleep(1)
        exchange.answer({"error": {"message": "too many words", "type": "invalid_request_error"}}, "400 Bad Request")

    scripted.script = script
    account = patient_gateway.new_account("5")
    with open_stream(patient_gateway, account, path=path, model="test/scripted") as connection:
        answer = connection.read_answer()
        assert connection.closed_by_peer()
    stream = Stream(answer.body)
    assert answer.status == 200 and not stream.done
    assert "too many words" in stream.error["message"]
    figures = patient_gateway.credits(account)
    assert figures["total_usage"] == 0 and figures["held"] == 0


def test_a_plain_answer_is_waited_for_without_signs(patient_gateway, scripted):
    def script(exchange):
        time.sleep(1)
        exchange.answer(ANSWER)

    scripted.script = script
    answer = post_chat(patient_gateway, patient_gateway.new_account("5"), model="test/scripted")
    assert answer.status == 200 and answer.json()["choices"] == ANSWER["choices"]
