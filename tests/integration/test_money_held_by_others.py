"""A 402 says whether to try again: yes where running requests hold what is missing."""

import pytest

from support.chat import cost_of, open_stream, post_chat

MODEL = "test/chat"


def test_credit_that_others_hold_is_worth_another_try(gateway):
    account = gateway.new_account(str(cost_of(MODEL, 1000, 1000)))
    with open_stream(gateway, account, "tokens=1000 stall_at=2", max_tokens=900) as connection:
        connection.read_until(b"data:")
        refused = post_chat(gateway, account, "tokens=2", max_tokens=900)
        assert refused.status == 402
        assert (refused.header("x-should-retry"), refused.header("retry-after")) == ("true", "1")
        never = post_chat(gateway, account, "tokens=2", max_tokens=90000)
        assert (never.header("x-should-retry"), never.header("retry-after")) == ("false", None)


def test_credit_that_nobody_holds_is_not(gateway):
    refused = post_chat(gateway, gateway.new_account("0.0001"), max_tokens=900)
    assert refused.status == 402 and refused.header("x-should-retry") == "false"


@pytest.mark.parametrize("fields", [{"max_tokens": 0, "echo": True, "logprobs": 1}, {"best_of": 0, "max_tokens": 1}])
def test_zeros_of_openais_schema_go_to_the_provider(gateway, account, sample, fields):
    answer = post_chat(gateway, account, "tokens=5", path="/v1/completions", prompt="The capital", **fields)
    assert answer.status == 200, answer.body
