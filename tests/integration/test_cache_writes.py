"""What a provider keeps in its cache for an hour has a price of its own: 100 of the 400 tokens that are written."""

import csv
import io
import json
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.sse import Stream

U = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
SPLIT = {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 100}
COST, COST_WITHOUT_A_PRICE, COST_OF_AN_HOUR = Decimal("0.002175"), Decimal("0.0021"), Decimal("0.0024")
SHAPES = {
    "Anthropic": {"input_tokens": 600, "cache_creation_input_tokens": 400, "cache_creation": SPLIT, "output_tokens": 100},
    "Anthropic without the sum": {"input_tokens": 600, "cache_creation": SPLIT, "output_tokens": 100},
    "OpenAI's names": {**U, "cache_creation_input_tokens": 400, "cache_creation": SPLIT},
    "LiteLLM": {**U, "prompt_tokens_details": {"cache_creation_tokens": 400, "cache_creation_token_details": SPLIT}},
    "Alibaba": {**U, "prompt_tokens_details": {"cached_tokens": 0, "cache_creation": SPLIT}},
    "new-api": {
        **U,
        "prompt_tokens_details": {"cached_creation_tokens": 400},
        "claude_cache_creation_5_m_tokens": 300,
        "claude_cache_creation_1_h_tokens": 100,
    },
    "Bedrock": {
        "inputTokens": 600,
        "outputTokens": 100,
        "totalTokens": 1100,
        "cacheWriteInputTokens": 400,
        "cacheDetails": [{"ttl": "5m", "inputTokens": 300}, {"ttl": "1h", "inputTokens": 100}],
    },
    "Bedrock with a null in its list": {
        "inputTokens": 600,
        "outputTokens": 100,
        "totalTokens": 1100,
        "cacheWriteInputTokens": 400,
        "cacheDetails": [None, {"ttl": "1h", "inputTokens": 100}],
    },
    "Tollgate": {**U, "prompt_tokens_details": {"cache_write_tokens": 400, "cache_write_1h_tokens": 100}},
}
TEXT = "word " * 80


def answer_with(scripted, usage, stream):
    def script(exchange):
        if not stream:
            message = {"role": "assistant", "content": TEXT}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            return exchange.answer({"id": "x", "object": "chat.completion", "choices": choices, "usage": usage})
        exchange.start_stream()
        exchange.event({"id": "x", "choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": "stop"}]})
        exchange.event({"id": "x", "choices": [], "usage": usage})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script


def ask(gateway, account, model, stream):
    options = {"stream_options": {"include_usage": True}} if stream else {}
    answer = post_chat(gateway, account, model=model, stream=stream, **options)
    assert answer.status == 200, answer.body
    usage = Stream(answer.body).usage if stream else answer.json()["usage"]
    return usage, gateway.generation(account, answer.header("x-generation-id"))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_for_an_hour_costs_its_own_price(gateway, account, scripted, shape, stream):
    answer_with(scripted, SHAPES[shape], stream)
    usage, record = ask(gateway, account, "test/cached", stream)
    assert record["total_cost"] == usage["cost"] == COST and record["usage_source"] == "provider"
    assert (record["native_tokens_cache_write"], record["native_tokens_cache_write_1h"]) == (400, 100)
    assert not record["usage_contradictory"]


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_price_of_its_own_it_costs_what_other_writes_do(gateway, account, scripted, stream):
    answer_with(scripted, SHAPES["Anthropic"], stream)
    usage, record = ask(gateway, account, "test/shapes", stream)
    assert record["total_cost"] == usage["cost"] == COST_WITHOUT_A_PRICE
    assert record["native_tokens_cache_write_1h"] == 100


@pytest.mark.parametrize("stream", [False, True])
def test_more_for_an_hour_than_is_written_raises_no_prompt(gateway, account, scripted, stream):
    split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 900}
    answer_with(scripted, {**SHAPES["Anthropic"], "cache_creation": split}, stream)
    usage, record = ask(gateway, account, "test/cached", stream)
    assert (record["tokens_prompt"], usage["prompt_tokens"]) == (1000, 1000)
    assert (record["native_tokens_cache_write"], record["native_tokens_cache_write_1h"]) == (400, 400)
    assert record["usage_source"] == "provider" and record["usage_contradictory"]
    assert record["total_cost"] == usage["cost"] == COST_OF_AN_HOUR


def test_usage_in_two_events_keeps_what_the_first_one_told(gateway, account, scripted):
    """Anthropic's stream: the cache stands in the first event, the output in the last."""

    def script(exchange):
        exchange.start_stream()
        first = {"usage": {"input_tokens": 600, "cache_creation_input_tokens": 400, "cache_creation": SPLIT}}
        exchange.event({"id": "x", "choices": [{"index": 0, "delta": {"content": TEXT}}], **first})
        last = {"input_tokens": 600, "cache_creation_input_tokens": 400, "output_tokens": 100}
        exchange.event({"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": last})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    _, record = ask(gateway, account, "test/cached", True)
    assert record["total_cost"] == COST


def test_records_and_reports_tell_the_two_apart(gateway, account, scripted):
    answer_with(scripted, SHAPES["Anthropic"], False)
    ask(gateway, account, "test/cached", False)
    (row,) = gateway.manage("GET", f"/api/organizations/{account.organization}/activity")["data"]
    assert (row["tokens_cache_write"], row["tokens_cache_write_1h"]) == (400, 100)
    path = f"/api/organizations/{account.organization}/analytics?group_by=model"
    (total,) = gateway.manage("GET", path)["data"]
    assert (total["cache_write_tokens"], total["cache_write_1h_tokens"]) == (400, 100)
    text = gateway.request("GET", path + "&format=csv", key=gateway.root_key).body.decode()
    (in_csv,) = csv.DictReader(io.StringIO(text))
    assert (in_csv["cache_write_tokens"], in_csv["cache_write_1h_tokens"]) == ("400", "100")


def test_the_price_is_published(gateway, account):
    models = gateway.request("GET", "/api/v1/models", key=account.key).json()["data"]
    prices = {model["id"]: model["pricing"] for model in models}
    assert Decimal(prices["test/cached"]["input_cache_write_1h"]) == Decimal("0.000002")
    assert prices["test/shapes"]["input_cache_write_1h"] == prices["test/shapes"]["input_cache_write"]


HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
PROMPT = "word " * 800
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
MARKED = {
    "part": {"content": [{"type": "text", "text": PROMPT, **HOUR}]},
    "tool": {"content": PROMPT, "tools": [{**TOOL, **HOUR}]},
    "body": {"content": PROMPT, **HOUR},
}
UNMARKED = {
    "text": {"content": PROMPT},
    "five minutes": {"content": [{"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral", "ttl": "5m"}}]},
    "no ttl": {"content": PROMPT, "cache_control": {"type": "ephemeral"}},
}


@pytest.mark.parametrize("where", MARKED)
def test_holds_cover_a_prompt_that_is_kept_for_an_hour(gateway, scripted, where):
    """All of 4,000 bytes may be written: at the price of an hour it costs more than the organization has."""
    answer_with(scripted, SHAPES["Anthropic"], False)
    poor = gateway.new_account("0.002")
    ordinary = post_chat(gateway, poor, model="test/shapes", max_tokens=1, **MARKED[where])
    assert ordinary.status == 200, ordinary.body
    poor = gateway.new_account("0.002")
    dear = post_chat(gateway, poor, model="test/cached", max_tokens=1, **MARKED[where])
    assert dear.status == 402, (dear.status, json.loads(dear.body))


@pytest.mark.parametrize("how", UNMARKED)
def test_others_hold_no_more_because_an_hour_has_a_price(gateway, scripted, how):
    held = {}

    def script(exchange):
        held[model] = gateway.credits(account)["held"]
        exchange.answer({"choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}}], "usage": U})

    scripted.script = script
    account = gateway.new_account("1")
    for model in ("test/shapes", "test/cached"):
        assert post_chat(gateway, account, model=model, max_tokens=1, **UNMARKED[how]).status == 200
    assert held["test/cached"] == held["test/shapes"] > 0


def test_an_hour_that_nobody_asked_for_is_settled_all_the_same(gateway, scripted):
    """What the provider bills beyond the hold is charged, as any such figure is."""
    usage = {"input_tokens": 0, "cache_creation_input_tokens": 1000, "output_tokens": 1}
    answer_with(scripted, {**usage, "cache_creation": {"ephemeral_1h_input_tokens": 1000}}, False)
    poor = gateway.new_account("0.0017")
    answer = post_chat(gateway, poor, model="test/cached", content=PROMPT, max_tokens=1)
    assert answer.status == 200, answer.body
    record = gateway.generation(poor, answer.header("x-generation-id"))
    assert record["total_cost"] == Decimal("0.00201") and record["native_tokens_cache_write_1h"] == 1000
