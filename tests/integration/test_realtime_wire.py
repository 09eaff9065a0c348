"""Sessions on the wire: frames of either side, limits of size and time, slow and silent peers, a gateway that stops."""

import json
import signal
import socket
import struct
import threading
import time

import pytest
from websockets.exceptions import InvalidStatus

from support.processes import provider
from support.realtime import ClientSession, RawSession, usage
from support.waiting import eventually


def test_the_answer_to_the_handshake_is_the_one_of_the_rfc(talks):
    gateway = talks()
    with RawSession(gateway, gateway.new_account("5").key) as session:
        head = session.head.decode().lower() + "\r\n"
        assert "\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n" in head
        assert "\r\nconnection: upgrade\r\n" in head and "\r\nupgrade: websocket\r\n" in head
        assert "sec-websocket-protocol" not in head and "content-length" not in head and "transfer-encoding" not in head


def test_a_message_in_frames_arrives_whole_and_pings_are_answered_between_them(talks, talking):
    gateway = talks()
    with RawSession(gateway, gateway.new_account("5").key) as session:
        assert session.read_frame()[0] == 1
        frame = session.frame
        text = json.dumps({"type": "input_audio_buffer.commit", "note": "café"}, ensure_ascii=False).encode()
        cut = text.index(b"\xa9")  # inside a character
        session.send(frame(1, text[:5], last=False) + frame(9, b"there?") + frame(0, b"", last=False))
        session.send(frame(0, text[5:cut], last=False))
        session.send(frame(0, text[cut:]))
        assert session.read_frame() == (10, b"there?")
        eventually(lambda: talking.sessions[0].seen)
        assert talking.sessions[0].seen == [json.loads(text)]


def test_a_byte_at_a_time_is_enough(talks, talking):
    gateway = talks()
    with RawSession(gateway, gateway.new_account("5").key) as session:
        for byte in session.frame(1, b'{"type": "response.create"}'):
            session.send(bytes([byte]))
        kinds = []
        while not kinds or kinds[-1] != "response.done":
            kinds.append(json.loads(session.read_frame()[1])["type"])
        assert kinds[0] == "session.created"


@pytest.mark.parametrize(
    "bytes_sent, code",
    [
        (b"\x81\x02hi", 1002),  # without a mask
        (b"\xc1\x80\x00\x00\x00\x00", 1002),  # of an extension
        (b"\x83\x80\x00\x00\x00\x00", 1002),
        (b"\x80\x80\x00\x00\x00\x00", 1002),  # a continuation of nothing
        (RawSession.frame(1, b"\xff"), 1007),
        (RawSession.frame(2, b""), 1003),
        (RawSession.frame(2, b'{"type": "session.update", "session": {"model": "gpt-dearer"}}'), 1003),
        (RawSession.frame(8, b"\x03\xed"), 1002),
        (b"\x81\xff\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00", 1009),
        (RawSession.frame(8, b"\x03\xe8done"), 1000),
        (RawSession.frame(8, b"\x0f\xa0"), 4000),
    ],
)
def test_a_client_that_breaks_the_protocol_is_told_so(talks, talking, bytes_sent, code):
    gateway = talks()
    account = gateway.new_account("5")
    with RawSession(gateway, account.key) as session:
        session.read_frame()
        session.send(bytes_sent)
        assert session.read_close()[1] == code
        assert session.connection.closed_by_peer(5)
    eventually(lambda: talking.closes)
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.metrics().sum("tollgate_realtime_sessions_open") == 0


@pytest.mark.parametrize("bytes_sent", [b"\xc1\x00", b"\x81\x80\x00\x00\x00\x00", b"\x81\x01\xff", b"\x80\x00", b"\x82\x02{}"])
def test_a_provider_that_breaks_the_protocol_ends_the_session_with_an_error(talks, talking, bytes_sent):
    def script(session):
        session.begin()
        session.receive()
        session.socket.socket.sendall(bytes_sent)
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        events, code, reason = client.rest()
    assert events[-1]["error"]["code"] == "upstream_invalid_response" and events[-1]["type"] == "error"
    assert (code, reason) == (1011, "upstream_invalid_response")
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize("running", [False, True])
def test_a_provider_that_closes_says_how(talks, talking, running):
    def script(session):
        session.begin()
        session.receive()
        if running:
            session.begin_response()
        session.socket.close(4001, "enough")

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        events, code, reason = client.rest()
    assert (code, reason) == (4001, "enough")
    errors = [event["error"]["code"] for event in events if event["type"] == "error"]
    assert errors == (["upstream_incomplete"] if running else [])
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == 0


ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of another key than the gateway's


def switch(**fields):
    lines = {"Upgrade": "websocket", "Connection": "Upgrade"} | fields
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return lambda exchange: exchange.send(f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n".encode())


@pytest.mark.parametrize(
    "script, status",
    [
        (lambda exchange: exchange.answer({"error": {"message": "bad key"}}, "401 Unauthorized"), 502),
        (lambda exchange: exchange.answer({"error": {"message": "slow down"}}, "429 Too Many Requests"), 429),
        (lambda exchange: exchange.answer({"error": {"message": "no such model"}}, "404 Not Found"), 404),
        (lambda exchange: exchange.answer({"id": "not a session"}), 502),
        (switch(), 502),
        (switch(Sec_WebSocket_Accept=ACCEPT), 502),
        (lambda exchange: exchange.reset(), 502),
    ],
)
def test_a_provider_that_does_not_become_a_websocket_is_an_error(start_gateway, scripted, script, status):
    scripted.script = script
    gateway = start_gateway(providers=[provider("talking", scripted.base_url)])
    account = gateway.new_account("5")
    with pytest.raises(InvalidStatus) as refused:
        ClientSession(gateway, account.key)
    answer = refused.value.response
    assert answer.status_code == status and json.loads(answer.body)["error"]["message"]
    assert "talking-upstream-key" not in answer.body.decode()
    [sent] = scripted.requests
    assert (sent.method, sent.target) == ("GET", "/v1/realtime?model=gpt-realtime")
    assert sent.body == b"" and sent.header("content-length") is None
    credits = gateway.credits(account)
    assert credits["held"] == credits["total_usage"] == 0


def test_large_messages_pass_both_ways(talks, talking):
    large = "x" * 3_000_000

    def script(session):
        session.begin()
        session.send({"type": "echo", "of": session.receive()["note"]})
        session.receive()

    talking.script = script
    gateway = talks()
    with ClientSession(gateway, gateway.new_account("500").key) as client:
        client.send({"type": "some.event", "note": large})
        assert client.until("echo")[-1]["of"] == large


def test_a_message_above_the_limit_ends_the_session(talks, talking):
    gateway = talks(realtime={"max_message_bytes": 10_000})
    with ClientSession(gateway, gateway.new_account("5").key) as client:
        client.until("session.created")
        client.send({"type": "some.event", "note": "x" * 10_000})
        assert client.rest()[1] == 1009


def test_a_slow_client_slows_the_provider(talks, talking):
    """What is kept for it is bounded: the provider gets rid of a little of what it has to say."""
    sent = []

    def script(session):
        session.begin()
        session.receive()
        for _ in range(1000):
            session.send({"type": "some.event", "note": "x" * 100_000})
            sent.append(time.monotonic())
        session.send({"type": "the.end"})

    talking.script = script
    gateway = talks()
    with RawSession(gateway, gateway.new_account("5").key) as session:
        session.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        session.send(session.frame(1, b'{"type": "begin"}'))
        eventually(lambda: sent and time.monotonic() - sent[-1] > 1.5, within_s=20)
        assert len(sent) < 300, "socket buffers and one message hold less than 30 MB"


@pytest.mark.parametrize("limit", ["max_session_ms", "idle_timeout_ms"])
def test_a_session_has_its_time(talks, limit):
    gateway = talks(realtime={limit: 1000})
    with ClientSession(gateway, gateway.new_account("5").key) as client:
        events, code, reason = client.rest()
    assert events[-1]["type"] == "error" and (code, reason) == (1001, "session_expired")


def test_a_client_that_answers_no_ping_is_gone(talks, talking):
    gateway = talks(realtime={"ping_interval_ms": 300, "pong_timeout_ms": 300})
    account = gateway.new_account("5")
    with RawSession(gateway, account.key) as session:
        session.read_frame()
        assert session.read_frame() == (9, b"")
        eventually(lambda: talking.closes)
        eventually(lambda: gateway.credits(account)["held"] == 0)
    with ClientSession(gateway, account.key) as client:  # which answers them by itself
        time.sleep(1.5)
        client.create()
        client.until("response.done")


def test_a_client_whose_reset_comes_with_its_last_words_is_gone_at_once(talks, talking):
    """No ping is needed to see it: the read that waits is told of the words alone."""
    left = threading.Event()

    def script(session):
        session.begin()
        left.wait(30)

    talking.script = script
    gateway = talks()
    account = gateway.new_account("50")
    for _ in range(30):
        with RawSession(gateway, account.key) as session:
            session.read_frame()
            session.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            session.send(session.frame(1, b'{"type": "input_audio_buffer.commit"}') * 3)
    eventually(lambda: gateway.metrics().sum("tollgate_realtime_sessions_open") == 0, within_s=4)
    left.set()
    assert gateway.credits(account)["held"] == 0


def test_a_gateway_that_stops_says_so(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        session.speak(response)
        while session.receive()["type"] != "response.cancel":
            pass
        session.end_response(response, usage(11, 3), status="cancelled")
        session.receive()

    talking.script = script
    gateway = talks(timeouts={"shutdown_timeout_ms": 1000})
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.output_audio.delta")
        gateway.process.send_signal(signal.SIGTERM)
        stopped = threading.Thread(target=gateway.stop)
        began = time.monotonic()
        stopped.start()
        events, code, _ = client.rest()
        assert events[-1]["error"]["code"] == "shutting_down" and code == 1001
        assert 0.8 < time.monotonic() - began < 4
        stopped.join()
    assert gateway.process.returncode == 0
    eventually(lambda: talking.closes)
