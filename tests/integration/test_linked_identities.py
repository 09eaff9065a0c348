"""Linking an account to an identity provider, and unlinking it: through the real gateway, with a provider that makes good
tokens and bad ones."""

import pytest

from support.browser import CROSS_SITE, give_password, signed_in, wait_for_old_proof
from support.identity_provider import PUBLIC_URL, IdentityProvider, Visitor
from support.mail import DropFolder
from support.master_key import secrets_of
from support.passkeys import Authenticator
from support.people import refusal_of

PAGE = "/account/security"
LINKED, FAILED = f"{PAGE}?linked=acme", f"{PAGE}?link_error="
EXPIRED = "/sign-in?error=expired"
LINK = "/api/sign-in/acme/link"
ORIGIN = "https://tollgate.test"


@pytest.fixture(scope="module")
def identity_provider():
    running = IdentityProvider()
    yield running
    running.close()


@pytest.fixture
def provider(identity_provider):
    identity_provider.reset()
    return identity_provider


@pytest.fixture
def start(start_gateway, provider, tmp_path):
    """Starts a gateway with the provider and more of the accounts' section."""

    def start(more=None, **accounts):
        return start_gateway(
            accounts={"public_url": PUBLIC_URL} | accounts,
            secrets=secrets_of(tmp_path),
            trusted_proxies=["127.0.0.0/8"],
            sign_in={"allowed_networks": ["127.0.0.0/8"], "providers": [provider.configuration()]},
            **(more or {}),
        )

    return start


@pytest.fixture
def gateway(start):
    return start()


def visitor_of(gateway, person):
    """A browser that is signed in by the person's password."""
    browser = Visitor(gateway)
    assert browser.sign_in(person.email, give_password(gateway, person)).status == 201
    return browser


def begin_link(browser):
    """Where the page sends the browser."""
    return browser.gets("POST", LINK)["location"]


def link_by(browser, provider):
    return browser.come_back(provider.sign_in_at(begin_link(browser)))


def identities(browser):
    return browser.gets("GET", "/api/me/identities")["data"]


def instance_audit(gateway, action):
    return [one for one in gateway.manage("GET", "/api/audit")["data"] if one["action"] == action]


def test_who_is_signed_in_links_an_identity_of_whatever_address(gateway, provider):
    ann = gateway.person()
    browser = visitor_of(gateway, ann)
    free = {"data": [], "next_cursor": None, "linkable": [{"id": "acme", "name": "Acme account"}]}
    assert browser.gets("GET", "/api/me/identities") == free
    session = browser.cookie
    provider.claims = {"sub": "s-1", "email": "Ann@Elsewhere.example.com"}  # which nobody vouches for
    asked = provider.asked_by(begin_link(browser))
    assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
    assert link_by(browser, provider) == LINKED and browser.cookie == session
    [identity] = identities(browser)
    assert identity["provider"] == "acme" and identity["provider_name"] == "Acme account" and identity["works_here"]
    assert identity["issuer"] == provider.issuer and identity["email"] == "ann@elsewhere.example.com"
    assert identity["linked_at"] and identity["last_used_at"] is None
    assert browser.gets("GET", "/api/me/identities")["linkable"] == []
    other = Visitor(gateway)
    assert other.sign_in_by(provider) == "/" and other.me()["id"] == ann.id
    assert identities(browser)[0]["last_used_at"]
    [entry] = instance_audit(gateway, "identity.link")
    assert entry["actor"] == f"user:{ann.id}" and entry["via"].startswith("session:")
    assert len(instance_audit(gateway, "identity.sign_in")) == 0, "nothing was decided by an address"


def test_an_operator_links_his_account_himself(gateway, provider):
    ann = gateway.person()
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"is_operator": True})
    browser = visitor_of(gateway, ann)
    provider.claims = {"sub": "operator"}
    assert link_by(browser, provider) == LINKED
    other = Visitor(gateway)
    assert other.sign_in_by(provider) == "/" and other.me()["id"] == ann.id


# --- Who may begin


def test_no_link_of_another_site_begins_it(gateway, provider):
    browser = visitor_of(gateway, gateway.person())
    assert browser.ask("GET", LINK, headers=CROSS_SITE).status == 405
    answer = browser.ask("POST", LINK, headers=CROSS_SITE)
    assert (answer.status, answer.json()["error"]["code"]) == (403, "cross_site")
    assert browser.ask("POST", "/api/sign-in/other/link").status == 404
    assert provider.calls == []


def test_no_token_begins_it_or_ends_it(gateway):
    ann = gateway.person()
    for method, path in (("POST", LINK), ("DELETE", f"/api/me/identities/{'0' * 64}")):
        assert refusal_of(gateway.request(method, path, key=ann.token)) == (409, "not_a_session")
        assert gateway.request(method, path).status == 401
    assert gateway.request("GET", "/api/me/identities", key=ann.token).json()["data"] == []


def test_both_need_a_young_proof(start, provider):
    gateway = start(step_up_lifetime_ms=3000)
    browser = visitor_of(gateway, gateway.person())
    assert link_by(browser, provider) == LINKED
    [identity] = identities(browser)
    wait_for_old_proof(browser)
    for method, path in (("POST", LINK), ("DELETE", f"/api/me/identities/{identity['id']}")):
        answer = browser.ask(method, path)
        assert (answer.status, answer.json()["error"]["code"]) == (403, "step_up_required")
    assert identities(browser) == [identity]


# --- Who comes back


def test_it_ends_in_the_browser_that_began_it_and_once(gateway, provider):
    ann, eve = gateway.person(), gateway.person()
    victim, attacker = visitor_of(gateway, ann), visitor_of(gateway, eve)
    provider.claims = {"sub": "the attacker's"}
    # As a login CSRF does it: the attacker's way back is opened in the victim's browser.
    back = provider.sign_in_at(begin_link(attacker))
    assert victim.come_back(back) == EXPIRED
    victim.begin()  # with a cookie of its own by now
    assert victim.come_back(back) == EXPIRED
    assert identities(victim) == identities(attacker) == []
    assert attacker.come_back(back) == LINKED and attacker.come_back(back) == EXPIRED
    assert identities(victim) == [] and len(identities(attacker)) == 1


def test_it_ends_in_the_session_that_began_it(gateway, provider):
    ann, bob = gateway.person(), gateway.person()
    password, other_password = (give_password(gateway, one) for one in (ann, bob))
    provider.claims = {"sub": "s-2"}
    for ends in (
        lambda browser: browser.ask("DELETE", "/api/sessions/current"),
        lambda browser: browser.sign_in(bob.email, other_password),
        lambda browser: browser.sign_in(ann.email, password),  # himself, by another session
    ):
        browser = Visitor(gateway)
        browser.sign_in(ann.email, password)
        back = provider.sign_in_at(begin_link(browser))
        assert ends(browser).status in (200, 201)
        signed_in_as = browser.me()
        assert browser.come_back(back) == FAILED + "expired"
        assert browser.me() == signed_in_as, "nobody is signed in by it"
    for person, its_password in ((ann, password), (bob, other_password)):
        assert identities(signed_in(gateway, person, its_password)) == []


def test_a_step_up_between_keeps_the_session(gateway, provider):
    ann = gateway.person()
    password, browser = give_password(gateway, ann), Visitor(gateway)
    browser.sign_in(ann.email, password)
    back = provider.sign_in_at(begin_link(browser))
    assert browser.ask("POST", "/api/sessions/current/step-up", {"password": password}).status == 200
    assert browser.come_back(back) == LINKED


def test_whoever_is_suspended_meanwhile_links_nothing(gateway, provider):
    ann = gateway.person()
    browser = visitor_of(gateway, ann)
    back = provider.sign_in_at(begin_link(browser))
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert browser.come_back(back) == FAILED + "expired"
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "active"})
    assert identities(signed_in(gateway, ann)) == []


def test_a_sign_in_that_began_links_nothing(gateway, provider):
    """Nor does the other one sign anybody in: each ends as what it began as."""
    ann = gateway.person()
    browser = visitor_of(gateway, ann)
    provider.claims = {"sub": "s-3", "email": "nobody@example.com", "email_verified": True}
    assert browser.come_back(provider.sign_in_at(browser.begin(PAGE))) == "/sign-in?error=no_account"
    assert identities(browser) == []


def test_what_is_somebody_elses_is_refused_and_not_told_whose(gateway, provider):
    ann, bob = gateway.person(), gateway.person()
    hers, his = visitor_of(gateway, ann), visitor_of(gateway, bob)
    provider.claims = {"sub": "shared"}
    assert link_by(hers, provider) == LINKED
    assert link_by(his, provider) == FAILED + "identity_taken"
    told = his.last.header("location") + his.last.text + gateway.log_file.read_text() + gateway.access_log.read_text()
    assert [one for one in (ann.id, ann.email, "shared") if one in told] == []
    assert identities(his) == [] and len(identities(hers)) == 1
    assert Visitor(gateway).sign_in_by(provider) == "/"


def test_an_account_has_one_identity_of_a_provider(gateway, provider):
    browser = visitor_of(gateway, gateway.person())
    early = begin_link(browser)
    provider.claims = {"sub": "first"}
    assert link_by(browser, provider) == LINKED
    assert refusal_of(browser.ask("POST", LINK)) == (409, "issuer_linked")
    provider.claims = {"sub": "second"}
    assert browser.come_back(provider.sign_in_at(early)) == FAILED + "issuer_linked"
    assert len(identities(browser)) == 1
    provider.claims = {"sub": "third"}
    assert Visitor(gateway).sign_in_by(provider) == "/sign-in?error=email_not_verified"


BAD_CLAIMS = {
    "another audience": {"aud": "other"},
    "another issuer": {"iss": "https://evil.test"},
    "another nonce": {"nonce": "n-1"},
    "expired": {"exp": 1_700_000_000},
    "no subject": {"sub": ""},
}


@pytest.mark.parametrize("bad", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_token_that_is_not_believed_links_nothing(gateway, provider, bad):
    browser = visitor_of(gateway, gateway.person())
    provider.make_token = lambda header, claims: provider.key.sign(header, claims | bad)
    assert link_by(browser, provider) == FAILED + "token_refused"
    assert identities(browser) == []


def test_a_foreign_signature_links_nothing(gateway, provider):
    browser = visitor_of(gateway, gateway.person())
    provider.make_token = provider.foreign_key.sign
    assert link_by(browser, provider) == FAILED + "token_refused" and identities(browser) == []


def test_who_declines_or_whose_provider_is_away_is_told(gateway, provider):
    browser = visitor_of(gateway, gateway.person())
    asked = provider.asked_by(begin_link(browser))
    assert browser.come_back({"error": "access_denied", "state": asked["state"]}) == FAILED + "cancelled"
    query = provider.sign_in_at(begin_link(browser))
    provider.token_answer = (500, {})
    assert browser.come_back(query) == FAILED + "provider_refused" and identities(browser) == []


def test_a_provider_that_cannot_be_reached_is_an_error_of_the_call(start_gateway, tmp_path):
    gone = IdentityProvider()
    gone.close()
    gateway = start_gateway(
        accounts={"public_url": PUBLIC_URL},
        secrets=secrets_of(tmp_path),
        sign_in={"allowed_networks": ["127.0.0.0/8"], "providers": [gone.configuration()]},
    )
    answer = visitor_of(gateway, gateway.person()).ask("POST", LINK)
    assert (answer.status, answer.json()["error"]["code"]) == (502, "upstream_unreachable")


# --- Unlinking


def unlink(browser, identity):
    return browser.ask("DELETE", f"/api/me/identities/{identity['id']}")


def test_unlinking_ends_what_it_signed_in(gateway, provider):
    ann = gateway.person()
    password = give_password(gateway, ann)
    by_password, here, elsewhere = signed_in(gateway, ann, password), Visitor(gateway), Visitor(gateway)
    provider.claims = {"sub": "s-4", "email": ann.email, "email_verified": True}
    assert here.sign_in_by(provider) == elsewhere.sign_in_by(provider) == "/"
    [identity] = identities(here)
    assert unlink(here, identity).json() == {"deleted": True}
    assert identities(here) == [] and unlink(here, identity).status == 404
    assert here.is_signed_in() and by_password.is_signed_in() and not elsewhere.is_signed_in()
    [entry] = instance_audit(gateway, "identity.unlink")
    assert entry["actor"] == f"user:{ann.id}"
    # Whoever it was is nobody now, but for what his address says: that of an account that is his.
    provider.claims = {"sub": "s-4", "email": "nobody@example.com", "email_verified": True}
    assert Visitor(gateway).sign_in_by(provider) == "/sign-in?error=no_account"


def test_somebody_elses_is_not_unlinked(gateway, provider):
    hers, his = (visitor_of(gateway, gateway.person()) for _ in range(2))
    assert link_by(hers, provider) == LINKED
    [identity] = identities(hers)
    for unknown in (identity, {"id": "0" * 64}, {"id": "nonsense"}):
        assert unlink(his, unknown).status == 404
    assert identities(hers) == [identity]


def test_the_last_way_to_sign_in_stays(gateway, provider):
    ann = gateway.person()
    provider.claims = {"sub": "s-5", "email": ann.email, "email_verified": True}
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    [identity] = identities(browser)
    assert refusal_of(unlink(browser, identity)) == (409, "last_way_to_sign_in")
    options = browser.gets("POST", "/api/me/passkeys/options")["publicKey"]
    weak = {"name": "Old key", "credential": Authenticator(ORIGIN, verifies=False).create(options)}
    browser.gets("POST", "/api/me/passkeys", weak)
    assert refusal_of(unlink(browser, identity)) == (409, "last_way_to_sign_in"), "it signs in beside a password only"
    options = browser.gets("POST", "/api/me/passkeys/options")["publicKey"]
    good = {"name": "Phone", "credential": Authenticator(ORIGIN).create(options)}
    passkey = browser.gets("POST", "/api/me/passkeys", good)["passkey"]["id"]
    assert unlink(browser, identity).status == 200
    removed = browser.ask("DELETE", f"/api/me/passkeys/{passkey}")
    assert refusal_of(removed) == (409, "last_way_to_sign_in")
    assert passkey in [one["id"] for one in browser.gets("GET", "/api/me/passkeys")["data"]]


def test_both_are_mailed_to_their_person(start, provider, tmp_path):
    folder = DropFolder(tmp_path / "mail")
    mail = {"drop_folder": str(folder.path), "from": "tollgate@gateway.test"}
    gateway = start({"mail": mail})
    ann = gateway.person()
    browser = visitor_of(gateway, ann)
    assert link_by(browser, provider) == LINKED
    assert 'can be signed in to by "Acme account" now' in folder.one(ann.email).get_content()
    assert unlink(browser, identities(browser)[0]).status == 200
    assert 'by "Acme account" no more' in folder.one(ann.email, 2).get_content()


def test_what_is_linked_is_there_after_a_restart(gateway, provider):
    ann = gateway.person()
    browser = visitor_of(gateway, ann)
    assert link_by(browser, provider) == LINKED
    before = identities(browser)
    assert gateway.stop() == 0
    gateway.start()
    assert identities(browser) == before
