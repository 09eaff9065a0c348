"""Whose a key is: handed over to another member, given another expiry, and ended with its maker."""

from datetime import UTC, datetime, timedelta

import pytest

from support.chat import chat
from support.people import new_team, refusal_of
from support.waiting import eventually

CHAT = "/v1/chat/completions"
LATER, MUCH_LATER = "2999-01-01T00:00:00.000Z", "2999-06-01T00:00:00.000Z"


@pytest.fixture
def paid(team):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def change(team, by, key_hash, **fields):
    return team.ask(by, "PATCH", f"/keys/{key_hash}", fields)


def take_over(team, by, key_hash, heir, **more):
    return team.ask(by, "POST", f"/keys/{key_hash}/rotate", {"creator_user_id": heir.id} | more)


def infer(gateway, key):
    return gateway.request("POST", CHAT, key=key, json=chat("tokens=2")).status


def spent_by(team, person):
    page = team.may(team.owner, "GET", f"/analytics?group_by=member&member_id={person.id}")
    return page["total"]["charged"]


# --- another maker


@pytest.mark.parametrize("by", ["owner", "admin"])
def test_a_key_is_handed_over_and_spends_for_its_new_maker(gateway, paid, by):
    key, key_hash = paid.new_key(paid.member)
    heir = gateway.person(organization=paid.organization)
    assert infer(gateway, key) == 200
    first = spent_by(paid, paid.member)
    answer = change(paid, getattr(paid, by), key_hash, creator_user_id=heir.id)
    assert answer.status == 200 and answer.json()["data"]["creator_user_id"] == heir.id
    assert infer(gateway, key) == 200
    assert spent_by(paid, paid.member) == first > 0 and spent_by(paid, heir) > 0
    assert paid.ask(paid.member, "GET", f"/keys/{key_hash}").status == 404
    assert paid.may(heir, "GET", f"/keys/{key_hash}")["data"]["usage"] > first


def test_the_budget_of_the_new_maker_binds_at_once(gateway, paid):
    key, key_hash = paid.new_key(paid.member)
    heir = gateway.person(organization=paid.organization)
    paid.may(paid.owner, "PUT", f"/members/{heir.id}/limits", {"limit": 0})
    assert infer(gateway, key) == 200
    assert change(paid, paid.owner, key_hash, creator_user_id=heir.id).status == 200
    assert infer(gateway, key) == 402
    assert change(paid, paid.owner, key_hash, creator_user_id=paid.member.id).status == 200
    assert infer(gateway, key) == 200


def test_a_key_is_handed_to_members_only_who_may_act(gateway, paid):
    _, key_hash = paid.new_key(paid.member)
    outsider, suspended, banned = gateway.person(), *(gateway.person(organization=paid.organization) for _ in range(2))
    paid.may(paid.owner, "PATCH", f"/members/{suspended.id}", {"status": "suspended"})
    gateway.manage("PATCH", f"/api/users/{banned.id}", {"status": "suspended"})
    for nobody in (outsider.id, None, "", "x"):
        refused = change(paid, paid.owner, key_hash, creator_user_id=nobody)
        assert (refused.status, refused.error["param"]) == (400, "creator_user_id")
    for person in (suspended, banned):
        refused = change(paid, paid.owner, key_hash, creator_user_id=person.id)
        assert refusal_of(refused) == (409, "member_suspended")
    assert paid.may(paid.member, "GET", f"/keys/{key_hash}")["data"]["version"] == 1


def test_members_hand_nothing_over(paid):
    _, key_hash = paid.new_key(paid.member)
    assert change(paid, paid.member, key_hash, creator_user_id=paid.owner.id).status == 403
    assert change(paid, paid.member, key_hash, creator_user_id=paid.member.id, name="mine").status == 200


@pytest.mark.parametrize("kind", ["management", "service"])
def test_what_acts_for_its_maker_is_taken_over_but_given_to_nobody(paid, kind):
    _, key_hash = paid.new_key(paid.owner, kind=kind)
    for refused in (
        change(paid, paid.owner, key_hash, creator_user_id=paid.admin.id),
        take_over(paid, paid.owner, key_hash, paid.admin),
    ):
        assert (refused.status, refused.error["param"]) == (403, "creator_user_id")
    assert take_over(paid, paid.admin, key_hash, paid.admin).status == 200
    body = {"creator_user_id": paid.owner.id}
    given = paid.gateway.manage("POST", f"{paid.path}/keys/{key_hash}/rotate", body, expect=200)
    assert given["data"]["creator_user_id"] == paid.owner.id


@pytest.mark.parametrize("kind", ["management", "service"])
def test_whoever_has_the_old_secret_gets_no_rights_of_the_new_maker(gateway, paid, kind):
    old, key_hash = paid.new_key(paid.admin, kind=kind)
    paid.may(paid.owner, "DELETE", f"/members/{paid.admin.id}")
    plain = change(paid, paid.owner, key_hash, creator_user_id=paid.owner.id, disabled=False)
    assert refusal_of(plain) == (409, "rotate_first")
    with_grace = take_over(paid, paid.owner, key_hash, paid.owner, grace_seconds=60)
    assert (with_grace.status, with_grace.error["param"]) == (400, "grace_seconds")
    new = take_over(paid, paid.owner, key_hash, paid.owner)
    assert new.status == 200 and new.json()["data"]["disabled"]
    assert change(paid, paid.owner, key_hash, disabled=False).status == 200
    path = f"{paid.path}/members"
    ask = infer if kind == "service" else lambda to, key: to.request("GET", path, key=key).status
    assert [ask(gateway, key) for key in (old, new.json()["key"])] == [401, 200]


def test_a_key_is_handed_over_with_another_secret_in_one_step(gateway, paid):
    old, key_hash = paid.new_key(paid.member)
    assert take_over(paid, paid.member, key_hash, paid.owner).status == 403
    answer = take_over(paid, paid.owner, key_hash, paid.admin)
    assert answer.status == 200 and answer.json()["data"]["creator_user_id"] == paid.admin.id
    assert [infer(gateway, key) for key in (old, answer.json()["key"])] == [401, 200]


def test_a_key_handed_over_stays_disabled_until_somebody_enables_it(gateway, paid):
    left, left_hash = paid.new_key(paid.member)
    held, held_hash = paid.new_key(paid.admin)
    paid.may(paid.owner, "DELETE", f"/members/{paid.member.id}")
    paid.may(paid.owner, "PATCH", f"/members/{paid.admin.id}", {"status": "suspended"})
    for key_hash in (left_hash, held_hash):
        shown = change(paid, paid.owner, key_hash, creator_user_id=paid.owner.id)
        assert shown.status == 200 and shown.json()["data"]["disabled"]
    paid.may(paid.owner, "PATCH", f"/members/{paid.admin.id}", {"status": "active"})
    assert [infer(gateway, key) for key in (left, held)] == [401, 401]
    for key_hash in (left_hash, held_hash):
        assert change(paid, paid.owner, key_hash, disabled=False).status == 200
    assert [infer(gateway, key) for key in (left, held)] == [200, 200]


def test_a_key_is_handed_over_and_enabled_in_one_step(gateway, paid):
    key, key_hash = paid.new_key(paid.member)
    paid.may(paid.owner, "DELETE", f"/members/{paid.member.id}")
    assert change(paid, paid.owner, key_hash, creator_user_id=paid.owner.id, disabled=False).status == 200
    assert infer(gateway, key) == 200


def test_openrouters_path_hands_over_and_moves_the_expiry(gateway, paid):
    manager, _ = paid.new_key(paid.owner, kind="management")
    _, key_hash = paid.new_key(paid.member)
    body = {"creator_user_id": paid.admin.id, "expires_at": LATER}
    answer = gateway.request("PATCH", f"/api/v1/keys/{key_hash}", key=manager, json=body)
    assert answer.status == 200, answer.body
    shown = answer.json()["data"]
    assert (shown["creator_user_id"], shown["expires_at"]) == (paid.admin.id, LATER)


# --- what ends with its maker


@pytest.mark.parametrize("kind", ["management", "service"])
def test_what_acts_for_its_maker_ends_with_the_maker(gateway, paid, kind):
    key, key_hash = paid.new_key(paid.admin, kind=kind)
    plain, plain_hash = paid.new_key(paid.admin)

    def works():
        if kind == "service":
            return infer(gateway, key) == 200
        return gateway.request("GET", f"{paid.path}/members", key=key).status == 200

    assert works()
    paid.may(paid.owner, "DELETE", f"/members/{paid.admin.id}")
    assert not works() and infer(gateway, plain) == 401
    assert refusal_of(change(paid, paid.owner, key_hash, disabled=False)) == (409, "maker_left")
    assert change(paid, paid.owner, plain_hash, disabled=False).status == 200  # it bills the organization alone
    assert not works() and infer(gateway, plain) == 200
    key = take_over(paid, paid.owner, key_hash, paid.owner).json()["key"]
    assert not works()
    assert change(paid, paid.owner, key_hash, disabled=False).status == 200
    assert works()


# --- another expiry


def test_a_keys_expiry_is_moved_and_removed(gateway, paid):
    key, key_hash = paid.new_key(paid.member, expires_at=LATER)
    moved = change(paid, paid.member, key_hash, expires_at=MUCH_LATER)
    assert moved.json()["data"]["expires_at"] == MUCH_LATER
    assert change(paid, paid.member, key_hash, name="n").json()["data"]["expires_at"] == MUCH_LATER
    assert change(paid, paid.member, key_hash, expires_at=None).json()["data"]["expires_at"] is None
    for past in ("2020-01-01T00:00:00Z", "tomorrow", "", 5):
        answer = change(paid, paid.member, key_hash, expires_at=past)
        assert answer.status == 400 and answer.error["param"] == "expires_at"
    assert infer(gateway, key) == 200


def test_an_expired_key_works_again_with_a_later_expiry(gateway, paid):
    soon = datetime.now(UTC) + timedelta(seconds=2)
    key, key_hash = paid.new_key(paid.member, expires_at=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
    eventually(lambda: infer(gateway, key) == 401)
    shown = paid.may(paid.member, "GET", f"/keys/{key_hash}")["data"]
    sent_back = change(paid, paid.member, key_hash, **(shown | {"name": "still over"}))
    assert sent_back.status == 200 and infer(gateway, key) == 401
    assert change(paid, paid.member, key_hash, expires_at=LATER).status == 200
    assert infer(gateway, key) == 200


@pytest.mark.parametrize("kind", ["management", "service"])
def test_what_acts_for_its_maker_lives_longer_by_him_or_the_operator_only(gateway, paid, kind):
    own, key_hash = paid.new_key(paid.owner, kind=kind, expires_at=LATER)
    manager = own if kind == "management" else paid.new_key(paid.owner, kind="management")[0]
    for caller in (paid.admin.token, manager, paid.new_key(paid.admin, kind="management")[0]):
        for value in (MUCH_LATER, None):
            path, body = f"{paid.path}/keys/{key_hash}", {"expires_at": value}
            refused = gateway.request("PATCH", path, key=caller, json=body)
            assert (refused.status, refused.error["param"]) == (403, "expires_at")
    sooner = change(paid, paid.admin, key_hash, expires_at="2998-01-01T00:00:00Z")
    assert sooner.status == 200
    assert change(paid, paid.owner, key_hash, expires_at=LATER).status == 200
    gateway.manage("PATCH", f"{paid.path}/keys/{key_hash}", {"expires_at": None})
    assert change(paid, paid.admin, key_hash, expires_at=LATER).status == 200


def test_a_tokens_expiry_is_moved(gateway):
    token = gateway.person().token
    made = gateway.request("POST", "/api/me/tokens", key=token, json={"name": "t", "expires_at": LATER}).json()
    path = f"/api/me/tokens/{made['data']['hash']}"
    for value in (MUCH_LATER, None):
        answer = gateway.request("PATCH", path, key=token, json={"expires_at": value})
        assert answer.status == 200 and answer.json()["data"]["expires_at"] == value
    other = new_team(gateway).member.token
    assert gateway.request("PATCH", path, key=other, json={"expires_at": None}).status == 404
