"""Answers and errors in the shapes that real providers send: what is charged, what the client sees, and what it does not."""

import json
import threading
from decimal import Decimal

import pytest

from support.chat import chat, open_stream, post_chat
from support.sse import Stream

FLAVOURS = ["/v1/chat/completions", "/api/v1/chat/completions"]
U = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
TEXT = "word " * 80  # near enough to 100 tokens
BASE64 = "A" * 32_000


def completion(content=TEXT, *, usage=None, **fields):
    message = {"role": "assistant", "content": content}
    answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "scripted-2"}
    answer["choices"] = [{"index": 0, "message": message, "finish_reason": "stop"}]
    if usage is not None:
        answer["usage"] = usage
    return answer | fields


def delta(content="", finish=None, **fields):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted-2", "choices": [choice]} | fields


def streams(*events):
    def script(exchange):
        exchange.start_stream()
        for event in events:
            exchange.event(event)
        exchange.end_stream()

    return script


def answers(scripted, stream, *, usage, content=TEXT):
    """The provider answers with that usage, as providers mostly place it."""
    if stream:
        scripted.script = streams(delta(content), delta("", "stop"), {"choices": [], "usage": usage}, b"[DONE]")
    else:
        scripted.script = lambda exchange: exchange.answer(completion(content, usage=usage))


def ask(gateway, account, *, stream=False, model="test/shapes", path=FLAVOURS[0], **fields):
    if stream:
        fields.setdefault("stream_options", {"include_usage": True})
    return post_chat(gateway, account, model=model, stream=stream, path=path, **fields)


def record_of(gateway, account, answer):
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert gateway.credits(account)["held"] == 0
    return record


# --- usage


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "usage, cost",
    [
        (U, "0.002"),
        ({**U, "cached_tokens": 600}, "0.00146"),
        ({**U, "num_cached_tokens": 600}, "0.00146"),
        ({**U, "cache_read_input_tokens": 600}, "0.00146"),
        ({**U, "cache_creation_input_tokens": 400, "prompt_tokens_details": {"cache_creation_tokens": 400}}, "0.0021"),
        ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}, "0.00605"),
        ({"prompt_tokens": 21, "total_tokens": 81}, "0.000621"),
        (
            {"prompt_tokens": 21, "completion_tokens": 0, "total_tokens": 81, "completion_tokens_details": {"reasoning_tokens": 60}},
            "0.000621",
        ),
        ({"prompt_tokens": 1000.0, "completion_tokens": "100", "total_tokens": None}, "0.002"),
        ({"input_tokens": 100, "cache_read_input_tokens": 900, "output_tokens": 100}, "0.00119"),
        ({**U, "cost": 0.5}, "0.002"),
        ({**U, "cost": {"total_cost": 0.5}}, "0.002"),
    ],
)
def test_usage_is_charged_and_shown_alike(gateway, account, scripted, usage, cost, stream):
    answers(scripted, stream, usage=usage, content="word " * 12)
    answer = ask(gateway, account, stream=stream)
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal(cost) and record["usage_source"] == "provider"
    shown = Stream(answer.body).usage if stream else answer.json()["usage"]
    assert shown["cost"] == Decimal(cost)
    assert shown["prompt_tokens"] == record["tokens_prompt"] and shown["completion_tokens"] == record["tokens_completion"]
    assert answer.body.count(b'"cost"') == 1 + answer.body.count(b'"total_cost"')


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("place", ["choice", "x_groq", "timings"])
def test_usage_beside_the_usual_place_is_taken(gateway, account, scripted, place, asked):
    last = delta("", "stop")
    if place == "choice":
        last["choices"][0]["usage"] = U
    elif place == "x_groq":
        last["x_groq"] = {"usage": U}
    else:
        last["timings"] = {"prompt_n": 1000, "predicted_n": 100, "cache_n": 0}
    scripted.script = streams(delta(TEXT), last, b"[DONE]")
    answer = ask(gateway, account, stream=True, stream_options={"include_usage": asked})
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal("0.002") and record["usage_source"] == "provider"
    assert (Stream(answer.body).usage is not None) is asked


def test_embeddings_are_billed_by_their_total(gateway, account, scripted):
    for usage in ({"total_tokens": 50_000}, {"prompt_tokens": None, "total_tokens": 50_000}, {"prompt_tokens": 0, "total_tokens": 50_000}):
        scripted.script = lambda exchange, usage=usage: exchange.answer({"object": "list", "data": [], "model": "m", "usage": usage})
        answer = gateway.request(
            "POST", "/v1/embeddings", key=account.key, json={"model": "test/shapes-embed", "input": "hello"}
        )
        assert record_of(gateway, account, answer)["total_cost"] == Decimal("0.001")
        assert answer.json()["usage"]["prompt_tokens"] == 50_000


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 1_000_000_000, "completion_tokens": 1},
        {"prompt_tokens": 128_001, "completion_tokens": 1},
        {"prompt_tokens": 9, "completion_tokens": 501},
        {"prompt_tokens": -5, "completion_tokens": 100},
        {"prompt_tokens": 9, "completion_tokens": 2**63},
        {"prompt_tokens": 9, "completion_tokens": 1.5},
    ],
)
def test_usage_that_cannot_be_is_counted_marked_and_not_shown(gateway, account, scripted, usage, stream):
    answers(scripted, stream, usage=usage)
    answer = ask(gateway, account, stream=stream, max_tokens=500)
    record = record_of(gateway, account, answer)
    assert record["usage_source"] in ("counted", "estimated") and record["usage_contradictory"] is True
    assert 0 < record["tokens_prompt"] < 100 and 50 <= record["tokens_completion"] <= 500
    shown = Stream(answer.body).usage if stream else answer.json()["usage"]
    assert shown["prompt_tokens"] == record["tokens_prompt"] and shown["completion_tokens"] == record["tokens_completion"]
    assert shown["cost"] == record["total_cost"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("usage", [{"total_tokens": 900}, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}])
def test_usage_that_says_nothing_of_a_text_is_counted(gateway, account, scripted, usage, stream):
    answers(scripted, stream, usage=usage)
    record = record_of(gateway, account, ask(gateway, account, stream=stream))
    assert record["usage_source"] in ("counted", "estimated") and record["tokens_completion"] == 100


def test_what_the_gateway_adds_replaces_what_stands_there(gateway, account, scripted):
    usage = b'{"prompt_tokens":1000,"c\\u006fst":0.5,"completion_tokens":100,"cost":0.5}'
    body = b'{"id":"x","pr\\u006fvider":"OpenAI","usage":%s,"provider":"OpenAI","choices":[{"message":{"content":"a"}}]}' % usage
    event = b'{"id":"x","pr\\u006fvider":"OpenAI","usage":%s,"provider":"OpenAI","choices":[]}' % usage
    for path in FLAVOURS:
        for stream in (False, True):
            if stream:
                scripted.script = streams(delta("hello"), delta("", "stop"), event, b"[DONE]")
            else:
                scripted.script = lambda exchange: exchange.answer(body)
            answer = ask(gateway, account, stream=stream, path=path)
            last = answer.body if not stream else next(line for line in answer.body.split(b"\n") if b"usage" in line)[6:]

            def once(pairs):
                assert len({name for name, _ in pairs}) == len(pairs), pairs
                return dict(pairs)

            if path == FLAVOURS[1]:
                assert json.loads(last, object_pairs_hook=once)["provider"] == "scripted"
            else:
                json.loads(last)
            assert json.loads(last)["usage"]["cost"] == 0.002
            assert last.count(b"cost") + last.count(b"c\\u006fst") == 1


# --- what is text


@pytest.mark.parametrize(
    "message, tokens",
    [
        ({"audio": {"id": "a", "data": BASE64}}, 600),
        ({"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + BASE64 * 12}}]}, 600),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": BASE64 * 2}]}, 600),
        ({"annotations": [{"type": "url_citation", "url_citation": {"content": BASE64}}]}, 600),
        ({"executed_tools": [{"type": "search", "output": BASE64}]}, 600),
    ],
)
def test_what_is_no_text_cuts_no_answer_and_costs_nothing(gateway, scripted, message, tokens):
    account = gateway.new_account("0.02")
    event = delta()
    event["choices"][0]["delta"] = message
    usage = {"prompt_tokens": 20, "completion_tokens": tokens}
    scripted.script = streams(*[event] * 20, delta("", "stop"), {"choices": [], "usage": usage}, b"[DONE]")
    answer = ask(gateway, account, stream=True, max_tokens=700)
    assert Stream(answer.body).done and b"insufficient_credits" not in answer.body
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal("0.00602") and record["usage_contradictory"] is False
    plain = completion("hello")
    plain["choices"][0]["message"] |= message
    scripted.script = lambda exchange: exchange.answer(plain)
    counted = record_of(gateway, account, ask(gateway, account, max_tokens=700))
    assert counted["tokens_completion"] == 2 and counted["usage_source"] == "estimated"


@pytest.mark.parametrize("stream", [False, True])
def test_reasoning_that_stands_twice_counts_once(gateway, account, scripted, stream):
    thought = "thinking about it " * 5
    message = {
        "content": "",
        "reasoning": thought,
        "reasoning_details": [{"type": "reasoning.text", "text": thought, "format": "anthropic-claude-v1", "index": 0}],
    }
    if stream:
        event = delta()
        event["choices"][0]["delta"] = message
        scripted.script = streams(*[event] * 20, delta("", "stop"), b"[DONE]")
    else:
        plain = completion("")
        plain["choices"][0]["message"] |= {**message, "reasoning": thought * 20}
        scripted.script = lambda exchange: exchange.answer(plain)
    record = record_of(gateway, account, ask(gateway, account, stream=stream))
    assert record["tokens_completion"] == 450, "90 bytes, 20 times, four a token"


def test_an_indented_answer_without_usage_is_counted(gateway, account, scripted):
    body = completion("word and " * 50)
    for text in (json.dumps(body), json.dumps(body, indent=2)):
        scripted.script = lambda exchange, text=text: exchange.answer(text.encode())
        assert record_of(gateway, account, ask(gateway, account))["tokens_completion"] == 113


def test_an_estimate_is_never_above_what_was_asked_for(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(completion("word " * 200_000))
    assert record_of(gateway, account, ask(gateway, account, max_tokens=2000))["tokens_completion"] == 2000


@pytest.mark.parametrize("first", [False, True])
def test_usage_of_a_large_answer_is_found_wherever_it_stands(gateway, account, scripted, first):
    usage = {"prompt_tokens": 3, "completion_tokens": 5}
    large = completion("x" * 12_000_000)
    scripted.script = lambda exchange: exchange.answer({"usage": usage, **large} if first else {**large, "usage": usage})
    answer = ask(gateway, account, max_tokens=700)
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal("0.000053") and record["usage_source"] == "provider"
    scripted.script = lambda exchange: exchange.answer(large)
    assert record_of(gateway, account, ask(gateway, account, max_tokens=700))["tokens_completion"] == 700


# --- streams


@pytest.mark.parametrize("reason", ["stop", ""])
def test_a_reason_and_usage_in_every_chunk_delay_nothing(gateway, account, scripted, reason):
    go_on = threading.Semaphore(0)

    def script(exchange):
        exchange.start_stream()
        for tokens in range(1, 4):
            exchange.event(delta(f"word{tokens}", reason, usage={"prompt_tokens": 1000, "completion_tokens": tokens}))
            assert go_on.acquire(timeout=10)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    body = chat(model="test/shapes", stream=True, stream_options={"include_usage": True})
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", FLAVOURS[0], key=account.key, json=body))
        for tokens in range(1, 4):
            connection.read_until(b"word%d" % tokens)  # before the provider says more
            go_on.release()
        rest = connection.read_until(b"[DONE]")
    assert b'"completion_tokens":3' in rest.replace(b" ", b"")
    assert not scripted.failures


def test_a_picture_of_10_mb_in_one_event_passes(gateway, account, scripted):
    event = delta()
    event["choices"][0]["delta"] = {"images": [{"image_url": {"url": "data:image/png;base64," + "A" * 10_000_000}}]}
    scripted.script = streams(event, delta("", "stop"), {"choices": [], "usage": U}, b"[DONE]")
    answer = ask(gateway, account, stream=True)
    assert Stream(answer.body).done and len(answer.body) > 10_000_000
    assert record_of(gateway, account, answer)["total_cost"] == Decimal("0.002")


def test_an_event_that_is_too_large_is_named_so(gateway, account, scripted):
    scripted.script = streams(delta("hello"), delta("x" * 20_000_000), b"[DONE]")
    with open_stream(gateway, account, model="test/shapes") as connection:
        connection.read_head()
        assert b"limits.max_event_bytes" in connection.rest()


def test_many_usage_events_are_one(gateway, account, scripted):
    events = [{"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": n}} for n in range(101)]
    scripted.script = streams(delta(TEXT), *(events * 50), delta("", "stop"), b"[DONE]")
    answer = ask(gateway, account, stream=True)
    stream = Stream(answer.body)
    assert stream.done and stream.usage["completion_tokens"] == 100
    assert len([event for event in stream.events if event.get("usage")]) == 1


@pytest.mark.parametrize("identity", ["12345", '{"a": "b"}', "null", '"a\\"b"'])
def test_what_the_gateway_makes_up_is_json(gateway, account, scripted, identity):
    event = b'{"id":%s,"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}' % identity.encode()
    scripted.script = streams(event, b"[DONE]")
    assert Stream(ask(gateway, account, stream=True).body).usage["cost"] > 0


@pytest.mark.parametrize("data", [b'{"id": oops}', b'{"choices":[{"delta":{"content":oops}}]}', b'{"a":01}'])
def test_an_event_that_is_no_json_is_refused(gateway, account, scripted, data):
    scripted.script = streams(data, b"[DONE]")
    answer = ask(gateway, account, stream=True)
    assert answer.status == 502 and answer.error["code"] == "upstream_invalid_response"


def test_a_stream_of_done_alone_is_no_answer(gateway, account, scripted):
    scripted.script = streams(b"[DONE]")
    answer = ask(gateway, account, stream=True)
    assert b"upstream_incomplete" in answer.body and b"[DONE]" not in answer.body
    assert record_of(gateway, account, answer)["total_cost"] == 0


# --- errors

M = "the context of this model is 4096 tokens"


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": M, "type": "invalid_request_error", "code": "context_length_exceeded"}},
        {"object": "error", "message": M, "type": "BadRequestError", "code": 400},
        {"type": "error", "error": {"type": "invalid_request_error", "message": M}},
        {"error": M},
        {"message": M},
        {"detail": M},
        {"detail": [{"msg": M, "loc": ["body", "messages"]}]},
        [{"error": {"code": 400, "message": M, "status": "INVALID_ARGUMENT"}}],
        {"errors": [{"message": M}]},
        {"__type": "ValidationException", "message": M},
        M.encode(),
    ],
)
def test_the_reason_of_a_refusal_reaches_the_client(gateway, account, scripted, body, path):
    for status in (400, 429, 500):
        scripted.script = lambda exchange, status=status: exchange.answer(body, f"{status} No")
        answer = ask(gateway, account, path=path)
        assert answer.status == status and answer.error["message"] == M
        if path == FLAVOURS[1]:
            assert answer.error["code"] == status and answer.error["metadata"]["provider_name"] == "scripted"
        elif status == 400:
            assert answer.error["type"] in ("invalid_request_error", "BadRequestError")


def test_html_is_not_passed_on(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(b"<html>nginx</html>", "500 No", content_type="text/html")
    assert "html" not in ask(gateway, account).error["message"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_403_that_is_not_about_the_key_stays_one(gateway, account, scripted, stream):
    error = {"message": "your input was flagged", "code": 403, "metadata": {"reasons": ["violence"]}}
    scripted.script = lambda exchange: exchange.answer({"error": error}, "403 Forbidden")
    answer = ask(gateway, account, stream=stream)
    assert answer.status == 403 and answer.error["message"] == error["message"]
    assert answer.error["metadata"] == error["metadata"]


@pytest.mark.parametrize(
    "status, body",
    [
        (401, {"error": {"message": "no"}}),
        (402, {"error": {"message": "no"}}),
        (407, b""),
        (403, {"error": {"message": "Incorrect API key provided"}}),
        (403, b""),
    ],
)
def test_an_error_about_the_gateways_account_is_502_and_not_to_be_tried_again(gateway, account, scripted, status, body):
    scripted.script = lambda exchange: exchange.answer(body, f"{status} No")
    answer = ask(gateway, account)
    assert answer.status == 502 and answer.error["code"] == "upstream_auth_failed"
    assert answer.header("x-should-retry") == "false"


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 407, 429, 500])
@pytest.mark.parametrize("path", FLAVOURS)
def test_no_credential_reaches_the_client(gateway, account, scripted, status, path):
    def script(exchange):
        sent = exchange.request.header("authorization") or "Bearer upstream-test-key"
        key = sent.split()[-1]
        error = {"message": f"{sent} is not good", "code": key, "hint": {"used": sent}}
        exchange.answer({"error": error, "debug": {"authorization": sent}}, f"{status} No")

    scripted.script = script
    answer = ask(gateway, account, path=path)
    key = scripted.requests[-1].header("authorization")
    assert answer.status >= 400 and b"debug" not in answer.body
    if key is None:
        pytest.skip("the scripted provider is called without a key")
    assert key.split()[-1].encode() not in answer.body


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("error, code, status", [
    ({"object": "error", "message": M, "type": "InternalServerError", "code": 500}, 500, 500),
    ({"error": M}, "upstream_error", 502),
    ({"error": {"message": M, "code": "tool_use_failed", "type": "invalid_request_error", "status_code": 400}}, "tool_use_failed", 400),
    ([{"error": {"message": M, "code": 429, "status": "RESOURCE_EXHAUSTED"}}], "RESOURCE_EXHAUSTED", 429),
])
def test_an_error_in_a_stream_keeps_its_words_and_is_free(gateway, account, scripted, error, code, status, path):
    scripted.script = streams(delta("hel"), error, b"[DONE]")
    answer = ask(gateway, account, stream=True, path=path)
    assert M.encode() in answer.body and b"[DONE]" not in answer.body
    text = next(line for line in answer.body.split(b"\n") if M.encode() in line)
    event = json.loads(text.removeprefix(b"data: "))["error"]  # an answer of its own where no head had left yet
    if path == FLAVOURS[0]:
        assert event["message"] == M and event["code"] == code
    else:
        assert event["code"] == status and event["metadata"]["code"] == code
    assert record_of(gateway, account, answer)["total_cost"] == 0


@pytest.mark.parametrize("error, status", [
    ({"error": M}, 502), ({"error": {"message": M, "code": 429}}, 429), ({"object": "error", "message": M, "code": 400}, 400),
    ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": M}}, 502), ([{"error": {"message": M, "code": 400}}], 400),
])
def test_an_error_under_status_200_is_one(gateway, account, scripted, error, status):
    scripted.script = lambda exchange: exchange.answer(error)
    answer = ask(gateway, account)
    assert answer.status == status and answer.error["message"] == M
    assert record_of(gateway, account, answer)["total_cost"] == 0


@pytest.mark.parametrize("choices", [[], None])
def test_an_answer_without_choices_is_an_error_and_free(gateway, account, scripted, choices):
    scripted.script = lambda exchange: exchange.answer(completion(usage=U, choices=choices))
    answer = ask(gateway, account)
    assert answer.status == 502 and record_of(gateway, account, answer)["total_cost"] == 0
