"""Presets: a prompt, models and parameters by a short name; their versions; how requests use them."""

import pytest

from support.chat import ANSWERED, chat
from support.people import new_team, refusal_of

USAGE = {"prompt_tokens": 5, "completion_tokens": 5}
PROMPT = 'You are "terse".\nSay little.'


def answer_plain(exchange):
    exchange.answer({"id": "x", "choices": ANSWERED, "usage": USAGE})


class Presets:
    def __init__(self, gateway, team):
        self.gateway, self.team = gateway, team
        gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
        self.key = team.may(team.member, "POST", "/keys", {"name": "k"})["key"]

    def make(self, slug="terse", **content):
        return self.team.may(self.team.admin, "POST", "/presets", {"slug": slug} | content)

    def put(self, slug="terse", **content):
        return self.team.ask(self.team.admin, "PUT", f"/presets/{slug}", content)

    def ask(self, model=None, path="/v1/chat/completions", **fields):
        body = chat(model=model, max_tokens=fields.pop("max_tokens", None), **fields)
        return self.gateway.request("POST", path, key=self.key, json=body)


@pytest.fixture
def presets(gateway, team):
    return Presets(gateway, team)


@pytest.mark.parametrize(
    "asked",
    [
        {"preset": "terse"},
        {"preset": "@preset/terse"},
        {"model": "@preset/terse"},
        {"model": "test/scripted@preset/terse"},
        {"model": "test/scripted", "preset": "terse"},
        {"model": "@preset/terse", "preset": "terse"},
    ],
)
def test_a_request_names_one_in_each_of_the_ways(presets, scripted, asked):
    scripted.script = answer_plain
    presets.make(model="test/scripted", system_prompt=PROMPT, parameters={"temperature": 0.2})
    answer = presets.ask(**asked)
    assert answer.status == 200, answer.body
    named = asked.get("model", "@").partition("@")[0]
    assert answer.header("x-tollgate-model-source") == ("request" if named else "preset")
    body = scripted.requests[-1].json()
    assert body["messages"] == [{"role": "system", "content": PROMPT}] + chat()["messages"]
    assert (body["model"], body["temperature"]) == ("scripted-1", 0.2)
    assert "preset" not in body
    assert answer.header("x-tollgate-removed-fields") is None


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_requests_own_system_prompt_stays_alone(presets, scripted, role):
    scripted.script = answer_plain
    presets.make(model="test/scripted", system_prompt=PROMPT)
    messages = [{"role": role, "content": "Mine."}, {"role": "user", "content": "x"}]
    assert presets.ask(preset="terse", messages=messages).status == 200
    assert scripted.requests[-1].json()["messages"] == messages


def test_the_requests_own_fields_win_over_the_preset_and_the_preset_over_the_member(presets, scripted):
    scripted.script = answer_plain
    team = presets.team
    team.may(team.member, "PUT", "/members/me/llm", {"model": "test/odd", "parameters": {"top_p": 0.1, "seed": 1}})
    presets.make(model="test/scripted", parameters={"top_p": 0.2, "temperature": 0.2})
    assert presets.ask(preset="terse", temperature=0.9).status == 200
    body = scripted.requests[-1].json()
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.9, 0.2, 1)


def test_a_prompt_that_was_added_is_held_and_estimated_for(gateway, presets):
    presets.make("long", model="test/chat", system_prompt="word " * 6000)
    account = gateway.new_account("0.001")  # some 6,600 tokens of prompt
    path = f"/api/organizations/{account.organization}/presets"
    gateway.manage("POST", path, {"slug": "long", "model": "test/chat", "system_prompt": "word " * 6000})
    body = chat(max_tokens=1)
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 200
    body["preset"] = "long"
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 402


def test_of_several_models_the_first_that_can_be_called_answers(presets):
    presets.make(models=["test/chat", "test/odd"])
    assert presets.ask(preset="terse").header("x-tollgate-model") == "test/chat"
    presets.team.may(presets.team.admin, "PUT", "/llm", {"model": None, "allowed_models": ["test/odd"]})
    assert presets.ask(preset="terse").header("x-tollgate-model") == "test/odd"


def test_row_44_a_preset_whose_model_cannot_be_used_is_named(presets):
    presets.make(model="test/chat")
    presets.team.may(presets.team.admin, "PUT", "/llm", {"model": None, "allowed_models": ["test/odd"]})
    answer = presets.ask(preset="terse")
    assert (answer.status, answer.error["code"]) == (404, "default_model_unavailable")
    assert (answer.error["model"], answer.error["level"]) == ("test/chat", "preset")
    assert presets.team.may(presets.team.member, "GET", "/presets/terse")["available"] is False


def test_an_unknown_one_is_named_and_so_is_a_contradiction(gateway, presets):
    for asked in ({"preset": "gone"}, {"model": "test/chat@preset/gone"}):
        answer = presets.ask(**asked)
        assert (answer.status, answer.error["code"]) == (400, "preset_not_found")
        assert "gone" in answer.error["message"]
    presets.make()
    assert presets.ask("test/chat@preset/terse", preset="other").status == 400
    assert presets.ask("test/chat", preset=7).error["param"] == "preset"
    assert presets.ask("test/chat@preset/").error["param"] == "model"
    other = Presets(gateway, new_team(gateway))
    assert other.ask("test/chat", preset="terse").error["code"] == "preset_not_found"


def test_a_changed_one_is_in_force_for_the_next_request_and_its_versions_are_kept(presets, scripted):
    scripted.script = answer_plain
    team = presets.team
    made = presets.make(model="test/scripted", system_prompt="one")
    changed = presets.put(model="test/scripted", system_prompt="two").json()
    assert (made["version"], changed["version"]) == (1, 2)
    assert presets.ask(preset="terse").status == 200
    assert scripted.requests[-1].json()["messages"][0]["content"] == "two"
    versions = team.may(team.member, "GET", "/presets/terse/versions")["data"]
    assert [(one["version"], one["system_prompt"]) for one in versions] == [(2, "two"), (1, "one")]
    assert {one["created_by"] for one in versions} == {team.admin.id}
    assert team.may(team.admin, "DELETE", "/presets/terse") == {"deleted": True}
    assert presets.ask(preset="terse").error["code"] == "preset_not_found"
    assert presets.make()["version"] == 1
    assert len(team.may(team.member, "GET", "/presets/terse/versions")["data"]) == 1


def test_row_46_the_same_again_makes_no_version_and_the_slower_of_two_is_told(presets):
    team = presets.team
    content = {"model": "test/chat", "parameters": {"seed": 1, "top_p": 0.5}, "provider": {"order": ["sample"]}}
    made = presets.make(**content)
    audit = team.may(team.admin, "GET", "/audit")["data"]
    assert presets.put(**content).json() == made
    assert team.may(team.admin, "GET", "/audit")["data"] == audit
    assert presets.put(system_prompt="x", version=1).json()["version"] == 2
    assert presets.put(system_prompt="y", version=1).status == 412
    late = team.ask(team.admin, "PUT", "/presets/terse", {"system_prompt": "y"}, headers={"if-match": '"1"'})
    assert late.status == 412


def test_row_15_what_was_read_may_come_back_whole(presets):
    made = presets.make(model="test/chat", system_prompt=PROMPT, parameters={"stop": ["\n"]}, provider={"zdr": True})
    team = presets.team
    assert team.may(team.admin, "PUT", "/presets/terse", made) == made
    refused = team.ask(team.admin, "PUT", "/presets/terse", made | {"slug": "other"})
    assert (refused.status, refused.error["param"]) == (403, "slug")


@pytest.mark.parametrize(
    "content, field",
    [
        ({"slug": "Terse"}, None),
        ({"slug": "a--b"}, None),
        ({"model": "no/such"}, "models"),
        ({"model": "test/odd", "models": ["test/chat", "test/odd"]}, "model"),
        ({"parameters": {"temperature": 9}}, "parameters.temperature"),
        ({"provider": "sample"}, "provider"),
        ({"system_prompt": "x" * 32769}, "system_prompt"),
    ],
)
def test_wrong_content_is_refused_by_name(presets, content, field):
    answer = presets.team.ask(presets.team.admin, "POST", "/presets", {"slug": "terse"} | content)
    assert answer.status in (400, 404)
    assert field is None or answer.error["param"] == field


def test_a_slug_is_one_presets_and_there_is_a_most(presets):
    team = presets.team
    presets.make("p0")
    assert refusal_of(team.ask(team.admin, "POST", "/presets", {"slug": "p0"})) == (409, "slug_taken")
    for i in range(1, 100):
        presets.make(f"p{i}")
    assert refusal_of(team.ask(team.admin, "POST", "/presets", {"slug": "p100"})) == (409, "limit_reached")
    assert len(team.may(team.member, "GET", "/presets?limit=1000")["data"]) == 100


def test_members_use_presets_and_admins_make_them(presets):
    team = presets.team
    presets.make()
    assert team.may(team.member, "GET", "/presets")["data"][0]["slug"] == "terse"
    for method, path, body in (
        ("POST", "/presets", {"slug": "x"}),
        ("PUT", "/presets/terse", {"model": None}),
        ("DELETE", "/presets/terse", None),
    ):
        assert team.ask(team.member, method, path, body).status == 403


def test_they_survive_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    path = f"/api/organizations/{account.organization}/presets"
    made = gateway.manage("POST", path, {"slug": "terse", "model": "test/odd", "system_prompt": PROMPT})
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.manage("GET", f"{path}/terse") == made
    body = chat(model="@preset/terse")
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)
    assert answer.header("x-tollgate-model") == "test/odd"


def test_openrouters_routes_show_them_to_a_key(gateway, presets):
    for slug in ("a", "b", "c"):
        presets.make(slug, model="test/chat", system_prompt=PROMPT, parameters={"seed": 1})
    listed = gateway.request("GET", "/api/v1/presets?offset=1&limit=1", key=presets.key).json()
    assert listed["total_count"] == 3 and [one["slug"] for one in listed["data"]] == ["b"]
    shown = gateway.request("GET", "/api/v1/presets/b", key=presets.key).json()["data"]
    assert shown == listed["data"][0]
    assert (shown["name"], shown["status"], shown["creator_user_id"]) == ("b", "active", presets.team.admin.id)
    version = shown["designated_version"]
    assert (version["version"], version["system_prompt"]) == (1, PROMPT)
    assert version["config"] == {"model": "test/chat", "seed": 1}
    versions = gateway.request("GET", "/api/v1/presets/b/versions", key=presets.key).json()
    assert versions == {"data": [version], "total_count": 1}
    assert gateway.request("GET", "/api/v1/presets/gone", key=presets.key).status == 404
