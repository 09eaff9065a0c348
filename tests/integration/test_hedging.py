"""routing.hedge_after_ms: where the first endpoint has not begun to answer, the next one is asked beside it. Whichever is
sooner answers, and the customer pays once."""

import importlib
import threading
import time
from decimal import Decimal

import pytest
import yaml

from support.chat import chat, open_stream, post_chat, stream_chat
from support.dialects import Said, Text, Turn, Wish
from support.killed import books_of_killed, check_bill
from support.master_key import secrets_of
from support.own_keys import SECRET, Shop, secrets_seen
from support.processes import PRICES, Gateway, run_gateway
from support.sse import Stream
from support.waiting import eventually

AFTER_MS = 300
MOST_AT_ONCE = 16  # Hedge::kMostAtOnce
FREE, PRICE, DEAR = {"prompt": 0, "completion": 0}, {"prompt": 1, "completion": 10}, {"prompt": 3, "completion": 30}
EXPLAIN = {"x-tollgate-explain": "1"}
BUSY = {"error": {"message": "not now", "type": "server_error", "code": None}}
WISH = Wish([Turn("user", [Text("Say something.")])])
CLIENTS = ["chat", "messages", "responses", "gemini"]
SECONDS = ["messages", "responses", "gemini", "converse"]
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


def two(name, first, second, prices=(FREE, PRICE), **facts):
    """What costs less goes first: nothing, always."""
    listed = [
        {"id": f"{where}/{theirs}", "provider": where, "model": theirs, "context_length": 100_000, "prices": price}
        for (where, theirs), price in zip((first, second), prices, strict=True)
    ]
    return {"id": name, "endpoints": listed} | facts


# A model for each use: a model's hedges are bounded, and who was slow is remembered.
NUMBERS = range(24)
UNUSED = {second: iter(NUMBERS) for second in ("sample", "scripted", *SECONDS)}


def unused(second):
    return f"two/{second}/{next(UNUSED[second])}"


def catalogue(directory):
    theirs = {"sample": "echo"}
    models = [
        two(f"two/{second}/{number}", ("scripted", "first-1"), (second, theirs.get(second, "second-1")))
        for second in UNUSED
        for number in NUMBERS
    ]
    models.append(two("two/dear", ("scripted", "first-1"), ("sample", "echo"), (DEAR, PRICE)))
    models.append(two("two/brief", ("scripted", "first-1"), ("scripted", "second-1"), reasoning=False))
    file = directory / "models.yaml"
    known = yaml.safe_load(PRICES.read_text())
    file.write_text(yaml.safe_dump(known | {"models": known["models"] + models}))
    return [str(file)]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("hedging")
    routing = {"failures_before_rest": 1_000_000, "hedge_after_ms": AFTER_MS}
    timeouts = {"first_byte_timeout_ms": 8000}
    running = Gateway(directory, providers, workers=1, catalogue=catalogue(directory), routing=routing, timeouts=timeouts)
    running.start()
    yield running
    assert running.stop() == 0
    verified = run_gateway("ledger", "verify", "--data-dir", running.data_dir)
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.fixture
def hedges(gateway):
    """What was counted since the test began."""
    names = ("tollgate_hedges_total", "tollgate_hedges_won_total", "tollgate_hedge_cost_usd_total", "tollgate_failovers_total")

    def read():
        metrics = gateway.metrics()
        return [metrics.sum(name) for name in names]

    before = read()
    return lambda: [now - then for now, then in zip(read(), before, strict=True)]


def is_second(exchange):
    return b"second-1" in exchange.request.body or "second-1" in exchange.request.target


def say(exchange, speaker, text="ok"):
    if not speaker.is_stream(exchange.request):
        return exchange.answer(speaker.plain(Said([Text(text)])))
    exchange.head(content_type=speaker.STREAM_TYPE, chunked=True)
    for event in speaker.events(Said([Text(text)])):
        exchange.chunk(event)
    exchange.end_stream()


class Races:
    """A script: what the first is asked and what the second is asked each have their own."""

    def __init__(self, first, second=None):
        self.first, self.second = first, second
        self.left = []

    def __call__(self, exchange):
        (self.second if is_second(exchange) else self.first)(self, exchange)


def never(races, exchange):
    races.left.append((is_second(exchange), exchange.peer_left(10)))
    exchange.close()


def after(seconds, then):
    def script(races, exchange):
        time.sleep(seconds)
        then(races, exchange)

    return script


def busy(races, exchange):
    exchange.answer(BUSY, "503 Service Unavailable")


def speaks(name):
    return lambda races, exchange: say(exchange, dialect(name))


def ask(gateway, account, client, model, stream):
    path, body = dialect(client).ask(WISH, model, stream)
    return gateway.request("POST", path, key=account.key, json=body, headers=EXPLAIN)


def attempts_of(answer):
    if answer.header("content-type").startswith("text/event-stream"):
        told = [event["openrouter_metadata"] for event in Stream(answer.body).events if "openrouter_metadata" in event]
        return [(one["provider"], one["status"], one["error"]) for one in told[0]["attempts"]]
    return [(one["provider"], one["status"], one["error"]) for one in answer.json()["openrouter_metadata"]["attempts"]]


def billed(gateway, account, answer):
    """The record of the answer, which is the account's only cost."""
    record = gateway.generation(account, answer.header("x-generation-id"))
    credits = gateway.credits(account)
    assert credits["total_usage"] == record["total_cost"] and credits["held"] == 0
    return record


@PLAIN_AND_STREAM
def test_a_slow_first_is_outrun(gateway, scripted, hedges, stream):
    races = scripted.script = Races(never)
    account = gateway.new_account()
    began = time.monotonic()
    answer = post_chat(gateway, account, "tokens=5", model=unused("sample"), stream=stream, headers=EXPLAIN)
    assert answer.status == 200 and time.monotonic() - began < 4, answer.body
    assert answer.header("x-tollgate-provider") == "sample"
    assert attempts_of(answer) == [("scripted", None, "outrun"), ("sample", 200, None)]
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "sample" and record["tokens_completion"] == 5
    assert record["total_cost"] == (Decimal(record["tokens_prompt"]) + 50) / 1_000_000
    eventually(lambda: races.left and races.left[0][1] is not None)
    assert hedges() == [1, 1, 0, 0], "what costs nothing costs nothing"
    assert len(scripted.requests) == 1


@PLAIN_AND_STREAM
@pytest.mark.parametrize("second", SECONDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_between_dialects(gateway, scripted, client, second, stream):
    scripted.script = Races(never, speaks(second))
    account = gateway.new_account()
    answer = ask(gateway, account, client, unused(second), stream)
    told, _ = dialect(client).read(answer, stream)
    assert answer.status == 200 and told.texts() == "ok", answer.body
    assert billed(gateway, account, answer)["provider_name"] == second
    assert len(scripted.requests) == 2


@PLAIN_AND_STREAM
def test_a_first_that_answers_after_all_answers(gateway, scripted, hedges, stream):
    races = scripted.script = Races(after(1, speaks("chat")), never)
    account = gateway.new_account()
    answer = post_chat(gateway, account, model=unused("scripted"), stream=stream, headers=EXPLAIN)
    assert answer.status == 200, answer.body
    assert attempts_of(answer) == [("scripted", None, "outrun"), ("scripted", 200, None)]
    eventually(lambda: races.left and races.left[0][0] and races.left[0][1] is not None)
    begun, won, cost, failovers = hedges()
    assert (begun, won, failovers) == (1, 0, 0) and cost > 0, "the second had the prompt"
    assert billed(gateway, account, answer)["total_cost"] == 0


def test_what_the_slower_one_may_cost_is_the_platforms(gateway, scripted, hedges):
    races = scripted.script = Races(never)
    account = gateway.new_account()
    order = {"order": ["scripted", "sample"]}
    answer = post_chat(gateway, account, "tokens=5", model="two/dear", provider=order)
    assert answer.status == 200
    record = billed(gateway, account, answer)
    assert record["provider_name"] == "sample"
    assert record["total_cost"] == (Decimal(record["tokens_prompt"]) + 50) / 1_000_000
    eventually(lambda: races.left)
    cost = hedges()[2]
    assert 0 < cost < 0.05


@PLAIN_AND_STREAM
def test_where_the_first_fails_the_second_has_a_lead(gateway, scripted, hedges, stream):
    scripted.script = Races(after(0.8, busy), after(1.2, speaks("chat")))
    account = gateway.new_account()
    answer = post_chat(gateway, account, model=unused("scripted"), stream=stream, headers=EXPLAIN)
    assert answer.status == 200, answer.body
    assert attempts_of(answer) == [("scripted", 503, "upstream_error"), ("scripted", 200, None)]
    assert billed(gateway, account, answer)["total_cost"] > 0
    assert len(scripted.requests) == 2
    assert hedges()[:2] == [1, 0]


def test_a_second_that_fails_does_not_outrun(gateway, scripted, hedges):
    scripted.script = Races(after(1, speaks("chat")), busy)
    account = gateway.new_account()
    answer = post_chat(gateway, account, model=unused("scripted"), headers=EXPLAIN)
    assert answer.status == 200
    assert [status for _, status, _ in attempts_of(answer)] == [503, 200]
    assert billed(gateway, account, answer)["total_cost"] == 0 and hedges()[:2] == [1, 0]


@PLAIN_AND_STREAM
def test_where_both_fail_nothing_is_charged(gateway, scripted, stream):
    scripted.script = Races(after(1, lambda races, exchange: exchange.reset()), busy)
    account = gateway.new_account()
    answer = post_chat(gateway, account, model=unused("scripted"), stream=stream)
    assert answer.status in (502, 503), answer.body
    assert len(scripted.requests) == 2
    assert billed(gateway, account, answer)["total_cost"] == 0


def test_a_first_that_breaks_later_goes_over_to_the_second_anew(gateway, scripted):
    def break_off(races, exchange):
        exchange.start_stream()
        time.sleep(0.2)
        exchange.close()

    seconds = []

    def second(races, exchange):
        seconds.append(exchange)
        if len(seconds) == 1:
            return never(races, exchange)
        say(exchange, dialect("chat"))

    scripted.script = Races(after(0.8, break_off), second)
    account = gateway.new_account()
    answer, events = stream_chat(gateway, account, model=unused("scripted"))
    assert events.done and events.content == "ok" and len(seconds) == 2
    assert billed(gateway, account, answer)["total_cost"] > 0


def test_a_client_that_leaves_ends_both(gateway, scripted):
    races = scripted.script = Races(never, never)
    account = gateway.new_account()
    with open_stream(gateway, account, model="two/brief") as connection:
        eventually(lambda: len(scripted.requests) == 2)
        connection.close()
    eventually(lambda: len(races.left) == 2)
    assert all(left is not None and left < 5 for _, left in races.left)
    eventually(lambda: gateway.credits(account)["held"] == 0)


def test_of_both_one_is_read_on_for_what_it_costs(gateway, scripted):
    """A model that may reason: what it thought is billed, whoever left."""
    races = scripted.script = Races(after(4, speaks("chat")), never)
    account = gateway.new_account()
    with open_stream(gateway, account, model=unused("scripted")) as connection:
        eventually(lambda: len(scripted.requests) == 2)
        connection.close()
    (second, left) = eventually(lambda: races.left and races.left[0])
    assert second and left is not None and left < 3
    eventually(lambda: gateway.credits(account)["held"] == 0, within_s=10)


def test_a_fast_first_has_nobody_beside_it(gateway, scripted, hedges):
    scripted.script = Races(speaks("chat"))
    account = gateway.new_account()
    for _ in range(3):
        assert post_chat(gateway, account, model=unused("scripted")).status == 200
    assert hedges()[0] == 0 and len(scripted.requests) == 3


def test_with_nobody_else_there_is_no_second(gateway, scripted, hedges):
    scripted.script = Races(after(1, speaks("chat")))
    account = gateway.new_account()
    alone = {"only": ["scripted"], "allow_fallbacks": False}
    assert post_chat(gateway, account, model="test/scripted").status == 200
    assert post_chat(gateway, account, model=unused("sample"), provider=alone).status == 200
    assert hedges()[0] == 0 and len(scripted.requests) == 2


def test_so_many_run_at_once_and_no_more(gateway, scripted, hedges):
    scripted.script = Races(after(4, speaks("chat")), never)
    account = gateway.new_account()
    model, answers = unused("scripted"), []

    def send():
        answers.append(gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat(model=model)))

    senders = [threading.Thread(target=send) for _ in range(MOST_AT_ONCE + 8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [answer.status for answer in answers] == [200] * len(senders)
    begun, won = hedges()[:2]
    assert MOST_AT_ONCE - 4 <= begun <= MOST_AT_ONCE and won == 0, "the model's reserve alone allows twenty"


def test_without_the_option_nobody_is_asked_twice(start_gateway, scripted, tmp_path):
    scripted.script = Races(after(1, speaks("chat")))
    gateway = start_gateway(catalogue=catalogue(tmp_path))
    assert post_chat(gateway, gateway.new_account(), model="two/sample/0").status == 200
    assert gateway.metrics().sum("tollgate_hedges_total") == 0 and len(scripted.requests) == 1


def test_where_the_own_key_rests_the_operators_is_hedged(start_gateway, tmp_path, scripted):
    dead = f"Bearer {SECRET}"

    def first(races, exchange):
        if exchange.request.header("authorization") == dead:
            return exchange.answer({"error": {"message": "bad key", "code": "invalid_api_key"}}, "401 Unauthorized")
        speaks("chat")(races, exchange)

    races = scripted.script = Races(first)
    gateway = start_gateway(
        secrets=secrets_of(tmp_path),
        catalogue=catalogue(tmp_path),
        routing={"failures_before_rest": 3, "hedge_after_ms": AFTER_MS},
    )
    shop = Shop(gateway, credit=1)
    shop.store()
    for _ in range(3):
        assert shop.ask(model="two/sample/2").status == 200
    assert secrets_seen(scripted).count(dead) == 3
    races.first = never
    answer = shop.ask(model="two/sample/2")
    assert answer.status == 200 and answer.header("x-tollgate-provider") == "sample"
    assert secrets_seen(scripted).count(dead) == 3 and gateway.metrics().sum("tollgate_hedges_won_total") == 1


# The point and its pass, whose the orphan is and whether it had begun to answer (None: nothing is charged).
KILLS = [
    ("before_candidate_in_use", 2, "scripted", False),
    ("after_candidate_in_use", 2, "sample", False),
    ("during_stream", 2, "sample", True),
    ("after_slot_settled", 1, "sample", None),
    ("after_terminal_bytes", 1, "sample", None),
]


@pytest.mark.parametrize("point,passes,provider,begun", KILLS, ids=[f"{row[0]}-{row[1]}" for row in KILLS])
def test_a_kill_bills_the_winner_once_it_is_in_use(start_gateway, scripted, tmp_path, point, passes, provider, begun):
    scripted.script = Races(never)
    gateway = start_gateway(
        directory=tmp_path / "killed", catalogue=catalogue(tmp_path), routing={"hedge_after_ms": AFTER_MS}
    )
    record, credits = books_of_killed(gateway, point, passes, model="two/sample/1")
    assert record["provider"] == provider and credits["held"] == 0
    due = Decimal(record["prompt_tokens"] + 10 * record["completion_tokens"]) / 1_000_000
    check_bill(record, credits, due, begun)
