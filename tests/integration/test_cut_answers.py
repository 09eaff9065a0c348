"""Streams that no credit covers any further, and those that only seem so (docs/api.md, "Limits")."""

from threading import Event

import pytest

from support.chat import cost_of, open_stream
from support.http_client import json_bytes
from support.sse import chunk_json
from support.waiting import eventually

PROMPT = 4  # as counted
PROMPT_HELD = 13  # its estimate, at three bytes a token and some for the message
BOUND = 20  # tokens that are held for at first
COVERED = 50  # what the credit is enough for


def poor(gateway, model):
    return gateway.new_account(str(cost_of(model, PROMPT_HELD, COVERED)))


def begin(gateway, account, words=None, **fields):
    return open_stream(gateway, account, words, **{"stream_options": {"include_usage": True}} | fields)


def settled(gateway, account):
    return eventually(lambda: (got := gateway.credits(account))["held"] == 0 and got, within_s=10)


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
def test_an_answer_that_is_over_is_not_cut(gateway, scripted, first, later, expected):
    """Whatever its last tokens cost beyond the hold: all that is there is charged, the rest is the platform's."""
    read = Event()

    def script(exchange):
        exchange.start_stream()
        send_at_once(exchange, first)
        if later:
            assert read.wait(10)
            send_at_once(exchange, later)

    scripted.script = script
    account, choices = poor(gateway, "test/scripted"), 2 if HALF in first else 1
    with begin(gateway, account, model="test/scripted", n=choices, max_tokens=BOUND // choices) as connection:
        if expected is BROKEN:
            assert connection.read_answer().status == 502
            assert settled(gateway, account)["total_usage"] == 0
            return
        while b'"content"' not in connection.buffer:
            connection._fill()
        read.set()
        body = connection.read_until(b"\r\n0\r\n\r\n")
    assert body.count(b"insufficient_credits") == (1 if expected == CUT_OFF else 0)
    assert body.count(b'"finish_reason":"length"') == (choices if expected == CUT_OFF else 0)
    assert body.endswith(b"data: [DONE]\n\n")
    figures = settled(gateway, account)
    if expected == CLEAN:
        assert figures["balance"] == 0 and figures["total_usage"] == figures["total_credits"]


def send_at_once(exchange, parts):
    """One write, which is one read for the gateway."""
    events = b"".join(b"data: %s\n\n" % json_bytes(part) for part in parts if part is not END)
    chunk = b"%x\r\n%s\r\n" % (len(events), events) if events else b""
    exchange.send(chunk + (b"0\r\n\r\n" if END in parts else b""))
