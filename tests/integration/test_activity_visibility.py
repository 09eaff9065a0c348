"""Whose requests a member sees: everybody's, or by the organization's setting his own. Owners and admins see all."""

import pytest

from support.chat import chat
from support.people import new_team, refusal_of


@pytest.fixture
def busy(gateway):
    """A team whose admin and member each made a key and a request by it; the team and both keys' hashes."""
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    hashes = {}
    for person in (team.admin, team.member):
        made = gateway.manage("POST", f"{team.path}/keys", {"name": "k", "creator_user_id": person.id})
        answer = gateway.request("POST", "/v1/chat/completions", key=made["key"], json=chat("tokens=12"))
        assert answer.status == 200
        hashes[person.id] = made["data"]["hash"]
    team.may(team.member, "POST", "/switch")
    return team, hashes


def settings(team, visibility, by=None, **more):
    return team.ask(by or team.admin, "PUT", "/activity/settings", {"visibility": visibility} | more)


def members_seen(team, person):
    """By way of looking, whose requests the person sees."""
    query = {"metrics": ["request_count"], "dimensions": ["user"]}
    analytics = team.gateway.request("POST", "/api/v1/analytics/query", key=person.token, json=query).json()
    daily = team.gateway.request("GET", "/api/v1/activity?date=2026-01-01", key=person.token)
    assert daily.status == 200
    return {
        "feed": {row["member_id"] for row in team.may(person, "GET", "/activity")["data"]},
        "values": {row["value"] for row in team.may(person, "GET", "/activity/values?field=member")["data"]},
        "sums": {row["member_id"] for row in team.may(person, "GET", "/analytics?group_by=member")["data"]},
        "query": {row["user_id"] for row in analytics["data"]["data"]},
    }


def test_members_see_all_unless_the_organization_says_otherwise(busy):
    team, _ = busy
    everybody, own = {team.admin.id, team.member.id}, {team.member.id}
    assert team.may(team.member, "GET", "/activity/settings")["visibility"] == "all_members"
    assert all(seen == everybody for seen in members_seen(team, team.member).values())
    assert settings(team, "own_only").status == 200
    assert all(seen == own for seen in members_seen(team, team.member).values())
    team.may(team.admin, "POST", "/switch")
    assert all(seen == everybody for seen in members_seen(team, team.admin).values())
    assert settings(team, "all_members").status == 200
    assert all(seen == everybody for seen in members_seen(team, team.member).values())


def may_read(team, key, generation):
    return team.gateway.request("GET", f"/api/v1/generation?id={generation}", key=key).status == 200


def test_single_generations_are_seen_by_those_who_see_them_in_the_feed(gateway, busy):
    team, _ = busy
    manager = team.may(team.admin, "POST", "/keys", {"name": "m", "kind": "management"})["key"]
    members_manager = gateway.manage(
        "POST", f"{team.path}/keys", {"name": "m", "kind": "management", "creator_user_id": team.member.id}
    )["key"]
    inference = team.may(team.owner, "POST", "/keys", {"name": "k"})["key"]
    outsider = new_team(gateway).owner.token
    feed = {row["member_id"]: row["id"] for row in team.may(team.owner, "GET", "/activity")["data"]}
    for visibility, members_view in (("all_members", True), ("own_only", False)):
        assert settings(team, visibility).status == 200
        for reader in (team.owner.token, team.admin.token, manager, gateway.root_key):
            assert all(may_read(team, reader, one) for one in feed.values())
        for reader in (team.member.token, members_manager):
            assert may_read(team, reader, feed[team.member.id])
            assert may_read(team, reader, feed[team.admin.id]) is members_view
        for reader in (inference, outsider):
            assert not any(may_read(team, reader, one) for one in feed.values())
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"status": "suspended"})
    assert not may_read(team, team.admin.token, feed[team.admin.id])


def test_what_is_not_ones_own_cannot_be_asked_for(busy):
    team, hashes = busy
    settings(team, "own_only")
    assert team.ask(team.member, "GET", f"/activity?member_id={team.admin.id}").status == 400
    assert team.may(team.member, "GET", f"/activity?key={hashes[team.admin.id]}")["data"] == []
    assert team.may(team.member, "GET", f"/analytics?key={hashes[team.admin.id]}")["total"]["requests"] == 0


def test_a_management_key_sees_what_its_creator_may(gateway, busy):
    team, _ = busy
    body = {"name": "m", "kind": "management", "creator_user_id": team.admin.id}
    key = gateway.manage("POST", f"{team.path}/keys", body)["key"]
    settings(team, "own_only")
    path = f"{team.path}/activity"
    assert len(gateway.request("GET", path, key=key).json()["data"]) == 2
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "member"})
    assert [row["member_id"] for row in gateway.request("GET", path, key=key).json()["data"]] == [team.admin.id]


def test_admins_set_it_and_members_do_not(team):
    assert settings(team, "own_only", by=team.member).status == 403
    assert settings(team, "own_only", by=team.owner).json()["visibility"] == "own_only"
    for wrong in ("everybody", "", None):
        assert settings(team, wrong).status == 400


def test_a_change_is_versioned_and_audited_and_the_same_again_is_none(gateway, team):
    first = settings(team, "own_only")
    version = first.json()["version"]
    assert first.header("etag") == f'"{version}"'
    assert settings(team, "own_only").json() == first.json()
    assert settings(team, "all_members", version=version - 1).status == 412
    newest = gateway.manage("GET", f"{team.path}/audit")["data"][0]
    assert newest["action"] == "activity_settings.update"
    [document] = newest["documents"]
    assert document["before"]["activity_visibility"] == "all_members"
    assert document["after"]["activity_visibility"] == "own_only"


def test_a_restart_keeps_it(start_gateway, tmp_path):
    gateway = start_gateway(directory=tmp_path / "kept")
    team = new_team(gateway)
    settings(team, "own_only")
    gateway.stop()
    gateway.start()
    assert team.may(team.member, "GET", "/activity/settings")["visibility"] == "own_only"


def test_an_outsider_sees_no_setting(gateway, team):
    other = new_team(gateway)
    assert refusal_of(team.ask(other.owner, "GET", "/activity/settings"))[0] == 404


def test_what_is_left_of_a_common_limit_tells_nobody_what_others_spent(busy):
    team, hashes = busy
    root, project = team.gateway.root_key, team.may(team.admin, "GET", "/projects")["data"][0]["id"]
    for path in ("/limits", f"/projects/{project}/limits", f"/keys/{hashes[team.member.id]}/limits"):
        team.gateway.manage("PATCH", f"{team.path}{path}", {"limit": 3})
    key = team.gateway.manage("POST", f"{team.path}/keys", {"name": "m", "creator_user_id": team.member.id})["key"]
    common = ("/limits", f"/projects/{project}/limits")

    def scopes(caller):
        own = team.gateway.request("GET", "/api/v1/key", key=caller).json()["data"]
        return {one["scope"] for one in own["budgets"]}, own["effective_budget"], own["limit_remaining"]

    assert all(team.may(team.member, "GET", path)["spent"] > 0 for path in common)
    assert scopes(key)[0] == {"organization", "workspace"}
    settings(team, "own_only")
    for path in common:
        shown = team.may(team.member, "GET", path)
        assert shown["limit"] == 3 and shown["spent"] is None and shown["limit_remaining"] is None
        assert shown["running_requests"] is None and shown["held"] is None
        assert team.may(team.admin, "GET", path)["spent"] > 0
        assert team.gateway.request("GET", f"{team.path}{path}", key=root).json()["spent"] > 0
    assert team.may(team.member, "GET", f"/keys/{hashes[team.member.id]}/limits")["spent"] > 0
    assert scopes(key) == (set(), None, None)
    others = team.gateway.manage("POST", f"{team.path}/keys", {"name": "a", "creator_user_id": team.admin.id})["key"]
    assert scopes(others)[0] == {"organization", "workspace"}
