"""When keys were last used and members last active: what a review of access asks."""

import time
from datetime import UTC, datetime

import pytest

from support.chat import chat
from support.people import new_team
from support.waiting import eventually


def shown(gateway, path):
    answer = gateway.manage("GET", path)
    return answer.get("data", answer)


def last_use(gateway, team, digest):
    return shown(gateway, f"{team.path}/keys/{digest}")["last_used_at"]


def last_active(gateway, team, person):
    return shown(gateway, f"{team.path}/members/{person.id}")["last_active_at"]


def new_key(team, person, **fields):
    return team.gateway.manage("POST", f"{team.path}/keys", {"name": "k", "creator_user_id": person.id} | fields)


class Clock:
    """Now, to compare with what is shown; one millisecond is rounding."""

    def __enter__(self):
        self.begin = time.time() - 0.001
        return self

    def __exit__(self, *_):
        self.end = time.time() + 0.001

    def saw(self, text):
        return text is not None and self.begin <= datetime.fromisoformat(text).timestamp() <= self.end


@pytest.fixture
def paid_team(gateway):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def test_a_request_counts_for_its_key_and_the_member_who_made_it(gateway, paid_team):
    made, other = new_key(paid_team, paid_team.member), new_key(paid_team, paid_team.member)
    digest = made["data"]["hash"]
    assert made["data"]["last_used_at"] is None and last_active(gateway, paid_team, paid_team.member) is None
    with Clock() as clock:
        answer = gateway.request("POST", "/v1/chat/completions", key=made["key"], json=chat("tokens=12"))
        assert answer.status == 200
    eventually(lambda: clock.saw(last_use(gateway, paid_team, digest)))
    assert clock.saw(last_active(gateway, paid_team, paid_team.member))
    assert last_use(gateway, paid_team, other["data"]["hash"]) is None
    assert last_active(gateway, paid_team, paid_team.admin) is None
    listed = {one["user_id"]: one["last_active_at"] for one in paid_team.members()}
    assert clock.saw(listed[paid_team.member.id]) and listed[paid_team.owner.id] is None


def test_a_call_counts_for_its_key_and_its_person(gateway, paid_team):
    made = new_key(paid_team, paid_team.owner, kind="management")
    with Clock() as clock:
        assert gateway.request("GET", f"{paid_team.path}/keys", key=made["key"]).status == 200
    assert clock.saw(last_use(gateway, paid_team, made["data"]["hash"]))
    assert clock.saw(last_active(gateway, paid_team, paid_team.owner))
    with Clock() as clock:
        paid_team.may(paid_team.admin, "GET", "/projects")
        refused = paid_team.ask(paid_team.member, "GET", "/credits")
    assert refused.status == 403
    for person in (paid_team.admin, paid_team.member):
        assert clock.saw(last_active(gateway, paid_team, person))


def test_a_token_has_its_last_use(gateway, team):
    with Clock() as clock:
        [token] = gateway.request("GET", "/api/me/tokens", key=team.owner.token).json()["data"]
    assert clock.saw(token["last_used_at"])
    assert last_active(gateway, team, team.owner) is None  # it was about no organization


def test_an_outsider_leaves_no_activity(gateway, team):
    other = new_team(gateway)
    assert team.ask(other.owner, "GET", "/projects").status == 404
    assert last_active(gateway, other, other.owner) is None


def test_a_restart_keeps_the_times(start_gateway, tmp_path):
    gateway = start_gateway(directory=tmp_path / "kept")
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    used, manager = new_key(team, team.member), new_key(team, team.owner, kind="management")
    assert gateway.request("POST", "/v1/chat/completions", key=used["key"], json=chat("tokens=12")).status == 200
    team.gateway.request("GET", f"{team.path}/keys", key=manager["key"])
    eventually(lambda: last_use(gateway, team, used["data"]["hash"]))

    def times():
        digests = [used["data"]["hash"], manager["data"]["hash"]]
        uses = [last_use(gateway, team, digest) for digest in digests]
        return uses + [last_active(gateway, team, person) for person in (team.owner, team.member, team.admin)]

    before = times()
    assert all(before[:4]) and before[4] is None
    assert gateway.stop() == 0
    gateway.start()
    assert times() == before


def test_a_kill_loses_no_request(start_gateway, tmp_path):
    gateway = start_gateway(directory=tmp_path / "killed")
    account = gateway.new_account("5")
    assert gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat("tokens=12")).status == 200
    path = f"/api/organizations/{account.organization}/keys/{account.hash}"
    eventually(lambda: shown(gateway, path)["last_used_at"])
    before = shown(gateway, path)["last_used_at"]
    gateway.kill()
    gateway.start()
    eventually(lambda: shown(gateway, path)["last_used_at"] == before)
