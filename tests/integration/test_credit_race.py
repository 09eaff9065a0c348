"""No overdraft at any concurrency: 64 clients against a balance worth a tenth of what they ask for."""

import threading
from decimal import Decimal

import pytest

from support.chat import chat, cost_of

CLIENTS = 64
REQUESTS_EACH = 5
OUTPUT_TOKENS = 100
PROMPT_TOKENS = 4
COST = cost_of("test/chat", PROMPT_TOKENS, OUTPUT_TOKENS)
BALANCE = COST * (CLIENTS * REQUESTS_EACH // 10)


def race(gateway, account, *, stream):
    """Status of every request of all clients, each client on one connection, all started together."""
    request = gateway.bytes_of(
        "POST",
        "/v1/chat/completions",
        key=account.key,
        json=chat(f"tokens={OUTPUT_TOKENS} ttft_ms=20", stream=stream, max_tokens=OUTPUT_TOKENS),
    )
    start, statuses, failures = threading.Barrier(CLIENTS), [], []

    def client():
        try:
            with gateway.connect(60) as connection:
                start.wait()
                for _ in range(REQUESTS_EACH):
                    connection.send(request)
                    answer = connection.read_answer()
                    if answer.status == 402:
                        assert answer.header("x-should-retry") in ("true", "false")  # by what the others hold
                    statuses.append(answer.status)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return statuses


@pytest.mark.parametrize("stream", [False, True])
def test_credit_is_spent_to_the_last_request_and_never_beyond(gateway, sample, stream):
    account = gateway.new_account(str(BALANCE))
    before = sample.requests_total()
    statuses = race(gateway, account, stream=stream)
    served = statuses.count(200)
    assert statuses.count(402) == CLIENTS * REQUESTS_EACH - served

    # Some were refused only while others' holds were out: what these gave back is spent one by one.
    one_more = chat(f"tokens={OUTPUT_TOKENS}", max_tokens=OUTPUT_TOKENS)
    while (refused := gateway.request("POST", "/v1/chat/completions", key=account.key, json=one_more)).status == 200:
        served += 1
    assert refused.status == 402

    figures = gateway.credits(account)
    assert figures["total_usage"] == served * COST <= BALANCE
    assert figures["balance"] == BALANCE - served * COST < refused.error["needed"]
    assert figures["held"] == 0
    assert sample.requests_total() - before == served, "a refused request was sent upstream"


def test_a_keys_limit_holds_under_the_same_race(gateway, sample):
    account = gateway.new_account("5", limit=float(BALANCE))
    before = sample.requests_total()
    statuses = race(gateway, account, stream=False)
    served = statuses.count(200)
    key = gateway.request("GET", "/api/v1/key", key=account.key).json()["data"]
    assert key["usage"] == served * COST <= Decimal(str(float(BALANCE)))
    assert sample.requests_total() - before == served


def test_credit_added_in_the_race_is_used_and_nothing_else(gateway, sample):
    account = gateway.new_account(str(BALANCE / 2))
    granter = threading.Thread(target=lambda: [gateway.grant(account, str(BALANCE / 20)) for _ in range(10)])
    granter.start()
    statuses = race(gateway, account, stream=False)
    granter.join()
    figures = gateway.credits(account)
    assert figures["total_credits"] == BALANCE
    assert figures["total_usage"] == statuses.count(200) * COST <= BALANCE and figures["held"] == 0
