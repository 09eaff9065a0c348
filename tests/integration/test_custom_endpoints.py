"""An organization's own endpoints: models addressed LABEL/model, of that organization alone, where it may be reached."""

import pytest
import yaml

from support.chat import chat
from support.master_key import secrets_of
from support.own_keys import KEYS, SECRET, Shop, answers, secrets_seen
from support.people import refusal_of
from support.processes import Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    """Organizations' own endpoints may be on 127.0.0.0/8."""
    directory = tmp_path_factory.mktemp("custom")
    networks = {"allowed_networks": ["127.0.0.0/8"]}
    running = Gateway(directory, providers, workers=2, secrets=secrets_of(directory), provider_keys=networks)
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


def own_endpoint(shop, scripted, label="box", **fields):
    return shop.store(label, provider="custom", base_url=scripted.base_url, **fields)


def models_of(shop):
    answer = shop.gateway.request("GET", "/v1/models", key=shop.key)
    return {one["id"] for one in answer.json()["data"]}


@pytest.mark.parametrize("mode", ["hybrid", "api-keys"])
def test_a_model_of_an_own_endpoint_is_called_as_label_and_model(gateway, scripted, mode):
    answers(scripted)
    shop = Shop(gateway, mode)
    own_endpoint(shop, scripted)
    answer = shop.ask(model="box/meta/llama-4")
    assert answer.status == 200, answer.body
    [asked] = scripted.requests
    assert asked.json()["model"] == "meta/llama-4" and asked.header("authorization") == f"Bearer {SECRET}"
    record = shop.record(answer)
    assert (record["model"], record["is_byok"], record["total_cost"]) == ("box/meta/llama-4", True, 0)
    assert record["upstream_inference_cost"] == 0 and shop.credits()["held"] == 0


def test_allowed_models_are_listed_and_others_are_not_there(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted, allowed_models=["llama-4", "qwen"])
    assert {"box/llama-4", "box/qwen", "test/chat"} <= models_of(shop)
    assert shop.ask(model="box/qwen").status == 200
    assert refusal_of(shop.ask(model="box/other")) == (404, "model_not_found")
    shop.mode("api-keys")
    assert models_of(shop) == {"box/llama-4", "box/qwen"}
    shop.mode("credits")
    assert "box/qwen" not in models_of(shop)
    assert refusal_of(shop.ask(model="box/qwen")) == (404, "model_not_found")


def test_no_list_names_what_an_endpoint_may_have(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    assert shop.ask(model="box/secret-project").status == 200
    assert all(not one.startswith("box/") for one in models_of(shop))


def test_another_organization_neither_sees_nor_reaches_it(gateway, scripted):
    answers(scripted)
    shop, other = Shop(gateway), Shop(gateway, credit=1)
    own_endpoint(shop, scripted, allowed_models=["llama-4"])
    assert shop.ask(model="box/llama-4").status == 200
    assert "box/llama-4" not in models_of(other)
    assert refusal_of(other.ask(model="box/llama-4")) == (404, "model_not_found")
    own_endpoint(other, scripted, secret="sk-of-the-other-1234")
    scripted.requests.clear()
    assert other.ask(model="box/llama-4").status == 200
    assert secrets_seen(scripted) == ["Bearer sk-of-the-other-1234"]


def test_auto_never_chooses_an_own_endpoint(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted, allowed_models=["llama-4"])
    body = {"model": "auto"}
    preview = shop.team.may(shop.team.admin, "POST", "/routing/preview", body)
    assert all("box" not in one["model"] for one in preview["endpoints"]["available"])


def test_a_network_that_the_operator_does_not_allow_is_not_called(start_gateway, tmp_path, scripted):
    answers(scripted)
    secrets = secrets_of(tmp_path)
    directory = tmp_path / "books"
    networks = {"allowed_networks": ["127.0.0.0/8"]}
    gateway = start_gateway(directory=directory, secrets=secrets, provider_keys=networks)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    assert shop.ask(model="box/llama").status == 200
    gateway.stop()
    config = yaml.safe_load(gateway.config_file.read_text())
    config["provider_keys"] = {"allowed_networks": ["10.0.0.0/8"]}
    gateway.config_file.write_text(yaml.safe_dump(config))
    scripted.requests.clear()
    gateway.start()
    answer = shop.ask(model="box/llama")
    assert answer.status == 502 and "may not be called" in answer.error["message"]
    assert scripted.requests == []
    body = {"provider": "custom", "label": "new", "secret": SECRET, "skip_test": True, "base_url": scripted.base_url}
    assert shop.team.ask(shop.team.admin, "POST", KEYS, body).status == 400


def test_no_redirect_is_followed(gateway, scripted):
    def script(exchange):
        target = {"Location": f"{scripted.base_url}/elsewhere"}
        exchange.answer(b"", "307 Temporary Redirect", extra=target)

    scripted.script = script
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    assert shop.ask(model="box/llama").status == 502
    assert [one.target for one in scripted.requests] == ["/v1/chat/completions"]


def test_a_stream_of_an_own_endpoint(gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event({"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    shop = Shop(gateway, "api-keys")
    own_endpoint(shop, scripted)
    answer = gateway.request("POST", "/v1/chat/completions", key=shop.key, json=chat(model="box/m", stream=True))
    assert answer.status == 200 and answer.body.rstrip().endswith(b"data: [DONE]")


def test_an_own_endpoint_answers_whatever_it_can(gateway, scripted):
    vectors = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}], "model": "e"}
    scripted.script = lambda exchange: exchange.answer(vectors | {"usage": {"prompt_tokens": 3, "total_tokens": 3}})
    shop = Shop(gateway, "api-keys")
    own_endpoint(shop, scripted)
    body = {"model": "box/e5", "input": "text"}
    answer = gateway.request("POST", "/v1/embeddings", key=shop.key, json=body)
    assert answer.status == 200 and answer.json()["data"][0]["embedding"] == [0.5]
    scripted.script = lambda exchange: exchange.answer(b"\x00\x01sound", content_type="audio/mpeg")
    answer = gateway.request("POST", "/v1/audio/speech", key=shop.key, json=body | {"voice": "x"})
    assert answer.status == 200 and answer.body == b"\x00\x01sound"
    assert [one.json()["model"] for one in scripted.requests] == ["e5", "e5"]


@pytest.mark.parametrize(
    "fields",
    [
        {"service_tier": "priority"},
        {"service_tier": "flex"},
        {"modalities": ["text", "audio"]},
        {"tools": [{"type": "web_search"}]},
        {"web_search_options": {}},
    ],
)
def test_what_has_no_price_anywhere_is_the_servers_to_judge(gateway, scripted, fields):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    answer = shop.ask(model="box/llama", **fields)
    assert answer.status == 200, answer.body
    assert fields.items() <= scripted.requests[-1].json().items()
    assert shop.record(answer)["total_cost"] == 0


@pytest.mark.parametrize("mode", ["hybrid", "api-keys"])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_what_costs_nothing_is_not_bounded(gateway, scripted, mode, stream):
    answers(scripted)
    shop = Shop(gateway, mode)
    own_endpoint(shop, scripted)
    answer = shop.ask(model="box/thinks", stream=stream, max_tokens=None)
    assert answer.status == 200 and answer.header("x-tollgate-max-tokens") is None
    assert not {"max_tokens", "max_completion_tokens"} & scripted.requests[-1].json().keys()


@pytest.mark.parametrize("label", ["@preset", "x/y", "~x"])
def test_a_label_is_one_that_requests_can_begin_with(gateway, scripted, label):
    shop = Shop(gateway)
    wanted = {"provider": "custom", "label": label, "secret": SECRET, "base_url": scripted.base_url, "skip_test": True}
    answer = shop.team.ask(shop.team.admin, "POST", KEYS, wanted)
    assert answer.status == 400 and "label" in answer.error["message"]
    key = own_endpoint(shop, scripted)
    answer = shop.team.ask(shop.team.admin, "PATCH", f"{KEYS}/{key['id']}", {"label": label})
    assert answer.status == 400 and "label" in answer.error["message"]


def test_an_error_names_no_model_that_the_key_may_not_call(gateway, scripted):
    shop = Shop(gateway)
    other, hash_of_other = shop.team.new_key(shop.team.admin, project_id=shop.project["id"])
    own_endpoint(shop, scripted, allowed_models=["secret-plan"], allowed_keys=[hash_of_other])
    told = lambda: shop.ask(model="box/secret-plans").error["message"]  # noqa: E731
    assert "secret-plan'" not in told().replace("'box/secret-plans'", "")
    shop.key = other
    assert "similar: 'box/secret-plan'" in told()
    rules = {"deny_models": ["test/chat"]}
    shop.key, _ = shop.team.new_key(shop.team.admin, project_id=shop.project["id"], rules=rules)
    assert "'test/chat'" not in shop.ask(model="test/chatt").error["message"]


def test_settings_may_name_what_requests_may(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    team, admin = shop.team, shop.team.admin
    for model in ("box/llama", "box/llama:8b"):
        assert team.may(admin, "PUT", "/llm", {"model": model})["available"]
        assert shop.ask(model=None).status == 200
    team.may(admin, "POST", "/presets", {"slug": "mine", "model": "box/qwen"})
    assert shop.ask(model="@preset/mine").status == 200
    assert [one.json()["model"] for one in scripted.requests] == ["llama", "llama:8b", "qwen"]
    for model in ("auto", "test/chat:floor", "~test/chat-latest"):
        assert team.may(admin, "PUT", "/llm", {"model": model})["available"]
    for model in ("nobody/nothing", "other/llama", "box/", "test/chat:online"):
        assert refusal_of(team.ask(admin, "PUT", "/llm", {"model": model})) == (404, "model_not_found")
    team.may(admin, "PUT", "/llm", {"model": "test/chat", "allowed_models": ["test/chat", "box/qwen"]})
    assert refusal_of(team.ask(admin, "PUT", "/llm", {"model": "box/llama"})) == (403, "model_not_allowed")
    assert shop.ask(model="box/qwen").status == 200


@pytest.mark.parametrize("name", ["custom", "box", "Box"])
def test_policy_may_leave_out_own_endpoints(gateway, scripted, name):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    shop.team.may(shop.team.admin, "PUT", "/provider-preferences", {"ignore": [name]})
    assert refusal_of(shop.ask(model="box/llama")) == (404, "no_allowed_provider")
    shop.team.may(shop.team.admin, "PUT", "/provider-preferences", {"only": [name]})
    assert shop.ask(model="box/llama").status == 200
    wrong = shop.team.ask(shop.team.admin, "PUT", "/provider-preferences", {"only": ["nobody"]})
    assert wrong.status == 400
    assert len(scripted.requests) == 1


def test_a_keys_rules_may_leave_out_own_endpoints(gateway, scripted):
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    for rules in ({"deny_providers": ["Custom"]}, {"deny_models": ["box/llama"]}, {"allow_models": ["box/qwen"]}):
        shop.key, _ = shop.team.new_key(shop.team.admin, project_id=shop.project["id"], rules=rules)
        assert refusal_of(shop.ask(model="box/llama")) == (403, "key_rule_denied")
    assert shop.ask(model="box/qwen").status == 200


SPLITTING = "box/a\r\nSet-Cookie: x=1\r\n\r\nHTTP/1.1 200 OK"
SPLITTING_IN_URL = "box%2Fa%0D%0ASet-Cookie:%20x=1"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SPLITTING_REQUESTS = {
    "chat": ("/v1/chat/completions", chat(model=SPLITTING)),
    "models": ("/v1/chat/completions", chat(model="none", models=[SPLITTING])),
    "nul": ("/v1/chat/completions", chat(model="box/a\0b")),
    "responses": ("/v1/responses", {"model": SPLITTING, "input": "x"}),
    "messages": ("/v1/messages", chat(model=SPLITTING, max_tokens=3)),
    "embeddings": ("/v1/embeddings", {"model": SPLITTING, "input": "x"}),
    "speech": ("/v1/audio/speech", {"model": SPLITTING, "input": "x", "voice": "x"}),
    "gemini": (
        f"/v1beta/models/{SPLITTING_IN_URL}:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "x"}]}]},
    ),
    "realtime": (f"/v1/realtime?model={SPLITTING_IN_URL}", None),
}


@pytest.mark.parametrize("kind", SPLITTING_REQUESTS)
def test_no_name_of_a_model_is_more_than_one_line(gateway, scripted, kind):
    """An own endpoint's model has the client's name, which stands in the head of the answer."""
    answers(scripted)
    shop = Shop(gateway)
    own_endpoint(shop, scripted)
    path, body = SPLITTING_REQUESTS[kind]
    method, headers = ("POST", {}) if body else ("GET", UPGRADE)
    answer = gateway.request(method, path, key=shop.key, json=body, headers=headers)
    assert answer.status == 400 and "must have no control characters" in answer.error["message"], answer.body
    assert answer.header("set-cookie") is None and scripted.requests == []
