"""Who may call what: every route of /api/openapi.json as every kind of caller, held against the table that
/api/organizations/permissions serves."""

import json
import re

import pytest

from support import processes
from support.chat import chat
from support.people import new_team, refusal_of

NO_ORGANIZATION = "there is no such organization"
UNKNOWN = {"key": "0" * 64, "token": "tg-inv-unknown", "model": "test/chat"}
NO_ID = "0191e0c8-0000-7000-8000-000000000000"
PEOPLE = ("owner", "admin", "member")
OUTSIDERS = ("other organization", "removed member")
# Of the table: the columns, and how the page writes their cells.
COLUMNS = ("operator", "owner", "admin", "member", "management_key", "inference_key", "service_key")
CELLS = {"yes": "yes", "no": "–", "own": "own", "by_setting": "setting", "as_creator": "creator"}


@pytest.fixture(scope="module")
def operations(gateway):
    document = json.loads(gateway.request("GET", "/api/openapi.json").text)
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.fixture(scope="module")
def table(gateway):
    rows = gateway.manage("GET", "/api/organizations/permissions")["data"]
    return {row["permission"]: row for row in rows}


@pytest.fixture(scope="module")
def callers(gateway):
    """By kind of caller, its key; all are of one organization but those whose name says otherwise."""
    team = new_team(gateway)
    keys = f"{team.path}/keys"
    for person in (team.owner, team.admin, team.member):
        team.may(person, "POST", "/switch")  # what names no organization is about this one
    removed = gateway.person(organization=team.organization, role="admin")
    gateway.manage("DELETE", f"{team.path}/members/{removed.id}")
    suspended = gateway.person(organization=team.organization, role="admin")
    gateway.manage("PATCH", f"{team.path}/members/{suspended.id}", {"status": "suspended"})
    body = {"name": "reports", "scopes": ["activity:read"]}
    reader = gateway.request("POST", "/api/me/tokens", key=team.owner.token, json=body).json()["token"]
    made = {
        kind: gateway.manage("POST", keys, {"name": kind, "kind": kind, "creator_user_id": team.owner.id})["key"]
        for kind in ("management", "inference", "service")
    }
    return team, {
        "owner": team.owner.token,
        "admin": team.admin.token,
        "member": team.member.token,
        "other organization": new_team(gateway).owner.token,
        "removed member": removed.token,
        "suspended member": suspended.token,
        "reading token": reader,
        "management_key": made["management"],
        "inference_key": made["inference"],
        "service_key": made["service"],
        "operator": gateway.root_key,
        "nobody": None,
    }


def path_with(template, organization):
    """The path with this organization, and with nothing else that there is: what is allowed is then not found."""
    values = UNKNOWN | {"organization": organization}
    path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], NO_ID), template)
    return path + "?seconds=0" if path.endswith("/live") else path  # it would go on


def outcome(gateway, method, path, key, operation):
    """What the permission check said. A body with a field that no route knows gets no further than that."""
    body = {"of_the_walk": True} if "requestBody" in operation else None
    answer = gateway.request(method, path, key=key, json=body)
    assert answer.status < 500, (method, path, answer.status, answer.body)
    if answer.status == 404 and answer.error["message"] == NO_ORGANIZATION:
        return "unknown"
    return {401: "nobody", 403: "denied"}.get(answer.status, "allowed")


def expected(caller, operation, template, table):
    guard = operation["x-tollgate-guard"]
    if guard == "page":
        return "denied"  # the call comes from no page of the gateway
    if guard == "session":
        return "nobody" if caller == "nobody" else "denied"
    if guard in ("open", "anybody"):
        return "allowed"
    if caller == "nobody":
        return "nobody"
    if guard == "any_key":
        return "allowed"
    row = table[guard]
    if caller == "reading token":  # of the owner
        return "allowed" if row["scope"] in ("activity:read", "always") else "denied"
    person = caller in (*PEOPLE, *OUTSIDERS, "suspended member")
    if caller == "operator" and guard in ("see_own_key", "see_own_credits"):
        return "denied"  # about the key's own organization: the root key has none
    if person and all(row[role] == "no" for role in PEOPLE):
        return "denied"  # whatever the organization
    if "{organization}" in template and caller in OUTSIDERS:
        return "unknown"
    if "{organization}" in template and caller == "suspended member":
        return "denied"
    column = "owner" if person and caller not in PEOPLE else caller  # of the personal organization
    return "denied" if row[column] == "no" else "allowed"


@pytest.mark.parametrize(
    "caller",
    [
        "owner",
        "admin",
        "member",
        "other organization",
        "removed member",
        "suspended member",
        "reading token",
        "management_key",
        "inference_key",
        "service_key",
        "operator",
        "nobody",
    ],
)
def test_every_route_answers_this_caller_as_the_table_says(gateway, callers, operations, table, caller):
    team, keys = callers
    faults = []
    for method, template, operation in operations:
        path = path_with(template, team.organization)
        wanted = expected(caller, operation, template, table)
        got = outcome(gateway, method, path, keys[caller], operation)
        if got != wanted:
            faults.append(f"{method} {template} ({operation['x-tollgate-guard']}): {got}, not {wanted}")
    assert faults == []
    assert len(operations) > 70


def test_every_route_of_another_organization_is_unknown_to_its_keys(gateway, callers, operations, table):
    _, keys = callers
    other = new_team(gateway).organization
    for method, template, operation in operations:
        if "{organization}" not in template or operation["x-tollgate-guard"] == "session":
            continue
        for caller in ("management_key", "inference_key", "service_key"):
            denied = table[operation["x-tollgate-guard"]][caller] == "no"
            got = outcome(gateway, method, path_with(template, other), keys[caller], operation)
            assert got in (("denied", "unknown") if denied else ("unknown",)), (caller, method, template)


def test_the_table_is_served_to_every_caller_with_every_cell(gateway, callers, table):
    _, keys = callers
    for caller, key in keys.items():
        answer = gateway.request("GET", "/api/organizations/permissions", key=key)
        assert answer.status == (401 if caller == "nobody" else 200)
    for name, row in table.items():
        assert {row[column] for column in COLUMNS} <= set(CELLS), name
    assert table["make_owner"]["admin"] == "no" and table["infer"]["operator"] == "no"


def test_what_me_lists_is_what_the_table_gives_the_role(gateway, callers, table):
    team, keys = callers
    for role in PEOPLE:
        shown = gateway.request("GET", f"{team.path}/me", key=keys[role]).json()
        assert shown["permissions"] == sorted(name for name, row in table.items() if row[role] != "no")


def test_a_management_key_loses_with_its_creators_role(gateway):
    team = new_team(gateway)
    body = {"name": "m", "kind": "management", "creator_user_id": team.admin.id}
    key = gateway.manage("POST", f"{team.path}/keys", body)["key"]
    assert gateway.request("GET", f"{team.path}/credits", key=key).status == 200
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "member"})
    assert gateway.request("GET", f"{team.path}/credits", key=key).status == 403
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "admin"})
    assert gateway.request("GET", f"{team.path}/credits", key=key).status == 200


def test_a_management_key_touches_no_owner(gateway):
    team = new_team(gateway)
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    key = gateway.manage("POST", f"{team.path}/keys", body)["key"]
    path = f"{team.path}/members/{team.owner.id}"
    for method, change in (("PATCH", {"role": "member"}), ("DELETE", None)):
        assert gateway.request(method, path, key=key, json=change).status == 403


def test_members_see_and_change_their_own_keys_only(gateway):
    team = new_team(gateway)
    keys = {}
    for person in (team.owner, team.member):
        made = gateway.manage("POST", f"{team.path}/keys", {"name": "k", "creator_user_id": person.id})
        keys[person.id] = made["data"]["hash"]
    own, foreign = f"/keys/{keys[team.member.id]}", f"/keys/{keys[team.owner.id]}"
    assert [one["hash"] for one in team.may(team.member, "GET", "/keys")["data"]] == [keys[team.member.id]]
    assert len(team.may(team.admin, "GET", "/keys")["data"]) == 2
    assert team.may(team.member, "PATCH", own, {"name": "mine"})["data"]["name"] == "mine"
    for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
        assert team.ask(team.member, method, foreign, body).status == 404
    assert team.may(team.admin, "PATCH", foreign, {"name": "seen"})["data"]["name"] == "seen"
    assert team.may(team.member, "DELETE", own) == {"deleted": True}


def test_a_member_makes_keys_for_nobody_else_and_no_management_key(gateway):
    team = new_team(gateway)
    made = team.may(team.member, "POST", "/keys", {"name": "mine"})
    assert made["data"]["creator_user_id"] == team.member.id
    for body in ({"kind": "management"}, {"creator_user_id": team.owner.id}):
        assert team.ask(team.member, "POST", "/keys", {"name": "k"} | body).status == 403
    assert team.may(team.admin, "POST", "/keys", {"name": "m", "kind": "management"})["data"]["is_management_key"]


def test_rights_in_one_organization_give_none_in_another(gateway):
    one, other = new_team(gateway), new_team(gateway)
    gateway.manage("POST", f"{other.path}/members", {"user_id": one.owner.id, "role": "member"})
    assert one.ask(one.owner, "GET", "/invitations").status == 200
    assert other.ask(one.owner, "GET", "/invitations").status == 403
    assert other.ask(one.member, "GET").status == 404


def row_of_page(row):
    return f"| `{row['permission']}` | {' | '.join(CELLS[row[column]] for column in COLUMNS)} | `{row['scope']}` |"


def test_the_page_has_the_rows_that_routes_need(operations, table):
    needed = {operation["x-tollgate-guard"] for _, _, operation in operations} & set(table)
    page = (processes.ROOT / "docs/organizations.md").read_text().partition("## Who may what")[2]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [row_of_page(row) for name, row in table.items() if name in needed]


def test_row_22_a_request_is_shown_to_the_key_that_made_it_and_to_the_person_who_made_the_key(gateway, account):
    ann, bob = (gateway.person(organization=account.organization) for _ in range(2))
    gateway.manage("PUT", f"/api/organizations/{account.organization}/activity/settings", {"visibility": "own_only"})
    keys = f"/api/organizations/{account.organization}/keys"
    hers = gateway.manage("POST", keys, {"name": "hers", "creator_user_id": ann.id})["key"]
    answer = gateway.request("POST", "/v1/chat/completions", key=hers, json=chat())
    path = f"/api/v1/generation?id={answer.header('x-generation-id')}"
    for key, status in ((hers, 200), (ann.token, 200), (bob.token, 404), (account.key, 404)):
        assert gateway.request("GET", path, key=key).status == status
    assert gateway.request("GET", path, key=new_team(gateway).owner.token).status == 404


def test_a_person_makes_an_organization_and_owns_it(gateway):
    ann = gateway.person()
    made = gateway.request("POST", "/api/organizations", key=ann.token, json={"name": "Ann's"})
    assert made.status == 201 and made.json()["kind"] == "team"
    shown = gateway.request("GET", f"/api/organizations/{made.json()['id']}/me", key=ann.token).json()
    assert (shown["user_id"], shown["role"]) == (ann.id, "owner")


def test_an_unverified_person_makes_no_organization(gateway):
    ann = gateway.person(verified=False)
    answer = gateway.request("POST", "/api/organizations", key=ann.token, json={"name": "Ann's"})
    assert refusal_of(answer) == (403, "email_not_verified")


def test_an_admin_makes_no_management_key_in_an_owners_name(gateway):
    team = new_team(gateway)
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    assert team.ask(team.admin, "POST", "/keys", body).status == 403
