"""Calls that are repeated with their Idempotency-Key, also when the first one ended the caller's own standing."""

import itertools

import pytest

from support.master_key import secrets_of
from support.people import new_team, refusal_of

numbers = itertools.count()


def twice(team, person, method, below="", json=None):
    headers = {"Idempotency-Key": f"twice-{next(numbers)}"}
    first, second = (team.ask(person, method, below, json, headers=headers) for _ in range(2))
    assert first.status in (200, 201), first.body
    return first, second


def same(answers):
    first, second = answers
    return (first.status, first.body, first.header("etag")) == (second.status, second.body, second.header("etag"))


def test_leaving_is_repeated(team):
    assert same(twice(team, team.member, "DELETE", f"/members/{team.member.id}"))
    assert team.role_of(team.member) is None


@pytest.mark.parametrize("current", [True, False])
def test_a_deletion_is_repeated(team, current):
    if current:  # and is not afterwards
        team.may(team.owner, "POST", "/switch")
    assert same(twice(team, team.owner, "DELETE", "", {"confirm": "Team"}))


def test_stepping_down_is_repeated(team):
    assert same(twice(team, team.admin, "PATCH", f"/members/{team.admin.id}", {"role": "member"}))


def test_suspending_oneself_is_repeated(team):
    assert same(twice(team, team.admin, "PATCH", f"/members/{team.admin.id}", {"status": "suspended"}))


def test_a_repetition_has_the_etag(team):
    first, second = twice(team, team.owner, "PATCH", "", {"name": "Renamed"})
    assert first.header("etag") and same((first, second))


def test_another_caller_or_another_body_gets_nothing_of_it(team):
    headers = {"Idempotency-Key": f"mine-{next(numbers)}"}
    below = f"/members/{team.member.id}"
    assert team.ask(team.member, "DELETE", below, headers=headers).status == 200
    assert team.ask(team.admin, "DELETE", below, headers=headers).status == 404
    other = team.ask(team.member, "DELETE", below, {"role": "member"}, headers=headers)
    assert other.status == 409


def test_a_secret_is_not_shown_again_to_whoever_lost_the_right_to_it(start_gateway, tmp_path):
    team = new_team(start_gateway(secrets=secrets_of(tmp_path)))
    headers = {"Idempotency-Key": f"secret-{next(numbers)}"}
    body = {"name": "k"}
    made = team.ask(team.admin, "POST", "/keys", body, headers=headers)
    assert made.status == 201
    assert team.ask(team.admin, "POST", "/keys", body, headers=headers).body == made.body
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"status": "suspended"})
    assert refusal_of(team.ask(team.admin, "POST", "/keys", body, headers=headers)) == (403, "member_suspended")


def test_a_secret_is_not_shown_again_to_whoever_had_the_key_before(start_gateway, tmp_path):
    team = new_team(start_gateway(secrets=secrets_of(tmp_path)))

    def once(below, body=None):
        headers = {"Idempotency-Key": f"secret-{next(numbers)}"}
        first = team.ask(team.member, "POST", below, body, headers=headers)
        assert first.status in (200, 201), first.body
        return first, lambda: team.ask(team.member, "POST", below, body, headers=headers)

    made, make_again = once("/keys", {"name": "k"})
    key_hash = made.json()["data"]["hash"]
    rotated, rotate_again = once(f"/keys/{key_hash}/rotate")
    assert (make_again().body, rotate_again().body) == (made.body, rotated.body)
    team.may(team.owner, "PATCH", f"/keys/{key_hash}", {"creator_user_id": team.admin.id})
    for again in (make_again, rotate_again):
        assert again().status == 404 and b"sk-tg" not in again().body
