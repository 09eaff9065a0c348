"""OpenRouter's management surface below /api/v1: keys by workspace and offset, members, and what bounds a key."""

from decimal import Decimal

import pytest

from support.chat import chat
from support.people import new_team

KEYS = "/api/v1/keys"


@pytest.fixture
def surface(gateway):
    """A team with a management key of its owner; ask() calls with that key."""
    team = new_team(gateway)
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    key = gateway.manage("POST", f"{team.path}/keys", body)["key"]

    def ask(method, path, json=None):
        return gateway.request(method, path, key=key, json=json)

    return team, ask


def made(answer):
    assert answer.status == 201, answer.body
    return answer.json()


def names(answer):
    assert answer.status == 200, answer.body
    return [one["name"] for one in answer.json()["data"]]


def test_a_key_is_made_shown_changed_and_deleted(gateway, surface):
    team, ask = surface
    body = {"name": "till", "limit": 2.5, "limit_reset": "monthly", "include_byok_in_limit": False}
    new = made(ask("POST", KEYS, body))
    assert new["key"].startswith("sk-tg-v1-") and new["data"]["creator_user_id"] == team.owner.id
    path = f"{KEYS}/{new['data']['hash']}"
    assert ask("GET", path).json() == {"data": new["data"]}
    changed = ask("PATCH", path, {"name": "desk", "disabled": True, "limit": None, "limit_reset": None}).json()["data"]
    assert (changed["name"], changed["disabled"], changed["limit"], changed["limit_reset"]) == ("desk", True, None, None)
    assert gateway.request("GET", "/api/v1/key", key=new["key"]).status == 401
    assert ask("DELETE", path).json() == {"deleted": True}
    assert ask("GET", path).status == 404


def test_a_key_of_another_organization_is_unknown(gateway, surface):
    _, ask = surface
    other = gateway.new_account(None)
    for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
        assert ask(method, f"{KEYS}/{other.hash}", body).status == 404


def test_keys_are_listed_by_workspace_and_without_what_works_no_more(surface):
    team, ask = surface
    shop = team.may(team.admin, "POST", "/projects", {"name": "shop"})["id"]
    for name, more in (("a", {}), ("b", {}), ("c", {"workspace_id": shop})):
        new = made(ask("POST", KEYS, {"name": name} | more))
        if name == "b":
            ask("PATCH", f"{KEYS}/{new['data']['hash']}", {"disabled": True})
    assert names(ask("GET", KEYS)) == ["a"]
    assert sorted(names(ask("GET", f"{KEYS}?include_disabled=true"))) == ["a", "b"]
    assert names(ask("GET", f"{KEYS}?workspace_id={shop}")) == ["c"]
    assert ask("GET", f"{KEYS}?workspace_id={team.organization}").status == 404


def test_keys_are_paged_by_offset(gateway, surface):
    _, ask = surface
    for i in range(103):
        made(ask("POST", KEYS, {"name": f"k{i}"}))
    first, rest = names(ask("GET", KEYS)), names(ask("GET", f"{KEYS}?offset=100"))
    assert (len(first), len(rest)) == (100, 3)
    assert sorted(first + rest) == sorted(f"k{i}" for i in range(103))
    assert names(ask("GET", f"{KEYS}?offset=103")) == []
    for wrong in ("offset=-1", "offset=x", "include_disabled=yes", "workspace_id=x"):
        assert ask("GET", f"{KEYS}?{wrong}").status == 400


def test_a_member_sees_and_makes_his_own_keys(gateway, surface):
    team, ask = surface
    team.may(team.member, "POST", "/switch")
    made(ask("POST", KEYS, {"name": "the owner's"}))
    own = made(gateway.request("POST", KEYS, key=team.member.token, json={"name": "mine"}))
    assert own["data"]["creator_user_id"] == team.member.id
    assert names(gateway.request("GET", KEYS, key=team.member.token)) == ["mine"]


def test_an_inference_key_manages_nothing(gateway, account):
    for method, path in (("GET", KEYS), ("GET", f"{KEYS}/{account.hash}"), ("GET", "/api/v1/organization/members")):
        assert gateway.request(method, path, key=account.key).status == 403


def test_the_root_key_is_told_to_name_an_organization(gateway, account):
    for method, path, body in (
        ("GET", KEYS, None),
        ("POST", KEYS, {"name": "k"}),
        ("GET", f"{KEYS}/{account.hash}", None),
        ("PATCH", f"{KEYS}/{account.hash}", {"name": "k"}),
        ("DELETE", f"{KEYS}/{account.hash}", None),
        ("GET", "/api/v1/organization/members", None),
    ):
        answer = gateway.request(method, path, key=gateway.root_key, json=body)
        assert answer.status == 400 and "/api/organizations/" in answer.error["message"]


def test_what_the_gateway_cannot_do_is_refused_by_name(surface):
    _, ask = surface
    answer = ask("POST", KEYS, {"name": "k", "include_byok_in_limit": True})
    assert answer.status == 400 and "include_byok_in_limit" in answer.error["message"]


def test_members_have_openrouters_roles(surface):
    team, ask = surface
    answer = ask("GET", "/api/v1/organization/members").json()
    roles = {one["id"]: one["role"] for one in answer["data"]}
    assert roles == {team.owner.id: "org:admin", team.admin.id: "org:admin", team.member.id: "org:member"}
    assert answer["total_count"] == 3 and {one["email"] for one in answer["data"]} >= {team.owner.email}
    page = ask("GET", "/api/v1/organization/members?offset=1&limit=1").json()
    assert len(page["data"]) == 1 and page["total_count"] == 3 and page["data"][0] == answer["data"][1]


def test_a_name_of_several_words_is_a_first_and_a_last_one(gateway, surface):
    team, ask = surface
    for name, parts in (("Ann", ("Ann", None)), ("Ann  van Dyk", ("Ann", "van Dyk"))):
        gateway.manage("PATCH", f"/api/users/{team.member.id}", {"name": name})
        [one] = [one for one in ask("GET", "/api/v1/organization/members").json()["data"] if one["id"] == team.member.id]
        assert (one["first_name"], one["last_name"]) == parts


def test_what_remains_is_of_the_budget_that_binds_whose_ever_it_is(gateway, surface):
    team, ask = surface
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    new = made(ask("POST", KEYS, {"name": "k", "limit": 4}))

    def remaining():
        own = gateway.request("GET", "/api/v1/key", key=new["key"]).json()["data"]["limit_remaining"]
        [listed] = [one for one in ask("GET", KEYS).json()["data"] if one["hash"] == new["data"]["hash"]]
        shown = ask("GET", f"{KEYS}/{new['data']['hash']}").json()["data"]
        assert own == listed["limit_remaining"] == shown["limit_remaining"]
        return own

    assert remaining() == 4
    project = new["data"]["project_id"]
    for path, limit in (
        (f"/members/{team.owner.id}/limits", 3),
        (f"/projects/{project}/limits", 2),
        ("/limits", 1),
    ):
        gateway.manage("PUT", team.path + path, {"limit": limit})
        assert remaining() == limit
    answer = gateway.request("POST", "/v1/chat/completions", key=new["key"], json=chat("tokens=12"))
    assert remaining() == 1 - Decimal(answer.json()["usage"]["cost"])
    gateway.manage("PUT", f"{team.path}/limits", {})
    assert 1 < remaining() < 2
