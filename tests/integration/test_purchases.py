"""What people buy: the least amount, who confirms, and that a confirmation counts once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.people import new_team, refusal_of


def buy(team, amount=10, person=None, **options):
    return team.ask(person or team.owner, "POST", "/purchases", {"amount": amount}, **options)


def balance(team):
    return team.gateway.manage("GET", f"{team.path}/credits")["balance"]


def transactions(team):
    return team.gateway.manage("GET", f"{team.path}/transactions")["data"]


@pytest.fixture
def self_service(start_gateway):
    return new_team(start_gateway(billing={"self_service": True}))


def test_a_purchase_of_an_admin_waits_for_the_operator(gateway, team):
    bought = buy(team, person=team.admin).json()
    assert balance(team) == 0 and transactions(team)[0]["state"] == "pending"
    confirm = f"/purchases/{bought['transaction_id']}/confirm"
    assert team.ask(team.owner, "POST", confirm).status == 403, "nobody confirms his own money"
    gateway.manage("POST", team.path + confirm)
    assert balance(team) == 10


def test_a_member_buys_nothing(team):
    assert buy(team, person=team.member).status == 403


def test_people_buy_no_less_than_ten_usd_and_the_operator_any_amount(gateway, team):
    refused = buy(team, 9.99)
    assert refused.status == 400 and refused.error["param"] == "amount" and "10 USD" in refused.error["message"]
    assert buy(team, 10).status == 201
    gateway.manage("POST", f"{team.path}/purchases", {"amount": 0.01})


def test_the_least_amount_is_configured(start_gateway):
    team = new_team(start_gateway(billing={"least_purchase": 2.5}))
    assert [buy(team, amount).status for amount in (2.49, 2.5)] == [400, 201]


def test_without_the_operator_a_purchase_is_credit_at_once(self_service):
    booked = buy(self_service).json()
    assert (booked["amount"], booked["balance"]) == (10, 10)
    [row] = transactions(self_service)
    assert (row["kind"], row["state"], row["amount"]) == ("purchase", "done", 10)
    [lot] = self_service.may(self_service.owner, "GET", "/credit-lots")["data"]
    assert (lot["source"], lot["transaction_id"]) == ("purchase", booked["transaction_id"])


def test_a_purchase_that_was_done_at_once_is_confirmed_and_paid_back_like_any_other(self_service):
    bought = buy(self_service).json()["transaction_id"]
    manage, path = self_service.gateway.manage, self_service.path
    again = manage("POST", f"{path}/purchases/{bought}/confirm", expect=200)
    assert (again["transaction_id"], again["repeated"], again["balance"]) == (bought, True, 10)
    manage("POST", f"{path}/purchases/{bought}/cancel", expect=409)
    assert manage("POST", f"{path}/refunds", {"purchase_id": bought, "amount": 4})["amount"] == -4
    assert balance(self_service) == 6


def test_a_purchase_that_is_sent_again_is_one(self_service):
    headers = {"Idempotency-Key": "order-1"}
    first, second = (buy(self_service, headers=headers).json() for _ in range(2))
    assert first["transaction_id"] == second["transaction_id"] and second["repeated"]
    assert balance(self_service) == 10


def test_row_38_32_confirmations_are_one_transaction(gateway, team):
    bought = buy(team).json()["transaction_id"]
    path = f"{team.path}/purchases/{bought}/confirm"
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: gateway.request("POST", path, key=gateway.root_key), range(32)))
    assert {one.json()["transaction_id"] for one in answers} == {bought}
    assert sorted(one.status for one in answers) == [200] * 31 + [201]
    assert all(one.json()["repeated"] == (one.status == 200) for one in answers)
    assert balance(team) == 10 and len(transactions(team)) == 1


def test_a_purchase_that_was_done_at_once_outlives_a_kill(start_gateway):
    gateway = start_gateway(billing={"self_service": True}, ledger={"durability": "disk"})
    team = new_team(gateway)
    buy(team)
    gateway.kill()
    gateway.start()
    assert balance(team) == 10 and transactions(team)[0]["state"] == "done"


def test_of_purchases_made_at_once_exactly_as_many_wait_as_may(gateway, team):
    first = buy(team).json()["transaction_id"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: buy(team), range(120)))
    assert sum(answer.status == 201 for answer in answers) == 99
    refused = next(answer for answer in answers if answer.status != 201)
    assert refusal_of(refused) == (409, "limit_reached") and "100" in refused.error["message"]
    team.may(team.owner, "POST", f"/purchases/{first}/cancel")
    assert [buy(team).status for _ in range(2)] == [201, 409]
    gateway.manage("POST", f"{team.path}/purchases", {"amount": 1})
