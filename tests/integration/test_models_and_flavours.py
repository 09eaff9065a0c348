"""Models, defaults, and what differs between /v1 and /api/v1."""

import re

import pytest

from support.chat import ANSWERED, MODELS, chat, cost_of, post_chat, stream_chat
from support.sse import chunk_json

API = "/api/v1/chat/completions"


@pytest.mark.parametrize("path", ["/v1/models", "/api/v1/models"])
def test_models_lists_the_catalogue(gateway, account, path):
    body = gateway.request("GET", path, key=account.key).json()
    assert {model["id"] for model in body["data"]} == set(MODELS)
    if path.startswith("/v1"):
        assert body["object"] == "list"
        assert all(model["object"] == "model" and isinstance(model["created"], int) for model in body["data"])
    else:
        assert all("prompt" in model["pricing"] and "completion" in model["pricing"] for model in body["data"])


@pytest.mark.parametrize("name", ["test/chat", "chat", "test%2Fchat"])
def test_a_model_is_found_by_id_and_alias(gateway, account, name):
    answer = gateway.request("GET", f"/v1/models/{name}", key=account.key)
    assert answer.status == 200 and answer.json()["id"] == "test/chat"


def test_an_unknown_model_is_404_under_models(gateway, account):
    answer = gateway.request("GET", "/v1/models/no/such", key=account.key)
    assert answer.status == 404 and answer.error["code"] == "model_not_found"


def test_a_request_for_an_unknown_model_is_404_and_sent_nowhere(gateway, account, sample):
    before = sample.requests_total()
    answer = post_chat(gateway, account, model="no/such")
    assert answer.status == 404 and answer.error["code"] == "model_not_found"
    assert "no/such" in answer.error["message"]
    assert sample.requests_total() == before


def test_an_alias_is_billed_as_its_model(gateway, account):
    answer = post_chat(gateway, account, model="chat")
    assert answer.header("x-tollgate-model") == "test/chat"
    assert gateway.generation(account, answer.header("x-generation-id"))["model"] == "test/chat"


def test_without_model_and_default_a_request_is_400(gateway, account):
    answer = post_chat(gateway, account, model=None)
    assert answer.status == 400 and answer.error["code"] == "model_required"


def test_without_model_the_organizations_default_is_used(gateway, account):
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", {"model": "test/odd"})
    answer = post_chat(gateway, account, "prompt_tokens=5 completion_tokens=5", model=None)
    assert answer.status == 200, answer.body
    assert answer.header("x-tollgate-model") == "test/odd"
    assert answer.json()["usage"]["cost"] == cost_of("test/odd", 5, 5)


def test_a_changed_default_holds_for_the_next_request(gateway, account):
    path = f"/api/organizations/{account.organization}/llm"
    for model in ("test/odd", "test/chat", "test/odd"):
        gateway.manage("PUT", path, {"model": model})
        assert post_chat(gateway, account, model=None).header("x-tollgate-model") == model


def test_a_cleared_default_is_no_default(gateway, account):
    path = f"/api/organizations/{account.organization}/llm"
    gateway.manage("PUT", path, {"model": "test/chat"})
    assert gateway.manage("GET", path)["model"] == "test/chat"
    gateway.manage("PUT", path, {"model": None})
    assert gateway.manage("GET", path)["model"] is None
    assert post_chat(gateway, account, model=None).error["code"] == "model_required"


def test_an_unknown_default_is_refused(gateway, account):
    answer = gateway.request(
        "PUT", f"/api/organizations/{account.organization}/llm", key=gateway.root_key, json={"model": "no/such"}
    )
    assert 400 <= answer.status < 500 and "no/such" in answer.error["message"]


def test_a_request_that_names_a_model_ignores_the_default(gateway, account):
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", {"model": "test/odd"})
    assert post_chat(gateway, account, model="test/chat").header("x-tollgate-model") == "test/chat"


# --- the OpenRouter flavour


def test_api_v1_answers_carry_our_generation_id_and_name_the_provider(gateway, account):
    answer = post_chat(gateway, account, path=API)
    body = answer.json()
    assert body["id"] == answer.header("x-generation-id")
    assert body["provider"] == "sample"
    assert body["model"] == "test/chat"


def test_api_v1_events_all_carry_id_provider_and_model(gateway, account):
    answer, stream = stream_chat(gateway, account, "tokens=5", path=API)
    assert len(stream.events) >= 6
    assert {event["id"] for event in stream.events} == {answer.header("x-generation-id")}
    assert {event["provider"] for event in stream.events} == {"sample"}
    assert {event["model"] for event in stream.events} == {"test/chat"}


def test_api_v1_streams_always_end_with_usage(gateway, account):
    _, stream = stream_chat(gateway, account, "tokens=7", path=API)
    assert stream.usage["completion_tokens"] == 7
    assert stream.events[-1]["usage"]["cost"] == cost_of("test/chat", stream.usage["prompt_tokens"], 7)


def test_v1_streams_show_usage_only_where_asked(gateway, account):
    _, without = stream_chat(gateway, account, "tokens=5")
    assert without.usage is None and all(event["choices"] for event in without.events)
    _, explicit = stream_chat(gateway, account, "tokens=5", stream_options={"include_usage": False})
    assert explicit.usage is None
    _, asked = stream_chat(gateway, account, "tokens=5", stream_options={"include_usage": True})
    assert asked.usage["completion_tokens"] == 5 and asked.events[-1]["choices"] == []


def test_the_upstream_is_asked_for_usage_in_every_stream(gateway, account, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("ok"))
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    for options in (None, {"include_usage": False}, {"include_usage": True}, {"include_obfuscation": False}):
        stream_chat(gateway, account, model="test/scripted", stream_options=options)
        sent = scripted.requests[-1].json()["stream_options"]
        assert sent["include_usage"] is True
        assert sent.get("include_obfuscation") == (options or {}).get("include_obfuscation")


def test_api_v1_errors_have_integer_codes_and_a_type(gateway, account):
    error = post_chat(gateway, account, path=API, model="no/such").error
    assert error["code"] == 404 and isinstance(error["metadata"]["error_type"], str) and error["message"]


def test_v1_errors_have_openais_four_fields(gateway, account):
    error = post_chat(gateway, account, model="no/such").error
    assert set(error) >= {"message", "type", "param", "code"} and error["code"] == "model_not_found"


def test_api_v1_completions_work(gateway, account):
    answer = gateway.request(
        "POST", "/api/v1/completions", key=account.key, json={"model": "test/chat", "prompt": "Once"}
    )
    assert answer.status == 200 and re.fullmatch("gen-.{26}", answer.json()["id"])


def test_the_key_object_counts_usage(gateway):
    account = gateway.new_account("5", limit=1)
    cost = post_chat(gateway, account).json()["usage"]["cost"]
    data = gateway.request("GET", "/api/v1/key", key=account.key).json()["data"]
    assert data["limit"] == 1 and data["limit_remaining"] == 1 - cost
    for window in ("usage", "usage_daily", "usage_weekly", "usage_monthly"):
        assert data[window] == cost
    assert account.key not in str(data) and data["label"].startswith("sk-tg-v1-")


@pytest.mark.parametrize("path", ["/api/v1/key", "/api/v1/credits", "/api/v1/generation?id=gen-x"])
def test_account_routes_want_a_key(gateway, path):
    assert gateway.request("GET", path).status == 401


def test_body_fields_pass_through_whole(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {"choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 0}}
    )
    body = chat(
        model="test/scripted",
        tools=[{"type": "function", "function": {"name": "f"}}],
        seed=7,
        logit_bias={},
        response_format={"type": "json_object"},
        unknown_to_us={"a": [None]},
    )
    gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)
    assert scripted.requests[0].json() == body | {"model": "scripted-1"}
