"""Requests that say which Git repository they are about: who pays, by whose defaults and limits, and when they are
refused. The cases are those of a table of eleven, all against the running gateway."""

import itertools
from dataclasses import dataclass

import pytest

from support.chat import chat
from support.people import Team, new_team, refusal_of
from support.waiting import eventually

CHAT = "/v1/chat/completions"
names = itertools.count()


@dataclass
class World:
    """Two tenants, `claimer` with a claim; `ann` is a member of both, `bob` of `own` alone."""

    gateway: object
    claimer: Team
    own: Team
    path: str  # of the claimed Git organization
    claim: str
    ann: object
    bob: object

    def call(self, key, headers=None, path=CHAT, **body):
        headers = self.git() if headers is None else headers
        return self.gateway.request("POST", path, key=key, json=chat(**body), headers=headers)

    def git(self, repository=None, **more):
        return {"X-Git-Provider": "gitlab", "X-Git-Repository": repository or f"{self.path}/shop"} | more

    def key(self, team, kind="inference", **more):
        """Made by the operator: nobody in particular."""
        return self.gateway.manage("POST", f"{team.path}/keys", {"name": "k", "kind": kind} | more)["key"]

    def spent(self, team):
        return self.gateway.manage("GET", f"{team.path}/credits")["total_usage"]


@pytest.fixture
def world(claiming):
    gateway = claiming
    claimer, own = new_team(gateway, "Claimer"), new_team(gateway, "Own")
    for team in (claimer, own):
        gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    path = f"acme-{next(names)}"
    claim = gateway.manage("POST", f"{claimer.path}/git-claims", {"provider": "gitlab", "git_organization": path})
    ann, bob = own.member, own.admin
    gateway.manage("POST", f"{claimer.path}/members", {"user_id": ann.id})
    for person in (ann, bob):
        own.may(person, "POST", "/switch")
    return World(gateway, claimer, own, path, claim["id"], ann, bob)


def paid_by(answer, team, routed_by):
    assert answer.status == 200, answer.body
    assert answer.header("x-tollgate-organization") == team.organization
    assert answer.header("x-tollgate-routed-by") == routed_by


def test_case_1_without_the_fields_the_key_the_name_or_the_current_organization_decides(world):
    for key, headers, team in (
        (world.key(world.own), {}, world.own),
        (world.ann.token, {"X-Org-Id": world.claimer.organization}, world.claimer),
        (world.ann.token, {}, world.own),
    ):
        paid_by(world.call(key, headers), team, None)


@pytest.mark.parametrize("name", ["nobodys", "nobodys-either/team"])
def test_case_2_an_unclaimed_repository_is_paid_as_without_the_fields(world, name):
    for key in (world.ann.token, world.key(world.own), world.key(world.own, "service", scopes=["git:attribute"])):
        paid_by(world.call(key, world.git(f"{name}/shop")), world.own, "fallback")


def test_case_3_a_member_is_billed_to_the_claiming_organization_with_its_defaults_and_limits(world):
    world.gateway.manage("PUT", f"{world.claimer.path}/llm", {"model": "test/chat"})
    answer = world.call(world.ann.token, model=None)
    paid_by(answer, world.claimer, "git_claim")
    assert answer.header("x-tollgate-model") == "test/chat", "the default of the claiming organization"
    [record] = world.claimer.may(world.claimer.owner, "GET", "/activity")["data"]
    assert record["member_id"] == world.ann.id
    assert record["project_id"] == world.claimer.may(world.claimer.owner, "GET")["default_project_id"]
    assert world.spent(world.claimer) == record["usage"] and world.spent(world.own) == 0
    for limits, status in (({"limit": 0}, 402), ({"limit": None, "requests_per_minute": 0}, 429)):
        world.gateway.manage("PATCH", f"{world.claimer.path}/members/{world.ann.id}/limits", limits)
        assert world.call(world.ann.token).status == status, "the member's own there"
        paid_by(world.call(world.ann.token, {}), world.own, None)


def test_case_4_a_person_who_is_no_member_pays_as_without_the_fields(world):
    paid_by(world.call(world.bob.token), world.own, "fallback")
    assert world.spent(world.claimer) == 0


def test_case_4_or_is_refused_where_the_claim_says_so(world):
    world.gateway.manage("PATCH", f"{world.claimer.path}/git-claims/{world.claim}", {"outsiders": "reject"})
    answer = world.call(world.bob.token)
    assert refusal_of(answer) == (403, "git_org_not_member")
    assert world.claimer.organization not in answer.text and answer.header("x-tollgate-organization") is None
    paid_by(world.call(world.ann.token), world.claimer, "git_claim")


def test_case_5_a_service_key_bills_the_claimer_with_the_scope_only(world):
    paid_by(world.call(world.key(world.own, "service", scopes=["git:attribute"])), world.claimer, "git_claim")
    assert refusal_of(world.call(world.key(world.own, "service"))) == (403, "git_not_attributable")


def test_case_5_the_maker_of_a_service_key_is_a_manager_of_its_own_and_a_member_of_the_claimer(world):
    """So no tenant spends another one's credit."""
    own, claimer = world.own, world.claimer
    body = {"name": "ci", "kind": "service", "scopes": ["git:attribute"]}
    key = own.may(own.owner, "POST", "/keys", body)["key"]
    assert refusal_of(world.call(key)) == (403, "git_not_attributable")
    world.gateway.manage("POST", f"{claimer.path}/members", {"user_id": own.owner.id})
    paid_by(world.call(key), claimer, "git_claim")
    world.gateway.manage("POST", f"{own.path}/members", {"user_id": claimer.owner.id, "role": "owner"})
    own.may(claimer.owner, "PATCH", f"/members/{own.owner.id}", {"role": "member"})
    assert refusal_of(world.call(key)) == (403, "git_not_attributable"), "who is no manager any more"
    paid_by(world.call(key, {}), own, None)
    own.may(claimer.owner, "PATCH", f"/members/{own.owner.id}", {"role": "admin"})
    claimer.may(claimer.owner, "PATCH", f"/members/{own.owner.id}", {"status": "suspended"})
    assert refusal_of(world.call(key)) == (403, "git_not_attributable")


def test_case_5_limits_of_a_service_key_hold_in_each_organization_by_itself(world):
    key = world.key(world.own, "service", scopes=["git:attribute"], limit=0)
    assert world.call(key).error["code"] == "key_limit_exceeded"
    assert world.call(key, {}).error["code"] == "key_limit_exceeded"
    digest = [one for one in world.gateway.manage("GET", f"{world.own.path}/keys")["data"]][0]["hash"]
    world.gateway.manage("PATCH", f"{world.own.path}/keys/{digest}", {"limit": 1})
    paid_by(world.call(key), world.claimer, "git_claim")
    assert world.gateway.manage("GET", f"{world.own.path}/keys/{digest}")["data"]["usage"] == 0


def test_case_6_a_key_bound_to_another_organization_is_refused(world):
    for key in (world.key(world.own), world.key(world.own, creator_user_id=world.ann.id)):
        assert refusal_of(world.call(key)) == (403, "git_not_attributable")
    assert world.spent(world.own) == world.spent(world.claimer) == 0


def test_case_6_and_one_of_the_claiming_organization_is_taken(world):
    project = world.claimer.may(world.claimer.owner, "POST", "/projects", {"name": "shop"})["id"]
    paid_by(world.call(world.key(world.claimer, project_id=project)), world.claimer, "git_claim")
    [record] = world.claimer.may(world.claimer.owner, "GET", "/activity")["data"]
    assert record["project_id"] == project, "its own project stays"


def test_case_7_a_name_and_a_claim_that_disagree_are_400(world):
    for person in (world.ann, world.bob):
        answer = world.call(person.token, world.git(**{"X-Org-Id": world.own.organization}))
        assert answer.status == 400 and answer.error["param"] == "X-Org-Id"
    same = world.call(world.ann.token, world.git(**{"X-Org-Id": world.claimer.organization}))
    paid_by(same, world.claimer, "git_claim")


def test_case_8_a_suspended_member_is_refused_and_nobody_pays(world):
    world.gateway.manage("PATCH", f"{world.claimer.path}/members/{world.ann.id}", {"status": "suspended"})
    assert refusal_of(world.call(world.ann.token)) == (403, "member_suspended")
    assert world.spent(world.own) == world.spent(world.claimer) == 0


def test_case_8_a_suspended_claimer_is_refused_and_nobody_pays(world):
    service = world.key(world.own, kind="service", scopes=["git:attribute"])
    world.gateway.manage("PATCH", world.claimer.path, {"status": "suspended"})
    for key in (world.ann.token, service, world.key(world.claimer)):
        assert refusal_of(world.call(key)) == (403, "organization_suspended")
    world.gateway.manage("PATCH", world.claimer.path, {"status": "active"})
    world.gateway.manage("PATCH", world.own.path, {"status": "suspended"})
    assert refusal_of(world.call(service)) == (403, "organization_suspended")
    assert world.spent(world.own) == world.spent(world.claimer) == 0


def test_case_9_a_claimer_without_credit_is_named_and_nobody_else_pays(world):
    world.gateway.manage("POST", f"{world.claimer.path}/adjustments", {"amount": -5, "note": "empty"})
    answer = world.call(world.ann.token)
    assert (answer.status, answer.error["code"]) == (402, "insufficient_credits")
    assert answer.error["organization_id"] == world.claimer.organization
    assert answer.error["limit"] == "credit" and answer.header("x-tollgate-routed-by") == "git_claim"
    assert world.spent(world.own) == 0


def test_case_9_nor_where_a_limit_of_the_claimer_is_reached(world):
    world.gateway.manage("PATCH", f"{world.claimer.path}/limits", {"requests_per_minute": 0})
    answer = world.call(world.ann.token)
    assert answer.status == 429 and answer.error["organization_id"] == world.claimer.organization
    assert answer.error["scope"] == "organization" and world.spent(world.own) == 0


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"X-Git-Provider": "bitbucket"}, "X-Git-Provider"),
        ({"X-Git-Provider": ""}, "X-Git-Provider"),
        ({"X-Git-Provider": None}, "X-Git-Provider"),
        ({"X-Git-Host": "no host"}, "X-Git-Host"),
        ({"X-Git-Repository": None}, "X-Git-Repository"),
        ({"X-Git-Repository": ""}, "X-Git-Repository"),
        ({"X-Git-Repository": "acme"}, "X-Git-Repository"),
        ({"X-Git-Repository": "acme//shop"}, "X-Git-Repository"),
        ({"X-Git-Repository": "https://gitlab.com/acme/shop"}, "X-Git-Repository"),
        ({"X-Git-Organization": "other"}, "X-Git-Organization"),
        ({"X-Git-Organization": "a b"}, "X-Git-Organization"),
    ],
)
def test_case_10_a_malformed_field_is_400_for_every_caller(world, fields, param):
    headers = {name: value for name, value in (world.git() | fields).items() if value is not None}
    for key in (world.ann.token, world.key(world.own), world.key(world.own, "service", scopes=["git:attribute"])):
        answer = world.call(key, headers)
        assert (answer.status, answer.error["param"]) == (400, param), answer.body
    assert world.spent(world.own) == world.spent(world.claimer) == 0


def test_case_10_a_field_that_stands_twice_is_400(world):
    with world.gateway.connect() as connection:
        request = world.gateway.bytes_of("POST", CHAT, key=world.ann.token, json=chat(), headers=world.git())
        head, _, body = request.partition(b"\r\n\r\n")
        connection.send(head + b"\r\nx-git-repository: other/shop\r\n\r\n" + body)
        assert connection.read_answer().status == 400


def test_case_11_claims_hold_after_a_restart(start_gateway):
    """They are in memory, and all of them are read before the gateway answers: there is no moment without."""
    gateway = start_gateway()
    account = gateway.new_account("5")
    claims = f"/api/organizations/{account.organization}/git-claims"
    gateway.manage("POST", claims, {"provider": "github", "git_organization": "acme", "outsiders": "reject"})
    bob = gateway.person()
    headers = {"X-Git-Provider": "github", "X-Git-Repository": "acme/shop"}
    for _ in range(2):
        refused = gateway.request("POST", CHAT, key=bob.token, json=chat(), headers=headers)
        assert refusal_of(refused) == (403, "git_org_not_member")
        assert gateway.request("POST", CHAT, key=account.key, json=chat(), headers=headers).status == 200
        gateway.kill()
        gateway.start()


@pytest.mark.parametrize(
    "fields",
    [
        {"X-Git-Repository": "{}/shop"},
        {"X-Git-Repository": "/{}/Shop.git/"},
        {"X-Git-Repository": "{}/team/sub/shop"},
        {"X-Git-Organization": "{}"},
        {"X-Git-Organization": "{}/team/sub"},
        {"X-Git-Organization": "{}", "X-Git-Repository": "{}/team/shop"},
        {"X-Git-Repository": "{}/shop", "X-Git-Host": "GITLAB.com.:443"},
        {"x-git-repository": "{}/shop", "x-git-provider": "GitLab"},
    ],
)
def test_row_40_spellings_in_the_fields_find_the_claim(world, fields):
    for path in (world.path, world.path.upper()):
        headers = {"X-Git-Provider": "gitlab"} | {name: value.format(path) for name, value in fields.items()}
        if "x-git-provider" in headers:
            del headers["X-Git-Provider"]
        paid_by(world.call(world.ann.token, headers), world.claimer, "git_claim")


@pytest.mark.parametrize("fields", [{"X-Git-Provider": "github"}, {"X-Git-Host": "git.example.com"}])
def test_another_provider_or_host_is_another_git_organization(world, fields):
    paid_by(world.call(world.ann.token, world.git(**fields)), world.own, "fallback")


def test_the_nearest_claim_above_a_repository_counts(world):
    body = {"provider": "gitlab", "git_organization": f"{world.path}/team"}
    world.gateway.manage("POST", f"{world.own.path}/git-claims", body)
    for repository, team in (
        ("shop", world.claimer),
        ("teams/shop", world.claimer),
        ("team/shop", world.own),
        ("team/sub/deeper/shop", world.own),
    ):
        paid_by(world.call(world.ann.token, world.git(f"{world.path}/{repository}")), team, "git_claim")


def test_a_claim_and_its_release_hold_for_the_next_request(world):
    for _ in range(20):
        paid_by(world.call(world.ann.token), world.claimer, "git_claim")
        world.gateway.manage("DELETE", f"{world.claimer.path}/git-claims/{world.claim}")
        paid_by(world.call(world.ann.token), world.own, "fallback")
        body = {"provider": "gitlab", "git_organization": world.path}
        world.claim = world.gateway.manage("POST", f"{world.claimer.path}/git-claims", body)["id"]


def test_streams_are_attributed_too(world):
    answer = world.call(world.ann.token, stream=True)
    paid_by(answer, world.claimer, "git_claim")
    assert world.spent(world.claimer) > 0


def test_the_fields_are_not_sent_upstream(world, sample):
    paid_by(world.call(world.ann.token), world.claimer, "git_claim")
    [request] = sample.last_requests(1)
    assert "x-git" not in request["head"].lower() and "x-org" not in request["head"].lower()


def test_what_became_of_attributions_is_counted(world):
    def counts():
        metrics = world.gateway.metrics()
        outcomes = ("claimed", "fallback", "refused")
        return [metrics.sum("tollgate_git_attributions_total", outcome=outcome) for outcome in outcomes]

    before = counts()
    paid_by(world.call(world.ann.token), world.claimer, "git_claim")
    paid_by(world.call(world.bob.token), world.own, "fallback")
    assert world.call(world.ann.token, world.git(**{"X-Git-Provider": "unknown"})).status == 400
    assert [after - one for after, one in zip(counts(), before, strict=True)] == [1, 1, 1]


def test_outside_of_calls_of_models_the_fields_mean_nothing(world):
    headers = world.git(**{"X-Git-Provider": "unknown"})
    answer = world.gateway.request("GET", "/api/v1/key", key=world.ann.token, headers=headers)
    assert answer.status == 200 and answer.header("x-tollgate-organization") == world.own.organization


def test_the_record_names_claim_organization_and_repository(world):
    repository = f"{world.path}/team/Shop.git"
    answer = world.call(world.ann.token, world.git(repository))
    expected = {
        "git_provider": "gitlab",
        "git_host": "gitlab.com",
        "git_organization": world.path,
        "git_repository": f"{world.path}/team/shop",
        "git_claim_id": world.claim,
    }
    [row] = world.claimer.may(world.claimer.owner, "GET", "/activity")["data"]
    path = f"/api/v1/generation?id={answer.header('x-generation-id')}"
    shown = world.gateway.request("GET", path, key=world.ann.token).json()["data"]
    for record in (row, shown):
        assert {name: record[name] for name in expected} == expected
    assert shown["organization_id"] == world.claimer.organization
    csv = world.claimer.ask(world.claimer.owner, "GET", "/activity?format=csv").text
    assert f"gitlab,gitlab.com,{world.path},{world.path}/team/shop,{world.claim}" in csv


def test_a_record_on_fallback_names_the_repository_without_a_claim(world):
    world.call(world.bob.token, world.git(f"{world.path}/team/shop"))
    world.call(world.bob.token, {"X-Git-Provider": "github", "X-Git-Organization": "Solo"})
    world.call(world.bob.token, {})
    rows = world.own.may(world.own.owner, "GET", "/activity")["data"]
    assert sorted(str((one["git_organization"], one["git_repository"], one["git_claim_id"])) for one in rows) == sorted(
        str(one)
        for one in [
            (f"{world.path}/team", f"{world.path}/team/shop", None),
            ("solo", None, None),
            (None, None, None),
        ]
    )


def test_row_40_activity_is_filtered_by_git_names_in_any_spelling(world):
    for repository in ("shop", "team/shop"):
        world.call(world.ann.token, world.git(f"{world.path}/{repository}"))
    ask = f"/activity?git_repository={world.path.upper()}/Shop.git/"
    [row] = world.claimer.may(world.claimer.owner, "GET", ask)["data"]
    assert row["git_repository"] == f"{world.path}/shop"
    for name, count in ((world.path, 2), (f"/{world.path.upper()}/", 2), ("nobodys", 0)):
        assert len(world.claimer.may(world.claimer.owner, "GET", f"/activity?git_organization={name}")["data"]) == count
    assert world.claimer.ask(world.claimer.owner, "GET", "/activity?git_repository=shop").status == 400


def test_sums_by_git_repository_and_organization(world):
    key = world.key(world.claimer)
    for repository in ("shop", "shop", "blog"):
        paid_by(world.call(key, world.git(f"{world.path}/{repository}")), world.claimer, "git_claim")
    owner = world.claimer.owner
    eventually(lambda: len(world.claimer.may(owner, "GET", "/activity")["data"]) == 3)
    rows = world.claimer.may(owner, "GET", "/analytics?group_by=git_repository")["data"]
    counted = {row["git_repository"]: row["requests"] for row in rows}
    assert counted == {f"{world.path}/shop": 2, f"{world.path}/blog": 1}
    [row] = world.claimer.may(owner, "GET", "/analytics?group_by=git_organization")["data"]
    assert (row["git_organization"], row["requests"]) == (world.path, 3)
    values = world.claimer.may(owner, "GET", "/activity/values?field=git_repository")["data"]
    assert {one["value"]: one["requests"] for one in values} == counted
