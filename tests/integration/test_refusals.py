"""Row 55: refused tries at privileged acts leave a trace, counted and folded, apart from the audit of changes."""

from datetime import UTC, datetime

import pytest

from support.pages import pages_of
from support.people import new_team

TRIES = 100


def refusals(gateway, team, query=""):
    return gateway.manage("GET", f"{team.path}/audit/refusals{query}")["data"]


def by_route(rows):
    return {(row["method"], row["route"]): row for row in rows}


def test_row_55_what_a_member_tried_is_counted_in_one_row_each(gateway, team):
    changes = gateway.manage("GET", f"{team.path}/audit")
    for _ in range(TRIES):
        assert team.ask(team.member, "DELETE", "", {"confirm": "Team"}).status == 403
    assert team.ask(team.member, "PUT", "/limits", {"limit": 1}).status == 403
    rows = by_route(refusals(gateway, team))
    deleting = rows["DELETE", "/api/organizations/{organization}"]
    assert (deleting["count"], deleting["reason"]) == (TRIES, "permission_denied")
    assert (deleting["actor"], deleting["actor_name"]) == (f"user:{team.member.id}", team.member.email.split("@")[0])
    assert deleting["via"].startswith("token:") and deleting["address"] == "127.0.0.1"
    assert deleting["date"] == f"{datetime.now(UTC):%Y-%m-%d}" and deleting["first_at"] <= deleting["last_at"]
    assert rows["PUT", "/api/organizations/{organization}/limits"]["count"] == 1
    assert gateway.manage("GET", f"{team.path}/audit") == changes


def test_row_55_a_removed_member_leaves_a_trace_where_he_was(gateway, team):
    gateway.manage("DELETE", f"{team.path}/members/{team.member.id}")
    for _ in range(3):
        assert team.ask(team.member, "GET", "/keys").status == 404
    [row] = refusals(gateway, team)
    assert (row["actor"], row["count"], row["reason"]) == (f"user:{team.member.id}", 3, "unknown_organization")


def test_what_is_refused_further_in_counts_too(gateway, team):
    body = {"name": "m", "kind": "management"}
    assert team.ask(team.member, "POST", "/keys", body).status == 403
    assert team.ask(team.admin, "PATCH", f"/members/{team.owner.id}", {"role": "member"}).status == 403
    actors = {row["actor"]: row["route"] for row in refusals(gateway, team)}
    assert actors == {
        f"user:{team.member.id}": "/api/organizations/{organization}/keys",
        f"user:{team.admin.id}": "/api/organizations/{organization}/members/{member}",
    }


def test_a_key_of_the_wrong_kind_leaves_a_trace(gateway, account):
    path = f"/api/organizations/{account.organization}"
    assert gateway.request("GET", f"{path}/keys", key=account.key).status == 403
    [row] = gateway.manage("GET", f"{path}/audit/refusals")["data"]
    assert row["actor"] == f"key:{account.hash}" and row["method"] == "GET"


def test_what_works_and_what_is_only_wrong_leaves_none(gateway, team):
    team.may(team.member, "GET", "/projects")
    assert team.ask(team.owner, "POST", "/projects", {"name": 7}).status == 400
    assert team.ask(team.owner, "GET", f"/projects/{team.organization}").status == 404
    assert refusals(gateway, team) == []


def test_they_are_listed_page_by_page(gateway, team):
    for path in ("/credits", "/transactions", "/purchases", "/allowances", "/audit"):
        assert team.ask(team.member, "GET", path).status == 403
    seen, query = [], "?limit=2"
    while True:
        page = gateway.manage("GET", f"{team.path}/audit/refusals{query}")
        seen += [row["route"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    for wrong in ("cursor=x", f"cursor={'g' * 40}", "limit=0", "limit=201"):
        assert gateway.request("GET", f"{team.path}/audit/refusals?{wrong}", key=gateway.root_key).status == 400


def test_owners_and_admins_see_them_and_others_do_not(team):
    assert team.ask(team.member, "GET", "/audit/refusals").status == 403
    for person in (team.owner, team.admin):
        [row] = team.may(person, "GET", "/audit/refusals")["data"]
        assert row["route"].endswith("/audit/refusals")
    assert team.ask(new_team(team.gateway).owner, "GET", "/audit/refusals").status == 404


def test_acts_of_the_instance_are_the_operators_to_see(gateway, team):
    assert gateway.request("POST", "/api/users", key=team.member.token, json={"email": "x@people.test"}).status == 403
    rows = pages_of(gateway, "/api/audit/refusals", 200)
    assert [row["route"] for row in rows if row["actor"] == f"user:{team.member.id}"] == ["/api/users"]
    assert refusals(gateway, team) == []
    assert gateway.request("GET", "/api/audit/refusals", key=team.owner.token).status == 403


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_a_restart_keeps_them(start_gateway, tmp_path, ending):
    gateway = start_gateway(directory=tmp_path / ending)
    team = new_team(gateway)
    assert team.ask(team.member, "GET", "/credits").status == 403
    before = refusals(gateway, team)  # they are stored before they are shown
    gateway.stop() if ending == "stop" else gateway.kill()
    gateway.start()
    assert refusals(gateway, team) == before
    assert team.ask(team.member, "GET", "/credits").status == 403
    assert [row["count"] for row in refusals(gateway, team)] == [2]
