"""A stream that breaks before it has said anything is tried elsewhere, whatever it sent until then: its client sees one
stream, of the endpoint that answered, and pays for that alone."""

import importlib
import time

import pytest
import yaml

from support.chat import open_stream, stream_chat
from support.dialects import Said, Text, Turn, Wish
from support.processes import PRICES, Gateway
from support.sse import Stream

CLIENTS = ["chat", "messages", "responses", "gemini"]
UPSTREAMS = ["chat", "messages", "responses", "gemini", "converse"]
FREE, PRICE = {"prompt": 0, "completion": 0}, {"prompt": 1, "completion": 10}
WISH = Wish([Turn("user", [Text("Say something.")])])
ROLE = {"id": "up-1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
WORD = {"id": "up-1", "choices": [{"index": 0, "delta": {"content": "word"}}]}
NOTHING = b'data: {"responseId":"r","candidates":[{"content":{"role":"model","parts":[{"text":""}]},"index":0}]}\n\n'
HEAD_WITHIN_MS = 300
# A model for each use: what failed lately is tried last, and failovers of one model are bounded.
MODELS = [f"two/{upstream}/{number}" for upstream in UPSTREAMS for number in range(16)]
UNUSED = {upstream: iter(range(16)) for upstream in UPSTREAMS}


def unused(upstream):
    return f"two/{upstream}/{next(UNUSED[upstream])}"


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


def two(name, first):
    """What costs nothing is tried first."""
    endpoints = [("first-1", first, FREE), ("echo", "sample", PRICE)]
    listed = [
        {"provider": where, "model": theirs, "context_length": 100_000, "prices": prices}
        for theirs, where, prices in endpoints
    ]
    return {"id": name, "endpoints": listed}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("before_content")
    models = [two(name, "scripted" if name.split("/")[1] == "chat" else name.split("/")[1]) for name in MODELS]
    file = directory / "models.yaml"
    known = yaml.safe_load(PRICES.read_text())
    file.write_text(yaml.safe_dump(known | {"models": known["models"] + models}))
    timeouts = {"first_byte_timeout_ms": 1500, "keep_alive_comment_ms": HEAD_WITHIN_MS}
    running = Gateway(directory, providers, workers=1, catalogue=[str(file)], timeouts=timeouts).start()
    yield running
    assert running.stop() == 0


def before_content(name):
    """What the dialect says before the first word."""
    begun = []
    for event in dialect(name).events(Said([Text("word")])):
        if b"word" in event:
            break
        begun.append(event)
    return begun or [NOTHING]


BREAKS = {
    "end": lambda exchange, upstream: exchange.end_stream(),
    "reset": lambda exchange, upstream: exchange.reset(),
    "error": lambda exchange, upstream: exchange.chunk(upstream.error_event("It is on fire.")) or exchange.end_stream(),
    "silence": lambda exchange, upstream: exchange.peer_left(10),
}


def breaking(name, how):
    upstream = dialect(name)

    def script(exchange):
        exchange.head(content_type=upstream.STREAM_TYPE, chunked=True)
        if name != "converse":
            exchange.chunk(b": working\n\n")
        for event in before_content(name):
            exchange.chunk(event)
        time.sleep(0.1)
        BREAKS[how](exchange, upstream)

    return script


def check_one_answer(gateway, account, answer, client):
    told, _ = dialect(client).read(answer, True)
    assert told.error is None and told.texts() and told.finish == "stop", answer.body
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["provider_name"] == "sample" and record["total_cost"] > 0
    credits = gateway.credits(account)
    assert credits["total_usage"] == record["total_cost"] and credits["held"] == 0
    return told


def ask(gateway, account, client, model):
    path, body = dialect(client).ask(WISH, model, True)
    return gateway.request("POST", path, key=account.key, json=body)


@pytest.mark.parametrize("how", ["end", "error"])
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("client", CLIENTS)
def test_d65_the_client_sees_one_stream(gateway, scripted, client, upstream, how):
    scripted.script = breaking(upstream, how)
    account = gateway.new_account()
    answer = ask(gateway, account, client, unused(upstream))
    assert answer.status == 200, answer.body
    check_one_answer(gateway, account, answer, client)
    assert len(scripted.requests) == 1
    begins = {"chat": b'"role":', "messages": b"event: message_start\n", "responses": b"event: response.created\n"}
    assert client == "gemini" or answer.body.count(begins[client]) == 1
    assert b"working" not in answer.body and b"on fire" not in answer.body


@pytest.mark.parametrize("how", ["reset", "silence"])
@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_d65_however_it_breaks(gateway, scripted, upstream, how):
    scripted.script = breaking(upstream, how)
    account = gateway.new_account()
    answer = ask(gateway, account, "chat", unused(upstream))
    assert answer.status == 200, answer.body
    check_one_answer(gateway, account, answer, "chat")
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_a_plain_answer_that_breaks_is_tried_elsewhere_too(gateway, scripted, upstream):
    def script(exchange):
        exchange.head(length=10000)
        exchange.send(b'{"id":"x",')
        time.sleep(0.1)
        exchange.close()

    scripted.script = script
    account = gateway.new_account()
    model = unused(upstream)
    for client in CLIENTS[:2]:  # a third would be the one that failed lately
        path, body = dialect(client).ask(WISH, model, False)
        answer = gateway.request("POST", path, key=account.key, json=body)
        assert answer.status == 200 and answer.header("x-tollgate-provider") == "sample", answer.body
    assert len(scripted.requests) == 2


def test_the_first_word_takes_what_was_held_along_at_once(gateway, scripted):
    sent = []

    def script(exchange):
        exchange.start_stream()
        exchange.event(ROLE)
        time.sleep(0.15)
        sent.append(time.monotonic())
        exchange.event(WORD)
        time.sleep(2)
        exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    account = gateway.new_account()
    with open_stream(gateway, account, model=unused("chat")) as connection:
        head = connection.read_head()
        piece = connection.read_chunk()
        came = time.monotonic()
        assert head.status == 200 and b'"role"' in piece and b"word" in piece
        assert came - sent[0] < 1
        while connection.read_chunk():
            pass


def test_a_client_is_shown_life_while_only_comments_come(gateway, scripted):
    """An upstream that is never silent, and says nothing: what it sends stays back, so others' signs take its place."""

    def script(exchange):
        exchange.start_stream()
        exchange.event(ROLE)
        for _ in range(20):
            exchange.chunk(b": working\n\n")
            time.sleep(0.1)
        exchange.close()

    scripted.script = script
    account = gateway.new_account()
    with open_stream(gateway, account, "tokens=5", model=unused("chat")) as connection:
        began = time.monotonic()
        assert connection.read_head().status == 200
        assert time.monotonic() - began < 1.5
        body = b""
        while piece := connection.read_chunk():
            body += piece
    events = Stream(body)
    assert events.done and events.error is None and body.count(b": keep-alive\n\n") >= 3
    assert body.count(b'"role"') == 1, "what the first one said is dropped, though the head had left"


def test_what_is_larger_than_may_be_held_binds_the_stream(gateway, scripted):
    def script(exchange):
        exchange.start_stream()
        for _ in range(5):
            exchange.event(ROLE | {"padding": "x" * 100_000})
        time.sleep(0.3)
        exchange.close()

    scripted.script = script
    answer, events = stream_chat(gateway, gateway.new_account(), model=unused("chat"))
    assert answer.header("x-tollgate-provider") == "scripted"
    assert events.error is not None and not events.done


def test_where_nobody_else_can_answer_the_error_has_its_own_status(gateway, scripted):
    scripted.script = breaking("chat", "end")
    account = gateway.new_account()
    body = {"model": "test/scripted", "messages": [{"role": "user", "content": "x"}], "stream": True}
    answer = gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)
    assert answer.status == 502 and answer.error["code"] == "upstream_incomplete"
    assert gateway.credits(account)["total_usage"] == 0
