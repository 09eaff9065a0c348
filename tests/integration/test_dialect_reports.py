"""Rows of the reports on how others failed at dialects and routing, through the whole gateway: each test is named after
the row whose input it sends."""

import importlib
import time

import pytest
import yaml

from support.chat import GOOD_ANSWER, chat, open_stream, post_chat, stream_chat
from support.dialects import Said, Text
from support.processes import PRICES, Gateway
from support.waiting import eventually

PRICE = {"prompt": 1, "completion": 10}
BUSY = {"error": {"message": "not now", "type": "server_error", "code": None}}
TWO = "test/failover-scripted"  # served by `scripted`, then by `sample`
FIRST = {"order": ["scripted", "sample"]}
RESTS = {"failures_before_rest": 3, "shortest_rest_ms": 300, "longest_rest_ms": 1000}
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


@pytest.fixture
def start_with(start_gateway, tmp_path):
    """Starts a gateway that knows these models beside those of prices.yaml."""

    def start(*models, **options):
        file = tmp_path / "models.yaml"
        known = yaml.safe_load(PRICES.read_text())
        file.write_text(yaml.safe_dump(known | {"models": known["models"] + list(models)}))
        return start_gateway(catalogue=[str(file)], **options)

    return start


def model(name, *endpoints, **facts):
    """A model of the catalogue; an endpoint is (provider, its name of the model)."""
    facts_of_all = {"context_length": 100_000, "prices": PRICE}
    listed = [{"provider": where, "model": theirs} | facts_of_all for where, theirs in endpoints]
    return {"id": name, "endpoints": listed} | facts


# --- The beginning of an answer


WITHOUT_PREFILL = ["messages", "responses", "gemini", "converse"]


@pytest.fixture(scope="module")
def unwilling(tmp_path_factory, providers):
    """A gateway whose models take no beginning of their answer: none/messages and so on."""
    directory = tmp_path_factory.mktemp("unwilling")
    file = directory / "models.yaml"
    models = [model(f"none/{name}", (name, f"{name}-1"), prefill=False) for name in WITHOUT_PREFILL]
    file.write_text(yaml.safe_dump({"version": 1, "models": models}))
    running = Gateway(directory, providers, workers=1, catalogue=[str(file)]).start()
    yield running
    running.stop()


BEGUN = [{"role": "user", "content": "Write"}, {"role": "assistant", "content": "Once"}]


@pytest.mark.parametrize(
    "path, upstream",
    [("/v1/chat/completions", upstream) for upstream in WITHOUT_PREFILL]
    + [("/v1/responses", upstream) for upstream in WITHOUT_PREFILL if upstream != "responses"],  # it passes as it is
)
def test_d33_d34_the_beginning_of_an_answer_is_refused_where_the_model_takes_none(unwilling, scripted, path, upstream):
    body = chat(model=f"none/{upstream}", messages=BEGUN, input=BEGUN)
    answer = unwilling.request("POST", path, key=unwilling.new_account().key, json=body)
    assert answer.status == 400, answer.body
    assert scripted.requests == []


@pytest.mark.parametrize("upstream", ["messages", "responses", "converse"])
def test_d33_d34_an_answer_that_said_nothing_is_left_out(unwilling, scripted, upstream):
    dialect = importlib.import_module(f"support.dialects.{upstream}")
    scripted.script = lambda exchange: exchange.answer(dialect.plain(Said([Text("ok")])))
    begun = [BEGUN[0], {"role": "assistant", "content": ""}]
    body = chat(model=f"none/{upstream}", messages=begun)
    answer = unwilling.request("POST", "/v1/chat/completions", key=unwilling.new_account().key, json=body)
    assert answer.status == 200, answer.body
    assert [turn.role for turn in dialect.heard(scripted.requests[-1]).turns] == ["user"]


# --- Errors


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_d56_errors_of_the_gateway_name_the_model_as_the_client_does(gateway, account, path):
    policy = {"model": None, "allowed_models": ["test/odd"]}
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", policy)
    body = chat(model="test-chat", input="hi")
    answer = gateway.request("POST", path, key=account.key, json=body)
    assert answer.status == 403, answer.body
    assert "test-chat" in answer.text and "test/chat" not in answer.text


# --- Failover


def cut_in_the_middle(exchange):
    exchange.start_stream()
    exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Once"}}]})
    exchange.close()


def test_d64_a_stream_that_broke_is_not_continued_elsewhere(gateway, account, scripted, sample):
    scripted.script = cut_in_the_middle
    before = sample.requests_total()
    _, events = stream_chat(gateway, account, model=TWO)
    assert "scripted" in events.error["message"] and not events.done
    assert len(scripted.requests) == 1 and sample.requests_total() == before


ROLE = b'data: {"id":"up-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'


def begin_and_leave(exchange):
    exchange.start_stream()
    exchange.chunk(b": working\n\n")
    time.sleep(0.3)
    exchange.chunk(b": working\n\n")
    exchange.end_stream()


def tell_the_role_and_leave(exchange):
    exchange.start_stream()
    exchange.chunk(ROLE)
    time.sleep(0.3)
    exchange.end_stream()


@pytest.mark.parametrize("script", [begin_and_leave, tell_the_role_and_leave], ids=["comments", "role"])
def test_d65_a_stream_without_content_is_tried_elsewhere(gateway, account, scripted, script):
    scripted.script = script
    answer, events = stream_chat(gateway, account, "tokens=5", model=TWO)
    assert answer.header("x-tollgate-provider") == "sample" and events.done and events.error is None
    roles = [choice["delta"].get("role") for event in events.events for choice in event["choices"]]
    assert len([role for role in roles if role]) == 1, "one stream"


def test_d65_an_endpoint_that_says_nothing_is_left(start_gateway, scripted):
    scripted.script = lambda exchange: exchange.peer_left(20)
    gateway = start_gateway(timeouts={"first_byte_timeout_ms": 500})
    answer, events = stream_chat(gateway, gateway.new_account(), "tokens=5", model=TWO)
    assert answer.header("x-tollgate-provider") == "sample" and events.done


def test_d65_an_event_that_cannot_be_read_is_an_error(gateway, account, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {"content": "a"}}]})
        time.sleep(0.5)  # the client has it
        exchange.event(b'{"id":"up-1","choices":[{"index":0,"delta":{"content":"b')
        exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {"content": "c"}, "finish_reason": "stop"}]})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    _, events = stream_chat(gateway, account, model="test/scripted")
    assert events.error is not None and not events.done


PROVIDERS = ("scripted", "messages", "responses", "gemini", "converse")


@PLAIN_AND_STREAM
@pytest.mark.parametrize("first", PROVIDERS)
def test_d71_the_next_provider_answers_whatever_its_dialect(start_with, scripted, first, stream):
    second = "messages" if first != "messages" else "gemini"
    gateway = start_with(model("test/two", (first, "first-1"), (second, "second-1")))
    speaker = importlib.import_module(f"support.dialects.{second}")

    def script(exchange):
        request = exchange.request
        if "first-1" in request.target or request.body and b"first-1" in request.body:
            return exchange.answer(BUSY, "503 Service Unavailable")
        if not stream:
            return exchange.answer(speaker.plain(Said([Text("ok")])))
        exchange.head(content_type=speaker.STREAM_TYPE, chunked=True)
        for event in speaker.events(Said([Text("ok")])):
            exchange.chunk(event)
        exchange.end_stream()

    scripted.script = script
    order = {"order": [first, second]}
    answer = post_chat(gateway, gateway.new_account(), model="test/two", stream=stream, provider=order)
    assert answer.status == 200, answer.body
    assert answer.header("x-tollgate-provider") == second
    assert len(scripted.requests) == 2


# --- Health


def served_by(answer):
    assert answer.status == 200, answer.body
    return answer.header("x-tollgate-provider")


def test_d67_clients_that_hang_up_early_bench_nobody(start_with, scripted):
    two = model("test/two", ("scripted", "a"), ("sample", "echo"), reasoning=False)
    gateway = start_with(two, routing=RESTS)
    account = gateway.new_account()
    left = []

    def script(exchange):
        left.append(exchange.peer_left(10))
        exchange.close()

    scripted.script = script
    for count in range(1, 7):
        connection = open_stream(gateway, account, model="test/two", provider=FIRST)
        eventually(lambda count=count: len(scripted.requests) == count, within_s=20)
        time.sleep(0.05)
        connection.close()
    eventually(lambda: len(left) == 6, within_s=20)
    assert None not in left, "each was left by the gateway"
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    assert served_by(post_chat(gateway, account, model="test/two", provider=FIRST)) == "scripted"


def test_d69_who_failed_once_is_not_tried_again_by_the_same_request(start_gateway, scripted):
    gateway = start_gateway(routing={"failures_before_rest": 1, "shortest_rest_ms": 3000})
    account = gateway.new_account()
    scripted.script = lambda exchange: exchange.answer(BUSY, "503 Service Unavailable")
    assert served_by(post_chat(gateway, account, model=TWO)) == "sample"
    assert len(scripted.requests) == 1
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    assert served_by(post_chat(gateway, account, model=TWO)) == "sample", "it rests"
    time.sleep(3.2)
    assert [served_by(post_chat(gateway, account, model=TWO)) for _ in range(5)] == ["scripted"] * 5


def test_d70_alone_it_passes_the_rate_limit_with_its_wait(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(BUSY, "429 Too Many Requests", extra={"retry-after": "20"})
    answer = post_chat(gateway, account, model="test/scripted")
    assert (answer.status, answer.header("retry-after")) == (429, "20")
    assert len(scripted.requests) == 1


def test_d74_nobody_is_probed(start_gateway, scripted):
    gateway = start_gateway(routing=RESTS)
    account = gateway.new_account()
    scripted.script = lambda exchange: exchange.answer(BUSY, "503 Service Unavailable")
    for _ in range(3):
        assert served_by(post_chat(gateway, account, model=TWO)) == "sample"
    asked = len(scripted.requests)
    time.sleep(1.5)  # five times its rest
    assert len(scripted.requests) == asked
    assert not [request for request in scripted.requests if request.method != "POST"]


def test_d74_what_a_model_refuses_or_has_no_time_for_is_not_its_health(start_gateway, scripted):
    gateway = start_gateway(routing=RESTS)
    account = gateway.new_account()
    too_low = {"error": {"message": "max_tokens is too low to finish", "type": "invalid_request_error"}}
    scripted.script = lambda exchange: exchange.answer(too_low, "400 Bad Request")
    for _ in range(4):
        assert post_chat(gateway, account, model=TWO, max_tokens=1).status == 400
    scripted.script = lambda exchange: exchange.answer(BUSY, "429 Too Many Requests", extra={"retry-after": "1"})
    assert served_by(post_chat(gateway, account, model=TWO)) == "sample"
    scripted.script = lambda exchange: exchange.answer(GOOD_ANSWER)
    time.sleep(1.1)
    assert served_by(post_chat(gateway, account, model=TWO)) == "scripted"


# --- Realtime


UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize("path", ["/v1/realtime?model=test/scripted", "/v1/realtime", "/v1/responses"])
def test_d80_no_frames_are_relayed_that_nobody_meters(gateway, account, scripted, path):
    """Sessions that are metered: test_realtime.py."""
    answer = gateway.request("GET", path, key=account.key, headers=UPGRADE)
    assert answer.status == (405 if path == "/v1/responses" else 400), answer.body
    assert scripted.requests == []
