"""What is billed at the edges: late ends, clients that leave at odd moments, usage not to be believed, huge prompts."""

import json
import queue
from decimal import Decimal

import pytest

from support.chat import ANSWERED, chat, cost_of, open_stream, post_chat, stream_chat
from support.http_client import ConnectionEnded
from support.processes import Gateway, provider
from support.sse import Stream, chunk_json
from support.waiting import eventually

PROMPT = range(1, 16)  # tokens that "Say something." may be counted as
COUNTED = ("counted", "estimated")
ABSURD = ["9223372036854775807", "92233720368547758070", "1e12", "12.5"]


def data_line(value):
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def finish_event():
    choices = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    return chunk_json("", choices=choices)


def usage_event(prompt, completion):
    return chunk_json("", choices=[], usage={"prompt_tokens": prompt, "completion_tokens": completion})


def plain_answer(usage=b"", text=b"hello there"):
    """A chat completion's JSON whose `usage` is exactly these bytes."""
    return (
        b'{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"'
        + text
        + b'"},"finish_reason":"stop"}]'
        + (b',"usage":' + usage if usage else b"")
        + b"}"
    )


def newest_record(gateway, account, after=0):
    """The generation of this organization's newest request, once its access line is written; for lost answers."""
    lines = eventually(lambda: gateway.access_lines(account.organization)[after:])
    return gateway.generation(account, "gen-" + lines[-1]["request_id"].removeprefix("req_"))


# --- the end of a stream


@pytest.mark.parametrize("end", ["late", "never"])
def test_a_last_chunk_that_comes_late_loses_no_text_and_no_done(gateway, account, scripted, end):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("first"))
        exchange.chunk(data_line(chunk_json(" last")) + data_line(finish_event()) + data_line(b"[DONE]"))
        if exchange.connection.closed_by_peer(0.1 if end == "late" else 5):
            return exchange.close()
        exchange.end_stream()

    scripted.script = script
    answer, stream = stream_chat(gateway, account, model="test/scripted")
    assert stream.content == "first last" and stream.data.count("[DONE]") == 1 and stream.done
    assert gateway.generation(account, answer.header("x-generation-id"))["usage_source"] in COUNTED


def test_a_stream_without_usage_whose_last_chunk_comes_late_is_billed_by_its_text(gateway, account, scripted):
    def script(exchange):
        exchange.start_stream()
        events = b"".join(data_line(chunk_json(" token")) for _ in range(50))
        exchange.chunk(events + data_line(finish_event()) + data_line(b"[DONE]"))
        exchange.connection.closed_by_peer(0.1)
        exchange.end_stream()

    scripted.script = script
    answer, _ = stream_chat(gateway, account, model="test/scripted")
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["tokens_completion"] == 50 and record["tokens_prompt"] in PROMPT
    assert record["total_cost"] == cost_of("test/scripted", record["tokens_prompt"], 50)


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_a_stream_that_breaks_after_finish_and_usage_is_complete(gateway, account, scripted, leave):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("Hello"))
        exchange.event(finish_event())
        exchange.event(usage_event(7, 3))
        exchange.connection.closed_by_peer(0.1)  # what was sent has been read before a reset throws it away
        getattr(exchange, leave)()

    scripted.script = script
    answer, stream = stream_chat(gateway, account, model="test/scripted")
    assert stream.done and stream.error is None and stream.content == "Hello"
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert record["usage_source"] == "provider" and record["total_cost"] == cost_of("test/scripted", 7, 3)


# --- clients that leave


def test_a_request_abandoned_before_its_answer_is_not_billed_for_the_stream_before_it(gateway, account, sample):
    before, arrived = len(gateway.access_lines(account.organization)), sample.requests_total()
    with gateway.connect() as connection:
        first = chat("tokens=100", stream=True)
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=first))
        assert Stream(connection.read_answer().body).done
        second = chat("ttft_ms=8000", stream=True)
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=second))
        eventually(lambda: sample.requests_total() == arrived + 2)
    eventually(lambda: len(gateway.access_lines(account.organization)) == before + 2)
    record = newest_record(gateway, account, before)
    assert record["cancelled"] is True
    assert record["tokens_completion"] == 0 and record["tokens_prompt"] in PROMPT
    assert record["total_cost"] == cost_of("test/chat", record["tokens_prompt"], 0)
    assert record["finish_reason"] is None and record["upstream_id"] is None


@pytest.mark.parametrize("chunks_after", [0, 1, 2])
def test_a_reset_between_two_chunks_aborts_a_silent_upstream(gateway, account, scripted, chunks_after):
    left = queue.Queue()
    go_on = queue.Queue()

    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("Hello"))
        go_on.get(timeout=10)
        try:
            for _ in range(chunks_after):
                exchange.event(chunk_json(" more"))
            left.put(exchange.peer_left(5))
        except OSError:
            left.put(0)

    scripted.script = script
    for _ in range(8):
        connection = open_stream(gateway, account, model="test/scripted")
        connection.read_until(b"Hello")
        connection.reset()
        go_on.put(None)
        seconds = left.get(timeout=10)
        assert seconds is not None and seconds < 1.0
    eventually(lambda: gateway.credits(account)["held"] == 0)


def test_an_upstreams_error_is_free_though_the_client_left(start_gateway, scripted):
    gateway = start_gateway(providers=[provider("scripted", scripted.base_url, abort_stops_billing=False)])
    account = gateway.new_account("1")
    go_on = queue.Queue()

    def script(exchange):
        go_on.get(timeout=10)
        exchange.answer({"error": {"message": "no"}}, "500 Internal Server Error")

    scripted.script = script
    with gateway.connect() as connection:
        body = chat(model="test/scripted")
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        eventually(lambda: scripted.requests)
    eventually(lambda: gateway.metrics().sum("tollgate_client_aborts_total") == 1)
    go_on.put(None)
    record = newest_record(gateway, account)
    assert record["total_cost"] == 0 and record["upstream_status"] == 500 and record["cancelled"] is True
    assert gateway.credits(account)["held"] == 0


# --- usage that is not believed


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("tokens", ABSURD)
def test_a_prompt_count_that_cannot_be_is_not_believed(gateway, account, scripted, tokens, stream):
    def script(exchange):
        usage = b'{"prompt_tokens":%s,"completion_tokens":3,"total_tokens":6}' % tokens.encode()
        if not stream:
            return exchange.answer(plain_answer(usage))
        exchange.start_stream()
        exchange.event(chunk_json("hello there"))
        exchange.event(finish_event())
        exchange.event(b'{"id":"x","choices":[],"usage":%s}' % usage)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer = post_chat(gateway, account, model="test/scripted", stream=stream)
    assert answer.status == 200
    record = gateway.generation(account, answer.header("x-generation-id"))
    assert 0 < record["tokens_prompt"] <= 100, "the prompt is counted instead"
    assert record["total_cost"] <= Decimal("0.001") and gateway.credits(account)["balance"] > Decimal("4.9")
    assert record["usage_source"] in COUNTED


# --- answers too large to hold whole


@pytest.fixture(scope="module")
def small_buffers(tmp_path_factory, providers):
    running = Gateway(
        tmp_path_factory.mktemp("small-buffers"),
        providers,
        workers=1,
        limits={"max_buffered_response_bytes": 65536},
        timeouts={"stream_gap_timeout_ms": 400},
    )
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


LARGE_TEXT = b"word " * 120_000


@pytest.mark.parametrize("pieces", [1, 50])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_large_answer_is_whole_and_carries_its_cost(small_buffers, scripted, chunked, pieces):
    account = small_buffers.new_account("5")
    body = plain_answer(b'{"prompt_tokens":10,"completion_tokens":20}', LARGE_TEXT)

    def script(exchange):
        exchange.head(length=None if chunked else len(body), chunked=chunked)
        size = -(-len(body) // pieces)
        for at in range(0, len(body), size):
            (exchange.chunk if chunked else exchange.send)(body[at : at + size])
        if chunked:
            exchange.end_stream()

    scripted.script = script
    answer = post_chat(small_buffers, account, model="test/scripted")
    assert answer.status == 200
    usage = answer.json()["usage"]
    assert usage["cost"] == cost_of("test/scripted", 10, 20) == small_buffers.credits(account)["total_usage"]
    assert answer.json()["choices"][0]["message"]["content"].encode() == LARGE_TEXT


def test_a_large_answers_null_usage_is_not_read_as_the_object_after_it(small_buffers, scripted):
    account = small_buffers.new_account("5")
    body = plain_answer(b'null,"timings":{"prompt_tokens":999999,"completion_tokens":999999}', LARGE_TEXT)
    scripted.script = lambda exchange: exchange.answer(body)
    answer = post_chat(small_buffers, account, model="test/scripted")
    assert answer.json()["timings"] == {"prompt_tokens": 999999, "completion_tokens": 999999}
    record = small_buffers.generation(account, answer.header("x-generation-id"))
    assert record["usage_source"] in COUNTED and record["tokens_prompt"] < 100


@pytest.mark.parametrize(
    "path, version", [("/v1", "HTTP/1.1"), ("/api/v1", "HTTP/1.1"), ("/v1", "HTTP/1.0")], ids=["v1", "api", "http 1.0"]
)
def test_a_large_answer_that_stalls_is_cut_visibly_and_free(small_buffers, scripted, path, version):
    account = small_buffers.new_account("5")

    def script(exchange):
        exchange.head(length=len(LARGE_TEXT) * 2)
        exchange.send(plain_answer(text=LARGE_TEXT)[: len(LARGE_TEXT)])
        exchange.peer_left(5)

    scripted.script = script
    body = chat(model="test/scripted")
    request = small_buffers.bytes_of("POST", f"{path}/chat/completions", key=account.key, json=body)
    with small_buffers.connect() as connection:
        connection.send(request.replace(b"HTTP/1.1", version.encode(), 1))
        head = connection.read_head()
        with pytest.raises(ConnectionEnded) as ended:
            while True:
                connection._fill()
    assert not connection.buffer.endswith(b"0\r\n\r\n")
    if version == "HTTP/1.0":
        assert str(ended.value) == "reset", "an end of file would look like a whole answer"
    record = small_buffers.generation(account, head.header("x-generation-id"))
    assert record["error"] == "upstream_timeout" and record["total_cost"] == 0


def test_a_large_answer_that_ends_in_mid_json_does_not_look_whole(small_buffers, scripted):
    account = small_buffers.new_account("5")

    def script(exchange):
        exchange.head()  # neither a length nor chunks: the end of the connection ends the body
        exchange.send(plain_answer(text=LARGE_TEXT)[: len(LARGE_TEXT)])
        exchange.close()

    scripted.script = script
    try:
        answer = post_chat(small_buffers, account, model="test/scripted")
    except ConnectionEnded as ended:
        answer = ended.partial
        assert not answer.complete
    else:
        assert answer.status == 502, "a cut body was sent with a proper end"
    record = small_buffers.generation(account, answer.header("x-generation-id"))
    assert record["error"] and record["total_cost"] == 0


# --- holds


TOKEN_IDS = [[token for token in range(1000, 1500)] for _ in range(20)]  # 10,000 tokens


def with_message(**fields):
    return chat(messages=[{"role": "user", "content": "hi"}, {"role": "assistant", "content": None} | fields])


def with_part(part):
    return chat(messages=[{"role": "user", "content": [{"type": "text", "text": "hi"}, part]}], max_tokens=1)


# Route, body, and a balance in USD that the prompt alone costs more than.
UNPAYABLE = {
    "nested token ids, embeddings": ("embeddings", {"model": "test/embed", "input": TOKEN_IDS}, "0.00015"),
    "flat token ids, embeddings": ("embeddings", {"model": "test/embed", "input": sum(TOKEN_IDS, [])}, "0.00015"),
    "nested token ids, completions": (
        "completions",
        {"model": "test/chat", "prompt": TOKEN_IDS, "max_tokens": 1},
        "0.0012",
    ),
    "function_call": (
        "chat/completions",
        with_message(function_call={"name": "f", "arguments": "a" * 40_000}) | {"max_tokens": 1},
        "0.0012",
    ),
    "tool_calls": (
        "chat/completions",
        with_message(
            tool_calls=[{"id": "1", "type": "function", "function": {"name": "f", "arguments": "a" * 40_000}}]
        )
        | {"max_tokens": 1},
        "0.0012",
    ),
    "a file": (
        "chat/completions",
        with_part({"type": "file", "file": {"filename": "a.pdf", "file_data": "A" * 400_000}}),
        "0.0012",
    ),
    "audio": (
        "chat/completions",
        with_part({"type": "input_audio", "input_audio": {"data": "A" * 40_000, "format": "wav"}}),
        "0.000004",
    ),
    "a file beside an empty text": (
        "chat/completions",
        with_part({"type": "file", "text": "", "file": {"filename": "a.pdf", "file_data": "A" * 400_000}}),
        "0.0012",
    ),
    "the suffix of completions": (
        "completions",
        {"model": "test/chat", "prompt": "hi", "suffix": "a" * 40_000, "max_tokens": 1},
        "0.0012",
    ),
    "a text that stands twice": (
        "chat/completions",
        json.dumps(with_part({"type": "text", "text": "", "TEXT": "a" * 40_000})).replace("TEXT", "text").encode(),
        "0.0012",
    ),
}


@pytest.mark.parametrize("route, body, balance", UNPAYABLE.values(), ids=UNPAYABLE.keys())
def test_a_prompt_that_the_balance_cannot_pay_is_402_and_goes_nowhere(gateway, sample, route, body, balance):
    account = gateway.new_account(balance)
    before = sample.requests_total()
    answer = gateway.request("POST", f"/v1/{route}", key=account.key, json=body)
    assert answer.status == 402 and answer.error["code"] == "insufficient_credits", answer.body[:300]
    assert sample.requests_total() == before and gateway.credits(account)["held"] == 0


def sent_upstream(gateway, scripted, *, credit, path="/v1/chat/completions", model="test/scripted", **fields):
    """The body that the provider gets of a plain request, and the answer's header about the gateway's bound."""
    scripted.reset_for_test()
    scripted.script = lambda exchange: exchange.answer(
        {"id": "x", "choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    )
    prompt = {"messages": [{"role": "user", "content": "Hi"}]} if "chat" in path else {"prompt": "Hi"}
    answer = gateway.request("POST", path, key=gateway.new_account(credit).key, json={"model": model} | prompt | fields)
    assert answer.status == 200, answer.body
    return scripted.requests[0].json(), answer.header("x-tollgate-max-tokens")


def test_a_plain_answer_is_bounded_only_where_money_is_short_and_the_request_names_no_bound(gateway, scripted):
    # The model's length is unknown: credit.max_learned_output_tokens (32,768, $0.02) are taken for its longest answer.
    rich, poor = "1", "0.03"
    body, told = sent_upstream(gateway, scripted, credit=rich)
    assert "max_tokens" not in body and told is None
    body, told = sent_upstream(gateway, scripted, credit=poor)
    assert (body["max_tokens"], told) == (4096, "4096")
    body, told = sent_upstream(gateway, scripted, credit=poor, max_tokens=None)
    assert (body["max_tokens"], told) == (4096, "4096")
    body, told = sent_upstream(gateway, scripted, credit=poor, max_completion_tokens=7)
    assert body["max_completion_tokens"] == 7 and "max_tokens" not in body and told is None
    body, told = sent_upstream(gateway, scripted, credit="0.01", path="/v1/completions")
    assert (body["max_tokens"], told) == (16, "16"), "what its absence means: not made longer"


def test_a_provider_is_told_the_bound_by_the_name_it_knows(start_gateway, scripted):
    named = provider("scripted", scripted.base_url, output_bound_parameter="max_completion_tokens")
    gateway = start_gateway(providers=[named])
    body, _ = sent_upstream(gateway, scripted, credit="0.03")
    assert body["max_completion_tokens"] == 4096 and "max_tokens" not in body
    body, _ = sent_upstream(gateway, scripted, credit="0.01", path="/v1/completions")
    assert body["max_tokens"] == 16 and "max_completion_tokens" not in body
