"""Another secret for a key that stays the same one: who gives it, how long the old one works, and what stays."""

import json
import time

import pytest

from support.chat import chat
from support.people import new_team, refusal_of
from support.processes import Gateway
from support.waiting import eventually

CHAT = "/v1/chat/completions"
MOST_GRACE = 7 * 24 * 3600


@pytest.fixture
def paid(team):
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def rotate(team, by, key_hash, body=None, **options):
    return team.may(by, "POST", f"/keys/{key_hash}/rotate", body, **options)


def infer(gateway, key):
    return gateway.request("POST", CHAT, key=key, json=chat("tokens=2"))


def statuses(gateway, *keys):
    return [infer(gateway, key).status for key in keys]


def test_the_old_secret_stops_at_once_on_every_connection(gateway, paid):
    old, key_hash = paid.new_key(paid.member)
    connections = [gateway.connect() for _ in range(8)]  # both workers have some

    def asked(key):
        found = set()
        for connection in connections:
            connection.send(gateway.bytes_of("POST", CHAT, key=key, json=chat("tokens=2")))
            found.add(connection.read_answer().status)
        return found

    assert asked(old) == {200}
    made = rotate(paid, paid.member, key_hash)
    assert asked(old) == {401} and asked(made["key"]) == {200}
    assert made["data"]["hash"] == key_hash and made["data"]["previous_secret_expires_at"] is None
    assert made["data"]["label"].endswith(made["key"][-3:])
    for connection in connections:
        connection.close()


def test_within_the_grace_both_work_and_then_the_new_one_alone(gateway, paid):
    old, key_hash = paid.new_key(paid.member)
    begun = time.monotonic()
    made = rotate(paid, paid.member, key_hash, {"grace_seconds": 3})
    assert statuses(gateway, old, made["key"]) == [200, 200] or time.monotonic() - begun > 3
    shown = paid.may(paid.member, "GET", f"/keys/{key_hash}")["data"]
    assert shown["previous_secret_expires_at"] == made["data"]["previous_secret_expires_at"] is not None
    eventually(lambda: statuses(gateway, old) == [401])
    assert time.monotonic() - begun >= 2.9
    assert statuses(gateway, made["key"]) == [200]
    assert paid.may(paid.member, "GET", f"/keys/{key_hash}")["data"]["previous_secret_expires_at"] is None


def test_no_more_than_two_secrets_work_and_a_rotation_without_grace_ends_all_others(gateway, paid):
    first, key_hash = paid.new_key(paid.member)
    second = rotate(paid, paid.member, key_hash, {"grace_seconds": 600})["key"]
    third = rotate(paid, paid.member, key_hash, {"grace_seconds": 600})["key"]
    assert statuses(gateway, first, second, third) == [401, 200, 200]
    fourth = rotate(paid, paid.member, key_hash, {"grace_seconds": 0})["key"]
    assert statuses(gateway, first, second, third, fourth) == [401, 401, 401, 200]


def test_a_key_keeps_all_but_its_secret(gateway, paid):
    rules = {"allow_models": [chat()["model"]]}
    old, key_hash = paid.new_key(paid.member, limit=2, limit_reset="daily", rules=rules)
    paid.may(paid.owner, "PATCH", f"/keys/{key_hash}/limits", {"requests_per_minute": 50})
    assert infer(gateway, old).status == 200
    before = paid.may(paid.owner, "GET", f"/keys/{key_hash}")["data"]
    made = rotate(paid, paid.owner, key_hash)
    changed = {name for name, value in made["data"].items() if value != before[name]}
    assert changed == {"label", "updated_at", "version"} and before["usage"] > 0
    assert infer(gateway, made["key"]).status == 200
    after = gateway.request("GET", "/api/v1/key", key=made["key"]).json()["data"]
    assert after["hash"] == key_hash and after["usage"] > before["usage"]
    rows = paid.may(paid.owner, "GET", f"/activity?key={key_hash}")["data"]
    assert len(rows) == 2 and {row["key_label"] for row in rows} == {after["label"]}
    state = paid.may(paid.owner, "GET", f"/keys/{key_hash}/limits")
    assert (state["requests_per_minute"], state["limit"]) == (50, 2) and state["spent"] == after["usage"]


def test_a_budget_is_not_had_twice_by_rotation(gateway, paid):
    key, key_hash = paid.new_key(paid.member, limit=0.001)
    answers = []
    while not answers or answers[-1] == 200:
        small = chat("tokens=5", max_tokens=5)
        answers.append(gateway.request("POST", CHAT, key=key, json=small).status)
        key = rotate(paid, paid.member, key_hash)["key"]
    assert answers[-1] == 402 and len(answers) > 1


def test_secrets_are_the_same_after_a_restart_and_after_a_kill(tmp_path, providers):
    gateway = Gateway(tmp_path / "gateway", providers, workers=2).start()
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    kept, kept_hash = team.new_key(team.owner)
    ended, ended_hash = team.new_key(team.owner)
    brief, brief_hash = team.new_key(team.owner)
    new = [
        rotate(team, team.owner, kept_hash, {"grace_seconds": 3600})["key"],
        rotate(team, team.owner, ended_hash)["key"],
        rotate(team, team.owner, brief_hash, {"grace_seconds": 1})["key"],
    ]
    gateway.kill()
    gateway.start()
    eventually(lambda: statuses(gateway, brief) == [401])
    assert statuses(gateway, kept, ended, *new) == [200, 401, 200, 200, 200]
    assert gateway.stop() == 0
    gateway.start()
    assert statuses(gateway, kept, ended, brief, *new) == [200, 401, 401, 200, 200, 200]
    assert team.may(team.owner, "DELETE", f"/keys/{kept_hash}") == {"deleted": True}
    assert statuses(gateway, kept, new[0]) == [401, 401]
    assert gateway.stop() == 0


def test_a_disabled_key_stays_disabled_with_every_secret(gateway, paid):
    old, key_hash = paid.new_key(paid.member)
    made = rotate(paid, paid.member, key_hash, {"grace_seconds": 600})
    paid.may(paid.member, "PATCH", f"/keys/{key_hash}", {"disabled": True})
    assert statuses(gateway, old, made["key"]) == [401, 401]
    another = rotate(paid, paid.member, key_hash)
    assert another["data"]["disabled"] and statuses(gateway, another["key"]) == [401]
    paid.may(paid.member, "PATCH", f"/keys/{key_hash}", {"disabled": False})
    assert statuses(gateway, old, made["key"], another["key"]) == [401, 401, 200]


@pytest.mark.parametrize("grace", [-1, MOST_GRACE + 1, 1.5, "60"])
def test_the_grace_is_bounded(paid, grace):
    key, key_hash = paid.new_key(paid.member)
    answer = paid.ask(paid.member, "POST", f"/keys/{key_hash}/rotate", {"grace_seconds": grace})
    assert answer.status == 400 and answer.error["param"] == "grace_seconds"
    assert statuses(paid.gateway, key) == [200]
    assert rotate(paid, paid.member, key_hash, {"grace_seconds": MOST_GRACE})["data"]["previous_secret_expires_at"]


def test_a_rotation_says_which_version_it_is_of(paid):
    _, key_hash = paid.new_key(paid.member)
    assert rotate(paid, paid.member, key_hash, {"version": 1})["data"]["version"] == 2
    stale = paid.ask(paid.member, "POST", f"/keys/{key_hash}/rotate", {"version": 1})
    assert refusal_of(stale) == (412, "precondition_failed")


def test_a_rotation_looks_at_if_match_and_answers_with_an_etag(gateway, paid):
    _, key_hash = paid.new_key(paid.member)
    _, token_hash = new_token(gateway, paid.member.token)
    for path in (f"{paid.path}/keys/{key_hash}", f"/api/me/tokens/{token_hash}"):
        tag = gateway.request("GET", path, key=paid.member.token).header("etag")
        assert gateway.request("PATCH", path, key=paid.member.token, json={"name": "n"}).status == 200

        def ask(tag, path=path):
            headers = {"If-Match": tag}
            return gateway.request("POST", f"{path}/rotate", key=paid.member.token, headers=headers)

        assert refusal_of(ask(tag)) == (412, "precondition_failed")
        assert ask("x").status == 400
        done = ask('"2"')
        assert done.status == 200 and done.header("etag") == '"3"'
        assert gateway.request("GET", path, key=paid.member.token).header("etag") == '"3"'


def test_members_rotate_their_own_keys_and_admins_all(paid):
    _, owners = paid.new_key(paid.owner)
    _, members = paid.new_key(paid.member)
    assert paid.ask(paid.member, "POST", f"/keys/{owners}/rotate").status == 404
    assert rotate(paid, paid.admin, members)["data"]["creator_user_id"] == paid.member.id
    other = new_team(paid.gateway)
    for path in (f"{other.path}/keys/{members}/rotate", f"/api/v1/keys/{members}/rotate"):
        assert paid.gateway.request("POST", path, key=other.owner.token).status == 404


@pytest.mark.parametrize("kind", ["management", "service"])
def test_row_33_nobody_gets_the_secret_of_a_key_that_acts_for_somebody_else(paid, kind):
    secret, key_hash = paid.new_key(paid.owner, kind=kind)
    refused = paid.ask(paid.admin, "POST", f"/keys/{key_hash}/rotate")
    assert refusal_of(refused) == (403, "permission_denied")
    assert "its maker" in refused.error["message"] and not refused.error.get("param")
    key = secret if kind == "management" else paid.new_key(paid.owner, kind="management")[0]
    path = f"/api/v1/keys/{key_hash}/rotate"
    refused = paid.gateway.request("POST", path, key=key)
    assert refused.status == 403 and "its maker" in refused.error["message"] and not refused.error.get("param")
    assert rotate(paid, paid.owner, key_hash)["key"] != secret
    made = paid.gateway.manage("POST", f"{paid.path}/keys/{key_hash}/rotate", expect=200)
    assert made["data"]["kind"] == kind


def test_openrouters_path_rotates_too(gateway, paid):
    manager, _ = paid.new_key(paid.owner, kind="management")
    old, key_hash = paid.new_key(paid.member)
    answer = gateway.request("POST", f"/api/v1/keys/{key_hash}/rotate", key=manager, json={"grace_seconds": 600})
    assert answer.status == 200 and statuses(gateway, old, answer.json()["key"]) == [200, 200]


def test_the_audit_says_who_rotated_and_shows_no_secret(paid):
    old, key_hash = paid.new_key(paid.member)
    new = rotate(paid, paid.admin, key_hash)["key"]
    page = paid.may(paid.owner, "GET", "/audit?action=key.rotate")
    [entry] = page["data"]
    assert entry["actor"] == f"user:{paid.admin.id}" and entry["target"] == f"key/{key_hash}"
    assert old not in json.dumps(page) and new not in json.dumps(page)


def test_a_repeated_call_makes_no_second_secret(gateway, paid):
    old, key_hash = paid.new_key(paid.member)
    same = {"Idempotency-Key": "once"}
    made = rotate(paid, paid.member, key_hash, headers=same)
    again = paid.ask(paid.member, "POST", f"/keys/{key_hash}/rotate", headers=same)
    assert again.status == 409 and f"key/{key_hash}" in again.error["message"]
    assert paid.ask(paid.member, "POST", f"/keys/{key_hash}/rotate", {"grace_seconds": 1}, headers=same).status == 409
    assert statuses(gateway, old, made["key"]) == [401, 200]


# --- personal tokens


def rotate_token(gateway, token, token_hash, body=None):
    return gateway.request("POST", f"/api/me/tokens/{token_hash}/rotate", key=token, json=body)


def new_token(gateway, token, **fields):
    answer = gateway.request("POST", "/api/me/tokens", key=token, json={"name": "t"} | fields)
    assert answer.status == 201, answer.body
    return answer.json()["token"], answer.json()["data"]["hash"]


def me(gateway, token):
    return gateway.request("GET", "/api/me", key=token).status


def test_a_token_rotates_itself_and_goes_on_for_a_while(gateway):
    token, token_hash = new_token(gateway, gateway.person().token)
    answer = rotate_token(gateway, token, token_hash, {"grace_seconds": 600})
    assert answer.status == 200 and answer.json()["data"]["hash"] == token_hash
    assert me(gateway, token) == me(gateway, answer.json()["token"]) == 200
    last = rotate_token(gateway, answer.json()["token"], token_hash).json()["token"]
    assert [me(gateway, one) for one in (token, answer.json()["token"], last)] == [401, 200, 200]


def test_a_token_that_rotates_itself_is_not_lost_with_the_answer(gateway):
    person = gateway.person()
    token, token_hash = new_token(gateway, person.token)
    at_once = rotate_token(gateway, token, token_hash, {"grace_seconds": 0})
    assert (at_once.status, at_once.error["param"]) == (400, "grace_seconds")
    lost = rotate_token(gateway, token, token_hash)
    assert lost.status == 200 and lost.json()["data"]["previous_secret_expires_at"]
    again = rotate_token(gateway, token, token_hash)
    assert again.status == 200 and me(gateway, again.json()["token"]) == 200
    other = rotate_token(gateway, person.token, token_hash)
    assert other.json()["data"]["previous_secret_expires_at"] is None
    assert [me(gateway, one.json()["token"]) for one in (again, other)] == [401, 200]


def test_a_token_gets_nobody_one_that_may_more_by_rotation(gateway):
    person = gateway.person()
    small, _ = new_token(gateway, person.token, scopes=["profile"], may_infer=False)
    large, large_hash = new_token(gateway, person.token)
    assert refusal_of(rotate_token(gateway, small, large_hash)) == (403, "scope_exceeds_own")
    body = {"expires_at": "2999-01-01T00:00:00Z"}
    answer = gateway.request("PATCH", f"/api/me/tokens/{large_hash}", key=small, json=body)
    assert refusal_of(answer) == (403, "scope_exceeds_own")
    path = f"/api/me/tokens/{large_hash}"
    for by, disabled, status in ((small, True, 200), (small, False, 403), (person.token, False, 200)):
        assert gateway.request("PATCH", path, key=by, json={"disabled": disabled}).status == status
    assert me(gateway, large) == 200
    assert rotate_token(gateway, gateway.person().token, large_hash).status == 404
