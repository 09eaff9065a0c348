#!/usr/bin/env python3
"""Requests whose upstream fails at random, in every way that the sample upstream knows: no hold may stay behind,
and the books must agree (M6 in docs/reliability.md).

    tests/money/leaks.py                        # the long form: 1,000,000 requests
    tests/money/leaks.py --requests 20000"""

import argparse
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from money.gateways import load, programs  # noqa: E402
from support.chat import chat  # noqa: E402
from support.processes import records  # noqa: E402
from support.waiting import eventually  # noqa: E402

CONNECTIONS = 32
FAULTS_OF_1000 = 400


def run(directory, *, requests):
    started = time.monotonic()
    errors = {}
    with programs(directory) as (gateway, sample):
        account = gateway.new_account("1000000")
        for stream in (True, False):
            body = chat(f"tokens=6 chaos={FAULTS_OF_1000}", stream=stream, max_tokens=100)
            share = requests // 2
            report = load(gateway, account.key, body, directory, connections=CONNECTIONS, requests=share, stream=stream)
            assert report["completed"] + sum(report["errors"].values()) == share
            for kind, count in report["errors"].items():
                errors[kind] = errors.get(kind, 0) + count
        eventually(lambda: gateway.metrics().sum("tollgate_holds_open") == 0)
        figures, metrics = gateway.credits(account), gateway.metrics()
        assert figures["held"] == 0, f"{figures['held']} USD are still on hold"
        assert metrics.sum("tollgate_holds_leaked_total") == metrics.sum("tollgate_holds_overrun_total") == 0
        taken, released = metrics.sum("tollgate_holds_taken_total"), metrics.sum("tollgate_holds_released_total")
        assert taken == released == requests, f"{taken} holds taken, {released} released, {requests} requests: {errors}"
        eventually(lambda: gateway.metrics().sum("tollgate_slots_in_use") == 0)
        assert gateway.alive() and gateway.stop() == 0
        written = records(gateway.data_dir)
    assert len({record["id"] for record in written}) == len(written) == requests, "one record for each request"
    assert Decimal(sum(record["charged_nano"] for record in written)) / 10**9 == figures["total_usage"]
    failed = sum(errors.values())
    assert failed > requests * FAULTS_OF_1000 // 1000 // 3, f"too few faults reached the clients: {errors}"
    return {"requests": requests, "failed": failed, "errors": errors, "seconds": round(time.monotonic() - started, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        figures = run(Path(directory), requests=arguments.requests)
    print("{requests} requests, {failed} failed, in {seconds} s; no hold was left: {errors}".format(**figures))


if __name__ == "__main__":
    main()
