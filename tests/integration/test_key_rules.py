"""Rules of keys: models, providers and prices that one key may not use although its organization may."""

import pytest

from support.chat import chat, post_chat

# Of prices.yaml: test/chat costs 0.15 and 0.60 a million tokens at `sample`.


def key_with(gateway, account, rules):
    made = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", {"name": "r", "rules": rules})
    return made["key"], made["data"]


def ask(gateway, key, model, **fields):
    return gateway.request("POST", "/v1/chat/completions", key=key, json=chat(model=model, **fields))


def denied_by(answer):
    if answer.status == 200:
        return []
    assert (answer.status, answer.error["code"]) == (403, "key_rule_denied"), answer.body
    return answer.error["rules"]


@pytest.mark.parametrize(
    "rules, rule",
    [
        ({"allow_models": ["chat"]}, []),
        ({"allow_models": ["test/odd"]}, ["allow_models"]),
        ({"deny_models": ["test/chat"]}, ["deny_models"]),
        ({"deny_models": ["test/odd"]}, []),
        ({"allow_models": ["test/chat"], "deny_models": ["test/chat"]}, ["deny_models"]),
        ({"allow_providers": ["sample"]}, []),
        ({"allow_providers": ["scripted"]}, ["allow_providers"]),
        ({"deny_providers": ["sample"]}, ["deny_providers"]),
        ({"max_price": {"prompt": 0.15, "completion": 0.6}}, []),
        ({"max_price": {"prompt": 0.149999}}, ["max_price"]),
        ({"max_price": {"completion": 0.5}}, ["max_price"]),
        ({"max_price": {"prompt": 0}}, ["max_price"]),
    ],
)
def test_a_rule_leaves_out_what_it_names(gateway, account, rules, rule):
    key, _ = key_with(gateway, account, rules)
    answer = ask(gateway, key, "chat")
    assert denied_by(answer) == rule
    if rule:
        assert rule[0] in answer.error["message"]
    assert post_chat(gateway, account).status == 200, "another key of the organization"


def test_a_fallback_obeys_them_too(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer({"error": {"message": "busy"}}, "503 Service Unavailable")
    key, _ = key_with(gateway, account, {"deny_providers": ["sample"]})
    answer = ask(gateway, key, "test/failover-scripted")
    assert answer.status >= 500 and len(scripted.requests) == 1
    assert answer.header("x-tollgate-provider") != "sample"


def test_they_hold_for_defaults_too(gateway, account):
    key, _ = key_with(gateway, account, {"allow_models": ["test/odd"]})
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", {"model": "test/chat"})
    assert denied_by(ask(gateway, key, None)) == ["allow_models"]


def test_changed_rules_hold_for_the_next_request(gateway, account):
    key, data = key_with(gateway, account, None)
    path = f"/api/organizations/{account.organization}/keys/{data['hash']}"
    assert data["rules"] is None and ask(gateway, key, "chat").status == 200
    shown = gateway.manage("PATCH", path, {"rules": {"deny_models": ["chat", "test/odd", "chat"]}})["data"]["rules"]
    assert shown == {
        "allow_models": [],
        "deny_models": ["test/chat", "test/odd"],
        "allow_providers": [],
        "deny_providers": [],
        "max_price": {"prompt": None, "completion": None},
    }
    assert denied_by(ask(gateway, key, "chat")) == ["deny_models"]
    assert gateway.manage("PATCH", path, {"name": "renamed"})["data"]["rules"] == shown
    assert gateway.manage("PATCH", path, {"rules": shown})["data"]["rules"] == shown
    assert gateway.manage("PATCH", path, {"rules": None})["data"]["rules"] is None
    assert ask(gateway, key, "chat").status == 200


def test_they_survive_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    key, data = key_with(gateway, account, {"deny_models": ["chat"], "max_price": {"prompt": 1.25}})
    assert gateway.stop() == 0
    gateway.start()
    assert denied_by(ask(gateway, key, "chat")) == ["deny_models"]
    path = f"/api/organizations/{account.organization}/keys/{data['hash']}"
    assert gateway.manage("GET", path)["data"]["rules"] == data["rules"]


@pytest.mark.parametrize(
    "rules, field",
    [
        ({"allow_models": ["no/such"]}, "rules.allow_models"),
        ({"deny_providers": ["nobody"]}, "rules.deny_providers"),
        ({"allow_models": "test/chat"}, "rules.allow_models"),
        ({"max_price": {"prompt": -1}}, "rules.max_price.prompt"),
        ({"max_price": {"prompt": 0.0000001}}, "rules.max_price.prompt"),
        ({"max_price": {"image": 1}}, "rules.max_price.image"),
        ({"models": []}, "rules.models"),
        ([], "rules"),
    ],
)
def test_wrong_rules_are_refused_by_name(gateway, account, rules, field):
    path = f"/api/organizations/{account.organization}/keys"
    answer = gateway.request("POST", path, key=gateway.root_key, json={"name": "r", "rules": rules})
    assert (answer.status, answer.error["param"]) == (400, field)


def test_a_management_key_has_none(gateway, account):
    path = f"/api/organizations/{account.organization}/keys"
    body = {"name": "m", "kind": "management", "rules": {"deny_models": ["test/chat"]}}
    assert gateway.request("POST", path, key=gateway.root_key, json=body).status == 400


def models_of(gateway, key):
    listed = gateway.request("GET", "/v1/models", key=key).json()["data"]
    counted = gateway.request("GET", "/api/v1/models/count", key=key).json()["data"]["count"]
    assert counted == len(listed)
    return {model["id"] for model in listed}


def test_models_that_a_key_cannot_call_are_not_listed_for_it(gateway, account):
    everything = models_of(gateway, account.key)
    key, _ = key_with(gateway, account, {"deny_providers": ["sample"]})
    assert "test/chat" in everything and "test/chat" not in models_of(gateway, key)
    assert "test/failover-scripted" in models_of(gateway, key)
    path = f"/api/organizations/{account.organization}/llm"
    gateway.manage("PUT", path, {"model": None, "allowed_models": ["test/chat", "test/down"]})
    assert models_of(gateway, account.key) == {"test/chat", "test/down"}
    assert models_of(gateway, key) == {"test/down"}
