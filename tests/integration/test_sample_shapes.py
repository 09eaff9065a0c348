"""The sample upstream plays the shapes of other providers as its words say, and anything else as it was posted."""

import gzip
import json

import pytest

from support.http_client import RawConnection, json_bytes, request_bytes
from support.processes import SampleUpstream
from support.sse import Stream

FIGURES = "tokens=5 prompt_tokens=20 cached_tokens=8 reasoning_tokens=3"  # 20 in, of which 8 cached; 5 + 3 out


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    running = SampleUpstream(tmp_path_factory.mktemp("shapes"))
    yield running
    running.stop()


def ask(upstream, words="", *, path="/v1/chat/completions", body=None, headers=(), **fields):
    if body is None:
        body = json_bytes({"model": "echo", "messages": [{"role": "user", "content": "one two"}]} | fields)
    with RawConnection(upstream.address) as connection:
        connection.send(request_bytes("POST", path, headers={"x-sample-script": words, **dict(headers)}, body=body))
        return connection.read_answer()


def answer(upstream, words):
    found = ask(upstream, words)
    assert found.status == 200, found.body
    return found.json()


@pytest.mark.parametrize(
    "shape, where, expected",
    [
        ("openai", ["usage", "completion_tokens_details", "reasoning_tokens"], 3),
        ("input_output", ["usage", "output_tokens"], 8),
        ("anthropic", ["usage", "cache_read_input_tokens"], 8),
        ("anthropic", ["usage", "input_tokens"], 12),
        ("mistral", ["usage", "num_cached_tokens"], 8),
        ("together", ["usage", "cached_tokens"], 8),
        ("deepseek", ["usage", "prompt_cache_miss_tokens"], 12),
        ("moonshot", ["choices", 0, "usage", "completion_tokens"], 8),
        ("groq", ["x_groq", "usage", "total_tokens"], 28),
        ("gemini", ["usageMetadata", "thoughtsTokenCount"], 3),
        ("gemini", ["usageMetadata", "candidatesTokenCount"], 5),
        ("hidden", ["usage", "completion_tokens"], 5),
        ("hidden", ["usage", "total_tokens"], 28),
        ("total", ["usage"], {"total_tokens": 28}),
        ("cohere", ["meta", "billed_units", "output_tokens"], 8),
        ("llama_cpp", ["timings", "predicted_n"], 8),
        ("ollama", ["prompt_eval_count"], 20),
        ("openrouter", ["usage", "is_byok"], False),
        ("strings", ["usage", "prompt_tokens"], "20"),
        ("absurd", ["usage", "prompt_tokens"], 10**9),
        ("negative", ["usage", "completion_tokens"], -5),
    ],
)
def test_usage_has_the_shape_that_is_named(upstream, shape, where, expected):
    found = answer(upstream, f"{FIGURES} usage_shape={shape}")
    for member in where:
        found = found[member]
    assert found == expected


@pytest.mark.parametrize("shape", ["moonshot", "groq", "gemini", "llama_cpp"])
def test_a_stream_has_the_same_shape_once(upstream, shape):
    found = ask(upstream, f"{FIGURES} usage_shape={shape}", stream=True, stream_options={"include_usage": True})
    marks = ('"usage":{', "TokenCount", "timings")
    texts = [data for data in Stream(found.body).data if any(mark in data for mark in marks)]
    assert len(texts) == 1, texts


@pytest.mark.parametrize(
    "shape, expected",
    [
        ("text_member", lambda body: json.loads(body)["error"]),
        ("object", lambda body: json.loads(body)["message"]),
        ("message", lambda body: json.loads(body)["message"]),
        ("detail", lambda body: json.loads(body)["detail"]),
        ("detail_list", lambda body: json.loads(body)["detail"][0]["msg"]),
        ("list", lambda body: json.loads(body)[0]["error"]["message"]),
        ("anthropic", lambda body: json.loads(body)["error"]["message"]),
        ("errors", lambda body: json.loads(body)["errors"][0]["message"]),
        ("base_resp", lambda body: json.loads(body)["base_resp"]["status_msg"]),
        ("text", lambda body: body.decode()),
        ("openai", lambda body: json.loads(body)["error"]["message"]),
    ],
)
def test_an_error_has_the_shape_that_is_named(upstream, shape, expected):
    found = ask(upstream, f"status=422 error_shape={shape}")
    assert found.status == 422
    assert expected(found.body) == "the sample upstream was told to answer this"


def test_an_error_may_say_nothing(upstream):
    assert ask(upstream, "status=500 error_shape=empty").body == b""


@pytest.mark.parametrize(
    "label, expected", [("text", "text/plain"), ("octets", "application/octet-stream"), ("none", None)]
)
def test_the_label_is_as_told(upstream, label, expected):
    assert ask(upstream, f"content_type={label}").header("content-type") == expected
    streamed = ask(upstream, f"content_type={label}", stream=True)
    assert streamed.header("content-type") == expected and Stream(streamed.body).done


def test_the_other_shape_than_was_asked_for(upstream):
    plain = ask(upstream, "other_shape", stream=True)
    assert plain.json()["object"] == "chat.completion"
    streamed = Stream(ask(upstream, "other_shape").body)
    assert streamed.done and streamed.usage["completion_tokens"] == 16


@pytest.mark.parametrize("stream", [False, True])
def test_gzip_carries_the_same_answer(upstream, stream):
    found = ask(upstream, "gzip tokens=3", stream=stream)
    assert found.header("content-encoding") == "gzip"
    body = gzip.decompress(found.body)
    assert Stream(body).done if stream else json.loads(body)["choices"]


def test_a_head_of_bare_line_feeds(upstream):
    with RawConnection(upstream.address) as connection:
        body = json_bytes({"model": "echo", "messages": []})
        headers = {"x-sample-script": "bare_lf"}
        connection.send(request_bytes("POST", "/v1/chat/completions", headers=headers, body=body))
        head = connection.read_until(b"\n\n")
    assert head.startswith(b"HTTP/1.1 200 OK\n") and b"\r" not in head


def test_every_chunk_may_say_that_it_is_the_last(upstream):
    events = Stream(ask(upstream, "finish_every_chunk tokens=4", stream=True).body).events
    assert [event["choices"][0]["finish_reason"] for event in events] == [None, "stop", "stop", "stop", "stop", "stop"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_picture_of_the_size_that_is_named(upstream, stream):
    found = ask(upstream, "picture=300000", stream=stream)
    choice = Stream(found.body).events[0]["choices"][0] if stream else found.json()["choices"][0]
    (picture,) = (choice.get("delta") or choice.get("message"))["images"]
    assert len(picture["image_url"]["url"]) == len("data:image/png;base64,") + 300000


def test_an_early_answer_does_not_wait_for_the_body(upstream):
    with RawConnection(upstream.address) as connection:
        headers = {"x-sample-script": "early_status=413", "Content-Length": "9000000"}
        connection.send(request_bytes("POST", "/v1/chat/completions", headers=headers))
        found = connection.read_answer()
    assert found.status == 413 and found.error["code"] == "early"


def test_a_posted_response_is_played_until_it_is_taken_back(upstream):
    played = b"HTTP/1.1 418 Short and stout\r\nX-Pot: tea\r\n\r\nanything {at all"
    assert ask(upstream, path="/play", body=played).status == 200
    found = ask(upstream)
    assert (found.status, found.header("x-pot"), found.body) == (418, "tea", b"anything {at all")
    assert ask(upstream, path="/play", body=b"").status == 200
    assert ask(upstream).status == 200
