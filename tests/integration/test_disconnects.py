"""Clients that leave: noticed within a second, the upstream told or drained, what was generated billed."""

import socket
import time

import pytest

from support.chat import chat, cost_of, open_stream, post_chat, stream_chat
from support.waiting import eventually

NOTICED_WITHIN_S = 1.0
PROMPT = 4


def settled_usage(gateway, account):
    """What the organization has been charged once nothing is on hold any more."""

    def settled():
        figures = gateway.credits(account)
        return figures if figures["held"] == 0 and figures["total_usage"] > 0 else None

    return eventually(settled)["total_usage"]


def in_flight(sample):
    return sample.stats()["in_flight"] - 1  # the request for the figures itself is one


@pytest.fixture(autouse=True)
def nothing_of_other_tests(sample):
    """What they abandoned may still be aborted, and would be counted here."""
    eventually(lambda: in_flight(sample) == 0)


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_leaving_a_stream_before_the_first_byte_aborts_the_upstream(gateway, account, sample, leave):
    arrived, aborted = sample.requests_total(), sample.aborted()
    connection = gateway.connect()
    connection.send(
        gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=chat("ttft_ms=8000", stream=True))
    )
    eventually(lambda: sample.requests_total() > arrived)
    getattr(connection, leave)()
    eventually(lambda: sample.aborted() == aborted + 1, within_s=NOTICED_WITHIN_S)
    eventually(lambda: gateway.credits(account)["held"] == 0)


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_leaving_mid_stream_aborts_the_upstream_and_bills_what_came(gateway, account, sample, leave):
    aborted = sample.aborted()
    with open_stream(gateway, account, "tokens=2000 token_ms=10") as connection:
        answer = connection.read_head()
        while connection.buffer.count(b"data:") < 20:
            connection._fill()
        getattr(connection, leave)()
    eventually(lambda: sample.aborted() == aborted + 1, within_s=NOTICED_WITHIN_S)
    assert cost_of("test/chat", 1, 10) <= settled_usage(gateway, account) <= cost_of("test/chat", 40, 150)
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["cancelled"] is True and record["usage_source"] in ("counted", "estimated")


def test_leaving_while_the_upstream_is_silent_in_mid_stream_is_noticed(gateway, account, sample):
    aborted = sample.aborted()
    with open_stream(gateway, account, "tokens=20 stall_at=5") as connection:
        connection.read_until(b"data:")
    eventually(lambda: sample.aborted() == aborted + 1, within_s=NOTICED_WITHIN_S)
    assert settled_usage(gateway, account) > 0


def test_half_closing_counts_as_leaving(gateway, account, sample):
    aborted = sample.aborted()
    with open_stream(gateway, account, "tokens=2000 token_ms=10") as connection:
        connection.read_until(b"data:")
        connection.socket.shutdown(socket.SHUT_WR)
        eventually(lambda: sample.aborted() == aborted + 1, within_s=NOTICED_WITHIN_S)


def test_a_provider_that_bills_on_is_drained_and_billed_in_full(gateway, account, sample):
    aborted = sample.aborted()
    with open_stream(gateway, account, "tokens=60 token_ms=10", model="test/drained") as connection:
        answer = connection.read_head()
        connection.read_until(b"data:")
    assert settled_usage(gateway, account) == cost_of("test/drained", PROMPT, 60)
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["cancelled"] is True and record["usage_source"] == "provider"
    assert sample.aborted() == aborted


def test_a_plain_answer_of_a_provider_that_bills_on_is_drained_too(gateway, account, sample):
    arrived, aborted = sample.requests_total(), sample.aborted()
    with gateway.connect() as connection:
        connection.send(
            gateway.bytes_of(
                "POST",
                "/v1/chat/completions",
                key=account.key,
                json=chat("ttft_ms=500 tokens=30", model="test/drained"),
            )
        )
        eventually(lambda: sample.requests_total() > arrived)
    assert settled_usage(gateway, account) == cost_of("test/drained", PROMPT, 30)
    assert sample.aborted() == aborted


def test_a_drain_ends_at_its_time_limit(start_gateway, sample):
    gateway = start_gateway(timeouts={"drain_timeout_ms": 300})
    account, aborted = gateway.new_account("5"), sample.aborted()
    with open_stream(gateway, account, "tokens=3000 token_ms=10", model="test/drained") as connection:
        connection.read_until(b"data:")
    eventually(lambda: sample.aborted() == aborted + 1, within_s=3)
    assert 0 < settled_usage(gateway, account) < cost_of("test/drained", 100, 1000)


def test_the_drains_of_a_worker_are_bounded(start_gateway, sample):
    gateway = start_gateway(limits={"max_drains": 1})
    account, aborted = gateway.new_account("5"), sample.aborted()
    connections = [open_stream(gateway, account, "tokens=200 token_ms=10", model="test/drained") for _ in range(4)]
    for connection in connections:
        connection.read_until(b"data:")
    for connection in connections:
        connection.close()
    eventually(lambda: sample.aborted() == aborted + 3, within_s=NOTICED_WITHIN_S)
    eventually(lambda: gateway.credits(account)["held"] == 0, within_s=10)


def test_a_client_that_leaves_between_requests_leaves_nothing(gateway, account, sample):
    aborted = sample.aborted()
    post_chat(gateway, account, "tokens=3")
    stream_chat(gateway, account, "tokens=3")
    assert gateway.credits(account)["held"] == 0 and sample.aborted() == aborted


def test_a_client_that_reads_nothing_is_cut_after_the_write_timeout(start_gateway, sample):
    gateway = start_gateway(timeouts={"write_timeout_ms": 500})
    account = gateway.new_account("5")
    with open_stream(gateway, account, "tokens=80 token_bytes=400000 token_ms=1") as connection:

        def over():
            figures = gateway.credits(account)
            return figures["held"] == 0 and figures["total_usage"] > 0

        eventually(over, within_s=8, every_s=0.05)
        assert b"[DONE]" not in connection.rest()


def test_fifty_clients_that_leave_at_once_leave_no_hold_and_no_connection(gateway, account, sample):
    connections = [open_stream(gateway, account, "tokens=2000 token_ms=20") for _ in range(50)]
    for connection in connections:
        connection.read_until(b"data:")
    started = time.monotonic()
    for connection in connections:
        connection.reset()
    eventually(lambda: in_flight(sample) == 0, within_s=3)
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert time.monotonic() - started < 5
    eventually(lambda: gateway.metrics().sum("tollgate_slots_in_use") == 0)
