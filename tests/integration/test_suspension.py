"""What the operator suspends: a person, in every organization at once, and an organization with all that it has."""

import pytest

from support.chat import chat
from support.people import new_team, refusal_of

CHAT = "/v1/chat/completions"


def set_status(gateway, path, status):
    return gateway.manage("PATCH", path, {"status": status})


def infer(gateway, key, **options):
    return gateway.request("POST", CHAT, key=key, json=chat(), **options)


def key_of(team, person, **fields):
    return team.may(person, "POST", "/keys", {"name": "k"} | fields)["key"]


def give(team, amount=5):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": amount})
    return team


@pytest.fixture
def paid(team):
    return give(team)


# --- a person


def test_an_owner_whom_the_operator_suspended_does_not_count(gateway, team):
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "owner"})
    set_status(gateway, f"/api/users/{team.admin.id}", "suspended")
    myself = f"/members/{team.owner.id}"
    assert refusal_of(team.ask(team.owner, "DELETE", myself)) == (409, "last_owner")
    assert refusal_of(team.ask(team.owner, "PATCH", myself, {"role": "admin"})) == (409, "last_owner")
    removed = gateway.request("DELETE", f"/api/users/{team.owner.id}", key=gateway.root_key)
    assert refusal_of(removed) == (409, "last_owner")
    set_status(gateway, f"/api/users/{team.admin.id}", "active")
    assert team.ask(team.owner, "DELETE", myself).status == 200


def test_the_operator_may_suspend_the_only_owner_who_stays_one(gateway, team):
    set_status(gateway, f"/api/users/{team.owner.id}", "suspended")
    gone = gateway.request("DELETE", f"{team.path}/members/{team.owner.id}", key=gateway.root_key)
    assert refusal_of(gone) == (409, "last_owner")
    set_status(gateway, f"/api/users/{team.owner.id}", "active")
    assert team.ask(team.owner, "GET").status == 200
