"""Organizations and members in OpenHands' pages, beside our own at the same paths."""

import pytest

from support.people import new_team

RANKS = {"owner": (1, 10), "admin": (2, 20), "member": (3, 1000)}


@pytest.fixture(scope="module")
def crew(gateway):
    return new_team(gateway)


def pages(read, limit):
    """All items, page by page, as a client of OpenHands reads them."""
    page_id, found = "0", []
    while page_id is not None:
        page = read(f"?page_id={page_id}&limit={limit}")
        assert len(page["items"]) <= limit
        found.append(page["items"])
        page_id = page["next_page_id"]
    return found


def test_members_have_openhands_words(crew):
    page = crew.may(crew.owner, "GET", "/members?page_id=0")
    assert (page["current_page"], page["per_page"], page["next_page_id"]) == (1, 10, None)
    people = {"owner": crew.owner, "admin": crew.admin, "member": crew.member}
    assert page["items"] == sorted(
        (
            {
                "user_id": person.id,
                "email": person.email,
                "role_id": RANKS[role][0],
                "role": role,
                "role_rank": RANKS[role][1],
                "status": "active",
            }
            for role, person in people.items()
        ),
        key=lambda one: one["user_id"],
    )


def test_members_page_by_number(crew):
    found = pages(lambda query: crew.may(crew.owner, "GET", f"/members{query}"), 2)
    assert [len(items) for items in found] == [2, 1]
    ids = [one["user_id"] for items in found for one in items]
    assert ids == sorted({crew.owner.id, crew.admin.id, crew.member.id})
    second = crew.may(crew.owner, "GET", "/members?page_id=2&limit=2")
    assert (second["current_page"], second["next_page_id"]) == (2, None)
    beyond = crew.may(crew.owner, "GET", "/members?page_id=50")
    assert beyond["items"] == [] and beyond["next_page_id"] is None


def test_members_are_filtered_and_suspended_ones_are_inactive(gateway):
    team = new_team(gateway)
    team.may(team.owner, "PATCH", f"/members/{team.member.id}", {"status": "suspended"})
    [one] = team.may(team.owner, "GET", f"/members?page_id=0&email={team.member.email.upper()}")["items"]
    assert (one["user_id"], one["status"]) == (team.member.id, "inactive")


def test_the_count_is_a_bare_number(crew):
    answer = crew.ask(crew.member, "GET", "/members/count")
    assert (answer.status, answer.text) == (200, "3")


def test_organizations_page_by_name(gateway):
    person = gateway.person()
    names = [f"Page {letter}" for letter in "cab"]
    made = {}
    for name in names:
        answer = gateway.request("POST", "/api/organizations", key=person.token, json={"name": name})
        made[name] = answer.json()

    def read(query):
        answer = gateway.request("GET", f"/api/organizations{query}", key=person.token)
        assert answer.status == 200, answer.body
        return answer.json()

    found = pages(read, 2)
    items = [one for page in found for one in page]
    assert [one["name"] for one in items] == sorted(one["name"] for one in items)
    shop = next(one for one in items if one["name"] == "Page a")
    assert shop == {
        "id": made["Page a"]["id"],
        "name": "Page a",
        "slug": made["Page a"]["slug"],
        "contact_name": None,
        "contact_email": None,
        "status": "active",
        "is_personal": False,
        "credits": None,
        "credits_available": False,
        "updated_at": made["Page a"]["updated_at"],
    }
    assert any(one["is_personal"] for one in items)
    me = gateway.request("GET", "/api/me", key=person.token).json()
    assert read("?page_id=0")["current_org_id"] == me["current_organization_id"]


def test_contacts_are_for_those_who_may_see_billing(gateway):
    team = new_team(gateway, "Contacts")
    team.may(team.owner, "PATCH", "/billing", {"contact_name": "Bill", "contact_email": "bill@people.test"})

    def contact(person):
        answer = gateway.request("GET", "/api/organizations?page_id=0&name=Contacts", key=person.token)
        [one] = answer.json()["items"]
        return one["contact_name"], one["contact_email"]

    assert contact(team.owner) == ("Bill", "bill@people.test")
    assert contact(team.member) == (None, None)


@pytest.mark.parametrize("query", ["page_id=x", "page_id=-1", "page_id=0&limit=101", "page_id=0&limit=0"])
def test_what_is_no_page_is_refused(crew, query):
    assert crew.ask(crew.owner, "GET", f"/members?{query}").status == 400
    assert crew.gateway.request("GET", f"/api/organizations?{query}", key=crew.owner.token).status == 400


def test_the_usual_pages_stay(crew):
    first = crew.may(crew.owner, "GET", "/members?limit=2")
    assert len(first["data"]) == 2 and "items" not in first
    rest = crew.may(crew.owner, "GET", f"/members?limit=2&cursor={first['next_cursor']}")
    assert len(rest["data"]) == 1 and rest["next_cursor"] is None
    both = crew.ask(crew.owner, "GET", f"/members?page_id=0&cursor={first['next_cursor']}")
    assert both.status == 400 and "page_id" in both.error["message"]
