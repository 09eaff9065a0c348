"""Organizations: making one, changing its name and slug, and deleting it with all that anybody had by it."""

import uuid

import pytest

from support.chat import chat
from support.people import new_team, refusal_of


def name_of(team):
    return team.gateway.manage("GET", team.path)["name"]


def delete(team, by=None, **body):
    return team.ask(by or team.owner, "DELETE", json={"confirm": name_of(team)} | body)


def make(gateway, person, **body):
    return gateway.request("POST", "/api/organizations", key=person.token, json={"name": "Ours"} | body)


def test_the_owner_changes_name_and_slug(team):
    slug = f"s-{uuid.uuid4().hex[:8]}"
    changed = team.ask(team.owner, "PATCH", json={"name": "Renamed", "slug": slug})
    assert changed.status == 200
    shown = team.may(team.member, "GET")
    assert (shown["name"], shown["slug"]) == ("Renamed", slug)
    assert changed.json() == shown and changed.header("etag") == f'"{shown["version"]}"'


def test_only_an_owner_changes_or_deletes_it(team):
    for person in (team.admin, team.member):
        assert team.ask(person, "PATCH", json={"name": "Theirs"}).status == 403
        assert delete(team, person).status == 403
    assert name_of(team) != "Theirs"


def test_row_15_what_was_read_may_come_back_as_a_whole(team):
    shown = team.may(team.owner, "GET")
    assert team.may(team.owner, "PATCH", json=shown | {"name": "Renamed"})["name"] == "Renamed"
    shown = team.may(team.owner, "GET")
    assert team.may(team.owner, "PATCH", json=shown) == shown, "nothing changed, version included"
    refused = team.ask(team.owner, "PATCH", json=shown | {"kind": "personal"})
    assert refused.status == 403 and refused.error["param"] == "kind"


def test_a_change_of_an_older_version_is_refused(team):
    shown = team.may(team.owner, "GET")
    team.may(team.owner, "PATCH", json={"name": "First"})
    assert team.ask(team.owner, "PATCH", json=shown | {"name": "Second"}).status == 412
    stale = {"if-match": f'"{shown["version"]}"'}
    assert team.ask(team.owner, "PATCH", json={"name": "Second"}, headers=stale).status == 412
    assert name_of(team) == "First"


def test_row_27_a_slug_is_one_organizations_and_free_at_once_when_that_is_deleted(gateway, team):
    slug = f"s-{uuid.uuid4().hex[:8]}"
    team.may(team.owner, "PATCH", json={"slug": slug})
    other = new_team(gateway)
    assert refusal_of(other.ask(other.owner, "PATCH", json={"slug": slug})) == (409, "slug_taken")
    assert refusal_of(make(gateway, gateway.person(), slug=slug)) == (409, "slug_taken")
    assert delete(team).status == 200
    assert make(gateway, gateway.person(), slug=slug).json()["slug"] == slug


@pytest.mark.parametrize("slug", ["Big", "a b", "a--b", "-a", "", "ä"])
def test_a_malformed_slug_is_refused(team, slug):
    refused = team.ask(team.owner, "PATCH", json={"slug": slug})
    assert refused.status == 400


def test_deletion_needs_the_name(team):
    for body in (None, {}, {"confirm": "another"}):
        refused = team.ask(team.owner, "DELETE", json=body)
        assert refusal_of(refused) == (400, "confirmation_needed")
    assert team.ask(team.owner, "GET").status == 200


def test_deletion_with_credit_left_must_forfeit_it(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 2.5})
    refused = delete(team)
    assert refusal_of(refused) == (409, "credit_left")
    assert refused.error["balance"] == 2.5
    deleted = delete(team, forfeit=True).json()
    assert deleted["deleted"] and deleted["organization"]["status"] == "deleted"
    assert gateway.manage("GET", f"{team.path}/credits")["balance"] == 0, "the ledger says so"
    rows = gateway.manage("GET", f"{team.path}/transactions")["data"]
    assert [row["amount"] for row in rows] == [-2.5, 2.5]


def test_a_personal_organization_is_not_deleted(gateway):
    ann = gateway.person()
    path = f"/api/organizations/{ann.organization}"
    name = gateway.manage("GET", path)["name"]
    refused = gateway.request("DELETE", path, key=ann.token, json={"confirm": name})
    assert refusal_of(refused) == (409, "personal_organization")


def test_its_keys_fail_at_once_on_every_connection(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    key = team.may(team.owner, "POST", "/keys", {"name": "k"})["key"]
    connections = [gateway.connect() for _ in range(8)]
    request = gateway.bytes_of("POST", "/v1/chat/completions", key=key, json=chat())
    for connection in connections:
        connection.send(request)
        assert connection.read_answer().status == 200
    assert delete(team, forfeit=True).status == 200
    for connection in connections:
        connection.send(request)
        assert connection.read_answer().status == 401
        connection.close()


def test_its_people_lose_it_and_are_sent_home(gateway, team):
    team.may(team.member, "POST", "/switch")
    _, token = team.invite(team.owner, f"{uuid.uuid4().hex[:8]}@people.test")
    assert delete(team).status == 200
    for person in (team.owner, team.admin, team.member):
        assert team.ask(person, "GET").status == 404
        me = gateway.request("GET", "/api/me", key=person.token).json()
        assert [one["id"] for one in me["organizations"]] == [person.organization]
        assert me["current_organization_id"] == person.organization
    assert gateway.request("POST", "/api/invitations/lookup", json={"token": token}).status == 404


def test_of_a_deleted_one_the_operator_reads_the_books_and_gives_it_nothing(gateway, team):
    assert delete(team).status == 200
    assert gateway.manage("GET", team.path)["status"] == "deleted"
    assert gateway.manage("GET", f"{team.path}/audit")["data"][0]["action"] == "organization.delete"
    for method, below, body in (
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", {"confirm": "x"}),
        ("POST", "/keys", {"name": "k"}),
        ("POST", "/credits", {"amount": 1}),
        ("POST", "/purchases", {"amount": 1}),
    ):
        assert gateway.request(method, team.path + below, key=gateway.root_key, json=body).status == 404
    other = new_team(gateway)
    gateway.manage("POST", f"{other.path}/credits", {"amount": 1})
    body = {"to": team.organization, "amount": 1}
    assert gateway.request("POST", f"{other.path}/transfers", key=gateway.root_key, json=body).status == 404


def test_it_is_still_deleted_after_a_restart(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    key = team.may(team.owner, "POST", "/keys", {"name": "k"})["key"]
    assert delete(team).status == 200
    assert gateway.stop() == 0
    gateway.start()
    assert team.ask(team.owner, "GET").status == 404
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status == 401


def test_a_person_makes_three_team_organizations_or_as_many_as_the_operator_says(gateway):
    ann = gateway.person()
    made = [make(gateway, ann) for _ in range(3)]
    assert [one.status for one in made] == [201] * 3
    assert refusal_of(make(gateway, ann)) == (409, "limit_reached")
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"most_organizations": 4})
    assert make(gateway, ann).status == 201
    assert refusal_of(make(gateway, ann)) == (409, "limit_reached")
    path = f"/api/organizations/{made[0].json()['id']}"
    assert gateway.request("DELETE", path, key=ann.token, json={"confirm": "Ours"}).status == 200
    assert make(gateway, ann).status == 201, "a deleted one counts no more"


def test_the_operator_names_an_owner_and_a_person_only_herself(gateway):
    ann, bob = gateway.person(), gateway.person()
    made = gateway.manage("POST", "/api/organizations", {"name": "Hers", "owner_user_id": ann.id})
    own = gateway.request("GET", f"/api/organizations/{made['id']}/me", key=ann.token).json()
    assert own["role"] == "owner"
    assert make(gateway, ann, owner_user_id=ann.id).status == 201
    refused = make(gateway, ann, owner_user_id=bob.id)
    assert refused.status == 400 and refused.error["param"] == "owner_user_id"
