"""Service tiers and tools of the provider cost what the price list says of them, or are refused where it says nothing."""

from decimal import Decimal

import pytest

from support.chat import cost_of, post_chat

MODEL = "test/tiers"
EXTRAS = {
    "service_tier": {"service_tier": "priority"},
    "web_search_options": {"web_search_options": {}},
    "tools": {"tools": [{"type": "code_interpreter"}]},
    "speed": {"speed": "fast"},
    "inference_geo": {"inference_geo": "us"},
    "compound_custom": {"compound_custom": {"tools": {"enabled_tools": ["web_search"]}}},
    "data_sources": {"data_sources": [{"type": "azure_search", "parameters": {}}]},
    "connectors": {"connectors": [{"id": "web-search"}]},
    "search_parameters": {"search_parameters": {"mode": "auto"}},
    "enable_search": {"extra_body": {"enable_search": True}},
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


@pytest.mark.parametrize("tool", [
    {"type": kind} for kind in (
        "web_search_preview", "file_search", "image_generation", "mcp", "computer_use_preview", "browser_search",
        "code_execution_20250825", "a_tool_of_next_year")
] + [{"google_search": {}}, {"googleSearch": {}}, {"url_context": {}}, {"unheardOf": {}},
     {"type": "function", "function": {"name": "f"}, "google_search": {}},
     {"type": "builtin_function", "function": {"name": "$web_search"}}])
def test_a_tool_of_the_provider_is_refused_whatever_it_is_called(gateway, account, tool):
    answer = post_chat(gateway, account, tools=[tool])
    assert answer.status == 400 and answer.error["param"] == "tools", answer.body
    assert gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("tool", [
    {"type": "function", "function": {"name": "web_search", "parameters": {}}},
    {"type": "custom", "custom": {"name": "code_interpreter"}},
    {"function_declarations": [{"name": "f"}]},
    {"name": "f", "parameters": {}},
])
def test_a_tool_of_the_client_costs_nothing_more(gateway, account, tool):
    answer = post_chat(gateway, account, "tokens=20 prompt_tokens=10", tools=[tool])
    assert answer.status == 200, answer.body
    assert gateway.credits(account)["total_usage"] == cost_of("test/chat", 10, 20)


@pytest.mark.parametrize("fields, factor, per_request", [
    ({}, 1, "0"),
    ({"service_tier": "default"}, 1, "0"),
    ({"service_tier": "auto"}, 1, "0"),
    ({"service_tier": "priority"}, 2, "0"),
    ({"web_search_options": {}}, 1, "0.03"),
    ({"tools": [{"googleSearch": {}}]}, 1, "0.03"),
    ({"enable_search": True}, 1, "0.03"),
    ({"enable_search": False, "speed": "standard", "connectors": []}, 1, "0"),
])
@pytest.mark.parametrize("stream", [True, False])
def test_what_has_a_price_costs_it(gateway, account, fields, factor, per_request, stream):
    answer = post_chat(gateway, account, "tokens=20 prompt_tokens=10", model=MODEL, stream=stream, **fields)
    assert answer.status == 200, answer.body
    expected = factor * cost_of(MODEL, 10, 20) + Decimal(per_request)
    assert gateway.credits(account)["total_usage"] == expected


FLEXIBLE = """
version: "1"
models:
  - id: flexible/chat
    endpoints:
      - {provider: sample, model: sample-chat, prices: {prompt: "2", completion: "2"}}
      - {provider: sample, model: sample-chat, prices: {prompt: "1", completion: "1"}, service_tiers: [flex]}
"""


@pytest.mark.parametrize(("fields", "cost"), [({}, 60), ({"service_tier": "flex"}, 30), ({"service_tier": "auto"}, 60)])
def test_flex_costs_its_own_price_where_there_is_one(start_gateway, tmp_path, fields, cost):
    file = tmp_path / "flexible.yaml"
    file.write_text(FLEXIBLE)
    gateway = start_gateway(catalogue=[str(file)])
    account = gateway.new_account()
    answer = post_chat(gateway, account, "tokens=20 prompt_tokens=10", model="flexible/chat", **fields)
    assert answer.status == 200, answer.body
    assert gateway.credits(account)["total_usage"] == Decimal(cost) / 1_000_000
