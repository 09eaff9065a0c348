"""Chat completions answered by an upstream that speaks Anthropic's Messages API: what it is asked, and what the client,
the official SDK among them, is told and charged."""

import json

import openai
import pytest

from support.chat import chat
from support.speaks_messages import answers, events, frame, message, text, thinking, tool_use

PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def client(gateway, account):
    return openai.OpenAI(base_url=f"{gateway.base_url}/v1", api_key=account.key, max_retries=0)


def ask(client, stream, **fields):
    """The message, its finish reason and the usage, however they came."""
    fields = {"model": "test/messages", "messages": [{"role": "user", "content": "hi"}]} | fields
    if not stream:
        answer = client.chat.completions.create(**fields)
        return answer.choices[0].message, answer.choices[0].finish_reason, answer.usage
    with client.chat.completions.stream(**fields, stream_options={"include_usage": True}) as events:
        answer = events.get_final_completion() if all(True for _ in events) else None
    return answer.choices[0].message, answer.choices[0].finish_reason, answer.usage


@PLAIN_AND_STREAM
def test_a_text_with_its_usage(client, scripted, stream):
    usage = {"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 10}
    scripted.script = answers(message([text("Hello, wörld \"quoted\"\n")], usage=usage))
    said, finish, counted = ask(client, stream)
    assert said.content == "Hello, wörld \"quoted\"\n"
    assert finish == "stop"
    assert (counted.prompt_tokens, counted.completion_tokens) == (160, 20)
    assert counted.prompt_tokens_details.cached_tokens == 50
    # 100 x 1 + 50 x 0.10 + 10 x 1.25 + 20 x 10 USD per million
    assert counted.cost == pytest.approx(0.0003175, abs=1e-12)


def test_what_the_upstream_is_asked(client, scripted):
    scripted.script = answers(message([text("ok")]))
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    ask(client, False, messages=messages, temperature=0.5, stop=["END", " "], max_completion_tokens=64)
    request = scripted.requests[-1]
    assert request.target == "/v1/messages"
    assert request.header("x-api-key") == "messages-upstream-key"
    assert request.header("anthropic-version") == "2023-06-01"
    assert request.header("authorization") is None
    assert request.json() == {
        "model": "messages-1",
        "max_tokens": 64,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "stop_sequences": ["END"],
        "temperature": 0.5,
    }


@PLAIN_AND_STREAM
def test_parallel_tool_calls_and_their_results(client, scripted, stream):
    scripted.script = answers(
        message(
            [text("Let me look."), tool_use("toolu_a", "weather", {"city": "Oslo"}), tool_use("toolu_b", "weather", {})],
            stop_reason="tool_use",
        )
    )
    said, finish, _ = ask(client, stream, tools=[TOOL])
    assert finish == "tool_calls"
    assert [(call.id, json.loads(call.function.arguments)) for call in said.tool_calls] == [
        ("toolu_a", {"city": "Oslo"}),
        ("toolu_b", {}),
    ]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in said.tool_calls]
    history = [{"role": "user", "content": "hi"}, said.model_dump(exclude_none=True), *results]
    scripted.script = answers(message([text("It rains.")]))
    said, _, _ = ask(client, stream, tools=[TOOL], messages=history)
    assert said.content == "It rains."
    sent = scripted.requests[-1].json()["messages"]
    assert [turn["role"] for turn in sent] == ["user", "assistant", "user"]
    assert [block["tool_use_id"] for block in sent[2]["content"]] == ["toolu_a", "toolu_b"]


@PLAIN_AND_STREAM
def test_reasoning_comes_back_unchanged(client, scripted, stream):
    scripted.script = answers(
        message([thinking("Hm.", "sig=="), tool_use("toolu_a", "weather", {})], stop_reason="tool_use")
    )
    said, _, _ = ask(client, stream, tools=[TOOL], reasoning_effort="high", max_tokens=4096)
    assert scripted.requests[-1].json()["thinking"]["type"] == "enabled"
    assert said.reasoning_content == "Hm."
    history = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "reasoning_details": merged(said.reasoning_details), "tool_calls": calls_of(said)},
        {"role": "tool", "tool_call_id": "toolu_a", "content": "rain"},
    ]
    ask(client, stream, tools=[TOOL], messages=history, reasoning_effort="high", max_tokens=4096)
    assert scripted.requests[-1].json()["messages"][1]["content"][0] == thinking("Hm.", "sig==")


def calls_of(said):
    return [{"id": call.id, "type": "function", "function": dict(call.function)} for call in said.tool_calls]


def merged(details):
    """What a client makes of details that came in fragments."""
    whole = {}
    for detail in details:
        one = whole.setdefault(detail["index"], {"text": ""})
        one |= {key: value for key, value in detail.items() if key != "text" and value is not None}
        one["text"] += detail.get("text") or ""
    return list(whole.values())


@PLAIN_AND_STREAM
def test_what_cannot_be_said_is_named(gateway, account, scripted, stream):
    scripted.script = answers(message([text("ok")]))
    body = chat(model="test/messages", stream=stream, temperature=1.5, seed=7, logit_bias={"1": 2}, max_tokens=9)
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)
    assert answer.status == 200
    assert set(answer.header("x-tollgate-removed-fields").split(", ")) == {"seed", "logit_bias"}
    assert answer.header("x-tollgate-changed-fields") == "temperature"


@PLAIN_AND_STREAM
def test_an_error_before_the_answer(client, scripted, stream):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    scripted.script = lambda exchange: exchange.answer(error, "529 Overloaded")
    with pytest.raises(openai.APIStatusError) as raised:
        ask(client, stream)
    assert raised.value.status_code in (503, 529)
    assert raised.value.body["message"] == "Overloaded"


def test_an_error_in_the_stream(client, scripted):
    whole = list(events(message([text("Hello")])))
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    def script(exchange):
        exchange.start_stream()
        for name, data in whole[:5]:
            exchange.chunk(frame(name, data))
        exchange.chunk(frame("error", error))
        exchange.end_stream()

    scripted.script = script
    with pytest.raises(openai.APIError, match="Overloaded"):
        ask(client, True)


def test_a_stream_that_ends_early_is_told(client, scripted):
    whole = list(events(message([text("Hello")])))

    def script(exchange):
        exchange.start_stream()
        for name, data in whole[:5]:
            exchange.chunk(frame(name, data))
        exchange.end_stream()

    scripted.script = script
    with pytest.raises(openai.APIError):
        ask(client, True)


def test_a_plain_answer_where_a_stream_was_asked_for(client, scripted):
    answer = message([thinking("Hm.", "s"), text("Hello"), tool_use("t", "weather", {"a": 1})], stop_reason="tool_use")
    scripted.script = lambda exchange: exchange.answer(json.dumps(answer, indent=2).encode())
    said, finish, usage = ask(client, True)
    assert (said.content, finish, usage.completion_tokens) == ("Hello", "tool_calls", 7)


def test_a_stream_where_a_plain_answer_was_asked_for(client, scripted):
    answer = message([thinking("Hm.", "s"), text("Hello"), tool_use("t", "weather", {"a": 1})], stop_reason="tool_use")

    def script(exchange):
        exchange.start_stream()
        for name, data in events(answer):
            exchange.chunk(frame(name, data))
        exchange.end_stream()

    scripted.script = script
    said, finish, usage = ask(client, False)
    assert (said.content, finish, usage.completion_tokens) == ("Hello", "tool_calls", 7)
    assert said.reasoning_details[0]["signature"] == "s"


def test_a_parameter_that_is_required_and_cannot_be_said_is_refused(gateway, account, scripted):
    scripted.script = answers(message([text("ok")]))
    body = chat(model="test/messages", seed=7, provider={"require_parameters": True})
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)
    assert answer.status == 400
    assert answer.error["param"] == "seed" and "cannot be told seed" in answer.error["message"]
    assert scripted.requests == [] and gateway.credits(account)["held"] == 0
    body = chat(model="test/messages", provider={"require_parameters": True})
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 200
