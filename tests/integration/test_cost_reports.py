"""Sums for those who pay: months by cost centre, what the same tokens cost elsewhere, and sums by end user and app."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from support.chat import chat, post_chat
from support.people import new_team
from support.waiting import eventually

MONTH = f"{datetime.now(UTC):%Y-%m}"


@pytest.fixture(scope="module")
def spent(gateway):
    """A team whose admin and member spent in two projects; the team and what each request cost."""
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    shop = team.may(team.admin, "POST", "/projects", {"name": "shop"})["id"]
    costs = []
    for person, project, app, user, tokens in (
        (team.admin, None, "https://one.test", "ann", 3),
        (team.member, None, "https://two.test", "bob", 40),
        (team.member, shop, "https://two.test", "ann", 500),
        (team.member, shop, None, None, 7),
    ):
        body = {"name": "k", "creator_user_id": person.id, "project_id": project}
        key = gateway.manage("POST", f"{team.path}/keys", body)["key"]
        headers = {"HTTP-Referer": app} if app else None
        asked = chat(None, content="Say something.", max_tokens=tokens)
        if user:
            asked["user"] = user
        answer = gateway.request("POST", "/v1/chat/completions", key=key, json=asked, headers=headers)
        assert answer.status == 200, answer.body
        costs.append((person.id, project, app, user, answer.json()["usage"]["cost"]))
    return team, costs


def month(team, query="", person=None):
    return team.may(person or team.owner, "GET", f"/reports/month?month={MONTH}{query}")


def sums(costs, *places):
    """By the members at these places, what was spent."""
    found = {}
    for one in costs:
        key = tuple(one[place] for place in places)
        found[key] = found.get(key, 0) + one[-1]
    return found


def test_a_month_is_what_the_ledger_booked_to_the_nano_dollar(gateway, spent):
    team, costs = spent
    report = eventually(lambda: (found := month(team))["booked"] and found)
    assert report["booked"] == report["total"]["charged"] == sum(cost for *_, cost in costs)
    assert report["booked"] == gateway.manage("GET", f"{team.path}/credits")["total_usage"]
    assert report["month"] == MONTH and not report["complete"]


@pytest.mark.parametrize("by", ["project", "member", "key", "model", "project,member", "member,key,model,provider"])
def test_every_cost_centre_adds_up_and_the_csv_is_the_same(spent, by):
    team, costs = spent
    report = month(team, f"&by={by}")
    rows = report["data"]
    assert sum(row["charged"] for row in rows) == report["total"]["charged"] == sum(cost for *_, cost in costs)
    answer = team.ask(team.owner, "GET", f"/reports/month?month={MONTH}&by={by}&format=csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [Decimal(row["charged"]) for row in table] == [row["charged"] for row in rows]
    assert {row["month"] for row in table} == {MONTH}


def test_rows_name_their_cost_centres(spent):
    team, costs = spent
    rows = month(team, "&by=member")["data"]
    assert {(row["member_id"],): row["usage"] for row in rows} == sums(costs, 0)
    people = {(one.id, one.email.split("@")[0], one.email) for one in (team.admin, team.member)}
    assert {(row["member_id"], row["member_name"], row["member_email"]) for row in rows} == people
    names = {row["project_name"] for row in month(team)["data"]}
    assert names == {"Default Project", "shop"}


def test_people_have_names_wherever_usage_is_shown(gateway):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    body = {"name": "k", "creator_user_id": team.member.id}
    post_chat(gateway, SimpleNamespace(key=gateway.manage("POST", f"{team.path}/keys", body)["key"]))
    gateway.manage("DELETE", f"{team.path}/members/{team.member.id}")  # who has left has his name still
    name, email = team.member.email.split("@")[0], team.member.email
    [request] = eventually(lambda: team.may(team.owner, "GET", "/activity")["data"])
    [row] = team.may(team.owner, "GET", "/analytics?group_by=member")["data"]
    for shown in (request, row):
        assert (shown["member_id"], shown["member_name"], shown["member_email"]) == (team.member.id, name, email)
    [value] = team.may(team.owner, "GET", "/activity/values?field=member")["data"]
    assert (value["value"], value["label"]) == (team.member.id, name)


def test_a_sum_is_of_the_time_that_was_asked_for(spent):
    team, costs = spent
    now = datetime.now(UTC)
    total = sum(cost for *_, cost in costs)

    def summed(begin, end):
        query = f"from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
        return team.may(team.owner, "GET", f"/analytics?{query}")

    assert summed(now - timedelta(hours=3), now + timedelta(hours=1))["total"]["usage"] == total
    report = summed(now - timedelta(minutes=100), now - timedelta(minutes=95))
    assert report["total"]["requests"] == 0 and report["data"] == []
    assert report["from"] >= f"{now - timedelta(minutes=101):%Y-%m-%dT%H:%M:%S}"
    assert report["to"] <= f"{now - timedelta(minutes=93):%Y-%m-%dT%H:%M:%S}"
    long_ago = summed(now - timedelta(days=40, minutes=7), now - timedelta(days=40))
    assert long_ago["total"]["requests"] == 0 and long_ago["from"] > f"{now - timedelta(days=41):%Y-%m-%d}"


def test_another_month_is_empty_and_complete(spent):
    team, _ = spent
    report = team.may(team.owner, "GET", "/reports/month?month=2026-01")
    assert report["data"] == [] and report["booked"] == 0 and report["complete"]
    assert (report["from"], report["to"]) == ("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z")


@pytest.mark.parametrize("query", ["", "month=2026", "month=2026-13", "month=2026-1", "month=x", "month=1969-12"])
def test_what_is_no_month_is_400(spent, query):
    team, _ = spent
    assert team.ask(team.owner, "GET", f"/reports/month?{query}").status == 400
    assert team.ask(team.owner, "GET", f"/reports/month?month={MONTH}&by=planet").status == 400


def test_only_those_who_see_the_bills_see_it(spent):
    team, _ = spent
    assert team.ask(team.member, "GET", f"/reports/month?month={MONTH}").status == 403
    assert team.ask(new_team(team.gateway).owner, "GET", f"/reports/month?month={MONTH}").status == 404


@pytest.mark.parametrize("word, column, place", [("app", "app", 2), ("user", "external_user", 3)])
def test_sums_by_what_only_requests_know_add_up(spent, word, column, place):
    team, costs = spent
    report = team.may(team.owner, "GET", f"/analytics?group_by={word}")
    assert {(row[column],): row["usage"] for row in report["data"]} == sums(costs, place)
    assert report["total"]["usage"] == sum(cost for *_, cost in costs) and not report["partial"]
    both = team.may(team.owner, "GET", f"/analytics?group_by=member,{word},hour")
    assert {(row["member_id"], row[column]): row["usage"] for row in both["data"]} == sums(costs, 0, place)
    assert both["total"] == report["total"]


def test_the_rest_beside_the_top_is_in_the_total_and_in_the_csv(spent):
    team, costs = spent
    report = team.may(team.owner, "GET", "/analytics?group_by=user&top=1")
    [row], [other] = report["data"], report["other"]
    assert row["external_user"] == "ann" and row["usage"] + other["usage"] == report["total"]["usage"]
    answer = team.ask(team.owner, "GET", "/analytics?group_by=user&top=1&format=csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["external_user"] for one in table] == ["ann", ""]
    assert sum(Decimal(one["usage"]) for one in table) == report["total"]["usage"]


def test_sums_take_the_filters_of_the_feed(spent):
    team, costs = spent
    assert team.may(team.owner, "GET", "/analytics?user=ann")["total"]["requests"] == 2
    assert team.may(team.owner, "GET", "/analytics?app=https://two.test&group_by=user")["total"]["requests"] == 2
    assert team.may(team.owner, "GET", "/analytics?status=server_error")["total"]["requests"] == 0
    for wrong in ("group_by=app&compare=previous", "group_by=app,app", "group_by=app&edges=2026-01-01"):
        assert team.ask(team.owner, "GET", f"/analytics?{wrong}").status == 400


def test_a_member_sums_what_the_setting_lets_him_see(spent):
    team, costs = spent
    team.may(team.admin, "PUT", "/activity/settings", {"visibility": "own_only"})
    own = team.may(team.member, "GET", "/analytics?group_by=user")["total"]["usage"]
    assert own == sums(costs, 0)[team.member.id,]
    team.may(team.admin, "PUT", "/activity/settings", {"visibility": "all_members"})


def test_savings_are_at_the_cheapest_endpoint(spent):
    team, costs = spent
    report = team.may(team.member, "GET", "/analytics/savings")
    assert report["usage"] == sum(cost for *_, cost in costs) and not report["partial"]
    for row in report["data"]:
        assert row["saving"] == max(row["usage"] - row["cheapest_usage"], 0)
    assert report["saving"] == sum(row["saving"] for row in report["data"])
    assert report["cached_share"] == 0 and report["cached_saving"] == 0
