"""Which providers may serve an organization's requests, and what they may do with them: stored, checked, in force."""

import pytest

from support.chat import ANSWERED, chat
from support.people import new_team
from support.processes import provider

PREFERENCES = "/provider-preferences"
UNSET = dict.fromkeys(
    [
        "order",
        "only",
        "ignore",
        "allow_fallbacks",
        "require_parameters",
        "data_collection",
        "zdr",
        "enforce_distillable_text",
        "quantizations",
        "sort",
        "max_price",
        "preferred_min_throughput",
        "preferred_max_latency",
    ]
)
WHOLE = {
    "order": ["scripted", "sample"],
    "only": ["sample", "scripted"],
    "ignore": ["down"],
    "allow_fallbacks": False,
    "require_parameters": True,
    "data_collection": "allow",
    "zdr": False,
    "enforce_distillable_text": False,
    "quantizations": ["bf16", "fp8"],
    "sort": {"by": "price", "partition": "none"},
    "max_price": {"prompt": 1, "completion": 2, "request": 0},
    "preferred_min_throughput": {"p50": 50, "p90": 10},
    "preferred_max_latency": {"p99": 2},
}


def put(team, **fields):
    return team.may(team.admin, "PUT", PREFERENCES, fields)


def ask(gateway, team, model="test/chat", **fields):
    key = team.may(team.member, "POST", "/keys", {"name": "k"})["key"]
    return gateway.request("POST", "/v1/chat/completions", key=key, json=chat(model=model, **fields))


@pytest.fixture
def paid(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def left_out_by(answer):
    if answer.status == 200:
        return []
    assert (answer.status, answer.error["code"]) == (404, "no_allowed_provider"), answer.body
    return answer.error["rules"]


def test_preferences_are_set_shown_and_sent_back(team):
    empty = team.may(team.member, "GET", PREFERENCES)
    assert {name: empty[name] for name in UNSET} == UNSET
    whole = put(team, **WHOLE)
    assert whole == WHOLE | {"version": empty["version"] + 1}
    assert team.may(team.member, "GET", PREFERENCES) == whole
    assert team.may(team.admin, "PUT", PREFERENCES, whole) == whole, "the same again is no change"


def test_a_change_keeps_what_it_does_not_name_and_null_clears(team):
    whole = put(team, **WHOLE)
    changed = team.may(team.admin, "PATCH", PREFERENCES, {"sort": "latency", "ignore": None})
    assert changed == whole | {
        "sort": {"by": "latency", "partition": "model"},
        "ignore": None,
        "version": whole["version"] + 1,
    }
    assert put(team)["only"] is None, "what a PUT lacks is cleared"


def test_short_forms_and_texts_mean_the_same(team):
    shown = put(team, sort="price", preferred_max_latency=0.25, max_price={"prompt": "0.5"})
    assert shown["sort"] == {"by": "price", "partition": "model"}
    for sent in ({"partition": "none"}, {"by": None, "partition": "none"}):
        shown = team.may(team.admin, "PATCH", PREFERENCES, {"sort": sent})
        assert shown["sort"] == {"by": None, "partition": "none"}
    assert team.may(team.admin, "PATCH", PREFERENCES, {"sort": {"by": None}})["sort"] is None
    assert float(shown["preferred_max_latency"]["p50"]) == 0.25 and float(shown["max_price"]["prompt"]) == 0.5


def test_a_stale_version_changes_nothing(team):
    version = put(team, only=["sample"])["version"]
    for more in ({"json": {"zdr": True, "version": version - 1}}, {"json": {"zdr": True}, "if_match": version - 1}):
        headers = {"if-match": f'"{more["if_match"]}"'} if "if_match" in more else None
        assert team.ask(team.admin, "PATCH", PREFERENCES, more["json"], headers=headers).status == 412
    assert team.may(team.admin, "GET", PREFERENCES)["zdr"] is None


@pytest.mark.parametrize(
    "wrong, path",
    [
        ({"bogus": 1}, "bogus"),
        ({"order": ["nope"]}, "order"),
        ({"order": "sample"}, "order"),
        ({"only": [1]}, "only"),
        ({"ignore": ["nobody"]}, "ignore"),
        ({"allow_fallbacks": "yes"}, "allow_fallbacks"),
        ({"data_collection": "never"}, "data_collection"),
        ({"quantizations": ["fp7"]}, "quantizations"),
        ({"sort": "fast"}, "sort"),
        ({"sort": 1}, "sort"),
        ({"sort": {"by": "price", "partition": "all"}}, "sort.partition"),
        ({"sort": {"by": "speed"}}, "sort.by"),
        ({"max_price": 1}, "max_price"),
        ({"max_price": {"prompts": 1}}, "max_price.prompts"),
        ({"max_price": {"prompt": -1}}, "max_price.prompt"),
        ({"max_price": {"prompt": "cheap"}}, "max_price.prompt"),
        ({"preferred_min_throughput": "fast"}, "preferred_min_throughput"),
        ({"preferred_min_throughput": {"p42": 1}}, "preferred_min_throughput.p42"),
        ({"preferred_max_latency": {"p50": -1}}, "preferred_max_latency.p50"),
    ],
)
def test_a_wrong_member_is_refused_by_its_path_here_and_in_presets(team, wrong, path):
    answer = team.ask(team.admin, "PUT", PREFERENCES, wrong)
    assert (answer.status, answer.error["param"]) == (400, path), answer.body
    preset = team.ask(team.admin, "POST", "/presets", {"slug": "p", "provider": wrong})
    assert (preset.status, preset.error["param"]) == (400, f"provider.{path}"), preset.body


def test_only_owners_and_admins_change_them(team):
    assert team.ask(team.member, "PUT", PREFERENCES, {}).status == 403
    assert team.ask(team.member, "PATCH", "/privacy", {"zdr": True}).status == 403
    assert team.may(team.member, "GET", "/privacy")["zdr"] is False


# Of prices.yaml: test/chat costs 0.15 and 0.60 a million tokens at `sample`, and nobody else serves it.
@pytest.mark.parametrize(
    "preferences, rules",
    [
        ({}, []),
        ({"only": ["sample"]}, []),
        ({"only": ["scripted"]}, ["only"]),
        ({"ignore": ["sample"]}, ["ignore"]),
        ({"ignore": ["scripted"]}, []),
        ({"max_price": {"prompt": 0.15, "completion": 0.6}}, []),
        ({"max_price": {"prompt": 0.149999}}, ["max_price"]),
        ({"max_price": {"completion": 0.5}}, ["max_price"]),
        ({"data_collection": "deny"}, ["data_collection"]),
        ({"zdr": True}, ["zdr"]),
    ],
)
def test_what_they_leave_out_is_not_asked(gateway, paid, preferences, rules):
    put(paid, **preferences)
    answer = ask(gateway, paid)
    assert left_out_by(answer) == rules
    if rules:
        assert rules[0] in answer.error["message"]


def test_those_of_a_preset_hold_beside_the_organizations(gateway, paid):
    paid.may(paid.admin, "POST", "/presets", {"slug": "cheap", "provider": {"max_price": {"prompt": 0.1}}})
    assert left_out_by(ask(gateway, paid)) == []
    assert left_out_by(ask(gateway, paid, preset="cheap")) == ["max_price"]
    put(paid, only=["scripted"])
    assert left_out_by(ask(gateway, paid, preset="cheap")) == ["only"]


def test_a_fallback_obeys_them(gateway, paid, scripted):
    scripted.script = lambda exchange: exchange.answer({"error": {"message": "busy"}}, "503 Service Unavailable")
    put(paid, ignore=["sample"])
    answer = ask(gateway, paid, "test/failover-scripted")
    assert answer.status >= 500 and len(scripted.requests) == 1


@pytest.mark.parametrize(
    "declared, privacy, rules",
    [
        ({}, {"data_collection": "allow", "zdr": False}, []),
        ({}, {"data_collection": "deny", "zdr": False}, ["data_collection"]),
        ({"collects_data": False}, {"data_collection": "deny", "zdr": False}, []),
        ({"collects_data": False}, {"data_collection": "deny", "zdr": True}, ["zdr"]),
        ({"collects_data": False, "zero_data_retention": True}, {"data_collection": "deny", "zdr": True}, []),
    ],
)
def test_privacy_leaves_out_providers_that_are_not_declared_to_keep_it(
    start_gateway, scripted, declared, privacy, rules
):
    scripted.script = lambda exchange: exchange.answer({"id": "x", "choices": ANSWERED, "usage": {}})
    gateway = start_gateway(providers=[provider("scripted", scripted.base_url, **declared)])
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    shown = team.may(team.admin, "PUT", "/privacy", privacy)
    assert {name: shown[name] for name in privacy} == privacy
    assert left_out_by(ask(gateway, team, "test/scripted")) == rules
    gateway.kill()
    gateway.start()
    assert team.may(team.member, "GET", "/privacy") == shown


@pytest.mark.parametrize("wrong", [{}, {"zdr": True}, {"data_collection": "no", "zdr": True}, {"zdr": 1}, {"bogus": 1}])
def test_wrong_privacy_is_refused(team, wrong):
    assert team.ask(team.admin, "PUT", "/privacy", wrong).status == 400
