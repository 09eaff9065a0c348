"""Service tiers and tools of the provider cost what the price list says of them, or are refused where it says nothing."""

from decimal import Decimal

import pytest

from support.chat import cost_of, post_chat

MODEL = "test/tiers"
EXTRAS = {
    "service_tier": {"service_tier": "priority"},
    "web_search_options": {"web_search_options": {}},
    "tools": {"tools": [{"type": "code_interpreter"}]},
    "modalities": {"modalities": ["text", "audio"]},
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("field", EXTRAS)
def test_what_has_no_price_is_refused_and_goes_nowhere(gateway, account, sample, field, stream):
    before = sample.requests_total()
    answer = post_chat(gateway, account, stream=stream, **EXTRAS[field])
    assert answer.status == 400 and answer.error["param"] == field, answer.body
    assert "test/chat" in answer.error["message"] and "price list" in answer.error["message"]
    assert sample.requests_total() == before and gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("fields, factor, per_request", [
    ({}, 1, "0"),
    ({"service_tier": "default"}, 1, "0"),
    ({"service_tier": "auto"}, 1, "0"),
    ({"service_tier": "priority"}, 2, "0"),
    ({"web_search_options": {}}, 1, "0.03"),
])
@pytest.mark.parametrize("stream", [True, False])
def test_what_has_a_price_costs_it(gateway, account, fields, factor, per_request, stream):
    answer = post_chat(gateway, account, "tokens=20 prompt_tokens=10", model=MODEL, stream=stream, **fields)
    assert answer.status == 200, answer.body
    expected = factor * cost_of(MODEL, 10, 20) + Decimal(per_request)
    assert gateway.credits(account)["total_usage"] == expected
