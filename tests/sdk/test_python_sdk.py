"""The official openai SDK for Python against the real binary."""

import asyncio
from decimal import Decimal

import httpx
import openai
import pytest

from support.chat import cost_of
from support.waiting import eventually

MESSAGES = [{"role": "user", "content": "Say something."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def client(gateway, account):
    with openai.OpenAI(base_url=f"{gateway.base_url}/v1", api_key=account.key, max_retries=0) as made:
        yield made


def ask(client, words=None, **fields):
    if words is not None:
        fields["user"] = f"sample:{words}"
    return client.chat.completions.create(model="test/chat", messages=MESSAGES, **fields)


def test_chat(client):
    answer = ask(client, "tokens=12")
    assert answer.choices[0].message.content and answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 12
    assert Decimal(str(answer.usage.cost)) == cost_of("test/chat", answer.usage.prompt_tokens, 12)
    assert answer._request_id.startswith("req_")


def test_streamed_chat(client):
    chunks = list(ask(client, "tokens=12 token_ms=2", stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert len(text.split()) == 12 and chunks[-1].choices[0].finish_reason == "stop"


def test_streamed_chat_with_usage(client):
    *_, last = ask(client, "tokens=12", stream=True, stream_options={"include_usage": True})
    assert last.choices == [] and last.usage.completion_tokens == 12 and last.usage.cost > 0


@pytest.mark.parametrize(
    "words",
    ["comments id_lines crlf bom", "error_null", "split=3", "usage=finish_chunk", "usage=after_done", "no_done"],
)
def test_streams_of_odd_upstreams_are_read_without_complaint(client, words):
    chunks = list(ask(client, f"tokens=5 {words}", stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_completions(client):
    answer = client.completions.create(model="test/chat", prompt="Once", user="sample:tokens=5")
    assert answer.choices[0].text and answer.usage.completion_tokens == 5


def test_tools_are_passed_through(client):
    answer = ask(client, tools=[WEATHER], tool_choice="required")
    (call,) = answer.choices[0].message.tool_calls
    assert call.function.name == "get_weather" and "city" in call.function.arguments
    assert answer.choices[0].finish_reason == "tool_calls"


def test_streamed_tools_are_passed_through(client):
    with client.chat.completions.stream(
        model="test/chat", messages=MESSAGES, tools=[WEATHER], tool_choice="required"
    ) as stream:
        final = stream.get_final_completion()
    (call,) = final.choices[0].message.tool_calls
    assert call.function.name == "get_weather" and "city" in call.function.arguments


def test_embeddings(client):
    answer = client.embeddings.create(model="test/embed", input=["one", "two"], dimensions=16)
    assert [len(item.embedding) for item in answer.data] == [16, 16]
    assert all(isinstance(value, float) for value in answer.data[0].embedding)


def test_models(client):
    assert "test/chat" in [model.id for model in client.models.list()]
    assert client.models.retrieve("test/chat").id == "test/chat"


def test_raw_response_headers(client):
    raw = client.chat.completions.with_raw_response.create(model="test/chat", messages=MESSAGES)
    assert raw.headers["x-tollgate-provider"] == "sample" and raw.headers["x-generation-id"].startswith("gen-")


# --- errors and their retries


def retrying(client):
    return client.with_options(max_retries=2)


def test_a_wrong_key_is_an_authentication_error_without_retry(gateway, client, sample):
    before = gateway.metrics().sum("tollgate_requests_total", status="401")
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(client.with_options(api_key="sk-tg-v1-wrong", max_retries=2))
    assert caught.value.code == "invalid_api_key" and caught.value.request_id.startswith("req_")
    assert gateway.metrics().sum("tollgate_requests_total", status="401") == before + 1


def test_an_unknown_model_is_a_not_found_error(client):
    with pytest.raises(openai.NotFoundError) as caught:
        retrying(client).chat.completions.create(model="no/such", messages=MESSAGES)
    assert caught.value.code == "model_not_found"


def test_missing_credit_is_not_retried(gateway, client, sample):
    poor = gateway.new_account(None)
    before, sent = gateway.metrics().sum("tollgate_requests_total", status="402"), sample.requests_total()
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client.with_options(api_key=poor.key, max_retries=2))
    assert caught.value.status_code == 402 and caught.value.code == "insufficient_credits"
    assert gateway.metrics().sum("tollgate_requests_total", status="402") == before + 1
    assert sample.requests_total() == sent


@pytest.mark.parametrize(
    "words, error, attempts",
    [
        ("status=400", openai.BadRequestError, 1),
        ("status=404", openai.NotFoundError, 1),
        ("status=422", openai.UnprocessableEntityError, 1),
        ("status=429 retry_after=1", openai.RateLimitError, 3),
        ("status=500", openai.InternalServerError, 3),
        ("status=503", openai.InternalServerError, 3),
    ],
)
def test_an_upstream_error_is_retried_as_the_sdk_does_without_a_gateway(client, sample, words, error, attempts):
    before = sample.requests_total()
    with pytest.raises(error) as caught:
        ask(retrying(client), words)
    assert "told to answer this" in caught.value.message
    assert sample.requests_total() - before == attempts


def test_an_upstreams_401_is_a_server_error_and_not_the_callers(client):
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, "status=401")
    assert caught.value.status_code == 502 and caught.value.code == "upstream_auth_failed"


@pytest.mark.parametrize("words", ["reset_at=3", "close_at=3", "error_at=3"])
def test_a_broken_stream_raises_and_does_not_look_complete(client, words):
    received = []
    with pytest.raises(openai.APIError):
        for chunk in ask(client, f"tokens=10 token_ms=5 {words}", stream=True):
            received.append(chunk)
    assert received and not any(chunk.choices and chunk.choices[0].finish_reason == "stop" for chunk in received)


def test_bad_input_is_a_bad_request_error(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="test/chat", messages=MESSAGES, max_tokens=-1)
    assert "max_tokens" in caught.value.message


# --- aborts, concurrency, connections


def test_closing_a_stream_aborts_the_upstream(client, sample):
    aborted = sample.aborted()
    stream = ask(client, "tokens=1000 token_ms=10", stream=True)
    next(iter(stream))
    stream.close()
    eventually(lambda: sample.aborted() == aborted + 1, within_s=1)


def test_a_plain_answer_that_timed_out_is_read_on_and_billed(gateway, account, client, sample):
    aborted, used = sample.aborted(), gateway.credits(account)["total_usage"]
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=0.3), "ttft_ms=1000 tokens=5")
    eventually(lambda: gateway.credits(account)["total_usage"] > used and gateway.credits(account)["held"] == 0)
    assert sample.aborted() == aborted


def test_plain_requests_reuse_one_connection(gateway, client):
    before = gateway.metrics().sum("tollgate_connections_accepted_total")
    for _ in range(20):
        ask(client, "tokens=2")
    assert gateway.metrics().sum("tollgate_connections_accepted_total") - before <= 1


def test_many_streams_at_once(gateway, account):
    async def one(client, number):
        stream = await client.chat.completions.create(
            model="test/chat",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
            user=f"sample:tokens={number + 1} token_ms=3",
        )
        usage = None
        async for chunk in stream:
            usage = chunk.usage or usage
        return usage

    async def everything():
        async with openai.AsyncOpenAI(base_url=f"{gateway.base_url}/v1", api_key=account.key) as client:
            return await asyncio.gather(*(one(client, number) for number in range(40)))

    usages = asyncio.run(everything())
    assert [usage.completion_tokens for usage in usages] == [number + 1 for number in range(40)]
    total = sum(Decimal(str(usage.cost)) for usage in usages)
    assert gateway.credits(account)["total_usage"] == total


def test_the_openrouter_base_url_works_too(gateway, account):
    with openai.OpenAI(base_url=f"{gateway.base_url}/api/v1", api_key=account.key) as client:
        answer = ask(client, "tokens=3")
        assert answer.id.startswith("gen-") and answer.provider == "sample"
        *_, last = ask(client, "tokens=3", stream=True)
        assert last.usage.completion_tokens == 3


def test_httpx_reads_a_stream_to_its_end_and_keeps_the_connection(gateway, account):
    before = gateway.metrics().sum("tollgate_connections_accepted_total")
    with httpx.Client(base_url=gateway.base_url, headers={"Authorization": f"Bearer {account.key}"}) as client:
        for _ in range(20):
            with client.stream(
                "POST", "/v1/chat/completions", json={"model": "test/chat", "messages": MESSAGES, "stream": True}
            ) as answer:
                *_, last = (line for line in answer.iter_lines() if line)
                assert last == "data: [DONE]"
    assert gateway.metrics().sum("tollgate_connections_accepted_total") - before == 1
