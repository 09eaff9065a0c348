"""kill -9 under load: a short form of crash/kill_loop.py (the long form is 1,000 rounds)."""

import json
import subprocess
import time
from decimal import Decimal

import pytest

from crash import kill_loop
from support.chat import chat, cost_of, open_stream, post_chat
from support.http_client import ConnectionEnded, RawConnection
from support.processes import GATEWAY, Gateway, records, run_gateway


@pytest.mark.timeout(180)
def test_nothing_completed_is_lost_or_doubled_by_five_kills():
    totals = kill_loop.run(5, quiet=True)
    assert totals["kills"] == 5 and totals["completed"] > 100 and totals["records"] >= totals["completed"]


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_doubled_by_a_kill_at_each_fail_point():
    binary = kill_loop.fail_point_binary()
    if not binary.exists():
        pytest.skip(f"{binary} is absent: build the dev preset (it has the fail points)")
    totals = kill_loop.run(0, binary=binary, fail_points=True, quiet=True)
    assert totals["kills"] == len(kill_loop.FAIL_POINTS)


@pytest.mark.parametrize(("point", "complete"), [("after_slot_settled", False), ("after_terminal_bytes", True)])
def test_a_large_answer_that_a_kill_ends_is_billed_once(start_gateway, scripted, point, complete):
    """Too large to be held whole: its tail waits for the settlement, as the end of every answer does."""
    binary = kill_loop.fail_point_binary()
    if not binary.exists():
        pytest.skip(f"{binary} is absent: build the dev preset (it has the fail points)")
    usage = {"prompt_tokens": 10, "completion_tokens": 20}
    text = "word " * 120_000
    scripted.script = lambda exchange: exchange.answer({"choices": [{"message": {"content": text}}], "usage": usage})
    gateway = start_gateway(
        binary=binary, limits={"max_buffered_response_bytes": 65536}, env={"TOLLGATE_FAIL_POINT": point}
    )
    account = gateway.new_account()
    body = chat(model="test/scripted")
    with RawConnection(gateway.data) as connection:
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        try:
            answer = connection.read_answer(method="POST")
        except ConnectionEnded as ended:
            answer = ended.partial
    assert gateway.process.wait(10) == -9
    cost = cost_of("test/scripted", 10, 20)
    assert answer.complete == complete
    if complete:
        assert answer.json()["usage"]["cost"] == cost
    gateway.start()
    assert gateway.credits(account)["total_usage"] == cost
    gateway.stop()
    (record,) = records(gateway.data_dir, binary)
    assert record["charged_nano"] == cost * 10**9 and record["completion_tokens"] == 20


@pytest.mark.parametrize("policy", ["charge", "free"])
def test_a_stream_that_a_kill_ends_is_charged_for_what_was_counted(start_gateway, scripted, tmp_path, policy):
    """Fat events, and a hold that has grown: neither the number of events nor the first hold says what it cost."""

    def script(exchange):
        exchange.start_stream()
        for _ in range(100):
            exchange.event({"id": "up-1", "choices": [{"index": 0, "delta": {"content": "word" * 100}}]})
        exchange.peer_left()

    scripted.script = script
    directory = tmp_path / "killed"
    gateway = start_gateway(directory=directory, credit={"default_output_tokens": 256, "orphan_policy": policy})
    account = gateway.new_account()
    with open_stream(gateway, account, model="test/scripted", max_tokens=20_000) as connection:
        connection.read_head()
        while connection.buffer.count(b"data:") < 100:
            connection._fill()
        gateway.kill()
    gateway.start()
    charged = gateway.credits(account)["total_usage"]
    gateway.stop()
    (record,) = records(gateway.data_dir)
    assert record["error"] == "gateway_restarted" and record["completion_tokens"] == 10_000
    cost = cost_of("test/scripted", record["prompt_tokens"], 10_000)
    assert Decimal(record["provider_cost_nano"]) / 10**9 == cost
    assert charged == (cost if policy == "charge" else 0)


@pytest.fixture
def used_for_weeks(tmp_path, providers):
    """A gateway whose store has a request of each hour of twenty days."""
    gateway = Gateway(tmp_path / "old", providers, workers=1)
    gateway.requests = 20 * 24
    step_ms = 3_600_000
    first_ms = int(time.time() * 1000) - gateway.requests * step_ms
    pace = [str(number) for number in (gateway.requests, 1, first_ms, step_ms)]
    made = subprocess.run(
        [GATEWAY.parent / "build_journal", gateway.data_dir, *pace], check=True, capture_output=True, text=True
    )
    gateway.root_key = made.stdout.strip()
    gateway.start()
    yield gateway
    gateway.stop()


def test_what_is_committed_after_retention_dropped_something_outlives_a_kill(used_for_weeks):
    """Retention drops nothing before two days have requests, so a gateway that is new never shows this."""
    gateway = used_for_weeks
    account = gateway.new_account()
    for kills in range(1, 3):
        assert post_chat(gateway, account).status == 200
        verified = run_gateway("ledger", "verify", "--data-dir", gateway.data_dir, "--json")
        assert verified.returncode == 0, verified.stderr  # of the running gateway, by a checkpoint
        assert json.loads(verified.stdout)["requests"] == gateway.requests + 2 * kills - 1
        assert post_chat(gateway, account).status == 200
        used = gateway.credits(account)["total_usage"]
        late = gateway.new_account()
        gateway.kill()
        gateway.start()
        assert gateway.credits(account)["total_usage"] == used > 0
        assert gateway.credits(late)["total_usage"] == 0
