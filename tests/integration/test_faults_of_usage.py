"""Faults that public reports of other gateways name, as docs/faults.md lists them: what is read from answers, and what
it costs. Prices are 1 USD a million prompt tokens, 10 completion, 0.10 cache read, 1.25 cache write."""

import time
from decimal import Decimal

import pytest

from attacks.arena import Arena, base64_text, usage_answer
from support.recordings import strict_json
from support.sse import Stream

U = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST_OF_U = Decimal("0.002")


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    started = Arena(tmp_path_factory.mktemp("faults") / "arena", workers=1)
    yield started
    started.stop()


@pytest.fixture
def play(arena):
    """play(answer, credit="5", **fields of the request): the provider's JSON answer, or its list of events. Returns the
    client's answer, its record, and what the organization was charged."""

    def run(answer, *, credit="5", path="/v1/chat/completions", **fields):
        account = arena.gateway.new_account(credit)

        def script(exchange):
            if isinstance(answer, dict):
                return exchange.answer(answer)
            exchange.start_stream()
            for event in answer:
                exchange.event(event)
            exchange.end_stream()

        arena.scripted.script = script
        asked = {"model": "t/scripted", "stream": isinstance(answer, list), **fields}
        asked.setdefault("messages", [{"role": "user", "content": "hello"}])
        got = arena.gateway.request("POST", path, key=account.key, json=asked)
        assert arena.scripted.failures == []
        charged = arena.gateway.credits(account)["total_usage"]
        return got, arena.record(account, got), charged

    return run


def delta(text="", finish=None, **more):
    return {"id": "c", "choices": [{"index": 0, "delta": {"content": text} | more, "finish_reason": finish}]}


def images_of(data):
    return [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}]


def usage_event(usage):
    return {"id": "c", "choices": [], "usage": usage}


def both(usage, text="hello there"):
    """The same answer as one that is plain and as a stream."""
    stream = [delta(text), delta("", "stop"), usage_event(usage), b"[DONE]"]
    return [pytest.param(usage_answer(usage, text), id="plain"), pytest.param(stream, id="stream")]


def usage_of(answer):
    return Stream(answer.body).usage if answer.body.startswith((b"data:", b":")) else answer.json()["usage"]


# --- media is no text


def whole(answer):
    stream = Stream(answer.body)
    return answer.status == 200 and stream.done and stream.finish_reason == "stop"


def test_sound_in_a_stream_is_no_text(play):
    sound = [delta(audio={"id": "a", "data": base64_text(32_000)}) for _ in range(60)]
    usage = usage_event({"prompt_tokens": 20, "completion_tokens": 600, "total_tokens": 620})
    answer, record, charged = play([*sound, delta("", "stop"), usage, b"[DONE]"], credit="1", max_tokens=700)
    assert whole(answer) and charged == Decimal("0.00602")


def test_a_picture_in_a_stream_is_no_text(play):
    picture = delta(images=images_of(base64_text(400_000)))
    usage = usage_event({"prompt_tokens": 20, "completion_tokens": 1290, "total_tokens": 1310})
    answer, record, charged = play([picture, delta("", "stop"), usage, b"[DONE]"], credit="0.50", max_tokens=2000)
    assert whole(answer) and charged == Decimal("0.01292")


def test_sealed_reasoning_is_no_text(play):
    sealed = delta(reasoning_details=[{"type": "reasoning.encrypted", "data": base64_text(60_000)}])
    usage = usage_event({"prompt_tokens": 20, "completion_tokens": 900, "total_tokens": 920})
    events = [sealed, delta("answer"), delta("", "stop"), usage, b"[DONE]"]
    answer, record, charged = play(events, credit="0.10", max_tokens=2000)
    assert whole(answer) and Stream(answer.body).content == "answer" and charged == Decimal("0.00902")


@pytest.mark.parametrize("stream", [False, True])
def test_an_estimate_is_never_above_the_bound_that_was_sent(play, stream):
    images = images_of(base64_text(1_000_000))
    choice = {"index": 0, "message": {"content": "", "images": images}, "finish_reason": "stop"}
    plain = {"id": "c", "choices": [choice]}
    events = [delta(images=images), delta("", "stop"), b"[DONE]"]
    answer, record, charged = play(events if stream else plain, max_tokens=2000)
    assert record["tokens_completion"] <= 2000 and charged <= Decimal("0.021")


@pytest.mark.parametrize("beside", ["reasoning_details", "summary"])
def test_reasoning_that_stands_twice_counts_once(play, beside):
    thought = "a thought of 18 b."
    details = [{"type": "reasoning.text", "text": thought, "format": "anthropic-claude-v1", "index": 0}]
    if beside == "summary":
        details = [{"type": "reasoning.summary", "summary": thought}]
    events = [delta("", reasoning=thought, reasoning_details=details) for _ in range(50)]
    answer, record, charged = play([*events, delta("", "stop"), b"[DONE]"], max_tokens=2000)
    assert 150 <= record["tokens_completion"] <= 320  # 900 bytes


def test_search_results_and_run_tools_are_no_text(play):
    page = "all the words of a page " * 400
    found = {"annotations": [{"url_citation": {"content": page}}], "executed_tools": [{"output": page}]}
    choice = {"index": 0, "message": {"content": "found"} | found, "finish_reason": "stop"}
    answer, record, charged = play({"choices": [choice]}, max_tokens=4000)
    assert record["tokens_completion"] < 20


@pytest.mark.parametrize("space", ["", "\n", "\r\n  ", "\t"])
def test_text_is_counted_whatever_space_stands_before_it(arena, play, space):
    body = '{"id":"c",_"choices":[_{_"index":0,_"message":_{_"content":_"TEXT"}}]}'.replace("_", space)
    account = arena.gateway.new_account("5")
    arena.scripted.script = lambda exchange: exchange.answer(body.replace("TEXT", "word and " * 50).encode())
    answer, _ = arena.chat(account, model="t/scripted")
    assert 80 <= arena.record(account, answer)["tokens_completion"] <= 160


# --- figures wherever they stand, whatever their names


MOONSHOT = [
    delta("hi"),
    {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": U}]},
    b"[DONE]",
]


@pytest.mark.parametrize("asked", [False, True])
def test_usage_in_the_choice_of_a_stream_is_read(play, asked):
    answer, record, charged = play(MOONSHOT, stream_options={"include_usage": asked})
    assert charged == COST_OF_U and record["usage_source"] == "provider"


def test_usage_in_the_choice_of_a_plain_answer_is_read(play):
    message = {"index": 0, "message": {"content": "hi"}, "finish_reason": "stop", "usage": U}
    assert play({"id": "c", "choices": [message]})[2] == COST_OF_U


NAMINGS = {
    "cached_tokens beside the sums": (U | {"cached_tokens": 600}, "0.00146"),
    "num_cached_tokens": (U | {"num_cached_tokens": 600}, "0.00146"),
    "prompt_cache_hit_tokens": (U | {"prompt_cache_hit_tokens": 600, "prompt_cache_miss_tokens": 400}, "0.00146"),
    "cache_read_input_tokens": (U | {"cache_read_input_tokens": 600}, "0.00146"),
    "cache creation": (
        U | {"cache_creation_input_tokens": 400, "prompt_tokens_details": {"cache_creation_tokens": 400}},
        "0.0021",
    ),
    "cache_write_tokens": (U | {"prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 400}}, "0.0021"),
    "thoughts in the total only": ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}, "0.00605"),
    "no completion": ({"prompt_tokens": 21, "total_tokens": 81}, "0.000621"),
    "a completion of zero beside reasoning": (
        {
            "prompt_tokens": 21,
            "completion_tokens": 0,
            "total_tokens": 81,
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
        "0.000621",
    ),
    "no prompt": ({"completion_tokens": 100, "total_tokens": 1100}, "0.002"),
    "texts": ({"prompt_tokens": "1000", "completion_tokens": "100", "total_tokens": "1100"}, "0.002"),
    "with a point": ({"prompt_tokens": 1000.0, "completion_tokens": 1e2}, "0.002"),
    "input and output": ({"input_tokens": 1000, "output_tokens": 100}, "0.002"),
}
NAMING_CASES = [
    pytest.param(answer.values[0], right, id=f"{name}-{answer.id}")
    for name, (usage, right) in NAMINGS.items()
    for answer in both(usage)
]


@pytest.mark.parametrize("answer, right", NAMING_CASES)
def test_every_naming_of_usage_is_read(play, answer, right):
    got, record, charged = play(answer, max_tokens=1000)
    assert charged == Decimal(right) and record["usage_source"] == "provider"


@pytest.mark.parametrize("usage", [{"total_tokens": 50000}, {"prompt_tokens": None, "total_tokens": 50000}])
def test_an_embedding_costs_its_total(arena, usage):
    account = arena.gateway.new_account("5")
    arena.scripted.script = lambda exchange: exchange.answer(
        {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}], "usage": usage}
    )
    body = {"model": "t/embed", "input": "x" * 200_000}
    answer = arena.gateway.request("POST", "/v1/embeddings", key=account.key, json=body)
    assert answer.status == 200, answer.body
    assert arena.gateway.credits(account)["total_usage"] == Decimal("0.05")


@pytest.mark.parametrize(
    "usage", [{"total_tokens": 1081}, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}]
)
@pytest.mark.parametrize("stream", [False, True])
def test_figures_that_leave_the_text_free_are_not_believed(play, usage, stream):
    plain, streamed = (case.values[0] for case in both(usage, "word " * 500))
    got, record, charged = play(streamed if stream else plain, max_tokens=2000)
    assert charged > Decimal("0.004")  # 500 words


@pytest.mark.parametrize("usage", [U | {"cost": 0.00014}, U | {"cost": {"total": 1}}, {"cost": 0.5} | U])
@pytest.mark.parametrize("flavour", ["/v1", "/api/v1"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_cost_of_the_upstream_is_replaced(play, usage, flavour, stream):
    plain, streamed = (case.values[0] for case in both(usage))
    fields = {"stream_options": {"include_usage": True}} if stream else {}
    sent = streamed if stream else plain | {"provider": "Theirs"}
    answer, record, charged = play(sent, path=f"{flavour}/chat/completions", **fields)
    for text in Stream(answer.body).data if stream else [answer.text]:
        if text != "[DONE]":
            strict_json(text)  # refuses names that stand twice
    assert usage_of(answer)["cost"] == charged == COST_OF_U


# --- streams as they come


@pytest.mark.parametrize("reason", ["stop", ""])
def test_a_finish_reason_in_every_chunk_delays_nothing(arena, reason):
    account = arena.gateway.new_account("5")
    sent, read = [], []

    def script(exchange):
        exchange.start_stream()
        for _ in range(5):
            exchange.event(delta("word ", reason) | {"usage": U})
            sent.append(time.monotonic())
            eventually_read = time.monotonic() + 3
            while len(read) < len(sent) and time.monotonic() < eventually_read:
                time.sleep(0.005)  # the next one leaves when the client has this one
        exchange.event(b"[DONE]")
        exchange.end_stream()

    arena.scripted.script = script
    body = {"model": "t/scripted", "messages": [{"role": "user", "content": "x"}], "stream": True}
    with arena.gateway.connect() as connection:
        connection.send(arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        connection.read_head()
        seen = b""
        while b"[DONE]" not in seen:
            seen += connection.read_chunk()
            read.extend([None] * (seen.count(b"word ") - len(read)))
    assert sent[-1] - sent[0] < 2, "each event waited for the end"
    assert arena.gateway.credits(account)["total_usage"] == COST_OF_U


@pytest.mark.parametrize("size", [2_000_000, 10_000_000])
def test_an_event_with_a_picture_passes(play, size):
    picture = delta(images=images_of("A" * size))
    usage = usage_event({"prompt_tokens": 20, "completion_tokens": 1290, "total_tokens": 1310})
    answer, record, charged = play([picture, delta("", "stop"), usage, b"[DONE]"], max_tokens=2000)
    assert whole(answer) and len(answer.body) > size and charged == Decimal("0.01292")


def test_many_chunks_of_usage_alone_do_not_break_a_stream(play):
    counts = [usage_event({"prompt_tokens": 1000, "completion_tokens": 1 + count // 200}) for count in range(20_000)]
    answer, record, charged = play([delta("hi"), delta("", "stop"), *counts, usage_event(U), b"[DONE]"])
    assert Stream(answer.body).done and charged == COST_OF_U


@pytest.mark.parametrize("name", [12345, {"a": "b"}, None, 'a"b', [1]])
def test_what_the_gateway_makes_up_is_json_whatever_the_id(play, name):
    events = [delta("hi") | {"id": name}, delta("", "stop") | {"id": name}, usage_event(U) | {"id": name}, b"[DONE]"]
    answer, record, charged = play(events, stream_options={"include_usage": True})
    assert Stream(answer.body).usage["cost"] == charged == COST_OF_U
