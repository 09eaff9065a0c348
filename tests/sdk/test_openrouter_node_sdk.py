"""OpenRouter's official SDK for Node reads what the gateway answers; openrouter_client.mjs runs one scenario a process."""

from datetime import UTC, datetime

import pytest

from support.chat import MODELS, cost_of, post_chat
from support.master_key import secrets_of
from support.node import needs_node, run_client
from support.people import new_team
from support.processes import Gateway

pytestmark = needs_node("@openrouter/sdk")


@pytest.fixture
def sdk(gateway, account):
    def run(scenario, argument="", key=account.key):
        return run_client("openrouter_client.mjs", f"{gateway.base_url}/api/v1", key, scenario, argument)

    return run


def test_models_page_by_page(sdk):
    pages = sdk("models")
    assert all(len(page) <= 2 for page in pages)
    assert sorted(model for page in pages for model in page) == sorted(MODELS)


def test_one_model(sdk):
    model = sdk("model")
    assert model["id"] == "test/chat" and model["architecture"]["modality"] == "text->text"


def test_the_number_of_models(sdk):
    assert sdk("count") == {"count": len(MODELS)}


def test_chat(sdk):
    answer = sdk("chat")
    assert answer["id"].startswith("gen-") and answer["choices"][0]["message"]["content"]
    assert answer["usage"]["cost"] == cost_of("test/chat", answer["usage"]["promptTokens"], 12)


def test_streamed_chat(sdk):
    chunks = sdk("stream")
    text = "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
    assert len(text.split()) == 12 and chunks[-1]["usage"]["completionTokens"] == 12


def test_embeddings(sdk):
    assert [len(item["embedding"]) for item in sdk("embeddings")["data"]] == [16, 16]


def test_generation(sdk):
    record = sdk("generation")
    assert record["model"] == "test/chat" and record["tokensCompletion"] == 12 and record["totalCost"] > 0
    assert [response["status"] for response in record["providerResponses"]] == [200]


def test_the_calling_key(sdk):
    key = sdk("key")
    assert key["limit"] is None and key["workspaceId"] and key["rateLimit"]["requests"] == -1


def test_credits(sdk):
    assert sdk("credits") == {"totalCredits": 5, "totalUsage": 0}


@pytest.fixture
def manager(gateway, team):
    """The team with a management key of its owner."""
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    return team, gateway.manage("POST", f"{team.path}/keys", body)["key"]


def test_keys(sdk, manager):
    team, key = manager
    seen = sdk("keys", key=key)
    made, shown = seen["made"], seen["shown"]
    assert made["key"].startswith("sk-tg-v1-") and made["data"]["limitReset"] == "weekly"
    assert made["data"]["limit"] == made["data"]["limitRemaining"] == 2 and made["data"]["expiresAt"]
    assert made["data"]["creatorUserId"] == team.owner.id
    assert seen["changed"] == shown and (shown["name"], shown["disabled"], shown["limit"]) == ("desk", True, None)
    assert (seen["listed"], seen["all"]) == ([], [shown["hash"]]) and seen["deleted"] == {"deleted": True}


def test_provider_keys(tmp_path, providers, scripted):
    scripted.script = lambda exchange: exchange.answer({"data": []})
    keeper = Gateway(tmp_path, providers, workers=1, secrets=secrets_of(tmp_path)).start()
    team = new_team(keeper)
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    key = keeper.manage("POST", f"{team.path}/keys", body)["key"]
    seen = run_client("openrouter_client.mjs", f"{keeper.base_url}/api/v1", key, "byok", "")
    made, changed = seen["made"], seen["changed"]
    assert (made["name"], made["label"], made["provider"]) == ("main", "****abcd", "scripted")
    assert made["allowedModels"] == ["test/chat"] and not made["disabled"] and made["workspaceId"] is None
    assert changed == made | {"disabled": True, "isFallback": True, "allowedModels": None}
    assert seen["shown"] == changed and seen["listed"] == [changed] and seen["deleted"] == {"deleted": True}
    assert keeper.stop() == 0


def test_members_page_by_page(sdk, manager):
    team, key = manager
    roles = {one["id"]: one["role"] for one in sdk("members", key=key)}
    assert roles == {team.owner.id: "org:admin", team.admin.id: "org:admin", team.member.id: "org:member"}


def test_activity(sdk, gateway, account):
    post_chat(gateway, account, "tokens=12")
    body = {"name": "m", "kind": "management"}
    key = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", body)["key"]
    [row] = sdk("activity", f"{datetime.now(UTC):%Y-%m-%d}", key=key)
    assert (row["model"], row["requests"], row["completionTokens"]) == ("test/chat", 1, 12) and row["workspaceId"]


def test_analytics(sdk, gateway, account):
    post_chat(gateway, account, "tokens=12")
    body = {"name": "m", "kind": "management"}
    key = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", body)["key"]
    assert sdk("analytics", key=key)["metadata"] | {"queryTimeMs": 0} == {
        "rowCount": 1,
        "truncated": False,
        "queryTimeMs": 0,
    }
    words = sdk("meta", key=key)
    assert {"request_count", "total_usage"} <= {metric["name"] for metric in words["metrics"]}
    assert {"gt", "lte"} <= {operator["name"] for operator in words["operators"]}
    assert {"model", "api_key_id", "app", "external_user"} <= {dimension["name"] for dimension in words["dimensions"]}


def test_a_wrong_key(sdk):
    assert sdk("error", "test/chat", key="sk-tg-v1-wrong") == {
        "kind": "UnauthorizedResponseError",
        "status": 401,
        "code": 401,
    }


def test_an_unknown_model(sdk):
    assert sdk("error", "no/such") == {"kind": "NotFoundResponseError", "status": 404, "code": 404}
