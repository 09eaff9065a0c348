"""Streams and answers that keep to their API in their own way: no client loses a call, its arguments or the end of it,
and none reads anything twice. Tests with a row's name send what the report tells of."""

import importlib
import json

import pytest

from support import speaks_messages
from support.dialects import Call, Said, Text, Turn, Wish

WISH = Wish([Turn("user", [Text("Which weather has Oslo?")])], tools=("weather",))
CLIENTS = ["chat", "messages", "responses", "gemini"]
OF_CLIENTS = pytest.mark.parametrize("client", CLIENTS)
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


def model_of(upstream):
    return "test/chats" if upstream == "chat" else f"test/{upstream}"


def sse(*events):
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


@pytest.fixture
def told(gateway, account, scripted):
    """What a client is told where the upstream streams these bytes: (answer, Said)."""

    def ask(client, upstream, body, stream=True):
        def script(exchange):
            exchange.start_stream()
            exchange.chunk(body)
            exchange.end_stream()

        scripted.script = script
        path, asked = dialect(client).ask(WISH, model_of(upstream), stream)
        answer = gateway.request("POST", path, key=account.key, json=asked)
        assert answer.status == 200, answer.body
        return answer, dialect(client).read(answer, stream)[0]

    return ask


def chunk(delta=None, finish=None, **members):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "chatcmpl-0123456789", "object": "chat.completion.chunk", "choices": [choice], "usage": None} | members


def calls(index, id, name, arguments):
    return {"tool_calls": [{"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}}]}


LAST = chunk(choices=[], usage=USAGE)


def arguments(said):
    return [values for _, values in said.calls()]


# --- Chats


@PLAIN_AND_STREAM
@OF_CLIENTS
def test_d13_d14_calls_that_are_all_numbered_zero_and_end_with_stop(told, client, stream):
    body = sse(
        chunk(calls(0, "call_a", "weather", '{"city":"Oslo"}')), chunk(calls(0, "call_b", "weather", '{"city":"Rome"}'), "stop"), LAST
    )
    _, said = told(client, "chat", body + DONE, stream)
    assert arguments(said) == [{"city": "Oslo"}, {"city": "Rome"}]
    assert said.finish == "tool_calls"


@OF_CLIENTS
def test_d13_calls_of_one_name_without_numbers_and_ids(told, client):
    body = sse(chunk(calls(0, "", "weather", '{"city":"Oslo"}')), chunk(calls(0, "", "", '{"city":"Rome"}')), chunk({}, "stop"), LAST)
    _, said = told(client, "chat", body + DONE)
    assert arguments(said) == [{"city": "Oslo"}, {"city": "Rome"}]


@OF_CLIENTS
def test_d2_each_fragment_of_a_call_has_another_id(told, client):
    first, second = calls(0, "b", "", '{"city"'), calls(0, "c", "", ':"Oslo"}')
    body = sse(chunk(calls(0, "call_a", "weather", "")), chunk(first), chunk(second), chunk({}, "tool_calls"), LAST)
    _, said = told(client, "chat", body + DONE)
    assert arguments(said) == [{"city": "Oslo"}]


@PLAIN_AND_STREAM
@pytest.mark.parametrize("client", ["messages", "responses", "gemini"])
def test_d3_a_message_behind_its_deltas_is_told_once(told, client, stream):
    message = {"role": "assistant", "content": "ab"}
    last = {"id": "c", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": USAGE}
    _, said = told(client, "chat", sse(chunk({"content": "a"}), chunk({"content": "b"}), last) + DONE, stream)
    assert said.texts() == "ab"


@pytest.mark.parametrize("client", ["messages", "responses", "gemini"])
@pytest.mark.parametrize("second", [None, "tool_calls"])
def test_d12_calls_behind_the_reason(told, client, second):
    call = chunk(calls(0, "call_a", "weather", '{"city":"Oslo"}'), second)
    _, said = told(client, "chat", sse(chunk({"content": "Wait."}, "stop"), call, LAST) + DONE)
    assert (arguments(said), said.finish) == ([{"city": "Oslo"}], "tool_calls")


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_without_choices_is_none(gateway, account, scripted, client):
    scripted.script = lambda exchange: exchange.answer({"id": "c", "object": "chat.completion", "choices": [], "usage": USAGE})
    path, body = dialect(client).ask(WISH, "test/chats", False)
    assert gateway.request("POST", path, key=account.key, json=body).status == 502


@pytest.mark.parametrize("reason", ["stop", "eos"])
def test_d14_the_reason_of_a_plain_chat_that_has_calls(gateway, account, scripted, reason):
    answer = dialect("chat").plain(Said([Call("call_1", "weather", {"city": "Oslo"})], finish="tool_calls"))
    answer["choices"][0]["finish_reason"] = reason
    scripted.script = lambda exchange: exchange.answer(answer)
    path, body = dialect("chat").ask(WISH, "test/chats", False)
    told = gateway.request("POST", path, key=account.key, json=body).json()
    assert told["choices"][0]["finish_reason"] == "tool_calls"
    assert told["choices"][0]["message"]["tool_calls"] == answer["choices"][0]["message"]["tool_calls"]


# --- Google's


def piece(*parts, **members):
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0} | members
    return {"candidates": [candidate], "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2, "totalTokenCount": 12}}


CALL = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}


@pytest.mark.parametrize("second", [{"text": " there"}, CALL], ids=["text", "call"])
def test_d12_a_reason_in_each_piece_is_told_once_and_last(told, second):
    answer, said = told("chat", "gemini", sse(piece({"text": "hi"}, finishReason="STOP"), piece(second, finishReason="STOP")))
    data = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: {")]
    reasons = [choice["finish_reason"] for event in data for choice in event["choices"]]
    assert reasons[:-1] == [None] * (len(reasons) - 1)
    assert reasons[-1] == ("tool_calls" if second is CALL else "stop")


def test_d12_what_follows_a_reason_is_of_the_same_message(told):
    body = sse(piece({"text": "hi"}, finishReason="STOP"), piece({"text": " there"}, finishReason="STOP"))
    answer, said = told("responses", "gemini", body)
    assert said.texts() == "hi there"
    assert answer.body.count(b"event: response.output_item.done") == 1


IDLE = {
    "gemini": [b"data: [DONE]\n\n", b'data: {"modelVersion":"g","responseId":"r"}\n\n', b"data: : keepalive\n\n"],
    "messages": [b"data: : keepalive\n\n"],
    "responses": [b"data: : keepalive\n\n", b"data: [DONE]\n\n"],
}


@pytest.mark.parametrize(("upstream", "idle"), [(upstream, idle) for upstream in IDLE for idle in IDLE[upstream]])
@pytest.mark.parametrize("client", ["chat", "messages", "gemini"])
def test_an_event_that_says_nothing_ends_no_answer(told, client, upstream, idle):
    said = Said([Text("Rain.")])
    if upstream == "messages":
        answer = speaks_messages.message([speaks_messages.text("Rain.")])
        body = b"".join(speaks_messages.frame(*event) for event in speaks_messages.events(answer))
    else:
        body = b"".join(dialect(upstream).events(said))
    at_end = idle.startswith(b"data: [DONE]")
    answer, heard = told(client, upstream, body + idle if at_end else idle + body)
    assert heard.texts() == "Rain."
    assert b'"error"' not in answer.body


# --- Responses


def function_call(arguments):
    return {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": arguments}


@pytest.mark.parametrize("first", ["", '{"city":"Oslo"}'], ids=["in the last event", "in both"])
@pytest.mark.parametrize("client", ["chat", "messages", "gemini"])
def test_d3_arguments_of_the_first_or_the_last_event(told, client, first):
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "output": []}
    usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
    whole = response | {"status": "completed", "output": [function_call('{"city":"Oslo"}')], "usage": usage}
    body = sse(
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "output_index": 0, "item": function_call(first)},
        {"type": "response.completed", "response": whole},
    )
    _, said = told(client, "responses", body)
    assert (arguments(said), said.finish) == ([{"city": "Oslo"}], "tool_calls")


PAGE = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}
FILE = {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 0}


@pytest.mark.parametrize("client", ["chat", "messages", "gemini"])
def test_pages_that_a_response_cites(gateway, account, scripted, client):
    said = dialect("responses").plain(Said([Text("ok")]))
    said["output"][-1]["content"][0]["annotations"] = [FILE, PAGE]
    scripted.script = lambda exchange: exchange.answer(said)
    path, body = dialect(client).ask(WISH, "test/responses", False)
    told = gateway.request("POST", path, key=account.key, json=body).json()
    if client == "chat":
        page = {name: value for name, value in PAGE.items() if name != "type"}
        assert told["choices"][0]["message"]["annotations"] == [{"type": "url_citation", "url_citation": page}]
    elif client == "messages":
        assert [one["url"] for one in told["content"][0]["citations"]] == [PAGE["url"]]
    else:
        chunks = told["candidates"][0]["groundingMetadata"]["groundingChunks"]
        assert chunks == [{"web": {"uri": PAGE["url"], "title": "A"}}]
