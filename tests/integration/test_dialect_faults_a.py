"""Answers that an upstream gives in another form than it was asked for, or fails to give: no client loses them, and none
takes a failure for an end."""

import importlib
import json

import pytest

from support import aws, speaks_messages
from support.dialects import Call, Reasoning, Said, Text, Turn, Wish, converse, gemini, messages
from support.dialects import chat as chats

CLIENTS = ["chat", "messages", "responses", "gemini"]
UPSTREAMS = ["chat", "messages", "responses", "gemini"]
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
WISH = Wish([Turn("user", [Text("Which weather has Oslo?")])], tools=("weather",))
SAID = Said([Text("Wait."), Call("call_1", "weather", {"city": 'O"slo'})], finish="tool_calls")


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


def model_of(upstream):
    return "test/chats" if upstream == "chat" else f"test/{upstream}"


def ask(gateway, account, client, upstream, stream, wish=WISH):
    path, body = dialect(client).ask(wish, model_of(upstream), stream)
    return gateway.request("POST", path, key=account.key, json=body)


# --- JSON in place of a stream


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_plain_answer_in_place_of_a_stream(gateway, account, scripted, client, upstream):
    scripted.script = lambda exchange: exchange.answer(dialect(upstream).plain(SAID))
    answer = ask(gateway, account, client, upstream, True)
    assert answer.status == 200, answer.body
    assert dialect(upstream).is_stream(scripted.requests[-1])
    told, _ = dialect(client).read(answer, True)
    assert (told.texts(), told.finish, told.calls()) == (SAID.texts(), SAID.finish, SAID.calls())
    assert (told.usage.prompt, told.usage.completion) == (100, 20)


def test_thoughts_of_a_plain_answer_in_place_of_a_stream(gateway, account, scripted):
    said = Said([Reasoning("Hm.", "sig=="), Text("Rain.")])
    scripted.script = lambda exchange: exchange.answer(messages.plain(said))
    told, _ = messages.read(ask(gateway, account, "messages", "messages", True), True)
    assert told.parts == said.parts


@pytest.mark.parametrize("as_list", [False, True], ids=["object", "list"])
def test_googles_stream_without_events_is_one_list(gateway, account, scripted, as_list):
    whole = gemini.plain(SAID)
    scripted.script = lambda exchange: exchange.answer([whole] if as_list else whole)
    path, body = gemini.ask(WISH, "test/gemini", True)
    path = path.removesuffix("?alt=sse")
    answer = gateway.request("POST", path, key=account.key, json=body)
    responses = json.loads(answer.body)
    ends = [one["candidates"][0].get("finishReason") for one in responses if "candidates" in one]
    parts = [part for one in responses for part in one["candidates"][0].get("content", {}).get("parts", [])]
    assert ends[-1] == "STOP"
    assert "".join(part.get("text", "") for part in parts) == "Wait."
    assert [part["functionCall"]["args"] for part in parts if "functionCall" in part] == [{"city": 'O"slo'}]
    assert responses[-1]["usageMetadata"]["promptTokenCount"] == 100


# --- Signatures and ids


def test_a_signature_that_stands_where_the_block_begins(gateway, account, scripted):
    whole = speaks_messages.message([speaks_messages.thinking("abc", "sig0"), speaks_messages.text("ok")])
    events = [
        ("content_block_start", {"index": 0, "content_block": whole["content"][0]}),
        ("content_block_stop", {"index": 0}),
        ("content_block_start", {"index": 1, "content_block": whole["content"][1]}),
        ("content_block_stop", {"index": 1}),
        ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": whole["usage"]}),
        ("message_stop", {}),
    ]

    def script(exchange):
        exchange.start_stream()
        for name, data in [("message_start", {"message": whole | {"content": [], "stop_reason": None}}), *events]:
            exchange.chunk(speaks_messages.frame(name, {"type": name} | data))
        exchange.end_stream()

    scripted.script = script
    told, _ = chats.read(ask(gateway, account, "chat", "messages", True), True)
    assert told.parts[0] == Reasoning("abc", "sig0")
    assert told.texts() == "ok"


@PLAIN_AND_STREAM
def test_a_chat_has_an_id_where_the_provider_gives_none(gateway, account, scripted, stream):
    def script(exchange):
        if not stream:
            return exchange.answer(converse.plain(Said([Text("ok")])))
        exchange.head(content_type=converse.STREAM_TYPE, chunked=True)
        for event in converse.events(Said([Text("ok")])):
            exchange.chunk(event)
        exchange.end_stream()

    scripted.script = script
    answer = ask(gateway, account, "chat", "converse", stream)
    lines = answer.body.decode().splitlines()
    data = [line[6:] for line in lines if line.startswith("data: {")] if stream else [answer.body]
    ids = {json.loads(one)["id"] for one in data}
    assert len(ids) == 1 and ids.pop().startswith("gen-")


# --- Errors


@PLAIN_AND_STREAM
def test_a_messages_client_is_told_the_providers_code_and_field(gateway, account, scripted, stream):
    error = {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded", "param": "input[0]"}
    scripted.script = lambda exchange: exchange.answer({"error": error}, "400 Bad Request")
    answer = ask(gateway, account, "messages", "responses", stream)
    assert answer.status == 400
    told = answer.json()["error"]
    assert (told["type"], told["code"], told["param"]) == ("invalid_request_error", error["code"], "input[0]")


def named(type):
    return speaks_messages.frame("error", {"type": "error", "error": {"type": type, "message": "no"}})


def failed(code):
    event = {"type": "error", "code": code, "message": "no", "param": None, "sequence_number": 0}
    return f"event: error\ndata: {json.dumps(event)}\n\n".encode()


ERROR_EVENTS = {"messages": named, "responses": failed, "converse": lambda name: aws.exception(name, "no")}


@pytest.mark.parametrize("client", ["chat", "messages"])
@pytest.mark.parametrize(
    ("upstream", "name", "status"),
    [
        ("messages", "overloaded_error", 529),
        ("messages", "rate_limit_error", 429),
        ("messages", "api_error", 500),
        ("messages", "invalid_request_error", 400),
        ("messages", "authentication_error", 502),  # none of the client's business
        ("messages", "strange_error", 502),
        ("responses", "rate_limit_exceeded", 429),
        ("responses", "server_error", 500),
        ("converse", "throttlingException", 429),
        ("converse", "serviceUnavailableException", 503),
        ("converse", "validationException", 400),
    ],
)
def test_an_error_before_any_content_has_the_status_that_it_names(
    gateway, account, scripted, client, upstream, name, status
):
    def script(exchange):
        exchange.head(content_type=dialect(upstream).STREAM_TYPE, chunked=True)
        exchange.chunk(ERROR_EVENTS[upstream](name))
        exchange.end_stream()

    scripted.script = script
    assert ask(gateway, account, client, upstream, True).status == status


# --- A model that fails


FAILURES = ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"]


@pytest.mark.parametrize("native", FAILURES)
@PLAIN_AND_STREAM
@pytest.mark.parametrize("client", CLIENTS)
def test_a_model_that_failed_has_not_come_to_an_end(gateway, account, scripted, client, stream, native):
    candidate = {"content": {"role": "model"}, "finishReason": native, "index": 0}
    whole = gemini.HEAD | {"candidates": [candidate], "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}}

    def script(exchange):
        if not stream:
            return exchange.answer(whole)
        exchange.start_stream()
        exchange.event(whole)
        exchange.end_stream()

    scripted.script = script
    answer = ask(gateway, account, client, "gemini", stream)
    assert answer.status == 200, answer.body
    expected = {
        "chat": '"finish_reason":"error"',
        "messages": '"stop_reason":"refusal"',
        "responses": '"status":"failed"',
        "gemini": f'"finishReason":"{native}"',
    }
    body = answer.body.decode().replace('": "', '":"')
    assert expected[client] in body
    if client == "responses" and stream:
        assert "event: response.failed\n" in body and "response.completed" not in body
