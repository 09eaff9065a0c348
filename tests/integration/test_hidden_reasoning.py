"""Reasoning that no client sees is paid by who asked for it: it stays within the hold, also where the client leaves."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.chat import cost_of, open_stream, post_chat, stream_chat
from support.processes import provider
from support.waiting import eventually

MODEL = "test/thinks"
LEAST_SAMPLES = 4
USUAL = 4096  # credit.default_output_tokens


def billed(upstream):
    """What the sample upstream would charge for the tokens it has billed since it was set to zero."""
    stats = upstream.stats()
    return cost_of(MODEL, stats["billed_prompt_tokens"], stats["billed_completion_tokens"])


def settled(gateway, account):
    def over():
        figures = gateway.credits(account)
        return figures if figures["held"] == 0 and figures["total_usage"] > 0 else None

    return eventually(over, within_s=20)["total_usage"]


@pytest.fixture
def fresh(start_gateway, own_sample):
    return start_gateway(providers=[provider("sample", own_sample.base_url)])


@pytest.fixture
def learned(fresh, own_sample):
    """An organization whose usual reasoning is known: 2,000 tokens. What that cost is not among the sample's figures."""
    account = fresh.new_account("5")
    for _ in range(LEAST_SAMPLES):
        stream_chat(fresh, account, "reasoning_tokens=2000 tokens=5", model=MODEL)
    own_sample.reset_stats()
    return account


def test_parallel_streams_without_a_bound_never_cost_the_platform(fresh, own_sample):
    account = fresh.new_account("0.50")

    def ask(_):
        return post_chat(
            fresh, account, "ttft_ms=800 tokens=20 reasoning_tokens=16000", model=MODEL, stream=True, max_tokens=None
        )

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(12)))
    taken = [answer for answer in answers if answer.status == 200]
    assert taken and all(int(answer.header("x-tollgate-max-tokens")) >= USUAL for answer in taken)
    assert settled(fresh, account) == billed(own_sample)
    assert fresh.metrics().sum("tollgate_holds_overrun_total") == 0


def test_a_stream_of_a_rich_organization_has_no_bound(fresh):
    account = fresh.new_account("100")
    answer, stream = stream_chat(fresh, account, "tokens=20 reasoning_tokens=9000", model=MODEL, max_tokens=None)
    assert answer.header("x-tollgate-max-tokens") is None
    assert stream.finish_reason == "stop"


def test_a_stream_of_a_model_that_shows_all_has_no_bound(fresh):
    answer, _ = stream_chat(fresh, fresh.new_account("0.01"), "tokens=20", max_tokens=None)
    assert answer.header("x-tollgate-max-tokens") is None


def leave(gateway, account, words, after=1, **fields):
    with open_stream(gateway, account, words, model=MODEL, **fields) as connection:
        while connection.buffer.count(b"data:") < after + 1:  # the first event has the role
            connection._fill()
        connection.reset()


@pytest.mark.parametrize("leave_at", [1, 30, 58])
def test_leaving_before_the_usage_costs_what_the_provider_bills(fresh, own_sample, leave_at):
    account = fresh.new_account("5")
    leave(fresh, account, "reasoning_tokens=8000 tokens=60 token_ms=10", after=leave_at, max_tokens=16000)
    assert settled(fresh, account) == billed(own_sample)


def test_leaving_near_the_end_is_read_on_once_the_reasoning_is_known(fresh, own_sample):
    account = fresh.new_account("5")
    for _ in range(LEAST_SAMPLES):
        stream_chat(fresh, account, "reasoning_tokens=500 tokens=5", model=MODEL)
    own_sample.reset_stats()
    before = settled(fresh, account)
    leave(fresh, account, "reasoning_tokens=8000 tokens=60 token_ms=10", after=50, max_tokens=16000)
    assert settled(fresh, account) - before == billed(own_sample)


def test_leaving_far_from_the_end_costs_the_usual_reasoning(fresh, learned, own_sample):
    before, aborted = settled(fresh, learned), own_sample.aborted()
    leave(fresh, learned, "reasoning_tokens=2000 tokens=3000 token_ms=50", max_tokens=16000)
    eventually(lambda: own_sample.aborted() == aborted + 1, within_s=6)
    charged = eventually(lambda: settled(fresh, learned) - before)
    assert abs(charged - billed(own_sample)) < billed(own_sample) / 20


def test_leaving_while_it_thinks_costs_no_more_than_it_can_have_thought(fresh, learned, own_sample):
    before, aborted = settled(fresh, learned), own_sample.aborted()
    arrived = own_sample.requests_total()
    with open_stream(fresh, learned, "ttft_ms=10000 reasoning_tokens=2000", model=MODEL) as connection:
        eventually(lambda: own_sample.requests_total() > arrived)
        connection.reset()
    eventually(lambda: own_sample.aborted() == aborted + 1, within_s=2)
    charged = eventually(lambda: settled(fresh, learned) - before)
    assert charged <= cost_of(MODEL, 4, 500)


def test_leaving_while_it_thinks_costs_it_where_nothing_is_known_yet(fresh, own_sample):
    account = fresh.new_account("5")
    arrived = own_sample.requests_total()
    with open_stream(fresh, account, "ttft_ms=500 reasoning_tokens=2000", model=MODEL) as connection:
        eventually(lambda: own_sample.requests_total() > arrived)
        connection.reset()
    assert settled(fresh, account) == billed(own_sample)


@pytest.mark.parametrize("model", [MODEL, "test/chat"])
def test_leaving_a_plain_answer_before_it_begins_costs_what_the_provider_bills(fresh, own_sample, model):
    account = fresh.new_account("5")
    arrived = own_sample.requests_total()
    with fresh.connect() as connection:
        body = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "user": "sample:ttft_ms=500 tokens=30"}
        connection.send(fresh.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        eventually(lambda: own_sample.requests_total() > arrived)
    stats = eventually(lambda: own_sample.stats() if own_sample.stats()["billed_completion_tokens"] else None)
    assert stats["billed_completion_tokens"] == 30
    assert settled(fresh, account) == cost_of(model, stats["billed_prompt_tokens"], 30)
