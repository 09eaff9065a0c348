"""SIGTERM: what may finish finishes; what is cut says so and is free."""

from support.chat import chat, open_stream
from support.http_client import ConnectionEnded
from support.processes import records
from support.waiting import eventually

PATH = "/v1/chat/completions"


def terminate(gateway):
    """Returns once the gateway drains."""
    gateway.process.terminate()
    eventually(lambda: "stopping" in gateway.log_file.read_text())


def test_a_plain_request_that_outlasts_the_limit_is_503_and_free(start_gateway, sample):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account, arrived = gateway.new_account("1"), sample.requests_total()
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", PATH, key=account.key, json=chat("ttft_ms=10000")))
        eventually(lambda: sample.requests_total() > arrived)
        gateway.process.terminate()
        answer = connection.read_answer()
        assert answer.status == 503 and answer.error["code"] == "shutting_down"
    assert gateway.process.wait(10) == 0
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] == 0 and record["error"] == "shutting_down"


def test_under_api_v1_a_cut_stream_ends_in_openrouters_error_chunk(start_gateway):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account = gateway.new_account("1")
    with open_stream(gateway, account, "tokens=2000 token_ms=20", path="/api" + PATH) as connection:
        answer = connection.read_head()
        connection.read_until(b"data: ")
        gateway.process.terminate()
        body = connection.rest()
    assert answer.status == 200 and b"[DONE]" not in body
    assert b'"finish_reason":"error"' in body and b'"code":503' in body and b"shutting_down" in body
    assert gateway.process.wait(10) == 0


def test_a_stream_before_its_first_byte_is_503_and_free(start_gateway, sample):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account, arrived = gateway.new_account("1"), sample.requests_total()
    with open_stream(gateway, account, "ttft_ms=10000") as connection:
        eventually(lambda: sample.requests_total() > arrived)
        gateway.process.terminate()
        answer = connection.read_answer()
    assert answer.status == 503 and answer.error["code"] == "shutting_down"
    assert gateway.process.wait(10) == 0
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] == 0 and record["error"] == "shutting_down"


def test_a_client_that_leaves_during_the_drain_pays_for_what_it_got(start_gateway, sample):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 5000})
    account = gateway.new_account("1")
    with open_stream(gateway, account, "tokens=2000 token_ms=10") as connection:
        connection.read_until(b"data: ")
        terminate(gateway)
    assert gateway.process.wait(4) == 0, "it waits for nobody"
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] > 0 and record["error"] == "client_closed_request"


def test_a_head_half_sent_at_sigterm_is_answered_with_close_or_not_at_all(start_gateway):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 3000})
    account = gateway.new_account("1")
    request = gateway.bytes_of("POST", PATH, key=account.key, json=chat("tokens=2"))
    with gateway.connect() as connection, gateway.connect() as other:
        connection.send(request[:40])
        other.send(gateway.bytes_of("GET", "/v1/models", key=account.key))
        assert other.read_answer().status == 200
        terminate(gateway)
        try:
            connection.send(request[40:])
            answer = connection.read_answer()
        except (ConnectionEnded, OSError) as ended:
            assert getattr(ended, "partial", None) is None
        else:
            assert answer.status in (200, 503) and answer.header("connection") == "close"
            assert connection.closed_by_peer(5)
    assert gateway.process.wait(10) == 0


def test_a_stream_whose_upstream_is_silent_is_cut_too(start_gateway):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account = gateway.new_account("1")
    with open_stream(gateway, account, "tokens=20 stall_at=5") as connection:
        connection.read_until(b"data: ")
        gateway.process.terminate()
        body = connection.rest()
    assert b"shutting_down" in body and b"[DONE]" not in body
    assert gateway.process.wait(10) == 0


def test_a_client_that_does_not_read_is_cut_for_free_too(start_gateway):
    gateway = start_gateway(timeouts={"shutdown_timeout_ms": 300})
    account = gateway.new_account("5")
    with open_stream(gateway, account, "tokens=80 token_bytes=400000 token_ms=1") as connection:
        connection.read_until(b"data: ")
        gateway.process.terminate()
        assert gateway.process.wait(10) == 0
    (record,) = records(gateway.data_dir)
    assert record["charged_nano"] == 0 and record["error"] == "shutting_down"
