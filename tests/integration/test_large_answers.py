"""Answers that are too large to hold: they pass as they come, in the shape that was asked for, and cost what they cost."""

import json
import threading
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest

from support.chat import chat, post_chat
from support.http_client import ConnectionEnded
from support.processes import Gateway, counts_memory
from support.sse import Stream

FLAVOURS = ["/v1/chat/completions", "/api/v1/chat/completions"]
U = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST = Decimal("0.002")
PROMPT = Decimal("0.000001")  # USD a token
MIB = 1 << 20
LIMITS = {"max_event_bytes": 65536, "max_buffered_response_bytes": 65536}
CALLS = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]


@pytest.fixture(scope="module")
def small(tmp_path_factory, providers):
    """A gateway for which 64 KiB are large."""
    running = Gateway(tmp_path_factory.mktemp("small"), providers, workers=1, limits=LIMITS).start()
    yield running
    assert running.alive() and running.stop() == 0


def completion(size, *, usage=U, first=False, **message):
    message = {"role": "assistant", "content": "x" * size} | message
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    usage = {"usage": usage} if usage else {}
    return {"id": "up-1", **(usage if first else {}), "object": "chat.completion", "choices": choices, **usage}


def chunk(content="", finish=None, **more):
    return {"id": "up-1", "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}], **more}


def streamed(gateway, account, path=FLAVOURS[0], **fields):
    fields.setdefault("stream_options", {"include_usage": True})
    answer = post_chat(gateway, account, path=path, model="test/shapes", stream=True, **fields)
    assert answer.status == 200, answer.body
    assert answer.header("content-type").startswith("text/event-stream")
    return Stream(answer.body), gateway.generation(account, answer.header("x-generation-id"))


def plain(gateway, account, **fields):
    answer = post_chat(gateway, account, model="test/shapes", **fields)
    return answer, gateway.generation(account, answer.header("x-generation-id"))


def received(gateway, account, stream, path=FLAVOURS[0], **fields):
    """The answer as far as it came."""
    if stream:
        fields.setdefault("stream_options", {"include_usage": True})
    with gateway.connect() as connection:
        asked = chat(model="test/shapes", stream=stream, **fields)
        connection.send(gateway.bytes_of("POST", path, key=account.key, json=asked))
        try:
            answer = connection.read_answer(method="POST")
        except ConnectionEnded as ended:
            answer = ended.partial
    return answer, gateway.generation(account, answer.header("x-generation-id"))


# --- what they show, and what stands around them

ABSURD = {"prompt_tokens": 1000, "completion_tokens": 900_000_000, "total_tokens": 900_001_000}


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("usage", [U, ABSURD])
@pytest.mark.parametrize("stream", [False, True])
def test_usage_before_a_large_answer_is_shown_as_charged(small, scripted, path, usage, stream):
    account = small.new_account()
    scripted.script = lambda exchange: exchange.answer(completion(MIB, usage=usage, first=True))
    answer, record = received(small, account, stream, path, max_tokens=700)
    shown = Stream(answer.body).usage if stream else answer.json()["usage"]
    assert shown["cost"] == record["total_cost"] == (COST if usage is U else Decimal("0.007") + PROMPT * shown["prompt_tokens"])
    assert shown["completion_tokens"] == record["tokens_completion"] == (100 if usage is U else 700)
    if stream:
        last = Stream(answer.body).events[-1]
        assert last["id"] == "up-1" and last["choices"] == [] and last["object"] == "chat.completion.chunk"


def test_a_large_event_shows_usage_to_those_who_asked(small, scripted):
    account = small.new_account()
    scripted.script = lambda exchange: exchange.answer(completion(MIB))
    for path, shown in zip(FLAVOURS, [None, COST]):
        stream, record = streamed(small, account, path, stream_options={})
        assert stream.done and len(stream.content) == MIB and len(stream.events) == 1
        assert (stream.usage and stream.usage["cost"]) == shown and record["total_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("before, after", [
    (b"\xef\xbb\xbf", b""), (b"", b"\n[DONE]\n"), (b"[", b"]"), (b" [\n", b"\n]\r\n"), (b"", b",\n"),
])  # fmt: skip
def test_what_stands_around_a_large_answer_is_left_out(small, scripted, before, after, stream):
    account = small.new_account()
    body = before + json.dumps(completion(MIB)).encode() + after
    scripted.script = lambda exchange: exchange.answer(body)
    if stream:
        events, record = streamed(small, account)
        assert events.done and events.content == "x" * MIB and events.usage["cost"] == COST
    else:
        answer, record = plain(small, account)
        assert answer.json()["choices"][0]["message"]["content"] == "x" * MIB and answer.json()["usage"]["cost"] == COST
    assert record["total_cost"] == COST and record["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("choices", [b'[{"index":0,"finish_reason":"stop"]]', b"[{" + b'"a":[' * 200 + b"]" * 200 + b"}]"])
def test_a_large_answer_that_is_no_json_is_free(small, scripted, choices, stream):
    account = small.new_account()
    body = b'{"object":"chat.completion","padding":"' + b"z" * MIB + b'","choices":' + choices + b',"usage":'
    body += json.dumps(U).encode() + b"}"
    scripted.script = lambda exchange: exchange.answer(body)
    answer, record = received(small, account, stream)
    assert answer.status == 200 and b"[DONE]" not in answer.body and answer.complete == stream
    assert record["total_cost"] == 0 and small.credits(account)["total_usage"] == 0
    assert record["upstream_inference_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
def test_usage_that_came_counts_although_the_last_brace_did_not(small, scripted, stream):
    account = small.new_account()
    body = json.dumps(completion(MIB)).encode()[:-1]
    scripted.script = lambda exchange: exchange.answer(body)
    _, record = received(small, account, stream)
    assert record["total_cost"] == 0 and record["upstream_inference_cost"] == COST
    assert record["usage_source"] == "provider"


@pytest.mark.parametrize("stream", [False, True])
def test_an_orphan_pays_for_what_passed_of_a_large_answer(start_gateway, scripted, stream):
    gateway = start_gateway(workers=1, limits=LIMITS)
    account = gateway.new_account()
    body = json.dumps(completion(MIB)).encode()
    killed = threading.Event()

    def script(exchange):
        exchange.head(length=len(body))
        exchange.send(body[:700_000])
        killed.wait(30)

    scripted.script = script
    with gateway.connect() as connection:
        asked = chat(model="test/shapes", stream=stream, max_tokens=700)
        connection.send(gateway.bytes_of("POST", FLAVOURS[0], key=account.key, json=asked))
        seen = 0
        while seen < 400_000:
            seen += len(connection.socket.recv(1 << 16))
        time.sleep(0.2)
        gateway.kill()
    killed.set()
    scripted.failures.clear()
    gateway.start()
    used = gateway.credits(account)
    assert Decimal("0.007") < used["total_usage"] < Decimal("0.0071") and used["held"] == 0


# --- errors under status 200

KEY = "scripted-upstream-key"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [
    {"error": {"message": f"key {KEY} leaked " + "y" * 400_000}},
    [{"error": {"message": f"key {KEY} leaked " + "y" * 400_000}}],
    {"id": "e-1", "object": "error", "message": f"key {KEY} leaked " + "y" * 400_000},
    {"hello": f"key {KEY} leaked " + "y" * 400_000},
    {"error": None, "hello": KEY + "y" * 400_000},
])  # fmt: skip
def test_a_large_error_is_one_and_free_and_tells_no_key(small, scripted, stream, body):
    account = small.new_account()
    scripted.script = lambda exchange: exchange.answer(body)
    answer, record = received(small, account, stream)
    assert answer.complete and answer.status == 502, answer.body[:500]
    assert answer.error["code"].startswith("upstream_") and KEY.encode() not in answer.body
    assert record["total_cost"] == 0 and small.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_behind_a_large_answer_leaves_it_incomplete_and_free(small, scripted, stream):
    account = small.new_account()
    body = completion(MIB) | {"error": {"message": f"key {KEY} failed late", "code": 503}}
    scripted.script = lambda exchange: exchange.answer(body)
    answer, record = received(small, account, stream)
    assert answer.status == 200 and b"[DONE]" not in answer.body and KEY.encode() not in answer.body
    assert answer.complete == stream and (b"failed late" in answer.body) == stream
    assert record["total_cost"] == 0 and record["upstream_inference_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
def test_json_without_an_answer_that_is_large_is_free(small, scripted, stream):
    """It looks like an answer until its end."""
    account = small.new_account()
    body = {"object": "chat.completion", "padding": "y" * MIB, "choices": []}
    scripted.script = lambda exchange: exchange.answer(body)
    answer, record = received(small, account, stream)
    assert answer.status == 200 and b"[DONE]" not in answer.body and answer.complete == stream
    assert record["total_cost"] == 0 and small.credits(account)["total_usage"] == 0


# --- while others hold the memory for answers


@contextmanager
def memory_held_by_another(start_gateway, scripted):
    """A gateway whose memory for answers is held, and a way to say what its provider answers."""
    gateway = start_gateway(workers=1, limits={"max_buffered_answer_bytes": 131072})
    hog, held, go_on = gateway.new_account(), threading.Event(), threading.Event()
    large = json.dumps(completion(126_000)).encode()
    answers = {}

    def script(exchange):
        if exchange.request.json().get("user") != "hog":
            return answers["script"](exchange)
        exchange.head(length=len(large))
        exchange.send(large[:125_500])
        held.set()
        go_on.wait(30)
        exchange.send(large[125_500:])

    scripted.script = script
    thread = threading.Thread(target=lambda: answers.update(hog=plain(gateway, hog, user="hog")))
    thread.start()
    try:
        assert held.wait(10)
        yield gateway, lambda script: answers.update(script=script)
    finally:
        go_on.set()
        thread.join()
    assert answers["hog"][0].json()["choices"][0]["message"]["content"] == "x" * 126_000


@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_read_whole_whatever_memory_is_left(start_gateway, scripted, stream):
    with memory_held_by_another(start_gateway, scripted) as (gateway, answer_with):
        account = gateway.new_account()
        error = {"error": {"message": f"overloaded, key {KEY} " + "e" * 20_000, "code": 503}}
        answer_with(lambda exchange: exchange.answer(error))
        answer, record = received(gateway, account, stream)
        assert answer.status == 503 and KEY.encode() not in answer.body and answer.error["message"].startswith("overloaded")
        assert record["total_cost"] == 0 and gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_objects_on_lines_are_an_answer_whatever_memory_is_left(start_gateway, scripted, stream, together):
    words = [f"w{number} " + "z" * 1500 for number in range(4)]
    lines = [json.dumps(event).encode() + b"\n" for event in [*map(chunk, words), chunk("", "stop", usage=U)]]

    def script(exchange):
        if together:
            return exchange.answer(b"".join(lines))
        exchange.head(chunked=True)
        for line in lines:
            exchange.chunk(line)
        exchange.end_stream()

    with memory_held_by_another(start_gateway, scripted) as (gateway, answer_with):
        account = gateway.new_account()
        answer_with(script)
        if stream:
            events, record = streamed(gateway, account)
            assert events.done and events.content == "".join(words)
        else:
            answer, record = plain(gateway, account)
            assert answer.json()["choices"][0]["message"]["content"] == "".join(words)
        assert record["total_cost"] == COST


def test_a_stream_that_memory_has_no_room_for_is_no_fault_of_the_provider(start_gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        for _ in range(30):
            exchange.event(chunk("word " * 2000))
        exchange.event(chunk("", "stop", usage=U))
        exchange.event(b"[DONE]")
        exchange.end_stream()

    with memory_held_by_another(start_gateway, scripted) as (gateway, answer_with):
        account = gateway.new_account()
        answer_with(script)
        answer, record = plain(gateway, account)
        assert answer.status == 503 and answer.error["code"] == "overloaded", answer.body
        assert record["total_cost"] == 0 and record["upstream_inference_cost"] == COST


# --- JSON although a stream was asked for


@pytest.mark.parametrize("path", FLAVOURS)
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("indent", [None, 1])
def test_large_json_becomes_one_event(small, scripted, path, first, indent):
    account = small.new_account()
    body = json.dumps(completion(MIB, first=first, tool_calls=CALLS), indent=indent).encode()
    scripted.script = lambda exchange: exchange.answer(body)
    stream, record = streamed(small, account, path)
    assert stream.content == "x" * MIB and stream.done and stream.finish_reason == "stop"
    event = stream.events[0]
    assert event["object"] == "chat.completion.chunk" and "message" not in event["choices"][0]
    assert event["choices"][0]["delta"]["tool_calls"] == [{"index": 0, **CALLS[0]}]
    assert record["total_cost"] == COST and record["usage_source"] == "provider"
    assert stream.usage["cost"] == COST and len(stream.events) == 1 + first
    assert small.credits(account)["held"] == 0


def test_json_larger_than_an_event_may_be_becomes_one_by_default_too(gateway, account, scripted):
    body = json.dumps(completion(17 * MIB)).encode()
    scripted.script = lambda exchange: exchange.answer(body)
    stream, record = streamed(gateway, account)
    assert len(stream.content) == 17 * MIB and stream.done
    assert record["total_cost"] == COST


@pytest.mark.parametrize("stream", [False, True])
def test_a_large_answer_without_usage_is_estimated_within_what_was_asked_for(small, scripted, stream):
    account = small.new_account()
    scripted.script = lambda exchange: exchange.answer(completion(MIB, usage=None))
    if stream:
        events, record = streamed(small, account, max_tokens=700)
        shown = events.usage
    else:
        answer, record = plain(small, account, max_tokens=700)
        shown = answer.json()["usage"]
    assert record["tokens_completion"] == 700 and record["usage_source"] == "estimated"
    assert shown["completion_tokens"] == 700 and shown["cost"] == record["total_cost"]
    assert small.credits(account)["total_usage"] == record["total_cost"] > 0


@pytest.mark.parametrize("stream", [False, True])
def test_usage_in_the_choices_of_a_large_answer_is_found(small, scripted, stream):
    account = small.new_account()
    large = completion(MIB, usage=None)
    large["choices"][0]["usage"] = U
    scripted.script = lambda exchange: exchange.answer(large)
    record = streamed(small, account)[1] if stream else plain(small, account)[1]
    assert record["total_cost"] == COST and record["usage_source"] == "provider"


@pytest.mark.parametrize("stream", [False, True])
def test_a_large_answer_that_breaks_off_is_free_and_booked(small, scripted, stream):
    account = small.new_account()
    body = json.dumps(completion(MIB)).encode()[:-200]
    scripted.script = lambda exchange: exchange.answer(body)
    with small.connect() as connection:
        asked = chat(model="test/shapes", stream=stream, max_tokens=700)
        connection.send(small.bytes_of("POST", FLAVOURS[0], key=account.key, json=asked))
        try:
            answer = connection.read_answer(method="POST")
        except ConnectionEnded as ended:
            answer = ended.partial
    assert answer.status == 200 and b"[DONE]" not in answer.body
    assert answer.complete == stream and (b"upstream_invalid_response" in answer.body) == stream
    record = small.generation(account, answer.header("x-generation-id"))
    assert record["total_cost"] == 0 and record["upstream_inference_cost"] == Decimal("0.007") + PROMPT * record["tokens_prompt"]
    assert record["tokens_completion"] == 700 and record["usage_source"] == "estimated"
    credits = small.credits(account)
    assert credits["total_usage"] == 0 and credits["held"] == 0


def test_json_that_memory_has_no_room_for_becomes_one_event(start_gateway, scripted):
    gateway = start_gateway(limits={"max_buffered_answer_bytes": 65536})
    account = gateway.new_account()
    scripted.script = lambda exchange: exchange.answer(completion(MIB))
    stream, record = streamed(gateway, account)
    assert stream.content == "x" * MIB and stream.done and len(stream.events) == 1
    assert record["total_cost"] == COST


@counts_memory
def test_large_json_takes_little_memory_as_it_becomes_an_event(small, scripted):
    account = small.new_account()
    scripted.script = lambda exchange: exchange.answer(completion(12 * MIB))
    streamed(small, account)
    before = small.metrics().sum("process_resident_memory_bytes")
    streamed(small, account)
    assert small.metrics().sum("process_resident_memory_bytes") - before < 8 * MIB


# --- a stream that nobody asked for


def test_a_long_stream_becomes_one_answer_whatever_its_framing_weighs(small, scripted):
    """1,000 words in a megabyte of events: the answer itself is small."""
    account = small.new_account()
    padding = {"system_fingerprint": "f" * 1000}

    def script(exchange):
        exchange.start_stream()
        for number in range(1000):
            exchange.event(chunk(f"w{number} ", **padding))
        exchange.event(chunk("", "stop", usage=U))
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer, record = plain(small, account)
    assert answer.status == 200, answer.body
    assert answer.json()["choices"][0]["message"]["content"] == "".join(f"w{number} " for number in range(1000))
    assert record["total_cost"] == COST


@pytest.mark.parametrize("usage", [U, None])
@pytest.mark.parametrize("lines", [False, True])
def test_a_stream_for_an_answer_too_large_to_hold_is_metered_to_its_end(small, scripted, usage, lines):
    """Its client gets an error and pays nothing; what the provider bills is booked."""
    account = small.new_account()
    events = [chunk("word " * 2000) for _ in range(40)] + [chunk("", "stop", **({"usage": usage} if usage else {}))]

    def script(exchange):
        if lines:
            return exchange.answer("\n".join(map(json.dumps, events)).encode())
        exchange.start_stream()
        for event in events:
            exchange.event(event)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer, record = plain(small, account, max_tokens=4096)
    assert answer.status == 502 and "too large" in answer.error["message"], answer.body
    assert record["total_cost"] == 0 and small.credits(account)["total_usage"] == 0
    assert record["tokens_completion"] == (100 if usage else 4096)
    assert record["usage_source"] == ("provider" if usage else "counted")
    assert record["upstream_inference_cost"] > 0
    assert len(scripted.requests) == 1, "a second provider would be billed, too"


def test_objects_on_lines_that_are_large_together_become_one_answer(small, scripted):
    account = small.new_account()
    events = [chunk(f"w{number} ", system_fingerprint="f" * 1000) for number in range(1000)] + [chunk("", "stop", usage=U)]
    scripted.script = lambda exchange: exchange.answer("\n".join(map(json.dumps, events)).encode())
    answer, record = plain(small, account)
    assert answer.status == 200, answer.body
    assert answer.json()["choices"][0]["message"]["content"] == "".join(f"w{number} " for number in range(1000))
    assert record["total_cost"] == COST
