"""Streams that nothing covers any further: what the client is told at once, and that the bill is the provider's, whether
closing the connection stops its billing or not (docs/api.md, "Limits")."""

from decimal import Decimal
from threading import Event

import pytest

from support.chat import NANO, chat, cost_of, open_stream, provider_cost_of
from support.http_client import json_bytes
from support.processes import provider, records
from support.sse import Stream, chunk_json
from support.waiting import eventually

PROMPT = 12  # as counted, at four bytes a token and some for the message; the sample upstream is told to say the same
PROMPT_HELD = 13  # its estimate for the hold, at three bytes a token
BOUND = 20  # tokens that are held for at first
COVERED = 50  # what the credit is enough for
CUT = {"cut": "insufficient_credits"}
BILLS_ON, ABORTABLE = "test/drained", "test/chat"


def poor(gateway, model=BILLS_ON):
    return gateway.new_account(str(cost_of(model, PROMPT_HELD, COVERED)))


@pytest.fixture
def start_gateway(start_gateway):
    """Holds are small, and grow."""

    def start(*, credit=(), **overrides):
        return start_gateway(credit={"default_output_tokens": BOUND} | dict(credit), **overrides)

    return start


def begin(gateway, account, words=None, *, model=BILLS_ON, **fields):
    words = None if words is None else f"{words} prompt_tokens={PROMPT}"
    fields = {"max_tokens": None, "stream_options": {"include_usage": True}} | fields
    return open_stream(gateway, account, words, model=model, **fields)


def read_stream(connection):
    """The whole answer, by its framing: what it takes for the client to have it."""
    answer = connection.read_answer()
    assert answer.status == 200 and answer.chunked
    return Stream(answer.body)


def assert_cut(stream, model, covered=COVERED):
    assert stream.done and stream.finish_reason == "length"
    assert [event["tollgate"] for event in stream.events if "tollgate" in event] == [CUT]
    assert stream.usage["cost"] == cost_of(model, PROMPT, covered)


def nano(usd):
    return int(Decimal(usd) / NANO)


def settled(gateway, account):
    return eventually(lambda: (got := gateway.credits(account))["held"] == 0 and got, within_s=10)


def the_record(gateway):
    assert gateway.stop() == 0
    (record,) = records(gateway.data_dir)
    return record


def test_what_is_booked_of_a_provider_that_bills_on_is_its_whole_bill(start_gateway, own_sample):
    gateway = start_gateway(providers=[provider("drained", own_sample.base_url, abort_stops_billing=False)])
    account = poor(gateway)
    with begin(gateway, account, "tokens=400 token_ms=1 abort_stops_billing=0") as connection:
        stream = read_stream(connection)
    assert_cut(stream, BILLS_ON)
    assert settled(gateway, account)["total_usage"] == stream.usage["cost"], "charged as printed"
    record = the_record(gateway)
    bill = own_sample.bill(record["upstream_id"])
    assert bill["complete"] and own_sample.aborted() == 0, "it was read to its end"
    assert (record["prompt_tokens"], record["completion_tokens"]) == (bill["prompt_tokens"], bill["billed_tokens"])
    assert record["usage_source"] == "provider" and bill["billed_tokens"] == 400
    whole = nano(provider_cost_of(BILLS_ON, PROMPT, 400))
    assert record["provider_cost_nano"] == record["cost_nano"] == whole
    assert record["overrun_nano"] == whole - nano(stream.usage["cost"]), "the rest is the platform's"
    assert record["error"] == "insufficient_credits" and record["http_status"] == 200


def test_what_is_booked_of_a_provider_that_an_abort_stops_is_its_bill(start_gateway, own_sample):
    gateway = start_gateway(providers=[provider("sample", own_sample.base_url)])
    account = poor(gateway, ABORTABLE)
    words = f"tokens=400 stall_at={COVERED + 1}"  # it waits once it has sent the token that nothing covers
    with begin(gateway, account, words, model=ABORTABLE) as connection:
        stream = read_stream(connection)
    assert_cut(stream, ABORTABLE)
    eventually(lambda: own_sample.aborted() == 1)
    assert settled(gateway, account)["total_usage"] == stream.usage["cost"]
    record = the_record(gateway)
    bill = own_sample.bill(record["upstream_id"])
    assert record["provider_cost_nano"] == nano(provider_cost_of(ABORTABLE, PROMPT, bill["billed_tokens"]))
    assert bill["billed_tokens"] == COVERED + 1 and record["completion_tokens"] == COVERED
    assert record["overrun_nano"] == 0


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_the_client_does_not_wait_for_what_is_read_on(start_gateway, sample, version):
    gateway = start_gateway(timeouts={"drain_timeout_ms": 2000})
    account, aborted = poor(gateway), sample.aborted()
    body = chat("tokens=400 stall_at=200", model=BILLS_ON, stream=True, max_tokens=None)
    request = gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body)
    with gateway.connect() as connection:
        connection.send(request.replace(b"HTTP/1.1", version.encode(), 1))
        answer = connection.read_answer()
        assert connection.closed_by_peer(1), "the next request does not wait for it either"
        assert gateway.metrics().sum("tollgate_drains_running") == 1
    assert Stream(answer.body).done and Stream(answer.body).finish_reason == "length"
    # A drain is bounded: then what was counted is booked.
    eventually(lambda: sample.aborted() == aborted + 1, within_s=5)
    assert settled(gateway, account)["total_usage"] == cost_of(BILLS_ON, PROMPT, COVERED)
    assert gateway.metrics().sum("tollgate_drains_running") == 0
    record = the_record(gateway)
    assert record["completion_tokens"] == 200 and record["usage_source"] == "counted"


def test_a_client_that_goes_when_it_has_its_end_has_not_left(start_gateway, sample):
    gateway = start_gateway()
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=400 token_ms=5") as connection:
        answer = connection.read_answer()
        assert gateway.metrics().sum("tollgate_drains_running") == 1
    assert settled(gateway, account)["total_usage"] == cost_of(BILLS_ON, PROMPT, COVERED)
    assert sample.aborted() == aborted
    metrics = gateway.metrics()
    assert metrics.sum("tollgate_client_aborts_total") == metrics.sum("tollgate_drains_running") == 0
    assert metrics.sum("tollgate_holds_cut_total") == 1
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["cancelled"] is False and record["finish_reason"] == "length"


def test_what_the_client_sends_behind_a_cut_answer_does_not_take_its_end(start_gateway):
    """Unread bytes would make the close a reset, which throws away what the client has not read yet."""
    gateway = start_gateway()
    account = poor(gateway)
    with begin(gateway, account, "tokens=400 token_ms=1") as connection:
        connection.send(gateway.bytes_of("GET", "/v1/models", key=account.key))
        settled(gateway, account)
        assert_cut(read_stream(connection), BILLS_ON)
        assert connection.closed_by_peer(2)


def test_reading_on_ends_at_its_limit_of_bytes(start_gateway, sample):
    gateway = start_gateway(limits={"max_drain_bytes": 65536})
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=4000 token_bytes=1000 token_ms=2") as connection:
        assert read_stream(connection).finish_reason == "length"
    eventually(lambda: sample.aborted() == aborted + 1)
    settled(gateway, account)
    assert gateway.metrics().sum("tollgate_drains_running") == 0
    assert 65536 // 4 // 2 < the_record(gateway)["completion_tokens"] < 400_000


def test_where_too_many_are_read_on_a_cut_answer_is_aborted(start_gateway, sample):
    gateway = start_gateway(limits={"max_drains": 0})
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=4000 token_ms=2") as connection:
        assert_cut(read_stream(connection), BILLS_ON)
        eventually(lambda: sample.aborted() == aborted + 1, within_s=1)
        assert connection.still_open(), "nothing keeps it from its next request"
    assert settled(gateway, account)["total_usage"] == cost_of(BILLS_ON, PROMPT, COVERED)


def test_a_client_that_left_does_not_end_the_drain_by_its_credit(start_gateway, sample):
    gateway = start_gateway()
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=400 token_ms=2") as connection:
        connection.read_until(b"data:")
    figures = settled(gateway, account)
    assert sample.aborted() == aborted
    record = the_record(gateway)
    assert record["completion_tokens"] == 400 and record["http_status"] == 499
    assert figures["balance"] == 0 and nano(figures["total_usage"]) == record["charged_nano"]


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_gateway_that_ends_while_it_reads_on_charges_once(start_gateway, end):
    """The answer was complete: neither the orphan policy nor the shutdown makes it free."""
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account = poor(gateway)
    with begin(gateway, account, "tokens=400 stall_at=200") as connection:
        stream = read_stream(connection)
        eventually(lambda: gateway.metrics().sum("tollgate_drains_running") == 1)
        gateway.kill() if end == "kill" else gateway.stop()
    gateway.start()
    figures = settled(gateway, account)
    assert figures["total_usage"] == stream.usage["cost"]
    the_record(gateway)


@pytest.mark.parametrize(
    "overrides",
    [{"ledger": {"durability": "disk"}}, {"credit": {"orphan_policy": "free"}}],
    ids=["disk", "free"],
)
def test_where_the_slot_would_not_do_the_end_waits_for_the_settlement(start_gateway, sample, overrides):
    """The reason is told at once; [DONE] would be a promise that the gateway's end could break."""
    gateway = start_gateway(timeouts={"drain_timeout_ms": 1000}, **overrides)
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=400 stall_at=200") as connection:
        connection.read_head()
        told = connection.read_until(b'"tollgate":{"cut":"insufficient_credits"}')
        assert b'"finish_reason":"length"' in told
        assert gateway.metrics().sum("tollgate_drains_running") == 1
        assert b"[DONE]" not in connection.buffer
        rest = connection.read_until(b"data: [DONE]")
        assert b'"usage":' in rest
        assert gateway.credits(account)["held"] == 0
        assert connection.still_open(), "it may be used again"
    assert sample.aborted() == aborted + 1
    assert the_record(gateway)["charged_nano"] == nano(cost_of(BILLS_ON, PROMPT, COVERED))


def test_a_client_that_leaves_before_a_late_end_is_drained_once(start_gateway, sample):
    gateway = start_gateway(timeouts={"drain_timeout_ms": 2000}, credit={"orphan_policy": "free"})
    account, aborted = poor(gateway), sample.aborted()
    with begin(gateway, account, "tokens=400 stall_at=200") as connection:
        connection.read_until(b'"tollgate":')
    eventually(lambda: gateway.metrics().sum("tollgate_client_aborts_total") == 1, within_s=1)
    assert gateway.metrics().sum("tollgate_drains_running") == 1
    eventually(lambda: sample.aborted() == aborted + 1)
    assert settled(gateway, account)["total_usage"] == cost_of(BILLS_ON, PROMPT, COVERED)
    assert gateway.metrics().sum("tollgate_drains_running") == 0


# --- An answer whose end comes in the read that passes the hold

BEYOND = "word" * 300  # counts for 300 tokens
CONTENT = chunk_json(BEYOND)
FINISH = chunk_json("", choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
LAST = chunk_json("", choices=[{"index": 0, "delta": {"content": BEYOND}, "finish_reason": "stop"}])
HALF = chunk_json("", choices=[{"index": 1, "delta": {}, "finish_reason": "stop"}])
USAGE = chunk_json("", choices=[], usage={"prompt_tokens": PROMPT, "completion_tokens": 300, "total_tokens": 304})
DONE = b"[DONE]"
END = "end of the body"
CLEAN, CUT_OFF, BROKEN = "stop", "length", None


@pytest.mark.parametrize(
    "first, later, expected",
    [
        ([CONTENT, FINISH, USAGE, DONE, END], [], CLEAN),
        ([CONTENT, FINISH, USAGE, DONE], [END], CLEAN),
        ([CONTENT, FINISH, USAGE], [DONE, END], CLEAN),
        ([CONTENT, FINISH], [USAGE, DONE, END], CLEAN),
        ([CONTENT, FINISH, DONE], [USAGE, END], CLEAN),
        ([CONTENT, FINISH, DONE, END], [], CLEAN),
        ([CONTENT, FINISH, END], [], CLEAN),
        ([LAST], [USAGE, DONE, END], CLEAN),
        ([LAST, USAGE, DONE, END], [], CLEAN),
        ([CONTENT, END], [], BROKEN),
        ([CONTENT], [FINISH, USAGE, DONE, END], CUT_OFF),
        ([CONTENT, HALF], [FINISH, USAGE, DONE, END], CUT_OFF),
        ([LAST], [CONTENT], CUT_OFF),
    ],
    ids=[
        "all at once", "without the last chunk", "without done", "without usage", "usage after done", "no usage",
        "no done", "content with its finish", "that and all", "broken", "before the finish", "one of two choices",
        "content after the finish",
    ],
)  # fmt: skip
def test_an_answer_that_is_over_is_not_cut(start_gateway, scripted, first, later, expected):
    """Whatever its last tokens cost beyond the hold: all that is there is charged, the rest is the platform's."""
    read = Event()

    def script(exchange):
        exchange.start_stream()
        send_at_once(exchange, first)
        if later:
            assert read.wait(10)
            send_at_once(exchange, later)

    scripted.script = script
    choices = 2 if HALF in first else 1
    gateway = start_gateway(credit={"default_output_tokens": BOUND // choices})
    account = poor(gateway, "test/scripted")
    with begin(gateway, account, model="test/scripted", n=choices) as connection:
        if expected is BROKEN:
            assert connection.read_answer().status == 502
            assert settled(gateway, account)["total_usage"] == 0
            return
        while b'"content"' not in connection.buffer:
            connection._fill()
        read.set()
        body = connection.read_until(b"\r\n0\r\n\r\n")
    assert body.count(b"insufficient_credits") == (1 if expected == CUT_OFF else 0)
    finished = (HALF in first) + (LAST in first)
    assert body.count(b'"finish_reason":"length"') == (choices - finished if expected == CUT_OFF else 0)
    assert body.endswith(b"data: [DONE]\n\n")
    figures = settled(gateway, account)
    if expected == CLEAN:
        assert figures["balance"] == 0 and figures["total_usage"] == figures["total_credits"]


def send_at_once(exchange, parts):
    """One write, which is one read for the gateway."""
    events = b"".join(b"data: %s\n\n" % json_bytes(part) for part in parts if part is not END)
    chunk = b"%x\r\n%s\r\n" % (len(events), events) if events else b""
    exchange.send(chunk + (b"0\r\n\r\n" if END in parts else b""))


def test_a_drain_is_over_soon_after_done(start_gateway, scripted):
    """Usage may follow [DONE], but not for long: the rest of the drain's time would be waited for nothing."""
    gateway = start_gateway(providers=[provider("scripted", scripted.base_url, abort_stops_billing=False)])
    over = Event()

    def script(exchange):
        exchange.start_stream()
        send_at_once(exchange, [CONTENT])
        send_at_once(exchange, [FINISH, DONE])
        assert over.wait(20)  # the body stays open

    scripted.script = script
    account = poor(gateway, "test/scripted")
    with begin(gateway, account, model="test/scripted") as connection:
        assert read_stream(connection).done
        eventually(lambda: gateway.credits(account)["held"] == 0, within_s=5)
    over.set()
    eventually(lambda: gateway.metrics().sum("tollgate_drains_running") == 0, within_s=1)
