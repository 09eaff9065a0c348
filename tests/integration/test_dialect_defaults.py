"""Defaults and presets on the routes of other APIs than chat completions: in the words of the API, beside what the client
says, and never against it. The endpoint speaks the client's dialect, so that the body passes."""

import json

import pytest

from support.dialects import Said, Text, Turn, Wish, gemini, messages, responses

HI = [Turn("user", [Text("hi")])]
DIALECTS = {"messages": messages, "responses": responses, "gemini": gemini}


def asker(gateway, account, scripted):
    """Says what the endpoint is sent of a body; `preset` is a preset's content."""

    def send(name, preset=None, body=None, status=200):
        dialect = DIALECTS[name]
        path, own = dialect.ask(Wish(HI), f"test/{name}", False)
        own |= body or {}
        own = {key: value for key, value in own.items() if value is not ...}
        if preset is not None:
            slug = f"p{len(scripted.requests)}"
            url = f"/api/organizations/{account.organization}/presets"
            gateway.manage("POST", url, {"slug": slug} | preset)
            own["preset"] = slug
        scripted.script = lambda exchange: exchange.answer(dialect.plain(Said([Text("ok")])))
        answer = gateway.request("POST", path, key=account.key, json=own)
        assert answer.status == status, answer.body
        send.answer = answer
        pairs = []
        sent = json.loads(scripted.requests[-1].body, object_pairs_hook=lambda one: pairs.append(one) or dict(one))
        for object_pairs in pairs:
            names = [key for key, _ in object_pairs]
            assert len(names) == len(set(names)), f"a name stands twice: {names}"
        return sent

    return send


@pytest.fixture
def ask(gateway, account, scripted):
    return asker(gateway, account, scripted)


PROMPTS = {
    "messages": lambda sent: "".join(block["text"] for block in sent["system"]),
    "responses": lambda sent: sent["instructions"],
    "gemini": lambda sent: sent["systemInstruction"]["parts"][0]["text"],
}
TEMPERATURES = {
    "messages": lambda sent: sent["temperature"],
    "responses": lambda sent: sent["temperature"],
    "gemini": lambda sent: sent["generationConfig"]["temperature"],
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_presets_prompt_and_parameters_reach_the_api(ask, name):
    sent = ask(name, {"system_prompt": "Be brief.", "parameters": {"temperature": 0.3}})
    assert PROMPTS[name](sent) == "Be brief."
    assert TEMPERATURES[name](sent) == 0.3
    assert "x-tollgate-removed-fields" not in dict(ask.answer.headers)


LONG = "x" * 1_300_000
LARGE = {
    "messages": {"messages": [{"role": "user", "content": LONG}]},
    "responses": {"input": LONG},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": LONG}]}]},
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_body_that_is_too_large_for_the_loop_is_added_to_as_well(start_gateway, scripted, name):
    gateway = start_gateway(limits={"max_body_bytes": 2 << 20})
    ask = asker(gateway, gateway.new_account("50"), scripted)
    sent = ask(name, {"system_prompt": "Be brief.", "parameters": {"temperature": 0.3}}, LARGE[name])
    assert PROMPTS[name](sent) == "Be brief." and TEMPERATURES[name](sent) == 0.3
    assert LARGE[name].items() <= sent.items()


NULLS = {
    "messages": {"system": None, "temperature": None, "stop_sequences": None},
    "responses": {"instructions": None, "temperature": None, "reasoning": None},
    "gemini": {"systemInstruction": None},
}


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_null_makes_room(ask, name):
    sent = ask(name, {"system_prompt": "Be brief.", "parameters": {"temperature": 0.3}}, NULLS[name])
    assert PROMPTS[name](sent) == "Be brief." and TEMPERATURES[name](sent) == 0.3


OWN = {
    "messages": {"system": "Mine.", "temperature": 0.9, "top_k": 7, "container": "c"},
    "responses": {"instructions": "Mine.", "temperature": 0.9, "include": ["web_search_call.action.sources"]},
    "gemini": {
        "systemInstruction": {"parts": [{"text": "Mine."}]},
        "generationConfig": {"temperature": 0.9, "mediaResolution": "MEDIA_RESOLUTION_LOW"},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "labels": {"team": "a"},
        "cachedContent": "cachedContents/1",
    },
}


@pytest.mark.parametrize("name", DIALECTS)
def test_what_the_client_says_stays_as_it_is(ask, name):
    sent = ask(name, {"system_prompt": "Be brief.", "parameters": {"temperature": 0.3, "top_p": 0.5}}, OWN[name])
    assert PROMPTS[name](sent | ({"system": [{"text": "Mine."}]} if name == "messages" else {})) == "Mine."
    for key, value in OWN[name].items():
        if isinstance(value, dict):
            assert sent[key].items() >= value.items()
        else:
            assert sent[key] == value
    place = sent["generationConfig"] if name == "gemini" else sent
    # Claude takes one of the two, and the client has named it.
    assert place.get("topP" if name == "gemini" else "top_p") == (None if name == "messages" else 0.5)


def test_reasoning_by_default_obeys_the_apis_rules(ask):
    preset = {"parameters": {"reasoning_effort": "high"}}
    assert ask("messages", preset, {"max_tokens": 5000})["thinking"]["budget_tokens"] < 5000
    forced = {"tools": [{"name": "f", "input_schema": {"type": "object"}}], "tool_choice": {"type": "any"}}
    assert "thinking" not in ask("messages", preset, {"max_tokens": 5000} | forced)
    sent = ask("messages", preset, {"max_tokens": 5000, "temperature": 0.5})
    assert sent["temperature"] == 0.5 and "thinking" not in sent
    assert "thinking" not in ask("messages", preset, {"max_tokens": 50})


@pytest.mark.parametrize("model", ["test/messages", "test/chats", "test/gemini"])
def test_a_bound_by_default_is_enough_for_messages(gateway, account, scripted, model):
    url = f"/api/organizations/{account.organization}/presets"
    gateway.manage("POST", url, {"slug": "bounded", "parameters": {"max_tokens": 99}})
    scripted.script = lambda exchange: exchange.answer({}, "500 Oh")
    body = {"model": model, "preset": "bounded", "messages": [{"role": "user", "content": "hi"}]}
    gateway.request("POST", "/v1/messages", key=account.key, json=body)
    sent = scripted.requests[-1].json()
    assert 99 in (sent.get("max_tokens"), sent.get("generationConfig", {}).get("maxOutputTokens"))


def test_codex_may_declare_a_web_search_that_has_no_price(ask):
    tools = [{"type": "web_search", "external_web_access": False}]
    sent = ask("responses", body={"tools": tools})
    assert not sent.get("tools")
    assert "web_search" in ask.answer.header("x-tollgate-removed-fields")


def test_a_history_is_no_parameter(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(gemini.plain(Said([Text("ok")])))
    turns = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "abc"}, {"type": "text", "text": "yes"}]},
        {"role": "user", "content": "and?"},
    ]  # fmt: skip
    body = {"model": "test/gemini", "max_tokens": 9, "messages": turns, "provider": {"require_parameters": True}}
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=body)
    assert answer.status == 200, answer.body
