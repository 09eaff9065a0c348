"""People who sign in from a browser: the session's life, where it counts, and who may not use it."""

import json
import re
import statistics
import time

import pytest

from support.browser import COOKIE, SAME_ORIGIN, Browser, give_password, password_token, signed_in
from support.http_client import RawConnection, request_bytes
from support.master_key import secrets_of
from support.people import new_team, refusal_of
from support.waiting import eventually

PASSWORD = "correct horse battery"
ORIGIN = "https://gate.test"


@pytest.fixture(scope="module")
def gateway(module_gateway):
    return module_gateway


@pytest.fixture(scope="module")
def module_gateway(tmp_path_factory, providers):
    from support.processes import Gateway

    directory = tmp_path_factory.mktemp("sessions")
    accounts = {"public_url": f"{ORIGIN}/deep/gate", "most_sessions": 5}
    proxies = ["127.0.0.1/32"]  # so that each test may come from a network of its own
    running = Gateway(
        directory, providers, workers=2, secrets=secrets_of(directory), accounts=accounts, trusted_proxies=proxies
    )
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def ann(gateway):
    person = gateway.person()
    give_password(gateway, person, PASSWORD)
    return person


def test_a_person_signs_in_and_is_who_the_management_api_says(gateway, ann):
    browser = Browser(gateway, agent="Firefox/140")
    answer = browser.sign_in(f"  {ann.email.upper()} ", PASSWORD)
    assert answer.status == 201 and answer.json()["user"]["id"] == ann.id
    session = answer.json()["session"]
    assert session["current"] is True and session["proofs"] == ["password"]
    assert (session["address"], session["user_agent"]) == (browser.address, "Firefox/140")
    assert re.fullmatch(r"tg-session-[0-9A-Za-z]{49}", browser.cookie)
    me = browser.gets("GET", "/api/me")
    assert me["user"]["id"] == ann.id and me["token"] is None and me["session"]["id"] == session["id"]
    made = browser.gets("POST", "/api/organizations", {"name": "By session"})
    entries = gateway.manage("GET", f"/api/organizations/{made['id']}/audit")["data"]
    assert entries[-1]["actor"] == f"user:{ann.id}" and entries[-1]["via"] == f"session:{session['id']}"


def test_the_cookie_is_not_what_is_stored(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    stored = b"".join(path.read_bytes() for path in gateway.data_dir.rglob("*") if path.is_file())
    assert ann.id.encode() in stored
    for secret in (browser.cookie, browser.cookie.removeprefix("tg-session-"), PASSWORD, "$argon2id$"):
        assert secret.encode() not in stored
    assert browser.cookie not in gateway.log_file.read_text() + gateway.access_log.read_text()


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/api/v1/key", "/api/v1/keys"])
def test_a_session_counts_nowhere_but_in_the_management_api(gateway, ann, path):
    browser = signed_in(gateway, ann, PASSWORD)
    chat = {"model": "test/chat", "messages": [{"role": "user", "content": "hi"}]}
    method, body = ("POST", chat) if path.endswith("completions") else ("GET", None)
    answer = browser.ask(method, path, body)
    assert answer.status == 401 and answer.error["message"].startswith("no API key")
    assert gateway.request(method, path, key=browser.cookie, json=body).status == 401, "nor as a key"


def test_a_session_as_a_bearer_is_nobody(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    assert gateway.request("GET", "/api/me", key=browser.cookie).status == 401


def test_a_key_beside_a_cookie_is_who_calls(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    other = gateway.person()
    me = gateway.request(
        "GET", "/api/me", key=other.token, headers={"Cookie": f"{COOKIE}={browser.cookie}", **SAME_ORIGIN}
    ).json()
    assert me["user"]["id"] == other.id and me["session"] is None


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(gateway, ann):
    answers = [
        Browser(gateway).sign_in(email, password)
        for email, password in (
            (ann.email, "another horse battery"),
            ("nobody@people.test", PASSWORD),
            ("no address", PASSWORD),
            (gateway.person().email, PASSWORD),  # who has no password
            (ann.email, "x" * 256),
        )
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({json.dumps(answer.error, sort_keys=True, default=str) for answer in answers}) == 1
    assert answers[0].error["code"] == "invalid_credentials"
    assert all(answer.header("set-cookie") is None for answer in answers)


def test_a_wrong_password_and_an_unknown_address_take_the_same_time(gateway):
    def median_s(email_of):
        times = []
        for _ in range(12):
            email = email_of()
            begun = time.monotonic()
            answer = Browser(gateway).sign_in(email, "wrong password")
            times.append(time.monotonic() - begun)
            assert answer.status == 401
        return statistics.median(times)

    def known():
        person = gateway.person()
        give_password(gateway, person, PASSWORD)
        return person.email

    of_known = median_s(known)
    of_unknown = median_s(lambda: f"{time.monotonic_ns()}@people.test")
    assert of_unknown > 0.005, "it hashes"
    assert of_known / 3 < of_unknown < of_known * 3


def test_only_who_has_the_password_learns_that_he_is_suspended(gateway, ann):
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert refusal_of(Browser(gateway).sign_in(ann.email, PASSWORD)) == (403, "account_suspended")
    assert refusal_of(Browser(gateway).sign_in(ann.email, "another horse")) == (401, "invalid_credentials")


# --- the life of a session


def test_signing_out_ends_the_session_and_not_only_the_cookie(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    stolen = Browser(gateway)
    stolen.cookie = browser.cookie
    assert stolen.is_signed_in()
    assert browser.gets("DELETE", "/api/sessions/current") == {"signed_out": True}
    assert browser.cookie is None
    answer = stolen.ask("GET", "/api/me")
    assert (answer.status, answer.error["code"]) == (401, "session_ended")


def test_signing_out_works_in_any_state(gateway, ann):
    browser = Browser(gateway)
    assert browser.gets("DELETE", "/api/sessions/current") == {"signed_out": False}
    browser.cookie = "tg-session-nonsense"
    assert browser.gets("DELETE", "/api/sessions/current") == {"signed_out": False}
    assert browser.cookie is None
    browser = signed_in(gateway, ann, PASSWORD)
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert not browser.is_signed_in()
    assert browser.gets("DELETE", "/api/sessions/current") == {"signed_out": True}


def test_a_session_that_is_put_on_somebody_is_not_the_one_that_he_signs_in_with(gateway, ann):
    """Session fixation: what was there before is never what counts afterwards."""
    other = gateway.person()
    attacker = signed_in(gateway, other)
    for planted in (attacker.cookie, "tg-session-" + "0" * 49):
        victim = Browser(gateway)
        victim.cookie = planted
        assert victim.sign_in(ann.email, PASSWORD).status == 201
        assert victim.cookie != planted
        thief = Browser(gateway)
        thief.cookie = planted
        assert not thief.is_signed_in()
        assert victim.gets("GET", "/api/me")["user"]["id"] == ann.id


def test_a_stale_cookie_does_not_keep_anybody_from_signing_in(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    gateway.request("DELETE", f"/api/me/sessions/{browser.gets('GET', '/api/me')['session']['id']}", key=ann.token)
    assert not browser.is_signed_in()
    assert browser.sign_in(ann.email, PASSWORD).status == 201 and browser.is_signed_in()


def test_proving_again_gives_the_session_another_secret_and_keeps_it_the_same(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    before, session = browser.cookie, browser.gets("GET", "/api/me")["session"]
    assert browser.ask("POST", "/api/sessions/current/step-up", {"password": "wrong password"}).status == 401
    assert browser.cookie == before
    renewed = browser.gets("POST", "/api/sessions/current/step-up", {"password": PASSWORD})["session"]
    assert browser.cookie != before and browser.is_signed_in()
    assert renewed["id"] == session["id"] and renewed["proved_at"] > session["proved_at"] and renewed["current"]
    old = Browser(gateway)
    old.cookie = before
    assert not old.is_signed_in()


def test_a_token_cannot_step_up(gateway, ann):
    answer = gateway.request("POST", "/api/sessions/current/step-up", key=ann.token, json={"password": PASSWORD})
    assert refusal_of(answer) == (409, "not_a_session")


def test_sessions_are_listed_and_ended_by_their_person_alone(gateway, ann):
    first, second = (signed_in(gateway, ann, PASSWORD) for _ in range(2))
    listed = first.gets("GET", "/api/me/sessions")["data"]
    assert [one["current"] for one in listed] == [True, False]
    other = signed_in(gateway, gateway.person())
    path = f"/api/me/sessions/{listed[1]['id']}"
    assert other.ask("DELETE", path).status == 404 and second.is_signed_in()
    assert first.ask("DELETE", path).status == 200
    assert not second.is_signed_in() and first.is_signed_in()
    assert first.ask("DELETE", path).status == 404
    assert first.ask("DELETE", "/api/me/sessions/nonsense").status == 404
    assert first.ask("DELETE", f"/api/me/sessions/{listed[0]['id']}").status == 200
    assert first.cookie is None


def test_the_session_that_was_used_least_lately_makes_room(gateway, ann):
    browsers = [signed_in(gateway, ann, PASSWORD) for _ in range(5)]
    time.sleep(0.01)
    assert browsers[0].is_signed_in()
    signed_in(gateway, ann, PASSWORD)
    assert [browser.is_signed_in() for browser in browsers] == [True, False, True, True, True]


def test_a_suspended_person_s_session_waits_and_a_deleted_one_s_ends(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert not browser.is_signed_in()
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "active"})
    assert browser.is_signed_in()
    gateway.manage("DELETE", f"/api/users/{ann.id}")
    assert not browser.is_signed_in()
    assert refusal_of(Browser(gateway).sign_in(ann.email, PASSWORD)) == (401, "invalid_credentials")


def test_sessions_and_their_last_use_outlive_a_restart(start_gateway, tmp_path):
    accounts = {"session_idle_timeout_ms": 60_000}
    own = start_gateway(secrets=secrets_of(tmp_path), accounts=accounts)
    person = own.person()
    browser = signed_in(own, person)
    time.sleep(0.05)
    used = browser.gets("GET", "/api/me")["session"]["last_used_at"]
    assert own.stop() == 0
    own.start()
    [session] = own.request("GET", "/api/me/sessions", key=person.token).json()["data"]
    assert session["last_used_at"] == used
    assert browser.is_signed_in()


# --- other sites


def changing_routes(gateway):
    """Of the management API, from its document: method, path with something in each parameter, guard."""
    document = json.loads(gateway.request("GET", "/api/openapi.json").text)
    for template, methods in document["paths"].items():
        path = re.sub(r"\{\w+\}", "0191e0c8-0000-7000-8000-000000000000", template)
        for method, operation in methods.items():
            if method != "get" and path.startswith("/api/") and not path.startswith("/api/v1/"):
                yield method.upper(), path, operation["x-tollgate-guard"]


FOREIGN = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"},
    "another site's words with our origin": {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    "a sub-domain": {"Sec-Fetch-Site": "same-site", "Origin": "https://www.gate.test"},
    "an address typed in": {"Sec-Fetch-Site": "none"},
    "an old browser's other site": {"Origin": "https://evil.test"},
    "no origin": {"Origin": "null"},
    "nothing said": {},
    "another port": {"Origin": "https://gate.test:8443"},
    "another scheme": {"Origin": "http://gate.test"},
    "the origin's beginning": {"Origin": "https://gate.test.evil.test"},
    "a form": {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"},
    "plain text": {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"},
    "a part of a form": {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"},
    "a method in the head": {"Origin": "https://evil.test", "X-HTTP-Method-Override": "GET"},
}


@pytest.mark.parametrize("said", FOREIGN)
def test_row_82_no_other_site_s_page_changes_anything_by_a_visitor_s_cookie(gateway, ann, said):
    browser = signed_in(gateway, ann, PASSWORD)
    before = gateway.manage("GET", "/api/audit?limit=1")["data"]
    routes = list(changing_routes(gateway))
    assert len(routes) > 80 and ("DELETE", "/api/sessions/current", "page") in routes
    for method, path, _ in routes:
        answer = browser.ask(method, path, body=b'{"email":"a@b.test"}', headers=FOREIGN[said])
        assert (answer.status, answer.error["code"]) == (403, "cross_site"), (method, path, answer.body)
    assert browser.is_signed_in()
    assert gateway.manage("GET", "/api/audit?limit=1")["data"] == before


@pytest.mark.parametrize("said", FOREIGN)
def test_row_82_nor_does_it_sign_a_visitor_in_who_has_no_cookie(gateway, ann, said):
    """Else he would work in an account that is somebody else's."""
    for method, path, guard in changing_routes(gateway):
        if guard != "page":
            continue
        body = json.dumps({"email": ann.email, "password": PASSWORD}).encode()
        answer = Browser(gateway).ask(method, path, body=body, headers=FOREIGN[said])
        assert (answer.status, answer.error["code"]) == (403, "cross_site"), (method, path)
        assert answer.header("set-cookie") is None


def test_an_old_browser_s_page_of_the_public_url_may_call(gateway, ann):
    browser = Browser(gateway)
    origin = {"Origin": ORIGIN}
    body = {"email": ann.email, "password": PASSWORD}
    assert browser.ask("POST", "/api/sessions", body, headers=origin).status == 201
    assert browser.ask("PATCH", "/api/me", {"name": "Ann"}, headers=origin).status == 200
    assert browser.ask("DELETE", "/api/sessions/current", headers=origin).status == 200


def test_the_refusal_comes_before_the_body_is_read(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    with RawConnection(gateway.data) as connection:
        head = {"Cookie": f"{COOKIE}={browser.cookie}", "Content-Length": "100000", "Expect": "100-continue"}
        connection.send(request_bytes("PATCH", "/api/me", headers=head))
        assert connection.read_answer().status == 403


def test_a_call_by_a_key_is_no_browser_s_and_needs_no_origin(gateway, ann):
    assert gateway.request("PATCH", "/api/me", key=ann.token, json={"name": "Ann"}).status == 200


# --- passwords by a link


def test_a_link_sets_one_password_once(gateway):
    person = gateway.person()
    body = {"token": password_token(gateway, person), "password": PASSWORD}
    browser = Browser(gateway)
    short = browser.ask("POST", "/api/password-resets/confirm", body | {"password": "eleven chars"[:11]})
    assert short.status == 400 and "12" in short.error["message"]
    assert browser.ask("POST", "/api/password-resets/confirm", body).json() == {"changed": True}
    assert browser.cookie is None, "nobody is signed in by it"
    again = browser.ask("POST", "/api/password-resets/confirm", body | {"password": "another horse"})
    assert refusal_of(again) == (404, "link_invalid")
    assert browser.sign_in(person.email, PASSWORD).status == 201
    user = gateway.manage("GET", f"/api/users/{person.id}")
    assert user["password_set_at"] is not None
    assert gateway.request("GET", "/api/users", key=person.token).status == 403


def test_row_71_a_link_is_for_its_person_whatever_else_is_said(gateway, ann):
    bob = gateway.person()
    token = password_token(gateway, ann)
    browser = signed_in(gateway, bob)
    body = {"token": token, "password": "a new password of Ann"}
    for other in ({"email": bob.email}, {"user_id": bob.id}, {"user": bob.id}):
        answer = browser.ask("POST", "/api/password-resets/confirm", body | other)
        assert answer.status == 400, "a field that says whose it is"
    forged = token.replace(ann.id, bob.id)
    assert refusal_of(browser.ask("POST", "/api/password-resets/confirm", body | {"token": forged})) == (
        404,
        "link_invalid",
    )
    assert browser.ask("POST", f"/api/password-resets/confirm?user_id={bob.id}", body).status == 200
    assert Browser(gateway).sign_in(bob.email, "a new password of Ann").status == 401
    assert Browser(gateway).sign_in(ann.email, "a new password of Ann").status == 201


def test_a_later_link_ends_the_earlier_one(gateway, ann):
    first, second = (password_token(gateway, ann) for _ in range(2))
    browser = Browser(gateway)
    for token, status in ((first, 404), (second, 200)):
        body = {"token": token, "password": "a quite new password"}
        assert browser.ask("POST", "/api/password-resets/confirm", body).status == status


def test_a_password_that_is_set_by_a_link_ends_every_session(gateway, ann):
    browsers = [signed_in(gateway, ann, PASSWORD) for _ in range(2)]
    give_password(gateway, ann, "a quite new password")
    assert not any(browser.is_signed_in() for browser in browsers)


def test_without_a_master_key_there_are_no_passwords(start_gateway):
    own = start_gateway()
    person = own.person()
    body = {"token": password_token(own, person), "password": PASSWORD}
    answer = Browser(own).ask("POST", "/api/password-resets/confirm", body)
    assert refusal_of(answer) == (409, "no_master_key")


# --- guessing


def wrong(gateway, email, address):
    return Browser(gateway, address=address).sign_in(email, "wrong password")


def test_each_failure_for_an_account_makes_the_next_try_wait_longer(gateway, ann):
    answers = [wrong(gateway, ann.email, f"10.1.{number}.1") for number in range(7)]
    assert [answer.status for answer in answers] == [401] * 6 + [429]
    waits = int(answers[6].header("retry-after"))
    assert waits == 1
    assert Browser(gateway).sign_in(ann.email, PASSWORD).status == 429, "nor does the right one go through meanwhile"
    time.sleep(1.1)
    assert wrong(gateway, ann.email, "10.1.100.1").status == 401
    longer = wrong(gateway, ann.email, "10.1.101.1")
    assert longer.status == 429 and int(longer.header("retry-after")) == 2


def test_nobody_is_locked_out_where_he_is_known(gateway, ann):
    home = Browser(gateway)
    assert home.sign_in(ann.email, PASSWORD).status == 201
    while wrong(gateway, ann.email, "10.3.0.1").status != 429:
        pass
    neighbour = Browser(gateway, address=home.address[:-1] + "9")
    assert neighbour.sign_in(ann.email, PASSWORD).status == 201


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db8:0:7{low:02x}::{low:x}" for low in range(32)],
        ["::ffff:10.9.8.7", "10.9.8.8", "::FFFF:10.9.8.9", "0:0:0:0:0:ffff:a09:80a"] * 8,
        [f"1.2.3.4, 6.6.6.{low}, 10.9.7.{low}" for low in range(32)],
    ],
    ids=["one /56", "one /24 in several spellings", "forged before the last proxy"],
)
def test_row_72_many_addresses_of_one_network_are_one(gateway, addresses):
    statuses = [
        wrong(gateway, f"{number}-{time.monotonic_ns()}@people.test", address).status
        for number, address in enumerate(addresses)
    ]
    assert statuses[:31] == [401] * 31 and statuses[31] == 429
