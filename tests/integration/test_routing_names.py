"""What the names in a request stand for: of providers, of models and of parameters; and what is told of them."""

import pytest

from support.chat import GOOD_ANSWER, chat, post_chat
from support.processes import provider
from support.routes import explained, removed, served_by

TWO = "test/failover-scripted"  # served by `scripted`, ten times dearer, and by `sample`
EXPLAIN = {"x-openrouter-metadata": "enabled"}


def answer_well(exchange):
    exchange.answer(GOOD_ANSWER)


SHOWN = """
version: "1"
models:
  - {id: shown/chat, endpoints: [{provider: scripted, model: m, prices: {prompt: 1, completion: 1}},
                                 {provider: sample, model: echo, prices: {prompt: 1, completion: 1}}]}
providers:
  - {slug: scripted, name: Scripted Inc., dialect: chat, base_url: "https://scripted.example.com/v1", auth: bearer}
"""


def test_providers_are_named_as_the_lists_show_them(start_gateway, tmp_path, scripted):
    scripted.script = answer_well
    file = tmp_path / "shown.yaml"
    file.write_text(SHOWN)
    gateway = start_gateway(catalogue=[str(file)])
    account = gateway.new_account()
    show = lambda path: gateway.request("GET", "/api/v1" + path, key=account.key)  # noqa: E731
    endpoints = show("/models/shown/chat/endpoints").json()["data"]["endpoints"]
    assert [one["provider_name"] for one in endpoints] == ["Scripted Inc.", "sample"]
    for _ in range(10):
        asked = post_chat(gateway, account, model="shown/chat", provider={"ignore": ["Scripted Inc."]})
        assert served_by(asked) == "sample"
    assert served_by(post_chat(gateway, account, model="shown/chat", provider={"only": ["scripted inc."]})) == "scripted"
    for name in ("Scripted%20Inc.", "SCRIPTED", "scripted"):
        assert show(f"/parameters/shown/chat?provider={name}").status == 200
        assert [one["id"] for one in show(f"/models?providers={name}").json()["data"]] == ["shown/chat"]
    assert show("/models?providers=nobody").json()["data"] == []


PRIORITY_FIRST = """
version: "1"
models:
  - id: first/chat
    endpoints:
      - {provider: sample, model: echo, prices: {prompt: 20, completion: 20}, service_tiers: [priority]}
      - {provider: sample, model: echo, prices: {prompt: 2, completion: 2}, server_tools: [web_search]}
      - {provider: sample, model: echo, prices: {prompt: 1, completion: 1}}
"""


def test_a_list_has_the_prices_of_ordinary_requests_and_shows_variants(start_gateway, tmp_path):
    file = tmp_path / "first.yaml"
    file.write_text(PRIORITY_FIRST)
    gateway = start_gateway(catalogue=[str(file)])
    account = gateway.new_account()
    show = lambda path: gateway.request("GET", "/api/v1" + path, key=account.key)  # noqa: E731
    [listed] = show("/models").json()["data"]
    assert listed["pricing"]["prompt"] == "0.000001"
    for name in ("first%2Fchat:nitro", "first%2Fchat:free", "~first%2Fchat-latest", "first/chat"):
        assert show(f"/model/{name}").json()["data"]["id"] == "first/chat"
    assert show("/model/first%2Fchat:other").status == 404


FORMS = """
version: "1"
models:
  - {id: forms/chat, endpoints: [{provider: few, model: m, prices: {prompt: 0.01, completion: 0.01},
                                  supported_parameters: [temperature, max_tokens]},
                                 {provider: all, model: m, prices: {prompt: 5, completion: 5}}]}
  - {id: forms/few, endpoints: [{provider: few, model: m, prices: {prompt: 1, completion: 1},
                                 supported_parameters: [temperature, max_tokens]}]}
"""
SCHEMA = {"type": "json_schema", "name": "s", "schema": {"type": "object"}}
WITH_FORMAT = {  # the same wish, as each API has it
    "/v1/chat/completions": {
        "messages": [{"role": "user", "content": "x"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
    },
    "/v1/responses": {"input": "x", "text": {"format": SCHEMA}},
    "/v1/messages": {
        "messages": [{"role": "user", "content": "x"}],
        "max_tokens": 5,
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    },
}


@pytest.mark.parametrize("path", WITH_FORMAT)
def test_parameters_are_known_by_the_names_of_each_api(start_gateway, tmp_path, scripted, path):
    scripted.script = answer_well
    file = tmp_path / "forms.yaml"
    file.write_text(FORMS)
    providers = [provider(name, scripted.base_url) for name in ("few", "all")]
    gateway = start_gateway(providers=providers, catalogue=[str(file)])
    account = gateway.new_account()
    ask = lambda **of: gateway.request("POST", path, key=account.key, json=WITH_FORMAT[path] | of)  # noqa: E731
    for _ in range(5):
        assert served_by(ask(model="forms/chat")) == "all", "who does not take it stands behind"
    assert served_by(ask(model="auto")) == "all"
    needs_it = {"provider": {"require_parameters": True}}
    assert served_by(ask(model="forms/chat", **needs_it)) == "all"
    assert ask(model="forms/few", **needs_it).status == 404
    assert ask(model="forms/few").status == 200


@pytest.mark.parametrize(
    ("asked", "strategy"),
    [
        ({"model": "test/chat"}, "direct"),
        ({"model": "chat"}, "alias"),
        ({"model": "chat:nitro"}, "alias"),
        ({"model": "openrouter/auto:floor"}, "auto"),
        ({"model": "~test/chat-latest"}, "latest"),
        ({"model": "no/such", "models": ["test/chat"]}, "fallback"),
    ],
)
def test_the_strategy_is_what_the_name_stood_for(gateway, account, asked, strategy):
    answer = post_chat(gateway, account, headers=EXPLAIN, **asked)
    assert explained(answer)["strategy"] == strategy


def test_online_is_refused_of_any_name(gateway, account):
    for name in ("test/chat:online", "auto:online"):
        assert post_chat(gateway, account, model=name).status == 400


def test_an_error_names_the_keys_rules_beside_the_requests(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    rules = {"deny_providers": ["scripted"]}
    key = team.may(team.member, "POST", "/keys", {"name": "k", "rules": rules})["key"]
    body = chat(model=TWO, provider={"only": ["scripted"]})
    answer = gateway.request("POST", "/v1/chat/completions", key=key, json=body)
    assert (answer.status, answer.error["rules"]) == (404, ["only", "deny_providers"])
    assert "the rules of this key" in answer.error["message"]


def test_a_request_without_credit_is_explained(gateway):
    account = gateway.new_account(credit=None)
    answer = post_chat(gateway, account, model=TWO, headers=EXPLAIN)
    assert answer.status == 402 and len(explained(answer)["endpoints"]["available"]) == 2


def test_who_cannot_be_told_is_no_attempt(start_gateway, tmp_path, scripted):
    scripted.script = answer_well
    file = tmp_path / "told.yaml"
    file.write_text(FORMS.replace("provider: few", "provider: claude"))
    providers = [provider("claude", scripted.base_url, dialect="messages"), provider("all", scripted.base_url)]
    gateway = start_gateway(providers=providers, catalogue=[str(file)])
    wish = {"require_parameters": True, "order": ["claude", "all"]}
    answer = post_chat(gateway, gateway.new_account(), model="forms/chat", n=2, provider=wish, headers=EXPLAIN)
    explanation = explained(answer)
    assert [one["provider"] for one in explanation["attempts"]] == ["all"]
    assert removed(explanation) == {("claude", "parameters", "request")}
