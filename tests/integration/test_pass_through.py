"""Calls that pass through to a provider: audio, images, moderations. Their bodies stay as they are, both ways."""

import json
import threading
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.http_client import loads

BOUNDARY = "----WebKitFormBoundary7MA4YWxk"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
AUDIO = bytes(range(256)) * 40 + b"\r\n--" + BOUNDARY[:-1].encode() + b"\r\n"


def part(disposition, value, content_type=None):
    lines = [f"--{BOUNDARY}", f"Content-Disposition: form-data; {disposition}"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"


def form(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


FILE = part('name="file"; filename="a b.wav"', AUDIO, "audio/wav")
TWICE = part('name="timestamp_granularities[]"', "word") + part('name="timestamp_granularities[]"', "segment")


def model(name):
    return part('name="model"', name)


def post(gateway, account, path, body, headers=None):
    return gateway.request("POST", f"/v1/{path}", key=account.key, body=body, headers=headers or FORM)


def post_json(gateway, account, path, body):
    return gateway.request("POST", f"/v1/{path}", key=account.key, json=body)


def record_of(gateway, account, answer):
    record = gateway.generation(account, answer.header("x-generation-id"))
    credits = gateway.credits(account)
    assert credits["total_usage"] == record["total_cost"] and credits["held"] == 0
    return record


@pytest.mark.parametrize("order", ["model first", "model last"])
def test_d81_the_model_is_found_wherever_it_stands_and_nothing_else_changes(gateway, account, scripted, order):
    """The first endpoint is down: the second try has the whole body, with its own name for the model."""
    usage = {"type": "tokens", "input_tokens": 14, "output_tokens": 45, "total_tokens": 59}
    scripted.script = lambda exchange: exchange.answer({"text": "hello", "usage": usage})
    parts = [FILE, TWICE, model("test/listens")]
    parts = parts if order == "model last" else parts[::-1]
    answer = post(gateway, account, "audio/transcriptions", form(*parts))
    assert answer.status == 200 and loads(answer.body) == {"text": "hello", "usage": usage}
    [sent] = scripted.requests
    assert sent.body == form(*[model("whisper-1") if one == model("test/listens") else one for one in parts])
    assert sent.target == "/v1/audio/transcriptions" and sent.header("content-type") == FORM["Content-Type"]
    assert answer.header("x-tollgate-provider") == "scripted"
    record = record_of(gateway, account, answer)
    assert (record["tokens_prompt"], record["tokens_completion"]) == (14, 45)
    assert record["total_cost"] == (Decimal(14 * 6 + 45 * 10) / 1_000_000 + Decimal("0.001")).quantize(Decimal("1e-9"))


def test_d81_a_large_file_is_tried_again_whole(start_gateway, scripted):
    gateway = start_gateway()
    account = gateway.new_account("5")
    file = part('name="file"; filename="big"', AUDIO * 1000, "audio/wav")
    seen = []

    def script(exchange):
        seen.append(len(exchange.request.body))
        exchange.answer({"text": "hello"})

    scripted.script = script
    body = form(file, TWICE, model("test/listens"))
    assert len(body) > 10_000_000
    answer = post(gateway, account, "audio/transcriptions", body)
    assert answer.status == 200 and seen == [len(body) - len("test/listens") + len("whisper-1")]


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("application/x-subrip", b"1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n"),
        ("text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello \"usage\".\n"),
        ("text/plain; charset=utf-8", b"Hello.\n"),
        ("application/json", b'{ "text" : "Hello." }\n'),
    ],
)
def test_d82_an_answer_in_another_form_is_passed_on_unchanged(gateway, account, scripted, content_type, text):
    scripted.script = lambda exchange: exchange.answer(text, content_type=content_type)
    answer = post(gateway, account, "audio/translations", form(FILE, part('name="response_format"', "srt"), model("test/listens")))
    assert (answer.status, answer.body, answer.header("content-type")) == (200, text, content_type)
    assert answer.header("content-length") == str(len(text))
    assert record_of(gateway, account, answer)["total_cost"] >= Decimal("0.001")


def test_d82_a_stream_is_passed_on_without_a_sentinel_and_billed_by_its_last_event(gateway, account, scripted):
    first = b'data: {"type":"transcript.text.delta","delta":"Hel"}\n\n'
    last = b'data: {"type":"transcript.text.done","text":"Hello.","usage":{"input_tokens":14,"output_tokens":45}}\n\n'
    seen = threading.Event()

    def script(exchange):
        exchange.start_stream()
        exchange.chunk(first)
        assert seen.wait(10), "what comes is passed on as it comes"
        exchange.chunk(last)
        exchange.end_stream()

    scripted.script = script
    body = form(FILE, part('name="stream"', "true"), model("test/listens"))
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", "/v1/audio/transcriptions", key=account.key, body=body, headers=FORM))
        connection.read_until(b"\r\n\r\n")
        events = connection.read_chunk()
        seen.set()
        while chunk := connection.read_chunk():
            events += chunk
    assert events == first + last and scripted.failures == []
    [row] = gateway.manage("GET", f"/api/organizations/{account.organization}/activity")["data"]
    assert (row["tokens_prompt"], row["tokens_completion"]) == (14, 45)


def test_speech_is_passed_on_as_it_comes_and_billed_by_the_request(gateway, account, scripted):
    sound = bytes(range(256)) * 3000

    def script(exchange):
        exchange.head(content_type="audio/mpeg", chunked=True)
        for at in range(0, len(sound), 100_000):
            exchange.chunk(sound[at : at + 100_000])
        exchange.end_stream()

    scripted.script = script
    body = {"input": "Say it.", "voice": "alloy", "model": "test/speaks", "speed": 1.0}
    answer = post_json(gateway, account, "audio/speech", body)
    assert (answer.status, answer.header("content-type")) == (200, "audio/mpeg") and answer.body == sound
    assert scripted.requests[0].json() == body | {"model": "tts-1"}
    assert record_of(gateway, account, answer)["total_cost"] == Decimal("0.02")


@pytest.mark.parametrize("path", ["images/generations", "images/edits", "images/variations"])
def test_images_are_billed_by_what_they_report(gateway, account, scripted, path):
    image = {"created": 1, "data": [{"b64_json": "A" * 400_000}], "usage": {"input_tokens": 50, "output_tokens": 272, "total_tokens": 322}}
    scripted.script = lambda exchange: exchange.answer(image)
    if path == "images/generations":
        answer = post_json(gateway, account, path, {"model": "test/draws", "prompt": "a cat", "n": 1})
    else:
        answer = post(gateway, account, path, form(part('name="image"; filename="a.png"', AUDIO), model("test/draws")))
    assert answer.status == 200 and loads(answer.body) == image
    assert scripted.requests[0].target == f"/v1/{path}"
    record = record_of(gateway, account, answer)
    assert record["total_cost"] == Decimal(50 * 5 + 272 * 40) / 1_000_000


def test_moderations_may_cost_nothing(gateway, account, scripted):
    verdict = {"id": "modr-1", "model": "omni", "results": [{"flagged": False}]}
    scripted.script = lambda exchange: exchange.answer(verdict)
    answer = post_json(gateway, account, "moderations", {"model": "test/moderates", "input": ["a", "b"]})
    assert answer.status == 200 and loads(answer.body) == verdict
    assert record_of(gateway, account, answer)["total_cost"] == 0


def test_what_the_provider_refuses_is_told_and_free(gateway, account, scripted):
    error = {"error": {"message": "no such voice", "type": "invalid_request_error", "param": "voice", "code": None}}
    scripted.script = lambda exchange: exchange.answer(error, "400 Bad Request")
    answer = post_json(gateway, account, "audio/speech", {"model": "test/speaks", "input": "x"})
    assert answer.status == 400 and "no such voice" in answer.error["message"]
    assert gateway.credits(account)["total_usage"] == 0


def test_an_answer_that_breaks_off_is_seen_to_and_free(gateway, account, scripted):
    def script(exchange):
        exchange.head(content_type="audio/mpeg", chunked=True)
        for _ in range(3):
            exchange.chunk(b"x" * 300_000)
        exchange.close()

    scripted.script = script
    with gateway.connect() as connection:
        body = {"model": "test/speaks", "input": "x"}
        connection.send(gateway.bytes_of("POST", "/v1/audio/speech", key=account.key, json=body))
        connection.read_until(b"\r\n\r\n")
        with pytest.raises(Exception):
            while connection.read_chunk():
                pass
    credits = gateway.credits(account)
    assert credits["total_usage"] == 0 and credits["held"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("audio/speech", {"input": "x"}, 400),
        ("audio/speech", {"model": "test/chat", "input": "x"}, 400),
        ("audio/speech", {"model": "test/listens", "input": "x"}, 400),
        ("audio/speech", {"model": "test/nothing", "input": "x"}, 404),
        ("images/generations", {"model": ["test/draws"]}, 400),
        ("chat/completions", {"model": "test/draws", "messages": [{"role": "user", "content": "x"}]}, 400),
    ],
)
def test_what_cannot_be_routed_is_refused(gateway, account, scripted, path, body, status):
    answer = post_json(gateway, account, path, body)
    assert answer.status == status, answer.body
    assert scripted.requests == [] and gateway.credits(account)["held"] == 0


def test_two_models_in_a_form_are_refused(gateway, account, scripted):
    answer = post(gateway, account, "audio/transcriptions", form(FILE, model("test/listens"), model("test/chat")))
    assert answer.status == 400 and answer.error["param"] == "model" and scripted.requests == []


def test_credit_and_keys_are_asked_for_as_ever(gateway, scripted):
    poor = gateway.new_account(credit="0.001")
    assert post_json(gateway, poor, "audio/speech", {"model": "test/speaks", "input": "x"}).status == 402
    assert gateway.request("POST", "/v1/audio/speech", key="sk-nobody", json={"model": "test/speaks"}).status == 401
    assert scripted.requests == []


def test_the_list_of_models_says_what_they_serve(gateway, account):
    listed = {one["id"] for one in gateway.request("GET", "/v1/models", key=account.key).json()["data"]}
    assert {"test/speaks", "test/listens", "test/draws", "test/moderates"} <= listed
    assert post_chat(gateway, account, model="test/chat", words="tokens=2").status == 200


WISHES = [
    ({"zdr": True}, 404, "no_allowed_provider"),
    ({"data_collection": "deny"}, 404, "no_allowed_provider"),
    ({"only": ["zzz"]}, 404, "no_allowed_provider"),
    ({"ignore": ["scripted", "down"]}, 404, "no_allowed_provider"),
    ({"max_price": {"prompt": 0.001}}, 404, "no_allowed_provider"),
    ({"zrd": True}, 400, "invalid_request"),
    ("wrong", 400, "invalid_request"),
]


@pytest.mark.parametrize(("wish", "status", "code"), WISHES)
def test_where_it_may_go_holds_for_what_passes_and_is_not_told(gateway, account, scripted, wish, status, code):
    scripted.script = lambda exchange: exchange.answer({"text": "hello"})
    body = {"model": "test/draws", "provider": wish, "prompt": "x"}
    answer = post_json(gateway, account, "images/generations", body)
    assert (answer.status, answer.error["code"]) == (status, code), answer.body
    parts = form(FILE, part('name="provider"', json.dumps(wish)), model("test/listens"))
    answer = post(gateway, account, "audio/transcriptions", parts)
    assert (answer.status, answer.error["code"]) == (status, code), answer.body
    assert scripted.requests == []


def test_models_that_may_answer_are_those_of_what_passes_too(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer({"text": "hello"})
    wish = {"models": ["none", "test/draws"], "provider": {"only": ["scripted"]}}
    drawn = post_json(gateway, account, "images/generations", wish | {"model": "nowhere", "prompt": "x"})
    assert drawn.status == 200, drawn.body
    wish["models"] = ["none", "test/listens"]
    fields = [part(f'name="{name}"', json.dumps(value)) for name, value in wish.items()]
    answer = post(gateway, account, "audio/transcriptions", form(fields[0], FILE, fields[1], model("nowhere")))
    assert answer.status == 200 and answer.header("x-tollgate-provider") == "scripted"
    json_sent, form_sent = scripted.requests
    assert json_sent.json() == {"model": "gpt-image-1", "prompt": "x"}
    assert form_sent.body == form(FILE, model("whisper-1"))
