"""What a complete answer's record survives, what a disk that fails or lags does, and that it goes on without a restart."""

import subprocess
import threading
import time

import pytest

from support import processes
from support.chat import chat, open_stream, post_chat, stream_chat
from support.http_client import ConnectionEnded
from support.processes import records
from support.sse import chunk_json
from support.waiting import eventually

DISK = {"durability": "disk"}


def has_fail_points():
    return b"TOLLGATE_FAIL_POINT" in processes.GATEWAY.read_bytes()


def request_ids(data_dir):
    return [record["id"].removeprefix("gen-") for record in records(data_dir)]


def id_of(answer):
    return answer.header("x-request-id").removeprefix("req_")


def ready(gateway):
    with processes.RawConnection(gateway.operations) as connection:
        connection.send(processes.request_bytes("GET", "/health/ready"))
        answer = connection.read_answer()
        return answer.status, answer.text


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, 192 MiB, which holds the data of a gateway in tmp_path / "gateway"; skipped where
    mounting is not allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small file system here: {mounted.stderr.strip()}")
    (place / "data").mkdir(mode=0o700)
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway" / "data").symlink_to(place / "data")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(place, leave=0):
    """Takes every byte that is left, but for so many."""
    if leave:
        with open(place / "kept free", "wb") as kept:
            kept.write(bytes(leave))
    with open(place / "ballast", "ab", buffering=0) as ballast:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                pass
    (place / "kept free").unlink(missing_ok=True)


def start_on_a_full_disk(start_gateway, small_disk, directory, **options):
    """(gateway, account, ids of what was completed so far). It is started twice: the first time its database allocates
    room for its log, which would have to be used up."""
    gateway = start_gateway(directory=directory, limits={"max_inflight_requests": 512}, **options)
    account = gateway.new_account("100")
    done = [id_of(post_chat(gateway, account)) for _ in range(3)]
    assert gateway.stop() == 0
    fill(small_disk, leave=3 << 20)
    gateway.start()
    fill(small_disk)
    return gateway, account, done


@pytest.mark.parametrize("kind", ["json", "stream"])
def test_at_disk_a_complete_answer_is_in_the_journal_before_its_end_is_sent(start_gateway, kind):
    gateway = start_gateway(ledger=DISK)
    account = gateway.new_account()
    done = []
    for _ in range(20):
        answer = post_chat(gateway, account) if kind == "json" else stream_chat(gateway, account)[0]
        assert answer.status == 200
        done.append(id_of(answer))
    gateway.kill()
    (gateway.data_dir / "slots").unlink()  # what is only there does not count: power loss may tear it
    assert sorted(request_ids(gateway.data_dir)) == sorted(done)


def test_at_disk_refusals_of_the_upstream_and_large_answers_are_answered_and_recorded(start_gateway, scripted):
    gateway = start_gateway(ledger=DISK, limits={"max_buffered_response_bytes": 65536})
    account = gateway.new_account()
    large = b'{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"%s"}' % (
        b"a" * 300_000
    ) + b',"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":5}}'
    scripted.script = lambda exchange: exchange.answer(large)
    assert len(post_chat(gateway, account, model="test/scripted").json()["choices"][0]["message"]["content"]) == 300_000
    scripted.script = lambda exchange: exchange.answer(b'{"error":{"message":"no"}}', "418 No")
    assert post_chat(gateway, account, model="test/scripted").status == 418
    assert gateway.stop() == 0
    assert len(request_ids(gateway.data_dir)) == 2


def test_disk_full_sheds_new_requests_loses_no_record_and_recovers_without_a_restart(
    start_gateway, small_disk, tmp_path
):
    gateway, account, done = start_on_a_full_disk(start_gateway, small_disk, tmp_path / "gateway")
    until = time.monotonic() + 30
    while (answer := post_chat(gateway, account)).status == 200:
        done.append(id_of(answer))
        assert time.monotonic() < until, "the disk is full, and nothing was refused"
    assert answer.status == 503 and answer.json()["error"]["code"] == "store_unavailable"
    assert int(answer.header("retry-after")) <= 8
    status, text = ready(gateway)
    assert status == 503 and text.startswith("ledger read-only: ")
    assert gateway.metrics().sum("tollgate_ledger_read_only") == 1
    shown = gateway.manage("GET", "/api/instance")
    assert (shown["ready"], shown["ledger"]["read_only"]) == (False, True)
    [why] = [one["message"] for one in shown["reasons"] if one["code"] == "ledger_read_only"]
    assert why == shown["ledger"]["problem"] and why in text
    time.sleep(2.5)  # some attempts to write again must fail first
    assert post_chat(gateway, account).status == 503 and gateway.alive()
    (small_disk / "ballast").unlink()
    eventually(lambda: ready(gateway)[0] == 200, within_s=15)
    answer = post_chat(gateway, account)
    assert answer.status == 200
    done.append(id_of(answer))
    assert gateway.metrics().sum("tollgate_journal_resumes_total") >= 1
    assert "the ledger is written again" in gateway.log_file.read_text()
    assert gateway.stop() == 0
    assert sorted(request_ids(gateway.data_dir)) == sorted(done)


def test_at_disk_a_stream_that_the_full_disk_does_not_take_is_cut_off_before_its_end_and_booked_later(
    start_gateway, small_disk, tmp_path, scripted
):
    full = threading.Event()

    def script(exchange):
        exchange.start_stream()
        exchange.event(chunk_json("first"))
        full.wait(60)
        exchange.event(chunk_json("", choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        exchange.event(chunk_json("", choices=[], usage={"prompt_tokens": 7, "completion_tokens": 3}))
        exchange.chunk(b"data: [DONE]\n\n")
        exchange.end_stream()

    scripted.script = script
    gateway, account, done = start_on_a_full_disk(
        start_gateway, small_disk, tmp_path / "gateway", ledger=DISK, timeouts={"disk_wait_timeout_ms": 300}
    )
    cut, status = 1, 200  # the stream's
    with open_stream(gateway, account, model="test/scripted") as connection:
        eventually(lambda: gateway.metrics().sum("tollgate_streams_open") == 1)
        until = time.monotonic() + 30
        while status == 200:
            assert time.monotonic() < until, "the disk is full, and nothing was refused"
            try:
                answer = post_chat(gateway, account)
            except ConnectionEnded:
                cut += 1
                continue
            status = answer.status
            if status == 200:
                done.append(id_of(answer))
        assert status == 503
        full.set()
        with pytest.raises(ConnectionEnded) as ended:
            connection.read_answer()
        assert b"[DONE]" not in repr(ended.value.partial).encode()
    (small_disk / "ballast").unlink()
    eventually(lambda: ready(gateway)[0] == 200, within_s=15)
    assert gateway.stop() == 0
    found = request_ids(gateway.data_dir)
    assert set(done) <= set(found) and len(found) == len(set(found)) == len(done) + cut


def test_a_store_that_takes_two_seconds_for_a_commit_sheds_requests_and_never_a_record(start_gateway):
    if not has_fail_points():
        pytest.skip("the gateway is built without fail points: use the dev preset")
    gateway = start_gateway(limits={"max_inflight_requests": 8}, env={"TOLLGATE_FAIL_POINT": "before_journal_commit=2000"})
    account = gateway.new_account("100")
    done, shed, failures = [], [], []

    def client():
        until = time.monotonic() + 6
        while time.monotonic() < until:
            answer = post_chat(gateway, account)
            if answer.status == 200:
                done.append(id_of(answer))
            elif answer.status == 503 and int(answer.header("retry-after")) <= 8:
                shed.append(answer.json()["error"]["code"])
                time.sleep(0.05)
            else:
                failures.append(answer.status)

    clients = [threading.Thread(target=client) for _ in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert failures == [] and done and set(shed) == {"overloaded"}
    assert gateway.stop() == 0
    assert sorted(request_ids(gateway.data_dir)) == sorted(done)


def test_at_disk_clients_that_leave_while_they_wait_are_recorded_and_shutdown_ends_waits(start_gateway):
    if not has_fail_points():
        pytest.skip("the gateway is built without fail points: use the dev preset")
    gateway = start_gateway(
        ledger=DISK, timeouts={"shutdown_timeout_ms": 100}, env={"TOLLGATE_FAIL_POINT": "before_journal_commit=1500"}
    )
    account = gateway.new_account("100")
    waiting = [gateway.connect() for _ in range(4)]
    for connection in waiting:
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=chat()))
    eventually(lambda: gateway.metrics().sum("tollgate_journal_queue") == 4)
    waiting.pop().close()
    assert gateway.stop() == 0
    for connection in waiting:
        connection.close()
    assert len(request_ids(gateway.data_dir)) == 4
