"""Sessions of OpenAI's Realtime API through the gateway: what passes, and that each response is paid for once."""

import base64
import contextlib
import socket
import threading
import time
from decimal import Decimal

import pytest
from openai import OpenAI
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.processes import exported
from support.realtime import ClientSession, cost_of, usage
from support.waiting import eventually

UPGRADE = {
    "connection": "keep-alive, Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def records_of(gateway, account):
    """Of all requests of the organization, once the gateway has stopped."""
    gateway.stop()
    return [row for row in exported("requests", gateway.data_dir) if row["organization"] == account.organization]


def settled(gateway, account):
    """The organization's credits when nothing is held any more."""
    eventually(lambda: gateway.credits(account)["held"] == 0)
    return gateway.credits(account)


def tokens_of(records):
    return sorted((int(row["prompt_tokens"]), int(row["completion_tokens"])) for row in records)


def spent_by(records):
    return sum((Decimal(str(row["charged_usd"])) for row in records), Decimal(0))


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_each_response_is_a_record_and_the_balance_their_sum(talks, durability):
    gateway = talks(ledger={"durability": durability})
    account = gateway.new_account("5")
    spent = Decimal(0)
    with ClientSession(gateway, account.key) as client:
        assert client.receive()["type"] == "session.created"
        for number in (1, 2, 3):
            client.create(event_id=f"mine-{number}")
            events = client.until("response.done")
            assert [event["type"] for event in events] == [
                "response.created",
                "response.output_audio_transcript.delta",
                "response.output_audio.delta",
                "response.done",
            ]
            assert events[-1]["response"]["usage"] == usage(100 + number, 20 + number, 64)
            spent += cost_of(100 + number, 20 + number, 64)
            assert gateway.credits(account)["total_usage"] == spent, "it is settled when the client sees that it is done"
    credits = settled(gateway, account)
    assert credits["total_usage"] == spent and credits["balance"] == Decimal(5) - spent
    records = records_of(gateway, account)
    assert tokens_of(records) == [(101, 21), (102, 22), (103, 23)]
    assert spent_by(records) == spent
    assert {row["api"] for row in records} == {"realtime"} and {row["usage_source"] for row in records} == {"provider"}


def test_the_handshake_goes_to_an_endpoint_that_is_there_with_the_operators_key(talks, talking):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key, headers={"OpenAI-Beta": "realtime=v1"}) as client:
        client.until("session.created")
        assert client.socket.response.headers["x-tollgate-provider"] == "talking"
        assert client.socket.response.headers["x-tollgate-model"] == "test/talks"
        assert client.socket.response.headers["x-request-id"].startswith("req_")
    [sent] = talking.handshakes
    assert sent.path == "/v1/realtime?model=gpt-realtime"
    assert sent.headers.get_all("Authorization") == ["Bearer talking-upstream-key"]
    assert sent.headers["OpenAI-Beta"] == "realtime=v1"
    assert account.key not in repr(sent.headers)


def test_a_page_sends_its_key_as_a_subprotocol_and_never_sees_it_again(talks, talking):
    gateway = talks()
    account = gateway.new_account("5")
    offered = ["realtime", f"openai-insecure-api-key.{account.key}", "openai-beta.realtime-v1"]
    with ClientSession(gateway, None, subprotocols=offered) as client:
        client.create()
        client.until("response.done")
        assert client.socket.subprotocol == "realtime"
        assert account.key not in repr(client.socket.response.headers)
    [sent] = talking.handshakes
    assert sent.headers["OpenAI-Beta"] == "realtime=v1"
    assert "Sec-WebSocket-Protocol" not in sent.headers and account.key not in repr(sent.headers)
    gateway.stop()
    assert account.key not in gateway.access_log.read_text() + gateway.log_file.read_text()


def without(name):
    return {key: value for key, value in UPGRADE.items() if key != name}


@pytest.mark.parametrize(
    "path, headers, status",
    [
        ("?model=test/talks", {}, 426),
        ("?model=test/talks", without("connection"), 426),
        ("?model=test/talks", UPGRADE | {"upgrade": "h2c"}, 426),
        ("?model=test/talks", UPGRADE | {"sec-websocket-version": "8"}, 426),
        ("?model=test/talks", without("sec-websocket-key"), 400),
        ("?model=test/talks", UPGRADE | {"sec-websocket-key": "c2hvcnQ="}, 400),
        ("", UPGRADE, 400),
        ("?model=", UPGRADE, 400),
        ("?model=%ff", UPGRADE, 400),
        ("?model=test/nothing", UPGRADE, 404),
    ],
)
def test_a_handshake_that_is_none_is_an_error_and_costs_nothing(talks, talking, path, headers, status):
    gateway = talks()
    account = gateway.new_account("5")
    answer = gateway.request("GET", f"/v1/realtime{path}", key=account.key, headers=headers)
    assert answer.status == status and answer.error["message"]
    if status == 426:
        assert answer.header("upgrade") == "websocket"
    assert talking.handshakes == [] and gateway.credits(account)["total_usage"] == 0


def test_only_who_may_call_models_and_can_pay_begins_a_session(talks, talking):
    gateway = talks()
    poor = gateway.new_account("0.1")
    for key, status in ((None, 401), ("tg-wrong", 401), (gateway.root_key, 403), (poor.key, 402)):
        with pytest.raises(InvalidStatus) as refused:
            ClientSession(gateway, key)
        assert refused.value.response.status_code == status
    answer = gateway.request(
        "POST", "/v1/chat/completions", key=poor.key, json={"model": "test/talks", "messages": [{"role": "user", "content": "a"}]}
    )
    assert answer.status == 400, "what serves sessions serves nothing else"
    assert talking.handshakes == [] and gateway.credits(poor)["held"] == 0


def test_the_provider_begins_responses_by_itself_and_each_is_held_for(talks, talking):
    """Voice activity detection: no client asks for them."""
    held = []

    def script(session):
        session.begin(turn_detection={"type": "server_vad"})
        for number in (1, 2):
            assert session.receive()["type"] == "input_audio_buffer.append"
            held.append(gateway.credits(account)["held"])
            session.respond(usage(10 * number, number))
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        for _ in range(2):
            client.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(48000)).decode()})
            client.until("response.done")
        # 4,096 tokens of an answer and some of a prompt.
        assert gateway.credits(account)["held"] > cost_of(0, 4096) and min(held) > cost_of(0, 4096)
    settled(gateway, account)
    assert tokens_of(records_of(gateway, account)) == [(10, 1), (20, 2)]


def test_a_session_without_a_response_costs_nothing(talks, talking):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        assert gateway.credits(account)["held"] > 0
    assert settled(gateway, account)["total_usage"] == 0
    eventually(lambda: talking.closes)
    assert talking.closes == [(1000, "")]
    [record] = records_of(gateway, account)
    assert tokens_of([record]) == [(0, 0)] and record["http_status"] == 101


def test_a_session_ends_with_an_error_when_its_credit_does(talks, talking):
    """Each response costs 0.2048; what is left after the third does not hold a fourth of its conversation."""
    talking.script = lambda session: session.serve_responses(lambda _: usage(4000, 1200))
    each = cost_of(4000, 1200)
    gateway = talks()
    account = gateway.new_account("1")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        events = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                client.create()
                events += client.until("response.done")
        rest, code, reason = client.rest()
    events += rest
    done = [event["type"] for event in events].count("response.done")
    assert done == 3 and events[-1]["type"] == "error", "what was settled was told before"
    events = events[-1:]
    assert [event["type"] for event in events] == ["error"]
    assert events[0]["error"]["code"] == "insufficient_credits" and events[0]["event_id"]
    assert (code, reason) == (1008, "insufficient_credits")
    credits = settled(gateway, account)
    assert credits["total_usage"] == done * each and credits["balance"] == 1 - done * each
    eventually(lambda: talking.closes)
    assert gateway.metrics().sum("tollgate_realtime_sessions_out_of_credit_total") == 1
    assert tokens_of(records_of(gateway, account)) == [(4000, 1200)] * done


def test_credit_that_ends_in_the_middle_of_a_response_ends_the_session(talks, talking):
    """The provider goes on far beyond the longest answer; the hold cannot grow with it."""

    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        for _ in range(60):
            session.speak(response, sound=bytes(480_000))  # ten seconds: 200 tokens
        session.receive()

    talking.script = script
    gateway = talks(realtime={"cancel_wait_ms": 100})
    account = gateway.new_account("0.3")
    with ClientSession(gateway, account.key) as client:
        client.create()
        events, code, _ = client.rest()
    assert events[-1]["error"]["code"] == "insufficient_credits" and code == 1008
    heard = sum(event["type"] == "response.output_audio.delta" for event in events)
    assert 15 <= heard < 25, "what the hold covers: some 4,700 tokens"
    credits = settled(gateway, account)
    assert Decimal("0.2") < credits["total_usage"] <= Decimal("0.3") and credits["balance"] >= 0
    [record] = records_of(gateway, account)
    assert record["error"] == "insufficient_credits" and record["usage_source"] == "counted"


def test_after_a_crash_each_response_is_there_once_and_a_hold_for_the_next_owes_nothing(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        session.respond(usage(100, 20))
        if session.receive()["type"] == "response.create":
            session.speak(session.begin_response(), sound=bytes(48_000))
            session.receive()

    talking.script = script
    gateway = talks()
    account, other = gateway.new_account("5"), gateway.new_account("5")
    with ClientSession(gateway, account.key) as client, ClientSession(gateway, other.key) as idle:
        for one in (client, idle):
            one.create()
            one.until("response.done")
        client.create()
        client.until("response.output_audio.delta")
        gateway.kill()
    gateway.start()
    assert gateway.credits(other)["total_usage"] == cost_of(100, 20) and gateway.credits(other)["held"] == 0
    spent = gateway.credits(account)["total_usage"]
    assert spent > cost_of(100, 20) + cost_of(0, 20)
    records = records_of(gateway, account)
    assert spent_by(records) == spent
    assert sorted((row["completion_tokens"], row["error"] or "") for row in records)[0] == (20, "")
    assert len(records) == 2 and [row["organization"] for row in exported("requests", gateway.data_dir)].count(
        other.organization
    ) == 1


def test_who_leaves_in_the_middle_pays_what_the_provider_says_of_the_cancelled_response(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        session.speak(response)
        assert session.receive() == {"type": "response.cancel", "response_id": response}
        session.end_response(response, usage(50, 7), status="cancelled")
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.output_audio.delta")
        client.socket.socket.shutdown(socket.SHUT_RDWR)
    assert settled(gateway, account)["total_usage"] == cost_of(50, 7)
    [record] = records_of(gateway, account)
    assert tokens_of([record]) == [(50, 7)] and record["usage_source"] == "provider"


def test_who_leaves_in_the_middle_pays_what_was_heard_where_the_provider_says_nothing(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        session.speak(session.begin_response(), text="a" * 40, sound=bytes(48000))
        time.sleep(60)

    talking.script = script
    gateway = talks(realtime={"cancel_wait_ms": 200})
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.output_audio.delta")
    assert settled(gateway, account)["total_usage"] > cost_of(0, 30)
    [record] = records_of(gateway, account)
    # 40 bytes of text and a second of sound: ten tokens and twenty.
    assert record["completion_tokens"] == 30 and record["usage_source"] == "counted" and record["cancelled"] is True


def test_a_provider_that_breaks_off_is_told_of_and_not_paid_for(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        session.speak(session.begin_response())
        session.socket.socket.shutdown(socket.SHUT_RDWR)

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        events, code, reason = client.rest()
    assert events[-1]["type"] == "error" and events[-1]["error"]["code"] == "upstream_reset"
    assert (code, reason) == (1011, "upstream_reset")
    assert settled(gateway, account)["total_usage"] == 0
    [record] = records_of(gateway, account)
    assert record["error"] == "upstream_reset"


def test_what_is_done_twice_is_paid_for_once(talks, talking):
    def script(session):
        session.begin()
        session.receive()
        response = session.respond(usage(10, 2))
        session.end_response(response, usage(10, 2))
        session.end_response("never-begun", usage(30, 3))
        session.end_response("never-begun", usage(30, 3))
        session.send({"type": "the.end"})
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        assert [event["type"] for event in client.until("the.end")].count("response.done") == 4
    settled(gateway, account)
    assert tokens_of(records_of(gateway, account)) == [(10, 2), (30, 3)]


def test_transcriptions_are_paid_for_by_their_usage(talks, talking):
    used = [
        {"type": "tokens", "total_tokens": 40, "input_tokens": 30, "output_tokens": 10},
        {"type": "duration", "seconds": 2.5},
    ]

    def script(session):
        session.begin()
        for number, usage_of_it in enumerate(used):
            event = "conversation.item.input_audio_transcription.completed"
            session.send({"type": event, "item_id": f"item_{number}", "transcript": "hello", "usage": usage_of_it})
        session.receive()

    talking.script = script
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        for _ in used:
            client.until("conversation.item.input_audio_transcription.completed")
    assert settled(gateway, account)["total_usage"] == cost_of(30, 10) + cost_of(25, 0)
    assert tokens_of(records_of(gateway, account)) == [(25, 0), (30, 10)]


def test_two_tenants_pay_for_their_own(talks):
    gateway = talks(workers=2)
    accounts = [gateway.new_account("5"), gateway.new_account("5")]
    rounds = (6, 9)

    def talk(account, count):
        with ClientSession(gateway, account.key) as client:
            for _ in range(count):
                client.create()
                client.until("response.done")

    threads = [threading.Thread(target=talk, args=pair) for pair in zip(accounts, rounds) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for account, count in zip(accounts, rounds):
        once = sum((cost_of(100 + number, 20 + number, 64) for number in range(1, count + 1)), Decimal(0))
        assert settled(gateway, account)["total_usage"] == 2 * once
    gateway.stop()
    rows = exported("requests", gateway.data_dir)
    assert [sum(row["organization"] == one.organization for row in rows) for one in accounts] == [12, 18]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.update", "session": {"model": "gpt-dearer"}},
        {"type": "response.create", "response": {"model": "test/talks-less"}},
        {"type": "response.create", "model": "gpt-dearer"},
    ],
)
def test_d80_a_session_stays_with_its_model(talks, talking, event):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        client.send(event)
        events, code, _ = client.rest()
    assert [one["type"] for one in events] == ["error"] and events[0]["error"]["code"] == "model_not_allowed"
    assert code == 1008 and settled(gateway, account)["total_usage"] == 0
    assert talking.sessions[0].seen == []


def test_d80_the_sessions_own_model_goes_by_the_providers_name(talks, talking):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        for name in ("test/talks", "gpt-realtime"):
            client.send({"type": "session.update", "session": {"model": name, "voice": "ash"}})
        client.create()
        client.until("response.done")
    updates = talking.sessions[0].seen[:2]
    assert updates == [{"type": "session.update", "session": {"model": "gpt-realtime", "voice": "ash"}}] * 2


def test_a_key_that_is_deleted_begins_no_further_response(talks):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.done")
        path = f"/api/organizations/{account.organization}/keys/{account.hash}"
        assert gateway.request("DELETE", path, key=gateway.root_key).status in (200, 204)
        client.create()
        events, code, _ = client.rest()
    assert events[-1]["error"]["code"] == "invalid_api_key" and code == 1008


def test_a_model_that_is_not_allowed_any_more_begins_no_further_response(talks):
    gateway = talks()
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create()
        client.until("response.done")
        policy = {"model": None, "allowed_models": ["test/talks-less"]}
        gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", policy)
        client.create()  # which is held for already
        client.until("response.done")
        events, code, _ = client.rest()
    assert events[-1]["error"]["code"] == "model_not_allowed" and code == 1008
    assert settled(gateway, account)["total_usage"] == cost_of(101, 21, 64) + cost_of(102, 22, 64)


def test_a_rate_refuses_a_response_and_the_session_goes_on(talks, talking):
    gateway = talks()
    account = gateway.new_account("5")
    gateway.manage("PUT", f"/api/organizations/{account.organization}/limits", {"requests_per_minute": 2})
    with ClientSession(gateway, account.key) as client:
        for _ in range(2):
            client.create()
            client.until("response.done")
        client.create(event_id="too-soon")
        refused = client.receive()
        assert refused["type"] == "error" and refused["error"]["code"] == "rate_limit_exceeded"
        assert refused["error"]["event_id"] == "too-soon"
        client.send({"type": "input_audio_buffer.clear"})
        eventually(lambda: talking.sessions[0].seen[-1]["type"] == "input_audio_buffer.clear")
    assert [event["type"] for event in talking.sessions[0].seen].count("response.create") == 2


def test_neither_words_nor_keys_are_written_down(talks):
    gateway = talks(log={"level": "debug"})
    account = gateway.new_account("5")
    with ClientSession(gateway, account.key) as client:
        client.create(response={"instructions": "the-secret-words"})
        client.until("response.done")
    settled(gateway, account)
    line = eventually(lambda: gateway.access_lines("/realtime") or gateway.access_lines('"realtime"'))[-1]
    assert (line["status"], line["prompt_tokens"], line["completion_tokens"]) == (101, 101, 21)
    assert line["cost"] == cost_of(101, 21, 64)
    metrics = gateway.metrics_text()
    gateway.stop()
    written = gateway.access_log.read_text() + gateway.log_file.read_text() + metrics
    for secret in ("the-secret-words", "hello", account.key, "talking-upstream-key"):
        assert secret not in written


def test_openais_own_client_talks_through_the_gateway(talks):
    gateway = talks()
    account = gateway.new_account("5")
    client = OpenAI(api_key=account.key, base_url=f"{gateway.base_url}/v1")
    with client.realtime.connect(model="test/talks") as connection:
        assert connection.recv().type == "session.created"
        connection.session.update(session={"type": "realtime", "output_modalities": ["audio"]})
        connection.input_audio_buffer.append(audio=base64.b64encode(bytes(4800)).decode())
        connection.response.create()
        for event in connection:
            if event.type == "response.done":
                break
    assert (event.response.usage.input_tokens, event.response.usage.output_tokens) == (101, 21)
    assert settled(gateway, account)["total_usage"] == cost_of(101, 21, 64)
