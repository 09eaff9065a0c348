"""A gateway that is killed while it serves a stream, and what its books say afterwards."""

import pytest

from support import processes
from support.chat import open_stream
from support.processes import records, run_gateway


def books_of_killed(gateway, point, passes, model):
    """The record of a stream that the fail point ended, and the account's credits after the next start."""
    if b"TOLLGATE_FAIL_POINT" not in processes.GATEWAY.read_bytes():
        pytest.skip("this build has no fail points")
    account = gateway.new_account()
    gateway.stop()
    gateway.start(env={"TOLLGATE_FAIL_POINT": f"{point}:{passes}"})
    with open_stream(gateway, account, "tokens=8 token_ms=20", model=model) as connection:
        gateway.process.wait(20)
        connection.close()
    gateway.process.stdout.close()
    verified = run_gateway("ledger", "verify", "--data-dir", gateway.data_dir)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    gateway.start()
    credits = gateway.credits(account)
    gateway.stop()
    (record,) = records(gateway.data_dir)
    return record, credits


def check_bill(record, credits, due, begun):
    """`begun`: tokens had come; None: the stream was whole."""
    if begun is None:
        assert record["completion_tokens"] == 8 and credits["total_usage"] == due
    elif begun:
        assert 0 < record["completion_tokens"] < 8 and credits["total_usage"] == due
    else:
        assert record["completion_tokens"] == 0 and credits["total_usage"] == 0
