"""Mail about money: a low balance and budgets that are nearly or wholly spent, each said once."""

import time

import pytest

from support.chat import chat
from support.mail import DropFolder, mail_config
from support.people import new_team, refusal_of
from support.processes import Gateway
from support.waiting import eventually

LOOKS = 12  # seconds in which people are looked after more than once


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return DropFolder(tmp_path_factory.mktemp("mail"))


@pytest.fixture(scope="module")
def post(tmp_path_factory, providers, folder):
    config = mail_config({"drop_folder": str(folder.path)})
    running = Gateway(tmp_path_factory.mktemp("post"), providers, workers=1, **config).start()
    yield running
    assert running.stop() == 0


def team_with(gateway, amount):
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": amount})
    return team


def new_key(team, by, **fields):
    return team.may(by, "POST", "/keys", {"name": "web"} | fields)["key"]


def spend(gateway, key):
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=chat("tokens=5")).status == 200


def test_people_are_told_once_of_a_low_balance(post, folder):
    team = team_with(post, 5)
    set_to = team.may(team.admin, "PUT", "/alerts", {"low_balance": 5})
    assert (set_to["low_balance"], set_to["budgets"], set_to["mail"]) == (5, False, True)
    team.may(team.owner, "PATCH", "/billing", {"contact_email": "bills@people.test"})
    spend(post, new_key(team, team.member))
    for email in (team.owner.email, team.admin.email, "bills@people.test"):
        mail = folder.one(email)
        assert "You asked to be told below 5 USD." in mail.get_content() and '"Team"' in mail.get_content()
    time.sleep(LOOKS)
    assert len(folder.messages(team.owner.email)) == 1 and folder.messages(team.member.email) == []
    post.manage("POST", f"{team.path}/credits", {"amount": 5})
    time.sleep(LOOKS)
    team.may(team.admin, "PUT", "/alerts", {"low_balance": 20})
    folder.one(team.owner.email, 2)


def test_people_are_told_of_a_spent_budget_and_its_maker_too(post, folder):
    team = team_with(post, 5)
    team.may(team.admin, "PUT", "/alerts", {"budgets": True})
    key = new_key(team, team.member, limit=0.001, limit_reset="monthly")
    answers = []
    while not answers or answers[-1] == 200:
        answer = post.request("POST", "/v1/chat/completions", key=key, json=chat("tokens=5", max_tokens=5))
        answers.append(answer.status)
    assert answers[-1] == 402 and len(answers) > 1
    for email in (team.owner.email, team.member.email):
        eventually(lambda email=email: folder.messages(email))
        assert 'Key "web" has spent 0.0' in folder.messages(email)[0].get_content()
        assert "USD a month" in folder.messages(email)[0].get_content()


def test_whoever_may_do_nothing_is_told_nothing(post, folder):
    team = team_with(post, 5)
    post.manage("PATCH", f"/api/users/{team.admin.id}", {"status": "suspended"})
    team.may(team.owner, "PUT", "/alerts", {"low_balance": 100})
    folder.one(team.owner.email)
    assert folder.messages(team.admin.email) == []
    post.manage("PATCH", f"/api/users/{team.admin.id}", {"status": "active"})


def test_a_kill_makes_no_second_mail(tmp_path, providers):
    folder = DropFolder(tmp_path / "mail")
    gateway = Gateway(tmp_path / "gateway", providers, workers=1, **mail_config({"drop_folder": str(folder.path)}))
    gateway.start()
    team = team_with(gateway, 5)
    team.may(team.admin, "PUT", "/alerts", {"low_balance": 100})
    folder.one(team.owner.email)
    eventually(lambda: "waiting" not in {one["state"] for one in gateway.manage("GET", "/api/mail")["data"]})
    gateway.kill()
    gateway.start()
    time.sleep(LOOKS)
    assert len(folder.messages(team.owner.email)) == 1
    assert gateway.stop() == 0


def test_what_is_said_of_is_set_by_owners_and_admins_with_its_version(post):
    team = new_team(post)
    shown = team.may(team.member, "GET", "/alerts")
    assert (shown["low_balance"], shown["budgets"]) == (None, False)
    assert team.ask(team.member, "PUT", "/alerts", {"budgets": True}).status == 403
    first = team.may(team.owner, "PUT", "/alerts", {"budgets": True, "version": shown["version"]})
    assert first["version"] == shown["version"] + 1
    assert team.may(team.owner, "PUT", "/alerts", {"budgets": True})["version"] == first["version"]
    assert refusal_of(team.ask(team.owner, "PUT", "/alerts", {"version": shown["version"]}))[0] == 412
    assert team.ask(team.owner, "PUT", "/alerts", {"low_balance": -1}).status == 400


def test_row_15_all_that_was_read_may_be_put_back(post):
    team = new_team(post)
    team.may(team.owner, "PUT", "/alerts", {"low_balance": 2, "budgets": True})
    whole = team.may(team.owner, "GET", "/alerts")
    assert team.may(team.owner, "PUT", "/alerts", whole) == whole
    answer = team.ask(team.owner, "PUT", "/alerts", whole | {"mail": False})
    assert answer.status == 403 and answer.error["param"] == "mail"
    assert team.may(team.owner, "PUT", "/alerts", whole | {"low_balance": 3})["low_balance"] == 3


def test_people_are_told_of_a_budget_of_nothing_that_refuses(post, folder):
    team = team_with(post, 5)
    team.may(team.admin, "PUT", "/alerts", {"budgets": True})
    key = new_key(team, team.member, limit=0)
    assert post.request("POST", "/v1/chat/completions", key=key, json=chat("tokens=5")).status == 402
    for email in (team.owner.email, team.member.email):
        content = folder.one(email).get_content()
        assert 'Key "web" has spent 0 USD of 0 USD: 100 %. It refused a request' in content


def test_without_mail_it_is_said_that_nobody_is_told(gateway):
    team = new_team(gateway)
    assert team.may(team.owner, "PUT", "/alerts", {"low_balance": 1})["mail"] is False
