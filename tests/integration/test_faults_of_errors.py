"""Faults that public reports of other gateways name, as docs/faults.md lists them: errors of providers in all shapes."""

import json
import time

import pytest

from support.chat import chat, post_chat
from support.http_client import ConnectionEnded
from support.sse import Stream, chunk_json

M = "the prompt is longer than 8192 tokens"
SHAPES = {
    "openai": {"error": {"message": M, "type": "invalid_request_error", "code": "context_length_exceeded"}},
    "vllm": {"object": "error", "message": M, "type": "BadRequestError", "param": None, "code": 400},
    "detail": {"detail": M},
    "list of details": {"detail": [{"loc": ["body"], "msg": M, "type": "value_error"}]},
    "list of messages": [{"msg": M}],
    "text member": {"error": M},
    "message": {"message": M},
    "google": [{"error": {"code": 400, "message": M, "status": "INVALID_ARGUMENT"}}],
    "anthropic": {"type": "error", "error": {"type": "invalid_request_error", "message": M}},
    "errors": {"errors": [{"message": M}]},
    "aws": {"__type": "ValidationException", "message": M},
    "text": M.encode(),
    "list of errors": {"error": [{"code": 2001, "message": M}]},
    "nested in details": {"detail": {"error": {"message": M}}},
    "baidu": {"error_code": 336003, "error_msg": M},
    "fault": {"fault": {"faultstring": M}},
    "tencent": {"Response": {"Error": {"Message": M}}},
    "volcengine": {"ResponseMetadata": {"Error": {"Message": M}}},
    "spark": {"header": {"message": M}},
    "object of messages": {"errors": {"messages": [M]}},
    "err": {"err": M},
    "two lines": json.dumps({"error": {"message": M}}).encode() + b'\n{"x":1}\n',
    "xml": b"<Error><Message>" + M.encode() + b"</Message></Error>",
    "large": {"error": {"message": M, "code": "tool_use_failed", "failed_generation": "z" * 100_000}},
}
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
FLAVOURS = pytest.mark.parametrize("flavour", ["/v1", "/api/v1"])


def ask(gateway, account, *, model="test/scripted", stream=False, flavour="/v1", **fields):
    """The answer, whole or as far as it came."""
    body = chat(model=model, stream=stream, **fields)
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", f"{flavour}/chat/completions", key=account.key, json=body))
        try:
            return connection.read_answer()
        except ConnectionEnded as ended:
            return ended.partial


def error_of(answer):
    """The error of a refusal, or the one event of a stream that has it."""
    if answer.status >= 400:
        return answer.error
    found = [event["error"] for event in Stream(answer.body).events if event.get("error")]
    assert len(found) == 1, answer.body
    return found[0]


def refuse(scripted, body, status="400 Bad Request", **fields):
    scripted.script = lambda exchange: exchange.answer(
        body, status, content_type="text/plain" if isinstance(body, bytes) else "application/json", extra=fields
    )


@PLAIN_AND_STREAM
@FLAVOURS
@pytest.mark.parametrize("shape", SHAPES)
def test_a_refusal_keeps_its_message_and_status(gateway, account, scripted, shape, flavour, stream):
    refuse(scripted, SHAPES[shape])
    answer = ask(gateway, account, stream=stream, flavour=flavour)
    assert answer.status == 400 and answer.error["message"].endswith(M)
    if flavour == "/v1":
        assert answer.error["type"] not in ("server_error", None)
    else:
        assert answer.error["metadata"]["error_type"] != "provider_unavailable"
    assert gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("status", ["400 Bad", "404 None", "408 Late", "409 No", "413 Large", "422 Odd", "429 Slow"])
def test_a_client_error_stays_one(gateway, account, scripted, status):
    refuse(scripted, SHAPES["vllm"] | {"code": int(status[:3])}, status)
    assert ask(gateway, account).status == int(status[:3])


@pytest.mark.parametrize(
    "error",
    [
        {"message": "the input was flagged", "code": 403, "metadata": {"reasons": ["violence"]}},
        {"message": "Country, region, or territory not supported", "code": "unsupported_country_region_territory"},
        {"message": 'Input flagged: "how do I open a bank account"', "code": 403},
    ],
)
def test_a_403_that_is_not_about_the_key_stays_403(gateway, account, scripted, error):
    refuse(scripted, {"error": error}, "403 Forbidden")
    answer = ask(gateway, account)
    assert answer.status == 403 and error["message"] in answer.error["message"]


@pytest.mark.parametrize(
    "model, error",
    [
        ("test/scripted", {"message": "This model is not available to your project", "code": "model_not_found"}),
        ("test/scripted", {"message": "Project `proj_acme` does not have access to model `gpt-5`", "type": "x"}),
        ("test/gemini", {"message": "Permission 'predict' denied on resource '//a.com/projects/acme'", "code": 403}),
    ],
)
def test_a_model_that_the_gateways_account_may_not_use_is_no_fault_of_the_client(
    gateway, account, scripted, model, error
):
    refuse(scripted, {"error": error}, "403 Forbidden")
    answer = ask(gateway, account, model=model)
    assert answer.status == 502 and "acme" not in answer.text and "no access to the model" in answer.error["message"]
    assert answer.header("x-should-retry") == "false"


def test_an_error_does_not_name_the_operators_account(gateway, account, scripted):
    refuse(scripted, {"error": {"message": "Rate limit reached in organization org-AbCdEf123456"}}, "429 Slow")
    assert ask(gateway, account).error["message"].endswith("Rate limit reached in organization org-[redacted]")


@PLAIN_AND_STREAM
def test_a_model_that_failed_at_bedrock_is_no_fault_of_the_client(gateway, account, scripted, stream):
    refuse(scripted, {"message": "The model failed", "originalStatusCode": 500}, "424 Failed Dependency")
    answer = ask(gateway, account, stream=stream, model="test/converse")
    assert answer.status == 502 and answer.error["message"].endswith("The model failed")


RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "16.5s"}
EXHAUSTED = {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": [RETRY_INFO]}


@PLAIN_AND_STREAM
def test_google_says_in_the_body_when_to_come_back(gateway, account, scripted, stream):
    refuse(scripted, {"error": EXHAUSTED}, "429 Too Many Requests")
    answer = ask(gateway, account, stream=stream, model="test/gemini")
    assert (answer.status, answer.header("retry-after"), answer.header("retry-after-ms")) == (429, "17", "16500")


@pytest.mark.parametrize("status", ["401 Unauthorized", "402 Payment Required", "407 Proxy Authentication Required"])
def test_a_refusal_of_the_gateways_account_is_its_own_fault_and_not_retried(gateway, account, scripted, status):
    refuse(scripted, {"error": {"message": "Incorrect API key provided: sk-scr…", "code": "invalid_api_key"}}, status)
    answer = ask(gateway, account)
    assert answer.status == 502 and answer.error["code"] == "upstream_auth_failed"
    assert answer.header("x-should-retry") == "false"
    assert len(scripted.requests) == 1


def test_a_key_that_google_does_not_know_is_the_gateways_own_fault(gateway, account, scripted):
    error = {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}
    refuse(scripted, [{"error": error | {"details": [{"reason": "API_KEY_INVALID"}]}}])
    answer = ask(gateway, account)
    assert answer.status == 502 and answer.error["code"] == "upstream_auth_failed"


def test_a_quota_that_is_used_up_is_not_tried_again(gateway, account, scripted):
    error = {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}
    refuse(scripted, {"error": error}, "429 Too Many Requests", **{"x-should-retry": "true", "retry-after": "1"})
    answer = ask(gateway, account)
    assert answer.status == 429 and answer.header("x-should-retry") == "false"


def test_a_refusal_that_never_ends_is_not_waited_for(gateway, account, scripted):
    def script(exchange):
        exchange.head("429 Too Many Requests", length=100)
        exchange.send(b"{")
        exchange.connection.closed_by_peer(8)

    scripted.script = script
    began = time.monotonic()
    assert ask(gateway, account).status == 429
    assert time.monotonic() - began < 4


STREAM_ERRORS = {
    "as an object": {"object": "error", "message": M, "type": "InternalServerError", "code": 500},
    "as a text": {"error": M},
    "as openai's": {"error": {"message": M, "type": "server_error", "code": "boom"}},
    "as anthropic's": {"type": "error", "error": {"type": "overloaded_error", "message": M}},
    "beside choices": {"id": "c", "choices": [], "error": {"message": M, "code": 400}},
    "as baidu's": {"error_code": 336003, "error_msg": M},
    "as bedrock's": {"modelStreamErrorException": {"message": M}},
    "with an empty id": {"id": "", "object": "", "code": "Arrearage", "message": M},
    "with an id": {"id": "x", "status": "failed", "message": M},
    "in a choice": {"id": "c", "choices": [{"delta": {}, "finish_reason": "error", "error": {"message": M}}]},
    "as llama.cpp's": b'error: {"code":500,"message":"' + M.encode() + b'"}\n\n',
    "as a bare line": b'{"error":{"message":"' + M.encode() + b'"}}\n\n',
}


@FLAVOURS
@pytest.mark.parametrize("shape", STREAM_ERRORS)
def test_an_error_in_a_stream_is_one_with_its_message_and_free(gateway, account, scripted, shape, flavour):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("hel"))
        error = STREAM_ERRORS[shape]
        exchange.chunk(error) if isinstance(error, bytes) else exchange.event(error)
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer = ask(gateway, account, stream=True, flavour=flavour)
    assert M in error_of(answer)["message"] and b"[DONE]" not in answer.body
    assert gateway.credits(account)["total_usage"] == 0


def test_an_error_in_a_stream_keeps_its_code(gateway, account, scripted):
    failed = {"code": "tool_use_failed", "failed_generation": "{}", "status_code": 400, "type": "invalid_request_error"}

    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("hel"))
        exchange.chunk(b"event: error\ndata: " + json.dumps({"error": failed | {"message": M}}).encode() + b"\n\n")
        exchange.end_stream()

    scripted.script = script
    assert "tool_use_failed" in json.dumps(error_of(ask(gateway, account, stream=True)), default=str)


@pytest.mark.parametrize("body", [{"choices": []}, {"choices": None}, {"id": "c", "choices": []}])
@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}])
def test_an_answer_without_a_choice_is_no_answer_and_free(gateway, account, scripted, body, usage):
    scripted.script = lambda exchange: exchange.answer(body | ({"usage": usage} if usage else {}))
    answer = ask(gateway, account)
    assert answer.status >= 500, answer.body
    assert gateway.credits(account)["total_usage"] == 0


def test_a_failure_in_the_base_response_is_one(gateway, account, scripted):
    body = {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}
    scripted.script = lambda exchange: exchange.answer(body)
    answer = ask(gateway, account)
    assert answer.status >= 400 and "insufficient balance" in answer.error["message"]


@pytest.mark.parametrize("events", [[b"[DONE]"], [], [{"id": "c", "choices": []}, b"[DONE]"]])
def test_a_stream_of_nothing_is_an_error(gateway, account, scripted, events):
    def script(exchange):
        exchange.start_stream()
        for event in events:
            exchange.event(event)
        exchange.end_stream()

    scripted.script = script
    answer = ask(gateway, account, stream=True)
    assert answer.status >= 500 or error_of(answer)
    assert gateway.credits(account)["total_usage"] == 0


def test_an_event_that_is_no_json_is_not_passed_on(gateway, account, scripted):
    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("hi"))
        exchange.event(b'{"id": oops}')
        exchange.event(b"[DONE]")
        exchange.end_stream()

    scripted.script = script
    answer = ask(gateway, account, stream=True)
    assert b"oops" not in answer.body and b"[DONE]" not in answer.body


def test_the_reason_of_a_refusal_reaches_a_client_that_was_refused_with_html(gateway, account, scripted):
    refuse(scripted, b"<html><body>Bad Gateway</body></html>", "502 Bad Gateway")
    answer = post_chat(gateway, account, model="test/scripted")
    assert answer.status == 502 and "<html>" not in answer.error["message"]
