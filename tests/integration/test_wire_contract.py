"""What real clients and the official SDKs rely on, and what other gateways broke for them."""

import base64
import json
import struct
import time

import pytest

from support.chat import ANSWERED, cost_of, open_stream, post_chat, stream_chat
from support.http_client import loads
from support.sse import Stream, chunk_json

FLAVOURS = ["/v1/chat/completions", "/api/v1/chat/completions"]
FINISH = {
    "id": "chatcmpl-test",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "scripted-1",
    "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
}
USAGE = {
    "id": "chatcmpl-test",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "scripted-1",
    "choices": [],
    "usage": {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3},
}


def as_event(value):
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


WHOLE = as_event(chunk_json("Hello")) + as_event(FINISH) + as_event(USAGE) + as_event(b"[DONE]")


def streams(*pieces, apart_s=0.0):
    """A script that streams `pieces`, each in a chunk of its own, and ends the body properly. `apart_s` between
    them makes each a read of its own."""

    def script(exchange):
        exchange.start_stream()
        for piece in pieces:
            exchange.chunk(piece)
            time.sleep(apart_s)
        exchange.end_stream()

    return script


def through(gateway, account, scripted, *pieces, path=FLAVOURS[0], **fields):
    scripted.script = streams(*pieces)
    answer, stream = stream_chat(gateway, account, model="test/scripted", path=path, **fields)
    return answer.body, stream


def assert_only_proper_events(body):
    """Every block is one `data:` line with JSON or [DONE], which all SDKs can read. `: ping` lines may stand before it:
    a keep-alive is a comment and a single newline."""
    assert not body.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in body and body.endswith(b"\n\n")
    for block in body[:-2].split(b"\n\n"):
        line, *more = [line for line in block.split(b"\n") if line != b": ping"]
        assert more == [] and line.startswith(b"data: "), block
        assert line == b"data: [DONE]" or isinstance(json.loads(line[6:]), dict), block


# --- rows 1 and 2: id:, retry:, event:, empty data


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize(
    "name, odd",
    [
        ("an id line", b"id: 7\n"),
        ("a comment block", b": keep-alive\n\n"),
        ("an id, then a comment block", b"id: 7\n" + as_event(chunk_json("x")) + b": ping\n\n"),
        ("a retry block", b"retry: 1000\n\n"),
        ("an event-only block", b"event: message\n\n"),
        ("an empty data block", b"data:\n\n"),
        ("an empty data block with a space", b"data: \n\n"),
        ("blank lines", b"\n\n\n"),
        ("an event line before data", b"event: message\n"),
        ("a comment without a blank line", b": ping\n"),
    ],
)
def test_odd_lines_of_the_upstream_do_not_reach_the_client(gateway, account, scripted, path, name, odd):
    body, stream = through(gateway, account, scripted, odd + WHOLE, path=path)
    assert_only_proper_events(body)
    assert stream.content.endswith("Hello") and stream.done


@pytest.mark.parametrize(
    "words", ["comments", "id_lines", "crlf", "bom", "comments id_lines crlf bom error_null split=3"]
)
@pytest.mark.parametrize("path", FLAVOURS)
def test_odd_forms_of_the_sample_upstream_come_out_proper(gateway, account, path, words):
    answer, stream = stream_chat(gateway, account, f"tokens=6 {words}", path=path)
    assert_only_proper_events(answer.body)
    assert stream.done and stream.finish_reason == "stop" and stream.content


def test_a_stream_has_no_lines_but_data_while_the_upstream_is_silent(gateway, account):
    answer, stream = stream_chat(gateway, account, "tokens=3 token_ms=300 early_head")
    assert_only_proper_events(answer.body)


# --- row 3: comments as data


@pytest.mark.parametrize("junk", [b": OPENROUTER PROCESSING", b": keepalive"])
def test_a_comment_sent_as_data_is_not_forwarded(gateway, account, scripted, junk):
    body, stream = through(gateway, account, scripted, as_event(chunk_json("Hel")), as_event(junk), WHOLE)
    assert_only_proper_events(body)
    assert junk not in body and stream.content == "HelHello" and stream.done


@pytest.mark.parametrize("junk", [b"ping", b"{not json", b'{"cut":'])
def test_data_that_is_not_json_is_never_forwarded(gateway, account, scripted, junk):
    scripted.script = streams(as_event(chunk_json("Hel")), as_event(junk), WHOLE)
    answer = post_chat(gateway, account, model="test/scripted", stream=True)
    assert junk not in answer.body.replace(b"\\", b"")
    if answer.status == 200:
        assert_only_proper_events(answer.body)
    else:
        assert answer.status == 502 and answer.error["code"] == "upstream_invalid_response"


# --- row 4: error: null


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("spelling", [b'"error":null,', b'"error" : null , '])
def test_a_null_error_is_left_out_of_events(gateway, account, scripted, path, spelling):
    event = b"data: {" + spelling + json.dumps(chunk_json("Hello"))[1:].encode() + b"\n\n"
    body, stream = through(gateway, account, scripted, event, WHOLE, path=path)
    assert all("error" not in event for event in stream.events)
    assert stream.content == "HelloHello"


def test_a_null_error_at_the_end_of_an_event_is_left_out(gateway, account, scripted):
    event = json.dumps(chunk_json("Hello"))[:-1].encode() + b',"error":null}'
    _, stream = through(gateway, account, scripted, as_event(event), WHOLE)
    assert all("error" not in event for event in stream.events) and stream.content == "HelloHello"


def test_the_word_error_null_in_a_text_is_left_alone(gateway, account, scripted):
    text = '{"error":null} is what it said'
    _, stream = through(gateway, account, scripted, as_event(chunk_json(text)), WHOLE)
    assert stream.content.startswith(text)


def test_no_event_of_ours_has_a_null_error(gateway, account):
    for path in FLAVOURS:
        answer, _ = stream_chat(gateway, account, "tokens=4 error_null", path=path)
        assert b'"error"' not in answer.body


# --- row 5: the end in one piece


def reads_with_the_end(answer):
    return [data for _, data in answer.reads if b"[DONE]" in data or data.endswith(b"0\r\n\r\n")]


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("include_usage", [True, False])
def test_final_event_done_and_zero_chunk_arrive_in_one_read(gateway, account, path, include_usage):
    for _ in range(20):
        answer, stream = stream_chat(
            gateway, account, "tokens=3 token_ms=3", path=path, stream_options={"include_usage": include_usage}
        )
        (last,) = reads_with_the_end(answer)
        assert last.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n") or last.endswith(b"0\r\n\r\n")
        assert b"data: [DONE]\n\n" in last
        final_event = b'"cost"' if include_usage or path == FLAVOURS[1] else b'"finish_reason":"stop"'
        assert final_event in last.replace(b": ", b":")


def test_the_end_is_one_read_though_the_upstream_sends_it_in_pieces(gateway, account, scripted):

    def script(exchange):
        exchange.start_stream()
        for event in (chunk_json("Hello"), FINISH, USAGE, b"[DONE]"):
            exchange.event(event)
            time.sleep(0.03)  # the pieces must be apart on the wire
        exchange.end_stream()

    scripted.script = script
    answer, _ = stream_chat(gateway, account, model="test/scripted")
    assert len(reads_with_the_end(answer)) == 1


# --- row 6: nothing after [DONE], and the connection is free


def test_the_body_ends_with_done_and_the_connection_serves_on(gateway, account):
    with open_stream(gateway, account, "tokens=3") as connection:
        for _ in range(5):
            stream = Stream(connection.read_answer().body)
            assert stream.lines[-3] == b"data: [DONE]" and connection.buffer == b""
            connection.send(
                gateway.bytes_of(
                    "POST",
                    FLAVOURS[0],
                    key=account.key,
                    json={"model": "test/chat", "stream": True, "messages": [{"role": "user", "content": "again"}]},
                )
            )


def test_usage_that_follows_done_is_not_sent_after_it(gateway, account):
    answer, stream = stream_chat(gateway, account, "tokens=4 usage=after_done", stream_options={"include_usage": True})
    assert stream.data.count("[DONE]") == 1 and stream.data[-1] == "[DONE]"
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] > 0


# --- row 7: content types


@pytest.mark.parametrize("upstream_type", ["text/plain", "application/octet-stream", "application/json", ""])
def test_a_json_answer_says_it_is_json(gateway, account, scripted, upstream_type):
    scripted.script = lambda exchange: exchange.answer(
        {"id": "x", "object": "chat.completion", "choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        content_type=upstream_type,
    )
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 200 and answer.header("content-type").split(";")[0] == "application/json"


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/test/chat", "/api/v1/credits", "/nowhere"])
def test_our_own_answers_say_they_are_json(gateway, account, path):
    answer = gateway.request("GET", path, key=account.key)
    assert answer.header("content-type").split(";")[0] == "application/json" and loads(answer.text)


# --- row 8: error bodies


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize(
    "body",
    [
        b"Bad Gateway",
        b"<html>nginx</html>",
        b"",
        b'{"error":"a string"}',
        b'{"detail":"voyage"}',
        b'{"message":"cohere"}',
        b'"text"',
        b"[]",
        b'{"error":null}',
    ],
)
def test_an_upstream_error_always_has_an_error_object(gateway, account, scripted, path, body):
    scripted.script = lambda exchange: exchange.answer(body, "500 Internal Server Error", content_type="text/html")
    answer = post_chat(gateway, account, model="test/scripted", path=path)
    assert answer.status == 500
    assert answer.header("content-type").split(";")[0] == "application/json"
    assert isinstance(answer.error, dict) and isinstance(answer.error["message"], str) and answer.error["message"]


def test_a_proper_upstream_error_is_passed_on_as_it_is(gateway, account, scripted):
    error = {
        "message": "Bad value",
        "type": "invalid_request_error",
        "param": "temperature",
        "code": "decimal_below_min_value",
    }
    scripted.script = lambda exchange: exchange.answer({"error": error}, "400 Bad Request")
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 400 and answer.error == error


# --- row 11: a chunk with finish_reason


def test_the_chunk_with_finish_reason_is_forwarded(gateway, account):
    for words in ("tokens=4", "tokens=4 usage=finish_chunk", "tokens=4 coalesce", "tokens=4 split=1"):
        _, stream = stream_chat(gateway, account, words)
        assert stream.finish_reason == "stop"


def test_usage_in_the_finish_chunk_is_hidden_without_losing_the_finish(gateway, account):
    answer, stream = stream_chat(gateway, account, "tokens=4 usage=finish_chunk")
    assert stream.finish_reason == "stop" and stream.usage is None
    assert gateway.generation(account, answer.header("x-generation-id"))["usage_source"] == "provider"


def test_usage_in_the_finish_chunk_is_shown_with_its_cost_where_asked(gateway, account):
    _, stream = stream_chat(gateway, account, "tokens=4 usage=finish_chunk", stream_options={"include_usage": True})
    assert stream.finish_reason == "stop"
    assert stream.usage["cost"] == cost_of("test/chat", stream.usage["prompt_tokens"], 4)


# --- rows 12 and 13: BOM, [DONE]


@pytest.mark.parametrize("path", FLAVOURS)
def test_a_byte_order_mark_is_stripped(gateway, account, scripted, path):
    body, stream = through(gateway, account, scripted, b"\xef\xbb\xbf" + WHOLE, path=path)
    assert_only_proper_events(body)
    assert stream.content == "Hello"


def test_a_byte_order_mark_in_pieces_is_stripped(gateway, account, scripted):
    scripted.script = streams(b"\xef", b"\xbb", b"\xbf", WHOLE, apart_s=0.02)
    answer, stream = stream_chat(gateway, account, model="test/scripted")
    assert_only_proper_events(answer.body)
    assert stream.content == "Hello"


@pytest.mark.parametrize(
    "done", [b"data: [DONE] \n\n", b"data:[DONE]\n\n", b"data: [DONE]\r\n\r\n", b"data: [DONE]\n", b"data: [DONE]"]
)
def test_done_is_exact_however_the_upstream_wrote_it(gateway, account, scripted, done):
    body, stream = through(gateway, account, scripted, WHOLE.replace(b"data: [DONE]\n\n", done))
    assert body.endswith(b"\n\ndata: [DONE]\n\n") and body.count(b"[DONE]") == 1


@pytest.mark.parametrize("size", [1, 2, 7, 64])
@pytest.mark.parametrize("path", FLAVOURS)
def test_events_cut_anywhere_come_out_whole(gateway, account, scripted, path, size):
    text = as_event(chunk_json("naïve 日本語 😀")) + WHOLE
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    body, stream = through(gateway, account, scripted, *pieces, path=path)
    assert_only_proper_events(body)
    assert stream.content == "naïve 日本語 😀Hello" and stream.done


def test_line_ends_of_cr_and_crlf_are_understood(gateway, account, scripted):
    for end in (b"\r\n", b"\r"):
        body, stream = through(gateway, account, scripted, WHOLE.replace(b"\n", end))
        assert_only_proper_events(body)
        assert stream.content == "Hello" and stream.done


def test_an_event_of_several_data_lines_is_one_event(gateway, account, scripted):
    lines = json.dumps(chunk_json("Hello"), indent=1).encode().split(b"\n")
    event = b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"
    body, stream = through(gateway, account, scripted, event, as_event(FINISH), as_event(USAGE), as_event(b"[DONE]"))
    assert stream.content == "Hello" and stream.done


# --- row 14: embeddings as base64


def test_base64_embeddings_pass_through(gateway, account):
    ask = {"model": "test/embed", "input": "one", "dimensions": 4}
    floats = gateway.request("POST", "/v1/embeddings", key=account.key, json=ask).json()["data"][0]["embedding"]
    packed = gateway.request(
        "POST", "/v1/embeddings", key=account.key, json=ask | {"encoding_format": "base64"}
    ).json()["data"][0]["embedding"]
    assert isinstance(packed, str)
    assert struct.unpack("<4f", base64.b64decode(packed)) == pytest.approx([float(value) for value in floats], abs=1e-6)
