"""OpenRouter's official SDK for Python reads what the gateway answers: it checks every answer against its own schemas."""

from datetime import UTC, datetime
from decimal import Decimal

import openrouter
import pytest
from openrouter import errors

from support.chat import MODELS, cost_of, post_chat
from support.master_key import secrets_of
from support.processes import Gateway

MESSAGES = [{"role": "user", "content": "Say something."}]


def sdk_of(gateway, key):
    return openrouter.OpenRouter(server_url=f"{gateway.base_url}/api/v1", api_key=key, retry_config=None)


@pytest.fixture
def sdk(gateway, account):
    with sdk_of(gateway, account.key) as made:
        yield made


def ask(sdk, words="tokens=12", **fields):
    return sdk.chat.send(model="test/chat", messages=MESSAGES, user=f"sample:{words}", **fields)


def test_models(sdk):
    page = sdk.models.list()
    assert {model.id for model in page.result.data} == set(MODELS)
    assert page.result.total_count == len(MODELS) and page.result.links.next is None
    chat = next(model for model in page.result.data if model.id == "test/chat")
    assert chat.architecture.modality == "text->text" and "tools" in chat.supported_parameters


def test_models_page_by_page(sdk):
    ids, page = [], sdk.models.list(limit=2)
    while page is not None:
        assert len(page.result.data) <= 2
        ids += [model.id for model in page.result.data]
        page = page.next()
    assert sorted(ids) == sorted(MODELS)


def test_one_model(sdk):
    assert sdk.models.get(author="test", slug="chat").data.id == "test/chat"


def test_the_number_of_models(sdk):
    assert sdk.models.count().data.count == len(MODELS)


def test_models_of_a_user(sdk, account):
    page = sdk.models.list_for_user(security={"bearer": account.key})
    assert {model.id for model in page.result.data} == set(MODELS)


def test_chat(sdk):
    answer = ask(sdk)
    assert answer.id.startswith("gen-") and answer.choices[0].message.content
    assert answer.usage.completion_tokens == 12
    assert Decimal(str(answer.usage.cost)) == cost_of("test/chat", answer.usage.prompt_tokens, 12)


def test_streamed_chat(sdk):
    with ask(sdk, stream=True) as stream:
        chunks = list(stream)
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert len(text.split()) == 12 and chunks[-1].usage.completion_tokens == 12


def test_a_broken_stream_ends_with_an_error(sdk):
    with ask(sdk, "tokens=10 token_ms=1 reset_at=3", stream=True) as stream:
        *_, last = stream
    assert last.error.message and last.choices[0].finish_reason == "error"


def test_tool_call(sdk):
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
    answer = ask(sdk, tools=[tool], tool_choice="required")
    assert answer.choices[0].message.tool_calls[0].function.name == "get_weather"


def test_embeddings(sdk):
    answer = sdk.embeddings.generate(model="test/embed", input=["one", "two"], dimensions=16)
    assert [len(item.embedding) for item in answer.data] == [16, 16] and answer.usage.cost > 0


def test_generation(sdk, account):
    answer = ask(sdk)
    record = sdk.generations.get_generation(id=answer.id).data
    assert record.model == "test/chat" and record.provider_name == "sample" and record.streamed is False
    assert record.tokens_completion == 12 and record.total_cost == answer.usage.cost
    assert [response.status for response in record.provider_responses] == [200]


def test_the_generation_of_a_failure(gateway, sdk):
    with pytest.raises(errors.OpenRouterError) as caught:
        ask(sdk, "status=400")
    record = sdk.generations.get_generation(id=caught.value.headers["x-generation-id"]).data
    assert record.total_cost == 0 and [response.status for response in record.provider_responses] == [400]


def test_credits(sdk):
    ask(sdk)
    credits = sdk.credits.get_credits().data
    assert credits.total_credits == 5 and 0 < credits.total_usage < 5


def test_the_calling_key(sdk):
    ask(sdk)
    key = sdk.api_keys.get_current_key_metadata().data
    assert key.usage > 0 and key.limit is None and key.budgets == [] and key.effective_budget is None


def test_the_budgets_of_the_calling_key(gateway):
    account = gateway.new_account("5", limit=2, limit_reset="daily")
    below = f"/api/organizations/{account.organization}"
    project = gateway.manage("GET", f"{below}/projects")["data"][0]["id"]
    gateway.manage("PUT", f"{below}/limits", {"limit": 3})
    gateway.manage("PUT", f"{below}/projects/{project}/limits", {"limit": 1, "limit_reset": "monthly"})
    with sdk_of(gateway, account.key) as sdk:
        spent = ask(sdk).usage.cost
        key = sdk.api_keys.get_current_key_metadata().data
    assert [(budget.scope, budget.limit_usd, budget.spend_usd) for budget in key.budgets] == [
        ("organization", 3, spent),
        ("workspace", 1, spent),
        ("key_limit", 2, spent),
    ]
    assert key.workspace_id == project and key.effective_budget.scope == "workspace"
    assert key.effective_budget.resets_at > datetime.now(UTC)


@pytest.fixture
def manager(gateway, team):
    """The team, and an SDK with a management key of its owner."""
    body = {"name": "m", "kind": "management", "creator_user_id": team.owner.id}
    with sdk_of(gateway, gateway.manage("POST", f"{team.path}/keys", body)["key"]) as made:
        yield team, made


def test_keys(manager):
    team, sdk = manager
    made = sdk.api_keys.create(name="till", limit=2, limit_reset="monthly")
    assert made.key.startswith("sk-tg-v1-") and made.data.limit_remaining == 2
    assert made.data.creator_user_id == team.owner.id
    changed = sdk.api_keys.update(hash=made.data.hash, name="desk", disabled=True, limit=None).data
    assert sdk.api_keys.get(hash=made.data.hash).data.model_dump() == changed.model_dump()
    assert sdk.api_keys.list().data == []
    [listed] = sdk.api_keys.list(include_disabled=True, include_expired=True, offset=0).data
    assert (listed.hash, listed.name, listed.disabled, listed.limit) == (made.data.hash, "desk", True, None)
    assert sdk.api_keys.delete(hash=made.data.hash).DELETED
    assert sdk.api_keys.list(include_disabled=True).data == []


def test_provider_keys(tmp_path, providers, scripted):
    scripted.script = lambda exchange: exchange.answer({"data": []})
    keeper = Gateway(tmp_path, providers, workers=1, secrets=secrets_of(tmp_path)).start()
    account = keeper.new_account(None)
    body = {"name": "m", "kind": "management"}
    key = keeper.manage("POST", f"/api/organizations/{account.organization}/keys", body)["key"]
    with sdk_of(keeper, key) as sdk:
        made = sdk.byok.create(provider="scripted", key="sk-own-0123456789abcd", name="main").data
        assert (made.label, made.name, made.disabled, made.workspace_id) == ("****abcd", "main", False, None)
        changed = sdk.byok.update(id=made.id, disabled=True, allowed_models=["test/chat"]).data
        assert changed.disabled and changed.allowed_models == ["test/chat"]
        assert sdk.byok.get(id=made.id).data.model_dump() == changed.model_dump()
        assert [one.id for one in sdk.byok.list().result.data] == [made.id]
        assert sdk.byok.delete(id=made.id).DELETED
    assert keeper.stop() == 0


def test_members(manager):
    team, sdk = manager
    answer = sdk.organization.list_members().result
    roles = {one.id: one.role for one in answer.data}
    assert roles == {team.owner.id: "org:admin", team.admin.id: "org:admin", team.member.id: "org:member"}
    assert answer.total_count == 3


def test_activity(gateway, account):
    body = {"name": "m", "kind": "management"}
    key = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", body)["key"]
    post_chat(gateway, account, "tokens=12")
    with sdk_of(gateway, key) as sdk:
        rows = sdk.analytics.get_user_activity(request={"date_": f"{datetime.now(UTC):%Y-%m-%d}"}).data
    assert [(row.model, row.requests, row.completion_tokens) for row in rows] == [("test/chat", 1, 12)]


def test_analytics(gateway, account):
    body = {"name": "m", "kind": "management"}
    key = gateway.manage("POST", f"/api/organizations/{account.organization}/keys", body)["key"]
    post_chat(gateway, account, "tokens=12")
    with sdk_of(gateway, key) as sdk:
        answer = sdk.analytics.query_analytics(metrics=["request_count"], dimensions=["model"], granularity="month")
        assert answer.data.metadata.row_count == 1 and not answer.data.metadata.truncated
        assert {one.name for one in sdk.analytics.get_analytics_meta().data.granularities} >= {"week", "month"}


def test_a_wrong_key(gateway):
    with sdk_of(gateway, "sk-tg-v1-wrong") as sdk, pytest.raises(errors.UnauthorizedResponseError) as caught:
        ask(sdk)
    assert caught.value.data.error.code == 401


def test_missing_credit(gateway):
    with (
        sdk_of(gateway, gateway.new_account(None).key) as sdk,
        pytest.raises(errors.PaymentRequiredResponseError) as caught,
    ):
        ask(sdk)
    assert caught.value.data.error.code == 402


def test_an_unknown_model(sdk):
    with pytest.raises(errors.NotFoundResponseError) as caught:
        sdk.chat.send(model="no/such", messages=MESSAGES)
    assert "no/such" in caught.value.data.error.message
