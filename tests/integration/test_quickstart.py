"""`init --quickstart`: lost files are named, and a kill at any moment leaves what the next one can finish."""

import json
import signal
import subprocess
import time

import pytest
import yaml

from support.processes import GATEWAY, Gateway, base_config, provider, run_gateway

COMMAND = ("init", "--quickstart", "--json", "--data-dir")
KILLS = 30


def served_account(tmp_path, data_dir, made, name):
    """What the quickstart key may spend, asked of a gateway over this directory."""
    config = tmp_path / f"{name}.yaml"
    config.write_text(yaml.safe_dump(base_config([provider("sample", "http://127.0.0.1:1/v1")], data_dir)))
    gateway = Gateway(tmp_path / f"unused-{name}", [])
    gateway.config_file, gateway.root_key = config, made["root_key"]
    gateway.start()
    try:
        return gateway.request("GET", "/api/v1/credits", key=made["api_key"]).json()["data"]
    finally:
        assert gateway.stop() == 0


@pytest.mark.parametrize("flags", [COMMAND, ("init", "--json", "--data-dir")], ids=["quickstart", "plain"])
def test_a_lost_quickstart_file_is_a_clear_error(tmp_path, flags):
    assert run_gateway(*COMMAND, tmp_path / "d").returncode == 0
    (tmp_path / "d" / "quickstart.json").unlink()
    done = run_gateway(*flags, tmp_path / "d")
    assert done.returncode == 1 and done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and "root key" in lines[0], done.stderr
    assert not (tmp_path / "d" / "quickstart.json").exists()


def test_a_garbled_quickstart_file_is_named(tmp_path):
    assert run_gateway(*COMMAND, tmp_path / "d").returncode == 0
    (tmp_path / "d" / "quickstart.json").write_text('{"root_key": ')
    done = run_gateway(*COMMAND, tmp_path / "d")
    assert done.returncode == 1 and "quickstart.json" in done.stderr


@pytest.mark.timeout(300)
def seconds_of_init(data_dir):
    started = time.monotonic()
    assert run_gateway(*COMMAND, data_dir).returncode == 0
    return time.monotonic() - started


def test_init_killed_at_any_moment_can_be_run_again(tmp_path):
    whole_s = min(seconds_of_init(tmp_path / f"timed{number}") for number in range(3))  # the first is slower than others
    killed = 0
    for number in range(KILLS):
        data_dir = tmp_path / f"d{number}"
        process = subprocess.Popen(
            [GATEWAY, *COMMAND, data_dir], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(whole_s * 1.1 * number / KILLS)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        again = run_gateway(*COMMAND, data_dir)
        assert again.returncode == 0, (number, again.stderr)
        made = json.loads(again.stdout)
        assert made == json.loads((data_dir / "quickstart.json").read_text())
        assert served_account(tmp_path, data_dir, made, number) == {"total_credits": 5, "total_usage": 0}, number
    assert killed >= KILLS // 3, "most of them had ended before they were killed: this test shows little"
