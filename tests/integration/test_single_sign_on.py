"""Signing in at an identity provider: through the real gateway, with a provider that makes good tokens and bad ones."""

import time

import pytest
import yaml

from support.browser import COOKIE as SESSION_COOKIE
from support.browser import wait_for_old_proof
from support.identity_provider import (
    BROWSER_COOKIE,
    CLIENT_SECRET,
    PUBLIC_URL,
    IdentityProvider,
    Visitor,
    hmac_token,
    part_of,
)
from support.waiting import eventually

FAILED = "/sign-in?error="


@pytest.fixture(scope="module")
def identity_provider():
    running = IdentityProvider()
    yield running
    running.close()


@pytest.fixture
def provider(identity_provider):
    identity_provider.reset()
    return identity_provider


def sign_in_options(provider, **more):
    return {
        "accounts": {"public_url": PUBLIC_URL},
        "trusted_proxies": ["127.0.0.0/8"],
        "sign_in": {"allowed_networks": ["127.0.0.0/8"], "providers": [provider.configuration(**more)]},
    }


@pytest.fixture
def start(start_gateway, provider):
    """Starts a gateway with the provider, of which the configuration says this."""
    return lambda **more: start_gateway(**sign_in_options(provider, **more))


def claims_of(person, verified=True, **more):
    return {"sub": f"sub-{person.id}", "email": person.email, "email_verified": verified} | more


def logs(gateway, text):
    eventually(lambda: text in gateway.log_file.read_text(), within_s=10)
    return True


def audit_of(gateway, organization):
    return gateway.manage("GET", f"/api/organizations/{organization}/audit")["data"]


def test_a_person_signs_in_and_is_himself(start, provider):
    gateway = start()
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann)
    browser = Visitor(gateway)
    assert browser.me() is None
    route = "/o/018f0000-0000-7000-8000-000000000000/keys?page=2"
    assert browser.sign_in_by(provider, "#" + route) == route
    assert browser.me()["id"] == ann.id
    assert browser.last.status == 200 and provider.failures == []
    # Again, by another address: it is the subject that counts.
    provider.claims = claims_of(ann) | {"email": "other@example.com", "email_verified": False}
    other = Visitor(gateway)
    assert other.sign_in_by(provider) == "/"
    assert other.me()["id"] == ann.id
    assert other.cookies[SESSION_COOKIE] != browser.cookies[SESSION_COOKIE]
    assert provider.count("keys") == provider.count(".well-known/openid-configuration") == 1


def test_nothing_secret_is_told(start, provider):
    gateway = start()
    provider.claims = claims_of(gateway.person("ann@example.com"))
    browser = Visitor(gateway)
    location = browser.begin()
    assert "ann@example.com" not in location and CLIENT_SECRET not in location
    query = provider.sign_in_at(location)
    assert browser.come_back(query) == "/"
    assert browser.last.header("cache-control") == "no-store"
    assert browser.last.header("referrer-policy") == "no-referrer"
    assert browser.come_back(query) == FAILED + "expired"
    written = gateway.log_file.read_text() + gateway.access_log.read_text()
    secrets = (CLIENT_SECRET, query["code"], query["state"], browser.cookies[SESSION_COOKIE], "at-1", "ann@example.com")
    assert [secret for secret in secrets if secret in written] == []


# --- Row 4 of "what must be shown": tokens that nobody must believe.


def changed(**members):
    """A recipe: the provider's own signature over other claims; None takes one away."""

    def make(provider):
        def token(header, claims):
            merged = claims | {name: value(claims) if callable(value) else value for name, value in members.items()}
            return provider.key.sign(header, {name: value for name, value in merged.items() if value is not None})

        return token

    return make


def signed_with(**members):
    """A recipe: another header over the good claims, signed by the provider's own key."""
    return lambda provider: lambda header, claims: provider.key.sign(header | members, claims)


def embedded(provider):
    foreign = provider.foreign_key
    return lambda header, claims: foreign.sign(header | {"jwk": foreign.jwk()}, claims)


BAD_TOKENS = {
    "another audience": (changed(aud="other"), "wrong_audience"),
    "several audiences and no party": (changed(aud=["tollgate", "other"]), "wrong_party"),
    "another party": (changed(aud=["tollgate", "other"], azp="other"), "wrong_party"),
    "another issuer": (changed(iss="https://evil.test"), "wrong_issuer"),
    "another nonce": (changed(nonce="n-1"), "wrong_nonce"),
    "no nonce": (changed(nonce=None), "wrong_nonce"),
    "expired": (changed(exp=lambda claims: claims["iat"] - 61), "expired"),
    "not yet valid": (changed(nbf=lambda claims: claims["iat"] + 120), "not_yet_valid"),
    "made in the future": (changed(iat=lambda claims: claims["iat"] + 120), "wrong_age"),
    "no subject": (changed(sub=None), "wrong_claims"),
    "none": (lambda _: lambda header, claims: f"{part_of(header | {'alg': 'none'})}.{part_of(claims)}.", "algorithm_refused"),
    "the public key as a secret": (
        lambda provider: lambda header, claims: hmac_token(
            provider.key.public_pem(), header | {"alg": "HS256"}, claims
        ),
        "algorithm_refused",
    ),
    "an algorithm that is not configured": (signed_with(alg="PS256"), "algorithm_refused"),
    "a rotated key": (signed_with(kid="two"), "unknown_key"),
    "a foreign key of the same id": (lambda provider: provider.foreign_key.sign, "wrong_signature"),
    "its own key": (embedded, "embedded_key"),
    "critical": (signed_with(crit=["b64"], b64=False), "critical_extension"),
    "no token": (lambda _: lambda *_: "no token", "malformed"),
}


@pytest.fixture(scope="module")
def bad_tokens_gateway(tmp_path_factory, providers, identity_provider):
    from support.processes import Gateway

    running = Gateway(tmp_path_factory.mktemp("bad_tokens"), providers, workers=1, **sign_in_options(identity_provider))
    running.start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_a_token_that_nobody_must_believe_signs_nobody_in(bad_tokens_gateway, provider, what):
    recipe, fault = BAD_TOKENS[what]
    gateway = bad_tokens_gateway
    ann = gateway.person()
    provider.claims = claims_of(ann)
    provider.make_token = recipe(provider)
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == FAILED + "token_refused"
    assert SESSION_COOKIE not in browser.cookies and browser.me() is None
    assert logs(gateway, f"its ID token: {fault}")
    # By the same provider's good token she is signed in: it was the token, not she.
    provider.make_token = provider.key.sign
    assert browser.sign_in_by(provider) == "/"
    assert browser.me()["id"] == ann.id


def test_two_keys_of_one_id_are_none(start, provider):
    gateway = start()
    provider.claims = claims_of(gateway.person())
    provider.keys = [provider.key.jwk(), provider.foreign_key.jwk()]
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "token_refused"
    assert logs(gateway, "ambiguous_key")


def test_keys_are_asked_for_once_a_minute_whoever_forges_tokens(start, provider):
    gateway = start()
    provider.claims = claims_of(gateway.person())
    provider.make_token = signed_with(kid="two")(provider)
    for _ in range(5):
        assert Visitor(gateway).sign_in_by(provider) == FAILED + "token_refused"
    assert provider.count("keys") == 1


# --- The flow.


def test_a_sign_in_ends_once_in_the_browser_that_began_it(start, provider):
    gateway = start()
    ann = gateway.person()
    provider.claims = claims_of(ann)
    mine, others = Visitor(gateway), Visitor(gateway)
    query = provider.sign_in_at(mine.begin())
    assert others.come_back(query) == FAILED + "expired"  # it has no cookie
    others.begin()
    assert others.come_back(query) == FAILED + "expired"  # it has another one
    assert SESSION_COOKIE not in others.cookies and provider.count("token") == 0
    assert mine.come_back(query) == "/"
    session = mine.cookies[SESSION_COOKIE]
    assert mine.come_back(query) == FAILED + "expired"  # again
    assert mine.cookies[SESSION_COOKIE] == session and provider.count("token") == 1


def test_two_tabs_sign_in_side_by_side(start, provider):
    gateway = start()
    provider.claims = claims_of(gateway.person())
    browser = Visitor(gateway)
    first, second = browser.begin("/a"), browser.begin("/b")
    assert browser.come_back(provider.sign_in_at(first)) == "/a"
    assert browser.come_back(provider.sign_in_at(second)) == "/b"


@pytest.mark.parametrize(
    "more", [{"state": "A" * 200}, {"state": ""}, {"iss": "https://evil.test"}, {"code": ""}], ids=lambda one: str(*one)
)
def test_what_a_browser_must_not_come_back_with(start, provider, more):
    gateway = start()
    provider.claims = claims_of(gateway.person())
    browser = Visitor(gateway)
    fault = {"state": "expired", "iss": "token_refused", "code": "provider_failed"}[next(iter(more))]
    assert browser.come_back(provider.sign_in_at(browser.begin(), **more)) == FAILED + fault
    assert provider.count("token") == 0 and SESSION_COOKIE not in browser.cookies


def test_who_names_his_issuer_must_name_it_each_time(start, provider):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    gateway = start()
    provider.claims = claims_of(gateway.person())
    browser = Visitor(gateway)
    assert browser.come_back(provider.sign_in_at(browser.begin())) == FAILED + "token_refused"
    assert browser.come_back(provider.sign_in_at(browser.begin(), iss=provider.issuer)) == "/"


def test_a_parameter_that_stands_twice_is_of_no_use(start, provider):
    gateway = start()
    browser = Visitor(gateway)
    query = provider.sign_in_at(browser.begin())
    path = f"/api/sign-in/acme/callback?state={query['state']}&state={query['state']}&code=a"
    assert browser.get(path).header("location") == "../../../#" + FAILED + "expired"


def test_the_providers_words_are_never_shown(start, provider):
    gateway = start()
    browser = Visitor(gateway)
    for error, fault in (("access_denied", "cancelled"), ("<script>alert(1)</script>", "provider_refused")):
        back = provider.sign_in_at(browser.begin())
        query = {"state": back["state"], "error": error, "error_description": "<img src=x>"}
        assert browser.come_back(query) == FAILED + fault
        assert browser.last.body == b""
    provider.token_answer = (400, {"error": "invalid_grant", "error_description": "<img src=x>"})
    assert browser.sign_in_by(provider) == FAILED + "provider_refused"
    assert browser.last.body == b""
    assert logs(gateway, "invalid_grant")
    log = gateway.log_file.read_text()
    assert "<img" not in log and "<script" not in log


def test_who_is_down_is_told_by_a_word(start, provider):
    gateway = start(issuer="http://127.0.0.1:1")
    answer = Visitor(gateway).get("/api/sign-in/acme")
    assert (answer.status, answer.header("location")) == (303, "../../#" + FAILED + "provider_failed")


def test_a_provider_in_a_network_that_is_not_allowed_is_not_asked(start_gateway, provider):
    options = sign_in_options(provider)
    options["sign_in"]["allowed_networks"] = []
    gateway = start_gateway(**options)
    assert Visitor(gateway).get("/api/sign-in/acme").header("location") == "../../#" + FAILED + "provider_failed"
    assert provider.calls == []


def test_where_a_description_leads_is_judged_too(start, provider):
    provider.metadata = {"token_endpoint": "http://169.254.169.254/latest/meta-data"}
    gateway = start()
    provider.claims = claims_of(gateway.person())
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "provider_failed"
    assert logs(gateway, "may not be called")


def test_the_page_learns_what_it_may_offer(start):
    gateway = start()
    offered = gateway.request("GET", "/api/sign-in").json()
    assert offered["identity_providers"] == [{"id": "acme", "name": "Acme account"}]
    assert (offered["passkey"], offered["password"]) == (True, False)  # it has no master key to keep passwords by


def test_there_is_no_other_provider(start, provider):
    gateway = start()
    for path in ("/api/sign-in/other", "/api/sign-in/other/callback?state=a&code=b"):
        assert gateway.request("GET", path).status == 404


# Row 78 of the field reports: Rackula#2917, hermes-agent#41502.
@pytest.mark.parametrize(
    "target", ["//e.test", "/\\e.test", "/%5Ce.test", "/%2F/e.test", "/\te", "javascript:alert(1)", "https:e.test", "/../x"]
)
def test_row_78_only_a_route_of_our_page_is_returned_to(bad_tokens_gateway, provider, target):
    provider.claims = claims_of(bad_tokens_gateway.person())
    assert Visitor(bad_tokens_gateway).sign_in_by(provider, target) == "/"


# --- Row 70 of the field reports: Budibase#19385.


@pytest.mark.parametrize("verified", [False, "true", None], ids=["false", "text", "absent"])
def test_row_70_an_address_that_is_not_verified_opens_no_account(start, provider, verified):
    gateway = start(create_people=True)
    used = gateway.person("ann@example.com")
    unused = gateway.manage("POST", "/api/users", {"email": "bob@example.com", "name": "Bob"})
    gone = gateway.person("gone@example.com")
    gateway.manage("DELETE", f"/api/users/{gone.id}")
    for email in ("ann@example.com", "bob@example.com", "gone@example.com", "ann+alias@example.com"):
        provider.claims = {"sub": email, "email": email} | ({} if verified is None else {"email_verified": verified})
        browser = Visitor(gateway)
        assert browser.sign_in_by(provider) == FAILED + "email_not_verified"
        assert browser.me() is None
    people = {one["email"] for one in gateway.manage("GET", "/api/users")["data"]}
    assert people == {used.email, unused["user"]["email"]}


def test_an_account_that_another_subject_has_is_not_handed_over(start, provider):  # LiteLLM#36942
    gateway = start()
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann)
    assert Visitor(gateway).sign_in_by(provider) == "/"
    provider.claims = claims_of(ann) | {"sub": "another"}
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "account_taken"


def test_an_unverified_account_that_is_in_use_is_not_linked(start, provider):
    gateway = start()
    squatter = gateway.person("ann@example.com", verified=False)
    provider.claims = claims_of(squatter)
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "account_not_verified"


def test_an_address_counts_whatever_its_letters(start, provider):  # LiteLLM#19799
    gateway = start(create_people=True)
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann) | {"email": "Ann@Example.COM"}
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    assert browser.me()["id"] == ann.id


def test_a_provider_that_says_nothing_of_addresses_may_be_trusted(start, provider):
    gateway = start(trust_email=True)
    ann = gateway.person("ann@example.com")
    provider.claims = {"sub": "a", "email": "ann@example.com"}
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    assert browser.me()["id"] == ann.id


def test_new_people_are_made_only_where_the_configuration_says_so(start, provider):
    gateway = start()
    provider.claims = {"sub": "n", "email": "new@example.com", "email_verified": True, "name": "New Person"}
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "no_account"
    makes = start(create_people=True, email_domains=["example.com"])
    browser = Visitor(makes)
    assert browser.sign_in_by(provider) == "/"
    me = browser.me()
    assert (me["email"], me["name"]) == ("new@example.com", "New Person")
    provider.claims = {"sub": "m", "email": "new@elsewhere.test", "email_verified": True}
    assert Visitor(makes).sign_in_by(provider) == FAILED + "no_account"


def test_what_the_token_does_not_say_is_asked_for(start, provider):
    gateway = start()
    ann = gateway.person("ann@example.com")
    provider.claims = {"sub": "a"}
    provider.user_info = {"sub": "a", "email": "ann@example.com", "email_verified": True}
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    assert browser.me()["id"] == ann.id
    provider.claims = {"sub": "b"}  # what is said of a is not said of b
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "email_not_verified"


def test_suspended_people_are_not_signed_in(start, provider):
    gateway = start()
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann)
    assert Visitor(gateway).sign_in_by(provider) == "/"
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"status": "suspended"})
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "suspended"


# --- Groups.


def role_in(gateway, organization, person):
    members = gateway.manage("GET", f"/api/organizations/{organization}/members")["data"]
    return next((one["role"] for one in members if one["user_id"] == person.id), None)


def test_row_17_and_18_groups_give_roles_and_take_them_again(start, provider):
    gateway = start()
    acme = gateway.manage("POST", "/api/organizations", {"name": "acme"})
    owner, ann = gateway.person(organization=acme["id"], role="owner"), gateway.person("ann@example.com")
    assert gateway.stop() == 0
    groups = [
        {"group": "users", "organization": acme["slug"], "role": "member"},
        {"group": "admins", "organization": acme["id"], "role": "admin"},
        {"group": "other", "organization": "nowhere", "role": "admin"},
    ]
    config = yaml.safe_load(gateway.config_file.read_text())
    config["sign_in"]["providers"] = [provider.configuration(groups_claim="realm_access.roles", groups=groups)]
    gateway.config_file.write_text(yaml.safe_dump(config))
    gateway.start()

    def sign_in(names, person=ann):
        provider.claims = claims_of(person, realm_access={"roles": names})
        assert Visitor(gateway).sign_in_by(provider) == "/"
        return role_in(gateway, acme["id"], person)

    assert sign_in(["users", "other"]) == "member"
    assert sign_in(["users", "admins"]) == "admin"
    assert sign_in(["users"]) == "member"
    assert sign_in([]) is None
    assert sign_in(["admins"], owner) == "owner"
    assert sign_in([], owner) == "owner"  # what people gave stays, and the last owner is not shut out
    assert sign_in(["users"]) == "member"
    gateway.manage("PATCH", f"/api/organizations/{acme['id']}/members/{ann.id}", {"role": "admin"})
    assert sign_in(["users"]) == "admin"  # somebody gave it by hand
    assert sign_in([]) is None  # the group gave the membership
    # Row 57 of the field reports: who changed a role, and by what.
    entries = [one for one in audit_of(gateway, acme["id"]) if one["action"] == "identity.groups"]
    assert len(entries) >= 4
    assert {(one["actor"], one["via"]) for one in entries} == {("job:groups:acme", "groups:acme")}
    assert logs(gateway, "nowhere")


# --- Proving oneself again: for who has no password here.


def proved_at(browser):
    return browser.get("/api/me").json()["session"]["proved_at"]


def test_who_signed_in_there_proves_himself_again_there(start_gateway, provider):
    options = sign_in_options(provider)
    options["accounts"]["step_up_lifetime_ms"] = 3000
    gateway = start_gateway(**options)
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann)
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    wait_for_old_proof(browser)
    session, cookie = browser.get("/api/me").json()["session"]["id"], browser.cookies[SESSION_COOKIE]
    location = browser.begin("/account", purpose="step_up")
    asked = provider.asked_by(location)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    provider.claims = claims_of(ann, auth_time=int(time.time()))
    assert browser.come_back(provider.sign_in_at(location)) == "/account"
    assert browser.ask("POST", "/api/me/tokens", {"name": "t"}).status == 201
    assert browser.get("/api/me").json()["session"]["id"] == session
    assert browser.cookies[SESSION_COOKIE] != cookie
    sessions = browser.get("/api/me/sessions").json()["data"]
    assert len(sessions) == 1


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({}, "token_refused"),  # the provider does not say when it asked
        ({"auth_time": 1_700_000_000}, "token_refused"),  # it has not asked again
        ({"auth_time": None, "sub": "another"}, "another_person"),
    ],
    ids=["at no time", "long ago", "another person"],
)
def test_who_was_not_asked_again_has_not_proven_himself(start, provider, more, fault):
    gateway = start()
    ann = gateway.person("ann@example.com")
    provider.claims = claims_of(ann)
    browser = Visitor(gateway)
    assert browser.sign_in_by(provider) == "/"
    before = (proved_at(browser), browser.cookies[SESSION_COOKIE])
    location = browser.begin("/account", purpose="step_up")
    if more.get("auth_time", 0) is None:
        more = more | {"auth_time": int(time.time())}
    provider.claims = claims_of(ann, **more)
    assert browser.come_back(provider.sign_in_at(location)) == FAILED + fault
    assert (proved_at(browser), browser.cookies[SESSION_COOKIE]) == before


def test_whose_session_has_ended_meanwhile_is_not_signed_in_by_proving_himself(start, provider):
    gateway = start()
    ann, bob = gateway.person("ann@example.com"), gateway.person("bob@example.com")
    browser = Visitor(gateway)
    provider.claims = claims_of(ann)
    assert browser.sign_in_by(provider) == "/"
    provider.claims = claims_of(ann, auth_time=int(time.time()))
    back = provider.sign_in_at(browser.begin("/account", purpose="step_up"))
    provider.claims = claims_of(bob)
    assert browser.sign_in_by(provider) == "/"
    cookie = browser.cookies[SESSION_COOKIE]
    assert browser.come_back(back) == FAILED + "expired"
    assert browser.cookies[SESSION_COOKIE] == cookie and browser.me()["id"] == bob.id


def test_only_who_is_signed_in_proves_himself_again(start):
    gateway = start()
    answer = gateway.request("GET", "/api/sign-in/acme?purpose=step_up")
    assert (answer.status, answer.json()["error"]["reason"]) == (409, "not_a_session")
    answer = gateway.request("GET", "/api/sign-in/acme?purpose=other")
    assert (answer.status, answer.json()["error"]["param"]) == (400, "purpose")


def test_an_operator_is_not_linked_by_his_address(start, provider):
    gateway = start()
    ann = gateway.person("ann@example.com")
    gateway.manage("PATCH", f"/api/users/{ann.id}", {"is_operator": True})
    provider.claims = claims_of(ann)
    assert Visitor(gateway).sign_in_by(provider) == FAILED + "operator_account"


def test_sign_ins_are_limited_by_address(start, provider):
    gateway = start()
    statuses = {gateway.request("GET", "/api/sign-in/acme").status for _ in range(70)}
    assert statuses == {303, 429}


def test_a_provider_that_hangs_keeps_no_request_waiting(start_gateway, provider):
    options = sign_in_options(provider)
    options["sign_in"]["timeout_ms"] = 1000
    gateway = start_gateway(**options)
    provider.claims = claims_of(gateway.person())
    browser = Visitor(gateway)
    query = provider.sign_in_at(browser.begin())
    provider.make_token = lambda *_: time.sleep(3) or "late"
    began = time.monotonic()
    assert browser.come_back(query) == FAILED + "provider_failed"
    assert time.monotonic() - began < 2.9
    assert BROWSER_COOKIE in browser.cookies
