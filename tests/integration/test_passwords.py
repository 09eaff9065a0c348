"""Passwords: changed, forgotten, chosen by people who are invited, and replaced from the host."""

import json
import re
import subprocess

import pytest

from support import processes
from support.browser import Browser, give_password, signed_in
from support.host_acts import admin
from support.mail import DropFolder, mail_config, token_in
from support.master_key import secrets_of
from support.people import new_team, refusal_of
from support.waiting import eventually

PASSWORD, NEXT = "correct horse battery", "a quite new password"


@pytest.fixture
def folder(tmp_path):
    return DropFolder(tmp_path / "mail")


@pytest.fixture
def own(start_gateway, tmp_path, folder):
    mail = mail_config({"drop_folder": str(folder.path)}, registration="open")
    return start_gateway(secrets=secrets_of(tmp_path), trusted_proxies=["127.0.0.1/32"], **mail)


@pytest.fixture
def ann(own):
    person = own.person()
    give_password(own, person, PASSWORD)
    return person


def change(browser, current=PASSWORD, password=NEXT):
    return browser.ask("PUT", "/api/me/password", {"current_password": current, "password": password})


def test_row_73_of_all_sessions_the_one_that_changes_the_password_stays(own, ann):
    browsers = [signed_in(own, ann, PASSWORD) for _ in range(3)]
    before, session = browsers[1].cookie, browsers[1].gets("GET", "/api/me")["session"]["id"]
    assert change(browsers[1]).json() == {"changed": True}
    assert [browser.is_signed_in() for browser in browsers] == [False, True, False]
    assert browsers[1].cookie != before, "with another secret"
    assert browsers[1].gets("GET", "/api/me")["session"]["id"] == session
    stolen = Browser(own)
    stolen.cookie = before
    assert not stolen.is_signed_in()
    assert Browser(own).sign_in(ann.email, PASSWORD).status == 401
    assert Browser(own).sign_in(ann.email, NEXT).status == 201


def test_row_73_by_a_token_or_the_host_none_stays(own, ann):
    browser = signed_in(own, ann, PASSWORD)
    body = {"current_password": PASSWORD, "password": NEXT}
    assert own.request("PUT", "/api/me/password", key=ann.token, json=body).status == 200
    assert not browser.is_signed_in()
    browser = signed_in(own, ann, NEXT)
    admin(own, "reset-password", ann.email)
    assert not browser.is_signed_in()


def test_the_current_password_is_needed_and_the_new_one_must_be_good(own, ann):
    browser = signed_in(own, ann, PASSWORD)
    wrong = change(browser, current="another horse battery")
    assert refusal_of(wrong) == (401, "invalid_credentials")
    assert change(browser, password="short").status == 400
    absent = browser.ask("PUT", "/api/me/password", {"password": NEXT})
    assert absent.status == 400
    assert browser.is_signed_in() and Browser(own).sign_in(ann.email, PASSWORD).status == 201


def test_a_forgotten_password_is_replaced_by_a_mailed_link(own, ann, folder):
    session = signed_in(own, ann, PASSWORD)
    browser = Browser(own)
    answer = browser.ask("POST", "/api/password-resets", {"email": ann.email.upper()})
    assert (answer.status, answer.json()) == (202, {"sent_to": ann.email})
    mail = folder.one(ann.email).get_content()
    token = re.search(r"https://gateway\.test/#/password\?token=(tg-person-\S+)", mail)[1]
    # A mail scanner opens what is in front of the #, which is never sent; a call that reads consumes nothing.
    for method in ("GET", "HEAD"):
        assert own.request(method, f"/api/password-resets/confirm?token={token}").status == 405
    assert session.is_signed_in()
    confirm = {"token": token, "password": NEXT}
    assert browser.ask("POST", "/api/password-resets/confirm", confirm).status == 200
    assert not session.is_signed_in()
    assert browser.sign_in(ann.email, NEXT).status == 201
    assert refusal_of(browser.ask("POST", "/api/password-resets/confirm", confirm)) == (404, "link_invalid")


def test_who_asks_for_a_link_does_not_learn_who_has_an_account(own, ann, folder):
    answers = [
        Browser(own).ask("POST", "/api/password-resets", {"email": email})
        for email in [ann.email] * 7 + ["nobody@people.test"]
    ]
    assert {answer.status for answer in answers} == {202}
    assert {len(answer.headers) for answer in answers} == {len(answers[0].headers)}
    eventually(lambda: folder.messages(ann.email))
    assert folder.messages("nobody@people.test") == []


def test_a_link_ends_with_the_address_that_it_went_to(own, ann, folder):
    Browser(own).ask("POST", "/api/password-resets", {"email": ann.email})
    token = re.search(r"token=(\S+)", folder.one(ann.email).get_content())[1]
    own.manage("PATCH", f"/api/users/{ann.id}", {"email": "other@people.test"})
    answer = Browser(own).ask("POST", "/api/password-resets/confirm", {"token": token, "password": NEXT})
    assert refusal_of(answer) == (404, "link_invalid")


def test_without_mail_nobody_is_mailed_a_link(start_gateway, tmp_path):
    own = start_gateway(secrets=secrets_of(tmp_path))
    answer = Browser(own).ask("POST", "/api/password-resets", {"email": "ann@people.test"})
    assert refusal_of(answer) == (409, "no_mail")


def test_who_is_invited_chooses_a_password(own, folder):
    team = new_team(own)
    team.may(team.owner, "POST", "/invitations", {"email": "new@people.test", "role": "member"})
    token = token_in(folder.one("new@people.test"))
    browser = Browser(own)
    accepted = browser.gets("POST", "/api/invitations/accept", {"token": token, "make_token": False})
    assert "personal_token" not in accepted
    chosen = {"token": accepted["password_token"], "password": PASSWORD}
    assert browser.ask("POST", "/api/password-resets/confirm", chosen).status == 200
    assert browser.sign_in("new@people.test", PASSWORD).status == 201
    assert browser.gets("GET", "/api/me/tokens")["data"] == []


# --- from the host


def test_the_host_replaces_a_password(own, ann):
    browser = signed_in(own, ann, PASSWORD)
    link = admin(own, "reset-password", ann.email)
    token = re.fullmatch(r"https://gateway\.test/#/password\?token=(\S+)", link)[1]
    assert not browser.is_signed_in() and browser.sign_in(ann.email, PASSWORD).status == 401
    assert browser.ask("POST", "/api/password-resets/confirm", {"token": token, "password": NEXT}).status == 200
    assert browser.sign_in(ann.email, NEXT).status == 201
    entries = own.manage("GET", "/api/audit?limit=200")["data"]
    [entry] = [one for one in entries if one["action"] == "host.reset_password"]
    assert (entry["actor"], entry["via"]) == ("local", "command")


def test_the_host_signs_a_person_in_once(own, ann):
    token = admin(own, "login-link", ann.id).rpartition("token=")[2]
    browser = Browser(own)
    confirm = {"token": token, "password": NEXT}
    assert refusal_of(browser.ask("POST", "/api/password-resets/confirm", confirm)) == (404, "link_invalid")
    signed = browser.gets("POST", "/api/sessions", {"link_token": token})
    assert signed["user"]["id"] == ann.id and signed["session"]["proofs"] == ["link"]
    assert browser.is_signed_in()
    assert refusal_of(Browser(own).ask("POST", "/api/sessions", {"link_token": token})) == (404, "link_invalid")


def test_a_link_for_a_password_signs_nobody_in(own, ann):
    token = admin(own, "reset-password", ann.email).rpartition("token=")[2]
    answer = Browser(own).ask("POST", "/api/sessions", {"link_token": token})
    assert refusal_of(answer) == (404, "link_invalid")


def test_the_host_s_commands_work_on_a_stopped_gateway_too(own, ann):
    assert own.stop() == 0
    printed = admin(own, "login-link", ann.email, "--base-url", "https://x.test")
    assert printed.startswith("https://x.test/#/sign-in?token=")
    setup = admin(own, "setup-link").rpartition("token=")[2]
    own.start()
    browser = Browser(own)
    assert browser.ask("POST", "/api/sessions", {"link_token": printed.rpartition("=")[2]}).status == 201
    body = {"token": setup, "email": "ops@people.test", "name": "Ops", "password": PASSWORD}
    old = body | {"token": own.setup_token}
    assert refusal_of(Browser(own).ask("POST", "/api/setup", old)) == (404, "setup_invalid")
    assert Browser(own).ask("POST", "/api/setup", body).status == 201


def test_the_host_makes_an_operator(own, ann):
    browser = signed_in(own, ann, PASSWORD)
    assert browser.ask("GET", "/api/users").status == 403
    assert admin(own, "make-operator", ann.email) == f"{ann.email} operates this gateway"
    assert browser.ask("GET", "/api/users").status == 200


def test_the_host_s_commands_say_what_is_wrong(own, tmp_path):
    assert "there is no such person" in admin(own, "reset-password", "nobody@people.test", expect=1)
    command = [processes.GATEWAY, "admin", "setup-link", "--data-dir", tmp_path / "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "has no data" in done.stderr


def test_the_host_s_socket_is_its_owner_s_alone_and_outlives_a_kill(own, ann):
    socket = own.data_dir / "admin.sock"
    assert socket.stat().st_mode & 0o777 == 0o600
    own.kill()
    assert socket.exists()
    own.start()
    assert admin(own, "login-link", ann.email)
    assert own.stop() == 0 and not socket.exists()
