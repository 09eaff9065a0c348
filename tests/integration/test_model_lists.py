"""What lists of models, endpoints and providers say is what requests do: D85 of the field's reports, and OpenRouter's shapes."""

from decimal import Decimal

import pytest

from support.chat import post_chat
from support.processes import provider

V1, OPENROUTER = "/v1/models", "/api/v1/models"


def listed(gateway, account, path=OPENROUTER):
    answer = gateway.request("GET", path, key=account.key)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def ids(models):
    return [model["id"] for model in models]


def endpoints_of(gateway, account, model):
    answer = gateway.request("GET", f"{OPENROUTER}/{model}/endpoints", key=account.key)
    assert answer.status == 200, answer.body
    return answer.json()["data"]["endpoints"]


# --- D85: the list says what requests do


def test_d85_each_listed_id_and_alias_works_at_the_listed_price(gateway, account):
    tried = 0
    for model in listed(gateway, account):
        endpoints = endpoints_of(gateway, account, model["id"])
        if {endpoint["tag"].split("/")[0] for endpoint in endpoints} != {"sample"}:
            continue  # another upstream, which answers only what a test tells it
        for name in (model["id"], *model["aliases"]):
            kind = "embeddings" if "embeddings" in model["architecture"]["output_modalities"] else "chat"
            answer = (
                post_chat(gateway, account, "prompt_tokens=1000 completion_tokens=100", model=name)
                if kind == "chat"
                else gateway.request("POST", "/v1/embeddings", key=account.key, json={"model": name, "input": "x"})
            )
            assert answer.status == 200, (name, answer.body)
            usage = answer.json()["usage"]
            pricing = {key: Decimal(text) for key, text in model["pricing"].items() if isinstance(text, str)}
            expected = pricing["prompt"] * usage["prompt_tokens"] + pricing["request"]
            expected += pricing["completion"] * usage.get("completion_tokens", 0)
            charged = Decimal(str(usage["cost"]))
            assert abs(charged - expected) <= Decimal("0.000000001"), (name, charged, expected)
            tried += 1
    assert tried >= 8


def test_d85_models_that_the_key_may_not_use_are_in_no_list(gateway, account):
    path = f"/api/organizations/{account.organization}/llm"
    gateway.manage("PUT", path, {"model": None, "allowed_models": ["test/chat", "test/embed"]})
    assert ids(listed(gateway, account)) == ids(listed(gateway, account, V1)) == ["test/chat", "test/embed"]
    assert gateway.request("GET", "/api/v1/models/count", key=account.key).json() == {"data": {"count": 2}}
    for hidden in ("/v1/models/test/odd", "/api/v1/models/test/odd", "/api/v1/models/test/odd/endpoints",
                   "/v1/models/test/odd/endpoints", "/api/v1/parameters/test/odd"):
        answer = gateway.request("GET", hidden, key=account.key)
        assert answer.status == 404, hidden
    assert post_chat(gateway, account, model="test/odd").status == 403


def test_d85_a_provider_that_the_organization_ignores_is_in_no_list(gateway, account):
    assert "test/failover" in ids(listed(gateway, account))
    path = f"/api/organizations/{account.organization}/provider-preferences"
    answer = gateway.request("PUT", path, key=gateway.root_key, json={"ignore": ["sample"]})
    assert answer.status == 200, answer.body
    models = ids(listed(gateway, account))
    assert "test/chat" not in models and "test/failover" in models
    assert [one["tag"] for one in endpoints_of(gateway, account, "test/failover")] == ["down"]
    providers = gateway.request("GET", "/api/v1/providers", key=account.key).json()["data"]
    assert "sample" not in {one["slug"] for one in providers}


# --- where a model can be called


def test_endpoints_have_openrouters_members(gateway, account):
    data = gateway.request("GET", "/v1/models/test/tiers/endpoints", key=account.key).json()["data"]
    assert set(data) == {"id", "name", "created", "description", "architecture", "endpoints"}
    assert [one["tag"] for one in data["endpoints"]] == ["sample", "sample/priority", "sample/web_search"]
    first = data["endpoints"][0]
    assert set(first) == {
        "name", "model_id", "model_name", "provider_name", "tag", "context_length", "max_completion_tokens",
        "max_prompt_tokens", "quantization", "supported_parameters", "supports_implicit_caching", "status", "pricing",
        "uptime_last_5m", "uptime_last_30m", "uptime_last_1d", "latency_last_30m", "throughput_last_30m",
    }
    assert first["pricing"]["prompt"] == "0.00000015" and first["status"] == 0
    assert first["uptime_last_5m"] is None or 0 <= first["uptime_last_5m"] <= 100


@pytest.mark.parametrize("path", ["/api/v1/models/no/such/endpoints", "/api/v1/parameters/no/such"])
def test_of_a_model_that_is_not_there_is_404(gateway, account, path):
    answer = gateway.request("GET", path, key=account.key)
    assert answer.status == 404 and "no/such" in answer.error["message"]


FACTS = """\
version: "1"
providers:
  - slug: sample
    name: Sample & Sons
    dialect: chat
    base_url: http://127.0.0.1:1/v1
    auth: bearer
    headquarters: FR
    datacenters: [FR, SE]
    privacy_policy_url: https://sample.example/privacy
models:
  - id: m/large
    aliases: [large]
    name: Large
    knowledge_cutoff: 2026-01
    expires: 2027-06-30
    reasoning: {kind: effort, efforts: [low, high], default_effort: low}
    input_modalities: [text, image]
    context_length: 1000
    endpoints:
      - provider: sample
        model: echo
        quantization: fp8
        supported_parameters: [tools, seed]
        max_prompt_tokens: 900
        prices: {prompt: 1, completion: 2, cache_read: 0.1}
        tiers: [{above_prompt_tokens: 500, prices: {prompt: 2, completion: 4}}]
      - {provider: private, model: echo, supported_parameters: [tools, stop], prices: {prompt: 3, completion: 4}}
  - id: n/small
    reasoning: false
    endpoints: [{provider: private, model: echo, prices: {prompt: 1, completion: 2}}]
"""


@pytest.fixture
def described(start_gateway, sample, tmp_path):
    """A gateway over a catalogue that says much: (gateway, account)."""
    file = tmp_path / "catalogue.yaml"
    file.write_text(FACTS)
    providers = [provider("sample", sample.base_url), provider("private", sample.base_url) | {"zero_data_retention": True}]
    gateway = start_gateway(providers=providers, catalogue=[str(file)])
    return gateway, gateway.new_account()


def test_what_the_catalogue_says_is_shown(described):
    large, small = listed(*described)
    assert large["aliases"] == ["large"] and large["context_length"] == 1000
    assert large["knowledge_cutoff"] == "2026-01" and large["expiration_date"] == "2027-06-30"
    assert large["reasoning"] == {
        "supported_efforts": ["low", "high"], "default_effort": "low", "default_enabled": True,
        "mandatory": False, "supports_max_tokens": False,
    }
    assert large["supported_parameters"] == ["tools", "seed"]
    assert large["pricing"]["overrides"] == [
        {"min_prompt_tokens": 500, "prompt": "0.000002", "completion": "0.000004", "request": "0",
         "input_cache_read": "0.000002", "input_cache_write": "0.000002", "input_cache_write_1h": "0.000002"}
    ]
    assert "reasoning" not in small and "overrides" not in small["pricing"]
    first, second = endpoints_of(*described, "m/large")
    assert first["provider_name"] == "Sample & Sons" and first["name"] == "Sample & Sons | m/large"
    assert (first["quantization"], first["max_prompt_tokens"]) == ("fp8", 900)
    assert first["supports_implicit_caching"] and not second["supports_implicit_caching"]
    assert (second["provider_name"], second["quantization"]) == ("private", None)


def test_providers_are_shown_with_what_is_known_of_them(described):
    gateway, account = described
    assert gateway.request("GET", "/api/v1/providers", key=account.key).json()["data"] == [
        {"name": "private", "slug": "private", "privacy_policy_url": None, "terms_of_service_url": None,
         "status_page_url": None, "headquarters": None, "datacenters": None},
        {"name": "Sample & Sons", "slug": "sample", "privacy_policy_url": "https://sample.example/privacy",
         "terms_of_service_url": None, "status_page_url": None, "headquarters": "FR", "datacenters": ["FR", "SE"]},
    ]


def test_parameters_are_those_of_all_endpoints_or_of_one_provider(described):
    gateway, account = described

    def parameters(query=""):
        answer = gateway.request("GET", f"/api/v1/parameters/m/large{query}", key=account.key)
        return answer.json()["data"]["supported_parameters"] if answer.status == 200 else answer.status

    assert parameters() == ["seed", "stop", "tools"]
    assert parameters("?provider=private") == ["stop", "tools"]
    assert parameters("?provider=nobody") == 404


def test_zdr_lists_endpoints_of_providers_that_the_operator_declared(described):
    gateway, account = described
    data = gateway.request("GET", "/api/v1/endpoints/zdr", key=account.key).json()["data"]
    assert [(one["model_id"], one["tag"]) for one in data] == [("m/large", "private"), ("n/small", "private")]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["m/large", "n/small"]),
        ("q=LAR", ["m/large"]),
        ("q=arge&model_authors=n", []),
        ("supported_parameters=tools,seed", ["m/large", "n/small"]),
        ("supported_parameters=seed,stop", ["n/small"]),
        ("input_modalities=text,image", ["m/large"]),
        ("output_modalities=all", ["m/large", "n/small"]),
        ("output_modalities=embeddings", []),
        ("model_authors=n,o", ["n/small"]),
        ("providers=sample", ["m/large"]),
        ("context=1000", ["m/large"]),
        ("context=1001", []),
        ("sort=price", ["m/large", "n/small"]),
    ],
)
def test_models_are_filtered(described, query, expected):
    assert ids(listed(*described, f"{OPENROUTER}?{query}")) == expected


def test_a_part_leads_to_the_next_one_with_the_same_filter(described):
    gateway, account = described
    first = gateway.request("GET", f"{OPENROUTER}?q=%2F&limit=1", key=account.key).json()
    assert ids(first["data"]) == ["m/large"] and first["total_count"] == 2
    assert first["links"]["next"] == "/api/v1/models?q=%2F&offset=1&limit=1"
    second = gateway.request("GET", first["links"]["next"], key=account.key).json()
    assert ids(second["data"]) == ["n/small"] and second["links"]["next"] is None
