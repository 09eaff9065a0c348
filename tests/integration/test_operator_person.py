"""The operator as a person: made by the link that the first start prints, he acts by his session, and proves himself again
before what is dangerous."""

import pytest

from support.browser import SAME_ORIGIN, Browser, give_password, signed_in, wait_for_old_proof
from support.master_key import secrets_of
from support.people import new_team, refusal_of

PASSWORD = "correct horse battery"
AS_OPERATOR = SAME_ORIGIN | {"X-Tollgate-As": "operator"}


def start(start_gateway, tmp_path, **accounts):
    return start_gateway(secrets=secrets_of(tmp_path), accounts=accounts, trusted_proxies=["127.0.0.1/32"])


@pytest.fixture
def own(start_gateway, tmp_path):
    return start(start_gateway, tmp_path)


def set_up(gateway, token=None, email="ops@people.test"):
    browser = Browser(gateway)
    body = {"token": token or gateway.setup_token, "email": email, "name": "Ops", "password": PASSWORD}
    return browser, browser.ask("POST", "/api/setup", body)


@pytest.fixture
def operator(own):
    browser, answer = set_up(own)
    assert answer.status == 201, answer.body
    return browser


def test_who_has_the_link_operates_the_gateway_and_who_comes_first_gets_nothing(own):
    assert own.request("GET", "/api/sign-in").json()["set_up"] is False
    for token in ("tg-setup-" + "0" * 49, "x"):
        early, answer = set_up(own, token)
        assert refusal_of(answer) == (404, "setup_invalid") and early.cookie is None
    browser, answer = set_up(own)
    assert answer.status == 201 and answer.json()["user"]["is_operator"] is True
    assert browser.gets("GET", "/api/users")["data"][0]["email"] == "ops@people.test"
    assert own.request("GET", "/api/sign-in").json()["set_up"] is True
    _, again = set_up(own, email="second@people.test")
    assert refusal_of(again) == (404, "setup_invalid"), "once"


def test_what_fails_does_not_use_the_link_up(own):
    browser = Browser(own)
    body = {"token": own.setup_token, "email": "ops@people.test", "name": "Ops", "password": "short"}
    assert browser.ask("POST", "/api/setup", body).status == 400
    own.person("taken@people.test")
    _, taken = set_up(own, email="taken@people.test")
    assert refusal_of(taken) == (409, "email_taken")
    assert set_up(own)[1].status == 201


def test_the_operator_s_session_acts_as_the_operator_where_the_instance_is_asked_for(own, operator):
    team = new_team(own)
    assert operator.gets("PUT", f"{team.path}/plan", {"plan": "enterprise"})
    assert operator.gets("POST", f"{team.path}/credits", {"amount": 5})["balance"] == 5
    assert [one["id"] for one in operator.gets("GET", f"{team.path}/keys")["data"]] == []
    me = operator.gets("GET", "/api/me")
    entries = own.manage("GET", f"{team.path}/audit")["data"]
    last = [entry for entry in entries if entry["action"].startswith("plan")][-1]
    assert last["actor"] == f"user:{me['user']['id']}" and last["actor_name"] == "Ops"
    assert last["via"] == f"session:{me['session']['id']}"


def test_a_list_that_everybody_has_is_one_s_own_until_one_says_otherwise(own, operator):
    team = new_team(own)
    assert team.organization not in {one["id"] for one in operator.gets("GET", "/api/organizations")["data"]}
    everything = operator.gets("GET", "/api/organizations", headers=AS_OPERATOR)["data"]
    assert team.organization in {one["id"] for one in everything}


def test_nobody_else_becomes_the_operator_by_saying_so(own, operator):
    team = new_team(own)
    browser = signed_in(own, team.owner)
    for method, path in (("GET", "/api/users"), ("GET", "/api/audit"), ("PUT", f"{team.path}/plan")):
        body = {"plan": "enterprise"} if method == "PUT" else None
        assert browser.ask(method, path, body, headers=AS_OPERATOR).status == 403
    other = new_team(own)
    assert browser.ask("GET", f"{other.path}/keys", headers=AS_OPERATOR).status == 404
    assert own.request("GET", "/api/users", key=team.owner.token, headers={"X-Tollgate-As": "operator"}).status == 403


def test_a_personal_token_of_the_operator_is_a_person_s(own, operator):
    token = operator.gets("POST", "/api/me/tokens", {"name": "t"})["token"]
    assert own.request("GET", "/api/users", key=token).status == 403
    assert own.request("GET", "/api/users", key=token, headers={"X-Tollgate-As": "operator"}).status == 403


def test_another_operator_is_named_and_the_last_one_stays(own, operator):
    ann = own.person()
    browser = signed_in(own, ann)
    ops = operator.gets("GET", "/api/me")["user"]["id"]
    for change in ({"is_operator": False}, {"status": "suspended"}):
        answer = own.request("PATCH", f"/api/users/{ops}", key=own.root_key, json=change)
        assert refusal_of(answer) == (409, "last_operator")
    assert refusal_of(own.request("DELETE", f"/api/users/{ops}", key=own.root_key)) == (409, "last_operator")
    assert browser.ask("GET", "/api/users").status == 403
    assert operator.gets("PATCH", f"/api/users/{ann.id}", {"is_operator": True})["is_operator"] is True
    assert browser.ask("GET", "/api/users").status == 200
    assert browser.ask("PATCH", f"/api/users/{ops}", {"is_operator": False}).status == 200
    assert operator.ask("GET", "/api/users").status == 403


# --- proving oneself again


@pytest.fixture
def hasty(start_gateway, tmp_path):
    """A gateway where a proof is old after some seconds."""
    return start(start_gateway, tmp_path, step_up_lifetime_ms=4000)


def test_row_74_what_is_dangerous_needs_a_young_proof(hasty):
    operator, answer = set_up(hasty)
    assert answer.status == 201
    ops = answer.json()["user"]["id"]
    organization = operator.gets("POST", "/api/organizations", {"name": "Own"})["id"]
    path = f"/api/organizations/{organization}"
    member = hasty.person(organization=organization, role="admin")
    token = operator.gets("POST", "/api/me/tokens", {"name": "t"})["data"]["hash"]
    key = operator.gets("POST", f"{path}/keys", {"name": "m", "kind": "management"})["data"]["hash"]
    dangerous = [
        ("POST", f"{path}/keys", {"name": "k", "kind": "management"}),
        ("POST", f"{path}/keys", {"name": "k", "kind": "service"}),
        ("POST", f"{path}/keys/{key}/rotate", {}),
        ("PATCH", f"{path}/members/{member.id}", {"role": "owner"}),
        ("PATCH", f"{path}/members/{ops}", {"role": "member"}),
        ("DELETE", f"{path}/members/{ops}", None),
        ("POST", f"{path}/invitations", {"email": "o@people.test", "role": "owner"}),
        ("POST", "/api/me/tokens", {"name": "t"}),
        ("POST", f"/api/me/tokens/{token}/rotate", {}),
        ("PATCH", f"/api/users/{member.id}", {"email": "other@people.test"}),
        ("DELETE", f"/api/users/{member.id}", None),
        ("POST", f"/api/users/{member.id}/tokens", {"name": "t"}),
        ("POST", f"/api/users/{member.id}/password-links", None),
        ("DELETE", path, {"confirm": "Own"}),
    ]
    wait_for_old_proof(operator)
    for method, one, body in dangerous:
        answer = operator.ask(method, one, body)
        assert (answer.status, answer.error["code"]) == (403, "step_up_required"), (method, one, answer.body)
    assert operator.ask("POST", f"{path}/keys", {"name": "plain"}).status == 201
    assert operator.ask("PATCH", f"{path}/members/{member.id}", {"role": "member"}).status == 200
    operator.gets("POST", "/api/sessions/current/step-up", {"password": PASSWORD})
    assert operator.ask(*dangerous[0]).status == 201
    assert hasty.request("POST", f"/api/users/{member.id}/password-links", key=hasty.root_key).status == 201


def test_a_refusal_comes_before_a_proof_is_asked_for(hasty):
    team = new_team(hasty)
    browser = signed_in(hasty, team.member)
    wait_for_old_proof(browser)
    answer = browser.ask("DELETE", team.path, {"confirm": "Team"})
    assert (answer.status, answer.error["code"]) == (403, "permission_denied")
