"""Revocation under load: what began after the call that revoked had returned is not served, on any worker. 60 keys are
revoked here, in seven ways; TOLLGATE_REVOCATIONS=1000 is the long form."""

import itertools
import os
import threading
import time
from dataclasses import dataclass, field

import pytest

from support.chat import chat
from support.http_client import ConnectionEnded
from support.people import new_team

REVOCATIONS = int(os.environ.get("TOLLGATE_REVOCATIONS", "60"))
CHAT = "/v1/chat/completions"
CLIENTS = 4  # each on a connection of its own: both workers have some
SERVED_BEFORE = 3  # requests of the key that are answered well before it is revoked
REFUSED_AFTER = 8  # and those that are asked for after that


def delete_key(team, member, made):
    return "DELETE", f"{team.path}/keys/{made['data']['hash']}", None


def disable_key(team, member, made):
    return "PATCH", f"{team.path}/keys/{made['data']['hash']}", {"disabled": True}


def empty_budget(team, member, made):
    return "PUT", f"{team.path}/keys/{made['data']['hash']}/limits", {"limit": 0}


def remove_member(team, member, made):
    return "DELETE", f"{team.path}/members/{member.id}", None


def suspend_member(team, member, made):
    return "PATCH", f"{team.path}/members/{member.id}", {"status": "suspended"}


def suspend_person(team, member, made):
    return "PATCH", f"/api/users/{member.id}", {"status": "suspended"}


def archive_project(team, member, made):
    return "PATCH", f"{team.path}/projects/{made['data']['project_id']}", {"archived": True}


WAYS = [delete_key, disable_key, empty_budget, remove_member, suspend_member, suspend_person, archive_project]


@dataclass
class Load:
    """Clients that ask with the key in hand, over connections that stay."""

    gateway: object
    key: str = ""
    turn: int = 0  # of the key
    seen: list = field(default_factory=list)  # (turn, when it began, status)
    faults: list = field(default_factory=list)
    ended: bool = False

    def run(self):
        with self.gateway.connect() as connection:
            while not self.ended:
                turn, key = self.turn, self.key
                if not key:
                    time.sleep(0.001)
                    continue
                begun = time.monotonic()
                try:
                    connection.send(self.gateway.bytes_of("POST", CHAT, key=key, json=chat("tokens=2")))
                    self.seen.append((turn, begun, connection.read_answer().status))
                except (ConnectionEnded, OSError) as fault:
                    self.faults.append(repr(fault))
                    return

    def of(self, turn):
        return [(begun, status) for at, begun, status in list(self.seen) if at == turn]

    def wait_for(self, turn, count, since=0.0):
        until = time.monotonic() + 20
        while sum(begun > since for begun, _ in self.of(turn)) < count:
            assert not self.faults and time.monotonic() < until, (self.faults, len(self.seen))
            time.sleep(0.001)


@pytest.fixture
def load(gateway):
    load = Load(gateway)
    clients = [threading.Thread(target=load.run) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    yield load
    load.ended = True
    for client in clients:
        client.join()


def subject_of(gateway, team, turn, way):
    """A member and a key of his to be revoked in that way, and what is to be deleted after that."""
    member, project, left = team.member, None, []
    if way in (remove_member, suspend_member, suspend_person):
        member = gateway.person(organization=team.organization)
        left.append(f"{team.path}/members/{member.id}")
    if way is archive_project:
        project = gateway.manage("POST", f"{team.path}/projects", {"name": f"p{turn}"})["id"]
        left.append(f"{team.path}/projects/{project}")
    body = {"name": f"k{turn}", "creator_user_id": member.id, "project_id": project}
    return member, gateway.manage("POST", f"{team.path}/keys", body), left


@pytest.mark.timeout(60 + 2 * REVOCATIONS)
def test_no_request_that_began_after_the_revoking_call_is_served(gateway, load):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 100})
    for turn, way in zip(range(1, REVOCATIONS + 1), itertools.cycle(WAYS), strict=False):
        member, made, left = subject_of(gateway, team, turn, way)
        load.seen.clear()
        load.turn, load.key = turn, made["key"]
        load.wait_for(turn, SERVED_BEFORE)
        method, path, change = way(team, member, made)
        answer = gateway.request(method, path, key=gateway.root_key, json=change)
        revoked = time.monotonic()
        assert answer.status == 200, answer.body
        load.wait_for(turn, REFUSED_AFTER, since=revoked)
        before = [status for begun, status in load.of(turn) if begun <= revoked]
        after = {status for begun, status in load.of(turn) if begun > revoked}
        assert 200 in before and after == ({402} if way is empty_budget else {401}), (turn, way.__name__, after)
        load.key = ""
        for path in left:  # members and projects are few
            gateway.request("DELETE", path, key=gateway.root_key)
