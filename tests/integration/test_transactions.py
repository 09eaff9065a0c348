"""Credit by the management API: purchases, grants, refunds, transfers, adjustments, charge-backs, and their history."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.waiting import eventually


def path(account, rest):
    return f"/api/organizations/{account.organization}/{rest}"


@pytest.fixture
def empty(gateway):
    """An organization without credit."""
    return gateway.new_account(None)


@pytest.fixture
def post(gateway):
    """POSTs under an organization; `key` is the idempotency key."""

    def send(account, rest, body=None, *, key=None, expect=201):
        headers = {"Idempotency-Key": key} if key else None
        return gateway.manage("POST", path(account, rest), body or {}, headers=headers, expect=expect)

    return send


def transactions(gateway, account, query=""):
    return gateway.manage("GET", path(account, f"transactions{query}"))["data"]


def balance(gateway, account):
    return gateway.credits(account)["balance"]


def buy(post, account, amount):
    bought = post(account, "purchases", {"amount": amount})["transaction_id"]
    post(account, f"purchases/{bought}/confirm")
    return bought


def test_a_purchase_is_credit_when_it_is_confirmed(gateway, empty, post):
    bought = post(empty, "purchases", {"amount": 10, "note": "invoice 7"}, key="order-7")
    assert balance(gateway, empty) == 0 and transactions(gateway, empty)[0]["state"] == "pending"
    confirmed = post(empty, f"purchases/{bought['transaction_id']}/confirm", key="webhook-1")
    again = post(empty, f"purchases/{bought['transaction_id']}/confirm", key="webhook-1", expect=200)
    assert confirmed["balance"] == 10 and again["repeated"] and balance(gateway, empty) == 10
    (row,) = transactions(gateway, empty)
    assert (row["kind"], row["state"], row["amount"], row["note"]) == ("purchase", "done", 10, "invoice 7")
    post(empty, f"purchases/{bought['transaction_id']}/cancel", expect=409)


def test_a_cancelled_purchase_stays_cancelled(gateway, empty, post):
    bought = post(empty, "purchases", {"amount": 10})["transaction_id"]
    post(empty, f"purchases/{bought}/cancel")
    post(empty, f"purchases/{bought}/confirm", expect=409)
    assert balance(gateway, empty) == 0


def test_an_unknown_purchase_is_404(gateway, account, empty, post):
    other = post(account, "purchases", {"amount": 10})["transaction_id"]
    for unknown in (other, "01J00000000000000000000000", "nonsense"):
        post(empty, f"purchases/{unknown}/confirm", expect=404)


def test_an_idempotency_key_used_for_something_else_is_409(gateway, empty, post):
    post(empty, "purchases", {"amount": 10}, key="k")
    post(empty, "purchases", {"amount": 11}, key="k", expect=409)


def test_a_request_is_refunded_in_parts_and_no_more(gateway, account, post):
    answer = post_chat(gateway, account)
    charged = answer.json()["usage"]["cost"]
    request = answer.header("x-generation-id")
    part = Decimal("0.000000001")
    assert charged > part
    post(account, "refunds", {"request_id": request, "amount": part})
    rest = post(account, "refunds", {"request_id": request})
    assert rest["amount"] == charged - part and balance(gateway, account) == 5
    post(account, "refunds", {"request_id": request}, expect=400)
    refunds = transactions(gateway, account, "?kind=usage_refund")
    assert [row["reference"] for row in refunds] == [request, request]


def test_a_purchase_is_paid_back_as_far_as_it_is_left(gateway, empty, post):
    bought = buy(post, empty, 10)
    post(empty, "refunds", {"purchase_id": bought, "amount": 11}, expect=400)
    assert post(empty, "refunds", {"purchase_id": bought, "amount": 4})["amount"] == -4
    assert post(empty, "refunds", {"purchase_id": bought})["amount"] == -6
    assert balance(gateway, empty) == 0


def test_purchased_credit_is_transferred_and_granted_credit_is_not(gateway, account, empty, post):
    buy(post, account, 3)  # beside 5 that were granted
    post(account, "transfers", {"to": empty.organization, "amount": 4}, expect=400)
    post(account, "transfers", {"to": empty.organization, "amount": 3})
    assert (balance(gateway, account), balance(gateway, empty)) == (5, 3)
    (row,) = transactions(gateway, empty)
    assert (row["kind"], row["amount"], row["counterparty"]) == ("transfer", 3, account.organization)


def test_an_adjustment_takes_at_most_what_there_is(gateway, account, post):
    taken = post(account, "adjustments", {"amount": -7, "note": "correction"})
    assert taken["amount"] == -5 and taken["balance"] == 0
    (row,) = transactions(gateway, account, "?kind=adjustment")
    assert (row["amount"], row["asked"], row["note"], row["actor"]) == (-5, -7, "correction", "root")


def test_a_charge_back_takes_its_purchase_first(gateway, account, post):
    bought = buy(post, account, 3)
    assert post(account, "chargebacks", {"purchase_id": bought, "amount": 3})["amount"] == -3
    (lot,) = gateway.manage("GET", path(account, "credit-lots"))["data"]
    assert (lot["source"], lot["remaining"]) == ("grant", 5)
    post(account, "chargebacks", {"purchase_id": bought, "amount": 1}, expect=400)


def test_credit_is_listed_in_the_order_it_is_spent(gateway, empty, post):
    def later(days):
        return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    buy(post, empty, 1)
    post(empty, "credits", {"amount": 2, "expires_at": later(20)})
    post(empty, "credits", {"amount": 3, "expires_at": later(10)})
    post(empty, "credits", {"amount": 4, "priority": 5})
    lots = gateway.manage("GET", path(empty, "credit-lots"))["data"]
    assert [lot["amount"] for lot in lots] == [4, 3, 2, 1]


def test_a_grant_expires_by_itself(gateway, empty, post):
    soon = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    post(empty, "credits", {"amount": 4, "expires_at": soon})
    post(empty, "credits", {"amount": 1})
    assert balance(gateway, empty) == 5
    eventually(lambda: balance(gateway, empty) == 1, within_s=30)
    (row,) = transactions(gateway, empty, "?kind=expiry")
    assert row["amount"] == -4 and row["balance"] == 1


def test_usage_is_one_row_of_its_day(gateway, account):
    costs = [post_chat(gateway, account).json()["usage"]["cost"] for _ in range(3)]
    rows = transactions(gateway, account, "?kind=usage")
    assert sum(row["amount"] for row in rows) == -sum(costs) and sum(row["requests"] for row in rows) == 3
    assert len({row["date"] for row in rows}) == len(rows) <= 2  # midnight may have passed


def test_transactions_are_paged_from_the_newest(gateway, empty, post):
    made = [post(empty, "credits", {"amount": n + 1})["transaction_id"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = gateway.manage("GET", path(empty, f"transactions?limit=2{cursor and f'&cursor={cursor}'}"))
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


def test_a_purchase_is_listed_when_its_credit_moved(gateway, empty, post):
    post(empty, "credits", {"amount": 1})
    bought = post(empty, "purchases", {"amount": 10})["transaction_id"]
    asked = transactions(gateway, empty)[0]
    assert (asked["id"], asked["confirmed_at"], asked["confirmed_by"]) == (bought, None, None)
    post(empty, "credits", {"amount": 2})
    post(empty, f"purchases/{bought}/confirm")
    rows = transactions(gateway, empty)
    assert [(row["amount"], row["balance"]) for row in rows] == [(10, 13), (2, 3), (1, 1)]
    assert rows[0]["created_at"] == asked["created_at"] and rows[0]["confirmed_by"] == "root"
    moved = rows[0]["confirmed_at"]
    assert moved >= rows[1]["created_at"] and "confirmed_at" not in rows[1]
    assert bought in [row["id"] for row in transactions(gateway, empty, f"?from={moved}")]
    assert bought not in [row["id"] for row in transactions(gateway, empty, f"?to={moved}")]


def test_the_balance_of_the_newest_row_is_the_balance(gateway, account, post):
    post_chat(gateway, account)
    for _ in range(2):
        eventually(lambda: transactions(gateway, account)[0]["kind"] == "usage")
        eventually(lambda: transactions(gateway, account)[0]["balance"] == balance(gateway, account))
        post(account, "credits", {"amount": 3})


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        ("purchases", {}),
        ("purchases", {"amount": -1}),
        ("purchases", {"amount": 1, "expires_at": "2040-01-01T00:00:00Z"}),
        ("credits", {"amount": 1, "expires_at": "2020-01-01T00:00:00Z"}),
        ("credits", {"amount": 1, "expires_at": "soon"}),
        ("credits", {"amount": 1, "priority": -1}),
        ("credits", {"amount": 1, "note": "n" * 1001}),
        ("refunds", {"amount": 1}),
        ("refunds", {"request_id": "gen-1"}),
        ("transfers", {"amount": 1}),
        ("adjustments", {"amount": 0}),
        ("chargebacks", {"amount": 1}),
    ],
)
def test_what_makes_no_sense_is_400_and_books_nothing(gateway, account, post, rest, body):
    post(account, rest, body, expect=400)
    assert len(transactions(gateway, account)) == 1


@pytest.mark.parametrize("query", ["?kind=gift", "?cursor=zzz", "?limit=0", "?limit=1001", "?color=red"])
def test_an_odd_query_is_400(gateway, account, query):
    assert gateway.request("GET", path(account, f"transactions{query}"), key=gateway.root_key).status == 400


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", "transactions"), ("GET", "credit-lots"), ("POST", "transfers"), ("POST", "adjustments")],
)
def test_an_inference_key_may_not(gateway, account, method, rest):
    body = {"amount": 1} if method == "POST" else None
    assert gateway.request(method, path(account, rest), key=account.key, json=body).status == 403


def test_transactions_survive_a_kill(start_gateway, tmp_path):
    gateway = start_gateway()
    account = gateway.new_account("5")
    bought = gateway.manage("POST", path(account, "purchases"), {"amount": 2})["transaction_id"]
    gateway.manage("POST", path(account, f"purchases/{bought}/confirm"), {})
    before = transactions(gateway, account), gateway.manage("GET", path(account, "credit-lots"))
    gateway.kill()
    gateway.start()
    assert (transactions(gateway, account), gateway.manage("GET", path(account, "credit-lots"))) == before


def test_transactions_are_filtered_by_kind_state_time_and_actor(gateway, empty, post):
    buy(post, empty, 10)
    pending = post(empty, "purchases", {"amount": 3})["transaction_id"]
    post(empty, "credits", {"amount": 2})
    rows = transactions(gateway, empty)
    assert [row["kind"] for row in rows] == ["grant", "purchase", "purchase"]
    assert [row["id"] for row in transactions(gateway, empty, "?state=pending")] == [pending]
    assert len(transactions(gateway, empty, "?actor=root")) == 3
    assert transactions(gateway, empty, "?actor=user:nobody") == []
    first, last = rows[-1]["created_at"], rows[0]["created_at"]
    assert transactions(gateway, empty, f"?from={first}") == rows
    assert last not in [row["created_at"] for row in transactions(gateway, empty, f"?to={last}")]
    assert transactions(gateway, empty, f"?to={first}") == []
    assert transactions(gateway, empty, "?from=2099-01-01") == []
    for wrong in ("kind=gift", "state=odd", "from=x", f"from={last}&to={first}", "format=xml"):
        assert gateway.request("GET", path(empty, f"transactions?{wrong}"), key=gateway.root_key).status == 400


def test_usage_of_a_day_is_in_the_time_of_its_last_request(gateway, account):
    post_chat(gateway, account, "tokens=12")
    eventually(lambda: transactions(gateway, account, "?kind=usage"))
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert len(transactions(gateway, account, f"?kind=usage&from={today}&to={tomorrow}")) == 1
    assert transactions(gateway, account, f"?kind=usage&to={today}") == []
    assert transactions(gateway, account, f"?kind=usage&from={tomorrow}") == []


def test_purchases_are_listed_alone(gateway, empty, post):
    bought = buy(post, empty, 10)
    post(empty, "credits", {"amount": 2})
    pending = post(empty, "purchases", {"amount": 3})["transaction_id"]
    listed = gateway.manage("GET", path(empty, "purchases"))
    assert sorted(row["id"] for row in listed["data"]) == sorted([bought, pending]) and listed["next_cursor"] is None
    waiting = gateway.manage("GET", path(empty, "purchases?state=pending"))["data"]
    assert [row["id"] for row in waiting] == [pending]
    assert waiting == [row for row in transactions(gateway, empty) if row["id"] == pending]


def test_the_csv_is_what_the_filter_shows(gateway, account, post):
    post_chat(gateway, account, "tokens=12")
    for amount in (1, 2, 3):
        post(account, "credits", {"amount": amount, "note": f"=note {amount}"})
    eventually(lambda: transactions(gateway, account, "?kind=usage"))
    for query in ("", "?kind=grant", "?kind=usage", "?limit=2", "?kind=grant&limit=2"):
        page = gateway.manage("GET", path(account, f"transactions{query}"))
        more = "&" if query else "?"
        answer = gateway.request("GET", path(account, f"transactions{query}{more}format=csv"), key=gateway.root_key)
        assert answer.header("content-type").startswith("text/csv")
        assert answer.header("x-next-cursor") == page["next_cursor"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["id"] for row in rows] == [row["id"] for row in page["data"]]
        for row, shown in zip(rows, page["data"], strict=True):
            assert {name: Decimal(row[name]) for name in ("amount", "balance")} == {
                name: shown[name] for name in ("amount", "balance")
            }
            assert (row["note"] or None) == (f"'{shown['note']}" if shown.get("note") else None)


def test_what_moves_credit_returns_201_once_and_then_200(gateway, empty, post):
    bought, cancelled = (post(empty, "purchases", {"amount": 10})["transaction_id"] for _ in range(2))
    other = gateway.new_account(None)
    moves = [
        ("credits", {"amount": 5}),
        ("purchases", {"amount": 10}),
        (f"purchases/{bought}/confirm", {}),
        (f"purchases/{cancelled}/cancel", {}),
        ("transfers", {"amount": 2, "to": other.organization}),
        ("adjustments", {"amount": -1}),
        ("refunds", {"purchase_id": bought, "amount": 1}),
        ("chargebacks", {"purchase_id": bought, "amount": 1}),
    ]
    for below, body in moves:
        first = post(empty, below, body, key=below)
        again = post(empty, below, body, key=below, expect=200)
        assert (first["repeated"], again["repeated"]) == (False, True), below
        assert again["transaction_id"] == first["transaction_id"]
    for end in (f"purchases/{bought}/confirm", f"purchases/{cancelled}/cancel"):
        assert post(empty, end, expect=200)["repeated"]  # without a key, too
    assert balance(gateway, empty) == 10


def test_row_59_a_key_of_another_caller_or_route_is_another_call(gateway, empty, post, team):
    for kind, amount in (("purchases", 10), ("credits", 7)):
        assert not post(empty, kind, {"amount": amount}, key="k")["repeated"]
        assert post(empty, kind, {"amount": amount}, key="k", expect=200)["repeated"]
    headers = {"Idempotency-Key": "k"}
    body = {"amount": 10}
    ids = set()
    for key in (team.owner.token, team.admin.token, gateway.root_key):
        made = [
            gateway.request("POST", f"{team.path}/purchases", key=key, json=body, headers=headers).json()
            for _ in range(2)
        ]
        assert [one["repeated"] for one in made] == [False, True]
        ids.add(made[0]["transaction_id"])
    assert len(ids) == 3


@pytest.mark.parametrize("rest, body", [("credits", {"amount": 2}), ("keys", {"name": "k"}), ("projects", {"name": "p"})])
def test_row_60_32_calls_at_once_with_one_key_are_one(gateway, empty, rest, body):
    def call(_):
        return gateway.request("POST", path(empty, rest), key=gateway.root_key, json=body, headers={"Idempotency-Key": "k"})

    before = len(gateway.manage("GET", path(empty, "transactions" if rest == "credits" else rest))["data"])
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(call, range(32)))
    made = [answer for answer in answers if answer.status in (200, 201)]
    # What holds a secret is not stored for a repetition: that is 409 and names what was made.
    assert {answer.status for answer in answers} <= ({200, 201} if rest == "credits" else {201, 409})
    assert len(made) == (1 if rest == "keys" else 32)
    after = len(gateway.manage("GET", path(empty, "transactions" if rest == "credits" else rest))["data"])
    assert after == before + 1
