"""Row 15: who reads an object, changes one thing and sends all of it back is not refused for what is only shown, unless
he changes that. Row 35: what an old form says of figures changes nothing."""

import pytest

from support.chat import chat, post_chat
from support.people import new_team


@pytest.fixture
def shown(gateway):
    """By name: who calls, the path of an object, a change that is allowed, and a field that cannot be changed."""
    team = new_team(gateway)
    key = team.may(team.member, "POST", "/keys", {"name": "till"})["data"]["hash"]
    token = team.gateway.request("POST", "/api/me/tokens", key=team.member.token, json={"name": "desk"}).json()
    body = {"organization_id": team.organization, "amount": 1, "interval": "monthly"}
    allowance = gateway.manage("POST", "/api/allowances", body)["id"]
    project = team.may(team.admin, "GET", "/projects")["data"][0]["id"]
    member, root = team.member.token, gateway.root_key
    return {
        "key": (member, f"{team.path}/keys/{key}", {"name": "desk"}, "organization_id"),
        "workspace key": (None, f"/api/v1/keys/{key}", {"name": "desk"}, "created_at"),
        "token": (member, f"/api/me/tokens/{token['data']['hash']}", {"name": "till"}, "may_infer"),
        "member": (team.admin.token, f"{team.path}/members/{team.member.id}", {"role": "admin"}, "email"),
        "user": (root, f"/api/users/{team.member.id}", {"name": "Ann"}, "personal_organization_id"),
        "me": (member, "/api/me", {"name": "Ann"}, "current_organization_id"),
        "organization": (team.owner.token, team.path, {"name": "Team Two"}, "kind"),
        "project": (team.admin.token, f"{team.path}/projects/{project}", {"name": "shop"}, "created_at"),
        "allowance": (root, f"/api/allowances/{allowance}", {"note": "for tests"}, "interval"),
        "billing": (team.admin.token, f"{team.path}/billing", {"company": "Example GmbH"}, None),
        "limits": (team.admin.token, f"{team.path}/limits", {"requests_per_minute": 9}, None),
        "member limits": (team.admin.token, f"{team.path}/members/{team.member.id}/limits", {"limit": 3}, None),
    }, team


def without_uses(whole):
    """Without the last use of what the call itself uses."""
    return {name: value for name, value in whole.items() if name not in ("token", "last_used_at", "last_active_at")}


NAMES = [
    "key",
    "workspace key",
    "token",
    "member",
    "user",
    "me",
    "organization",
    "project",
    "allowance",
    "billing",
    "limits",
    "member limits",
]


@pytest.mark.parametrize("name", NAMES)
def test_row_15_all_that_was_read_may_come_back_with_one_change(gateway, shown, name):
    objects, team = shown
    caller, path, change, read_only = objects[name]
    if name == "workspace key":
        team.may(team.member, "POST", "/switch")
        caller = team.member.token
    answer = gateway.request("GET", path, key=caller).json()
    whole = answer.get("data", answer)
    same = gateway.request("PATCH", path, key=caller, json=whole)
    assert same.status == 200, same.body
    whole = gateway.request("GET", path, key=caller).json()
    whole = whole.get("data", whole)
    if read_only is not None:
        other = not whole[read_only] if isinstance(whole[read_only], bool) else "x"
        refused = gateway.request("PATCH", path, key=caller, json=whole | change | {read_only: other})
        assert refused.status == 403 and f"'{read_only}'" in refused.error["message"], refused.body
        unchanged = gateway.request("GET", path, key=caller).json()
        assert without_uses(unchanged.get("data", unchanged)) == without_uses(whole)
    done = gateway.request("PATCH", path, key=caller, json=whole | change)
    assert done.status == 200, done.body
    after = done.json()
    after = after.get("data", after)
    if name == "me":
        after = after["user"]
    assert {field: after[field] for field in change} == change


def test_row_35_an_old_form_of_a_key_changes_nothing_but_its_name(gateway, account):
    path = f"/api/organizations/{account.organization}/keys/{account.hash}"
    old = gateway.manage("GET", path)["data"]
    assert post_chat(gateway, account, "tokens=12").status == 200
    spent = gateway.manage("GET", path)["data"]
    assert spent["usage"] > 0
    new = gateway.manage("PATCH", path, old | {"name": "renamed"})["data"]
    moved = {"updated_at": None, "version": 2}
    assert new | moved == spent | moved | {"name": "renamed"}


@pytest.mark.parametrize("below", ["/limits", "/keys/{key}/limits"])
def test_row_35_spending_is_not_reset_by_naming_it(gateway, account, below):
    path = f"/api/organizations/{account.organization}" + below.format(key=account.hash)
    answer = gateway.request("PATCH", path, key=gateway.root_key, json={"spent": 0})
    assert answer.status == 403 and answer.error["param"] == "spent"


def test_figures_alone_cannot_be_changed(gateway, account):
    path = f"/api/organizations/{account.organization}/keys/{account.hash}"
    answer = gateway.request("PATCH", path, key=gateway.root_key, json={"usage": 1})
    assert answer.status == 403 and answer.error["param"] == "usage"


def test_the_operator_keeps_who_verified_an_address(gateway):
    person = gateway.person()
    path = f"/api/users/{person.id}"
    whole = gateway.manage("GET", path)
    assert gateway.manage("PATCH", path, whole) == whole


def test_row_15_all_limits_that_were_read_may_be_put_back(gateway, account):
    for below in ("/limits", f"/keys/{account.hash}/limits"):
        path = f"/api/organizations/{account.organization}{below}"
        gateway.manage("PATCH", path, {"limit": 5, "requests_per_minute": 1000})
        whole = gateway.manage("GET", path)
        again = gateway.manage("PUT", path, whole)
        assert (again["limit"], again["requests_per_minute"]) == (5, 1000)
        gateway.manage("PATCH", path, {"limit": 6})
        stale = gateway.request("PUT", path, key=gateway.root_key, json={"limit": 7, "version": whole["version"]})
        assert stale.status == 412


def test_a_stale_form_of_a_key_is_412_and_not_a_refusal(gateway, account):
    path = f"/api/organizations/{account.organization}/keys/{account.hash}"
    old = gateway.manage("GET", path)["data"]
    gateway.manage("PATCH", path, {"name": "renamed"})
    answer = gateway.request("PATCH", path, key=gateway.root_key, json=old | {"name": "older"})
    assert answer.status == 412, answer.body
    assert gateway.manage("GET", path)["data"]["name"] == "renamed"


def test_a_key_that_is_disabled_for_its_members_sake_is_sent_back_and_comes_back_with_him(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    made = team.may(team.member, "POST", "/keys", {"name": "till"})
    key, path = made["key"], f"{team.path}/keys/{made['data']['hash']}"

    def status():
        return gateway.request("POST", "/v1/chat/completions", key=key, json=chat("tokens=2")).status

    def suspended(change):
        team.may(team.owner, "PATCH", f"/members/{team.member.id}", {"status": "suspended"})
        whole = gateway.manage("GET", path)["data"]
        assert whole["disabled"]
        body = (whole | change) if "name" in change else change
        assert gateway.request("PATCH", path, key=team.owner.token, json=body).status == 200
        team.may(team.owner, "PATCH", f"/members/{team.member.id}", {"status": "active"})
        return status()

    assert suspended({"name": "desk"}) == 200
    assert suspended({"disabled": True}) == 401  # that is an order


@pytest.mark.parametrize(
    "field, value",
    [("expires_at", ""), ("kind", ""), ("creator_user_id", ""), ("project_id", ""), ("limit_reset", "")],
)
def test_an_empty_text_is_no_absent_field(team, field, value):
    answer = team.ask(team.owner, "POST", "/keys", {"name": "k", "limit": 1, field: value})
    assert (answer.status, answer.error["param"]) == (400, field)
    if field == "expires_at":
        token = team.gateway.request("POST", "/api/me/tokens", key=team.owner.token, json={"name": "t", field: value})
        assert (token.status, token.error["param"]) == (400, field)
