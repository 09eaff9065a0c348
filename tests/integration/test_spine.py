"""The main job: a request is authenticated, proxied, billed and visible."""

import re
from decimal import Decimal

import pytest

from support.chat import ANSWERED, chat, cost_of, post_chat, stream_chat
from support.http_client import loads
from support.sse import Stream

ULID = "[0-9A-HJKMNP-TV-Z]{26}"


def credits_by_key(gateway, account):
    data = gateway.request("GET", "/api/v1/credits", key=account.key).json()["data"]
    return data["total_credits"], data["total_usage"]


def test_a_streamed_chat_is_billed_recorded_and_counted(gateway, account):
    counted = {"route": "chat", "model": "test/chat", "provider": "sample", "status": "200"}
    before = gateway.metrics().sum("tollgate_requests_total", **counted)

    answer, stream = stream_chat(gateway, account, "tokens=32 token_ms=2", stream_options={"include_usage": True})

    assert stream.done and stream.finish_reason == "stop"
    cost = stream.usage["cost"]
    assert cost == cost_of("test/chat", stream.usage["prompt_tokens"], 32)
    assert credits_by_key(gateway, account) == (Decimal(5), cost)
    assert gateway.credits(account)["balance"] == Decimal(5) - cost
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["total_cost"] == cost and record["streamed"] is True
    assert gateway.metrics().sum("tollgate_requests_total", **counted) == before + 1


def test_a_stream_reaches_the_client_as_it_is_generated(gateway, account):
    answer, _ = stream_chat(gateway, account, "tokens=10 token_ms=40")
    assert answer.reads[-1][0] - answer.reads[0][0] > 0.2
    assert len(answer.reads) >= 8


def test_a_plain_chat_carries_the_cost_that_is_booked(gateway, account):
    answer = post_chat(gateway, account, "tokens=20")
    usage = answer.json()["usage"]
    assert usage["completion_tokens"] == 20
    assert usage["total_tokens"] == usage["prompt_tokens"] + 20
    assert usage["cost"] == cost_of("test/chat", usage["prompt_tokens"], 20)
    assert credits_by_key(gateway, account)[1] == usage["cost"]


def test_a_cost_is_rounded_once_half_up_to_nano_usd(gateway, account):
    answer = post_chat(gateway, account, "prompt_tokens=5 completion_tokens=1", model="test/odd")
    # 5 x 333 + 1 x 777 pico-USD = 2.442 nano-USD, and 1000 nano-USD a request.
    assert b'"cost":0.000001002' in answer.body.replace(b" ", b"")
    assert answer.json()["usage"]["cost"] == cost_of("test/odd", 5, 1)


def test_cached_prompt_tokens_cost_their_own_price(gateway, account):
    usage = post_chat(gateway, account, "prompt_tokens=1000 cached_tokens=600 completion_tokens=10").json()["usage"]
    assert usage["cost"] == cost_of("test/chat", 1000, 10, cached=600)


def test_reasoning_tokens_are_not_charged_twice(gateway, account):
    answer = post_chat(gateway, account, "prompt_tokens=10 completion_tokens=50 reasoning_tokens=40")
    assert answer.json()["usage"]["cost"] == cost_of("test/chat", 10, 50)
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["native_tokens_reasoning"] == 40 and record["native_tokens_completion"] == 50


def test_a_long_run_of_requests_adds_up_to_the_last_digit(gateway, account):
    costs = [
        post_chat(gateway, account, f"tokens={1 + number}", model="test/odd").json()["usage"]["cost"]
        for number in range(20)
    ]
    assert credits_by_key(gateway, account)[1] == sum(costs)


def test_amounts_are_printed_without_exponent(gateway, account):
    post_chat(gateway, account, "prompt_tokens=1 completion_tokens=0", model="test/odd")
    body = gateway.request("GET", "/api/v1/credits", key=account.key).text
    assert re.search(r'"total_usage":\s*0\.\d+[,}]', body) and "e-" not in body.lower()


def test_a_generation_is_readable_at_once_with_its_whole_record(gateway, account):
    answer, stream = stream_chat(gateway, account, "tokens=12 ttft_ms=30 token_ms=5")
    generation_id = answer.header("x-generation-id")
    record = gateway.generation(account, generation_id)
    assert record["id"] == generation_id
    assert record["request_id"] == answer.header("x-request-id")
    assert record["model"] == "test/chat"
    assert record["provider_name"] == "sample"
    assert record["api_type"] == "chat"
    assert record["cancelled"] is False
    assert record["finish_reason"] == "stop"
    assert record["tokens_completion"] == 12
    assert record["usage_source"] == "provider"
    assert 30 <= record["time_to_first_token"] <= record["latency"] < 5000


def test_another_organization_cannot_read_a_generation(gateway, account):
    generation_id = post_chat(gateway, account).header("x-generation-id")
    other = gateway.new_account(None)
    assert gateway.request("GET", f"/api/v1/generation?id={generation_id}", key=other.key).status == 404


@pytest.mark.parametrize("generation_id", ["gen-01ARZ3NDEKTSV4RRFFQ69G5FAV", "gen-short", "nonsense", ""])
def test_an_unknown_generation_is_404(gateway, account, generation_id):
    answer = gateway.request("GET", f"/api/v1/generation?id={generation_id}", key=account.key)
    assert answer.status in ((404,) if generation_id.startswith("gen-01") else (400, 404))
    assert answer.error["message"]


def test_every_answer_names_request_generation_and_route_taken(gateway, account):
    answer = post_chat(gateway, account)
    request_id, generation_id = answer.header("x-request-id"), answer.header("x-generation-id")
    assert re.fullmatch(f"req_{ULID}", request_id) and re.fullmatch(f"gen-{ULID}", generation_id)
    assert request_id[4:] == generation_id[4:]
    assert answer.header("x-tollgate-organization") == account.organization
    assert answer.header("x-tollgate-provider") == "sample"
    assert answer.header("x-tollgate-model") == "test/chat"
    assert 0 < int(answer.header("x-tollgate-overhead-us")) < 1_000_000


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/v1/models"), ("GET", "/nowhere"), ("DELETE", "/v1/models"), ("HEAD", "/"), ("OPTIONS", "/v1/models")],
)
def test_answers_without_inference_carry_a_request_id(gateway, account, method, path):
    answer = gateway.request(method, path, key=account.key)
    assert re.fullmatch(f"req_{ULID}", answer.header("x-request-id"))


def test_request_ids_are_unique_and_ascend(gateway, account):
    ids = [post_chat(gateway, account).header("x-request-id") for _ in range(20)]
    assert len(set(ids)) == 20 and [i[4:14] for i in ids] == sorted(i[4:14] for i in ids)


def test_the_upstream_gets_its_own_key_and_name_for_the_model_and_nothing_of_the_client(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {"id": "x", "object": "chat.completion", "choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    )
    body = b'{ "temperature" : 0.10, "model":"test/scripted","messages":[{"role":"user","content":"\\u00e9"}],"x":1.50}'
    answer = gateway.request(
        "POST",
        "/v1/chat/completions",
        key=account.key,
        body=body,
        headers={
            "X-Forwarded-For": "10.1.2.3",
            "Cookie": "a=b",
            "X-Stainless-Lang": "python",
            "OpenAI-Organization": "org-1",
            "Accept-Encoding": "gzip, br",
        },
    )
    assert answer.status == 200, answer.body
    (request,) = scripted.requests
    assert (request.method, request.target) == ("POST", "/v1/chat/completions")
    assert request.header("authorization") == "Bearer scripted-upstream-key"
    assert request.header("accept-encoding") in (None, "identity")
    for name in ("x-forwarded-for", "cookie", "x-stainless-lang", "openai-organization", "x-api-key"):
        assert request.header(name) is None
    assert account.key.encode() not in request.head + request.body
    # Every byte but the model's name is forwarded as it was written.
    assert request.body == body.replace(b'"test/scripted"', b'"scripted-1"')


def test_an_answer_under_v1_keeps_the_upstreams_id_and_unknown_fields(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {
            "id": "chatcmpl-upstream",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted-1",
            "choices": ANSWERED,
            "service_tier": "default",
            "x_vendor": {"deep": [1, 2.50]},
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "x_more": {"k": 1}},
        }
    )
    answer = post_chat(gateway, account, model="test/scripted").json()
    assert answer["id"] == "chatcmpl-upstream"
    assert answer["x_vendor"] == {"deep": [1, Decimal("2.50")]} and answer["usage"]["x_more"] == {"k": 1}
    assert answer["usage"]["cost"] == cost_of("test/scripted", 3, 4)


def test_both_credentials_headers_are_accepted(gateway, account):
    answer = gateway.request("POST", "/v1/chat/completions", json=chat(), headers={"x-api-key": account.key})
    assert answer.status == 200


@pytest.mark.parametrize(
    "credential", [None, "", "sk-tg-v1-", "sk-tg-v1-" + "a" * 49, "not-a-key", "x" * 5000, "\xff\xfe"]
)
def test_a_wrong_key_is_401(gateway, sample, credential):
    before = sample.requests_total()
    answer = gateway.request("POST", "/v1/chat/completions", json=chat(), key=credential)
    assert answer.status == 401
    assert answer.error["code"] == "invalid_api_key"
    assert sample.requests_total() == before


def test_a_key_with_a_changed_character_is_401(gateway, account):
    wrong = account.key[:20] + ("a" if account.key[20] != "a" else "b") + account.key[21:]
    assert gateway.request("POST", "/v1/chat/completions", json=chat(), key=wrong).status == 401


def test_basic_authorization_is_401(gateway):
    answer = gateway.request("POST", "/v1/chat/completions", json=chat(), headers={"Authorization": "Basic YTpi"})
    assert answer.status == 401


def test_the_root_key_cannot_infer(gateway):
    answer = gateway.request("POST", "/v1/chat/completions", json=chat(), key=gateway.root_key)
    assert answer.status == 403 and answer.error["code"] == "permission_denied"


def test_an_inference_key_cannot_manage(gateway, account):
    answer = gateway.request("POST", "/api/organizations", json={"name": "Mine"}, key=account.key)
    assert answer.status == 403 and answer.error["code"] == "permission_denied"


def test_completions_are_billed(gateway, account):
    answer = gateway.request(
        "POST",
        "/v1/completions",
        key=account.key,
        json={"model": "test/chat", "prompt": "Once upon", "user": "sample:tokens=9"},
    )
    body = answer.json()
    assert answer.status == 200 and body["object"] == "text_completion" and body["choices"][0]["text"]
    assert body["usage"]["cost"] == cost_of("test/chat", body["usage"]["prompt_tokens"], 9)
    assert gateway.generation(account, answer.header("x-generation-id"))["api_type"] == "completions"


def test_completions_stream(gateway, account):
    answer = gateway.request(
        "POST",
        "/v1/completions",
        key=account.key,
        json={
            "model": "test/chat",
            "prompt": "Once",
            "stream": True,
            "user": "sample:tokens=9",
            "stream_options": {"include_usage": True},
        },
    )
    stream = Stream(answer.body)
    assert stream.done and stream.content and stream.usage["completion_tokens"] == 9
    assert stream.usage["cost"] == cost_of("test/chat", stream.usage["prompt_tokens"], 9)


@pytest.mark.parametrize("path", ["/v1/embeddings", "/api/v1/embeddings"])
def test_embeddings_are_billed_by_prompt_tokens(gateway, account, path):
    answer = gateway.request(
        "POST", path, key=account.key, json={"model": "test/embed", "input": ["one", "two"], "dimensions": 8}
    )
    body = answer.json()
    assert answer.status == 200 and [len(item["embedding"]) for item in body["data"]] == [8, 8]
    assert body["usage"]["cost"] == cost_of("test/embed", body["usage"]["prompt_tokens"], 0)
    assert gateway.generation(account, answer.header("x-generation-id"))["api_type"] == "embeddings"


def test_a_float_cost_is_never_printed_with_binary_noise(gateway, account):
    text = post_chat(gateway, account, "prompt_tokens=3 completion_tokens=7").text
    assert loads(text)["usage"]["cost"] == Decimal("0.00000465")
    assert '"cost":0.00000465' in text.replace(" ", "")
