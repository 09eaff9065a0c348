"""What a provider is sent beside the body as it came: stream_options it may not know, header fields, and what is left out."""

import pytest

from support.chat import ANSWERED, post_chat
from support.processes import provider
from support.sse import Stream

MODEL = "test/scripted"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2}


def strict(exchange):
    """Answers in two events, and refuses what it does not know."""
    if "stream_options" in exchange.request.json():
        return exchange.answer({"detail": [{"loc": ["body", "stream_options"], "msg": "extra"}]}, "422 Unprocessable")
    answer_in_events(exchange)


def answer_in_events(exchange):
    exchange.start_stream()
    exchange.event({"id": "a", "choices": [{"index": 0, "delta": {"content": "Hi"}}]})
    exchange.event({"id": "a", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": USAGE})
    exchange.chunk(b"data: [DONE]\n\n")
    exchange.end_stream()


@pytest.mark.parametrize("fields", [{}, {"stream_options": {"include_usage": True}}])
def test_a_provider_that_refuses_stream_options_is_asked_without_them(start_gateway, scripted, fields):
    gateway = start_gateway()
    account = gateway.new_account()
    scripted.script = strict
    for _ in range(2):
        answer = post_chat(gateway, account, model=MODEL, stream=True, **fields)
        assert answer.status == 200, answer.body
        assert Stream(answer.body).done
    sent = ["stream_options" in request.json() for request in scripted.requests]
    assert sent == [True, False, False], "it is remembered"


def test_what_a_client_adds_to_stream_options_is_its_own_affair(start_gateway, scripted):
    gateway = start_gateway()
    refused = {"error": {"message": "Unknown parameter: 'stream_options.foo'.", "param": "stream_options.foo"}}

    def script(exchange):
        if "foo" in exchange.request.json().get("stream_options", {}):
            return exchange.answer(refused, "400 Bad Request")
        return answer_in_events(exchange)

    scripted.script = script
    odd = {"stream_options": {"include_usage": True, "foo": 1}}
    assert post_chat(gateway, gateway.new_account(), model=MODEL, stream=True, **odd).status == 400
    assert post_chat(gateway, gateway.new_account(), model=MODEL, stream=True).status == 200
    sent = [request.json().get("stream_options") for request in scripted.requests]
    assert sent == [{"include_usage": True, "foo": 1}, {"include_usage": True}], "nothing is learned of it"


def test_a_refusal_that_only_shows_the_request_teaches_nothing(start_gateway, scripted):
    gateway = start_gateway()

    def script(exchange):
        asked = exchange.request.json()
        if asked.get("temperature") == "hot":
            return exchange.answer({"detail": [{"loc": ["body"], "msg": "hot", "input": asked}]}, "422 Unprocessable")
        return answer_in_events(exchange)

    scripted.script = script
    assert post_chat(gateway, gateway.new_account(), model=MODEL, stream=True, temperature="hot").status == 422
    assert post_chat(gateway, gateway.new_account(), model=MODEL, stream=True).status == 200
    assert "stream_options" in scripted.requests[-1].json()


def test_a_provider_can_be_configured_to_get_no_stream_options(start_gateway, scripted):
    gateway = start_gateway(providers=[provider("scripted", scripted.base_url, stream_options=False)])
    scripted.script = strict
    answer = post_chat(gateway, gateway.new_account(), model=MODEL, stream=True)
    assert answer.status == 200 and len(scripted.requests) == 1


def test_another_refusal_is_passed_on_at_once(start_gateway, scripted):
    gateway = start_gateway()
    scripted.script = lambda exchange: exchange.answer({"error": {"message": "no such model"}}, "400 Bad Request")
    assert post_chat(gateway, gateway.new_account(), model=MODEL, stream=True).status == 400
    assert len(scripted.requests) == 1


def answer_plain(exchange):
    exchange.answer({"id": "x", "choices": ANSWERED, "usage": USAGE})


SENT = {"traceparent": "00-aa-bb-01", "OpenAI-Beta": "x=v2", "X-Mine": "1", "Cookie": "a=b", "X-Tollgate-Test": "1"}


def test_known_header_fields_go_to_the_provider(start_gateway, scripted):
    gateway = start_gateway()
    scripted.script = answer_plain
    assert post_chat(gateway, gateway.new_account(), model=MODEL, headers=SENT).status == 200
    (request,) = scripted.requests
    assert (request.header("traceparent"), request.header("openai-beta")) == ("00-aa-bb-01", "x=v2")
    assert request.header("x-mine") is None and request.header("cookie") is None


def test_which_go_is_configured(start_gateway, scripted):
    gateway = start_gateway(forward_headers=["x-mine"])
    scripted.script = answer_plain
    assert post_chat(gateway, gateway.new_account(), model=MODEL, headers=SENT).status == 200
    (request,) = scripted.requests
    assert request.header("x-mine") == "1" and request.header("traceparent") is None


def test_fields_that_are_taken_out_are_named(gateway, account, scripted):
    scripted.script = answer_plain
    fields = {"models": ["a"], "plugins": [{"id": "web"}], "session_id": "s"}
    answer = post_chat(gateway, account, model=MODEL, **fields)
    assert answer.header("x-tollgate-removed-fields") == "plugins"
    assert not set(fields) & set(scripted.requests[0].json())
    assert post_chat(gateway, account, model=MODEL).header("x-tollgate-removed-fields") is None
