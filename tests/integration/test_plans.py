"""How much an organization may have: plans of the configuration, and what the operator says in their place. And to
whom it is invoiced."""

import pytest

from support.people import new_team, refusal_of
from support.processes import Gateway, run_gateway

PLANS = {
    "default": "small",
    "plans": {
        "small": {"organizations": 1, "members": 4, "projects": 2, "keys": 3},
        "brief": {"retain_days": 3, "none_days": 1},
        "large": {"members": "unlimited", "projects": "unlimited", "keys": "unlimited", "retain_days": "unlimited", "none_days": 90},
    },
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    running = Gateway(tmp_path_factory.mktemp("plans"), providers, workers=1, plans=PLANS).start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def team(gateway):
    return new_team(gateway)


def plan_of(team):
    return team.may(team.member, "GET", "/plan")


def test_an_organization_has_the_default_plan_and_sees_what_is_used(team):
    plan = plan_of(team)
    assert (plan["plan"], plan["default"], plan["retention_days"]) == ("small", True, 90)
    assert plan["members"] == {"most": 4, "used": 3}
    assert plan["projects"] == {"most": 2, "used": 1}
    assert plan["keys"] == {"most": 3, "used": 0}


def test_a_plan_bounds_projects_keys_and_members(team):
    assert team.ask(team.owner, "POST", "/projects", {"name": "two"}).status == 201
    assert refusal_of(team.ask(team.owner, "POST", "/projects", {"name": "three"})) == (409, "limit_reached")
    for _ in range(3):
        assert team.ask(team.owner, "POST", "/keys", {"name": "k"}).status == 201
    assert refusal_of(team.ask(team.owner, "POST", "/keys", {"name": "k"})) == (409, "limit_reached")
    team.invite(team.owner, "fourth@people.test")
    refused = team.ask(team.owner, "POST", "/invitations", {"emails": ["fifth@people.test"]})
    assert refusal_of(refused) == (409, "limit_reached")


def test_the_operator_gives_a_plan_and_numbers_of_its_own(gateway, team):
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "large", "keys": 1})
    plan = plan_of(team)
    assert (plan["plan"], plan["default"]) == ("large", False)
    assert plan["projects"] == {"most": None, "used": 1} and plan["keys"]["most"] == 1
    for name in ("two", "three", "four"):
        assert team.ask(team.owner, "POST", "/projects", {"name": name}).status == 201
    assert team.ask(team.owner, "POST", "/keys", {"name": "k"}).status == 201
    assert refusal_of(team.ask(team.owner, "POST", "/keys", {"name": "k"})) == (409, "limit_reached")
    again = gateway.manage("PUT", f"{team.path}/plan", {"plan": None})
    assert (again["plan"], again["default"], again["keys"]["most"]) == ("small", True, 3)
    assert again["projects"] == {"most": 2, "used": 4}  # what there is stays


def test_the_same_plan_again_is_no_change(gateway, team):
    before = gateway.manage("PUT", f"{team.path}/plan", {"plan": "large"})["version"]
    assert gateway.manage("PUT", f"{team.path}/plan", {"plan": "large"})["version"] == before
    actions = [entry["action"] for entry in gateway.manage("GET", f"{team.path}/audit")["data"]]
    assert actions.count("plan.update") == 1


def test_what_was_read_of_a_plan_may_come_back(gateway, team):
    path = f"{team.path}/plan"
    shown = gateway.manage("PUT", path, {"plan": "small", "keys": 7})
    assert gateway.manage("PUT", path, shown) == shown
    more = gateway.manage("PUT", path, shown | {"members": 9})
    assert (more["members"]["most"], more["keys"]["most"], more["projects"]["most"]) == (9, 7, 2)
    gateway.manage("PUT", path, shown, expect=412)
    gateway.manage("PUT", path, {"plan": "small", "keys": {"most": 8, "used": 0}}, expect=400)


def test_an_unknown_plan_is_refused(gateway, team):
    answer = gateway.request("PUT", f"{team.path}/plan", key=gateway.root_key, json={"plan": "golden"})
    assert answer.status == 400 and "plan" in answer.error["message"]


def test_nobody_but_the_operator_gives_a_plan(team):
    for person in (team.owner, team.admin, team.member):
        assert team.ask(person, "PUT", "/plan", {"plan": "large"}).status == 403


def test_how_many_organizations_a_person_makes_is_of_his_own_plan(gateway):
    ann = gateway.person()
    body = {"name": "Ann's"}
    assert gateway.request("POST", "/api/organizations", key=ann.token, json=body).status == 201
    assert refusal_of(gateway.request("POST", "/api/organizations", key=ann.token, json=body)) == (409, "limit_reached")
    gateway.manage("PUT", f"/api/organizations/{ann.organization}/plan", {"plan": "large"})
    assert gateway.request("POST", "/api/organizations", key=ann.token, json=body).status == 201  # three of them


def effective(retention):
    return retention["effective"]["level"], retention["effective"]["days"]


def test_the_level_and_the_plan_say_how_long_usage_detail_is_kept(gateway, team):
    shown = team.may(team.member, "GET", "/retention")
    assert (shown["level"], shown["days"], effective(shown)) == (None, None, ("retain", 90))
    assert shown["plan_days"] == {"none": 3, "retain": 90}
    for plan, kept in (("small", {"none": 3, "retain": 90}), ("brief", {"none": 1, "retain": 3}), ("large", None)):
        gateway.manage("PUT", f"{team.path}/plan", {"plan": plan})
        for level, days in (kept or {"none": 90, "retain": 90}).items():
            set_to = team.may(team.admin, "PUT", "/retention", {"level": level})
            assert (set_to["level"], effective(set_to)) == (level, (level, days)), plan
    assert set_to["plan_days"] == {"none": 90, "retain": None}


def test_what_was_read_of_retention_may_come_back(team):
    shown = team.may(team.admin, "GET", "/retention")
    assert team.may(team.admin, "PUT", "/retention", shown) == shown
    none = team.may(team.admin, "PUT", "/retention", shown | {"level": "none"})
    assert none["version"] == shown["version"] + 1
    assert team.ask(team.admin, "PUT", "/retention", shown).status == 412
    assert team.ask(team.admin, "PUT", "/retention", none | {"plan_days": {"none": 9, "retain": 9}}).status == 403


def test_a_smaller_plan_shortens_what_an_organization_chose(gateway, team):
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "large"})
    own = team.may(team.owner, "PUT", "/retention", {"level": "retain", "days": 90})
    assert (own["days"], effective(own)) == (90, ("retain", 90))
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "brief"})
    short = team.may(team.owner, "GET", "/retention")
    assert (short["days"], effective(short)) == (90, ("retain", 3))
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "brief", "retention_days": 90})
    assert effective(team.may(team.owner, "GET", "/retention")) == ("retain", 90)


def test_nobody_goes_beyond_the_plan_and_the_operator_changes_it(gateway, team):
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "brief"})
    for person in (team.owner, team.admin):
        refused = team.ask(person, "PUT", "/retention", {"level": "retain", "days": 90})
        assert refusal_of(refused) == (403, "beyond_plan") and "3 days" in refused.error["message"]
    assert effective(team.may(team.admin, "PUT", "/retention", {"level": "retain", "days": 1})) == ("retain", 1)


def test_members_and_odd_days_are_refused(team):
    assert team.ask(team.member, "PUT", "/retention", {"level": "none"}).status == 403
    for wrong in (
        {},
        {"level": "standard"},
        {"level": "retain", "days": 42},
        {"level": "none", "days": 1},
        {"level": "retain", "days": -1},
    ):
        assert team.ask(team.owner, "PUT", "/retention", wrong).status == 400, wrong


def test_more_days_than_usual_are_for_owners_to_choose(start_gateway):
    classes = {"usual": {"number": 0, "days": 90}, "short": {"number": 1, "days": 3}, "year": {"number": 2, "days": 365}}
    gateway = start_gateway(plans=PLANS, retention={"classes": classes})
    team = new_team(gateway)
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "large"})
    year = {"level": "retain", "days": 365}
    assert team.ask(team.admin, "PUT", "/retention", year).status == 403
    set_to = team.may(team.owner, "PUT", "/retention", year)
    assert effective(set_to) == ("retain", 365)
    assert team.may(team.admin, "PUT", "/retention", set_to) == set_to, "the same again is nobody's choice"
    gateway.kill()
    gateway.start()
    assert team.may(team.member, "GET", "/retention") == set_to


def test_row_9_a_plan_that_is_missing_refuses_instead_of_allowing(start_gateway):
    gateway = start_gateway(plans=PLANS)
    team = new_team(gateway)
    gateway.manage("PUT", f"{team.path}/plan", {"plan": "large"})
    gateway.stop()
    text = gateway.config_file.read_text()
    gateway.config_file.write_text(text.replace("large:", "huge:"))
    gateway.start()
    for below, body in (("/projects", {"name": "p"}), ("/keys", {"name": "k"})):
        answer = team.ask(team.owner, "POST", below, body)
        assert answer.status >= 500 and "large" in answer.error["message"], answer.body
    assert gateway.manage("PUT", f"{team.path}/plan", {"plan": "huge"})["plan"] == "huge"
    assert team.ask(team.owner, "POST", "/projects", {"name": "p"}).status == 201


@pytest.mark.parametrize(
    "plans, problem",
    [
        ("{default: golden}", "there is no plan 'golden'"),
        ("{plans: {pro: {members: none}}}", "members must be"),
        ("{plans: {pro: {seats: 3}}}", "seats"),
        ("{plans: {pro: {retain_days: 0}}}", "retain_days must be"),
    ],
)
def test_a_wrong_plan_is_a_wrong_configuration(tmp_path, plans, problem):
    config = tmp_path / "config.yaml"
    config.write_text(f"plans: {plans}\n")
    done = run_gateway("check", "--config", config)
    assert done.returncode != 0 and problem in done.stderr + done.stdout


# --- billing details


BILLING = {
    "company": "Example GmbH",
    "address": "Street 1, 10115 Berlin",
    "tax_id": "DE123456789",
    "contact_name": "Ann",
    "contact_email": "billing@example.test",
}


def test_owners_say_to_whom_credit_is_invoiced(team):
    empty = team.may(team.owner, "GET", "/billing")
    assert empty == dict.fromkeys(BILLING) | {"version": empty["version"]}
    changed = team.may(team.owner, "PATCH", "/billing", BILLING)
    assert changed == BILLING | {"version": empty["version"] + 1}
    assert team.may(team.owner, "PATCH", "/billing", BILLING) == changed
    cleared = team.may(team.owner, "PATCH", "/billing", {"tax_id": None})
    assert cleared["tax_id"] is None and cleared["company"] == "Example GmbH"
    assert team.may(team.admin, "GET", "/billing") == cleared
    assert team.ask(team.member, "GET", "/billing").status == 403


def test_billing_details_outlive_a_restart(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    team.may(team.owner, "PATCH", "/billing", BILLING)
    gateway.kill()
    gateway.start()
    assert team.may(team.owner, "GET", "/billing")["company"] == "Example GmbH"


@pytest.mark.parametrize(
    "wrong", [{"contact_email": "nobody"}, {"company": "x" * 201}, {"company": "a\nb"}, {"company": 3}, {"iban": "x"}]
)
def test_wrong_billing_details_are_refused(team, wrong):
    assert team.ask(team.owner, "PATCH", "/billing", wrong).status == 400
