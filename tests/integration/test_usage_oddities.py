"""What is billed when the upstream's usage is missing, early, late, repeated, zero or absurd."""

from decimal import Decimal

import pytest

from support.chat import cost_of, open_stream, post_chat, stream_chat
from support.dialects import Said, Text, Usage, responses

PROMPT = 4  # "Say something." by the sample upstream's rule: bytes / 4, rounded up


def record_of(gateway, account, answer):
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert gateway.credits(account)["total_usage"] == record["total_cost"]
    return record


@pytest.mark.parametrize("include_usage", [True, False])
@pytest.mark.parametrize(
    "mode", ["normal", "always", "every_chunk", "cumulative", "finish_chunk", "after_done", "extra_chunk_after"]
)
def test_wherever_usage_stands_it_is_taken_once(gateway, account, mode, include_usage):
    answer, stream = stream_chat(
        gateway, account, f"tokens=10 usage={mode}", stream_options={"include_usage": include_usage}
    )
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == cost_of("test/chat", PROMPT, 10)
    assert record["usage_source"] == "provider"
    assert stream.done
    if include_usage:
        assert stream.usage["cost"] == record["total_cost"]
    else:
        assert stream.usage is None


@pytest.mark.parametrize("mode", ["none", "null"])
@pytest.mark.parametrize("stream", [False, True])
def test_missing_usage_is_counted_and_billed(gateway, account, mode, stream):
    answer = post_chat(gateway, account, f"tokens=50 usage={mode}", stream=stream)
    assert answer.status == 200
    record = record_of(gateway, account, answer)
    assert record["usage_source"] in ("counted", "estimated")
    assert cost_of("test/chat", 1, 15) <= record["total_cost"] <= cost_of("test/chat", 60, 200)


@pytest.mark.parametrize("stream", [False, True])
def test_zero_usage_for_a_text_is_counted(gateway, account, stream):
    record = record_of(gateway, account, post_chat(gateway, account, "tokens=5 usage=zero", stream=stream))
    assert record["total_cost"] > 0 and record["usage_source"] in ("counted", "estimated")


@pytest.mark.parametrize("stream", [False, True])
def test_zero_usage_for_nothing_is_a_value(gateway, account, stream):
    record = record_of(gateway, account, post_chat(gateway, account, "tokens=0 usage=zero", stream=stream))
    assert record["total_cost"] == 0 and record["usage_source"] == "provider"


@pytest.mark.parametrize("stream", [False, True])
def test_usage_that_contradicts_the_text_is_billed_as_the_provider_says(gateway, account, stream):
    answer = post_chat(gateway, account, "tokens=5 completion_tokens=500", stream=stream)
    assert record_of(gateway, account, answer)["total_cost"] == cost_of("test/chat", PROMPT, 500)


def test_more_cached_than_prompt_tokens_never_costs_less_than_nothing(gateway, account):
    answer = post_chat(gateway, account, "prompt_tokens=10 cached_tokens=1000 completion_tokens=1")
    assert record_of(gateway, account, answer)["total_cost"] == cost_of("test/chat", 10, 1, cached=10)


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": -5, "completion_tokens": -5},
        {"prompt_tokens": 1.5, "completion_tokens": 2},
        {"prompt_tokens": "many", "completion_tokens": "4"},
        {"prompt_tokens": None},
        {},
        [],
        "usage",
        5,
        True,
    ],
)
def test_usage_that_cannot_be_read_is_counted_instead(gateway, account, scripted, usage):
    scripted.script = lambda exchange: exchange.answer(
        {
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "hello there"}, "finish_reason": "stop"}
            ],
            "usage": usage,
        }
    )
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 200
    record = record_of(gateway, account, answer)
    assert 0 <= record["total_cost"] <= Decimal("0.01")
    assert record["usage_source"] in ("counted", "estimated")


@pytest.mark.parametrize("stream", [False, True])
def test_a_cost_beyond_the_balance_never_makes_it_negative(gateway, stream):
    account = gateway.new_account("0.01")
    overrun_before = gateway.metrics().sum("tollgate_holds_overrun_total")
    answer = post_chat(gateway, account, "tokens=3 prompt_tokens=100000", stream=stream)
    assert answer.status == 200
    figures = gateway.credits(account)
    assert figures["balance"] == 0 and figures["total_usage"] == Decimal("0.01") and figures["held"] == 0
    assert gateway.metrics().sum("tollgate_holds_overrun_total") > overrun_before
    assert post_chat(gateway, account).status == 402


def test_a_cost_beyond_the_hold_takes_what_is_there(gateway, account):
    answer = post_chat(gateway, account, "tokens=3 completion_tokens=100000", stream=True, max_tokens=None)
    assert record_of(gateway, account, answer)["total_cost"] == cost_of("test/chat", PROMPT, 100000)


@pytest.mark.parametrize("stream", [False, True])
def test_more_than_was_asked_for_is_not_believed(gateway, account, stream):
    answer = post_chat(gateway, account, "tokens=3 completion_tokens=100000", max_tokens=10, stream=stream)
    record = record_of(gateway, account, answer)
    assert record["tokens_completion"] <= 10 and record["usage_contradictory"] is True


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_provider_had_to_be_allowed_is_believed(gateway, account, scripted, stream):
    said = Said([Text("some words")], "length", Usage(prompt=40, completion=16))
    scripted.script = lambda exchange: exchange.answer(
        b"".join(responses.events(said)) if stream else responses.plain(said),
        content_type=responses.STREAM_TYPE if stream else "application/json",
    )
    answer = post_chat(gateway, account, model="test/responses", max_tokens=12, stream=stream)
    assert scripted.requests[-1].json()["max_output_tokens"] == 16, "OpenAI takes no smaller bound"
    assert answer.header("x-tollgate-changed-fields") == "max_tokens"
    record = record_of(gateway, account, answer)
    assert (record["tokens_prompt"], record["tokens_completion"]) == (40, 16)
    assert record["usage_source"] == "provider" and not record["usage_contradictory"]


def test_an_answer_that_the_upstream_broke_off_is_free(gateway, account):
    with open_stream(gateway, account, "tokens=20 token_ms=5 reset_at=10") as connection:
        answer = connection.read_head()
        connection.rest()
    assert record_of(gateway, account, answer)["total_cost"] == 0
