"""A model with two endpoints: where the first cannot answer the second does, and is what is billed and named."""

import json
import time
from decimal import Decimal

import pytest

from support.chat import post_chat, stream_chat
from support.killed import books_of_killed, check_bill

# USD per million tokens, of tests/support/prices.yaml: the first endpoint is the dearer one.
FIRST, SECOND = {"prompt": "1.50", "completion": "6.00"}, {"prompt": "0.15", "completion": "0.60"}
ERROR_BODY = {"error": {"message": "not now", "type": "server_error", "code": None}}


def cost(prices, prompt, completion):
    return (Decimal(prices["prompt"]) * prompt + Decimal(prices["completion"]) * completion) / 1_000_000


def billed(gateway, account, answer):
    """The record of an answer; its cost is the one that the client was told, and the organization's only one."""
    record = gateway.generation(account, answer.header("x-generation-id"))
    credits = gateway.credits(account)
    assert credits["total_usage"] == record["total_cost"] and credits["held"] == 0
    return record


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_provider_that_is_down_is_passed_over(gateway, stream):
    account = gateway.new_account()
    before = gateway.metrics().sum("tollgate_failovers_total")
    if stream:
        answer, events = stream_chat(gateway, account, "tokens=5", model="test/failover", stream_options={"include_usage": True})
        told = events.usage
    else:
        answer = post_chat(gateway, account, "tokens=5", model="test/failover")
        told = answer.json()["usage"]
    assert answer.status == 200 and answer.header("x-tollgate-provider") == "sample"
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "sample" and record["model"] == "test/failover"
    assert record["total_cost"] == told["cost"] == cost(SECOND, record["tokens_prompt"], 5)
    assert gateway.metrics().sum("tollgate_failovers_total") - before == 1


FAILURES = {
    "an internal error": lambda exchange: exchange.answer(ERROR_BODY, "500 Internal Server Error"),
    "overload": lambda exchange: exchange.answer(ERROR_BODY, "503 Service Unavailable"),
    "a rate limit": lambda exchange: exchange.answer(ERROR_BODY, "429 Too Many Requests"),
    "a model that the provider does not have": lambda exchange: exchange.answer(ERROR_BODY, "404 Not Found"),
    "a refused account": lambda exchange: exchange.answer(ERROR_BODY, "401 Unauthorized"),
    "a reset": lambda exchange: exchange.reset(),
    "no HTTP": lambda exchange: exchange.send(b"nonsense\r\n\r\n") or exchange.close(),
    "a body that is not JSON": lambda exchange: exchange.answer(b"<html>"),
    "a body that breaks off": lambda exchange: exchange.head(length=1000) or exchange.send(b'{"id":') or exchange.close(),
    "an error as an answer": lambda exchange: exchange.answer(ERROR_BODY),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_what_another_endpoint_may_do_better_is_tried_there(gateway, scripted, failure, stream):
    scripted.script = FAILURES[failure]
    account = gateway.new_account()
    answer = post_chat(gateway, account, "tokens=5", model="test/failover-scripted", stream=stream)
    assert answer.status == 200, answer.body
    assert answer.header("x-tollgate-provider") == "sample"
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "sample"
    assert record["total_cost"] == cost(SECOND, record["tokens_prompt"], 5)
    assert len(scripted.requests) == 1


def test_a_stream_that_breaks_before_its_first_event_is_tried_elsewhere(gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.close()

    scripted.script = script
    account = gateway.new_account()
    answer, events = stream_chat(gateway, account, "tokens=5", model="test/failover-scripted")
    assert events.done and answer.header("x-tollgate-provider") == "sample"
    assert billed(gateway, account, answer)["provider_name"] == "sample"


def test_comments_do_not_bind_a_stream_to_its_endpoint(start_gateway, scripted):
    def script(exchange):
        time.sleep(1)
        exchange.start_stream()
        time.sleep(1)
        exchange.close()

    scripted.script = script
    gateway = start_gateway(timeouts={"keep_alive_comment_ms": 300})
    account = gateway.new_account()
    answer, events = stream_chat(gateway, account, "tokens=5", model="test/failover-scripted")
    assert answer.body.count(b": keep-alive\n\n") >= 4 and events.done
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "sample"
    assert record["total_cost"] == cost(SECOND, record["tokens_prompt"], 5)


def test_nothing_is_tried_again_once_the_client_has_a_part(gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {"content": "some"}}]})
        exchange.close()

    scripted.script = script
    account = gateway.new_account()
    answer, events = stream_chat(gateway, account, "tokens=5", model="test/failover-scripted")
    assert not events.done and events.error is not None
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "scripted" and record["total_cost"] == 0


def test_a_request_that_is_wrong_is_not_tried_elsewhere(gateway, scripted):
    scripted.script = lambda exchange: exchange.answer({"error": {"message": "no such parameter"}}, "400 Bad Request")
    account = gateway.new_account()
    before = gateway.metrics().sum("tollgate_failovers_total")
    answer = post_chat(gateway, account, "tokens=5", model="test/failover-scripted")
    assert answer.status == 400 and "no such parameter" in answer.text
    assert gateway.metrics().sum("tollgate_failovers_total") == before
    assert billed(gateway, account, answer)["provider_name"] == "scripted"


def test_where_none_answers_the_last_error_is_the_answer(gateway, scripted):
    scripted.script = lambda exchange: exchange.answer(ERROR_BODY, "503 Service Unavailable")
    account = gateway.new_account()
    answer = post_chat(gateway, account, model="test/failover-in-vain")
    assert answer.status == 502 and answer.json()["error"]["code"] == "upstream_unreachable"
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "down" and record["total_cost"] == 0


def test_the_hold_is_that_of_the_dearest(gateway):
    """Enough for the second endpoint alone is not enough."""
    account = gateway.new_account(credit="0.01")
    bound = 4000  # 0.024 USD of the first, 0.0024 of the second
    answer = post_chat(gateway, account, model="test/failover", max_tokens=bound)
    assert answer.status == 402


def test_the_organizations_default_provider_comes_first_and_the_others_after_it(gateway, scripted):
    scripted.script = lambda exchange: exchange.answer(ERROR_BODY, "503 Service Unavailable")
    account = gateway.new_account()
    default = {"model": "test/failover-default", "provider": "scripted"}
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", default)
    answer = post_chat(gateway, account, "tokens=5", model=None)
    assert answer.status == 200 and answer.header("x-tollgate-provider") == "sample"
    assert len(scripted.requests) == 1


# --- kill -9 at each point of the walk

# The point, the pass of it at which the process dies, whose price an orphan is charged by and whether it had begun to
# answer (None: nothing is charged).
KILLS = [
    ("after_slot_open", 1, "down", False),
    ("before_candidate_in_use", 1, "down", False),
    ("after_candidate_in_use", 1, "down", False),
    ("after_failed_attempt", 1, "down", False),
    ("before_candidate_in_use", 2, "down", False),
    ("after_candidate_in_use", 2, "sample", False),
    ("during_stream", 3, "sample", True),
    ("after_slot_settled", 1, "sample", None),
    ("before_journal_commit", 1, "sample", None),
    ("after_journal_commit", 1, "sample", None),
    ("after_terminal_bytes", 1, "sample", None),
]


@pytest.mark.parametrize("point,passes,provider,begun", KILLS, ids=[f"{row[0]}-{row[1]}" for row in KILLS])
def test_a_kill_between_attempts_bills_by_the_endpoint_in_use(start_gateway, tmp_path, point, passes, provider, begun):
    gateway = start_gateway(directory=tmp_path / "killed")
    record, credits = books_of_killed(gateway, point, passes, model="test/failover")
    assert record["provider"] == provider and credits["held"] == 0
    prices = FIRST if provider == "down" else SECOND
    due = cost(prices, record["prompt_tokens"], record["completion_tokens"])
    check_bill(record, credits, due, begun)
