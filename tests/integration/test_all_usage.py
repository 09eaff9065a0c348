"""What the operator sees of all organizations: their credit together, and what each of them used."""

import csv
import io
from decimal import Decimal

import pytest

from support.chat import post_chat


@pytest.fixture
def instance(start_gateway):
    """A gateway of its own with three organizations: the second used nothing."""
    gateway = start_gateway()
    accounts = [gateway.new_account(credit) for credit in ("5", None, "7.000000001")]
    for account, tokens in ((accounts[0], 3), (accounts[2], 40)):
        assert post_chat(gateway, account, f"tokens={tokens}").status == 200
    return gateway, accounts


def usage(gateway, query=""):
    return gateway.manage("GET", f"/api/usage{query}")


def test_each_organization_is_a_row_with_its_name_balance_and_sums(instance):
    gateway, accounts = instance
    page = usage(gateway)
    assert [row["organization_id"] for row in page["data"]] == [account.organization for account in accounts]
    assert [row["requests"] for row in page["data"]] == [1, 0, 1]
    assert page["next_cursor"] is None and page["from"] < page["to"]
    for row, account in zip(page["data"], accounts, strict=True):
        credits = gateway.credits(account)
        assert row["organization_name"] == "Test" and row["balance"] == credits["balance"]
        assert row["charged"] == credits["total_usage"]


def test_pages_hold_each_organization_once(instance):
    gateway, accounts = instance
    seen, query = [], "?limit=1"
    while True:
        page = usage(gateway, query)
        seen += [row["organization_id"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=1&cursor={page['next_cursor']}"
    assert seen == [account.organization for account in accounts]


def test_a_time_without_usage_sums_to_zero(instance):
    gateway, _ = instance
    page = usage(gateway, "?from=2020-01-01&to=2020-02-01")
    assert page["from"].startswith("2020-01-01") and page["to"].startswith("2020-02-01")
    assert [row["charged"] for row in page["data"]] == [0, 0, 0]


def test_csv_has_the_same_rows(instance):
    gateway, _ = instance
    answer = gateway.request("GET", "/api/usage?format=csv&limit=2", key=gateway.root_key)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["organization_id"] for row in rows] == [row["organization_id"] for row in usage(gateway)["data"][:2]]
    assert [Decimal(row["charged"]) for row in rows] == [row["charged"] for row in usage(gateway)["data"][:2]]
    second = gateway.request(
        "GET", f"/api/usage?format=csv&cursor={answer.header('x-next-cursor')}", key=gateway.root_key
    )
    assert len(list(csv.DictReader(io.StringIO(second.text)))) == 1


def test_tables_without_rows_have_their_names(instance, start_gateway):
    gateway, _ = instance
    fresh = start_gateway()
    for path in ("/api/usage?format=csv", "/api/audit?format=csv"):
        names, *rows = gateway.request("GET", path, key=gateway.root_key).text.split("\r\n")
        none = "" if "usage" in path else "&to=2001-01-01"
        assert names and rows
        assert fresh.request("GET", path + none, key=fresh.root_key).text == names + "\r\n"


def test_the_credit_of_all_organizations_is_the_sum_of_each(instance):
    gateway, accounts = instance
    total = gateway.manage("GET", "/api/credits")
    each = [gateway.credits(account) for account in accounts]
    assert total.pop("organizations") == 3
    assert total == {name: sum(credits[name] for credits in each) for name in total}
    assert total["total_credits"] == Decimal("12.000000001")


def test_sums_that_no_balance_could_hold_are_exact(start_gateway):
    gateway = start_gateway()
    accounts = [gateway.new_account("999999999.5") for _ in range(5)]
    for account in accounts:
        for _ in range(3):  # up to the most that one organization is given
            gateway.grant(account, "1e9")
    assert gateway.manage("GET", "/api/credits")["balance"] == Decimal("19999999997.5")
    assert gateway.credits(accounts[0])["balance"] == Decimal("3999999999.5")


@pytest.mark.parametrize("path", ["/api/usage", "/api/credits"])
@pytest.mark.parametrize("kind", ["inference", "management"])
def test_no_organizations_key_may_see_it(gateway, account, path, kind):
    made = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", {"name": "k", "kind": kind})
    assert gateway.request("GET", path, key=made["key"]).status == 403


@pytest.mark.parametrize("query, param", [("limit=201", "limit"), ("cursor=%21", "cursor"), ("group_by=key", "group_by")])
def test_bad_parameters_are_named(gateway, query, param):
    answer = gateway.request("GET", f"/api/usage?{query}", key=gateway.root_key)
    assert (answer.status, answer.error["param"]) == (400, param)
