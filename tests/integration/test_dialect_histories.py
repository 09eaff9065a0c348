"""Conversations that change their provider: what the gateway put into an answer of one goes to none that would refuse
it, above all where the next provider speaks the client's own API. Rows D… are those of the reports on other gateways."""

import json
import re
from pathlib import Path

import pytest
import yaml

from support.processes import Gateway, provider

PROVIDERS = Path(__file__).resolve().parents[2] / "configs/catalogue/providers.yaml"
ROOT_URL = "/v1beta/models/test/{}:generateContent"
CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
USER = {"role": "user", "content": "q"}
GOOGLE_USER = {"role": "user", "parts": [{"text": "q"}]}
TOOLS = [{"name": "f", "input_schema": {"type": "object", "properties": {}}}]
COUNTS = {"promptTokenCount": 10, "candidatesTokenCount": 2, "totalTokenCount": 12}
FROM_GEMINI = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "hm", "thought": True},
                    {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "S1"},
                ],
            },
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": COUNTS,
    "responseId": "r1",
}
FROM_CLAUDE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "thinking", "thinking": "hm", "signature": "SIG=="}, {"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 2},
}
FROM_OPENAI = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "ok", "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12},
}
FROM_CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
}


@pytest.fixture
def ask(gateway, account, scripted):
    """Sends a request; what the provider was sent is the answer's `heard`."""

    def ask(path, body, plain):
        scripted.script = lambda exchange: exchange.answer(plain)
        scripted.requests.clear()
        answer = gateway.request("POST", path, key=account.key, json=body)
        assert answer.status == 200, answer.body
        answer.heard = scripted.requests[-1].json()
        return answer

    return ask


def messages_body(*turns, model="test/messages", **more):
    return {"model": model, "max_tokens": 50, "messages": list(turns), "tools": TOOLS, **more}


def calling(id):
    return {"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "f", "input": {}}]}


def result(id, *before):
    blocks = [*before, {"type": "tool_result", "tool_use_id": id, "content": "r"}]
    return {"role": "user", "content": blocks}


def test_d24_messages_have_no_reasoning_of_gemini(ask):
    first = ask(MESSAGES, messages_body(USER, model="test/gemini"), FROM_GEMINI).json()["content"]
    assert "tollgate:" in json.dumps(first)
    history = [USER, {"role": "assistant", "content": first}, result(first[-1]["id"])]
    second = ask(MESSAGES, messages_body(*history, context_management={"edits": []}), FROM_CLAUDE)
    assert "tollgate:" not in json.dumps(second.heard)
    assert [block["type"] for block in second.heard["messages"][1]["content"]] == ["tool_use"]
    assert second.header("x-tollgate-removed-fields") == "messages[].content[].thinking"
    # The rest passes as it came, what this gateway does not know included.
    assert second.heard["context_management"] == {"edits": []}
    # And Gemini gets its own back.
    third = ask(MESSAGES, messages_body(*history, model="test/gemini"), FROM_GEMINI)
    assert third.heard["contents"][1]["parts"][-1]["thoughtSignature"] == "S1"


def test_d24_gemini_has_no_signatures_of_claude(ask):
    first = ask(ROOT_URL.format("messages"), {"contents": [GOOGLE_USER]}, FROM_CLAUDE).json()
    content = first["candidates"][0]["content"]
    second = ask(ROOT_URL.format("gemini"), {"contents": [GOOGLE_USER, content, GOOGLE_USER]}, FROM_GEMINI)
    assert "dG9sbGdhdGUtdjE6" not in json.dumps(second.heard)
    assert second.heard["contents"][1]["parts"][-1] == {"text": "ok"}


def test_d24_responses_have_no_signatures_of_claude(ask):
    output = ask(RESPONSES, {"model": "test/messages", "input": "q"}, FROM_CLAUDE).json()["output"]
    second = ask(RESPONSES, {"model": "test/responses", "input": [USER, *output, USER]}, FROM_OPENAI)
    assert [item.get("type", "message") for item in second.heard["input"]] == ["message"] * 3
    assert second.header("x-tollgate-removed-fields") == "input[].reasoning"


def test_d4_ids_that_claude_refuses(ask):
    bad = "functions.Bash:0"
    heard = ask(MESSAGES, messages_body(USER, calling(bad), result(bad)), FROM_CLAUDE).heard["messages"]
    assert re.fullmatch("[a-zA-Z0-9_-]+", heard[1]["content"][0]["id"])
    assert heard[1]["content"][0]["id"] == heard[2]["content"][0]["tool_use_id"]


def test_d4_ids_that_stand_twice(ask):
    turns = [USER, calling("call_0"), result("call_0"), calling("call_0"), result("call_0")]
    heard = ask(MESSAGES, messages_body(*turns), FROM_CLAUDE).heard["messages"]
    assert heard[1]["content"][0]["id"] == heard[2]["content"][0]["tool_use_id"] == "call_0"
    assert heard[3]["content"][0]["id"] == heard[4]["content"][0]["tool_use_id"] != "call_0"


def test_d7_results_first(ask):
    note = {"type": "text", "text": "note"}
    heard = ask(MESSAGES, messages_body(USER, calling("a"), result("a", note)), FROM_CLAUDE).heard["messages"]
    assert [block["type"] for block in heard[2]["content"]] == ["tool_result", "text"]


@pytest.mark.parametrize(
    ("system", "heard"),
    [("  ", None), ([{"type": "text", "text": "a"}, {"type": "text", "text": ""}], [{"type": "text", "text": "a"}])],
    ids=["blank", "empty block"],
)
def test_d26_empty_instructions(ask, system, heard):
    assert ask(MESSAGES, messages_body(USER, system=system), FROM_CLAUDE).heard.get("system") == heard


def test_what_is_fit_passes_byte_for_byte(ask, scripted):
    thought = FROM_CLAUDE["content"]
    body = messages_body(USER, {"role": "assistant", "content": thought}, USER, system="s")
    ask(MESSAGES, body, FROM_CLAUDE)
    sent = json.dumps(body, separators=(",", ":"))
    assert json.loads(sent)["messages"] == scripted.requests[-1].json()["messages"]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "x"}},
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "iVBO"},
    ],
    ids=["search", "picture"],
)
def test_d29_items_of_openais_tools_do_not_end_the_conversation(ask, item):
    said = {"role": "assistant", "content": "found"}
    answer = ask(RESPONSES, {"model": "test/chats", "input": [USER, item, said, USER]}, FROM_CHAT)
    told = f"input[].{item['type']}"
    fields = (answer.header("x-tollgate-changed-fields"), answer.header("x-tollgate-removed-fields"))
    assert told in fields


@pytest.fixture(scope="module")
def mistral(tmp_path_factory, scripted_server):
    """A gateway in front of a provider with the quirks that the catalogue gives Mistral."""
    directory = tmp_path_factory.mktemp("mistral")
    endpoint = {"provider": "mistral", "model": "m-1", "context_length": 9999, "prices": {"prompt": 1, "completion": 10}}
    file = directory / "models.yaml"
    file.write_text(yaml.safe_dump({"version": "x", "models": [{"id": "q/mistral", "endpoints": [endpoint]}]}))
    shipped = yaml.safe_load(PROVIDERS.read_text())["providers"]
    quirks = next(one["quirks"] for one in shipped if one["slug"] == "mistral")
    upstream = provider("mistral", scripted_server.base_url, quirks=quirks)
    running = Gateway(directory, [upstream], workers=1, catalogue=[str(file)]).start()
    yield running
    running.stop()


def test_d5_mistral_takes_no_instruction_behind_an_answer(mistral, scripted):
    scripted.script = lambda exchange: exchange.answer(FROM_CHAT)
    body = {
        "model": "q/mistral",
        "messages": [USER, {"role": "assistant", "content": "a"}, {"role": "system", "content": "mid"}, USER],
    }
    answer = mistral.request("POST", CHAT, key=mistral.new_account().key, json=body)
    assert answer.status == 200, answer.body
    heard = scripted.requests[-1].json()["messages"]
    assert "system" not in [message["role"] for message in heard]
    assert "mid" in json.dumps(heard)
