"""A cursor is good for the list that gave it, and for no other: of another organization, route or filter it is 400."""

import pytest

# What a list is filled with, and the list.
LISTS = {
    "keys": ("keys", {"name": "k"}),
    "projects": ("projects", {"name": "p"}),
    "transactions": ("credits", {"amount": 1}),
    "credit-lots": ("credits", {"amount": 1}),
    "audit": ("keys", {"name": "k"}),
}


def fill(gateway, account, names):
    for name in names:
        route, body = LISTS[name]
        for number in range(3):
            if "name" in body:
                body = {**body, "name": f"{body['name']} {number}"}
            gateway.manage("POST", f"/api/organizations/{account.organization}/{route}", body, expect=201)


def ask(gateway, account, rest):
    return gateway.request("GET", f"/api/organizations/{account.organization}/{rest}", key=gateway.root_key)


@pytest.fixture
def both(gateway):
    """Two organizations with all lists longer than a page of one."""
    accounts = [gateway.new_account("5"), gateway.new_account("5")]
    for account in accounts:
        fill(gateway, account, ["keys", "projects", "transactions"])
    return accounts


def cursor_of(gateway, account, rest):
    answer = ask(gateway, account, rest)
    assert answer.status == 200, answer.text
    assert answer.json()["next_cursor"]
    return answer.json()["next_cursor"]


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_another_organization_is_400(gateway, both, name):
    mine, other = both
    cursor = cursor_of(gateway, mine, f"{name}?limit=1")
    assert ask(gateway, mine, f"{name}?limit=2&cursor={cursor}").status == 200
    refused = ask(gateway, other, f"{name}?limit=1&cursor={cursor}")
    assert refused.status == 400 and refused.error["param"] == "cursor"


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_another_list_is_400(gateway, both, name):
    cursor = cursor_of(gateway, both[0], f"{name}?limit=1")
    for other in LISTS:
        if other != name:
            assert ask(gateway, both[0], f"{other}?cursor={cursor}").status == 400, other


def test_a_cursor_of_another_filter_is_400(gateway, both):
    cursor = cursor_of(gateway, both[0], "transactions?kind=grant&limit=1")
    assert ask(gateway, both[0], f"transactions?limit=1&cursor={cursor}&kind=grant").status == 200
    for other in ("", "&kind=purchase", "&kind=grant&state=done", "&kind=grant&from=2020-01-01"):
        assert ask(gateway, both[0], f"transactions?limit=1{other}&cursor={cursor}").status == 400, other


def test_a_cursor_names_its_list_whatever_stands_behind_it(gateway, both):
    cursor = cursor_of(gateway, both[0], "keys?limit=1")
    for wrong in (cursor[1:], cursor[:20], cursor[:-1] + "!", "133", "0"):
        assert ask(gateway, both[0], f"keys?cursor={wrong}").status == 400, wrong


def test_a_cursor_of_the_instances_list_is_none_of_an_organizations(gateway, both):
    organizations = gateway.manage("GET", "/api/organizations?limit=1")["next_cursor"]
    assert ask(gateway, both[0], f"keys?cursor={organizations}").status == 400
    instance = gateway.manage("GET", "/api/audit?limit=1")["next_cursor"]
    assert instance is None or ask(gateway, both[0], f"audit?cursor={instance}").status == 400
