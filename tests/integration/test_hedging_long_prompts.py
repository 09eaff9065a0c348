"""routing.hedge_after_ms where the prompt is too long for an endpoint: what is sent of it, and what is billed."""

import threading
import time
from decimal import Decimal

import pytest
import yaml

from support.chat import chat, post_chat
from support.processes import PRICES
from support.sse import Stream

SHORT, LONG = 8000, 100_000  # contexts; for the short ones prompts are shortened
MOST_OUTPUT = 2000
FIRST_FIRST = {"sort": "price"}  # by itself the dearer one is asked first as well, now and then
CHEAP, DEAR = {"prompt": 1, "completion": 10}, {"prompt": 3, "completion": 30}


def talk(turns):
    return [{"role": "assistant" if turn % 2 else "user", "content": "word " * 40} for turn in range(turns)]


@pytest.fixture
def hedging(start_gateway, tmp_path):
    """A gateway that asks a second endpoint after so long, of a model whose endpoints have those contexts."""

    def start(after_ms, first, second):
        endpoints = [
            {"id": f"scripted/{name}", "provider": "scripted", "model": name, "context_length": context, "prices": price}
            for name, context, price in (("first-1", first, CHEAP), ("second-1", second, DEAR))
        ]
        file = tmp_path / "models.yaml"
        known = yaml.safe_load(PRICES.read_text())
        file.write_text(yaml.safe_dump(known | {"models": [{"id": "test/two", "endpoints": endpoints}]}))
        return start_gateway(catalogue=[str(file)], routing={"hedge_after_ms": after_ms})

    return start


def answering(first_s, second_s):
    """Streams that say nothing of their usage, begun so late; None: never."""

    def script(exchange):
        delay = second_s if b"second-1" in exchange.request.body else first_s
        if delay is None:
            exchange.peer_left(10)
            return exchange.close()
        time.sleep(delay)
        exchange.start_stream()
        exchange.chunk(b'data: {"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\n')
        exchange.chunk(b"data: [DONE]\n\n")
        exchange.end_stream()

    return script


@pytest.mark.parametrize(
    "first_s,second_s,price", [(None, 0, 3), (1, None, 1)], ids=["the second answers", "the first answers after all"]
)
def test_a_shortened_prompt_is_billed_as_it_was_sent(hedging, scripted, first_s, second_s, price):
    scripted.script = answering(first_s, second_s)
    gateway = hedging(300, SHORT, SHORT)
    account = gateway.new_account()
    fields = {"model": "test/two", "stream": True, "max_tokens": MOST_OUTPUT, "provider": FIRST_FIRST, "messages": talk(401)}
    answer = post_chat(gateway, account, **fields)
    assert answer.status == 200 and gateway.metrics().sum("tollgate_hedges_total") == 1, answer.body
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["tokens_prompt"] == SHORT - MOST_OUTPUT
    due = price * (record["tokens_prompt"] + 10 * record["tokens_completion"])
    assert record["total_cost"] == Decimal(due) / 1_000_000


def test_what_only_the_second_was_spared_is_not_explained(hedging, scripted):
    scripted.script = answering(1, None)
    gateway = hedging(300, LONG, SHORT)
    fields = {"model": "test/two", "stream": True, "max_tokens": MOST_OUTPUT, "provider": FIRST_FIRST, "messages": talk(401)}
    answer = post_chat(gateway, gateway.new_account(), headers={"x-tollgate-explain": "1"}, **fields)
    assert answer.status == 200 and gateway.metrics().sum("tollgate_hedges_total") == 1, answer.body
    (told,) = [event["openrouter_metadata"] for event in Stream(answer.body).events if "openrouter_metadata" in event]
    assert [one["error"] for one in told["attempts"]] == ["outrun", None] and "pipeline" not in told


@pytest.mark.parametrize("second,hedged", [(SHORT // 2, False), (LONG, True)], ids=["both short", "the first short"])
def test_a_large_body_is_shortened_before_anybody_is_asked_beside(hedging, scripted, second, hedged):
    """It is shortened on a parse thread, while the time of the first may run out."""
    scripted.script = answering(0.5, 1)
    gateway = hedging(1, SHORT, second)
    account = gateway.new_account("1000")
    body = chat(model="test/two", stream=True, max_tokens=500, provider=FIRST_FIRST, messages=talk(3600))
    answers = []

    def send():
        answers.append(gateway.request("POST", "/v1/chat/completions", key=account.key, json=body))

    senders = [threading.Thread(target=send) for _ in range(16)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [answer.status for answer in answers] == [200] * len(senders)
    firsts = [len(request.body) for request in scripted.requests if b"first-1" in request.body]
    assert firsts and max(firsts) < 60_000
    assert (gateway.metrics().sum("tollgate_hedges_total") > 0) == hedged
