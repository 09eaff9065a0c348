"""LLM defaults: of the instance, the organization, a project and a member, in their order; parameters too; what an
organization allows."""

import signal
from decimal import Decimal

import pytest

from support.chat import ANSWERED, chat, cost_of
from support.people import new_team, refusal_of
from support.processes import PRICES
from support.waiting import eventually

USAGE = {"prompt_tokens": 5, "completion_tokens": 5}


@pytest.fixture
def spender(gateway, team):
    """The member's own key, in a project beside the default one, with credit to spend."""
    return Spender(gateway, team)


class Spender:
    def __init__(self, gateway, team):
        self.gateway, self.team = gateway, team
        gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
        self.project = team.may(team.admin, "POST", "/projects", {"name": "shop"})["id"]
        made = team.may(team.member, "POST", "/keys", {"name": "k", "project_id": self.project})
        self.key, self.hash = made["key"], made["data"]["hash"]

    def ask(self, model=None, **fields):
        body = chat(model=model, max_tokens=fields.pop("max_tokens", None), **fields)
        return self.gateway.request("POST", "/v1/chat/completions", key=self.key, json=body)

    def answered_by(self, **fields):
        """The model that answered, and the level that chose it."""
        answer = self.ask(**fields)
        assert answer.status == 200, answer.body
        return answer.header("x-tollgate-model"), answer.header("x-tollgate-model-source")

    def set_organization(self, **settings):
        return self.team.may(self.team.admin, "PUT", "/llm", {"model": None} | settings)

    def set_project(self, **settings):
        return self.team.may(self.team.admin, "PUT", f"/projects/{self.project}/llm", {"model": None} | settings)

    def set_own(self, **settings):
        return self.team.may(self.team.member, "PUT", "/members/me/llm", {"model": None} | settings)


def answer_plain(exchange):
    exchange.answer({"id": "x", "choices": ANSWERED, "usage": USAGE})


def sent(scripted):
    """What the provider was sent last."""
    return scripted.requests[-1].json()


# --- the order


def test_row_45_without_any_default_a_request_is_refused_and_told_how_to_set_one(spender):
    answer = spender.ask()
    assert (answer.status, answer.error["code"]) == (400, "model_required")
    assert "/llm" in answer.error["message"]
    assert answer.header("x-tollgate-model-source") is None


def test_the_nearest_level_supplies_the_model_on_the_very_next_request(spender):
    spender.set_organization(model="test/chat")
    assert spender.answered_by() == ("test/chat", "organization")
    spender.set_project(model="test/odd")
    assert spender.answered_by() == ("test/odd", "project")
    spender.set_own(model="chat")
    assert spender.answered_by() == ("test/chat", "member")
    assert spender.answered_by(model="test/odd") == ("test/odd", "request")
    assert spender.team.may(spender.team.member, "DELETE", "/members/me/llm")["model"] is None
    assert spender.answered_by() == ("test/odd", "project")
    spender.team.may(spender.team.admin, "DELETE", f"/projects/{spender.project}/llm")
    assert spender.answered_by() == ("test/chat", "organization")


def test_a_members_override_counts_only_for_keys_that_the_person_made(gateway, spender):
    spender.set_organization(model="test/chat")
    spender.set_own(model="test/odd")
    of_admin = spender.team.may(spender.team.admin, "POST", "/keys", {"name": "k"})["key"]
    answer = gateway.request("POST", "/v1/chat/completions", key=of_admin, json=chat(model=None))
    assert answer.header("x-tollgate-model-source") == "organization"
    assert spender.answered_by() == ("test/odd", "member")


def test_where_overrides_are_forbidden_they_do_not_count_and_cannot_be_set(spender):
    team = spender.team
    spender.set_own(model="test/odd")
    spender.set_organization(model="test/chat", allow_overrides=False)
    assert spender.answered_by() == ("test/chat", "organization")
    refused = team.ask(team.member, "PUT", "/members/me/llm", {"model": "test/chat"})
    assert refusal_of(refused) == (403, "overrides_forbidden")
    shown = team.may(team.member, "GET", "/members/me/llm")
    assert (shown["model"], shown["overrides_allowed"], shown["effective"]["source"]) == (
        "test/odd",
        False,
        "organization",
    )
    spender.set_organization(model="test/chat", allow_overrides=True)
    assert spender.answered_by() == ("test/odd", "member")


def test_the_gateways_own_default_is_the_last(start_gateway):
    gateway = start_gateway(llm={"model": "test/odd", "parameters": {"max_tokens": 7}})
    account = gateway.new_account()
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model=None, max_tokens=None))
    assert answer.header("x-tollgate-model-source") == "instance"
    assert answer.json()["usage"]["completion_tokens"] <= 7
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", {"model": "test/chat"})
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model=None))
    assert answer.header("x-tollgate-model-source") == "organization"


def test_a_stream_says_the_level_too(spender):
    spender.set_project(model="test/odd")
    assert spender.ask(stream=True).header("x-tollgate-model-source") == "project"


# --- parameters


def test_parameters_are_merged_field_by_field_and_the_requests_own_win(spender, scripted):
    scripted.script = answer_plain
    spender.set_organization(parameters={"temperature": 0.1, "top_p": 0.2, "seed": 1})
    spender.set_project(parameters={"temperature": 0.3, "stop": "\n"})
    spender.set_own(parameters={"temperature": 0.4})
    assert spender.ask("test/scripted", top_p=0.9).status == 200
    body = sent(scripted)
    assert {name: body[name] for name in ("temperature", "top_p", "seed", "stop")} == {
        "temperature": 0.4,
        "top_p": 0.9,
        "seed": 1,
        "stop": ["\n"],
    }
    assert body["messages"] == chat()["messages"] and body["model"] == "scripted-1"


def test_null_in_a_request_leaves_it_to_the_defaults(spender, scripted):
    scripted.script = answer_plain
    spender.set_organization(model="test/scripted", parameters={"temperature": 0.1, "max_tokens": 9})
    body = '{"model":null,"temperature":null,"max_tokens":null,"messages":[{"role":"user","content":"x"}]}'
    answer = spender.gateway.request("POST", "/v1/chat/completions", key=spender.key, body=body.encode())
    assert answer.status == 200, answer.body
    assert scripted.requests[-1].body.count(b'"temperature"') == 1
    assert (sent(scripted)["temperature"], sent(scripted)["max_tokens"]) == (0.1, 9)


def test_a_default_bound_is_held_and_sent_as_if_the_client_had_named_it(gateway, spender, scripted):
    scripted.script = answer_plain
    spender.set_organization(parameters={"max_completion_tokens": 50})
    assert spender.ask("test/scripted").status == 200
    assert 50 in (sent(scripted).get("max_tokens"), sent(scripted).get("max_completion_tokens"))
    assert spender.ask("test/scripted", max_tokens=20).status == 200
    assert sent(scripted)["max_tokens"] == 20 and "max_completion_tokens" not in sent(scripted)
    account = gateway.new_account("0.0004")  # some 660 tokens of output
    asked = chat(max_tokens=None)
    llm = f"/api/organizations/{account.organization}/llm"
    gateway.manage("PUT", llm, {"model": None, "parameters": {"max_tokens": 1000}})
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=asked).status == 402
    gateway.manage("PUT", llm, {"model": None, "parameters": {"max_tokens": 500}})
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=asked).status == 200


def test_embeddings_get_no_parameters(gateway, spender):
    spender.set_organization(parameters={"temperature": 0.1, "max_tokens": 5})
    body = {"model": "test/embed", "input": "x"}
    answer = gateway.request("POST", "/v1/embeddings", key=spender.key, json=body)
    assert answer.status == 200
    assert answer.header("x-tollgate-model-source") == "request"


@pytest.mark.parametrize(
    "parameters, field",
    [
        ({"temperature": 3}, "parameters.temperature"),
        ({"max_tokens": 0}, "parameters.max_tokens"),
        ({"messages": []}, "parameters.messages"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "parameters.max_completion_tokens"),
        ("warm", "parameters"),
    ],
)
def test_wrong_parameters_are_refused_by_name(team, parameters, field):
    answer = team.ask(team.admin, "PUT", "/llm", {"model": None, "parameters": parameters})
    assert (answer.status, answer.error["param"]) == (400, field)


# --- what cannot be used


def test_row_44_a_default_that_cannot_be_used_is_named_with_its_level_and_who_can_change_it(spender):
    spender.set_organization(model="test/odd")
    spender.set_project(model="test/chat")
    spender.set_organization(model="test/odd", allowed_models=["test/odd"])
    answer = spender.ask()
    assert (answer.status, answer.error["code"]) == (404, "default_model_unavailable")
    assert (answer.error["model"], answer.error["level"]) == ("test/chat", "project")
    assert "owners and admins" in answer.error["message"]
    shown = spender.team.may(spender.team.member, "GET", f"/projects/{spender.project}/llm")
    assert (shown["model"], shown["available"]) == ("test/chat", False)
    assert spender.answered_by(model="test/odd") == ("test/odd", "request")


def test_row_44_a_default_that_left_the_price_list_is_named_and_may_be_sent_back(start_gateway, tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text(PRICES.read_text())
    gateway = start_gateway(catalogue=[str(prices)])
    account = gateway.new_account()
    path = f"/api/organizations/{account.organization}/llm"
    shown = gateway.manage("PUT", path, {"model": "test/odd", "allowed_models": ["test/odd"]})
    prices.write_text(PRICES.read_text().replace("id: test/odd", "id: test/renamed"))
    gateway.process.send_signal(signal.SIGHUP)

    def ask():
        return gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model=None))

    eventually(lambda: ask().status == 404)
    answer = ask()
    assert (answer.error["code"], answer.error["model"]) == ("default_model_unavailable", "test/odd")
    assert gateway.manage("GET", path) == shown | {"available": False}
    assert gateway.manage("PUT", path, shown | {"available": False})["version"] == shown["version"]


def test_row_44_embeddings_do_not_go_to_a_default_that_makes_none(gateway, spender):
    spender.set_organization(model="test/chat")
    answer = gateway.request("POST", "/v1/embeddings", key=spender.key, json={"input": "x"})
    assert (answer.status, answer.error["code"]) == (404, "default_model_unavailable")
    assert answer.error["level"] == "organization"


def test_what_is_not_allowed_is_refused_by_whatever_name(gateway, spender):
    spender.set_organization(allowed_models=["test/odd"])
    for name in ("test/chat", "chat"):
        answer = spender.ask(name)
        assert (answer.status, answer.error["code"]) == (403, "model_not_allowed")
        assert "test/odd" in answer.error["message"]
    assert spender.answered_by(model="test/odd") == ("test/odd", "request")
    spender.set_organization(allowed_models=[])
    assert spender.answered_by(model="chat") == ("test/chat", "request")


def test_a_default_that_is_not_allowed_cannot_be_set(spender):
    team = spender.team
    spender.set_organization(allowed_models=["test/odd"])
    for path, person in (
        ("/llm", team.admin),
        (f"/projects/{spender.project}/llm", team.admin),
        ("/members/me/llm", team.member),
    ):
        answer = team.ask(person, "PUT", path, {"model": "test/chat"})
        assert (answer.status, answer.error["code"]) == (403, "model_not_allowed")


# --- the calls


def test_row_46_the_same_again_is_no_change_and_another_one_replaces_it(spender):
    team = spender.team
    for path, person in (
        ("/llm", team.admin),
        (f"/projects/{spender.project}/llm", team.admin),
        ("/members/me/llm", team.member),
    ):
        first = team.may(person, "PUT", path, {"model": "test/chat", "parameters": {"seed": 1, "top_p": 0.5}})
        audit = team.may(team.admin, "GET", "/audit")["data"]
        again = team.may(person, "PUT", path, {"model": "test/chat", "parameters": {"top_p": 0.50, "seed": 1}})
        assert again == first and team.may(team.admin, "GET", "/audit")["data"] == audit
        other = team.may(person, "PUT", path, {"model": "test/odd"})
        assert (other["model"], other["parameters"], other["version"]) == ("test/odd", {}, first["version"] + 1)
        unset = team.may(person, "PUT", path, {"model": None})
        assert (unset["model"], unset["available"]) == (None, None)


def test_row_46_the_slower_of_two_is_told(spender):
    team = spender.team
    for path, person in (
        ("/llm", team.admin),
        (f"/projects/{spender.project}/llm", team.admin),
        ("/members/me/llm", team.member),
    ):
        etag = team.ask(person, "GET", path).header("etag")
        shown = team.may(person, "GET", path)
        body = {"model": "test/chat"}
        assert team.ask(person, "PUT", path, body, headers={"if-match": etag}).status == 200
        assert team.ask(person, "PUT", path, {"model": "test/odd"}, headers={"if-match": etag}).status == 412
        assert team.ask(person, "PUT", path, {"model": "test/odd", "version": shown["version"]}).status == 412
        assert team.may(person, "GET", path)["model"] == "test/chat"


def test_row_15_what_was_read_may_come_back_whole(spender):
    team = spender.team
    spender.set_organization(model="test/chat", allowed_models=["test/chat", "test/odd"])
    for path, person in (
        ("/llm", team.admin),
        (f"/projects/{spender.project}/llm", team.admin),
        ("/members/me/llm", team.member),
    ):
        shown = team.may(person, "GET", path)
        assert team.may(person, "PUT", path, shown) == shown
        refused = team.ask(person, "PUT", path, shown | {"available": not shown["available"]})
        assert (refused.status, refused.error["param"]) == (403, "available")


def test_rules_that_a_call_leaves_out_stay(spender):
    spender.set_organization(allow_overrides=False, allowed_models=["test/odd", "chat"])
    shown = spender.set_organization(model="test/odd")
    assert (shown["allow_overrides"], shown["allowed_models"]) == (False, ["test/chat", "test/odd"])


def test_what_is_in_force_is_shown_with_its_level(spender):
    team = spender.team
    spender.set_organization(model="test/chat", provider="sample", parameters={"top_p": 0.5, "seed": 1})
    spender.set_project(model="test/odd")
    spender.set_own(parameters={"seed": 2})
    shown = team.may(team.member, "GET", "/members/me/llm")
    assert shown["effective"] == {
        "model": "test/chat",
        "provider": "sample",
        "parameters": {"seed": 2, "top_p": 0.5},
        "source": "organization",
        "available": True,
    }
    in_project = team.may(team.member, "GET", f"/members/me/llm?project_id={spender.project}")["effective"]
    assert (in_project["model"], in_project["provider"], in_project["source"]) == ("test/odd", None, "project")


def test_admins_see_and_clear_a_members_own_and_members_see_nobody_elses(spender):
    team = spender.team
    spender.set_own(model="test/odd")
    path = f"/members/{team.member.id}/llm"
    assert team.may(team.admin, "GET", path)["model"] == "test/odd"
    assert team.ask(team.member, "GET", f"/members/{team.admin.id}/llm").status == 403
    assert team.may(team.admin, "DELETE", path)["model"] is None
    assert team.may(team.member, "GET", "/members/me/llm")["model"] is None
    assert team.ask(team.admin, "GET", "/members/0191e0c8-0000-7000-8000-000000000000/llm").status == 404


def test_nothing_of_another_organization_is_reached(gateway, spender):
    other = new_team(gateway)
    project = other.may(other.admin, "POST", "/projects", {"name": "p"})["id"]
    team = spender.team
    assert team.ask(team.admin, "PUT", f"/projects/{project}/llm", {"model": "test/chat"}).status == 404
    assert team.ask(team.admin, "GET", f"/members/{other.member.id}/llm").status == 404
    assert team.ask(team.member, "GET", f"/members/me/llm?project_id={project}").status == 404


def test_an_unknown_model_or_a_provider_that_does_not_serve_it_cannot_be_set(spender):
    team = spender.team
    for settings, field in (
        ({"model": "no/such"}, "model"),
        ({"model": "test/chat", "provider": "scripted"}, "provider"),
        ({"model": None, "provider": "sample"}, "provider"),
        ({"provider": "sample"}, "model"),
    ):
        answer = team.ask(team.member, "PUT", "/members/me/llm", settings)
        assert answer.status in (400, 404) and answer.error["param"] == field, settings
    answer = team.ask(team.admin, "PUT", "/llm", {"model": None, "allowed_models": ["no/such"]})
    assert (answer.status, answer.error["param"]) == (400, "allowed_models")


def test_what_a_default_answers_is_billed_as_its_model(gateway, spender):
    spender.set_own(model="test/odd")
    answer = spender.ask(words="prompt_tokens=5 completion_tokens=5")
    assert answer.json()["usage"]["cost"] == cost_of("test/odd", 5, 5)


@pytest.mark.parametrize("below", ["/llm", "/projects/{project}/llm", "/members/me/llm"])
def test_two_who_change_different_parameters_keep_each_others(spender, below):
    team, path = spender.team, below.format(project=spender.project)
    person = team.member if "me" in below else team.admin
    set_to = team.may(person, "PUT", path, {"model": "test/chat", "parameters": {"seed": 1, "top_p": 0.5}})
    one = team.may(person, "PATCH", path, {"parameters": {"temperature": 0.2}})
    merged = {"seed": 1, "temperature": Decimal("0.2"), "top_p": Decimal("0.5")}
    assert one["parameters"] == merged and one["model"] == "test/chat"
    other = team.may(person, "PATCH", path, {"parameters": {"seed": None, "top_p": 0.9}})
    assert other["parameters"] == {"temperature": Decimal("0.2"), "top_p": Decimal("0.9")}
    stale = team.ask(person, "PATCH", path, {"parameters": {"seed": 2}, "version": set_to["version"]})
    assert stale.status == 412
    wrong = team.ask(person, "PATCH", path, {"parameters": {"sead": 2}})
    assert wrong.status == 400 and wrong.error["param"] == "parameters.sead"
    cleared = team.may(person, "PATCH", path, {"parameters": None, "model": None})
    assert (cleared["parameters"], cleared["model"]) == ({}, None)
