"""What clients of one API keep of another's answers and send back, and what they name in their own words: bounds that
stand twice, seals, presets in a path, names of removed fields, and counts of a whole request."""

import pytest

from support.dialects import Reasoning, Said, Text, gemini, messages, responses
from support.dialects import chat as chats

HI = [{"role": "user", "parts": [{"text": "hi"}]}]
REMOVED = "x-tollgate-removed-fields"


def google(gateway, key, model, method="generateContent", **fields):
    return gateway.request("POST", f"/v1beta/models/{model}:{method}", key=key, json={"contents": HI} | fields)


def say(scripted, dialect, *parts):
    scripted.script = lambda exchange: exchange.answer(dialect.plain(Said(list(parts))))


@pytest.mark.parametrize(
    "config",
    [
        '"generationConfig":{"maxOutputTokens":9},"generationConfig":{"maxOutputTokens":5}',
        '"generationConfig":{"maxOutputTokens":9},"generation_config":{"maxOutputTokens":5}',
        '"generationConfig":{"maxOutputTokens":9,"maxOutputTokens":5}',
        '"generationConfig":{"maxOutputTokens":9,"max_output_tokens":5}',
    ],
)
@pytest.mark.parametrize("model", ["test/gemini", "test/messages"])
def test_a_bound_of_gemini_that_stands_twice_is_refused(gateway, account, scripted, config, model):
    body = '{"contents":[{"parts":[{"text":"hi"}]}],' + config + "}"
    answer = gateway.request("POST", f"/v1beta/models/{model}:generateContent", key=account.key, body=body.encode())
    assert answer.status == 400
    assert "stands twice" in answer.json()["error"]["message"]
    assert scripted.requests == []


def expect_sealed_items(scripted):
    items = [item for item in scripted.requests[-1].json()["input"] if item.get("type") == "reasoning"]
    assert [(item["id"], item["encrypted_content"]) for item in items] == [("rs_0", "E1"), ("rs_1", "E2")]
    assert items[1]["summary"] == [{"type": "summary_text", "text": "why"}]


def test_sealed_reasoning_comes_back_from_a_messages_client_with_its_summary(gateway, account, scripted):
    say(scripted, responses, Reasoning("", "E1"), Reasoning("why", "E2"), Text("so"))
    asked = {"role": "user", "content": "hi"}
    body = {"model": "test/responses", "max_tokens": 99}
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=body | {"messages": [asked]})
    turns = [asked, {"role": "assistant", "content": answer.json()["content"]}, asked]
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=body | {"messages": turns})
    assert answer.status == 200, answer.body
    assert answer.header(REMOVED) is None
    expect_sealed_items(scripted)


def test_sealed_reasoning_comes_back_from_a_gemini_client_with_its_summary(gateway, account, scripted):
    say(scripted, responses, Reasoning("", "E1"), Reasoning("why", "E2"), Text("so"))
    answer = google(gateway, account.key, "test/responses")
    contents = [*HI, answer.json()["candidates"][0]["content"], *HI]
    answer = google(gateway, account.key, "test/responses", contents=contents)
    assert answer.status == 200, answer.body
    assert answer.header(REMOVED) is None
    expect_sealed_items(scripted)


@pytest.mark.parametrize("upstream", [gemini, responses], ids=["gemini", "responses"])
def test_reasoning_that_is_left_out_has_the_clients_own_name(gateway, account, scripted, upstream):
    model = "test/gemini" if upstream is gemini else "test/responses"
    say(scripted, upstream, Text("ok"))
    thinking = {"type": "thinking", "thinking": "w", "signature": "S"}
    turns = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "a"}]},
        {"role": "user", "content": "on"},
    ]
    body = {"model": model, "max_tokens": 99, "messages": turns}
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=body)
    assert answer.header(REMOVED) == "messages[].content[].thinking"


@pytest.mark.parametrize("model", ["test/responses", "test/messages", "test/chats"])
def test_thoughts_of_a_gemini_client_that_are_left_out_are_named_so(gateway, account, scripted, model):
    upstream = {"test/responses": responses, "test/messages": messages, "test/chats": chats}[model]
    say(scripted, upstream, Text("ok"))
    thought = {"role": "model", "parts": [{"text": "w", "thought": True, "thoughtSignature": "UzE="}, {"text": "a"}]}
    answer = google(gateway, account.key, model, contents=[*HI, thought, *HI])
    assert answer.status == 200, answer.body
    assert answer.header(REMOVED) == "contents[].parts[].thought"


@pytest.mark.parametrize(
    "model", ["test/messages@preset/sys", "test/messages%40preset%2Fsys", "@preset/sys", "test%2Fmessages@preset%2Fsys"]
)
def test_a_preset_can_be_named_in_googles_path(gateway, team, scripted, model):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    key = team.may(team.member, "POST", "/keys", {"name": "k"})["key"]
    preset = {"slug": "sys", "model": "test/messages", "parameters": {"temperature": 0.25}}
    team.may(team.admin, "POST", "/presets", preset)
    say(scripted, messages, Text("ok"))
    answer = google(gateway, key, model)
    assert answer.status == 200, answer.body
    assert scripted.requests[-1].json()["temperature"] == 0.25
    unknown = google(gateway, key, "test/messages@preset/none")
    assert unknown.status == 400
    assert "none" in unknown.json()["error"]["message"]


@pytest.mark.parametrize("model", ["test/gemini", "test/messages"])
def test_a_count_can_be_of_a_whole_request(gateway, account, scripted, model):
    def ask(method, body):
        return gateway.request("POST", f"/v1beta/models/{model}:{method}", key=account.key, json=body)

    def count(**body):
        answer = ask("countTokens", body)
        assert answer.status == 200, answer.body
        return answer.json()["totalTokens"]

    bare = count(contents=HI)
    assert count(generateContentRequest={"model": f"models/{model}", "contents": HI}) == bare
    instruction = {"parts": [{"text": "s" * 4000}]}
    assert count(generateContentRequest={"contents": HI, "systemInstruction": instruction}) > bare + 500
    assert ask("generateContent", {"generateContentRequest": {"contents": HI}}).status == 400
    assert scripted.requests == []
