"""Service keys: owners and admins make them, and they call models for programs that act for others."""

import pytest

from support.chat import chat
from support.people import refusal_of

SCOPE = ["git:attribute"]


def call(gateway, key):
    return gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status


@pytest.mark.parametrize("scopes", [None, SCOPE])
def test_owners_and_admins_make_service_keys(team, scopes):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    for person in (team.owner, team.admin):
        body = {"name": "ci", "kind": "service"} | ({"scopes": scopes} if scopes else {})
        made = team.may(person, "POST", "/keys", body)
        shown = team.may(person, "GET", f"/keys/{made['data']['hash']}")["data"]
        assert (shown["kind"], shown["scopes"]) == ("service", scopes or [])
        assert shown["project_id"] == team.may(person, "GET")["default_project_id"]
        assert not shown["is_management_key"]
        assert call(team.gateway, made["key"]) == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "management"},
        {"kind": "service"},
        {"kind": "service", "scopes": SCOPE},
        {"scopes": SCOPE},
        {"scopes": ["*"]},
    ],
)
def test_row_14_members_make_no_key_that_may_more_than_they(team, body):
    answer = team.ask(team.member, "POST", "/keys", {"name": "k"} | body)
    assert refusal_of(answer) == (403, "permission_denied")
    own = team.may(team.member, "POST", "/keys", {"name": "k"})["data"]["hash"]
    assert team.ask(team.member, "PATCH", f"/keys/{own}", body).status == 403
    assert team.may(team.member, "GET", f"/keys/{own}")["data"]["kind"] == "inference"


@pytest.mark.parametrize("body", [{"kind": "service", "scopes": ["*"]}, {"kind": "inference", "scopes": SCOPE}])
def test_scopes_are_of_service_keys_and_only_their_own(team, body):
    answer = team.ask(team.owner, "POST", "/keys", {"name": "k"} | body)
    assert answer.status == 400 and "scopes" in answer.error["message"]


def test_row_14_a_personal_token_has_no_scope_of_service_keys(team):
    for person in (team.owner, team.member):
        body = {"name": "t", "scopes": SCOPE}
        answer = team.gateway.request("POST", "/api/me/tokens", key=person.token, json=body)
        assert answer.status == 400, answer.body


def test_a_service_key_manages_nothing(team):
    key = team.may(team.owner, "POST", "/keys", {"name": "ci", "kind": "service", "scopes": SCOPE})["key"]
    for path in ("", "/keys", "/members", "/credits", "/projects", "/audit"):
        assert team.gateway.request("GET", team.path + path, key=key).status == 403, path


def test_a_management_key_makes_no_service_key(team):
    key = team.may(team.owner, "POST", "/keys", {"name": "m", "kind": "management"})["key"]
    body = {"name": "ci", "kind": "service", "creator_user_id": team.owner.id}
    assert team.gateway.request("POST", f"{team.path}/keys", key=key, json=body).status == 403


def test_nobody_but_the_operator_makes_a_service_key_in_anothers_name(team):
    body = {"name": "ci", "kind": "service", "creator_user_id": team.admin.id}
    assert team.ask(team.owner, "POST", "/keys", body).status == 403
    made = team.gateway.manage("POST", f"{team.path}/keys", body)["data"]
    assert made["creator_user_id"] == team.admin.id


def test_row_26_a_service_key_ends_with_its_makers_membership(team):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    key = team.may(team.admin, "POST", "/keys", {"name": "ci", "kind": "service"})["key"]
    assert call(team.gateway, key) == 200
    team.may(team.owner, "DELETE", f"/members/{team.admin.id}")
    assert call(team.gateway, key) == 401


def test_a_service_key_is_as_it_was_after_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    keys = f"/api/organizations/{account.organization}/keys"
    made = gateway.manage("POST", keys, {"name": "ci", "kind": "service", "scopes": SCOPE})
    gateway.kill()
    gateway.start()
    shown = gateway.manage("GET", f"{keys}/{made['data']['hash']}")["data"]
    assert (shown["kind"], shown["scopes"]) == ("service", SCOPE)
    assert call(gateway, made["key"]) == 200
