"""Lists are filtered by what people look for: keys, the audit, organizations."""

import csv
import io
import uuid
from urllib.parse import quote, urlencode

import pytest


def ask(gateway, path):
    return gateway.request("GET", path, key=gateway.root_key)


def test_keys_are_filtered_by_project_creator_and_state(gateway, team):
    project = gateway.manage("POST", f"{team.path}/projects", {"name": "Shop"})["id"]
    made = {}
    for name, body in {
        "in the shop": {"project_id": project},
        "a member's": {"creator_user_id": team.member.id},
        "off": {},
    }.items():
        made[name] = gateway.manage("POST", f"{team.path}/keys", {"name": name} | body)["data"]["hash"]
    gateway.manage("PATCH", f"{team.path}/keys/{made['off']}", {"disabled": True})

    def names(query):
        return {key["name"] for key in gateway.manage("GET", f"{team.path}/keys{query}")["data"]} & set(made)

    assert names("") == set(made)
    assert names(f"?project_id={project}") == {"in the shop"}
    assert names(f"?creator_user_id={team.member.id}") == {"a member's"}
    assert names("?disabled=true") == {"off"}
    assert names(f"?disabled=false&project_id={project}") == {"in the shop"}
    assert names(f"?disabled=true&project_id={project}") == set()


def test_the_audit_is_filtered_by_action_actor_and_time(gateway, team):
    key = team.may(team.owner, "POST", "/keys", {"name": "k"})["data"]["hash"]
    gateway.manage("POST", f"{team.path}/keys", {"name": "r"})
    path = f"{team.path}/audit"

    def entries(query):
        return gateway.manage("GET", f"{path}?{query}")["data"]

    assert [one["actor"] for one in entries("action=key.create")] == ["root", f"user:{team.owner.id}"]
    [mine] = entries(f"action=key.create&actor=user:{team.owner.id}")
    assert mine["target"] == f"key/{key}"
    assert mine in entries(f"from={mine['created_at']}")
    assert mine not in entries(f"to={mine['created_at']}")
    assert entries("action=key.delete") == []
    table = list(csv.DictReader(io.StringIO(ask(gateway, f"{path}?action=key.create&format=csv").text)))
    assert [(row["actor"], row["action"]) for row in table][1] == (f"user:{team.owner.id}", "key.create")
    whole = list(csv.DictReader(io.StringIO(ask(gateway, f"{path}?format=csv").text)))
    assert [int(row["change"]) for row in whole] == [one["change"] for one in entries("limit=200")]


def test_the_operator_finds_organizations_by_name(gateway):
    made = [gateway.manage("POST", "/api/organizations", {"name": f"Needle {n}"})["id"] for n in range(2)]
    found = gateway.manage("GET", "/api/organizations?name=needle%20&limit=1000")["data"]
    assert sorted(one["id"] for one in found) == sorted(made)
    assert gateway.manage("GET", "/api/organizations?name=no-such-name")["data"] == []


def test_a_plus_in_a_query_is_a_blank_as_clients_write_it(gateway, account):
    """The URL Standard's application/x-www-form-urlencoded: urlencode(), URLSearchParams and Go's url.Values write it."""
    mark = uuid.uuid4().hex[:8]
    plain, plus = (gateway.manage("POST", "/api/organizations", {"name": f"{mark}{one}x"})["id"] for one in " +")
    person = gateway.person(f"ann+{mark}@people.test")

    def ids(path):
        return [one["id"] for one in gateway.manage("GET", path)["data"]]

    for blank in ("+", "%20"):
        assert ids(f"/api/organizations?name={mark}{blank}x") == [plain]
    assert ids(f"/api/organizations?{urlencode({'name': f'{mark} x'})}") == [plain]
    for written in (urlencode({"name": f"{mark}+x"}), f"name={quote(f'{mark}+x')}"):
        assert ids(f"/api/organizations?{written}") == [plus]
    assert ids(f"/api/users?{urlencode({'email': person.email})}") == [person.id]
    assert ids(f"/api/users?email={person.email}") == []
    since = urlencode({"from": "2020-01-01T00:00:00+01:00"})
    assert ask(gateway, f"/api/organizations/{account.organization}/activity?{since}").status == 200


@pytest.mark.parametrize(
    "query",
    [
        "keys?disabled=perhaps",
        "keys?project_id=1",
        "audit?from=x",
        "audit?from=2026-02-01&to=2026-01-01",
        "activity?from=2026-02-01&to=2026-01-01",
        "analytics?from=2026-02-01&to=2026-01-01",
        "transactions?from=2026-02-01&to=2026-01-01",
        "audit?format=xml",
    ],
)
def test_a_filter_that_makes_no_sense_is_400(gateway, account, query):
    assert ask(gateway, f"/api/organizations/{account.organization}/{query}").status == 400
