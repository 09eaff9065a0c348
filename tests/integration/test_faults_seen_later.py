"""Answers of providers as docs/faults.md lists them under "Seen later"."""

import json
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.sse import Stream

U = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST_OF_U = Decimal("0.002")
WORDS = "word " * 80  # 100 tokens, as they are counted
M = "the context of this model is 4096 tokens"


def delta(content="", finish=None, **fields):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]} | fields


def usage_event(usage):
    return {"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": usage}


def completion(message, finish="stop", **fields):
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]} | fields


def body_of(data, content_type="text/event-stream", pieces=7):
    """A script that answers with these bytes, in several pieces."""
    size = -(-len(data) // pieces)

    def script(exchange):
        exchange.head(content_type=content_type, chunked=True)
        for at in range(0, len(data), size):
            exchange.chunk(data[at : at + size])
        exchange.end_stream()

    return script


def events(*values):
    lines = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
    return body_of(b"".join(b"data: " + line + b"\n\n" for line in lines))


def plain(body, status="200 OK"):
    return lambda exchange: exchange.answer(body, status)


def ask(gateway, account, *, stream, **fields):
    if stream:
        fields.setdefault("stream_options", {"include_usage": True})
    return post_chat(gateway, account, model="test/shapes", stream=stream, **fields)


def record_of(gateway, account, answer):
    record = gateway.generation(account, answer.header("x-generation-id"))
    figures = gateway.credits(account)
    assert figures["held"] == 0 and figures["total_usage"] == record["total_cost"]
    return record


# --- framings

PARTS = [json.dumps(part) for part in (delta("hello "), delta("you"), delta("", "stop"), usage_event(U))]
INDENTED = [json.dumps(json.loads(part), indent=2) for part in PARTS]
DONE = "data: [DONE]"
FRAMINGS = {
    "lines": "\n".join(PARTS) + "\n",
    "lines-and-done": "\n".join(PARTS) + "\n[DONE]\n",
    "lines-of-windows": "\r\n".join(PARTS) + "\r\n",
    "empty-lines-between": "\n\n".join(PARTS),
    "one-behind-the-other": "".join(PARTS),
    "indented": "\n".join(INDENTED),
    "a-list": "[" + ",".join(PARTS) + "]",
    "a-list-of-lines": "[" + "\n,\r\n".join(PARTS) + "\n]\n",
    "record-separators": "".join(f"\x1e{part}\n" for part in PARTS),
    "a-byte-order-mark": "\ufeff" + "\n".join(PARTS),
    "data-without-a-space": "".join(f"data:{part}\n\n" for part in [*PARTS, "[DONE]"]),
    "carriage-returns": "".join(f"data: {part}\r\r" for part in [*PARTS, "[DONE]"]),
    "named-and-numbered": "".join(f"event: chunk\nid: 1\nretry: 3\ndata: {part}\n\n" for part in [*PARTS, "[DONE]"]),
    "comments": ": PROCESSING\n\n" + "".join(f": x\ndata: {part}\n\n" for part in PARTS) + DONE + "\n\n",
    "data-of-many-lines": "".join(
        "".join(f"data: {line}\n" for line in part.split("\n")) + "\n" for part in INDENTED) + DONE + "\n\n",
    "no-empty-lines": "".join(f"data: {part}\n" for part in PARTS) + DONE + "\n",
    "data-twice": "".join(f"data: data: {part}\n\n" for part in [*PARTS, "[DONE]"]),
    "tabs": "".join(f"data:\t {part}\n\n" for part in [*PARTS, "[DONE]"]),
    "done-in-quotes": "".join(f"data: {part}\n\n" for part in [*PARTS, '"[DONE]"']),
    "done-in-small-letters": "".join(f"data: {part}\n\n" for part in [*PARTS, "[done]"]),
    "null": "".join(f"data: {part}\n\n" for part in [*PARTS, "null", "[DONE]"]),
    "no-last-empty-line": "".join(f"data: {part}\n\n" for part in PARTS) + DONE,
}


@pytest.mark.parametrize("label", ["text/event-stream", "application/x-ndjson"])
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_stream_is_read_however_it_is_framed(gateway, account, scripted, framing, label, stream):
    scripted.script = body_of(FRAMINGS[framing].encode(), label)
    answer = ask(gateway, account, stream=stream)
    assert answer.status == 200, answer.body
    if stream:
        told = Stream(answer.body)
        assert told.content == "hello you" and told.finish_reason == "stop" and told.done
        assert told.usage["cost"] == COST_OF_U
    else:
        assert answer.json()["choices"][0]["message"]["content"] == "hello you"
        assert answer.json()["usage"]["cost"] == COST_OF_U
    assert record_of(gateway, account, answer)["total_cost"] == COST_OF_U


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_in_a_list_is_one(gateway, account, scripted, stream):
    scripted.script = plain([completion({"content": "hello you"}, usage=U)])
    answer = ask(gateway, account, stream=stream)
    assert answer.status == 200, answer.body
    content = Stream(answer.body).content if stream else answer.json()["choices"][0]["message"]["content"]
    assert content == "hello you" and record_of(gateway, account, answer)["total_cost"] == COST_OF_U


def test_lines_of_json_pass_as_they_come(gateway, account, scripted):
    def script(exchange):
        exchange.head(content_type="application/x-ndjson", chunked=True)
        exchange.chunk(PARTS[0].encode() + b"\n")
        exchange.peer_left(within_s=0.3)
        exchange.chunk("\n".join(PARTS[1:]).encode())
        exchange.end_stream()

    scripted.script = script
    with gateway.connect() as connection:
        body = {"model": "test/shapes", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        connection.read_until(b"hello ")
        assert b"you" in connection.read_until(b"[DONE]")


@pytest.mark.parametrize("text, code", [
    ("\n".join(PARTS[:2]), "upstream_incomplete"),
    ("\n".join(PARTS[:2]) + "\n" + PARTS[2][:40], "upstream_incomplete"),
    (PARTS[0] + "\n<html>", "upstream_invalid_response"),
    (PARTS[0] + "\n" + json.dumps({"error": {"message": M, "code": "overloaded"}}), "overloaded"),
    ("[1,2]", "upstream_invalid_response"),
    ('"text"', "upstream_invalid_response"),
    ("[]", "upstream_invalid_response"),
])
@pytest.mark.parametrize("stream", [True, False])
def test_json_that_is_no_whole_stream_is_an_error_and_free(gateway, account, scripted, text, code, stream):
    scripted.script = body_of(text.encode(), "application/x-ndjson", pieces=1)
    answer = ask(gateway, account, stream=stream)
    assert f'"code":"{code}"'.encode() in answer.body and b"[DONE]" not in answer.body, answer.body
    assert gateway.credits(account)["total_usage"] == 0


# --- usage

def increments(tokens, *, reports=None, text=None):
    """An event for each number of tokens, with that much text; each reports its own tokens only."""
    return [
        delta("word" * count if text is None else text,
              usage={"prompt_tokens": 1000, "completion_tokens": count, "total_tokens": 1000 + count})
        for count in (tokens if reports is None else reports)
    ]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("tokens, right", [([1] * 60, 60), ([9, 7, 12, 5, 9, 18, 1, 9], 70), ([40, 40, 20], 100)])
def test_usage_in_increments_is_added_up(gateway, account, scripted, tokens, right, stream):
    scripted.script = events(*increments(tokens), delta("", "stop"), b"[DONE]")
    answer = ask(gateway, account, stream=stream)
    record = record_of(gateway, account, answer)
    assert record["tokens_completion"] == right and record["usage_source"] == "provider"
    assert record["total_cost"] == Decimal(1000 + 10 * right) / 1_000_000 and not record["usage_contradictory"]
    shown = Stream(answer.body).usage if stream else answer.json()["usage"]
    assert shown["completion_tokens"] == right and shown["cost"] == record["total_cost"]


@pytest.mark.parametrize("reports, text, right", [
    (list(range(1, 41)), "word ", 40),  # cumulative
    ([40] * 40, "word ", 40),  # the last figure in every event
    ([120, 100], WORDS[:200], 120),  # an estimate, then the figure
    ([400] * 40, "word ", 400),  # each of them is absurd for its event
])
@pytest.mark.parametrize("stream", [True, False])
def test_usage_that_is_no_increment_is_not_added_up(gateway, account, scripted, reports, text, right, stream):
    scripted.script = events(*increments([], reports=reports, text=text), delta("", "stop"), b"[DONE]")
    record = record_of(gateway, account, ask(gateway, account, stream=stream, max_tokens=500))
    assert record["tokens_completion"] in (right, reports[-1])


def test_increments_are_never_billed_beyond_what_was_asked_for(gateway, account, scripted):
    scripted.script = events(*increments([10] * 30), delta("", "stop"), b"[DONE]")
    record = record_of(gateway, account, ask(gateway, account, stream=True, max_tokens=200))
    assert record["tokens_completion"] <= 200


@pytest.mark.parametrize("stream", [True, False])
def test_usage_of_each_choice_is_added_up(gateway, account, scripted, stream):
    if stream:
        choices = [{"index": at, "delta": {"content": WORDS}, "finish_reason": "stop", "usage": U} for at in (0, 1)]
        scripted.script = events({"id": "x", "choices": choices}, b"[DONE]")
    else:
        choices = [completion({"content": WORDS})["choices"][0] | {"index": at, "usage": U} for at in (0, 1)]
        scripted.script = plain({"id": "x", "choices": choices})
    record = record_of(gateway, account, ask(gateway, account, stream=stream, n=2))
    assert record["tokens_prompt"] == 1000 and record["tokens_completion"] == 200


@pytest.mark.parametrize("unknown", [
    {"prompt_tokens": -1, "completion_tokens": -1, "total_tokens": -1},
    {"prompt_tokens": None, "completion_tokens": None},
    {"prompt_tokens": "unknown", "completion_tokens": "unknown"},
])
@pytest.mark.parametrize("first", [True, False])
def test_a_report_of_nothing_spoils_no_other(gateway, account, scripted, unknown, first):
    reports = [unknown, U] if first else [U, unknown]
    scripted.script = events(delta(WORDS), delta("", "stop"), *map(usage_event, reports), b"[DONE]")
    record = record_of(gateway, account, ask(gateway, account, stream=True))
    assert record["total_cost"] == COST_OF_U and record["usage_source"] == "provider"


GEMINI = {"prompt_token_count": 1000, "candidates_token_count": 100, "total_token_count": 1100}


@pytest.mark.parametrize("fields, cost", [
    ({"usage_metadata": GEMINI}, "0.002"),
    ({"Usage": {"PromptTokens": 1000, "CompletionTokens": 100, "TotalTokens": 1100}}, "0.002"),
    ({"data": {"usage": U}}, "0.002"),
    (U, "0.002"),
    ({"usage": {"prompt_tokens": " 1000", "completion_tokens": "+100 "}}, "0.002"),
    ({"usage": {"inputTokens": 1000, "outputTokens": 100, "cachedInputTokens": 600, "reasoningTokens": 50}}, "0.00146"),
])
@pytest.mark.parametrize("stream", [True, False])
def test_usage_is_found_under_further_names_and_places(gateway, account, scripted, fields, cost, stream):
    if stream:
        scripted.script = events(delta(WORDS), delta("", "stop", **fields), b"[DONE]")
    else:
        scripted.script = plain(completion({"content": WORDS}, **fields))
    answer = ask(gateway, account, stream=stream)
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal(cost) and record["usage_source"] == "provider"
    shown = Stream(answer.body).usage if stream else answer.json()["usage"]
    assert shown["prompt_tokens"] == 1000 and shown["completion_tokens"] == 100


# --- what is text

BASE64 = "A" * 4000
MESSAGES = {
    "thinking-blocks": ({"thinking_blocks": [{"type": "thinking", "thinking": WORDS, "signature": BASE64}]}, 100),
    "thoughts": ({"thoughts": WORDS}, 100),
    "reasoning-summary": ({"reasoning_summary": WORDS}, 100),
    "shown-four-times": ({"reasoning": WORDS, "reasoning_content": WORDS,
                          "reasoning_details": [{"type": "reasoning.text", "text": WORDS}],
                          "thinking_blocks": [{"type": "thinking", "thinking": WORDS}]}, 100),
    "content-as-an-object": ({"content": {"type": "text", "text": WORDS}}, 100),
    "content-with-parts": ({"content": {"parts": [{"text": WORDS}]}}, 100),
    "content-of-strings": ({"content": [WORDS]}, 100),
    "a-call-without-function": ({"tool_calls": [{"id": "a", "name": "f", "arguments": WORDS}]}, 101),
    "a-call-without-list": ({"tool_calls": {"id": "a", "function": {"name": "f", "arguments": WORDS}}}, 101),
    "a-legacy-call": ({"function_call": {"name": "f", "arguments": WORDS}}, 101),
    "a-transcript": ({"content": None, "audio": {"id": "a", "data": BASE64, "transcript": WORDS}}, 100),
    "a-refusal": ({"content": None, "refusal": WORDS}, 100),
    "annotations": ({"annotations": [{"type": "url_citation", "url_citation": {"content": WORDS}}]}, 0),
    "a-picture": ({"content": [{"type": "image_url", "image_url": {"url": "data:," + BASE64}}]}, 0),
    "redacted": ({"content": [{"type": "redacted_thinking", "data": BASE64}]}, 0),
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("stream", [True, False])
def test_text_is_counted_once_wherever_it_stands(gateway, account, scripted, name, stream):
    message, tokens = MESSAGES[name]
    if stream:
        part = {"id": "x", "choices": [{"index": 0, "delta": message, "finish_reason": None}]}
        scripted.script = events(part, delta("", "stop"), b"[DONE]")
    else:
        scripted.script = plain(completion(message))
    record = record_of(gateway, account, ask(gateway, account, stream=stream, max_tokens=500))
    assert record["tokens_completion"] == tokens and record["usage_source"] in ("counted", "estimated")


def test_a_delta_that_is_a_string_is_text(gateway, account, scripted):
    scripted.script = events({"choices": [{"index": 0, "delta": WORDS}]}, delta("", "stop"), b"[DONE]")
    assert record_of(gateway, account, ask(gateway, account, stream=True))["tokens_completion"] == 100


@pytest.mark.parametrize("stream", [True, False])
def test_a_text_that_stands_in_delta_and_message_counts_once(gateway, account, scripted, stream):
    last = {"index": 0, "delta": {}, "message": {"role": "assistant", "content": WORDS}, "finish_reason": "stop"}
    choice = {"id": "x", "choices": [last]}
    scripted.script = events(delta(WORDS), choice, b"[DONE]") if stream else plain(choice)
    assert record_of(gateway, account, ask(gateway, account, stream=stream))["tokens_completion"] == 100


def test_a_message_behind_its_deltas_is_not_put_together_twice(gateway, account, scripted):
    last = {"index": 0, "delta": {}, "message": {"role": "assistant", "content": "hello you"}, "finish_reason": "stop"}
    scripted.script = events(delta("hello "), delta("you"), {"id": "x", "choices": [last]}, b"[DONE]")
    assert ask(gateway, account, stream=False).json()["choices"][0]["message"]["content"] == "hello you"


def test_a_message_that_is_a_string_becomes_the_content_of_an_event(gateway, account, scripted):
    scripted.script = plain({"id": "x", "choices": [{"index": 0, "message": "hello you", "finish_reason": "stop"}]})
    assert Stream(ask(gateway, account, stream=True).body).content == "hello you"


# --- errors

ERRORS = {
    "json-in-error": json.dumps({"error": json.dumps({"message": M, "code": 400})}).encode(),
    "json-in-message": json.dumps({"error": {"message": json.dumps({"error": {"message": M}})}}).encode(),
    "json-in-detail": json.dumps({"detail": json.dumps({"message": M})}).encode(),
    "error-in-error": json.dumps({"error": {"error": {"message": M}}}).encode(),
    "text-in-error-in-error": json.dumps({"error": {"error": M}}).encode(),
    "message-as-a-list": json.dumps({"error": {"message": [M]}}).encode(),
    "byte-order-mark": b"\xef\xbb\xbf" + json.dumps({"error": {"message": M}}).encode(),
    "an-event": b'event: error\ndata: {"error":{"message":"' + M.encode() + b'"}}\n\n',
    "data": b'data: {"error":{"message":"' + M.encode() + b'"}}\n\n',
    "lines": b'{"error":{"message":"' + M.encode() + b'"}}\n{"error":{"message":"more"}}\n',
}


@pytest.mark.parametrize("shape", ERRORS)
@pytest.mark.parametrize("stream", [True, False])
def test_the_words_of_a_refusal_are_found(gateway, account, scripted, shape, stream):
    scripted.script = plain(ERRORS[shape], "400 Bad Request")
    answer = ask(gateway, account, stream=stream)
    assert answer.status == 400 and answer.error["message"] == M
    assert answer.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [b'{"error":{"message":"caf\xe9"}}', b'{"error":{"message":"caf\\ud800"}}'])
def test_words_in_a_bad_encoding_are_shown_as_far_as_they_can_be(gateway, account, scripted, body):
    scripted.script = plain(body, "400 Bad Request")
    assert ask(gateway, account, stream=False).error["message"] == "caf\ufffd"


@pytest.mark.parametrize("error", [
    {"choices": [{"index": 0, "delta": {"error": {"message": M}}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {}, "error": {"message": M}, "finish_reason": None}]},
    [{"error": {"message": M}}],
    {"error": json.dumps({"message": M})},
    {"success": False, "message": M},
    {"code": 500, "msg": M},
])
def test_an_error_in_a_stream_is_found_wherever_it_stands(gateway, account, scripted, error):
    scripted.script = events(delta(WORDS), error, b"[DONE]")
    answer = ask(gateway, account, stream=True)
    assert f'"message":"{M}"'.encode() in answer.body and b"[DONE]" not in answer.body, answer.body
    assert record_of(gateway, account, answer)["total_cost"] == 0


@pytest.mark.parametrize("choices", [[None], [[]], ["text"], [5], {}, "text"])
def test_choices_that_are_none_are_no_answer_and_free(gateway, account, scripted, choices):
    scripted.script = plain({"id": "x", "choices": choices, "usage": U})
    answer = ask(gateway, account, stream=False)
    assert answer.status == 502 and gateway.credits(account)["total_usage"] == 0
