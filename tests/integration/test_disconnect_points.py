"""Clients that leave at each of 40 points of an answer, of providers where aborting stops the billing and of
others: the bill is what the sample upstream says that it would bill, request by request (M8 in
docs/reliability.md)."""

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from support.chat import IMAGE_PARTS, IMAGE_TOKENS, MESSAGE_TOKENS, chat, cost_of, path_of
from support.processes import provider, records
from support.waiting import eventually

POINTS = 40
PROMPT = 4 + MESSAGE_TOKENS  # as counted; the sample upstream is told to say the same
LEAST_GENERATED_TO_COUNT = 100  # from here on a token in flight is within two percent


@dataclass(frozen=True)
class Point:
    """`words` make the sample upstream wait for the client at the point; it leaves after `events`, or before any."""

    words: str
    events: int = 0  # data events that the client has read; 0: it leaves once the request has arrived upstream
    generated: bool = False  # or once the answer has been made there, and begins to come
    exact: bool = True
    fields: dict = field(default_factory=dict)  # of the request
    prompt: int = PROMPT


IMAGE = {"fields": {"content": IMAGE_PARTS}, "prompt": PROMPT + IMAGE_TOKENS}
IDS = {"fields": {"prompt": [9, 8, 7, 6, 5]}, "prompt": 5}


def stream_points(abortable):
    """Before the first byte, after each of 30 tokens, in the middle of an event, with usage so far, in full flow."""
    wait = "tokens=60 stall_at={}" if abortable else "tokens=60 token_ms=8"
    yield Point("tokens=60 ttft_ms=1500", 0)
    yield Point("tokens=60 ttft_ms=1500 early_head", 0)
    for tokens in range(30):
        yield Point(wait.format(tokens), tokens + 1)  # the first event has the role
    yield Point(wait.format(30), 31, **IMAGE)
    yield Point(wait.format(31), 31, **IDS)  # no event for a role
    yield Point(wait.format(7) + " split=50", 8)
    yield Point(wait.format(9) + " comments id_lines", 10)
    yield Point(wait.format(20) + " usage=cumulative", 21)
    yield Point(wait.format(20) + " usage=none" if abortable else wait, 21)
    # Tokens flow while the client leaves: one or two are on their way when the upstream is closed.
    yield Point("tokens=4000 token_ms=2" if abortable else "tokens=300 token_ms=2", 150, exact=not abortable)
    yield Point("tokens=4000 token_ms=1" if abortable else "tokens=300 token_ms=1", 250, exact=not abortable)


def plain_points(abortable):
    """While the answer is made, and while its body comes: then it has been generated whole."""
    del abortable
    yield Point("tokens=8 ttft_ms=1500", 0, **IMAGE)
    yield Point("tokens=9 ttft_ms=1500", 0, **IDS)
    for i in range(POINTS // 2 - 2):
        yield Point(f"tokens={10 + i} ttft_ms=1500", 0)
    for i in range(POINTS // 2):
        yield Point(f"tokens={10 + i} split={20 + 7 * i} split_ms=150", generated=True)


def leave_at(gateway, sample, account, model, point, stream):
    body = chat(point.words, model=model, stream=stream, **point.fields)
    arrived, made = sample.requests_total(), sample.get("/stats/bills")["seen"]
    connection = gateway.connect()
    connection.send(gateway.bytes_of("POST", path_of(body), key=account.key, json=body))
    if point.events == 0:
        eventually(lambda: sample.requests_total() > arrived)
    if point.generated:
        eventually(lambda: sample.get("/stats/bills")["seen"] > made)
    while connection.buffer.count(b"\ndata: {") < point.events:
        connection._fill()
    connection.close()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("abortable", [True, False], ids=["abortable", "bills on"])
def test_the_bill_of_every_disconnect_point_is_the_providers(start_gateway, own_sample, abortable, stream):
    # One model and one provider of either kind; the script tells the sample upstream which it is.
    name, model = ("sample", "test/chat") if abortable else ("drained", "test/drained")
    gateway = start_gateway(providers=[provider(name, own_sample.base_url, abort_stops_billing=abortable)])
    points = list(stream_points(abortable) if stream else plain_points(abortable))
    assert len(points) == POINTS
    accounts = []
    for point in points:
        accounts.append(gateway.new_account("5"))
        words = f"{point.words} prompt_tokens={point.prompt} abort_stops_billing={int(abortable)}"
        scripted = replace(point, words=words)
        leave_at(gateway, own_sample, accounts[-1], model, scripted, stream)
    eventually(lambda: gateway.metrics().sum("tollgate_holds_open") == 0, within_s=20)
    eventually(lambda: own_sample.stats()["in_flight"] == 1, within_s=10)  # the question itself is one

    bills = own_sample.get("/stats/bills")["bills"]
    assert len(bills) == POINTS
    usage = [gateway.credits(account) for account in accounts]
    assert all(figures["held"] == 0 and figures["total_usage"] > 0 for figures in usage)
    assert gateway.stop() == 0
    written = {record["organization"]: record for record in records(gateway.data_dir)}
    assert len(written) == POINTS, "one record for each"

    unnamed, unmatched = [bill for bill in bills], []
    for point, account, figures in zip(points, accounts, usage, strict=True):
        record = written[account.organization]
        assert figures["total_usage"] == Decimal(record["charged_nano"]) / 10**9
        bill = next((bill for bill in unnamed if bill["id"] == record["upstream_id"]), None)
        if bill is None:  # it left before the answer had a name
            unmatched.append((record["prompt_tokens"], record["completion_tokens"]))
            continue
        unnamed.remove(bill)
        assert record["prompt_tokens"] == bill["prompt_tokens"] == point.prompt, point
        if point.exact:
            assert figures["total_usage"] == cost_of(model, bill["prompt_tokens"], bill["billed_tokens"]), (point, bill)
        else:
            assert bill["billed_tokens"] >= LEAST_GENERATED_TO_COUNT, (point, bill)
            difference = record["completion_tokens"] - bill["billed_tokens"]
            assert abs(difference) <= 0.02 * bill["billed_tokens"], (point, bill)
    # Those without a name, as a set: what each was charged for is what one of the bills says.
    assert Counter(unmatched) == Counter((bill["prompt_tokens"], bill["billed_tokens"]) for bill in unnamed)


def test_a_drain_ends_at_its_limit_of_bytes(start_gateway, sample):
    """The third bound of a drain, beside the number of them and their time (test_disconnects.py)."""
    gateway = start_gateway(limits={"max_drain_bytes": 65536})
    account, aborted = gateway.new_account("5"), sample.aborted()
    connection = gateway.connect()
    body = chat("tokens=4000 token_bytes=1000 token_ms=2", model="test/drained", stream=True, max_tokens=100_000)
    connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
    connection.read_until(b"data:")
    connection.close()
    eventually(lambda: sample.aborted() == aborted + 1)
    figures = eventually(lambda: (got := gateway.credits(account))["held"] == 0 and got)
    # Counted: four bytes a token, of what was read before and during the drain.
    assert cost_of("test/drained", 1, 65536 // 4 // 2) < figures["total_usage"] < cost_of("test/drained", 100, 400_000)
    assert gateway.metrics().sum("tollgate_drains_running") == 0


@pytest.mark.parametrize("stream", [True, False])
def test_a_request_has_a_deadline_of_its_own(start_gateway, stream):
    """However slowly its answer comes: every wait by itself is short enough."""
    gateway = start_gateway(timeouts={"request_timeout_ms": 1000})
    account = gateway.new_account("5")
    words = "tokens=100 token_ms=100" if stream else "tokens=100 split=5 split_ms=100"
    answer = None
    with gateway.connect() as connection:
        body = chat(words, stream=stream)
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        if stream:
            answer = connection.read_head()
            assert answer.status == 200 and b"upstream_timeout" in connection.rest()
        else:
            assert connection.read_answer().status == 504
    figures = gateway.credits(account)
    assert figures["held"] == 0 and figures["total_usage"] == 0
    assert gateway.metrics().sum("tollgate_holds_leaked_total") == 0
