"""members/financial: what each member spent, and what is left of his budget, in the shape of OpenHands."""

import pytest

from support.chat import post_chat
from support.people import new_team
from support.processes import Account


@pytest.fixture
def paid_team(gateway):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def spend(team, person):
    """One request by a key that the person made; what it was charged."""
    made = team.may(person, "POST", "/keys", {"name": "spends"})
    answer = post_chat(team.gateway, Account(team.organization, made["key"], made["data"]["hash"]))
    assert answer.status == 200, answer.body
    return answer.json()["usage"]["cost"]


def page(team, query="", person=None):
    return team.may(person or team.owner, "GET", f"/members/financial{query}")


def finances(team):
    return {one["user_id"]: one for one in page(team)["items"]}


def limit(team, below, **limits):
    team.gateway.manage("PUT", f"{team.path}{below}/limits", limits)


def test_without_limits_spend_is_shown_and_budgets_are_null(paid_team):
    cost = spend(paid_team, paid_team.member)
    shown = finances(paid_team)
    assert shown[paid_team.member.id] == {
        "user_id": paid_team.member.id,
        "email": paid_team.member.email,
        "lifetime_spend": cost,
        "current_budget": None,
        "max_budget": None,
        "reset_interval": None,
        "resets_at": None,
    }
    assert shown[paid_team.owner.id]["lifetime_spend"] == 0


def test_the_list_has_members_and_analytics_has_former_ones_too(paid_team):
    cost = {person.id: spend(paid_team, person) for person in (paid_team.admin, paid_team.member)}
    paid_team.may(paid_team.owner, "DELETE", f"/members/{paid_team.member.id}")
    assert sum(one["lifetime_spend"] for one in page(paid_team)["items"]) == cost[paid_team.admin.id]
    analytics = paid_team.may(paid_team.owner, "GET", "/analytics?group_by=member")
    assert {row["member_id"]: row["charged"] for row in analytics["data"]} == cost
    assert analytics["total"]["charged"] == sum(cost.values())


def test_a_limit_of_the_organization_is_the_same_number_for_every_member(paid_team):
    cost = spend(paid_team, paid_team.member)
    limit(paid_team, "", limit=2)
    numbers = {(one["current_budget"], one["max_budget"]) for one in page(paid_team)["items"]}
    assert numbers == {(2 - cost, 2)}


def test_a_members_own_limit_comes_before_the_organizations(paid_team):
    cost = spend(paid_team, paid_team.member)
    limit(paid_team, "", limit=2)
    limit(paid_team, f"/members/{paid_team.member.id}", limit=1, limit_reset="monthly")
    shown = finances(paid_team)
    own, other = shown[paid_team.member.id], shown[paid_team.admin.id]
    assert (own["current_budget"], own["max_budget"], own["reset_interval"]) == (1 - cost, 1, "monthly")
    assert own["resets_at"].endswith("-01T00:00:00.000Z")
    assert (other["current_budget"], other["max_budget"], other["resets_at"]) == (2 - cost, 2, None)


def test_nothing_left_is_zero_and_never_below(paid_team):
    spend(paid_team, paid_team.member)
    limit(paid_team, f"/members/{paid_team.member.id}", limit=0)
    own = finances(paid_team)[paid_team.member.id]
    assert (own["current_budget"], own["max_budget"]) == (0, 0)


def test_pages_follow_each_other_to_a_true_end(team):
    people = sorted((team.owner.id, team.admin.id, team.member.id))
    first = page(team, "?limit=2")
    assert [one["user_id"] for one in first["items"]] == people[:2]
    assert (first["current_page"], first["per_page"], first["next_page_id"]) == (1, 2, "2")
    second = page(team, f"?limit=2&page_id={first['next_page_id']}")
    assert [one["user_id"] for one in second["items"]] == people[2:]
    assert (second["current_page"], second["next_page_id"]) == (2, None)
    beyond = page(team, "?limit=2&page_id=4294967295")
    assert (beyond["items"], beyond["next_page_id"]) == ([], None)
    assert page(team)["per_page"] == 10


def test_the_address_filters_in_any_case(team):
    shown = page(team, f"?email={team.admin.email.upper()}")
    assert [one["user_id"] for one in shown["items"]] == [team.admin.id]
    assert page(team, "?email=nobody-here")["items"] == []


@pytest.mark.parametrize(
    "query", ["page_id=-1", "page_id=x", "page_id=1.5", "limit=0", "limit=101", "email=" + "a" * 256]
)
def test_what_is_no_page_is_400_and_named(team, query):
    refused = team.ask(team.owner, "GET", f"/members/financial?{query}")
    assert refused.status == 400 and refused.error["param"] == query.partition("=")[0]


def test_owner_and_admin_see_it_and_members_do_not(gateway, team):
    assert page(team, person=team.admin)["items"]
    assert team.ask(team.member, "GET", "/members/financial").status == 403
    assert team.ask(gateway.person(), "GET", "/members/financial").status == 404
