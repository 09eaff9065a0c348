"""What the operator suspends: a person, in every organization at once, and an organization with all that it has."""

import pytest

from support.chat import chat
from support.people import new_team, refusal_of

CHAT = "/v1/chat/completions"


def set_status(gateway, path, status):
    return gateway.manage("PATCH", path, {"status": status})


def infer(gateway, key, **options):
    return gateway.request("POST", CHAT, key=key, json=chat(), **options)


def key_of(team, person, **fields):
    return team.may(person, "POST", "/keys", {"name": "k"} | fields)["key"]


def give(team, amount=5):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": amount})
    return team


@pytest.fixture
def paid(team):
    return give(team)


# --- a person


def test_keys_of_a_suspended_person_fail_in_every_organization_on_every_connection(gateway, paid):
    person = paid.admin
    other = give(new_team(gateway, "Other"))
    gateway.manage("POST", f"{other.path}/members", {"user_id": person.id, "role": "admin"})
    keys = [key_of(paid, person), key_of(other, person)]
    management = key_of(paid, person, kind="management")
    connections = [gateway.connect() for _ in range(8)]

    def statuses():
        found = set()
        for connection in connections:
            for key in keys:
                connection.send(gateway.bytes_of("POST", CHAT, key=key, json=chat()))
                found.add(connection.read_answer().status)
            connection.send(gateway.bytes_of("GET", f"{paid.path}/keys", key=management))
            found.add(connection.read_answer().status)
        return found

    assert statuses() == {200}
    spent = gateway.manage("GET", f"{paid.path}/credits")["total_usage"]
    set_status(gateway, f"/api/users/{person.id}", "suspended")
    assert statuses() == {401}
    assert gateway.manage("GET", f"{paid.path}/credits")["total_usage"] == spent
    set_status(gateway, f"/api/users/{person.id}", "active")
    assert statuses() == {200}
    for connection in connections:
        connection.close()


def test_a_persons_keys_come_back_as_they_stood(gateway, paid):
    person = paid.member
    by_hand, others = key_of(paid, person), key_of(paid, paid.owner)
    listed = {one["label"]: one["hash"] for one in paid.may(paid.owner, "GET", "/keys")["data"]}
    [mine] = [hash for label, hash in listed.items() if label[-3:] == by_hand[-3:]]
    paid.may(person, "PATCH", f"/keys/{mine}", {"disabled": True})
    in_suspended_membership = give(new_team(gateway, "Other"))
    gateway.manage("POST", f"{in_suspended_membership.path}/members", {"user_id": person.id})
    there = key_of(in_suspended_membership, person)
    member = f"{in_suspended_membership.path}/members/{person.id}"
    set_status(gateway, member, "suspended")
    for status in ("suspended", "active"):
        set_status(gateway, f"/api/users/{person.id}", status)
        assert [infer(gateway, key).status for key in (by_hand, there, others)] == [401, 401, 200]
    set_status(gateway, member, "active")
    assert infer(gateway, there).status == 200


def test_an_active_membership_gives_a_suspended_person_nothing(gateway, paid):
    key = key_of(paid, paid.member)
    member = f"{paid.path}/members/{paid.member.id}"
    set_status(gateway, member, "suspended")
    set_status(gateway, f"/api/users/{paid.member.id}", "suspended")
    set_status(gateway, member, "active")
    assert infer(gateway, key).status == 401
    set_status(gateway, f"/api/users/{paid.member.id}", "active")
    assert infer(gateway, key).status == 200


def test_nobody_enables_or_makes_a_key_of_a_suspended_person(gateway, paid):
    made = paid.may(paid.member, "POST", "/keys", {"name": "k"})
    set_status(gateway, f"/api/users/{paid.member.id}", "suspended")
    enabled = paid.ask(paid.owner, "PATCH", f"/keys/{made['data']['hash']}", {"disabled": False})
    assert refusal_of(enabled) == (409, "member_suspended")
    body = {"name": "k", "creator_user_id": paid.member.id}
    assert refusal_of(paid.ask(paid.owner, "POST", "/keys", body)) == (409, "member_suspended")
    assert infer(gateway, made["key"]).status == 401


def test_an_owner_whom_the_operator_suspended_does_not_count(gateway, team):
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "owner"})
    set_status(gateway, f"/api/users/{team.admin.id}", "suspended")
    myself = f"/members/{team.owner.id}"
    assert refusal_of(team.ask(team.owner, "DELETE", myself)) == (409, "last_owner")
    assert refusal_of(team.ask(team.owner, "PATCH", myself, {"role": "admin"})) == (409, "last_owner")
    removed = gateway.request("DELETE", f"/api/users/{team.owner.id}", key=gateway.root_key)
    assert refusal_of(removed) == (409, "last_owner")
    set_status(gateway, f"/api/users/{team.admin.id}", "active")
    assert team.ask(team.owner, "DELETE", myself).status == 200


def test_the_operator_may_suspend_the_only_owner_who_stays_one(gateway, team):
    set_status(gateway, f"/api/users/{team.owner.id}", "suspended")
    gone = gateway.request("DELETE", f"{team.path}/members/{team.owner.id}", key=gateway.root_key)
    assert refusal_of(gone) == (409, "last_owner")
    set_status(gateway, f"/api/users/{team.owner.id}", "active")
    assert team.ask(team.owner, "GET").status == 200


# --- an organization


def test_a_suspended_organization_calls_no_models_until_the_operator_ends_that(gateway, paid):
    key, connections = key_of(paid, paid.member), [gateway.connect() for _ in range(8)]
    paid.may(paid.member, "POST", "/switch")

    def refusals():
        found = set()
        for connection in connections:
            for secret in (key, paid.member.token):
                connection.send(gateway.bytes_of("POST", CHAT, key=secret, json=chat()))
                answer = connection.read_answer()
                found.add(200 if answer.status == 200 else refusal_of(answer))
        return found

    assert refusals() == {200}
    assert set_status(gateway, paid.path, "suspended")["status"] == "suspended"
    assert refusals() == {(403, "organization_suspended")}
    assert set_status(gateway, paid.path, "active")["status"] == "active"
    assert refusals() == {200}
    for connection in connections:
        connection.close()


def test_a_suspended_organization_is_read_and_not_changed(gateway, team):
    management = key_of(team, team.owner, kind="management")
    set_status(gateway, team.path, "suspended")
    for person in (team.owner, team.admin, team.member):
        assert team.may(person, "GET")["status"] == "suspended"
        assert team.ask(person, "GET", "/keys").status == 200
    for method, below, body in (
        ("PATCH", "", {"name": "Other"}),
        ("PATCH", "", {"status": "active"}),
        ("DELETE", "", {"confirm": "Team"}),
        ("POST", "/keys", {"name": "k"}),
        ("POST", "/invitations", {"email": "late@people.test"}),
        ("POST", "/purchases", {"amount": 10}),
        ("PATCH", f"/members/{team.member.id}", {"role": "admin"}),
    ):
        answer = team.ask(team.owner, method, below, body)
        assert refusal_of(answer) == (403, "organization_suspended"), (method, below)
        assert "suspended" in answer.error["message"]
    assert gateway.request("GET", "/api/v1/keys", key=management).status == 200
    made = gateway.request("POST", "/api/v1/keys", key=management, json={"name": "k"})
    assert made.status == 403 and "suspended" in made.error["message"]
    assert gateway.manage("POST", f"{team.path}/credits", {"amount": 1})["amount"] == 1, "the operator may"
    assert team.may(team.owner, "GET")["name"] == "Team"


def test_nobody_joins_a_suspended_organization(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    set_status(gateway, team.path, "suspended")
    assert refusal_of(team.accept(guest, token)) == (409, "organization_suspended")
    set_status(gateway, team.path, "active")
    assert team.accept(guest, token).status == 200


def test_only_the_operator_suspends_an_organization_and_only_to_what_there_is(gateway, team):
    answer = team.ask(team.owner, "PATCH", "", {"status": "suspended"})
    assert refusal_of(answer) == (403, "operator_only")
    assert team.may(team.owner, "PATCH", "", team.may(team.owner, "GET"))["status"] == "active", "nothing changes"
    for odd in ("deleted", "closed", "", None):
        answer = gateway.request("PATCH", team.path, key=gateway.root_key, json={"status": odd})
        assert answer.status == 400 and "status" in answer.error["message"]


def test_suspended_organizations_are_listed_and_stay_so_after_a_restart(start_gateway):
    gateway = start_gateway()
    team, other = new_team(gateway), new_team(gateway, "Other")
    set_status(gateway, team.path, "suspended")
    assert gateway.stop() == 0
    gateway.start()
    [listed] = gateway.manage("GET", "/api/organizations?status=suspended")["data"]
    assert listed["id"] == team.organization
    active = gateway.manage("GET", "/api/organizations?status=active")["data"]
    assert other.organization in [one["id"] for one in active] and listed not in active
    assert infer(gateway, key_of(other, other.owner)).status == 402
    key = gateway.manage("POST", f"{team.path}/keys", {"name": "k"})["key"]
    assert refusal_of(infer(gateway, key)) == (403, "organization_suspended")
