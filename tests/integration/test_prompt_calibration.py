"""Tokens per byte of a prompt, learned of each endpoint: holds cover what its provider will charge, and a bill without the
provider's figure is by the mean."""

from decimal import Decimal

import pytest

from support.chat import MESSAGE_TOKENS, chat, cost_of, open_stream, post_chat
from support.processes import records
from support.waiting import eventually

MODEL = "test/chat"
LEAST_SAMPLES = 64
TEXT = "x" * 1500
DENSE = 1000 + MESSAGE_TOKENS  # 1.5 bytes a token
HELD_UNTAUGHT = 500 + MESSAGE_TOKENS  # three bytes a token
HELD_TAUGHT = DENSE + 1500 // 128 + 1  # the p99 is known to 1/128 token per byte
OUTPUT = 20


def ask(gateway, account, words="", **fields):
    words = f"tokens={OUTPUT} token_bytes=4 prompt_tokens={DENSE} {words}"
    return post_chat(gateway, account, words, model=MODEL, content=TEXT, max_tokens=OUTPUT, **fields)


@pytest.fixture
def taught(start_gateway):
    gateway = start_gateway()
    teacher = gateway.new_account()
    for _ in range(LEAST_SAMPLES):
        assert ask(gateway, teacher).status == 200
    return gateway


def overrun(gateway):
    return gateway.metrics().sum("tollgate_holds_overrun_total")


def test_before_anything_is_known_a_dense_prompt_passes_its_hold(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account(str(cost_of(MODEL, HELD_UNTAUGHT, OUTPUT)))
    assert ask(gateway, account).status == 200
    assert overrun(gateway) == 1 and gateway.credits(account)["balance"] == 0


def test_holds_cover_what_was_learned(taught):
    short = taught.new_account(str(cost_of(MODEL, HELD_UNTAUGHT, OUTPUT)))
    assert ask(taught, short).status == 402
    enough = taught.new_account(str(cost_of(MODEL, HELD_TAUGHT, OUTPUT)))
    answer = ask(taught, enough)
    assert answer.status == 200
    assert taught.credits(enough)["total_usage"] == cost_of(MODEL, DENSE, OUTPUT)
    assert overrun(taught) == 0


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_without_usage_is_billed_by_the_learned_mean(taught, stream):
    account = taught.new_account()
    answer = ask(taught, account, "usage=none", stream=stream)
    record = taught.generation(account, answer.header("x-request-id"))
    assert record["usage_source"] in ("counted", "estimated")
    assert record["total_cost"] == cost_of(MODEL, DENSE, OUTPUT)


def test_what_one_endpoint_teaches_is_not_known_of_another(taught):
    account = taught.new_account(str(cost_of("test/drained", HELD_UNTAUGHT, OUTPUT)))
    body = chat(f"tokens={OUTPUT} token_bytes=4", model="test/drained", content=TEXT, max_tokens=OUTPUT)
    assert taught.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 200


@pytest.mark.parametrize("end", ["leave", "kill"])
def test_an_abandoned_answer_and_one_that_a_kill_ends_cost_the_same(taught, end):
    """The gateway that is started again knows nothing of what was learned: the slot does."""
    account = taught.new_account()
    words = f"tokens={OUTPUT} token_bytes=4 stall_at={OUTPUT // 2} prompt_tokens={DENSE}"
    with open_stream(taught, account, words, model=MODEL, content=TEXT, max_tokens=OUTPUT) as connection:
        while connection.buffer.count(b"\ndata: {") < OUTPUT // 2 + 1:  # the first event has the role
            connection._fill()
        if end == "kill":
            taught.kill()
    if end == "kill":
        taught.start()
    figures = eventually(lambda: (got := taught.credits(account))["held"] == 0 and got["total_usage"] > 0 and got)
    assert figures["total_usage"] == cost_of(MODEL, DENSE, OUTPUT // 2)
    taught.stop()
    (record,) = [record for record in records(taught.data_dir) if record["organization"] == account.organization]
    assert Decimal(record["charged_nano"]) / 10**9 == figures["total_usage"]
    assert (record["prompt_tokens"], record["completion_tokens"]) == (DENSE, OUTPUT // 2)
