"""The official openai SDK for Node against the real binary; node_client.mjs runs one scenario a process."""

import json

import pytest

from support.chat import cost_of
from support.node import needs_node, run_client
from support.waiting import eventually

pytestmark = needs_node("openai")


@pytest.fixture
def node(gateway, account):
    def run(scenario, argument="", key=account.key, path="/v1"):
        return run_client("node_client.mjs", gateway.base_url + path, key, scenario, argument)

    return run


def test_chat(node):
    seen = node("chat")
    assert seen["content"] and seen["requestId"].startswith("req_")
    assert seen["usage"]["cost"] == cost_of("test/chat", seen["usage"]["prompt_tokens"], 12)


@pytest.mark.parametrize("path", ["/v1", "/api/v1"])
@pytest.mark.parametrize(
    "words",
    ["token_ms=2", "comments id_lines crlf bom error_null", "split=3", "usage=finish_chunk", "usage=after_done"],
)
def test_streamed_chat(node, words, path):
    seen = node("stream", f"tokens=12 {words}", path=path)
    assert len(seen["content"].split()) == 12 and seen["finishReason"] == "stop"
    assert seen["usage"]["completion_tokens"] == 12 and seen["usage"]["cost"] > 0


def test_twenty_streams_share_one_connection(gateway, node):
    before = gateway.metrics().sum("tollgate_connections_accepted_total")
    assert node("streams", 20) == {"done": 20}
    assert gateway.metrics().sum("tollgate_connections_accepted_total") - before == 1


def test_tools_are_passed_through_plain_and_streamed(node):
    for call in node("tools"):
        assert call["name"] == "get_weather" and "city" in json.loads(call["arguments"])


def test_embeddings(node):
    assert node("embeddings") == [{"length": 16, "type": "number"}] * 2


def test_models(node):
    assert "test/chat" in node("models")


@pytest.mark.parametrize(
    "words, kind, status, code, attempts",
    [
        ("unknown model", "NotFoundError", 404, "model_not_found", 0),
        ("status=400", "BadRequestError", 400, "sample_error", 1),
        ("status=429 retry_after=1", "RateLimitError", 429, "rate_limit_exceeded", 3),
        ("status=500", "InternalServerError", 500, "sample_error", 3),
        ("status=401", "InternalServerError", 502, "upstream_auth_failed", 1),
    ],
)
def test_errors_and_their_retries(node, sample, words, kind, status, code, attempts):
    before = sample.requests_total()
    seen = node("error", words)
    assert (seen["kind"], seen["status"], seen["code"]) == (kind, status, code)
    assert seen["message"] and seen["requestID"].startswith("req_")
    assert sample.requests_total() - before == attempts


def test_a_wrong_key_is_an_authentication_error(node):
    seen = node("error", "tokens=1", key="sk-tg-v1-wrong")
    assert (seen["kind"], seen["code"]) == ("AuthenticationError", "invalid_api_key")


def test_missing_credit_is_not_retried(gateway, node, sample):
    poor = gateway.new_account(None)
    before, sent = gateway.metrics().sum("tollgate_requests_total", status="402"), sample.requests_total()
    seen = node("error", "tokens=1", key=poor.key)
    assert (seen["status"], seen["code"]) == (402, "insufficient_credits")
    assert gateway.metrics().sum("tollgate_requests_total", status="402") == before + 1
    assert sample.requests_total() == sent


@pytest.mark.parametrize("words", ["reset_at=3", "error_at=3"])
def test_a_broken_stream_raises(node, words):
    seen = node("brokenStream", f"tokens=10 token_ms=2 {words}")
    assert seen["kind"] != "none" and seen["chunks"] > 0


def test_leaving_a_stream_aborts_the_upstream(node, sample):
    aborted = sample.aborted()
    node("abort")
    eventually(lambda: sample.aborted() == aborted + 1, within_s=1)
