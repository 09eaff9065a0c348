"""Allowances: credit that the operator gives anew in each window, once, by a job with a name."""

from datetime import UTC, datetime, timedelta

import pytest

from support.pages import pages_of
from support.people import new_team
from support.waiting import eventually


def give(team, amount=5, interval="monthly", **fields):
    body = {"organization_id": team.organization, "amount": amount, "interval": interval} | fields
    return team.gateway.manage("POST", "/api/allowances", body)


def balance(team):
    return team.gateway.manage("GET", f"{team.path}/credits")["balance"]


def granted(team):
    return team.gateway.manage("GET", f"{team.path}/transactions?kind=grant")["data"]


def soon(**delta):
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def allowance(team, made):
    return team.gateway.manage("GET", f"/api/allowances/{made['id']}")


def window_end(interval):
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "daily":
        return today + timedelta(days=1)
    if interval == "weekly":
        return today + timedelta(days=7 - today.weekday())
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


@pytest.mark.parametrize("interval", ["daily", "weekly", "monthly"])
def test_the_running_window_is_granted_at_once_and_expires_with_it(gateway, team, interval):
    made = give(team, interval=interval)
    assert eventually(lambda: balance(team) == 5)
    [row] = granted(team)
    end = window_end(interval).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert (row["amount"], row["actor"], row["expires_at"]) == (5, "job:allowances", end)
    shown = allowance(team, made)
    assert (shown["granted_until"], shown["last_transaction_id"]) == (end, row["id"])


def test_an_allowance_says_whose_it_is_by_the_name_that_holds_now(gateway, team):
    made = give(team)
    assert made["organization_name"] == gateway.manage("GET", team.path)["name"]
    gateway.manage("PATCH", team.path, {"name": "Another Name"})
    assert allowance(team, made)["organization_name"] == "Another Name"
    whole = gateway.manage("PATCH", f"/api/allowances/{made['id']}", made | {"note": "n", "version": allowance(team, made)["version"]})
    assert whole["note"] == "n", "a whole object may have the name of before"


def test_row_36_a_window_is_granted_once_whatever_happens(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    made = give(team)
    assert eventually(lambda: balance(team) == 5)
    path = f"/api/allowances/{made['id']}"
    for change in ({"amount": 7}, {"paused": True}, {"paused": False}, {"note": "more from next month on"}):
        gateway.manage("PATCH", path, change)
    gateway.kill()
    gateway.start()
    gateway.manage("PATCH", path, {"amount": 9})
    give(team, amount=1)  # the job has been round when this one is granted
    assert eventually(lambda: len(granted(team)) > 1)
    assert sorted(row["amount"] for row in granted(team)) == [1, 5] and balance(team) == 6


def test_two_allowances_of_one_organization_are_both_granted(team):
    give(team, 5, "daily"), give(team, 3, "monthly")
    assert eventually(lambda: balance(team) == 8)


def test_what_is_paused_or_begins_later_is_not_granted(gateway, team):
    later = give(team, starts_at=soon(days=1))
    paused = give(team, starts_at=soon(seconds=2))
    gateway.manage("PATCH", f"/api/allowances/{paused['id']}", {"paused": True})
    other = new_team(gateway)
    started = give(other, 2, starts_at=soon(seconds=2))
    assert eventually(lambda: balance(other) == 2, within_s=30)
    assert balance(team) == 0 and granted(team) == []
    assert [allowance(team, one)["granted_until"] for one in (later, paused)] == [None, None]
    gateway.manage("PATCH", f"/api/allowances/{paused['id']}", {"paused": False})
    assert eventually(lambda: balance(team) == 5) and allowance(team, started)["last_transaction_id"]


def test_a_deleted_allowance_is_granted_no_more_and_its_credit_stays(gateway, team):
    made = give(team)
    assert eventually(lambda: balance(team) == 5)
    assert gateway.manage("DELETE", f"/api/allowances/{made['id']}") == {"deleted": True}
    assert gateway.request("GET", f"/api/allowances/{made['id']}", key=gateway.root_key).status == 404
    assert balance(team) == 5


def test_owners_and_admins_see_those_of_their_organization(gateway, team):
    made = give(team)
    assert give(new_team(gateway))["id"] != made["id"]
    for person in (team.owner, team.admin):
        assert [one["id"] for one in team.may(person, "GET", "/allowances")["data"]] == [made["id"]]
    assert team.ask(team.member, "GET", "/allowances").status == 403


def test_people_give_no_allowances(gateway, team):
    made = give(team)
    path = f"/api/allowances/{made['id']}"
    body = {"organization_id": team.organization, "amount": 1, "interval": "daily"}
    for method, where, sent in (("POST", "/api/allowances", body), ("GET", "/api/allowances", None)):
        assert gateway.request(method, where, key=team.owner.token, json=sent).status == 403
    for method, sent in (("GET", None), ("PATCH", {"amount": 2}), ("DELETE", None)):
        assert gateway.request(method, path, key=team.owner.token, json=sent).status == 403


def test_allowances_are_listed_in_pages(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    made = [give(team, starts_at=soon(days=1))["id"] for _ in range(3)]
    assert [one["id"] for one in pages_of(gateway, "/api/allowances", 2)] == sorted(made)


def test_a_change_of_nothing_makes_no_version_and_a_stale_one_is_412(gateway, team):
    made = give(team, starts_at=soon(days=1))
    path = f"/api/allowances/{made['id']}"
    assert gateway.manage("PATCH", path, {"amount": 5})["version"] == 1
    assert gateway.manage("PATCH", path, {"amount": 6}, headers={"If-Match": '"1"'})["version"] == 2
    gateway.manage("PATCH", path, {"amount": 7}, headers={"If-Match": '"1"'}, expect=412)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"interval": "lifetime"},
        {"interval": None},
        {"organization_id": "acme"},
        {"ends_at": "2001-01-01T00:00:00Z"},
        {"starts_at": "2099-01-01T00:00:00Z", "ends_at": "2098-01-01T00:00:00Z"},
    ],
)
def test_what_is_no_allowance_is_400(gateway, team, fields):
    body = {"organization_id": team.organization, "amount": 5, "interval": "daily"} | fields
    assert gateway.request("POST", "/api/allowances", key=gateway.root_key, json=body).status == 400


def test_an_organization_that_is_not_there_is_404(gateway):
    body = {"organization_id": "0191e0c8-0000-7000-8000-000000000000", "amount": 5, "interval": "daily"}
    assert gateway.request("POST", "/api/allowances", key=gateway.root_key, json=body).status == 404


def test_a_grant_has_one_audit_entry_with_the_window_and_the_money(gateway, team):
    give(team)
    assert eventually(lambda: balance(team) == 5)
    entries = gateway.manage("GET", f"{team.path}/audit")["data"]
    [entry] = [one for one in entries if one["action"] == "allowance.grant"]
    assert (entry["actor"], entry["via"]) == ("job:allowances", "job")
    assert [one["document"].split("/")[0] for one in entry["documents"]] == ["allowance", "transaction"]


@pytest.mark.parametrize("end", ["deleted", "suspended"])
def test_nothing_is_granted_to_an_organization_that_is_deleted_or_suspended(gateway, team, end):
    starts = datetime.now(UTC) + timedelta(seconds=1)
    give(team, starts_at=starts.isoformat())
    if end == "deleted":
        team.may(team.owner, "DELETE", "", {"confirm": "Team"})
    else:
        gateway.manage("PATCH", team.path, {"status": "suspended"})
    assert eventually(lambda: datetime.now(UTC) > starts)
    other = new_team(gateway, "Other")
    give(other)  # the job grants the oldest first
    assert eventually(lambda: balance(other) == 5)
    assert granted(team) == []
    if end == "suspended":
        gateway.manage("PATCH", team.path, {"status": "active"})
        give(other)
        assert eventually(lambda: balance(team) == 5), "the window is not lost"
