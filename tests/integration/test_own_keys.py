"""Requests that go with an organization's own keys at providers: whose key is tried first, and who pays."""

import json

import pytest
import yaml

from support.chat import chat, cost_of, open_stream
from support.master_key import secrets_of
from support.own_keys import ANSWER, KEYS, OPERATORS, SECRET, Shop, answers, secrets_seen
from support.people import refusal_of
from support.processes import PRICES as PRICE_FILE
from support.processes import Gateway
from support.waiting import eventually


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    """A gateway with a master key; organizations' own endpoints may be on 127.0.0.0/8."""
    directory = tmp_path_factory.mktemp("own")
    networks = {"allowed_networks": ["127.0.0.0/8"]}
    running = Gateway(directory, providers, workers=2, secrets=secrets_of(directory), provider_keys=networks)
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


def test_an_own_key_goes_before_the_operators_and_costs_nothing(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    shop.store()
    answer = shop.ask()
    assert answer.status == 200, answer.body
    assert secrets_seen(scripted) == [f"Bearer {SECRET}"]
    assert answer.json()["usage"]["cost"] == 0
    record = shop.record(answer)
    assert (record["is_byok"], record["total_cost"], record["provider_name"]) == (True, 0, "scripted")
    assert record["upstream_inference_cost"] == cost_of("test/scripted", 1000, 100)
    assert (shop.credits()["total_usage"], shop.credits()["held"]) == (0, 0)


def test_openrouters_clients_are_told_who_paid(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    shop.store()
    usage = shop.ask(path="/api/v1/chat/completions").json()["usage"]
    assert (usage["is_byok"], usage["cost"]) == (True, 0)
    assert usage["cost_details"] == {"upstream_inference_cost": cost_of("test/scripted", 1000, 100)}
    assert "is_byok" not in shop.ask().json()["usage"]


@pytest.mark.parametrize("mode, seen", [("credits", [OPERATORS]), ("hybrid", [SECRET]), ("api-keys", [SECRET])])
def test_the_mode_says_whose_keys_are_used(gateway, scripted, mode, seen):
    answers(scripted)
    shop = Shop(gateway, mode, credit=1)
    shop.store()
    assert shop.ask().status == 200
    assert secrets_seen(scripted) == [f"Bearer {one}" for one in seen]


def test_without_an_own_key_hybrid_is_billed_and_api_keys_fails(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway, "hybrid", credit=1)
    answer = shop.ask()
    assert answer.status == 200 and shop.record(answer)["is_byok"] is False
    assert shop.credits()["total_usage"] == cost_of("test/scripted", 1000, 100)
    shop.mode("api-keys")
    assert refusal_of(shop.ask()) == (400, "provider_key_required")


def test_a_refused_own_key_fails_over_to_the_operators_which_is_billed(gateway, scripted):
    answers(scripted, refused=[SECRET])
    shop = Shop(gateway, credit=1)
    shop.store()
    answer = shop.ask()
    assert answer.status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}", f"Bearer {OPERATORS}"]
    record = shop.record(answer)
    assert record["is_byok"] is False and record["total_cost"] == cost_of("test/scripted", 1000, 100)
    assert shop.credits()["total_usage"] == record["total_cost"] and shop.credits()["held"] == 0


def test_without_credit_the_operators_candidates_are_dropped_and_it_is_said(gateway, scripted):
    answers(scripted, refused=["sk-broken-0123456789"])
    shop = Shop(gateway)
    shop.store()
    answer = shop.gateway.request(
        "POST",
        "/v1/chat/completions",
        key=shop.key,
        json=chat(model="test/scripted"),
        headers={"x-tollgate-explain": "1"},
    )
    assert answer.status == 200
    told = answer.json()["openrouter_metadata"]
    assert told["is_byok"] is True
    [available] = told["endpoints"]["available"]
    assert (available["provider"], available["provider_key"]) == ("scripted", "main")
    [removed] = told["endpoints"]["removed"]
    assert (removed["rule"], removed["level"]) == ("credit", "organization") and "provider_key" not in removed
    assert SECRET not in answer.body.decode()


def test_a_refused_own_key_is_named_by_its_label(gateway, scripted):
    answers(scripted, refused=[SECRET])
    shop = Shop(gateway, "api-keys")
    shop.store("broken one")
    answer = shop.ask()
    assert answer.status == 502 and "'broken one'" in answer.error["message"]
    assert SECRET not in answer.body.decode()


def test_a_tenants_dead_key_rests_alone(start_gateway, tmp_path, scripted):
    answers(scripted, refused=[SECRET])
    gateway = start_gateway(secrets=secrets_of(tmp_path), routing={"failures_before_rest": 3})
    shop, other = Shop(gateway, "api-keys"), Shop(gateway, "credits", credit=1)
    shop.store()
    for _ in range(5):
        assert shop.ask().status == 502
    scripted.requests.clear()
    preview = other.team.may(other.team.admin, "POST", "/routing/preview", {"model": "test/scripted"})
    assert [one["setback"] for one in preview["endpoints"]["available"]] == [None]
    assert other.ask().status == 200 and secrets_seen(scripted) == [f"Bearer {OPERATORS}"]


def test_keys_are_tried_by_priority_and_fallbacks_after_the_operators(gateway, scripted):
    first, second, last = (f"sk-own-number-{name}-0000" for name in ("first", "second", "last"))
    answers(scripted, refused=[first, second])
    shop = Shop(gateway, credit=1)
    shop.store("last", last, is_fallback=True)
    shop.store("second", second, priority=2)
    shop.store("first", first, priority=1)
    assert shop.ask().status == 200
    assert secrets_seen(scripted) == [f"Bearer {first}", f"Bearer {second}", f"Bearer {OPERATORS}"]
    down = lambda exchange: (
        exchange.answer(ANSWER)
        if exchange.request.header("authorization") == f"Bearer {last}"
        else exchange.answer({"error": {"message": "no"}}, "503 No")
    )
    scripted.script, before = down, shop.credits()["total_usage"]
    answer = shop.ask()
    assert answer.status == 200 and secrets_seen(scripted)[-1] == f"Bearer {last}"
    assert shop.record(answer)["is_byok"] is True and shop.credits()["total_usage"] == before


@pytest.mark.parametrize(
    "fields", [{"allowed_models": ["test/chat"]}, {"disabled": True}, {"allowed_keys": "other"}], ids=lambda one: next(iter(one))
)
def test_a_key_that_is_not_for_this_request_is_not_used(gateway, scripted, fields):
    answers(scripted)
    shop = Shop(gateway, "api-keys")
    if "allowed_keys" in fields:
        fields = {"allowed_keys": [shop.team.new_key(shop.team.admin)[1]]}
    key = shop.store(**fields)
    assert refusal_of(shop.ask()) == (400, "provider_key_required")
    opened = {"allowed_models": ["test/scripted"], "allowed_keys": [shop.hash], "disabled": False}
    shop.change(key, **{name: opened[name] for name in fields})
    assert shop.ask().status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}"]


def test_a_changed_or_deleted_key_holds_for_the_next_request(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway, "api-keys")
    key = shop.store()
    assert shop.ask().status == 200
    shop.change(key, secret="sk-own-another-abcdefg")
    assert shop.ask().status == 200
    assert secrets_seen(scripted) == [f"Bearer {SECRET}", "Bearer sk-own-another-abcdefg"]
    shop.team.may(shop.team.admin, "DELETE", f"{KEYS}/{key['id']}")
    assert refusal_of(shop.ask()) == (400, "provider_key_required")


def test_policy_goes_on_to_hold(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    shop.store()
    for wish in ({"ignore": ["scripted"]}, {"max_price": {"prompt": 0.0001}}, {"zdr": True}):
        assert refusal_of(shop.ask(provider=wish)) == (404, "no_allowed_provider"), wish
    assert scripted.requests == []


def test_the_preview_names_the_key_and_never_its_secret(gateway):
    shop = Shop(gateway)
    shop.store()
    default = next(
        one for one in shop.team.may(shop.team.admin, "GET", "/projects")["data"] if one["id"] != shop.project["id"]
    )
    shop.team.may(shop.team.admin, "PATCH", f"/projects/{default['id']}", {"mode": "hybrid"})
    preview = shop.team.may(shop.team.admin, "POST", "/routing/preview", {"model": "test/scripted"})
    assert [one.get("provider_key") for one in preview["endpoints"]["available"]] == ["main", None]
    assert SECRET not in json.dumps(preview)


def test_a_stream_by_an_own_key_costs_nothing_and_says_so(gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event({"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]})
        exchange.event({"choices": [], "usage": ANSWER["usage"]})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    shop = Shop(gateway)
    shop.store()
    answer = shop.ask(path="/api/v1/chat/completions", stream=True)
    assert answer.status == 200 and b"[DONE]" in answer.body
    events = [json.loads(line[6:]) for line in answer.body.decode().split("\n") if line.startswith("data: {")]
    usage = events[-1]["usage"]
    assert (usage["is_byok"], usage["cost"]) == (True, 0)
    assert usage["cost_details"]["upstream_inference_cost"] > 0


def test_spent_limits_do_not_end_what_own_keys_pay_for(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway, credit=1)
    shop.store()
    key, _ = shop.team.new_key(shop.team.admin, project_id=shop.project["id"], limit=0)
    body = chat(model="test/scripted")
    answer = gateway.request("POST", "/v1/chat/completions", key=key, json=body)
    assert answer.status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}"]
    shop.mode("credits")
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=body).status in (402, 429)


def test_rates_count_requests_by_own_keys(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway, "api-keys")
    shop.store()
    gateway.manage("PUT", f"{shop.team.path}/projects/{shop.project['id']}/limits", {"requests_per_minute": 2})
    assert [shop.ask().status for _ in range(3)] == [200, 200, 429]


def test_a_fee_is_a_part_of_the_providers_price(start_gateway, tmp_path, scripted):
    answers(scripted)
    fee = {"fee_basis_points": 500}
    gateway = start_gateway(secrets=secrets_of(tmp_path), provider_keys=fee)
    shop = Shop(gateway, credit=1)
    shop.store()
    answer = shop.ask(path="/api/v1/chat/completions")
    full = cost_of("test/scripted", 1000, 100)
    assert answer.json()["usage"]["cost"] == full / 20 == shop.credits()["total_usage"]
    record = shop.record(answer)
    assert (record["total_cost"], record["upstream_inference_cost"], record["is_byok"]) == (full / 20, full, True)


def test_a_crash_bills_whoever_was_in_use(start_gateway, tmp_path, scripted):
    def script(exchange):
        exchange.start_stream()
        for _ in range(20):
            exchange.event({"choices": [{"index": 0, "delta": {"content": "word "}}]})
        exchange.peer_left(20)

    scripted.script = script
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, credit=1)
    shop.store()
    stream = open_stream(gateway, shop, model="test/scripted")
    stream.read_until(b"word ")
    gateway.kill()
    gateway.start()
    assert shop.credits()["total_usage"] == 0 and shop.credits()["held"] == 0
    [record] = gateway.manage("GET", f"{shop.team.path}/activity?limit=5")["data"]
    assert (record["is_byok"], record["usage"], record["charged"]) == (True, 0, 0)
    assert record["upstream_inference_cost"] > 0


# Providers that the operator has not configured, as configs/catalogue describes such.
DESCRIBED = """
version: "described"
providers:
  - {slug: anthropic, name: A, dialect: messages, base_url: "https://api.anthropic.com/v1", auth: x-api-key}
  - {slug: amazon-bedrock, name: B, dialect: converse, auth: sigv4,
     base_url: "https://bedrock-runtime.{region}.amazonaws.com"}
models:
  - id: elsewhere/messages
    endpoints: [{provider: anthropic, model: claude-1, prices: {prompt: 1, completion: 2}}]
  - id: elsewhere/converse
    endpoints: [{provider: amazon-bedrock, model: nova-1, prices: {prompt: 1, completion: 2}}]
"""
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-1",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 4},
}
CONVERSED = {
    "output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 10, "outputTokens": 4, "totalTokens": 14},
}


@pytest.mark.parametrize(
    "kind, fields, model, reply, target, header, begins",
    [
        ("anthropic", {}, "messages", MESSAGE, "/v1/messages", "x-api-key", SECRET),
        (
            "amazon-bedrock",
            {"region": "eu-west-1", "secret": "AKIDEXAMPLE:wJalrXUtnFEMI"},
            "converse",
            CONVERSED,
            "/v1/model/nova-1/converse",
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/",
        ),
        (
            "amazon-bedrock",
            {"region": "eu-west-1", "secret": "bedrock-api-key-x"},
            "converse",
            CONVERSED,
            "/v1/model/nova-1/converse",
            "authorization",
            "Bearer bedrock-api-key-x",
        ),
    ],
    ids=["anthropic", "bedrock, signed", "bedrock, sent"],
)
def test_a_provider_that_the_operator_lacks_is_reached_in_its_own_words(
    start_gateway, tmp_path, scripted, kind, fields, model, reply, target, header, begins
):
    described = tmp_path / "described.yaml"
    described.write_text(DESCRIBED)
    gateway = start_gateway(
        secrets=secrets_of(tmp_path),
        provider_keys={"allowed_networks": ["127.0.0.0/8"]},
        catalogue=[str(PRICE_FILE), str(described)],
    )
    scripted.script = lambda exchange: exchange.answer(reply)
    shop = Shop(gateway)
    assert refusal_of(shop.ask(model=f"elsewhere/{model}")) == (404, "model_not_found")
    shop.store(provider=kind, base_url=scripted.base_url, **fields)
    listed = gateway.request("GET", "/v1/models", key=shop.key).json()["data"]
    assert f"elsewhere/{model}" in [one["id"] for one in listed]
    answer = shop.ask(model=f"elsewhere/{model}")
    assert answer.status == 200, answer.body
    assert answer.json()["choices"][0]["message"]["content"] == "hello"
    [asked] = scripted.requests
    assert asked.target == target and asked.header(header).startswith(begins)
    record = shop.record(answer)
    assert (record["is_byok"], record["provider_name"], record["total_cost"]) == (True, kind, 0)
    assert record["upstream_inference_cost"] > 0


def test_what_a_stored_secret_is_bound_to_is_not_left(start_gateway, tmp_path, scripted, providers):
    """The operator moves a provider elsewhere: a key that was stored for the old place is not sent to the new one."""
    answers(scripted)
    directory, secrets = tmp_path / "books", secrets_of(tmp_path)
    gateway = start_gateway(directory=directory, secrets=secrets)
    shop = Shop(gateway, "api-keys")
    shop.store()
    assert shop.ask().status == 200
    gateway.stop()
    config = yaml.safe_load(gateway.config_file.read_text())
    for one in config["providers"]:
        if one["name"] == "scripted":
            one["base_url"] = one["base_url"].replace("127.0.0.1", "localhost")
    gateway.config_file.write_text(yaml.safe_dump(config))
    scripted.requests.clear()
    gateway.start()
    assert refusal_of(shop.ask()) == (503, "store_unavailable")
    assert scripted.requests == []
    eventually(lambda: "was stored for" in gateway.log_file.read_text())


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_an_error_that_quotes_the_secret_does_not_tell_it(gateway, scripted, stream):
    quoted = {"error": {"message": f"what is {SECRET}?", "type": "invalid_request_error", "code": None}}
    scripted.script = lambda exchange: exchange.answer(quoted, "400 Bad Request")
    shop = Shop(gateway)
    shop.store()
    answer = shop.ask(stream=stream)
    assert answer.status == 400 and "[redacted]" in answer.error["message"]
    assert SECRET not in answer.body.decode()


def test_a_large_body_goes_with_an_own_key_although_there_is_no_credit(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    long = "word " * 300_000
    assert shop.ask(content=long).status == 402
    shop.store()
    answer = shop.ask(content=long)
    assert answer.status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}"]
