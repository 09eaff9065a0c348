"""Credit that is left when an organization or a person is deleted, and money that comes or goes after that."""

import pytest

from support.chat import chat
from support.people import new_team, refusal_of

PERSONAL = "/api/organizations/{}"


def fund(gateway, organization, amount=5):
    gateway.manage("POST", f"{PERSONAL.format(organization)}/credits", {"amount": amount})


def balance(gateway, path):
    return gateway.manage("GET", f"{path}/credits")["balance"]


def delete_person(gateway, person, **body):
    return gateway.request("DELETE", f"/api/users/{person.id}", key=gateway.root_key, json=body or None)


def delete_team(team, **body):
    return team.ask(team.owner, "DELETE", "", {"confirm": "Team"} | body)


def newest(gateway, path):
    return gateway.manage("GET", f"{path}/transactions?kind=adjustment&limit=1")["data"][0]


def test_a_person_with_credit_is_not_deleted_unless_it_is_forfeited(gateway):
    person = gateway.person()
    own = PERSONAL.format(person.organization)
    fund(gateway, person.organization)
    refused = delete_person(gateway, person)
    assert refusal_of(refused) == (409, "credit_left") and refused.error["balance"] == 5
    assert gateway.request("GET", "/api/me", key=person.token).status == 200
    assert refusal_of(delete_person(gateway, person, forfeit=False)) == (409, "credit_left")
    assert delete_person(gateway, person, forfeit=True).json() == {"deleted": True, "forfeited": 5}
    assert balance(gateway, own) == 0
    row = newest(gateway, own)
    assert (row["kind"], row["amount"], row["balance"], row["actor"]) == ("adjustment", -5, 0, "root")
    assert "forfeited" in row["note"]


def test_a_person_without_credit_is_deleted_as_ever(gateway):
    person = gateway.person()
    assert delete_person(gateway, person).json() == {"deleted": True, "forfeited": 0}
    assert gateway.manage("GET", f"{PERSONAL.format(person.organization)}/transactions")["data"] == []


@pytest.mark.parametrize("forfeit", ["yes", 1, None])
def test_an_odd_forfeit_is_400(gateway, forfeit):
    person = gateway.person()
    fund(gateway, person.organization)
    answer = delete_person(gateway, person, forfeit=forfeit)
    assert answer.status in (400, 409)
    assert gateway.request("GET", "/api/me", key=person.token).status == 200


def test_credit_of_an_organization_that_is_forfeited_is_booked(gateway, team):
    fund(gateway, team.organization)
    key = team.may(team.owner, "POST", "/keys", {"name": "k"})["key"]
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status == 200
    left = balance(gateway, team.path)
    refused = delete_team(team)
    assert refusal_of(refused) == (409, "credit_left") and refused.error["balance"] == left
    assert delete_team(team, forfeit=True).json()["forfeited"] == left
    assert balance(gateway, team.path) == 0 and newest(gateway, team.path)["actor"] == f"user:{team.owner.id}"


def test_a_repeated_deletion_forfeits_once(gateway, team):
    fund(gateway, team.organization)
    body, headers = {"confirm": "Team", "forfeit": True}, {"Idempotency-Key": "once"}
    answers = [team.ask(team.owner, "DELETE", "", body, headers=headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200] and answers[0].body == answers[1].body
    kinds = [row["kind"] for row in gateway.manage("GET", f"{team.path}/transactions")["data"]]
    assert kinds.count("adjustment") == 1


def test_money_of_a_deleted_organization_is_put_right_by_the_operator(gateway, team):
    paid, pending, cancelled = (
        gateway.manage("POST", f"{team.path}/purchases", {"amount": 10})["transaction_id"] for _ in range(3)
    )
    gateway.manage("POST", f"{team.path}/purchases/{paid}/confirm")
    assert delete_team(team, forfeit=True).status == 200
    book = lambda below, body=None: gateway.manage("POST", team.path + below, body)  # noqa: E731
    assert book("/chargebacks", {"purchase_id": paid, "amount": 4})["balance"] == 0
    assert book(f"/purchases/{pending}/confirm")["balance"] == 10
    book(f"/purchases/{cancelled}/cancel")
    assert book("/refunds", {"purchase_id": pending, "amount": 3})["balance"] == 7
    other = new_team(gateway, "Other")
    assert book("/transfers", {"to": other.organization, "amount": 5})["balance"] == 2
    assert book("/adjustments", {"amount": -2})["balance"] == 0
    assert balance(gateway, other.path) == 5
    for person in (team.owner, other.owner):
        answer = gateway.request("POST", f"{team.path}/adjustments", key=person.token, json={"amount": 1})
        assert answer.status in (403, 404)


def test_deleted_organizations_are_listed_for_the_operator_when_asked_for(gateway, team):
    other = new_team(gateway, "Other")
    assert delete_team(team).status == 200
    ids = lambda query, key: [  # noqa: E731
        one["id"] for one in gateway.request("GET", f"/api/organizations?limit=1000{query}", key=key).json()["data"]
    ]
    assert team.organization in ids("&status=deleted", gateway.root_key)
    assert other.organization not in ids("&status=deleted", gateway.root_key)
    assert team.organization not in ids("", gateway.root_key)
    assert team.organization not in ids("&status=active", gateway.root_key)
    assert ids("&status=deleted", team.owner.token) == []
    assert gateway.request("GET", "/api/organizations?status=gone", key=gateway.root_key).status == 400
