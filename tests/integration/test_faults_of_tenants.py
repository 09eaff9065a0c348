"""What one organization gets wrong does not cost another one an endpoint, or its failover."""

import pytest

from support.chat import GOOD_ANSWER, chat
from support.people import new_team
from support.processes import provider
from support.scripted_upstream import ScriptedUpstream

MODEL, MESSAGES_MODEL, MIXED_MODEL = "two/chat", "two/messages", "two/dialects"
CATALOGUE = """
version: "1"
models:
  - {id: two/chat, endpoints: [{provider: c, model: m, prices: {prompt: 1, completion: 1}},
                               {provider: c2, model: m, prices: {prompt: 5, completion: 5}}]}
  - {id: two/messages, endpoints: [{provider: m, model: m, prices: {prompt: 1, completion: 1}},
                                   {provider: m2, model: m, prices: {prompt: 5, completion: 5}}]}
  - {id: two/dialects, endpoints: [{provider: m, model: m, prices: {prompt: 0.01, completion: 0.01}},
                                   {provider: c, model: m, prices: {prompt: 5, completion: 5}}]}
"""
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 4},
}


@pytest.fixture(scope="module")
def upstream():
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.fixture
def two(start_gateway, tmp_path, upstream):
    """A gateway with two endpoints for each model, which rest after three failures; and two organizations."""
    upstream.reset_for_test()
    file = tmp_path / "two.yaml"
    file.write_text(CATALOGUE)
    dialects = {"c": {}, "c2": {}, "m": {"dialect": "messages"}, "m2": {"dialect": "messages"}}
    gateway = start_gateway(
        providers=[provider(name, upstream.base_url, **more) for name, more in dialects.items()],
        catalogue=[str(file)],
        routing={"failures_before_rest": 3, "shortest_rest_ms": 60_000, "longest_rest_ms": 60_000},
    )
    yield gateway
    assert upstream.failures == []


def setbacks(gateway, model):
    other = new_team(gateway)
    gateway.manage("POST", f"{other.path}/credits", {"amount": 1})
    preview = other.may(other.admin, "POST", "/routing/preview", {"model": model})
    return {one["setback"] for one in preview["endpoints"]["available"]}


def answer_as_asked(exchange):
    exchange.answer(MESSAGE if "/messages" in exchange.request.target else GOOD_ANSWER)


def faulty_plain(exchange):
    exchange.answer({"error": {"code": 400, "message": "too long", "type": "invalid_request_error"}})


def faulty_stream(exchange):
    exchange.start_stream()
    error = {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"}
    if "/messages" in exchange.request.target:
        exchange.chunk(b'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"x"}}\n\n')
    else:
        exchange.event({"error": error})
    exchange.end_stream()


@pytest.mark.parametrize("model", [MODEL, MESSAGES_MODEL])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_fault_of_the_request_under_200_benches_no_endpoint(two, upstream, model, stream):
    upstream.script = faulty_stream if stream else faulty_plain
    account = two.new_account()
    for _ in range(6):
        body = chat(model=model, stream=stream, max_tokens=5)
        assert two.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 400
    assert len(upstream.requests) == 6, "nobody else is asked"
    assert setbacks(two, model) == {None}


def test_a_file_that_the_caller_does_not_have_benches_no_endpoint(two, upstream):
    error = {"type": "error", "error": {"type": "not_found_error", "message": "File not found: file_none"}}
    upstream.script = lambda exchange: exchange.answer(error, "404 Not Found")
    account = two.new_account()
    content = [{"type": "document", "source": {"type": "file", "file_id": "file_none"}}, {"type": "text", "text": "x"}]
    body = {"model": MESSAGES_MODEL, "max_tokens": 5, "messages": [{"role": "user", "content": content}]}
    for _ in range(6):
        assert two.request("POST", "/v1/messages", key=account.key, json=body).status == 404
    assert setbacks(two, MESSAGES_MODEL) == {None}


def test_a_model_that_a_provider_does_not_have_benches_its_endpoint(two, upstream):
    error = {"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}
    upstream.script = lambda exchange: exchange.answer(error, "404 Not Found")
    account = two.new_account()
    for _ in range(6):
        two.request("POST", "/v1/chat/completions", key=account.key, json=chat(model=MODEL))
    assert setbacks(two, MODEL) == {"failing"}


def test_endpoints_that_are_not_asked_take_nothing_of_the_retry_budget(two, upstream):
    upstream.script = answer_as_asked
    account = two.new_account()
    body = chat(model=MIXED_MODEL, n=2, provider={"require_parameters": True, "order": ["m", "c"]})
    for _ in range(60):
        answer = two.request("POST", "/v1/chat/completions", key=account.key, json=body)
        assert (answer.status, answer.header("x-tollgate-provider")) == (200, "c"), answer.body


def test_one_organizations_refusals_leave_the_others_their_failover(two, upstream):
    def script(exchange):
        if b"FLAGGED" in exchange.request.body:
            return exchange.answer({"error": {"message": "This content is not allowed."}}, "403 Forbidden")
        if b"DOWN" in exchange.request.body and "/messages" in exchange.request.target:
            return exchange.answer({"error": {"message": "not now"}}, "503 Service Unavailable")
        answer_as_asked(exchange)

    upstream.script = script
    refused, other = two.new_account(), two.new_account()
    order = {"provider": {"order": ["m", "c"]}}
    for _ in range(60):
        body = chat(model=MIXED_MODEL, content="FLAGGED", **order)
        assert two.request("POST", "/v1/chat/completions", key=refused.key, json=body).status == 403
    # What is saved of the budget by now is one a second, or one for ten requests.
    assert len(upstream.requests) < 100
    for _ in range(3):
        body = chat(model=MIXED_MODEL, content="DOWN", **order)
        answer = two.request("POST", "/v1/chat/completions", key=other.key, json=body)
        assert (answer.status, answer.header("x-tollgate-provider")) == (200, "c"), answer.body
