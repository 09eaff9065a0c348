"""The live tail of an organization's requests: server-sent events, in order, of what the caller may see."""

import json
import time

import pytest

from support.browser import give_password, signed_in
from support.chat import chat, post_chat
from support.http_client import ConnectionEnded
from support.live_tail import Tail
from support.master_key import secrets_of
from support.people import new_team
from support.waiting import eventually


@pytest.fixture
def watch(gateway):
    tails = []

    def begin(key, organization, query="", **options):
        tails.append(Tail(gateway, key, organization, query, **options))
        return tails[-1]

    yield begin
    for tail in tails:
        tail.close()


def test_requests_come_as_the_feed_shows_them_in_order(gateway, account, watch):
    tail = watch(gateway.root_key, account.organization)
    assert tail.head.header("content-type").startswith("text/event-stream")
    for tokens in (3, 4, 5):
        post_chat(gateway, account, f"tokens={tokens}")
    events = tail.events(3)
    assert [name for name, _ in events] == ["request"] * 3
    shown = [row for _, row in events]
    # In the order of the journal: what two workers settle at once has none of its own.
    assert sorted(row["tokens_completion"] for row in shown) == [3, 4, 5]
    feed = gateway.request("GET", f"/api/organizations/{account.organization}/activity", key=gateway.root_key)
    assert shown == list(reversed(json.loads(feed.text)["data"]))


def test_what_was_before_it_is_not_shown(gateway, account, watch):
    post_chat(gateway, account, "tokens=3")
    gateway.manage("GET", f"/api/organizations/{account.organization}/activity")
    tail = watch(gateway.root_key, account.organization)
    post_chat(gateway, account, "tokens=4")
    assert [row["tokens_completion"] for _, row in tail.events(1)] == [4]


def test_filters_are_those_of_the_feed(gateway, account, watch):
    tail = watch(gateway.root_key, account.organization, "?status=client_error")
    post_chat(gateway, account, "tokens=3")
    post_chat(gateway, account, "status=400")
    assert [row["http_status"] for _, row in tail.events(1)] == [400]
    for wrong in ("?status=odd", "?seconds=3601", "?limit=3", "?member_id=x"):
        assert watch(gateway.root_key, account.organization, wrong).head.status == 400


def test_a_member_sees_what_the_setting_allows(gateway, watch):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    keys = {
        person.id: gateway.manage("POST", f"{team.path}/keys", {"name": "k", "creator_user_id": person.id})["key"]
        for person in (team.admin, team.member)
    }
    team.may(team.admin, "PUT", "/activity/settings", {"visibility": "own_only"})
    tail, whole = watch(team.member.token, team.organization), watch(team.admin.token, team.organization)
    for person in (team.admin, team.member):
        assert gateway.request("POST", "/v1/chat/completions", key=keys[person.id], json=chat()).status == 200
    # Of one commit group the rows stand by worker.
    assert {row["member_id"] for _, row in whole.events(2)} == {team.admin.id, team.member.id}
    assert [row["member_id"] for _, row in tail.events(1)] == [team.member.id]


@pytest.mark.parametrize("how", ["token", "secret", "membership"])
def test_it_ends_with_the_right_to_see(gateway, watch, how):
    team = new_team(gateway)
    tail = watch(team.admin.token, team.organization)
    [token] = gateway.request("GET", "/api/me/tokens", key=team.admin.token).json()["data"]
    path = f"/api/me/tokens/{token['hash']}"
    if how == "token":
        assert gateway.request("DELETE", path, key=team.admin.token).status == 200
    elif how == "secret":
        rotated = gateway.request("POST", f"{path}/rotate", key=team.admin.token, json={"grace_seconds": 1})
        assert rotated.status == 200
    else:
        gateway.manage("DELETE", f"{team.path}/members/{team.admin.id}")
    until = time.monotonic() + 10
    while tail.read():
        assert time.monotonic() < until


@pytest.fixture
def used(start_gateway, tmp_path):
    """A gateway where people sign in, a team, and what makes one request of it."""
    own = start_gateway(secrets=secrets_of(tmp_path))
    team = new_team(own)
    own.manage("POST", f"{team.path}/credits", {"amount": 5})
    key = own.manage("POST", f"{team.path}/keys", {"name": "k"})["key"]

    def use():
        assert own.request("POST", "/v1/chat/completions", key=key, json=chat()).status == 200

    return own, team, use


def test_a_session_watches_until_it_ends_whatever_secret_it_has_by_now(used):
    own, team, use = used
    password = give_password(own, team.admin)
    browser = signed_in(own, team.admin, password)
    tail = Tail(own, None, team.organization, headers=browser.lines())
    use()
    assert len(tail.events(1)) == 1
    assert browser.ask("POST", "/api/sessions/current/step-up", {"password": password}).status == 200
    use()
    assert len(tail.events(2)) == 2
    assert browser.ask("DELETE", "/api/sessions/current").status == 200
    until = time.monotonic() + 10
    while tail.read():
        assert time.monotonic() < until


def test_the_operator_s_session_watches_what_it_is_no_member_of(used):
    own, team, use = used
    person = own.person()
    own.manage("PATCH", f"/api/users/{person.id}", {"is_operator": True})
    browser = signed_in(own, person)
    tail = Tail(own, None, team.organization, headers=browser.lines())
    use()
    assert len(tail.events(1)) == 1


def test_outsiders_and_inference_keys_watch_nothing(gateway, account, watch):
    assert watch(account.key, account.organization).head.status == 403
    assert watch(new_team(gateway).owner.token, account.organization).head.status == 404


def test_its_time_is_bounded_and_the_connection_goes_on(gateway, account, watch):
    begun = time.monotonic()
    tail = watch(gateway.root_key, account.organization, "?seconds=1")
    while tail.read():
        pass
    assert 0.9 < time.monotonic() - begun < 5
    tail.connection.send(gateway.bytes_of("GET", "/api/organizations", key=gateway.root_key))
    assert tail.connection.read_answer().status == 200


def test_http_1_0_ends_by_closing(gateway, account, watch):
    tail = watch(gateway.root_key, account.organization, "?seconds=1", version="HTTP/1.0")
    post_chat(gateway, account, "tokens=3")
    assert len(tail.events(1)) == 1
    with pytest.raises(ConnectionEnded):
        while True:
            tail.connection._fill()


def test_so_many_watch_and_one_that_left_makes_room(gateway, account, watch):
    tails = [watch(gateway.root_key, account.organization) for _ in range(16)]
    refused = watch(gateway.root_key, account.organization)
    assert [tail.head.status for tail in tails] == [200] * 16 and refused.head.status == 429
    tails[0].close()
    eventually(lambda: watch(gateway.root_key, account.organization).head.status == 200, within_s=10, every_s=0.1)


def test_silence_has_signs_of_life(gateway, account, watch):
    tail = watch(gateway.root_key, account.organization)
    tail.connection.socket.settimeout(25)
    tail.read_until(b": keep-alive", 2)
    assert tail.events() == []


def test_a_shutdown_ends_it_at_once(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    tail = Tail(gateway, gateway.root_key, account.organization)
    begun = time.monotonic()
    assert gateway.stop() == 0 and time.monotonic() - begun < 5
    tail.close()
