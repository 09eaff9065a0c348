"""Requests for credit: members ask, owners, admins or the operator decide, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.pages import pages_of
from support.people import new_team, refusal_of


def ask_for(team, amount=20, person=None, **fields):
    return team.may(person or team.member, "POST", "/credit-requests", {"amount": amount} | fields)


def decide(team, asked, what, person=None, **fields):
    key = person.token if person else team.gateway.root_key
    path = f"{team.path}/credit-requests/{asked['id']}/{what}"
    return team.gateway.request("POST", path, key=key, json=fields)


def balance(team):
    return team.gateway.manage("GET", f"{team.path}/credits")["balance"]


def transactions(team):
    return team.gateway.manage("GET", f"{team.path}/transactions")["data"]


def test_a_member_asks_and_sees_his_own(team):
    asked = ask_for(team, note="for the summer")
    assert (asked["user_id"], asked["amount"], asked["note"]) == (team.member.id, 20, "for the summer")
    assert (asked["state"], asked["approved_amount"], asked["transaction_id"]) == ("pending", None, None)
    assert team.may(team.member, "GET", f"/credit-requests/{asked['id']}") == asked
    assert team.may(team.member, "GET", "/credit-requests")["data"] == [asked]


def test_a_member_sees_nothing_of_others_and_admins_see_all(gateway, team):
    other = gateway.person(organization=team.organization)
    asked = ask_for(team)
    assert team.may(other, "GET", "/credit-requests")["data"] == []
    for what in ("", "/withdraw"):
        method = "POST" if what else "GET"
        assert team.ask(other, method, f"/credit-requests/{asked['id']}{what}").status == 404
    assert [one["id"] for one in team.may(team.admin, "GET", "/credit-requests")["data"]] == [asked["id"]]
    assert decide(new_team(gateway), asked, "approve").status == 404


def test_what_an_admin_approves_is_a_purchase_that_the_operator_confirms(gateway, team):
    asked = ask_for(team)
    decided = decide(team, asked, "approve", team.admin, note="fine").json()
    assert (decided["state"], decided["approved_amount"], decided["decision_note"]) == ("approved", 20, "fine")
    assert decided["decided_by"] == f"user:{team.admin.id}" and decided["decided_at"]
    [row] = transactions(team)
    assert (row["id"], row["kind"], row["state"]) == (decided["transaction_id"], "purchase", "pending")
    assert balance(team) == 0
    gateway.manage("POST", f"{team.path}/purchases/{row['id']}/confirm", {})
    assert balance(team) == 20


def test_what_an_admin_approves_is_there_at_once_where_people_serve_themselves(start_gateway):
    team = new_team(start_gateway(billing={"self_service": True}))
    assert decide(team, ask_for(team), "approve", team.owner).json()["state"] == "approved"
    [row] = transactions(team)
    assert (row["kind"], row["state"], balance(team)) == ("purchase", "done", 20)


def test_what_the_operator_approves_is_a_grant_of_any_amount(team):
    decided = decide(team, ask_for(team, 3), "approve", amount=2).json()
    [row] = transactions(team)
    assert (row["kind"], row["amount"], decided["approved_amount"], balance(team)) == ("grant", 2, 2, 2)


def test_an_admin_buys_no_less_than_the_least_amount(team):
    asked = ask_for(team, 3)
    refused = decide(team, asked, "approve", team.admin)
    assert refused.status == 400 and refused.error["param"] == "amount" and transactions(team) == []
    assert decide(team, asked, "approve", team.admin, amount=10).json()["approved_amount"] == 10


def test_32_approvals_at_once_book_once(team):
    asked = ask_for(team)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: decide(team, asked, "approve"), range(32)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json()["transaction_id"] for answer in answers}) == 1
    assert balance(team) == 20 and len(transactions(team)) == 1


def test_a_request_is_decided_once(team):
    asked = ask_for(team)
    declined = decide(team, asked, "decline", team.admin, note="next month").json()
    assert (declined["state"], declined["decision_note"]) == ("declined", "next month")
    assert declined["transaction_id"] is None
    for what in ("approve", "decline"):
        assert refusal_of(decide(team, asked, what)) == (409, "already_decided")
    assert team.ask(team.member, "POST", f"/credit-requests/{asked['id']}/withdraw").status == 409
    approved = ask_for(team)
    decide(team, approved, "approve")
    assert refusal_of(decide(team, approved, "approve", amount=21)) == (409, "already_decided")
    assert refusal_of(decide(team, approved, "decline")) == (409, "already_decided")
    assert balance(team) == 20


def test_the_one_who_asks_may_withdraw(team):
    asked = ask_for(team)
    withdrawn = team.ask(team.member, "POST", f"/credit-requests/{asked['id']}/withdraw").json()
    assert withdrawn["state"] == "withdrawn" and withdrawn["decided_by"] == f"user:{team.member.id}"
    assert refusal_of(decide(team, asked, "approve")) == (409, "already_decided")


def test_a_member_decides_nothing(team):
    asked = ask_for(team)
    for what in ("approve", "decline"):
        assert decide(team, asked, what, team.member).status == 403


def test_a_person_has_ten_requests_that_wait(team):
    asked = [ask_for(team) for _ in range(10)]
    refused = team.ask(team.member, "POST", "/credit-requests", {"amount": 20})
    assert refusal_of(refused) == (409, "limit_reached")
    decide(team, asked[0], "decline")
    ask_for(team)
    ask_for(team, person=team.admin)


def test_requests_are_listed_in_pages_and_by_state(gateway, team):
    asked = [ask_for(team) for _ in range(3)]
    decide(team, asked[1], "decline")
    path = f"{team.path}/credit-requests"
    assert [one["id"] for one in pages_of(gateway, path, 2)] == sorted(one["id"] for one in asked)
    [declined] = gateway.manage("GET", f"{path}?state=declined")["data"]
    assert declined["id"] == asked[1]["id"]
    assert gateway.request("GET", f"{path}?state=lost", key=gateway.root_key).status == 400


@pytest.mark.parametrize("amount", [0, -1, None, "5", 1e20])
def test_what_is_no_amount_is_400(team, amount):
    assert team.ask(team.member, "POST", "/credit-requests", {"amount": amount}).status == 400


def test_an_approval_has_one_audit_entry_with_the_request_and_the_money(gateway, team):
    decide(team, ask_for(team), "approve", team.admin)
    entries = gateway.manage("GET", f"{team.path}/audit")["data"]
    [entry] = [one for one in entries if one["action"] == "credit_request.approve"]
    assert [one["document"].split("/")[0] for one in entry["documents"]] == ["credit_request", "transaction"]


def test_decisions_and_money_outlive_a_kill_together(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    asked = ask_for(team)
    decided = decide(team, asked, "approve").json()
    gateway.kill()
    gateway.start()
    assert team.may(team.member, "GET", f"/credit-requests/{asked['id']}") == decided
    assert decide(team, asked, "approve").json() == decided and balance(team) == 20


def test_an_approval_says_what_became_of_its_purchase(gateway, team):
    paid, dropped = (decide(team, ask_for(team), "approve", team.owner).json() for _ in range(2))
    assert (paid["state"], paid["transaction_state"]) == ("approved", "pending")
    gateway.manage("POST", f"{team.path}/purchases/{paid['transaction_id']}/confirm", {}, expect=201)
    gateway.manage("POST", f"{team.path}/purchases/{dropped['transaction_id']}/cancel", {}, expect=201)
    listed = {one["id"]: one for one in team.may(team.owner, "GET", "/credit-requests")["data"]}
    assert listed[paid["id"]]["transaction_state"] == "done"
    assert listed[dropped["id"]]["transaction_state"] == "cancelled"
    waiting = ask_for(team)
    assert waiting["transaction_state"] is None
