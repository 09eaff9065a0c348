"""One-time codes and recovery codes beside a password, and organizations that demand a second factor of their owners.
The authenticator app is oathtool."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.browser import Browser, give_password, signed_in, wait_for_old_proof
from support.host_acts import admin
from support.mail import DropFolder, mail_config
from support.master_key import secrets_of
from support.one_time_codes import AuthenticatorApp
from support.people import new_team, refusal_of
from support.processes import Gateway

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return DropFolder(tmp_path_factory.mktemp("mail"))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers, folder):
    directory = tmp_path_factory.mktemp("factors")
    sections = mail_config({"drop_folder": str(folder.path)}, public_url="https://gate.test/deep")
    running = Gateway(
        directory, providers, workers=2, secrets=secrets_of(directory), trusted_proxies=["127.0.0.1/32"], **sections
    )
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def ann(gateway):
    person = gateway.person()
    give_password(gateway, person, PASSWORD)
    return person


def enrol(browser):
    """An app that is set up, and the recovery codes that come with it."""
    app = AuthenticatorApp(browser.gets("POST", "/api/me/totp")["secret"])
    codes = browser.gets("POST", "/api/me/totp/confirm", {"code": app.next_code()})["recovery_codes"]
    return app, codes


@pytest.fixture
def enrolled(gateway, ann):
    """A browser that is signed in, the app and the recovery codes."""
    browser = signed_in(gateway, ann, PASSWORD)
    return (browser, *enrol(browser))


# --- beside other ways


def test_the_host_lets_in_who_has_lost_every_factor(gateway, ann, enrolled):
    assert refusal_of(Browser(gateway).sign_in(ann.email, PASSWORD))[1] == "second_factor_required"
    assert admin(gateway, "disable-2fa", ann.email) == f"{ann.email} signs in without a second factor"
    browser = Browser(gateway)
    assert browser.sign_in(ann.email, PASSWORD).status == 201
    factors = browser.gets("GET", "/api/me/second-factors")
    assert (factors["totp"], factors["recovery_codes"]) == (None, None)
    assert browser.gets("GET", "/api/me")["user"]["second_factor_since"] is None


def test_a_password_alone_proves_nothing_of_who_has_a_second_factor(start_gateway, tmp_path):
    """Whoever has stolen a session and knows the password does not come to the factors by changing it."""
    config = mail_config({"drop_folder": str(tmp_path / "mail")}, step_up_lifetime_ms=3000)
    gateway = start_gateway(secrets=secrets_of(tmp_path), **config)
    person = gateway.person()
    browser = signed_in(gateway, person, give_password(gateway, person, PASSWORD))
    app, codes = enrol(browser)
    body = {"current_password": PASSWORD, "password": "another horse battery"}

    wait_for_old_proof(browser)
    assert refusal_of(browser.ask("PUT", "/api/me/password", body)) == (403, "step_up_required")
    proved = browser.gets("GET", "/api/me")["session"]["proved_at"]
    assert browser.ask("POST", "/api/sessions/current/step-up", {"recovery_code": codes[0]}).status == 200
    stepped_up = browser.gets("GET", "/api/me")["session"]["proved_at"]
    assert stepped_up > proved
    assert browser.ask("PUT", "/api/me/password", body).status == 200
    assert browser.gets("GET", "/api/me")["session"]["proved_at"] == stepped_up


# --- the app


def test_an_app_is_set_up_by_a_code_of_it(gateway, ann, folder):
    browser = signed_in(gateway, ann, PASSWORD)
    assert browser.gets("GET", "/api/me/second-factors")["totp"] is None
    setup = browser.gets("POST", "/api/me/totp")
    assert re.fullmatch(r"[A-Z2-7]{32}", setup["secret"])
    assert setup["otpauth_url"].startswith("otpauth://totp/Tollgate%20gate.test:" + ann.email.replace("@", "%40"))
    assert f"secret={setup['secret']}" in setup["otpauth_url"]
    app = AuthenticatorApp(setup["secret"])
    wrong = browser.ask("POST", "/api/me/totp/confirm", {"code": app.wrong_code()})
    assert refusal_of(wrong) == (400, "code_invalid")
    assert Browser(gateway).sign_in(ann.email, PASSWORD).status == 201, "until then a password is enough"
    codes = browser.gets("POST", "/api/me/totp/confirm", {"code": app.next_code()})["recovery_codes"]
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}", code) for code in codes)
    factors = browser.gets("GET", "/api/me/second-factors")
    assert factors["totp"]["since"] and factors["recovery_codes"]["left"] == 10
    assert "authenticator app was set up" in folder.one(ann.email).get_content()


def test_a_password_alone_lets_nobody_in_any_more(gateway, ann, enrolled):
    _, app, _ = enrolled
    other = Browser(gateway)
    refused = other.sign_in(ann.email, PASSWORD)
    assert refused.status == 401 and refused.error["code"] == "second_factor_required"
    assert refused.error["factors"] == ["totp", "recovery_code"] and other.cookie is None
    assert refusal_of(other.sign_in(ann.email, "another password")) == (401, "invalid_credentials")
    wrong = other.sign_in(ann.email, PASSWORD, code=app.wrong_code())
    assert refusal_of(wrong) == (401, "code_invalid") and wrong.error["code"] == "invalid_credentials"
    answer = other.sign_in(ann.email, PASSWORD, code=app.next_code())
    assert answer.status == 201 and answer.json()["session"]["proofs"] == ["password", "totp"]


def test_a_right_code_with_a_wrong_password_is_a_wrong_password(gateway, ann, enrolled):
    _, app, codes = enrolled
    for factor in ({"code": app.next_code()}, {"recovery_code": codes[0]}):
        answer = Browser(gateway).sign_in(ann.email, "another password", **factor)
        assert refusal_of(answer) == (401, "invalid_credentials")
    assert Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=codes[0]).status == 201, "nor is it used up"


def test_a_code_counts_once(gateway, ann, enrolled):
    _, app, _ = enrolled
    again = Browser(gateway).sign_in(ann.email, PASSWORD, code=app.last_code())
    assert refusal_of(again) == (401, "code_invalid"), "the one that set the app up is used"
    code = app.next_code()
    assert Browser(gateway).sign_in(ann.email, PASSWORD, code=code).status == 201
    assert refusal_of(Browser(gateway).sign_in(ann.email, PASSWORD, code=code)) == (401, "code_invalid")


@pytest.mark.parametrize("factor", ["code", "recovery_code"])
def test_of_many_at_once_one_gets_in_by_a_code(gateway, ann, enrolled, factor):
    _, app, codes = enrolled
    shown = {factor: app.next_code() if factor == "code" else codes[3]}
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: Browser(gateway).sign_in(ann.email, PASSWORD, **shown), range(5)))
    assert sorted(answer.status for answer in answers) == [201] + [401] * 4


def test_a_code_outlives_no_restart(start_gateway, tmp_path):
    own = start_gateway(secrets=secrets_of(tmp_path))
    person = own.person()
    give_password(own, person, PASSWORD)
    app, _ = enrol(signed_in(own, person, PASSWORD))
    code = app.next_code()
    assert Browser(own).sign_in(person.email, PASSWORD, code=code).status == 201
    own.kill()
    own.start()
    assert refusal_of(Browser(own).sign_in(person.email, PASSWORD, code=code)) == (401, "code_invalid")
    assert Browser(own).sign_in(person.email, PASSWORD, code=app.next_code()).status == 201


def test_nothing_of_it_is_stored_or_logged(gateway, ann, enrolled):
    browser, app, codes = enrolled
    assert Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=codes[1]).status == 201
    stored = b"".join(path.read_bytes() for path in gateway.data_dir.rglob("*") if path.is_file())
    logged = (gateway.log_file.read_text() + gateway.access_log.read_text()).encode()
    audit = browser.gateway.request("GET", "/api/audit?limit=200", key=gateway.root_key).text.encode()
    assert ann.id.encode() in stored and ann.id.encode() in audit
    for secret in (app.secret, app.last_code() + '"', codes[0], codes[1], codes[1].replace("-", "")):
        for place in (stored, logged, audit):
            assert secret.encode() not in place


def test_guesses_make_the_next_one_wait(gateway, ann, enrolled):
    _, app, _ = enrolled
    statuses = [
        Browser(gateway, address=f"10.7.{number}.1").sign_in(ann.email, PASSWORD, code=app.wrong_code()).status
        for number in range(7)
    ]
    assert statuses == [401] * 6 + [429]


def test_one_factor_is_shown_at_a_time(gateway, ann, enrolled):
    _, app, codes = enrolled
    both = Browser(gateway).sign_in(ann.email, PASSWORD, code=app.next_code(), recovery_code=codes[0])
    assert both.status == 400 and both.error["param"] == "recovery_code"


def test_a_token_changes_no_second_factor(gateway, ann, enrolled):
    for method, path, body in (
        ("POST", "/api/me/totp", None),
        ("POST", "/api/me/totp/confirm", {"code": "123456"}),
        ("DELETE", "/api/me/totp", None),
        ("POST", "/api/me/recovery-codes", None),
    ):
        answer = gateway.request(method, path, key=ann.token, json=body)
        assert refusal_of(answer) == (409, "not_a_session"), path


# --- recovery codes


def test_row_75_who_lost_the_app_gets_in_by_a_recovery_code_and_replaces_it(gateway, ann, enrolled, folder):
    _, lost, codes = enrolled
    browser = Browser(gateway)
    answer = browser.sign_in(ann.email, PASSWORD, recovery_code=codes[0].lower().replace("-", " "))
    assert answer.status == 201 and answer.json()["recovery_codes_left"] == 9
    assert "9 are left" in folder.one(ann.email, 2).get_content()
    assert refusal_of(Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=codes[0])) == (401, "code_invalid")
    found = AuthenticatorApp(browser.gets("POST", "/api/me/totp")["secret"])
    confirmed = browser.gets("POST", "/api/me/totp/confirm", {"code": found.next_code()})
    assert confirmed["recovery_codes"] is None, "those that are left stay"
    assert Browser(gateway).sign_in(ann.email, PASSWORD, code=lost.next_code()).status == 401
    assert Browser(gateway).sign_in(ann.email, PASSWORD, code=found.next_code()).status == 201


def test_row_75_who_lost_the_app_may_also_just_remove_it(gateway, ann, enrolled):
    _, _, codes = enrolled
    browser = Browser(gateway)
    assert browser.sign_in(ann.email, PASSWORD, recovery_code=codes[0]).status == 201
    browser.gets("DELETE", "/api/me/totp")
    assert browser.ask("DELETE", "/api/me/totp").status == 404
    assert Browser(gateway).sign_in(ann.email, PASSWORD).status == 201
    factors = browser.gets("GET", "/api/me/second-factors")
    assert factors["totp"] is None and factors["recovery_codes"] is None
    assert Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=codes[1]).status == 401


def test_row_75_the_last_recovery_code_comes_with_a_warning(gateway, ann, enrolled, folder):
    _, _, codes = enrolled
    left = []
    for code in codes:
        answer = Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=code)
        left.append(answer.json()["recovery_codes_left"])
    assert left == list(range(9, -1, -1))
    refused = Browser(gateway).sign_in(ann.email, PASSWORD)
    assert refused.error["factors"] == ["totp"]


def test_new_recovery_codes_end_the_old_ones(gateway, ann, enrolled):
    browser, _, old = enrolled
    new = browser.gets("POST", "/api/me/recovery-codes")["recovery_codes"]
    assert len(set(new) | set(old)) == 20
    assert Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=old[0]).status == 401
    assert Browser(gateway).sign_in(ann.email, PASSWORD, recovery_code=new[0]).status == 201


def test_without_a_second_factor_there_is_nothing_to_recover(gateway, ann):
    answer = signed_in(gateway, ann, PASSWORD).ask("POST", "/api/me/recovery-codes")
    assert refusal_of(answer) == (409, "no_second_factor")


# --- proving again


def test_row_74_a_session_that_was_proven_long_ago_changes_no_factor(start_gateway, tmp_path):
    own = start_gateway(
        secrets=secrets_of(tmp_path), accounts={"public_url": "https://gate.test", "step_up_lifetime_ms": 5000}
    )
    person = own.person()
    give_password(own, person, PASSWORD)
    browser = signed_in(own, person, PASSWORD)
    app, _ = enrol(browser)
    wait_for_old_proof(browser)
    passkey = "/api/me/passkeys/" + "0" * 64
    for method, path, body in (
        ("POST", "/api/me/totp", None),
        ("POST", "/api/me/totp/confirm", {"code": app.next_code()}),
        ("DELETE", "/api/me/totp", None),
        ("POST", "/api/me/recovery-codes", None),
        ("POST", "/api/me/passkeys/options", None),
        ("DELETE", passkey, None),
    ):
        assert refusal_of(browser.ask(method, path, body)) == (403, "step_up_required"), path
    assert browser.gets("GET", "/api/me/second-factors")["totp"], "what only looks goes on"
    browser.gets("POST", "/api/sessions/current/step-up", {"code": app.next_code()})
    assert len(browser.gets("POST", "/api/me/recovery-codes")["recovery_codes"]) == 10


def test_row_74_who_has_a_second_factor_proves_himself_again_by_it(gateway, ann, enrolled):
    browser, app, codes = enrolled
    by_password = browser.ask("POST", "/api/sessions/current/step-up", {"password": PASSWORD})
    assert by_password.status == 401 and by_password.error["code"] == "second_factor_required"
    assert by_password.error["factors"] == ["totp", "recovery_code"]
    wrong = browser.ask("POST", "/api/sessions/current/step-up", {"code": app.wrong_code()})
    assert refusal_of(wrong) == (401, "code_invalid")
    renewed = browser.gets("POST", "/api/sessions/current/step-up", {"code": app.next_code()})
    assert renewed["session"]["proofs"] == ["password", "totp"]
    by_recovery = browser.gets("POST", "/api/sessions/current/step-up", {"recovery_code": codes[0]})
    assert "recovery_code" in by_recovery["session"]["proofs"]


# --- the operator, and the end


def test_a_deleted_person_s_factors_are_gone(gateway, ann, enrolled):
    gateway.manage("DELETE", f"/api/users/{ann.id}")
    again = gateway.person(ann.email)
    give_password(gateway, again, PASSWORD)
    assert Browser(gateway).sign_in(ann.email, PASSWORD).status == 201


# --- organizations that demand it of their owners


@pytest.fixture
def team(gateway):
    made = new_team(gateway)
    for person in (made.owner, made.admin, made.member):
        give_password(gateway, person, PASSWORD)
    return made


def test_an_owner_without_one_may_do_nothing_as_owner_until_he_has_it(gateway, team):
    browser = signed_in(gateway, team.owner, PASSWORD)
    gateway.manage("PUT", f"{team.path}/security", {"owners_need_second_factor": True})
    for caller in ("session", "token"):
        ask = browser.ask if caller == "session" else lambda *call: team.ask(team.owner, call[0], call[1][len(team.path):], *call[2:])
        refused = ask("PATCH", team.path, {"name": "Renamed"})
        assert refusal_of(refused) == (403, "second_factor_needed"), caller
        assert ask("GET", f"{team.path}/members").status == 200, "what a member may, he may"
    assert browser.gets("GET", "/api/me/second-factors")["required_by"] == [team.organization]
    mine = browser.gets("GET", f"{team.path}/me")
    assert mine["role"] == "owner" and mine["permissions"] == team.ask(team.member, "GET", "/me").json()["permissions"]
    assert team.ask(team.admin, "GET", "/audit").status == 200, "admins go on"
    enrol(browser)
    assert "delete_organization" in browser.gets("GET", f"{team.path}/me")["permissions"]
    assert browser.ask("PATCH", team.path, {"name": "Renamed"}).status == 200
    assert team.ask(team.owner, "PATCH", "", {"name": "Renamed again"}).status == 200
    browser.gets("DELETE", "/api/me/totp")
    assert refusal_of(team.ask(team.owner, "PATCH", "", {"name": "Once more"})) == (403, "second_factor_needed")


def test_owners_demand_it_when_they_have_it_themselves(gateway, team):
    browser = signed_in(gateway, team.owner, PASSWORD)
    shown = browser.gets("GET", f"{team.path}/security")
    assert shown["owners_need_second_factor"] is False
    demand = {"owners_need_second_factor": True}
    assert refusal_of(browser.ask("PUT", f"{team.path}/security", demand)) == (409, "second_factor_needed")
    enrol(browser)
    assert browser.gets("PUT", f"{team.path}/security", demand)["owners_need_second_factor"] is True
    assert team.ask(team.admin, "PUT", "/security", {"owners_need_second_factor": False}).status == 403
    assert team.ask(team.member, "GET", "/security").json()["owners_need_second_factor"] is True
