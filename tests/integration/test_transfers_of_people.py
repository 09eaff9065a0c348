"""Transfers by people: from the personal account to an organization of theirs, and from one that they own."""

from concurrent.futures import ThreadPoolExecutor

import pytest


def path_of(person):
    return f"/api/organizations/{person.organization}"


def credits(gateway, organization):
    return gateway.manage("GET", f"/api/organizations/{organization}/credits")["balance"]


def buy(gateway, path, amount):
    bought = gateway.manage("POST", f"{path}/purchases", {"amount": amount})["transaction_id"]
    gateway.manage("POST", f"{path}/purchases/{bought}/confirm")


def transfer(gateway, person, path, to, amount):
    return gateway.request("POST", f"{path}/transfers", key=person.token, json={"to": to, "amount": amount})


@pytest.mark.parametrize("role", ["owner", "member"])
def test_a_person_transfers_from_his_account_to_his_organization(gateway, team, role):
    person = getattr(team, role)
    buy(gateway, path_of(person), 10)
    answer = transfer(gateway, person, path_of(person), team.organization, 4)
    assert answer.status == 201 and answer.json()["balance"] == 6
    assert (credits(gateway, person.organization), credits(gateway, team.organization)) == (6, 4)
    for organization, amount in ((person.organization, -4), (team.organization, 4)):
        [row] = gateway.manage("GET", f"/api/organizations/{organization}/transactions?kind=transfer")["data"]
        assert (row["amount"], row["actor"]) == (amount, f"user:{person.id}")
        entries = gateway.manage("GET", f"/api/organizations/{organization}/audit")["data"]
        assert [one["action"] for one in entries].count("transaction.transfer") == 1


def test_only_the_owner_transfers_from_an_organization(gateway, team):
    buy(gateway, team.path, 10)
    for person, status in ((team.member, 403), (team.admin, 403), (team.owner, 201)):
        assert transfer(gateway, person, team.path, person.organization, 1).status == status
    assert credits(gateway, team.owner.organization) == 1


def test_nobody_transfers_to_where_he_does_not_belong(gateway, team):
    stranger = gateway.person()
    buy(gateway, path_of(stranger), 10)
    unknown = "0191e0c8-0000-7000-8000-000000000000"
    answers = [transfer(gateway, stranger, path_of(stranger), to, 1) for to in (team.organization, unknown)]
    assert {(answer.status, answer.error["message"]) for answer in answers} == {(404, answers[0].error["message"])}
    assert transfer(gateway, team.owner, path_of(stranger), team.organization, 1).status == 404
    assert credits(gateway, stranger.organization) == 10


def test_a_suspended_member_transfers_nothing_to_the_organization(gateway, team):
    buy(gateway, path_of(team.member), 10)
    gateway.manage("PATCH", f"{team.path}/members/{team.member.id}", {"status": "suspended"})
    assert transfer(gateway, team.member, path_of(team.member), team.organization, 1).status == 404


def test_64_transfers_at_once_move_no_more_than_there_is(gateway, team):
    person = team.owner
    buy(gateway, path_of(person), 10)
    with ThreadPoolExecutor(64) as pool:
        run = pool.map(lambda _: transfer(gateway, person, path_of(person), team.organization, 1), range(64))
    statuses = [answer.status for answer in run]
    assert statuses.count(201) == 10 and statuses.count(400) == 54
    assert (credits(gateway, person.organization), credits(gateway, team.organization)) == (0, 10)
