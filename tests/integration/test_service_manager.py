"""Under systemd: it is told of the start, the life and the end, and its sockets outlive the process."""

import os
import socket
import subprocess
import time

import pytest

from support.chat import chat
from support.processes import GATEWAY, Gateway, address_of, first_line, run_gateway

PATH = "/v1/chat/completions"


@pytest.fixture
def told(tmp_path):
    """The manager's socket; `told()` is the next message."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        told = lambda: dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())  # noqa: E731
        told.path = str(tmp_path / "notify")
        yield told


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0), backlog=64) as made:
        yield made


@pytest.fixture
def prepared(tmp_path, providers):
    made = Gateway(tmp_path / "gateway", providers, workers=1)
    made.init()
    yield made
    made.stop()


def start_with(gateway, listening, names="listen"):
    """Starts it as systemd does: the socket is descriptor 3, and the variables name the process."""
    descriptor = listening.fileno()
    script = f'exec 3<&{descriptor}; LISTEN_PID=$$ exec "$@"'
    with open(gateway.log_file, "ab") as log:
        gateway.process = subprocess.Popen(
            ["bash", "-c", script, "bash", GATEWAY, "serve", "--config", gateway.config_file],
            pass_fds=[descriptor],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": names},
        )
    gateway.data = address_of(first_line(gateway.process)[0].partition("operations")[0])


def test_the_manager_is_told_of_the_start_the_loops_and_the_end(start_gateway, told):
    gateway = start_gateway(
        timeouts={"shutdown_timeout_ms": 90_000}, env={"NOTIFY_SOCKET": told.path, "WATCHDOG_USEC": "600000"}
    )
    assert told() == {"READY": "1"}
    began = time.monotonic()
    assert [told() for _ in range(5)] == [{"WATCHDOG": "1"}] * 5
    assert time.monotonic() - began >= 3 * 0.2  # a third of its time; the first may have been told before it was asked for
    gateway.process.terminate()
    last = told()
    while last == {"WATCHDOG": "1"}:
        last = told()
    assert last == {"STOPPING": "1", "EXTEND_TIMEOUT_USEC": str(102_000_000)}
    assert gateway.process.wait(20) == 0


def test_without_a_watchdog_it_is_told_of_start_and_end_alone(start_gateway, told):
    gateway = start_gateway(env={"NOTIFY_SOCKET": told.path})
    assert told() == {"READY": "1"}
    gateway.process.terminate()
    assert told()["STOPPING"] == "1"


def test_a_socket_that_is_handed_over_goes_before_the_configured_address(prepared, listening):
    start_with(prepared, listening)
    assert prepared.data == listening.getsockname()
    assert prepared.request("GET", "/api/version").status == 200


def test_who_connects_while_no_process_runs_is_served_by_the_next(prepared, listening):
    start_with(prepared, listening)
    account = prepared.new_account("1")
    assert prepared.stop() == 0
    with prepared.connect() as waiting:
        waiting.send(prepared.bytes_of("POST", PATH, key=account.key, json=chat()))
        start_with(prepared, listening)
        assert waiting.read_answer().status == 200


def test_a_socket_without_a_use_is_refused(prepared, listening):
    with pytest.raises(RuntimeError):
        start_with(prepared, listening, names="tollgate.socket")
    assert "sockets were handed over that have no use: tollgate.socket" in prepared.log_file.read_text()


def test_a_socket_that_does_not_listen_is_refused(prepared):
    with socket.socket() as silent, pytest.raises(RuntimeError):
        start_with(prepared, silent)
    assert "handed over as listen is no TCP socket that listens" in prepared.log_file.read_text()


def test_variables_that_mean_nothing_are_refused(prepared):
    done = run_gateway("serve", "--config", prepared.config_file, env={"NOTIFY_SOCKET": "vsock:2:1"})
    assert done.returncode == 1 and "NOTIFY_SOCKET" in done.stderr
