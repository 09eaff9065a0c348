"""Projects of an organization: renaming, the default one, archiving with its keys, and deletion."""

from support.chat import chat
from support.people import new_team, refusal_of

NO_ID = "0191e0c8-0000-7000-8000-000000000000"


def make(team, name="shop"):
    return team.may(team.admin, "POST", "/projects", {"name": name})


def change(team, project, **fields):
    return team.ask(team.admin, "PATCH", f"/projects/{project['id']}", fields)


def delete(team, project):
    return team.ask(team.admin, "DELETE", f"/projects/{project['id']}")


def key_in(team, project):
    """The text of a new key of the project and its hash."""
    made = team.may(team.admin, "POST", "/keys", {"name": "till", "project_id": project["id"]})
    return made["key"], made["data"]["hash"]


def status_of_a_chat(gateway, key):
    return gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status


def test_a_project_is_shown_and_renamed(team):
    shop = make(team)
    assert (shop["is_default"], shop["archived"], shop["version"]) == (False, False, 1)
    assert team.may(team.member, "GET", f"/projects/{shop['id']}") == shop
    renamed = change(team, shop, name="market")
    assert renamed.json() == shop | {"name": "market", "version": 2} and renamed.header("etag") == '"2"'
    assert change(team, shop, name="").status == 400


def test_row_15_a_whole_project_may_come_back_and_what_is_read_only_stays(team):
    shop = make(team)
    assert change(team, shop, **shop).json() == shop
    refused = change(team, shop, **shop | {"is_default": True})
    assert refused.status == 403 and refused.error["param"] == "is_default"
    change(team, shop, name="market")
    assert change(team, shop, **shop).status == 412


def test_row_28_a_name_is_taken_until_its_project_is_deleted(team):
    shop, other = make(team), make(team, "other")
    assert refusal_of(team.ask(team.admin, "POST", "/projects", {"name": "shop"})) == (409, "name_taken")
    assert refusal_of(change(team, other, name="shop")) == (409, "name_taken")
    change(team, shop, archived=True)
    assert refusal_of(team.ask(team.admin, "POST", "/projects", {"name": "shop"})) == (409, "name_taken")
    assert delete(team, shop).json() == {"deleted": True}
    assert make(team)["id"] != shop["id"]


def test_archiving_disables_its_keys_and_taking_it_back_enables_them(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    shop = make(team)
    key, digest = key_in(team, shop)
    assert status_of_a_chat(gateway, key) == 200
    assert change(team, shop, archived=True).json()["archived"]
    assert status_of_a_chat(gateway, key) == 401
    assert team.may(team.admin, "GET", f"/keys/{digest}")["data"]["disabled"]
    enabled = team.ask(team.admin, "PATCH", f"/keys/{digest}", {"disabled": False})
    assert refusal_of(enabled) == (409, "project_archived")
    assert team.ask(team.admin, "POST", "/keys", {"name": "k", "project_id": shop["id"]}).status == 409
    assert not change(team, shop, archived=False).json()["archived"]
    assert status_of_a_chat(gateway, key) == 200


def test_archived_ones_are_listed_apart(team):
    shop = make(team)
    change(team, shop, archived=True)
    names = {
        archived: [one["name"] for one in team.may(team.member, "GET", f"/projects{archived}")["data"]]
        for archived in ("", "?archived=true", "?archived=false")
    }
    assert names == {
        "": ["Default Project", "shop"],
        "?archived=true": ["shop"],
        "?archived=false": ["Default Project"],
    }


def test_a_project_is_archived_before_it_is_deleted_and_its_keys_go_with_it(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    shop = make(team)
    key, digest = key_in(team, shop)
    assert refusal_of(delete(team, shop)) == (409, "not_archived")
    change(team, shop, archived=True)
    assert delete(team, shop).json() == {"deleted": True}
    assert status_of_a_chat(gateway, key) == 401
    assert team.ask(team.admin, "GET", f"/keys/{digest}").status == 404
    for method in ("GET", "DELETE"):
        assert team.ask(team.admin, method, f"/projects/{shop['id']}").status == 404


def test_reports_name_a_deleted_project(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    shop = make(team)
    key, _ = key_in(team, shop)
    assert status_of_a_chat(gateway, key) == 200
    change(team, shop, archived=True)
    assert delete(team, shop).status == 200
    [row] = team.may(team.admin, "GET", "/activity")["data"]
    assert (row["project_id"], row["project_name"], row["key_name"]) == (shop["id"], "shop", "till")


def test_another_project_becomes_the_default(team):
    first = team.may(team.admin, "GET")["default_project_id"]
    shop = make(team)
    assert refusal_of(change(team, {"id": first}, archived=True)) == (409, "default_project")
    assert refusal_of(delete(team, {"id": first})) == (409, "default_project")
    assert team.may(team.admin, "POST", f"/projects/{shop['id']}/default")["is_default"]
    assert team.may(team.admin, "GET")["default_project_id"] == shop["id"]
    assert not team.may(team.admin, "GET", f"/projects/{first}")["is_default"]
    made = team.may(team.admin, "POST", "/keys", {"name": "k"})["data"]
    assert made["project_id"] == shop["id"]
    assert change(team, {"id": first}, archived=True).status == 200
    again = team.ask(team.admin, "POST", f"/projects/{first}/default")
    assert refusal_of(again) == (409, "project_archived")


def test_members_see_projects_and_change_none(team):
    shop = make(team)
    path = f"/projects/{shop['id']}"
    for method, below, body in (
        ("POST", "/projects", {"name": "x"}),
        ("PATCH", path, {"name": "x"}),
        ("DELETE", path, None),
        ("POST", f"{path}/default", None),
    ):
        assert team.ask(team.member, method, below, body).status == 403
    assert team.may(team.member, "GET", path)["name"] == "shop"


def test_row_20_a_project_of_another_organization_is_unknown(gateway, team):
    foreign = make(new_team(gateway))
    for method, below, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/default", None),
    ):
        for project in (foreign["id"], NO_ID):
            assert team.ask(team.owner, method, f"/projects/{project}{below}", body).status == 404


def test_a_projects_mode_is_credits_unless_it_says_otherwise(team):
    assert make(team)["mode"] == "credits"
    made = team.may(team.admin, "POST", "/projects", {"name": "own", "mode": "hybrid"})
    assert made["mode"] == "hybrid"
    assert change(team, made, mode="api-keys").json() == made | {"mode": "api-keys", "version": 2}
    for wrong in ("byok", None, 1):
        answer = change(team, made, mode=wrong)
        assert answer.status == 400 and "mode" in answer.error["message"]


def test_requests_of_a_project_with_own_keys_are_never_billed_to_credit(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    shop, other = make(team), make(team, "other")
    key, _ = key_in(team, shop)
    ordinary, _ = key_in(team, other)
    for mode, status in (("hybrid", 200), ("api-keys", 400), ("credits", 200), ("api-keys", 400)):
        shop = change(team, shop, mode=mode).json()
        assert status_of_a_chat(gateway, key) == status, mode
        assert status_of_a_chat(gateway, ordinary) == 200
    before = gateway.manage("GET", f"{team.path}/credits")["balance"]
    answer = gateway.request("POST", "/v1/chat/completions", key=key, json=chat())
    assert (answer.status, answer.error["code"]) == (400, "provider_key_required")
    assert gateway.manage("GET", f"{team.path}/credits")["balance"] == before
    gateway.kill()
    gateway.start()
    assert status_of_a_chat(gateway, key) == 400
    change(team, shop, archived=True)
    assert delete(team, shop).status == 200
    assert status_of_a_chat(gateway, ordinary) == 200
