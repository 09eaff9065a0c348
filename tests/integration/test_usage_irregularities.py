"""Every irregularity that an upstream's usage can have, one row each: what the customer is
charged, what the provider is thought to charge, and what the record says of it. The sample upstream says what it would bill."""

from dataclasses import dataclass, field

import pytest

from support.chat import IMAGE_PARTS, IMAGE_TOKENS, MESSAGE_TOKENS, chat, cost_of, path_of, post_chat, provider_cost_of
from support.http_client import ConnectionEnded
from support.processes import records
from support.sse import Stream, chunk_json

PROMPT = 4  # "Say something." by the sample upstream's rule: bytes / 4, rounded up
COUNTED = PROMPT + MESSAGE_TOKENS  # where no figure of the provider is read
IMAGE = COUNTED + IMAGE_TOKENS
TOKEN_IDS = {"prompt": [9, 8, 7, 6, 5]}
MANY = 200  # tokens: so many that a fifth more or less is no rounding


@dataclass(frozen=True)
class Row:
    name: str
    words: str  # for the sample upstream
    charged: int | None  # completion tokens that the customer pays; None: nothing is charged at all
    prompt: int = PROMPT
    source: str = "provider"
    contradictory: bool = False
    model: str = "test/chat"
    fields: dict = field(default_factory=dict)  # of the request
    only: str = ""  # "stream" or "plain", where the irregularity exists only there
    billed: bool = True  # the provider's own bill is what the record says that it charges


ROWS = [
    Row("as it should be", f"tokens={MANY}", MANY),
    Row("missing, counted from events", f"tokens={MANY} usage=none", MANY, COUNTED, source="counted", only="stream"),
    Row(
        "missing, counted from large events",
        "tokens=10 token_bytes=80 usage=none",
        200,
        COUNTED,
        source="counted",
        only="stream",
        billed=False,
    ),
    Row("missing, from text", f"tokens={MANY} token_bytes=4 usage=none", MANY, COUNTED, source="estimated", only="plain"),
    Row("null", f"tokens={MANY} usage=null", MANY, COUNTED, source="counted", only="stream"),
    Row("null in a plain answer", f"tokens={MANY} token_bytes=4 usage=null", MANY, COUNTED, source="estimated", only="plain"),
    Row(
        "missing, with an image",
        f"tokens={MANY} usage=none",
        MANY,
        IMAGE,
        source="counted",
        fields={"content": IMAGE_PARTS},
        only="stream",
    ),
    Row(
        "missing, from text, with an image",
        f"tokens={MANY} token_bytes=4 usage=none",
        MANY,
        IMAGE,
        source="estimated",
        fields={"content": IMAGE_PARTS},
        only="plain",
    ),
    Row("missing, to token ids", f"tokens={MANY} usage=none", MANY, 5, "counted", fields=TOKEN_IDS, only="stream"),
    Row(
        "missing, from text, to token ids",
        f"tokens={MANY} token_bytes=4 usage=none",
        MANY,
        5,
        source="estimated",
        fields=TOKEN_IDS,
        only="plain",
    ),
    Row("explicit zero for nothing", "tokens=0 usage=zero", 0, prompt=0, billed=False),
    Row(
        "explicit zero for a long answer",
        f"tokens={MANY} token_bytes=4 usage=zero",
        MANY,
        COUNTED,
        source="counted",
        contradictory=True,
        only="stream",
    ),
    Row(
        "explicit zero for a long plain answer",
        f"tokens={MANY} token_bytes=4 usage=zero",
        MANY,
        COUNTED,
        source="estimated",
        contradictory=True,
        only="plain",
    ),
    Row("the final figure in every chunk", f"tokens={MANY} usage=every_chunk", MANY, only="stream"),
    Row("cumulative in every chunk", f"tokens={MANY} usage=cumulative", MANY, only="stream"),
    Row("in the chunk that finishes", f"tokens={MANY} usage=finish_chunk", MANY, only="stream"),
    Row("after [DONE]", f"tokens={MANY} usage=after_done", MANY, only="stream"),
    Row("followed by a chunk without it", f"tokens={MANY} usage=extra_chunk_after", MANY, only="stream"),
    Row("a fifth more than was generated", f"tokens={MANY} completion_tokens={MANY * 12 // 10}", 240),
    Row("far more than was generated", f"tokens={MANY} completion_tokens=3000", 3000, contradictory=True),
    Row("a third more than events", f"tokens={MANY} completion_tokens=266", 266, only="stream"),
    Row("a third fewer than events", f"tokens={MANY} completion_tokens=133", 133, contradictory=True, only="stream"),
    Row("far less than was generated", f"tokens={MANY} completion_tokens=20", 20, contradictory=True),
    Row("reasoning inside the completion", f"tokens={MANY} reasoning_tokens=300", MANY + 300),
    Row(
        "reasoning outside the completion",
        f"tokens={MANY} reasoning_tokens=300 reasoning_outside",
        MANY + 300,
        model="test/reasoning",
    ),
    Row("another price than the provider's", f"tokens={MANY}", MANY, model="test/discount"),
    Row("an empty completion with a figure", "tokens=0", 0),
    Row("an error after tokens", f"tokens={MANY} error_at=100", None, COUNTED, source="counted", only="stream"),
    Row("an error after tokens, with figures so far", "tokens=50 usage=cumulative error_at=20", None, only="stream"),
    Row("an end of file after tokens", f"tokens={MANY} close_at=100", None, COUNTED, source="counted", only="stream"),
]
CASES = [
    pytest.param(row, stream, id=f"{row.name}-{'stream' if stream else 'plain'}")
    for row in ROWS
    for stream in (True, False)
    if row.only != ("plain" if stream else "stream")
]


def answer_of(gateway, account, body):
    """The answer, or what came of it. An upstream's failure is 502 if it is known before the head leaves."""
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", path_of(body), key=account.key, json=body))
        try:
            return connection.read_answer()
        except ConnectionEnded as ended:
            return ended.partial


def record_of(gateway, account, answer):
    return gateway.generation(account, answer.header("x-request-id"))


@pytest.mark.parametrize("row, stream", CASES)
def test_the_bill_of_every_irregularity(gateway, account, sample, row, stream):
    words = row.words if row.source == "provider" else f"{row.words} prompt_tokens={row.prompt}"
    answer = answer_of(gateway, account, chat(words, model=row.model, stream=stream, **row.fields))
    record = record_of(gateway, account, answer)
    if row.charged is None:
        assert not stream or b"[DONE]" not in answer.body
        assert record["total_cost"] == 0, "a failed answer is free"
    else:
        assert answer.status == 200
        assert record["total_cost"] == cost_of(row.model, row.prompt, row.charged)
    figures = gateway.credits(account)
    assert figures["total_usage"] == record["charged"] == record["total_cost"] and figures["held"] == 0
    assert record["usage_source"] == row.source
    assert record["usage_contradictory"] is row.contradictory
    if row.billed:
        bill = sample.bill(record["upstream_id"])
        billed = provider_cost_of(row.model, bill["prompt_tokens"], bill["billed_tokens"])
        assert record["upstream_inference_cost"] == billed


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 5, 7, 11, 64])
@pytest.mark.parametrize("mode", ["normal", "cumulative", "finish_chunk", "after_done"])
def test_usage_split_across_segments_is_read_the_same(gateway, account, mode, piece_bytes):
    answer = post_chat(gateway, account, f"tokens=6 usage={mode} split={piece_bytes}", stream=True)
    assert Stream(answer.body).done
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == cost_of("test/chat", PROMPT, 6) and record["usage_source"] == "provider"


def test_usage_split_in_two_at_every_byte_is_read_the_same(gateway, account, scripted):
    events = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'
    events += b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":70,"completion_tokens":30}}\n\ndata: [DONE]\n\n'
    first = events.index(b'{"id":"c","choices":[],')
    for at in range(first, events.index(b"[DONE]")):

        def script(exchange, at=at):
            exchange.start_stream()
            exchange.chunk(events[:at])
            exchange.chunk(events[at:])
            exchange.end_stream()

        scripted.script = script
        answer = post_chat(gateway, account, model="test/scripted", stream=True)
        assert Stream(answer.body).done, at
    each = cost_of("test/scripted", 70, 30)
    assert gateway.credits(account)["total_usage"] == each * len(scripted.requests)


@pytest.mark.parametrize("together", [True, False])
def test_usage_after_an_error_is_not_charged(gateway, account, scripted, together):
    """The answer failed, so it is free, whether its usage is read or not; what the provider charges is booked."""

    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("some text"))
        error = b'data: {"error":{"message":"it broke"}}\n\n'
        usage = b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":9}}\n\n'
        if together:
            exchange.chunk(error + usage)
        else:
            exchange.chunk(error)
            exchange.chunk(usage)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer = answer_of(gateway, account, chat(model="test/scripted", stream=True))
    assert b"[DONE]" not in answer.body
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == 0 and record["upstream_inference_cost"] > 0
    if together:
        assert record["upstream_inference_cost"] == cost_of("test/scripted", 7, 9)


def test_contradictions_are_counted_for_the_audit(gateway, account):
    before = gateway.metrics().sum("tollgate_usage_contradictory_total")
    post_chat(gateway, account, f"tokens={MANY} completion_tokens=3000")
    post_chat(gateway, account, f"tokens={MANY}")
    assert gateway.metrics().sum("tollgate_usage_contradictory_total") == before + 1


def test_what_the_provider_charges_stands_in_the_records_of_a_stopped_gateway(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    post_chat(gateway, account, "tokens=100", model="test/discount")
    assert gateway.stop() == 0
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] == cost_of("test/discount", PROMPT, 100) * 10**9
    assert record["provider_cost_nano"] == provider_cost_of("test/discount", PROMPT, 100) * 10**9
