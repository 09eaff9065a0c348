"""OpenRouter's official SDK for Node reads what the gateway answers; openrouter_client.mjs runs one scenario a process."""

import pytest

from support.chat import MODELS, cost_of
from support.node import needs_node, run_client

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


def test_a_wrong_key(sdk):
    assert sdk("error", "test/chat", key="sk-tg-v1-wrong") == {
        "kind": "UnauthorizedResponseError",
        "status": 401,
        "code": 401,
    }


def test_an_unknown_model(sdk):
    assert sdk("error", "no/such") == {"kind": "NotFoundResponseError", "status": 404, "code": 404}
