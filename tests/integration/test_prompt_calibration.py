"""Tokens per byte of an organization's prompts, learned of each endpoint: holds cover what its provider will charge, and a
bill without the provider's figure is by the mean. Nobody learns from another organization."""

from decimal import Decimal

import pytest

from support.chat import MESSAGE_TOKENS, chat, cost_of, open_stream, post_chat
from support.processes import records
from support.waiting import eventually

MODEL = "test/chat"
LEAST_SAMPLES = 16
TEXT = "x" * 1500
DENSE = 1000 + MESSAGE_TOKENS  # 1.5 bytes a token
HELD_UNTAUGHT = 500 + MESSAGE_TOKENS  # three bytes a token
HELD_TAUGHT = DENSE + 1500 // 128 + 1  # the p99 is known to 1/128 token per byte
OUTPUT = 20


def ask(gateway, account, words="", **fields):
    words = f"tokens={OUTPUT} token_bytes=4 prompt_tokens={DENSE} {words}"
    return post_chat(gateway, account, words, model=MODEL, content=TEXT, max_tokens=OUTPUT, **fields)


def teach(gateway, account, tokens=DENSE, prompts=LEAST_SAMPLES):
    for _ in range(prompts):
        assert ask(gateway, account, f"prompt_tokens={tokens}").status == 200


@pytest.fixture
def gateway(start_gateway):
    return start_gateway()


@pytest.fixture
def taught(gateway):
    """An organization whose prompts are known to be dense."""
    account = gateway.new_account()
    teach(gateway, account)
    return account


def leave_only(gateway, account, usd):
    """Lets its key spend so much more."""
    spent = gateway.credits(account)["total_usage"]
    path = f"/api/organizations/{account.organization}/keys/{account.hash}/limits"
    gateway.manage("PUT", path, {"limit": float(spent + usd)})


def overrun(gateway):
    return gateway.metrics().sum("tollgate_holds_overrun_total")


def test_before_anything_is_known_a_dense_prompt_passes_its_hold(gateway):
    account = gateway.new_account(str(cost_of(MODEL, HELD_UNTAUGHT, OUTPUT)))
    assert ask(gateway, account).status == 200
    assert overrun(gateway) == 1 and gateway.credits(account)["balance"] == 0


def test_holds_cover_what_was_learned(gateway, taught):
    leave_only(gateway, taught, cost_of(MODEL, HELD_UNTAUGHT, OUTPUT))
    assert ask(gateway, taught).status == 402
    leave_only(gateway, taught, cost_of(MODEL, HELD_TAUGHT, OUTPUT))
    before = gateway.credits(taught)["total_usage"]
    assert ask(gateway, taught).status == 200
    assert gateway.credits(taught)["total_usage"] - before == cost_of(MODEL, DENSE, OUTPUT)
    assert overrun(gateway) == 0


def billed_without_usage(gateway, account, stream):
    answer = ask(gateway, account, "usage=none", stream=stream)
    record = gateway.generation(account, answer.header("x-request-id"))
    assert record["usage_source"] in ("counted", "estimated")
    return record["total_cost"]


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_without_usage_is_billed_by_the_learned_mean(gateway, taught, stream):
    assert billed_without_usage(gateway, taught, stream) == cost_of(MODEL, DENSE, OUTPUT)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("taught_tokens", [len(TEXT) + MESSAGE_TOKENS, len(TEXT) // 8 + MESSAGE_TOKENS])
def test_what_an_organization_teaches_moves_nothing_of_another(gateway, stream, taught_tokens):
    attacker, other = gateway.new_account(), gateway.new_account()
    before = billed_without_usage(gateway, other, stream)
    teach(gateway, attacker, taught_tokens, prompts=200)
    assert billed_without_usage(gateway, other, stream) == before
    poor = gateway.new_account(str(cost_of(MODEL, HELD_UNTAUGHT, OUTPUT)))
    assert ask(gateway, poor, f"prompt_tokens={HELD_UNTAUGHT}").status == 200, "its hold is what it was"
    too_poor = gateway.new_account(str(cost_of(MODEL, HELD_UNTAUGHT - 1, OUTPUT)))
    assert ask(gateway, too_poor).status == 402


def test_what_one_endpoint_teaches_is_not_known_of_another(gateway, taught):
    leave_only(gateway, taught, cost_of("test/drained", HELD_UNTAUGHT, OUTPUT))
    body = chat(f"tokens={OUTPUT} token_bytes=4", model="test/drained", content=TEXT, max_tokens=OUTPUT)
    assert gateway.request("POST", "/v1/chat/completions", key=taught.key, json=body).status == 200


@pytest.mark.parametrize("end", ["leave", "kill"])
def test_an_abandoned_answer_and_one_that_a_kill_ends_cost_the_same(gateway, taught, end):
    """The gateway that is started again knows nothing of what was learned: the slot does."""
    before = gateway.credits(taught)["total_usage"]
    words = f"tokens={OUTPUT} token_bytes=4 stall_at={OUTPUT // 2} prompt_tokens={DENSE}"
    with open_stream(gateway, taught, words, model=MODEL, content=TEXT, max_tokens=OUTPUT) as connection:
        while connection.buffer.count(b"\ndata: {") < OUTPUT // 2 + 1:  # the first event has the role
            connection._fill()
        if end == "kill":
            gateway.kill()
    if end == "kill":
        gateway.start()
    figures = eventually(lambda: (got := gateway.credits(taught))["held"] == 0 and got["total_usage"] > before and got)
    charged = figures["total_usage"] - before
    assert charged == cost_of(MODEL, DENSE, OUTPUT // 2)
    gateway.stop()
    record = records(gateway.data_dir)[-1]
    assert Decimal(record["charged_nano"]) / 10**9 == charged
    assert (record["prompt_tokens"], record["completion_tokens"]) == (DENSE, OUTPUT // 2)
