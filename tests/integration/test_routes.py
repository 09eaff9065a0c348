"""HTTP as a browser, a load balancer and a curious person meet it: routes, methods, the operations listener."""

import pytest

from support.chat import chat, open_stream, stream_chat
from support.http_client import RawConnection, loads, request_bytes
from support.processes import records


def operations(gateway, path, method="GET"):
    with RawConnection(gateway.operations) as connection:
        connection.send(request_bytes(method, path))
        return connection.read_answer(method=method)


def test_head_of_the_root_is_200_without_a_body(gateway):
    with gateway.connect() as connection:
        connection.send(request_bytes("HEAD", "/"))
        answer = connection.read_answer(method="HEAD")
        assert answer.status == 200 and connection.still_open()


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/nowhere"])
def test_head_never_has_a_body(gateway, account, path):
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("HEAD", path, key=account.key))
        connection.read_answer(method="HEAD")
        assert connection.still_open() and connection.buffer == b""


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "*"])
def test_options_says_what_is_allowed(gateway, path):
    answer = gateway.request("OPTIONS", path)
    assert answer.status in (200, 204)
    assert ("GET" if path == "/v1/models" else "POST") in answer.header("allow")


@pytest.mark.parametrize("path", ["/nowhere", "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/", "/v2/models", "/%00"])
def test_an_unknown_route_is_404_in_openais_shape(gateway, account, path):
    answer = gateway.request("GET", path, key=account.key)
    assert answer.status == 404
    assert answer.header("content-type").startswith("application/json")
    assert answer.error["code"] == "not_found" and set(answer.error) >= {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/embeddings", "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/test/chat", "GET"),
    ],
)
def test_a_wrong_method_is_405_with_allow(gateway, account, method, path, allowed):
    answer = gateway.request(method, path, key=account.key)
    assert answer.status == 405 and answer.error["code"] == "method_not_allowed"
    assert allowed in answer.header("allow")


@pytest.mark.parametrize("method", ["TRACE", "BREW", "PROPFIND"])
def test_a_method_that_http_does_not_need_here_is_501(gateway, method):
    answer = gateway.request(method, "/v1/models")
    assert answer.status in (405, 501)
    assert answer.error["code"] in ("method_not_implemented", "method_not_allowed")


def test_a_connection_goes_on_after_404_405_and_401(gateway, account):
    with gateway.connect() as connection:
        for method, path, key, status in [
            ("GET", "/no", account.key, 404),
            ("GET", "/v1/embeddings", account.key, 405),
            ("GET", "/api/v1/key", "wrong", 401),
            ("GET", "/v1/models", account.key, 200),
        ]:
            connection.send(gateway.bytes_of(method, path, key=key))
            assert connection.read_answer().status == status


def test_a_refused_body_does_not_become_the_next_request(gateway, account):
    inner = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", "/nowhere", key=account.key, body=inner))
        connection.send(gateway.bytes_of("GET", "/api/v1/credits", key=account.key))
        assert connection.read_answer().status == 404
        assert "total_credits" in connection.read_answer().text


@pytest.mark.parametrize(
    "target",
    ["http://gateway.test/v1/models", "http://user:pass@other:1/v1/models", "/v1/models?limit=1", "/v1/models?"],
)
def test_a_route_is_found_by_its_path(gateway, account, target):
    assert gateway.request("GET", target, key=account.key).status == 200


def test_the_operations_listener_serves_health_and_metrics(gateway):
    assert operations(gateway, "/health/live").status == 200
    assert operations(gateway, "/health/ready").status == 200
    metrics = operations(gateway, "/metrics")
    assert metrics.status == 200 and metrics.header("content-type").startswith("text/plain")


def test_the_listeners_do_not_serve_each_others_routes(gateway, account):
    assert gateway.request("GET", "/metrics", key=account.key).status == 404
    assert operations(gateway, "/v1/models").status == 404
    assert operations(gateway, "/health/nothing").status == 404


def test_every_error_is_json_with_a_date_free_of_internals(gateway):
    answer = gateway.request("POST", "/v1/chat/completions", json=chat())
    assert answer.status == 401 and answer.header("content-type").startswith("application/json")
    assert int(answer.header("content-length")) == len(answer.body)
    assert "gateway/" not in answer.text and ".cc" not in answer.text


def test_a_streaming_answer_says_how_it_must_be_treated(gateway, account):
    answer, _ = stream_chat(gateway, account, "tokens=3")
    assert answer.header("content-type") == "text/event-stream; charset=utf-8"
    assert answer.header("cache-control") == "no-cache"
    assert answer.header("x-accel-buffering") == "no"
    assert answer.header("transfer-encoding") == "chunked" and answer.header("content-length") is None


def test_sigterm_ends_an_idle_gateway_with_code_0(start_gateway):
    gateway = start_gateway()
    with gateway.connect():
        assert gateway.stop() == 0


def test_sigterm_lets_a_running_stream_finish(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("1")
    with open_stream(gateway, account, "tokens=30 token_ms=20") as connection:
        connection.read_until(b"data: ")
        gateway.process.terminate()
        rest = connection.rest()
        assert b"[DONE]" in rest and rest.endswith(b"0\r\n\r\n")
    assert gateway.process.wait(10) == 0


def test_sigterm_cuts_a_stream_that_outlasts_the_limit_and_says_so_for_free(start_gateway):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account = gateway.new_account("1")
    with open_stream(gateway, account, "tokens=2000 token_ms=20") as connection:
        assert connection.read_head().status == 200
        connection.read_until(b"data: ")
        gateway.process.terminate()
        body = connection.rest()
    assert b"[DONE]" not in body
    last = body[body.rindex(b"data: ") + 6 :].split(b"\n")[0]
    assert loads(last)["error"]["code"] == "shutting_down"
    assert gateway.process.wait(10) == 0
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] == 0 and record["error"] == "shutting_down"
