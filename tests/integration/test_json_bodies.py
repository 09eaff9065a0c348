"""Bodies that are JSON, nearly JSON, and not JSON at all."""

import pytest

from support.chat import ANSWERED, chat, post_chat
from support.http_client import json_bytes

PATH = "/v1/chat/completions"
MESSAGES = b'"messages":[{"role":"user","content":"hi"}]'


def post(gateway, account, body, path=PATH):
    return gateway.request("POST", path, key=account.key, body=body)


def with_metadata(document):
    """`document` as the value of the last member, so that its rest can't become part of something valid."""
    return b'{"model":"test/chat",' + MESSAGES + b',"metadata":' + document + b"}"


def documents(data, prefix):
    found = sorted((data / "json-parsing").glob(f"{prefix}_*.json"))
    assert found, "the suite is there but empty"
    return found


def verdicts(gateway, account, files):
    """Status by file name, all on one connection where the gateway keeps it."""
    found = {}
    connection = gateway.connect()
    for file in files:
        connection.send(gateway.bytes_of("POST", PATH, key=account.key, body=with_metadata(file.read_bytes())))
        answer = connection.read_answer()
        found[file.name] = answer.status
        if answer.header("connection") == "close":
            connection.close()
            connection = gateway.connect()
    connection.close()
    return found


def test_every_document_that_must_be_accepted_is(gateway, account, shared_data):
    found = verdicts(gateway, account, documents(shared_data, "y"))
    assert {name: status for name, status in found.items() if status != 200} == {}


def test_every_document_that_must_be_refused_is_400_and_goes_nowhere(gateway, account, sample, shared_data):
    before = sample.requests_total()
    found = verdicts(gateway, account, documents(shared_data, "n"))
    assert {name: status for name, status in found.items() if status != 400} == {}
    assert sample.requests_total() == before


def test_every_document_that_may_be_either_is_answered(gateway, account, shared_data):
    found = verdicts(gateway, account, documents(shared_data, "i"))
    assert {name: status for name, status in found.items() if status not in (200, 400)} == {}


def test_the_gateway_lives_on_after_the_suite(gateway, account):
    assert gateway.alive() and post_chat(gateway, account).status == 200


@pytest.mark.parametrize("path", [PATH, "/v1/completions", "/v1/embeddings", "/api/v1/chat/completions"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"\xff\xfe{}",
        b"{}{}",
        b"{}x",
        b'{"model":"test/chat"',
        b"\x00",
    ],
)
def test_a_body_that_is_no_json_object_is_400(gateway, account, path, body):
    answer = post(gateway, account, body, path)
    assert answer.status == 400
    assert answer.error["message"] and answer.error["code"] in ("invalid_json", "invalid_request", 400)


def test_broken_json_is_named_as_such(gateway, account):
    assert post(gateway, account, b'{"model":').error["code"] == "invalid_json"


def test_a_request_without_a_body_is_400(gateway, account):
    answer = gateway.request("POST", PATH, key=account.key)
    assert answer.status in (400, 411)


@pytest.mark.parametrize(
    "twice",
    [
        b'"model":"test/chat","model":"test/odd"',
        b'"model":"test/chat","model":"test/chat"',
        b'"model":"test/chat","mod\\u0065l":"test/odd"',
        b'"model":"test/chat","stream":true,"stream":false',
        b'"model":"test/chat","stream":false,"\\u0073tream":true',
    ],
)
def test_a_member_that_decides_given_twice_is_400(gateway, account, sample, twice):
    before = sample.requests_total()
    answer = post(gateway, account, b"{" + twice + b"," + MESSAGES + b"}")
    assert answer.status == 400 and answer.error["code"] == "invalid_request"
    assert sample.requests_total() == before


def test_model_and_stream_deeper_down_are_nobodys_business(gateway, account):
    body = b'{"model":"test/chat","metadata":{"model":"a","stream":"b","metadata":{"model":"c"}},' + MESSAGES + b"}"
    assert post(gateway, account, body).status == 200


def test_an_escaped_name_is_the_same_name(gateway, account):
    answer = post(gateway, account, b'{"m\\u006fdel":"test\\u002fchat",' + MESSAGES + b',"str\\u0065am":true}')
    assert answer.status == 200 and answer.header("content-type").startswith("text/event-stream")


def test_an_escaped_name_of_the_model_is_replaced_upstream(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {"choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    )
    post(gateway, account, b'{"m\\u006fdel":"test\\/scripted",' + MESSAGES + b"}")
    assert scripted.requests[0].json()["model"] == "scripted-1"


@pytest.mark.parametrize(
    "field",
    [
        b'"model":5',
        b'"model":["test/chat"]',
        b'"model":{}',
        b'"model":""',
        b'"model":"test/chat","stream":"true"',
        b'"model":"test/chat","stream":1',
        b'"model":"test/chat","stream":true,"stream_options":5',
        b'"model":"test/chat","max_tokens":-1',
        b'"model":"test/chat","max_tokens":"5"',
        b'"model":"test/chat","max_tokens":1.5',
    ],
)
def test_a_member_of_the_wrong_kind_is_400_and_named(gateway, account, sample, field):
    before = sample.requests_total()
    answer = post(gateway, account, b"{" + field + b"," + MESSAGES + b"}")
    assert answer.status == 400, answer.body
    name = field.rsplit(b",", 1)[-1].split(b'"')[1].decode()
    assert name in answer.error["message"] or answer.error["param"] == name
    assert sample.requests_total() == before


def test_nulls_count_as_absent(gateway, account):
    answer = post(
        gateway,
        account,
        b'{"model":"test/chat","stream":null,"max_tokens":null,"stream_options":null,' + MESSAGES + b"}",
    )
    assert answer.status == 200 and answer.header("content-type").startswith("application/json")


def test_depth_is_limited(gateway, account):
    def nested(depth):
        return with_metadata(b"[" * depth + b"]" * depth)

    assert post(gateway, account, nested(100)).status == 200
    for depth in (200, 100_000):
        answer = post(gateway, account, nested(depth))
        assert answer.status == 400, depth


def test_a_body_up_to_the_limit_is_served_and_one_over_it_is_413(gateway, account):
    limit = 1 << 20
    empty = len(json_bytes(chat(content="")))
    assert post_chat(gateway, account, content="a" * (limit - empty)).status == 200
    answer = post_chat(gateway, account, content="a" * (limit - empty + 1))
    assert answer.status == 413 and answer.error["code"] == "request_too_large"


def test_any_content_type_will_do(gateway, account):
    for content_type in ("text/plain", "application/json; charset=utf-8", ""):
        answer = gateway.request("POST", PATH, key=account.key, json=chat(), headers={"Content-Type": content_type})
        assert answer.status == 200


def test_multibyte_text_comes_back_as_it_went(gateway, account):
    text = "naïve 日本語 😀 x\u2028y end"
    answer = post_chat(gateway, account, "tokens=5", content=text)
    assert answer.json()["choices"][0]["message"]["content"].split(" ") == text.split(" ")
    assert post_chat(gateway, account, "tokens=1", content="\ud83d\ude00").status == 200
