"""Sessions whose sides do what nobody expects: refusals, foreign names, odd ids, ends at odd times. Each response is paid
for all the same."""

import json
import socket
import struct
import threading
import time

import pytest

from support.realtime import ClientSession, RawSession, cost_of, usage
from support.waiting import eventually


def test_responses_that_the_provider_refuses_are_held_for_no_longer(talks, talking):
    def script(session):
        session.begin()
        while session.receive()["type"] == "response.create":
            error = {"type": "invalid_request_error", "code": "conversation_already_has_active_response"}
            session.send({"type": "error", "error": error | {"message": "no", "event_id": None}})

    talking.script = script
    gateway = talks()
    account = gateway.new_account("50")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        held = gateway.credits(account)["held"]
        for _ in range(20):
            client.create()
            assert client.receive()["error"]["code"] == "conversation_already_has_active_response"
            assert gateway.credits(account)["held"] < 2 * held, "for the one that may come next"
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == 0


OWN, FOREIGN = {"model": "gpt-realtime-mini"}, {"model": "gpt-realtime"}


@pytest.mark.parametrize(
    "event",
    [
        {"session": FOREIGN} | OWN,
        {"session": OWN} | FOREIGN,
        {"session": FOREIGN, "response": OWN} | OWN,
        {"session": OWN, "response": FOREIGN} | OWN,
    ],
)
def test_a_foreign_model_passes_beside_no_other_one(talks, talking, event):
    gateway = talks()
    with ClientSession(gateway, gateway.new_account("5").key, model="test/talks-less") as client:
        client.until("session.created")
        client.send({"type": "session.update"} | event)
        events, code, _ = client.rest()
    assert events[0]["error"]["code"] == "model_not_allowed" and code == 1008
    assert talking.sessions[0].seen == []


def test_the_own_model_is_renamed_wherever_it_stands(talks, talking):
    gateway = talks()
    own = {"model": "test/talks-less"}
    with ClientSession(gateway, gateway.new_account("5").key, model="test/talks-less") as client:
        client.send(own | {"type": "session.update", "session": own | {"voice": "é"}, "response": OWN, "note": 1})
        client.send({"type": "session.update", "session": {"voice": "ash"}})
        eventually(lambda: talking.sessions and len(talking.sessions[0].seen) == 2)
    whole = OWN | {"type": "session.update", "session": OWN | {"voice": "é"}, "response": OWN, "note": 1}
    assert talking.sessions[0].seen == [whole, {"type": "session.update", "session": {"voice": "ash"}}]


def test_a_provider_that_speaks_in_binary_is_not_listened_to(talks, talking):
    """Nobody reads such messages, so nobody would pay for what they say. What runs is cancelled, and paid for."""

    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        session.socket.send(json.dumps({"type": "response.created", "response": {"id": "other"}}).encode())
        assert session.receive()["type"] == "response.cancel"
        session.end_response(response, usage(50, 7), status="cancelled")
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        events, code, reason = client.rest()
    assert [event["type"] for event in events] == ["session.created", "response.created", "error"]
    assert (code, reason) == (1011, "upstream_invalid_response")
    eventually(lambda: talking.closes)
    assert talking.closes[0][0] == 1003
    assert gateway.credits(account)["total_usage"] == cost_of(50, 7)


def test_what_begins_while_the_session_is_cancelled_is_cancelled_and_paid_for(talks, talking):
    seen = []

    def script(session):
        def until_cancelled(response):
            while (event := session.receive())["type"] != "response.cancel":
                pass
            seen.append(event["response_id"] == response)

        session.begin()
        session.receive()
        session.receive()
        first = session.begin_response()
        session.speak(first)
        until_cancelled(first)
        second = session.begin_response()
        until_cancelled(second)
        session.end_response("never-begun", usage(30, 3))
        session.end_response(second, usage(5000, 900), status="cancelled")
        session.end_response(first, usage(1000, 500), status="cancelled")
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        for _ in range(2):
            client.create(response={"conversation": "none"})
        client.until("response.output_audio.delta")
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert seen == [True, True]
    assert gateway.credits(account)["total_usage"] == cost_of(30, 3) + cost_of(5000, 900) + cost_of(1000, 500)


@pytest.mark.parametrize("response", [{}, {"id": "r" * 97}, {"id": "over"}])
def test_a_response_without_an_id_of_its_own_ends_the_session(talks, talking, response):
    def script(session):
        session.begin()
        session.receive()
        session.send({"type": "response.created", "response": {"id": "over", "status": "in_progress"}})
        session.end_response("over", usage(10, 2))
        session.receive()
        session.send({"type": "response.created", "response": response | {"status": "in_progress"}})
        session.send({"type": "response.done", "response": response | {"usage": usage(1000, 500)}})
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.done")
        client.create()
        events, code, reason = client.rest()
    assert [event["type"] for event in events] == ["error"]
    assert (code, reason) == (1011, "upstream_invalid_response")
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == cost_of(10, 2)


def test_what_a_client_thinks_before_it_asks_is_no_time_to_the_first_token(talks):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        time.sleep(1)
        client.create()
        client.until("response.done")
    eventually(lambda: gateway.metrics().sum("tollgate_realtime_sessions_open") == 0)
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.metrics().sum("tollgate_time_to_first_token_seconds_sum") < 1


def test_what_a_provider_said_before_it_left_is_read_to_its_end(talks, talking):
    """The client is slow, so the usage still waits in a socket when the reset comes."""
    left = threading.Event()

    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        session.send({"type": "some.event", "note": "x" * 12_000_000})  # more than sockets hold
        session.end_response(response, usage(50, 7))
        time.sleep(0.5)
        session.socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        session.socket.socket.shutdown(socket.SHUT_RD)  # for the thread that receives: the close waits for it
        session.socket.socket.close()
        left.set()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("500")
    with RawSession(gateway, account.key, model="test/talks") as session:
        session.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        session.send(session.frame(1, b'{"type":"response.create"}'))
        left.wait(20)
        time.sleep(1.5)
        frames, _, reason = session.read_close()
    assert [json.loads(payload)["type"] for opcode, payload in frames if opcode == 1][-2:] == ["response.done", "error"]
    assert reason == "upstream_reset"
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == cost_of(50, 7)


def test_more_responses_than_a_session_may_have_are_no_fault_of_the_provider(talks, talking):
    """A client brings it about: each refusal that names no event makes room for one more to be asked for."""

    def script(session):
        session.begin()
        for _ in range(17):
            session.receive()
            session.send({"type": "error", "error": {"message": "no such event", "event_id": None}})
        responses = [session.begin_response() for _ in range(17)][:16]
        for response in responses:
            assert session.receive() == {"type": "response.cancel", "response_id": response}
        for response in responses:
            session.end_response(response, usage(10, 2), status="cancelled")
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("50")
    with ClientSession(gateway, account.key) as client:
        for _ in range(17):
            client.create(response={"conversation": "none"})
            client.until("error")
        events, code, reason = client.rest()
    assert events[-1]["type"] == "error" and (code, reason) == (1008, "invalid_request")
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == 16 * cost_of(10, 2)
