"""What stands around the chats of a dialect: its routes, its keys, its errors, and where its providers are found."""

import base64
import struct

import pytest

from support.chat import chat
from support.dialects import Said, Text, messages
from support.dialects import chat as chats
from support.processes import provider

HI = [{"role": "user", "content": "Hello there, how are you?"}]
TOOLS = [
    {"name": f"tool_{number}", "description": "d" * 40, "input_schema": {"type": "object", "properties": {}}}
    for number in range(40)
]


def count(gateway, account, path="/v1/messages/count_tokens", **fields):
    body = {"model": "test/chats", "messages": HI} | fields
    answer = gateway.request("POST", path, key=account.key, json=body)
    assert answer.status == 200, answer.body
    return answer.json()["input_tokens"]


@pytest.mark.parametrize("model", ["test/messages", "test/converse", "test/chats"])
def test_d43_tools_and_system_texts_are_counted(gateway, account, scripted, model):
    bare = count(gateway, account, model=model)
    assert 5 <= bare <= 30
    assert count(gateway, account, model=model, system="s" * 4000) > bare + 500
    assert count(gateway, account, model=model, tools=TOOLS) > bare + 500
    assert scripted.requests == []


def test_d44_counting_works_for_every_model_and_costs_nothing(gateway, account):
    before = gateway.credits(account)
    assert count(gateway, account, "/v1/messages/count_tokens?beta=true", model="test/gemini") > 0
    assert count(gateway, account, "/api/v1/messages/count_tokens") > 0
    assert gateway.credits(account) == before
    poor = gateway.new_account("0.000000001")
    assert count(gateway, poor) > 0


def test_d45_tools_that_a_provider_runs_do_not_stop_the_count(gateway, account):
    tools = [{"type": "web_search_20250305", "name": "web_search"}, TOOLS[0]]
    assert count(gateway, account, tools=tools) > count(gateway, account)


def test_counts_of_the_other_dialects(gateway, account):
    contents = [{"role": "user", "parts": [{"text": "Hello there"}]}]
    answer = gateway.request(
        "POST", "/v1beta/models/test/chats:countTokens", key=account.key, json={"contents": contents}
    )
    assert answer.json()["totalTokens"] > 0
    body = {"model": "test/chats", "input": "Hello there"}
    answer = gateway.request("POST", "/v1/responses/input_tokens", key=account.key, json=body)
    assert answer.json()["input_tokens"] > 0


@pytest.mark.parametrize("field", ["x-api-key", "authorization", "api-key", "x-goog-api-key"])
def test_keys_come_as_each_dialects_clients_send_them(gateway, account, scripted, field):
    scripted.script = lambda exchange: exchange.answer(messages.plain(Said([Text("ok")])))
    body = {"model": "test/messages", "max_tokens": 9, "messages": HI}
    value = f"Bearer {account.key}" if field == "authorization" else account.key
    answer = gateway.request("POST", "/v1/messages", json=body, headers={field: value})
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/messages", lambda error: error["type"] == "error" and error["error"]["type"] == "not_found_error"),
        ("/v1/responses", lambda error: error["error"]["code"] == "model_not_found"),
        ("/v1beta/models/none:generateContent", lambda error: error["error"]["status"] == "NOT_FOUND"),
    ],
)
def test_errors_have_the_shape_of_the_dialect(gateway, account, path, shape):
    body = {"model": "none", "messages": HI, "input": "hi", "max_tokens": 9}
    body = {"contents": [{"parts": [{"text": "hi"}]}]} if "beta" in path else body
    answer = gateway.request("POST", path, key=account.key, json=body)
    assert answer.status == 404
    assert shape(answer.json()), answer.body


def test_an_unknown_method_of_googles_is_named(gateway, account):
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    answer = gateway.request("POST", "/v1beta/models/test/chats:explode", key=account.key, json=body)
    assert answer.status == 404
    assert ":explode" in answer.json()["error"]["message"]


def test_d60_no_beta_is_added_and_others_are_not_passed_on(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(messages.plain(Said([Text("ok")])))
    gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/messages"))
    assert scripted.requests[-1].header("anthropic-beta") is None
    betas = {"anthropic-beta": "fine-2025", "openai-beta": "x=v1"}
    gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/messages"), headers=betas)
    assert scripted.requests[-1].header("anthropic-beta") == "fine-2025"
    assert scripted.requests[-1].header("openai-beta") is None
    scripted.script = lambda exchange: exchange.answer(chats.plain(Said([Text("ok")])))
    gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/chats"), headers=betas)
    assert scripted.requests[-1].header("anthropic-beta") is None
    assert scripted.requests[-1].header("openai-beta") == "x=v1"


@pytest.mark.parametrize(
    "path, field",
    [
        ("/v1/chat/completions", "x-session-id"),
        ("/v1/messages", "X-Claude-Code-Session-Id"),
        ("/v1/responses", "session-id"),
    ],
)
def test_a_session_that_a_header_names_is_recorded_as_one_in_the_body_is(gateway, account, path, field):
    def recorded(**members):
        body = {"model": "test/chat", "max_tokens": 16, "messages": HI, "input": "Hello there"} | members
        answer = gateway.request("POST", path, key=account.key, json=body, headers={field: "of-the-header"})
        assert answer.status == 200, answer.body
        return gateway.generation(account, answer.header("x-generation-id"))["session_id"]

    assert recorded() == "of-the-header"
    if path.endswith("/chat/completions"):
        assert recorded(session_id="of-the-body") == "of-the-body"


def cloud(start_gateway, tmp_path, scripted, model, **options):
    """A gateway with one model at one provider, which is the scripted upstream under that name."""
    prices = tmp_path / "models.yaml"
    prices.write_text(
        f"""version: "1"
models:
  - id: test/cloud
    {options.pop("extra", "").rstrip(", ")}
    endpoints:
      - {{provider: cloud, model: "{model}", prices: {{prompt: 1, completion: 10}}}}
"""
    )
    base = options.pop("base", "")
    upstream = provider("cloud", scripted.base_url.removesuffix("/v1") + base, **options)
    return start_gateway(providers=[upstream], catalogue=[str(prices)])


def test_d61_d62_azure_deployments_are_found_by_path_and_version(start_gateway, tmp_path, scripted):
    gateway = cloud(
        start_gateway, tmp_path, scripted, "gpt-x/1", base="/openai", auth="api-key",
        path="/deployments/{model}/{call}?api-version=2024-10-21",
    )  # fmt: skip
    account = gateway.new_account("5")
    scripted.script = lambda exchange: exchange.answer(chats.plain(Said([Text("ok")])))
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model="test/cloud"))
    assert answer.status == 200, answer.body
    request = scripted.requests[-1]
    assert request.target == "/openai/deployments/gpt-x%2F1/chat/completions?api-version=2024-10-21"
    assert request.header("api-key") == "cloud-upstream-key" and request.header("authorization") is None


@pytest.mark.parametrize("encoding", [None, "float", "base64"])
def test_d83_embeddings_by_googles_api_come_as_they_are_asked_for(start_gateway, tmp_path, scripted, encoding):
    gateway = cloud(start_gateway, tmp_path, scripted, "embed-1", dialect="gemini", extra="embeddings: true, ")
    account = gateway.new_account("5")
    vectors = [[0.5, -1.25], [0.0, 2.0]]
    scripted.script = lambda exchange: exchange.answer({"embeddings": [{"values": one} for one in vectors]})
    body = {"model": "test/cloud", "input": ["a", "b"]} | ({"encoding_format": encoding} if encoding else {})
    answer = gateway.request("POST", "/v1/embeddings", key=account.key, json=body)
    assert answer.status == 200, answer.body
    assert scripted.requests[-1].target == "/models/embed-1:batchEmbedContents"
    got = [one["embedding"] for one in answer.json()["data"]]
    if encoding == "base64":
        got = [list(struct.unpack(f"<{len(base64.b64decode(one)) // 4}f", base64.b64decode(one))) for one in got]
    assert [[float(value) for value in one] for one in got] == vectors
    assert answer.json()["usage"]["prompt_tokens"] > 0


def test_d84_tokens_of_one_model_mean_nothing_to_another(start_gateway, tmp_path, scripted):
    gateway = cloud(start_gateway, tmp_path, scripted, "embed-1", dialect="gemini", extra="embeddings: true, ")
    account = gateway.new_account("5")
    body = {"model": "test/cloud", "input": [[9906, 1917]]}
    answer = gateway.request("POST", "/v1/embeddings", key=account.key, json=body)
    assert (answer.status, answer.error["param"]) == (400, "input")
    assert scripted.requests == []
