"""Personal tokens that call models: which organization pays, and whose limits bind."""

import uuid

import pytest

from support.chat import chat
from support.people import refusal_of

CHAT = "/v1/chat/completions"


@pytest.fixture
def paid(gateway, team):
    """A team with credit."""
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    return team


def infer(team, person, organization=None, **options):
    headers = {"X-Org-Id": organization} if organization else {}
    return team.gateway.request("POST", CHAT, key=person.token, json=chat(**options), headers=headers)


def records_of(team, **filters):
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return team.may(team.owner, "GET", f"/activity?{query}")["data"]


def test_a_token_calls_models_for_the_organization_that_the_request_names(paid):
    answer = infer(paid, paid.member, paid.organization)
    assert answer.status == 200, answer.body
    assert answer.header("x-tollgate-organization") == paid.organization
    [record] = records_of(paid)
    hashes = [one["hash"] for one in tokens_of(paid.gateway, paid.member)]
    assert (record["member_id"], record["key_hash"]) == (paid.member.id, hashes[0])
    default = paid.may(paid.owner, "GET", "")["default_project_id"]
    assert record["project_id"] == default and record["usage"] > 0
    spent = paid.gateway.manage("GET", f"{paid.path}/credits")["total_usage"]
    assert spent == record["usage"]


def tokens_of(gateway, person):
    return gateway.request("GET", "/api/me/tokens", key=person.token).json()["data"]


def test_without_a_name_the_current_organization_pays(paid):
    assert infer(paid, paid.member).status == 402, "the personal organization has no credit"
    paid.may(paid.member, "POST", "/switch")
    answer = infer(paid, paid.member)
    assert (answer.status, answer.header("x-tollgate-organization")) == (200, paid.organization)


def test_a_refusal_for_want_of_credit_names_the_organization(paid):
    answer = infer(paid, paid.member)
    assert answer.error["code"] == "insufficient_credits"
    assert answer.header("x-tollgate-organization") == paid.member.organization


@pytest.mark.parametrize("below", ["members/{member}/limits", "projects/{project}/limits", "limits"])
def test_limits_of_member_project_and_organization_bind_a_token(paid, below):
    project = paid.may(paid.owner, "GET", "")["default_project_id"]
    path = below.format(member=paid.member.id, project=project)
    paid.gateway.manage("PATCH", f"{paid.path}/{path}", {"limit": 0})
    answer = infer(paid, paid.member, paid.organization)
    assert answer.status == 402 and answer.error["limit"] == "budget", answer.body
    paid.gateway.manage("PATCH", f"{paid.path}/{path}", {"limit": None, "requests_per_minute": 0})
    assert infer(paid, paid.member, paid.organization).status == 429


def test_a_persons_override_holds_for_the_token_in_that_organization_alone(paid):
    def model_of(person, organization=None):
        answer = infer(paid, person, organization, model=None)
        return answer.header("x-tollgate-model"), answer.header("x-tollgate-model-source")

    paid.may(paid.owner, "PUT", "/llm", {"model": "test/chat"})
    paid.may(paid.member, "PUT", "/members/me/llm", {"model": "test/odd"})
    assert model_of(paid.member, paid.organization) == ("test/odd", "member")
    assert model_of(paid.owner, paid.organization) == ("test/chat", "organization")
    assert infer(paid, paid.member, model=None).error["code"] == "model_required", "of the personal organization"
    paid.may(paid.owner, "PUT", "/llm", {"model": "test/chat", "allow_overrides": False})
    assert model_of(paid.member, paid.organization) == ("test/chat", "organization")


def test_what_a_token_spent_counts_for_its_person_with_his_keys(paid):
    paid.gateway.manage("PATCH", f"{paid.path}/members/{paid.member.id}/limits", {"limit": 1})
    assert infer(paid, paid.member, paid.organization).status == 200
    shown = paid.gateway.manage("GET", f"{paid.path}/members/{paid.member.id}/limits")
    assert shown["spent"] == records_of(paid)[0]["usage"]
    own = paid.gateway.request(
        "GET", "/api/v1/key", key=paid.member.token, headers={"X-Org-Id": paid.organization}
    ).json()["data"]
    assert own["usage"] == shown["spent"] and own["effective_budget"]["scope"] == "member"


def test_a_name_that_is_no_id_is_400_and_one_of_another_organization_403(paid):
    for name, status in (("acme", 400), (str(uuid.uuid4()), 403), (paid.owner.organization, 403)):
        for method, path in (("POST", CHAT), ("GET", "/api/v1/credits")):
            answer = paid.gateway.request(
                method, path, key=paid.member.token, json=chat() if method == "POST" else None, headers={"X-Org-Id": name}
            )
            assert answer.status == status, (path, name, answer.body)
            assert answer.header("x-tollgate-organization") is None


def test_a_key_of_one_organization_is_not_moved_to_another(paid):
    other = paid.gateway.new_account("5")
    keys = [paid.gateway.manage("POST", f"{paid.path}/keys", {"name": "k", "kind": kind})["key"] for kind in
            ("inference", "management")]
    for key in keys:
        for method, path in (("POST", CHAT), ("GET", "/api/v1/key")):
            body = chat() if method == "POST" else None
            answer = paid.gateway.request(method, path, key=key, json=body, headers={"X-Org-Id": other.organization})
            assert answer.status == 403, answer.body
    own = paid.gateway.request("POST", CHAT, key=keys[0], json=chat(), headers={"X-Org-Id": paid.organization.upper()})
    assert own.status == 200
    assert paid.gateway.credits(other)["total_usage"] == 0


def test_the_management_api_is_about_the_named_organization_too(paid):
    for named, total in ((None, 0), (paid.organization, 5)):
        headers = {"X-Org-Id": named} if named else {}
        answer = paid.gateway.request("GET", "/api/v1/credits", key=paid.owner.token, headers=headers)
        assert answer.json()["data"]["total_credits"] == total
    member = paid.gateway.request(
        "GET", "/api/v1/credits", key=paid.member.token, headers={"X-Org-Id": paid.organization}
    )
    assert member.status == 403, "a member sees no billing there"


def test_a_path_and_a_name_that_disagree_are_400(paid):
    own = paid.member.organization
    for key in (paid.member.token, paid.gateway.root_key):
        answer = paid.gateway.request("GET", f"{paid.path}/projects", key=key, headers={"X-Org-Id": own})
        assert answer.status == 400, answer.body
        same = paid.gateway.request("GET", f"{paid.path}/projects", key=key, headers={"X-Org-Id": paid.organization})
        assert same.status == 200


@pytest.mark.parametrize("body", [{"scopes": ["activity:read"]}, {"may_infer": False}])
def test_a_token_that_may_not_infer_calls_no_model(paid, body):
    made = paid.gateway.request("POST", "/api/me/tokens", key=paid.owner.token, json={"name": "t"} | body).json()
    for path in (CHAT, "/api/v1/chat/completions", "/v1/completions", "/v1/embeddings"):
        answer = paid.gateway.request(
            "POST", path, key=made["token"], json=chat(), headers={"X-Org-Id": paid.organization}
        )
        assert refusal_of(answer)[0] == 403
    again = {"name": "more", "may_infer": True}
    made = paid.gateway.request("POST", "/api/me/tokens", key=made["token"], json=again)
    assert made.status == 403, "nor makes one that does"


def test_row_26_who_is_suspended_or_removed_spends_nothing_from_the_next_request_on(paid):
    paid.may(paid.member, "POST", "/switch")
    with paid.gateway.connect() as connection:  # kept alive across the changes

        def status():
            headers = {"X-Org-Id": paid.organization}
            connection.send(paid.gateway.bytes_of("POST", CHAT, key=paid.member.token, json=chat(), headers=headers))
            return connection.read_answer().status

        assert status() == 200
        paid.may(paid.owner, "PATCH", f"/members/{paid.member.id}", {"status": "suspended"})
        assert status() == 403
        assert infer(paid, paid.member).status == 403, "nor in the current organization"
        paid.may(paid.owner, "PATCH", f"/members/{paid.member.id}", {"status": "active"})
        assert status() == 200
        paid.may(paid.owner, "DELETE", f"/members/{paid.member.id}")
        assert status() == 403
    assert infer(paid, paid.member).header("x-tollgate-organization") == paid.member.organization


def test_spending_of_tokens_is_the_same_after_a_restart(start_gateway, tmp_path):
    gateway = start_gateway()
    account = gateway.new_account("5")
    ann = gateway.person(organization=account.organization)
    named = {"X-Org-Id": account.organization}
    assert gateway.request("POST", CHAT, key=ann.token, json=chat(), headers=named).status == 200

    def figures():
        usage = gateway.request("GET", "/api/v1/key", key=ann.token, headers=named).json()["data"]["usage"]
        return usage, gateway.request("GET", "/api/v1/key", key=ann.token).json()["data"]["usage"]

    before = figures()
    assert before[0] > 0 and before[1] == 0
    gateway.kill()
    gateway.start()
    assert figures() == before
