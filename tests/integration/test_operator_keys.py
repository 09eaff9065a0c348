"""A provider with several of the operator's keys: each request goes with one that is well, by what it has left."""

import re
import signal
import threading
import time
from collections import Counter

import pytest
import yaml

from support.chat import GOOD_ANSWER, open_stream, post_chat, stream_chat
from support.processes import provider, run_gateway
from support.sse import Stream
from support.waiting import eventually

ONE = "test/scripted"  # served by `scripted` alone
TWO = "test/failover-scripted"  # served by `scripted`, ten times dearer, and by `sample`
FIRST = {"order": ["scripted"]}
EXPLAIN = {"x-openrouter-metadata": "enabled"}
KEYS = ["sk-first-0001", "sk-second-0002", "sk-third-0003"]
BUSY = {"error": {"message": "not now", "type": "rate_limit_error", "code": None}}
REFUSALS = {
    "an unknown key": ("401 Unauthorized", {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
    "an account without money": ("402 Payment Required", {"error": {"message": "Insufficient Balance"}}),
    "a key without rights": ("403 Forbidden", {"error": {"message": "Your API key lacks permission"}}),
    "Google's unknown key": ("400 Bad Request", {"error": {"message": "API key not valid.", "status": "INVALID_ARGUMENT"}}),
    "a quota that is used up": ("429 Too Many Requests", {"error": {"message": "quota", "code": "insufficient_quota"}}),
}


def key_of(request):
    return request.header("authorization").removeprefix("Bearer ")


def keys_used(scripted):
    return [key_of(request) for request in scripted.requests]


def too_many(exchange, **extra):
    exchange.answer(BUSY, "429 Too Many Requests", extra={name.replace("_", "-"): value for name, value in extra.items()})


def answer_by_key(scripted, **by_number):
    """`first=…` is what is done with requests that have the first key, and so on; others are answered well."""
    numbers = ("first", "second", "third")

    def script(exchange):
        do = by_number.get(numbers[KEYS.index(key_of(exchange.request))])
        do(exchange) if do else exchange.answer(GOOD_ANSWER)

    scripted.script = script


@pytest.fixture
def start(start_gateway, providers, scripted):
    """Starts a gateway whose provider `scripted` has so many keys."""

    def start(count=2, *, options=None, **overrides):
        keys = {"api_key": "", "api_keys": KEYS[:count], **(options or {})}
        several = [one if one["name"] != "scripted" else one | keys for one in providers]
        gateway = start_gateway(providers=several, **overrides)
        return gateway, gateway.new_account()

    return start


def ask(gateway, account, count=1, **fields):
    answers = [post_chat(gateway, account, "tokens=1", **{"model": ONE} | fields) for _ in range(count)]
    assert [answer.status for answer in answers] == [200] * count, answers[-1].body
    return answers[-1]


def of_key(gateway, name, number, **labels):
    return gateway.metrics().sum(f"tollgate_provider_key_{name}", provider="scripted", key=str(number), **labels)


def test_d70_another_key_answers_at_once_and_the_limited_one_rests(start, scripted):
    gateway, account = start(routing={"failures_before_rest": 1})
    answer_by_key(scripted, first=lambda exchange: too_many(exchange, retry_after="20"))
    answer = ask(gateway, account, 20, model=TWO, provider=FIRST, headers=EXPLAIN)
    used = Counter(keys_used(scripted))
    assert used == {KEYS[0]: 1, KEYS[1]: 20}, "it is asked once, and its request is answered by the other"
    assert answer.header("x-tollgate-provider") == "scripted"
    place = answer.json()["openrouter_metadata"]["endpoints"]["available"][0]
    assert (place["provider"], place["setback"]) == ("scripted", None), "the endpoint is well"
    assert of_key(gateway, "rate_limited_endpoints", 1) == 1 and of_key(gateway, "rate_limited_endpoints", 2) == 0
    assert of_key(gateway, "attempts_total", 1, verdict="rate_limited") == 1
    assert of_key(gateway, "attempts_total", 2, verdict="well") == 20
    assert gateway.metrics().sum("tollgate_key_changes_total") == 1
    assert gateway.metrics().sum("tollgate_failovers_total") == 0


def test_a_limited_key_is_asked_again_when_its_rest_is_over(start, scripted):
    gateway, account = start()
    answer_by_key(scripted, first=lambda exchange: too_many(exchange, retry_after="1"))
    ask(gateway, account, 10)
    answer_by_key(scripted)
    scripted.requests.clear()
    eventually(lambda: ask(gateway, account) and KEYS[0] in keys_used(scripted), within_s=5)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_key_rests_and_is_told_of_by_its_position(start, scripted, refusal):
    gateway, account = start(routing={"failures_before_rest": 1})
    status, body = REFUSALS[refusal]
    answer_by_key(scripted, second=lambda exchange: exchange.answer(body, status))
    answer = ask(gateway, account, 20, model=TWO, provider=FIRST)
    assert answer.header("x-tollgate-provider") == "scripted"
    assert Counter(keys_used(scripted)) == {KEYS[0]: 20, KEYS[1]: 1}
    assert of_key(gateway, "refused", 2) == 1 and of_key(gateway, "refused", 1) == 0
    said = [line for line in gateway.log_file.read_text().splitlines() if "refuses one of the keys" in line]
    assert len(said) == 1 and "scripted" in said[0] and re.search(r'key\W+2\b', said[0]), said
    for text in (gateway.log_file.read_text(), gateway.metrics_text(), gateway.access_log.read_text()):
        assert not [key for key in KEYS if key in text], "no secret is told"


def test_where_all_keys_rest_the_endpoint_is_rate_limited(start, scripted):
    gateway, account = start()
    scripted.script = lambda exchange: too_many(exchange, retry_after="20")
    answer = post_chat(gateway, account, model=ONE)
    assert (answer.status, answer.header("retry-after")) == (429, "20")
    assert sorted(keys_used(scripted)) == sorted(KEYS[:2]), "each key once"
    answer = ask(gateway, account, model=TWO, provider={"order": ["sample"]}, headers=EXPLAIN)
    last = answer.json()["openrouter_metadata"]["endpoints"]["available"][-1]
    assert (last["provider"], last["setback"]) == ("scripted", None), "limits are of a model"
    ask(gateway, account, model=TWO, provider=FIRST)
    scripted.requests.clear()
    answer = ask(gateway, account, model=TWO, provider=FIRST, headers=EXPLAIN)
    assert answer.header("x-tollgate-provider") == "sample" and scripted.requests == []
    last = answer.json()["openrouter_metadata"]["endpoints"]["available"][-1]
    assert (last["provider"], last["setback"]) == ("scripted", "rate_limited")


def test_a_key_rests_as_long_as_the_body_of_google_says(start, scripted):
    gateway, account = start()
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "20s"}]
    error = {"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": details}}
    scripted.script = lambda exchange: exchange.answer(error, "429 Too Many Requests")
    answer = post_chat(gateway, account, model=ONE)
    assert answer.status == 429 and 15 < int(answer.header("retry-after")) <= 20
    assert sorted(keys_used(scripted)) == sorted(KEYS[:2])
    scripted.requests.clear()
    answer = ask(gateway, account, model=TWO, provider=FIRST)
    answer = ask(gateway, account, model=TWO, provider=FIRST, headers=EXPLAIN)
    assert answer.header("x-tollgate-provider") == "sample"
    last = answer.json()["openrouter_metadata"]["endpoints"]["available"][-1]
    assert (last["provider"], last["setback"]) == ("scripted", "rate_limited")


def test_the_wait_that_is_told_is_that_of_the_first_key_to_be_well(start, scripted):
    gateway, account = start(3)
    waits = {"first": "40", "second": "20", "third": "30"}
    answer_by_key(scripted, **{key: lambda exchange, s=s: too_many(exchange, retry_after=s) for key, s in waits.items()})
    answer = post_chat(gateway, account, model=ONE)
    assert len(scripted.requests) == 3 and answer.status == 429
    assert 15 < int(answer.header("retry-after")) <= 20, "since the answer that said so"


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "500 Error", "503 Unavailable"])
def test_what_is_not_the_keys_fault_is_not_tried_with_another(start, scripted, status):
    gateway, account = start()
    scripted.script = lambda exchange: exchange.answer({"error": {"message": "this content is not allowed"}}, status)
    assert post_chat(gateway, account, model=ONE).status >= 400
    assert len(scripted.requests) == 1
    assert of_key(gateway, "refused", 1) == of_key(gateway, "refused", 2) == 0


def test_other_keys_are_tried_within_the_retry_budget(start, scripted):
    gateway, account = start(3)
    scripted.script = lambda exchange: too_many(exchange, retry_after_ms="1")
    began, asked, changes = time.monotonic(), 0, 0
    while asked < 100 or changes < 20:
        assert post_chat(gateway, account, "tokens=1", model=ONE).status == 429
        asked += 1
        changes = len(scripted.requests) - asked
        assert time.monotonic() - began < 30, changes
    assert gateway.metrics().sum("tollgate_key_changes_total") == changes
    assert changes <= 20 + asked / 10 + (time.monotonic() - began) + 1, "what is saved, a tenth, and one a second"


# --- Shares


@pytest.mark.parametrize(
    "fields",
    [
        "x-ratelimit-{0}-requests {1}",
        "x-ratelimit-{0}-tokens {1}",
        "anthropic-ratelimit-requests-{0} {1}",
        "anthropic-ratelimit-output-tokens-{0} {1}",
    ],
)
def test_shares_follow_what_the_provider_says_is_left(start, scripted, fields):
    gateway, account = start()
    left = {KEYS[0]: 9_000_000, KEYS[1]: 1_000_000}

    def script(exchange):
        told = left[key_of(exchange.request)]
        lines = [fields.format("remaining", told), fields.format("limit", told)]
        exchange.answer(GOOD_ANSWER, extra=dict(line.split(" ") for line in lines))

    scripted.script = script
    eventually(lambda: ask(gateway, account) and len(set(keys_used(scripted))) == 2, within_s=10)
    scripted.requests.clear()
    ask(gateway, account, 200)
    assert 155 <= Counter(keys_used(scripted))[KEYS[0]] < 200, "about nine of ten"


def test_where_the_provider_says_nothing_all_keys_have_the_same_share(start, scripted):
    gateway, account = start(3)
    answer_by_key(scripted)
    ask(gateway, account, 300)
    assert all(55 <= count <= 145 for count in Counter(keys_used(scripted)).values()), Counter(keys_used(scripted))


# --- Conversations


def test_a_conversation_stays_with_its_key_and_where_it_had_to_go(start, scripted):
    gateway, account = start(3)
    answer_by_key(scripted)
    homes = set()
    for number in range(12):
        scripted.requests.clear()
        ask(gateway, account, 4, session_id=f"session-{number}")
        used = set(keys_used(scripted))
        assert len(used) == 1, "its cache is there"
        homes |= used
    assert len(homes) > 1, "others have other keys"
    [home] = used
    limited = {("first", "second", "third")[KEYS.index(home)]: lambda exchange: too_many(exchange, retry_after="1")}
    answer_by_key(scripted, **limited)
    ask(gateway, account, session_id=f"session-{number}")
    assert keys_used(scripted)[-2] == home
    moved = keys_used(scripted)[-1]
    answer_by_key(scripted)
    eventually(lambda: of_key(gateway, "rate_limited_endpoints", KEYS.index(home) + 1) == 0, within_s=5)
    scripted.requests.clear()
    ask(gateway, account, 3, session_id=f"session-{number}")
    assert set(keys_used(scripted)) == {moved}, "its newest cache is there"


# --- Streams


SOME = {"id": "up-1", "choices": [{"index": 0, "delta": {"content": "some"}}]}
LAST = {"id": "up-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
LIMITED = {"error": {"message": "slow down", "type": "rate_limit_error", "code": 429}}


def say(exchange, *events):
    exchange.start_stream()
    for event in events:
        exchange.event(event)
    exchange.event(b"[DONE]")
    exchange.end_stream()


@pytest.mark.parametrize("within", [False, True], ids=["by its status", "within the stream"])
def test_a_stream_that_has_not_begun_goes_on_with_another_key(start, scripted, within):
    gateway, account = start()

    def script(exchange):
        if len(scripted.requests) > 1:
            say(exchange, SOME, LAST)
        else:
            say(exchange, LIMITED) if within else too_many(exchange, retry_after="20")

    scripted.script = script
    answer, events = stream_chat(gateway, account, model=ONE)
    assert events.done and events.error is None, answer.body
    assert sorted(keys_used(scripted)) == KEYS[:2]
    limited = KEYS.index(keys_used(scripted)[0]) + 1
    assert of_key(gateway, "attempts_total", limited, verdict="rate_limited") == 1


def test_a_stream_that_has_begun_is_not_tried_again(start, scripted):
    gateway, account = start()
    client_has_some = threading.Event()

    def script(exchange):
        exchange.start_stream()
        exchange.event(SOME)
        assert client_has_some.wait(20)
        exchange.event(LIMITED)
        exchange.end_stream()

    scripted.script = script
    with open_stream(gateway, account, model=ONE) as connection:
        assert connection.read_head().status == 200
        body = connection.read_chunk()
        client_has_some.set()
        while piece := connection.read_chunk():
            body += piece
    events = Stream(body)
    assert not events.done and events.error is not None
    assert len(scripted.requests) == 1


# --- Configuration


def test_what_was_learned_outlives_a_reload_wherever_the_key_stands(start, scripted):
    gateway, account = start()
    answer_by_key(scripted, first=lambda exchange: too_many(exchange, retry_after="60"))
    ask(gateway, account, 30)
    config = yaml.safe_load(gateway.config_file.read_text())
    one = next(one for one in config["providers"] if one["name"] == "scripted")
    one["api_keys"] = [KEYS[2], KEYS[1], KEYS[0]]
    gateway.config_file.write_text(yaml.safe_dump(config))
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: "reloaded" in gateway.log_file.read_text())
    scripted.requests.clear()
    ask(gateway, account, 30)
    assert set(keys_used(scripted)) == {KEYS[1], KEYS[2]}, "the first still rests, the new one takes part"
    assert of_key(gateway, "rate_limited_endpoints", 3) == 1 and of_key(gateway, "rate_limited_endpoints", 1) == 0


def test_keys_that_the_environment_lacks_are_left_out(start_gateway, providers, scripted):
    references = {"api_key": "", "api_keys": ["${NO_KEY:-}", "${FIRST_KEY:-}", "${SECOND_KEY:-}"]}
    several = [one if one["name"] != "scripted" else one | references for one in providers]
    gateway = start_gateway(providers=several, env={"FIRST_KEY": KEYS[0], "SECOND_KEY": KEYS[1]})
    account = gateway.new_account()
    answer_by_key(scripted)
    ask(gateway, account, 20)
    assert set(keys_used(scripted)) == set(KEYS[:2])
    labels = gateway.metrics().labels("tollgate_provider_key_refused")
    assert sorted(one["key"] for one in labels) == ["2", "3"], "named by their positions"
    one_only = start_gateway(providers=several, env={"SECOND_KEY": KEYS[1]})
    scripted.requests.clear()
    ask(one_only, one_only.new_account(), 3)
    assert keys_used(scripted) == [KEYS[1]] * 3
    assert one_only.metrics().labels("tollgate_provider_key_refused") == []


def test_every_way_to_send_a_key_takes_several(start, scripted):
    """AWS signs with one of them."""
    fields = {"x-api-key": "x-api-key", "api-key": "api-key", "x-goog-api-key": "x-goog-api-key", "sigv4": "authorization"}
    for auth, field in fields.items():
        keys = ["AKIDFIRST:secret-1", "AKIDSECOND:secret-2"] if auth == "sigv4" else KEYS[:2]
        region = {"aws_region": "us-east-1"} if auth == "sigv4" else {}
        gateway, account = start(options={"auth": auth, "api_keys": keys, **region})
        scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
        scripted.requests.clear()
        ask(gateway, account, 30)
        sent = [request.header(field) for request in scripted.requests]
        for key in keys:
            assert sum(key.split(":")[0] in one for one in sent) > 3, (auth, sent)


WRONG = {
    "api_key and api_keys are one or the other": {"api_key": KEYS[0], "api_keys": KEYS[1:]},
    "key 2 of api_keys stands twice": {"api_keys": [KEYS[1], KEYS[0], KEYS[0]]},
    "key 2 of api_keys has a line break": {"api_keys": [KEYS[0], KEYS[1] + "\nx: y"]},
    "api_keys must be at most 32": {"api_keys": [f"sk-secret-{number}" for number in range(33)]},
    "key 2 of api_keys must be id:secret, as auth is sigv4": {
        "auth": "sigv4",
        "aws_region": "us-east-1",
        "api_keys": ["AKID:sk-secret-1", "sk-secret-2"],
    },
    "of auth google there is one google_key_file, and no api_keys": {
        "auth": "google",
        "google_key_file": "account.json",
        "api_keys": KEYS[:2],
    },
}


@pytest.mark.parametrize("problem", WRONG)
def test_wrong_keys_are_told_without_their_secrets(tmp_path, problem):
    one = provider("scripted", "http://127.0.0.1:1/v1") | {"api_key": ""} | WRONG[problem]
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({"data_dir": str(tmp_path), "providers": [one]}))
    done = run_gateway("check", "--config", str(file))
    said = done.stdout + done.stderr
    assert done.returncode != 0 and problem in said, said
    assert "sk-" not in said
