"""Users and their personal tokens: made by the operator, asked as themselves, changed and deleted."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.pages import pages_of
from support.people import new_team, refusal_of

NOBODY = "0191e0c8-0000-7000-8000-000000000000"


def address(name="ann"):
    return f"{name}-{uuid.uuid4().hex[:8]}@people.test"


def me(gateway, person, **options):
    return gateway.request("GET", "/api/me", key=person.token, **options)


def test_a_user_is_made_with_a_personal_organization_and_a_token(gateway):
    email = address()
    body = {"email": email, "name": "Ann", "verified": True, "token": {"name": "t"}}
    made = gateway.manage("POST", "/api/users", body)
    user = made["user"]
    assert (user["email"], user["name"], user["email_verified"], user["status"]) == (email, "Ann", True, "active")
    assert re.fullmatch(r"sk-tg-user-[0-9A-Za-z]{49}", made["personal_token"])
    shown = gateway.request("GET", "/api/me", key=made["personal_token"]).json()
    assert shown["user"]["id"] == user["id"] and shown["token"]["name"] == "t"
    [own] = shown["organizations"]
    assert (own["id"], own["kind"], own["role"]) == (user["personal_organization_id"], "personal", "owner")
    assert shown["current_organization_id"] == user["personal_organization_id"]


def test_a_user_is_made_without_a_token_or_a_verified_address(gateway):
    made = gateway.manage("POST", "/api/users", {"email": address(), "name": "Bob"})
    assert made["personal_token"] is None and made["user"]["email_verified"] is False


def test_an_address_is_taken_however_it_is_written(gateway):
    email = address()
    gateway.manage("POST", "/api/users", {"email": f"  {email.upper()} ", "name": "Ann"})
    again = gateway.request("POST", "/api/users", key=gateway.root_key, json={"email": email, "name": "Other"})
    assert refusal_of(again) == (409, "email_taken")


def test_dots_and_plus_signs_make_other_addresses(gateway):
    name, domain = address().split("@")
    made = [gateway.person(f"{one}@{domain}").id for one in (name, f"{name}+1", name.replace("-", "."))]
    assert len(set(made)) == 3


@pytest.mark.parametrize(
    "email", ["", "ann", "@people.test", "ann@", "a@b@c.test", "a b@people.test", "x" * 255 + "@p.test"]
)
def test_what_is_no_address_is_400(gateway, email):
    answer = gateway.request("POST", "/api/users", key=gateway.root_key, json={"email": email, "name": "Ann"})
    assert answer.status == 400 and "email" in answer.error["message"]


def test_a_user_made_with_a_role_is_a_member_at_once(gateway, team):
    carol = gateway.person(organization=team.organization, role="admin")
    roles = {one["id"]: one["role"] for one in me(gateway, carol).json()["organizations"]}
    assert roles == {carol.organization: "owner", team.organization: "admin"}


def test_nothing_is_made_when_the_organization_of_a_new_user_is_unknown(gateway):
    email = address()
    body = {"email": email, "name": "Ann", "organization": {"id": NOBODY, "role": "member"}}
    assert gateway.request("POST", "/api/users", key=gateway.root_key, json=body).status == 404
    assert gateway.manage("GET", f"/api/users?email={email}")["data"] == []


def test_users_are_listed_in_pages_by_a_part_of_the_address_and_by_status(gateway):
    part = uuid.uuid4().hex[:10]
    made = [gateway.person(f"{number}-{part}@people.test") for number in range(3)]
    gateway.manage("PATCH", f"/api/users/{made[1].id}", {"status": "suspended"})
    found = [user["id"] for user in pages_of(gateway, "/api/users", 2, email=part.upper())]
    assert found == sorted(person.id for person in made), "by their ids, which of one millisecond are in any order"
    suspended = gateway.manage("GET", f"/api/users?email={part}&status=suspended")["data"]
    assert [user["id"] for user in suspended] == [made[1].id]


def test_a_user_is_changed_and_the_same_value_again_changes_nothing(gateway):
    person = gateway.person()
    path = f"/api/users/{person.id}"
    before = gateway.manage("GET", path)
    after = gateway.manage("PATCH", path, {"name": "Renamed", "email_verified": False})
    assert (after["name"], after["email_verified"]) == ("Renamed", False)
    assert after["version"] == before["version"] + 1
    [last] = gateway.manage("GET", "/api/audit?limit=1")["data"]
    assert last["action"] == "user.update" and last["target"] == f"user/{person.id}"
    assert gateway.manage("PATCH", path, {"name": "Renamed"}) == after
    assert gateway.manage("GET", "/api/audit?limit=1")["data"] == [last]


def test_a_new_address_must_be_free_and_is_not_verified_by_itself(gateway):
    ann, bob = gateway.person(), gateway.person()
    taken = gateway.request("PATCH", f"/api/users/{ann.id}", key=gateway.root_key, json={"email": bob.email.upper()})
    assert refusal_of(taken) == (409, "email_taken")
    moved = gateway.manage("PATCH", f"/api/users/{ann.id}", {"email": address("moved")})
    assert moved["email_verified"] is False
    gateway.manage("POST", "/api/users", {"email": ann.email, "name": "free again"})


@pytest.mark.parametrize("body", [{"nmae": "x"}, {"status": "gone"}, {"name": ""}, {"email": None}, {"name": 5}])
def test_an_odd_change_of_a_user_is_400_and_names_the_field(gateway, body):
    path = f"/api/users/{gateway.person().id}"
    before = gateway.manage("GET", path)
    answer = gateway.request("PATCH", path, key=gateway.root_key, json=body)
    assert answer.status == 400 and next(iter(body)) in answer.error["message"]
    assert gateway.manage("GET", path) == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("user", [NOBODY, "nonsense"])
def test_an_unknown_user_is_404(gateway, method, user):
    body = {"name": "x"} if method == "PATCH" else None
    assert gateway.request(method, f"/api/users/{user}", key=gateway.root_key, json=body).status == 404


def test_a_suspended_user_is_401_at_once_and_comes_back(gateway):
    person = gateway.person()
    gateway.manage("PATCH", f"/api/users/{person.id}", {"status": "suspended"})
    assert [me(gateway, person).status for _ in range(4)] == [401] * 4
    gateway.manage("PATCH", f"/api/users/{person.id}", {"status": "active"})
    assert me(gateway, person).status == 200


def test_a_deleted_user_is_gone_with_tokens_memberships_and_keys(gateway, team):
    person = gateway.person(organization=team.organization)
    key = gateway.manage("POST", f"{team.path}/keys", {"name": "made by her", "creator_user_id": person.id})
    assert gateway.manage("DELETE", f"/api/users/{person.id}") == {"deleted": True, "forfeited": 0}
    assert me(gateway, person).status == 401
    assert gateway.request("GET", f"/api/users/{person.id}", key=gateway.root_key).status == 404
    assert team.role_of(person) is None
    assert gateway.manage("GET", f"{team.path}/keys/{key['data']['hash']}")["data"]["disabled"] is True


def test_a_user_made_again_under_the_old_address_gets_nothing_of_the_old_one(gateway, team):
    old = gateway.person(organization=team.organization)
    gateway.manage("DELETE", f"/api/users/{old.id}")
    new = gateway.person(old.email)
    assert new.id != old.id and new.organization != old.organization
    assert [one["id"] for one in me(gateway, new).json()["organizations"]] == [new.organization]


def test_the_only_owner_of_a_team_cannot_be_deleted(gateway, team):
    answer = gateway.request("DELETE", f"/api/users/{team.owner.id}", key=gateway.root_key)
    assert refusal_of(answer) == (409, "last_owner") and "Team" in answer.error["message"]
    assert me(gateway, team.owner).status == 200


# --- as oneself


def test_a_person_renames_herself_and_nothing_else(gateway):
    person = gateway.person()
    assert gateway.request("PATCH", "/api/me", key=person.token, json={"name": "Ann"}).json()["user"]["name"] == "Ann"
    for field in ("status", "email_verified", "most_organizations"):
        answer = gateway.request("PATCH", "/api/me", key=person.token, json={field: None})
        assert answer.status == 400 and field in answer.error["message"]


def test_me_is_for_people_only(gateway, account):
    for key in (account.key, gateway.root_key):
        assert gateway.request("GET", "/api/me", key=key).status == 403
    assert gateway.request("GET", "/api/me").status == 401


def test_organizations_are_ones_own(gateway, team):
    listed = gateway.request("GET", "/api/organizations", key=team.member.token).json()["data"]
    assert {one["id"] for one in listed} == {team.organization, team.member.organization}


def test_the_current_organization_is_switched(gateway, team):
    switched = team.may(team.member, "POST", "/switch")
    assert switched.get("id") == team.organization
    assert me(gateway, team.member).json()["current_organization_id"] == team.organization
    other = new_team(gateway)
    assert other.ask(team.member, "POST", "/switch").status == 404
    assert me(gateway, team.member).json()["current_organization_id"] == team.organization


def test_an_organization_left_is_not_the_current_one_any_more(gateway, team):
    team.may(team.member, "POST", "/switch")
    team.may(team.member, "DELETE", f"/members/{team.member.id}")
    assert me(gateway, team.member).json()["current_organization_id"] == team.member.organization


# --- tokens


def tokens(gateway, person, method="GET", below="", json=None):
    return gateway.request(method, f"/api/me/tokens{below}", key=person.token, json=json)


def test_a_token_is_made_listed_renamed_and_deleted(gateway):
    person = gateway.person()
    made = tokens(gateway, person, "POST", json={"name": "laptop"})
    assert made.status == 201
    token, shown = made.json()["token"], made.json()["data"]
    assert (shown["name"], shown["disabled"], shown["expires_at"]) == ("laptop", False, None)
    listed = tokens(gateway, person)
    assert token not in listed.text and {one["name"] for one in listed.json()["data"]} == {"tests", "laptop"}
    path = f"/{shown['hash']}"
    assert tokens(gateway, person, "PATCH", path, {"name": "desk"}).json()["data"]["name"] == "desk"
    assert gateway.request("GET", "/api/me", key=token).status == 200
    assert tokens(gateway, person, "DELETE", path).json() == {"deleted": True}
    assert gateway.request("GET", "/api/me", key=token).status == 401
    assert tokens(gateway, person, "GET", path).status == 404


def test_a_disabled_token_is_401_at_once(gateway):
    person = gateway.person()
    made = tokens(gateway, person, "POST", json={"name": "second"}).json()
    tokens(gateway, person, "PATCH", f"/{made['data']['hash']}", {"disabled": True})
    assert gateway.request("GET", "/api/me", key=made["token"]).status == 401


def test_another_persons_token_is_404(gateway):
    ann, bob = gateway.person(), gateway.person()
    [token] = tokens(gateway, ann).json()["data"]
    for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
        assert tokens(gateway, bob, method, f"/{token['hash']}", body).status == 404
    assert me(gateway, ann).status == 200


def test_a_key_of_an_organization_is_no_token(gateway, account):
    person = gateway.person(organization=account.organization, role="owner")
    for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
        assert tokens(gateway, person, method, f"/{account.hash}", body).status == 404


def test_the_operator_makes_a_token_for_a_user(gateway):
    person = gateway.person()
    made = gateway.manage("POST", f"/api/users/{person.id}/tokens", {"name": "new laptop"})
    assert gateway.request("GET", "/api/me", key=made["token"]).json()["user"]["id"] == person.id


@pytest.mark.parametrize(
    ("field", "value"),
    [("scopes", ["all"]), ("scopes", "keys:read"), ("may_infer", 1), ("expires_at", "2020-01-01"), ("name", "")],
)
def test_an_odd_token_is_400_and_names_the_field(gateway, field, value):
    answer = tokens(gateway, gateway.person(), "POST", json={"name": "x"} | {field: value})
    assert answer.status == 400 and field in answer.error["message"]


def test_a_token_without_a_scope_is_refused_where_the_route_needs_it(gateway, team):
    made = tokens(gateway, team.owner, "POST", json={"name": "reader", "scopes": ["activity:read"]}).json()
    ask = lambda method, path, body=None: gateway.request(method, path, key=made["token"], json=body)  # noqa: E731
    assert ask("GET", f"{team.path}/activity").status == 200
    for method, path, body in (
        ("GET", "/api/me", None),
        ("PATCH", "/api/me", {"name": "x"}),
        ("POST", "/api/me/tokens", {"name": "more"}),
        ("GET", f"{team.path}/members", None),
        ("GET", f"{team.path}/credits", None),
        ("POST", f"{team.path}/invitations", {"email": address(), "role": "member"}),
        ("DELETE", f"{team.path}/members/{team.member.id}", None),
    ):
        assert ask(method, path, body).status == 403, path


def test_a_refused_token_is_told_which_scope_it_lacks(gateway, team):
    made = tokens(gateway, team.owner, "POST", json={"name": "reader", "scopes": ["activity:read"]}).json()
    for method, path, body, scope in (
        ("GET", "/api/me", None, "profile"),
        ("POST", f"{team.path}/invitations", {"email": address()}, "members:write"),
        ("GET", f"{team.path}/credits", None, "billing:read"),
        ("DELETE", team.path, {"confirm": "Team"}, "*"),
    ):
        answer = gateway.request(method, path, key=made["token"], json=body)
        assert refusal_of(answer) == (403, "scope_missing") and f"'{scope}'" in answer.error["message"]
    scopes = {"name": "narrow", "scopes": ["keys:write", "members:write"]}
    narrow = tokens(gateway, team.owner, "POST", json=scopes).json()["token"]
    for below, body in (
        ("/keys", {"name": "k", "kind": "management"}),
        ("/invitations", {"email": address(), "role": "owner"}),
    ):
        answer = gateway.request("POST", team.path + below, key=narrow, json=body)
        failed = answer.json().get("failed") if answer.status != 403 else None
        assert failed or refusal_of(answer) == (403, "scope_missing"), answer.body


def test_a_token_cannot_make_one_that_may_more_than_itself(gateway):
    person = gateway.person()
    narrow = tokens(gateway, person, "POST", json={"name": "narrow", "scopes": ["profile"]}).json()["token"]
    for body in ({"name": "all"}, {"name": "more", "scopes": ["profile", "billing:read"]}):
        answer = gateway.request("POST", "/api/me/tokens", key=narrow, json=body)
        assert refusal_of(answer) == (403, "scope_exceeds_own")
    same = gateway.request("POST", "/api/me/tokens", key=narrow, json={"name": "same", "scopes": ["profile"]})
    assert same.status == 201


def test_of_tokens_made_at_once_exactly_as_many_are_made_as_there_may_be(gateway):
    person = gateway.person()  # who has one
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: tokens(gateway, person, "POST", json={"name": "t"}), range(120)))
    assert sum(answer.status == 201 for answer in answers) == 99
    refused = next(answer for answer in answers if answer.status != 201)
    assert refusal_of(refused) == (409, "limit_reached") and "100" in refused.error["message"]
    one = next(answer for answer in answers if answer.status == 201).json()["data"]["hash"]
    assert tokens(gateway, person, "DELETE", f"/{one}").status == 200
    assert [tokens(gateway, person, "POST", json={"name": "t"}).status for _ in range(2)] == [201, 409]


def test_everything_of_people_stands_after_a_restart(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    _, link = team.invite(team.owner, "late@people.test")
    paths = ("/api/me", "/api/me/tokens", f"{team.path}/members", f"{team.path}/invitations")

    def shown():
        """Without the last uses, which looking moves."""
        texts = [gateway.request("GET", path, key=team.admin.token).text for path in paths]
        return [re.sub(r'"last_(used|active)_at":[^,}]*', "", text) for text in texts]

    before = shown()
    gateway.kill()
    gateway.start()
    assert shown() == before
    late = gateway.person("late@people.test")
    assert team.accept(late, link).status == 200 and team.role_of(late) == "member"


def test_the_audit_names_the_person_and_the_way_in(gateway, team):
    team.may(team.owner, "PATCH", f"/members/{team.member.id}", {"role": "admin"})
    entry = gateway.manage("GET", f"{team.path}/audit?limit=1")["data"][0]
    assert entry["action"] == "member.update" and entry["actor"] == f"user:{team.owner.id}"
    assert entry["actor_name"] == team.owner.email.partition("@")[0]
    assert re.fullmatch("token:[0-9a-f]{64}", entry["via"])
