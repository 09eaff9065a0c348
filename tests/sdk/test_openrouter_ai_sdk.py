"""OpenRouter's provider for Vercel's AI SDK reads what the gateway answers; ai_sdk_client.mjs runs one scenario a
process."""

import pytest

from support.chat import cost_of
from support.node import needs_node, run_client

pytestmark = needs_node("@openrouter/ai-sdk-provider")


@pytest.fixture
def sdk(gateway, account):
    def run(scenario, key=account.key):
        return run_client("ai_sdk_client.mjs", f"{gateway.base_url}/api/v1", key, scenario)

    return run


def check_usage(answer):
    usage = answer["usage"]
    assert usage["outputTokens"] == 12 and answer["finishReason"] == "stop"
    reported = answer["providerMetadata"]["openrouter"]
    assert reported["usage"]["cost"] == cost_of("test/chat", usage["inputTokens"], 12) and reported["provider"] == "sample"


def test_text(sdk):
    answer = sdk("text")
    assert len(answer["text"].split()) == 12
    check_usage(answer)


def test_streamed_text(sdk):
    answer = sdk("stream")
    assert len(answer["text"].split()) == 12 and answer["pieces"] > 1
    check_usage(answer)


def test_a_tool_call(sdk):
    assert sdk("tools") == ["get_weather"]


def test_an_embedding(sdk):
    assert sdk("embedding") > 0


def test_an_unknown_model(sdk):
    error = sdk("error")
    assert (error["kind"], error["status"]) == ("AI_APICallError", 404) and "no/such" in error["message"]
