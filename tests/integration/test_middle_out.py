"""Prompts that are too long for their endpoint lose their middle: for who asks for it, and where the context is small."""

import json

import pytest
import yaml

from support.chat import GOOD_ANSWER, post_chat, stream_chat
from support.processes import provider
from support.scripted_upstream import ScriptedUpstream
from support.speaks_messages import answers, message, text

ASKED = {"transforms": ["middle-out"]}
EXPLAIN = {"x-openrouter-metadata": "enabled"}
CHANGED = "x-tollgate-changed-fields"
WORDS = "some words of a long talk. "
SMALL, LARGE = 4096, 20000
PRICES = {"prompt": 1, "completion": 2}
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


def model(name, context, *providers):
    endpoints = [{"provider": one, "model": name, "context_length": context, "prices": PRICES} for one in providers]
    return {"id": f"test/{name}", "endpoints": endpoints}


@pytest.fixture
def talk_to(start_gateway, scripted, tmp_path):
    """(gateway, account) over models of small and large contexts."""
    models = [model("small", SMALL, "one"), model("large", LARGE, "one"), model("claude", LARGE, "claude")]
    file = tmp_path / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"version": "1", "models": models}))
    claude = provider("claude", scripted.base_url, dialect="messages")
    gateway = start_gateway(catalogue=[str(file)], providers=[provider("one", scripted.base_url), claude])
    scripted.script = answer
    return gateway, gateway.new_account()


def answer(exchange):
    if exchange.request.target.endswith("/messages"):
        return answers(message([text("ok")]))(exchange)
    if not exchange.request.json().get("stream"):
        return exchange.answer(GOOD_ANSWER)
    exchange.start_stream()
    delta = {"choices": [{"index": 0, "delta": {"content": "hello"}, "finish_reason": "stop"}]}
    for event in (json.dumps(delta), json.dumps({"choices": [], "usage": GOOD_ANSWER["usage"]}), "[DONE]"):
        exchange.chunk(f"data: {event}\n\n".encode())
    exchange.end_stream()


def turns(count, words=10):
    """A talk that ends with the user."""
    talk = [{"role": "system", "content": "Be brief."}]
    for number in range(count):
        talk.append({"role": "assistant" if number % 2 else "user", "content": f"turn {number}: {WORDS * words}"})
    return talk


def said_in(messages):
    """The numbers of the turns that are left."""
    return [int(one["content"].split(":")[0].split()[1]) for one in messages if one["role"] != "system"]


def send(talk_to, stream, **fields):
    gateway, account = talk_to
    if stream:
        return stream_chat(gateway, account, max_tokens=100, **fields)[0]
    sent = post_chat(gateway, account, max_tokens=100, **fields)
    assert sent.status == 200, sent.body
    return sent


@PLAIN_AND_STREAM
@pytest.mark.parametrize(
    "fields",
    [{"model": "test/large"} | ASKED, {"model": "test/large", "plugins": [{"id": "context-compression"}]},
     {"model": "test/small"}],
    ids=["transform", "plugin", "small"],
)
def test_the_middle_goes_and_both_ends_stay(talk_to, scripted, fields, stream):
    messages = turns(301)
    told = send(talk_to, stream, messages=messages, **fields)
    assert told.header(CHANGED) == "messages" and told.header("x-tollgate-removed-fields") is None
    sent = scripted.requests[-1].json()
    assert not {"transforms", "plugins"} & set(sent)
    left = said_in(sent["messages"])
    assert sent["messages"][0] == messages[0] and left[:2] == [0, 1] and left[-2:] == [299, 300]
    assert sum(len(one["content"]) for one in sent["messages"]) < (SMALL if fields["model"] == "test/small" else LARGE) * 3
    assert [one % 2 for one in left] == [place % 2 for place in range(len(left))], "they take turns"


def test_the_rest_of_the_body_goes_byte_for_byte(talk_to, scripted):
    gateway, account = talk_to
    messages = json.dumps(turns(101))
    tail = ', "seed" : 1.0e0,\n"max_tokens":7 }'
    body = '{ "model":"test/small","messages":' + messages + tail
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, body=body.encode()).status == 200
    sent = scripted.requests[-1].body.decode()
    assert sent.startswith('{ "model":"small","messages":[{"role": "system"') and sent.endswith(tail)


@pytest.mark.parametrize(
    "fields",
    [{"model": "test/small", "transforms": []}, {"model": "test/large"},
     {"model": "test/small", "plugins": [{"id": "context-compression", "enabled": False}]}],
)
def test_who_does_not_want_it_or_need_it_loses_nothing(talk_to, scripted, fields):
    messages = turns(301)
    told = send(talk_to, False, messages=messages, **fields)
    assert told.header(CHANGED) is None and scripted.requests[-1].json()["messages"] == messages


def test_a_prompt_that_fits_is_whole(talk_to, scripted):
    messages = turns(5)
    told = send(talk_to, False, model="test/large", messages=messages, **ASKED)
    assert told.header(CHANGED) is None and scripted.requests[-1].json()["messages"] == messages


@PLAIN_AND_STREAM
def test_a_translated_prompt_is_shortened_too(talk_to, scripted, stream):
    told = send(talk_to, stream, model="test/claude", messages=turns(301), **ASKED)
    assert "messages" in told.header(CHANGED)
    messages = scripted.requests[-1].json()["messages"]
    assert len(messages) < 301
    assert messages[0]["content"][0]["text"].startswith("turn 0:")
    assert messages[-1]["content"][0]["text"].startswith("turn 300:")


def test_claude_gets_no_more_than_a_thousand_messages(talk_to, scripted):
    send(talk_to, False, model="test/claude", messages=turns(1201, words=0), **ASKED)
    assert 990 <= len(scripted.requests[-1].json()["messages"]) <= 1000


def test_a_large_body_is_shortened_off_the_loop(talk_to, scripted):
    messages = turns(3001, words=20)
    assert len(json.dumps(messages)) > 1 << 20
    told = send(talk_to, False, model="test/large", messages=messages, **ASKED)
    assert told.header(CHANGED) == "messages"
    left = said_in(scripted.requests[-1].json()["messages"])
    assert left[0] == 0 and left[-1] == 3000 and len(left) < 200


def test_d23_a_call_stays_with_its_result_and_a_signed_block_is_whole(talk_to, scripted):
    gateway, account = talk_to
    messages = [{"role": "user", "content": "Do it."}]
    for number in range(60):
        thought = {"type": "thinking", "thinking": WORDS * 10, "signature": f"signed-{number}"}
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "f", "input": {"n": number}}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": WORDS * 50}
        messages += [{"role": "assistant", "content": [thought, call]}, {"role": "user", "content": [result]}]
    body = {"model": "test/claude", "max_tokens": 100, "messages": messages} | ASKED
    told = gateway.request("POST", "/v1/messages", key=account.key, json=body)
    assert told.status == 200 and told.header(CHANGED) == "messages", told.body
    left = scripted.requests[-1].json()["messages"]
    assert left[0] == messages[0] and left[-2:] == messages[-2:] and len(left) < len(messages)
    for asked, result in zip(left[1::2], left[2::2], strict=True):
        assert asked in messages and result == messages[messages.index(asked) + 1]


def test_d23_signed_calls_of_gemini_are_whole_or_absent(talk_to, scripted):
    gateway, account = talk_to
    contents = [{"role": "user", "parts": [{"text": "Do it."}]}]
    for number in range(60):
        call = {"functionCall": {"name": "f", "args": {"n": number}}, "thoughtSignature": f"c2lnbmVk{number}"}
        response = {"functionResponse": {"name": "f", "response": {"output": f"{number}: " + WORDS * 50}}}
        contents += [{"role": "model", "parts": [call]}, {"role": "user", "parts": [response]}]
    body = {"contents": contents, "generationConfig": {"maxOutputTokens": 100}} | ASKED
    told = gateway.request("POST", "/v1beta/models/test/large:generateContent", key=account.key, json=body)
    assert told.status == 200 and "contents" in told.header(CHANGED), told.body
    messages = scripted.requests[-1].json()["messages"]
    assert messages[0] == {"role": "user", "content": "Do it."} and 3 < len(messages) < len(contents)
    calls = [one["tool_calls"][0] for one in messages if one.get("tool_calls")]
    results = [one for one in messages if one["role"] == "tool"]
    assert [one["id"] for one in calls] == [one["tool_call_id"] for one in results]
    for call, result in zip(calls, results, strict=True):
        number = json.loads(call["function"]["arguments"])["n"]
        assert f"{number}: {WORDS}" in result["content"] and result["content"].count(WORDS) == 50


def test_a_text_that_is_too_long_loses_its_middle(talk_to, scripted):
    gateway, account = talk_to
    body = {"model": "test/small", "input": "Begin. " + WORDS * 2000 + "End.", "max_output_tokens": 50}
    told = gateway.request("POST", "/v1/responses", key=account.key, json=body)
    assert told.status == 200 and "input" in told.header(CHANGED), told.body
    asked = json.dumps(scripted.requests[-1].json()["messages"])
    assert "Begin. some" in asked and "talk. End." in asked and "[...]" in asked and len(asked) < SMALL * 3


def test_the_explanation_says_what_went(talk_to):
    gateway, account = talk_to
    told = post_chat(gateway, account, model="test/small", messages=turns(301), max_tokens=100, headers=EXPLAIN)
    (step,) = told.json()["openrouter_metadata"]["pipeline"]
    assert step["type"] == "context_compression" and "messages of its middle were left out" in step["summary"]


@pytest.fixture
def dead():
    upstream = ScriptedUpstream()
    upstream.script = lambda exchange: exchange.answer({"error": {"message": "no"}}, "503 Service Unavailable")
    yield upstream
    upstream.close()


def test_each_attempt_has_what_its_endpoint_can_take(start_gateway, scripted, dead, tmp_path):
    """The first endpoint is small and fails; the second takes all."""
    endpoints = [
        {"provider": "dead", "model": "a", "context_length": SMALL, "prices": PRICES},
        {"provider": "one", "model": "b", "context_length": 200000, "prices": PRICES},
    ]
    file = tmp_path / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"version": "1", "models": [{"id": "test/two", "endpoints": endpoints}]}))
    providers = [provider("dead", dead.base_url), provider("one", scripted.base_url)]
    gateway = start_gateway(catalogue=[str(file)], providers=providers)
    scripted.script = answer
    messages, order = turns(301), {"order": ["dead", "one"]}
    told = post_chat(gateway, gateway.new_account(), model="test/two", messages=messages, max_tokens=100, provider=order)
    assert told.status == 200 and told.header(CHANGED) is None
    assert len(dead.requests[-1].json()["messages"]) < 301
    assert scripted.requests[-1].json()["messages"] == messages
