"""Passkeys, by an authenticator in software: good, tampered, foreign, replayed and crossed ceremonies."""

import pytest

from support.browser import Browser, give_password, signed_in
from support.master_key import secrets_of
from support.passkeys import Authenticator, EdDsa, Es256, Rs256, base64url, from_base64url
from support.people import refusal_of
from support.processes import Gateway

PASSWORD = "correct horse battery"
ORIGIN = "https://gate.test"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("passkeys")
    running = Gateway(
        directory,
        providers,
        workers=2,
        secrets=secrets_of(directory),
        accounts={"public_url": f"{ORIGIN}/deep"},
        trusted_proxies=["127.0.0.1/32"],
    )
    running.start()
    yield running
    assert running.stop() == 0


def person_with_password(gateway):
    person = gateway.person()
    give_password(gateway, person, PASSWORD)
    return person


@pytest.fixture
def ann(gateway):
    return person_with_password(gateway)


def creation_options(browser):
    return browser.gets("POST", "/api/me/passkeys/options")["publicKey"]


def add(browser, credential, name="Phone"):
    return browser.ask("POST", "/api/me/passkeys", {"name": name, "credential": credential})


def register(browser, authenticator, **lies):
    made = add(browser, authenticator.create(creation_options(browser), **lies))
    assert made.status == 201, (made.status, made.body)
    return made.json()


def sign_in_options(browser):
    return browser.gets("POST", "/api/sessions/passkey-options")["publicKey"]


def sign_in(browser, authenticator, **lies):
    """By the passkey alone."""
    return browser.ask("POST", "/api/sessions", {"passkey": authenticator.get(sign_in_options(browser), **lies)})


@pytest.fixture
def registered(gateway, ann):
    """A browser that is signed in and an authenticator with a passkey of its person."""
    browser, authenticator = signed_in(gateway, ann, PASSWORD), Authenticator(ORIGIN)
    register(browser, authenticator)
    return browser, authenticator


# --- good ones


@pytest.mark.parametrize("kind", [Es256, EdDsa, Rs256])
def test_a_passkey_that_verifies_its_person_signs_him_in_alone(gateway, ann, kind):
    authenticator = Authenticator(ORIGIN, kind, backed_up=True)
    made = register(signed_in(gateway, ann, PASSWORD), authenticator)
    assert made["passkey"]["works_here"] and made["passkey"]["backed_up"] and len(made["recovery_codes"]) == 10
    browser = Browser(gateway)
    answer = sign_in(browser, authenticator)
    assert answer.status == 201, answer.body
    assert answer.json()["user"]["id"] == ann.id and answer.json()["session"]["proofs"] == ["passkey"]
    assert browser.is_signed_in()
    [listed] = browser.gets("GET", "/api/me/passkeys")["data"]
    assert listed["last_used_at"] and listed["rp_id"] == "gate.test" and listed["transports"] == ["internal", "hybrid"]


def test_what_the_browser_is_asked_for(gateway, ann, registered):
    browser, authenticator = registered
    options = creation_options(browser)
    assert options["rp"]["id"] == "gate.test" and options["user"]["name"] == ann.email
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert [one["id"] for one in options["excludeCredentials"]] == [base64url(authenticator.passkeys[0].id)]
    assert options["authenticatorSelection"]["residentKey"] == "required" and options["attestation"] == "none"
    assert sign_in_options(Browser(gateway))["allowCredentials"] == [], "nobody learns who has one"
    step_up = browser.gets("POST", "/api/sessions/current/passkey-options")["publicKey"]
    assert step_up["rpId"] == "gate.test" and len(step_up["allowCredentials"]) == 1
    challenges = {from_base64url(sign_in_options(Browser(gateway))["challenge"]) for _ in range(20)}
    assert len(challenges) == 20 and min(map(len, challenges)) >= 16


def test_one_without_verification_is_a_second_factor_and_no_first(gateway, ann):
    authenticator = Authenticator(ORIGIN, verifies=False)
    register(signed_in(gateway, ann, PASSWORD), authenticator)
    alone = sign_in(Browser(gateway), authenticator)
    assert refusal_of(alone) == (401, "user_verification_required")
    browser = Browser(gateway)
    refused = browser.sign_in(ann.email, PASSWORD)
    assert refused.error["code"] == "second_factor_required"
    assert refused.error["factors"] == ["passkey", "recovery_code"] and refused.error["stranded_passkeys"] == 0
    answer = browser.sign_in(ann.email, PASSWORD, passkey=authenticator.get(sign_in_options(browser)))
    assert answer.status == 201 and answer.json()["session"]["proofs"] == ["password", "passkey"]


def test_other_attestations_are_accepted_and_not_judged(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    register(browser, Authenticator(ORIGIN), fmt="packed", statement={"alg": -7, "sig": b"nonsense", "x5c": [b"\x30"]})


def test_a_passkey_of_several_devices_counts_backwards_and_turns_its_backup_off(gateway, ann):
    authenticator = Authenticator(ORIGIN, backed_up=True)
    register(signed_in(gateway, ann, PASSWORD), authenticator)
    assert sign_in(Browser(gateway), authenticator, counts=100).status == 201
    assert sign_in(Browser(gateway), authenticator, counts=-90).status == 201
    assert sign_in(Browser(gateway), authenticator, counts=0, flags=0x05).status == 201


def test_a_passkey_proves_again_who_one_is(gateway, ann, registered):
    browser, authenticator = registered
    options = browser.gets("POST", "/api/sessions/current/passkey-options")["publicKey"]
    before = browser.cookie
    renewed = browser.gets("POST", "/api/sessions/current/step-up", {"passkey": authenticator.get(options)})
    assert browser.cookie != before and renewed["session"]["proofs"] == ["password", "passkey"]


def test_the_last_passkey_takes_the_second_factor_with_it(gateway, ann, registered):
    browser, authenticator = registered
    [listed] = browser.gets("GET", "/api/me/passkeys")["data"]
    browser.gets("DELETE", f"/api/me/passkeys/{listed['id']}")
    assert browser.gets("GET", "/api/me/passkeys")["data"] == []
    assert browser.gets("GET", "/api/me/second-factors")["recovery_codes"] is None
    assert refusal_of(sign_in(Browser(gateway), authenticator)) == (401, "passkey_unknown")
    assert Browser(gateway).sign_in(ann.email, PASSWORD).status == 201


# --- tampered and foreign ones

LIES = [
    ({"client": {"origin": "https://gate.test.evil.test"}}, "origin_mismatch"),
    ({"client": {"origin": "http://gate.test"}}, "origin_mismatch"),
    ({"client": {"origin": "https://www.gate.test"}}, "origin_mismatch"),
    ({"client": {"crossOrigin": True}}, "origin_mismatch"),
    ({"client": {"topOrigin": "https://evil.test"}}, "origin_mismatch"),
    ({"rp_id": "evil.test"}, "rp_id_mismatch"),
    ({"flags": 0x04}, "user_presence_missing"),
    ({"client": {"challenge": base64url(b"x" * 56)}}, "challenge_invalid"),
    ({"client": {"challenge": ""}}, "challenge_invalid"),
]


@pytest.mark.parametrize("lie, reason", [*LIES, ({"client": {"type": "webauthn.get"}}, "ceremony_mismatch")], ids=str)
def test_a_lie_makes_no_passkey(gateway, ann, lie, reason):
    browser = signed_in(gateway, ann, PASSWORD)
    options = creation_options(browser)
    refused = add(browser, Authenticator(ORIGIN).create(options, **lie))
    assert refusal_of(refused) == (400, reason)
    assert browser.gets("GET", "/api/me/passkeys")["data"] == []


@pytest.mark.parametrize("lie, reason", [*LIES, ({"client": {"type": "webauthn.create"}}, "ceremony_mismatch")], ids=str)
def test_a_lie_lets_nobody_in(gateway, ann, registered, lie, reason):
    _, authenticator = registered
    browser = Browser(gateway)
    credential = authenticator.get(sign_in_options(browser), **lie)
    assert refusal_of(browser.ask("POST", "/api/sessions", {"passkey": credential})) == (401, reason)
    assert browser.cookie is None


@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_changed_bit_lets_nobody_in(gateway, ann, registered, member):
    _, authenticator = registered
    browser = Browser(gateway)
    credential = authenticator.get(sign_in_options(browser))
    data = bytearray(from_base64url(credential["response"][member]))
    data[-1] ^= 1
    credential["response"][member] = base64url(bytes(data))
    answer = browser.ask("POST", "/api/sessions", {"passkey": credential})
    assert answer.status == 401 and browser.cookie is None


def test_another_s_key_signs_for_nobody_else(gateway, ann, registered):
    _, authenticator = registered
    forger = Authenticator(ORIGIN)
    forger.create({"rp": {"id": "gate.test"}, "user": {"id": "AAAA"}, "challenge": "AAAA"})
    forger.passkeys[0].id = authenticator.passkeys[0].id
    forger.passkeys[0].user_handle = authenticator.passkeys[0].user_handle
    assert refusal_of(sign_in(Browser(gateway), forger)) == (401, "signature_invalid")


def test_bytes_that_are_none_are_refused_by_name(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    good = Authenticator(ORIGIN).create(creation_options(browser))
    for change, param in (
        ({"id": "="}, "credential.id"),
        ({"rawId": "AAAA"}, "credential.rawId"),
        ({"type": "password"}, "credential.type"),
        ({"response": {**good["response"], "attestationObject": "/+=="}}, "credential.response.attestationObject"),
        ({"response": {**good["response"], "clientDataJSON": ""}}, "credential.response.clientDataJSON"),
    ):
        refused = add(browser, good | change)
        assert (refused.status, refused.error["param"]) == (400, param)
    for wrong in (b"", b"\xa0", b"\x9f\xff", b"\xa3" * 40, from_base64url(good["response"]["attestationObject"])[:-1]):
        response = {**good["response"], "attestationObject": base64url(wrong) or "AA"}
        assert refusal_of(add(browser, good | {"response": response})) == (400, "passkey_malformed")
    assert add(browser, good).status == 201, "none of them used the challenge up"


# --- ceremonies that belong to another


def test_row_77_a_ceremony_is_finished_by_whoever_began_it(gateway, ann):
    bob = person_with_password(gateway)
    of_ann, of_bob = signed_in(gateway, ann, PASSWORD), signed_in(gateway, bob, PASSWORD)
    credential = Authenticator(ORIGIN).create(creation_options(of_ann))
    assert refusal_of(add(of_bob, credential)) == (400, "challenge_invalid")
    other_session = signed_in(gateway, ann, PASSWORD)
    assert refusal_of(add(other_session, credential)) == (400, "challenge_invalid")
    assert of_bob.gets("GET", "/api/me/passkeys")["data"] == []
    assert add(of_ann, credential).status == 201


def test_row_77_a_ceremony_is_finished_once(gateway, ann, registered):
    browser, authenticator = registered
    options = creation_options(browser)
    assert add(browser, Authenticator(ORIGIN).create(options)).status == 201
    assert refusal_of(add(browser, Authenticator(ORIGIN).create(options))) == (400, "challenge_invalid")
    options = sign_in_options(Browser(gateway))
    credential = authenticator.get(options)
    assert Browser(gateway).ask("POST", "/api/sessions", {"passkey": credential}).status == 201
    for again in (credential, authenticator.get(options)):
        refused = Browser(gateway).ask("POST", "/api/sessions", {"passkey": again})
        assert refusal_of(refused) == (401, "challenge_invalid")


def test_row_77_a_challenge_is_for_one_purpose(gateway, ann, registered):
    browser, authenticator = registered
    creation, step_up = creation_options(browser), browser.gets("POST", "/api/sessions/current/passkey-options")["publicKey"]
    signing_in = sign_in_options(browser)
    for options in (creation, step_up):
        credential = authenticator.get({"challenge": options["challenge"]})
        refused = Browser(gateway).ask("POST", "/api/sessions", {"passkey": credential})
        assert refusal_of(refused) == (401, "challenge_invalid")
    for options in (creation, signing_in):
        credential = authenticator.get({"challenge": options["challenge"]})
        refused = browser.ask("POST", "/api/sessions/current/step-up", {"passkey": credential})
        assert refusal_of(refused) == (401, "challenge_invalid")
    for options in (signing_in, step_up):
        credential = Authenticator(ORIGIN).create(creation | {"challenge": options["challenge"]})
        assert refusal_of(add(browser, credential)) == (400, "challenge_invalid")


def test_row_77_a_ceremony_ends_with_its_session(gateway, ann):
    browser = signed_in(gateway, ann, PASSWORD)
    credential = Authenticator(ORIGIN).create(creation_options(browser))
    browser.gets("DELETE", "/api/sessions/current")
    assert add(browser, credential).status == 401
    assert browser.sign_in(ann.email, PASSWORD).status == 201
    assert refusal_of(add(browser, credential)) == (400, "challenge_invalid")


def test_row_77_nobody_removes_or_takes_another_s_passkey(gateway, ann, registered):
    browser, authenticator = registered
    [listed] = browser.gets("GET", "/api/me/passkeys")["data"]
    bob = person_with_password(gateway)
    of_bob = signed_in(gateway, bob, PASSWORD)
    assert of_bob.ask("DELETE", f"/api/me/passkeys/{listed['id']}").status == 404
    assert of_bob.ask("DELETE", "/api/me/passkeys/nonsense").status == 404
    taken = add(of_bob, authenticator.create(creation_options(of_bob), passkey=authenticator.passkeys[0]))
    assert refusal_of(taken) == (409, "passkey_known")
    assert len(browser.gets("GET", "/api/me/passkeys")["data"]) == 1
    assert of_bob.gets("GET", "/api/me/passkeys")["data"] == []


def test_row_77_a_passkey_is_no_second_factor_for_another_s_password(gateway, ann, registered):
    _, authenticator = registered
    bob = person_with_password(gateway)
    register(signed_in(gateway, bob, PASSWORD), Authenticator(ORIGIN))
    browser = Browser(gateway)
    crossed = browser.sign_in(bob.email, PASSWORD, passkey=authenticator.get(sign_in_options(browser)))
    assert refusal_of(crossed) == (401, "passkey_unknown") and browser.cookie is None
    lying = authenticator.get(sign_in_options(browser), user_handle=b"\x00" * 16)
    assert refusal_of(browser.ask("POST", "/api/sessions", {"passkey": lying})) == (401, "passkey_unknown")


def test_a_suspended_person_s_passkey_opens_nothing(gateway, ann, registered):
    _, authenticator = registered
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert refusal_of(sign_in(Browser(gateway), authenticator)) == (403, "account_suspended")


def test_a_token_makes_no_passkey(gateway, ann):
    answer = gateway.request("POST", "/api/me/passkeys/options", key=ann.token)
    assert refusal_of(answer) == (409, "not_a_session")


# --- another host


def test_row_76_passkeys_of_another_host_are_counted_and_sign_in_says_why(start_gateway, tmp_path, providers):
    accounts = {"public_url": "https://old.test"}
    own = start_gateway(secrets=secrets_of(tmp_path), accounts=accounts)
    person = person_with_password(own)
    browser, authenticator = signed_in(own, person, PASSWORD), Authenticator("https://old.test")
    codes = register(browser, authenticator)["recovery_codes"]
    assert own.stop() == 0

    def moved_to(url):
        own.config_file.write_text(own.config_file.read_text().replace(accounts["public_url"], url))
        accounts["public_url"] = url
        own.start()

    for same_host in ("https://old.test:8443", "https://old.test/below"):
        moved_to(same_host)
        assert "passkeys" not in own.log_file.read_text()
        authenticator.origin = same_host.removesuffix("/below")
        assert sign_in(Browser(own), authenticator).status == 201
        assert own.stop() == 0
    moved_to("https://new.test")
    assert "1 passkeys of 1 people" in own.log_file.read_text()
    refused = Browser(own).sign_in(person.email, PASSWORD)
    assert refused.error["code"] == "second_factor_required"
    assert refused.error["factors"] == ["recovery_code"] and refused.error["stranded_passkeys"] == 1
    browser = Browser(own)
    assert browser.sign_in(person.email, PASSWORD, recovery_code=codes[0]).status == 201
    [listed] = browser.gets("GET", "/api/me/passkeys")["data"]
    assert listed["works_here"] is False and listed["rp_id"] == "old.test"
    browser.gets("DELETE", f"/api/me/passkeys/{listed['id']}")
    register(browser, Authenticator("https://new.test"))


@pytest.mark.parametrize("url", ["https://192.0.2.1", "http://gate.test", None])
def test_row_76_where_browsers_have_none_the_gateway_says_so(start_gateway, tmp_path, url):
    own = start_gateway(secrets=secrets_of(tmp_path), accounts={"public_url": url} if url else {})
    browser = signed_in(own, person_with_password(own), PASSWORD)
    assert browser.gets("GET", "/api/me/second-factors")["passkeys_available"] is False
    for path in ("/api/me/passkeys/options", "/api/sessions/passkey-options", "/api/sessions/current/passkey-options"):
        assert refusal_of(browser.ask("POST", path)) == (409, "passkeys_unavailable")
