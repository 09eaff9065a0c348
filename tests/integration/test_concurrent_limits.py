"""Limits of an organization when many ask for what is left at the same time: exactly the limit is made."""

import threading
import uuid
from collections import Counter

from support.people import refusal_of

CLIENTS = 64


def at_once(calls):
    """The answers of these calls, each made by a thread of its own, all let go together."""
    gate = threading.Barrier(len(calls))
    answers = []

    def run(call):
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def outcomes(answers):
    return Counter(201 if answer.status == 201 else refusal_of(answer) for answer in answers)


def test_row_6_projects_never_pass_their_limit(team):
    def make():
        return team.ask(team.owner, "POST", "/projects", {"name": uuid.uuid4().hex})

    answers = at_once([make] * CLIENTS)
    assert outcomes(answers) == {201: 9, (409, "limit_reached"): CLIENTS - 9}, "beside the default one"
    assert len(team.may(team.owner, "GET", "/projects?limit=100")["data"]) == 10


def test_row_6_keys_never_pass_their_limit(gateway, team):
    for i in range(170):
        gateway.manage("POST", f"{team.path}/keys", {"name": f"k{i}"})
    answers = at_once([lambda: team.ask(team.owner, "POST", "/keys", {"name": "one more"})] * CLIENTS)
    assert outcomes(answers) == {201: 30, (409, "limit_reached"): CLIENTS - 30}


def test_row_9_members_never_pass_their_limit(gateway, team):
    people = [gateway.person() for _ in range(CLIENTS)]
    path = f"{team.path}/members"

    def join(person):
        return gateway.request("POST", path, key=gateway.root_key, json={"user_id": person.id, "role": "member"})

    answers = at_once([lambda one=one: join(one) for one in people])
    assert outcomes(answers) == {201: 7, (409, "limit_reached"): CLIENTS - 7}, "beside the three of the team"
    assert team.may(team.owner, "GET", "/members/count") == 10


def test_row_9_invitations_hold_no_more_seats_than_there_are(team):
    def invite():
        return team.ask(team.owner, "POST", "/invitations", {"email": f"{uuid.uuid4().hex}@people.test"})

    at_once([invite] * CLIENTS)
    assert len(team.may(team.owner, "GET", "/invitations?limit=100")["data"]) == 7


def test_names_of_projects_made_at_the_same_time_differ(team):
    answers = at_once([lambda: team.ask(team.owner, "POST", "/projects", {"name": "same"})] * CLIENTS)
    assert outcomes(answers) == {201: 1, (409, "name_taken"): CLIENTS - 1}


def test_a_person_makes_no_more_organizations_than_allowed(gateway):
    ann = gateway.person()

    def make():
        return gateway.request("POST", "/api/organizations", key=ann.token, json={"name": "Ours"})

    assert outcomes(at_once([make] * CLIENTS)) == {201: 3, (409, "limit_reached"): CLIENTS - 3}
