#!/usr/bin/env python3
"""64 clients that together ask for far more than the balance is worth (M3 in docs/reliability.md).

    tests/money/overshoot.py                    # the long form: 64 x 10,000 requests, a balance worth 1,000
    tests/money/overshoot.py --requests 6400 --worth 100

A hold is exactly what a request costs here, so exactly `worth` are answered, all others refused with 402; the balance
ends between zero and one hold, and is below zero at no prefix of the journal."""

import argparse
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from money.gateways import load, programs, request_whose_cost_is_its_hold  # noqa: E402
from support.processes import records  # noqa: E402
from support.waiting import eventually  # noqa: E402

CLIENTS = 64


def run(directory, *, requests, worth, stream=False, change="0"):
    """Asserts all of the above. `change`: USD that the balance has beyond `worth` requests, less than one of them."""
    started = time.monotonic()
    with programs(directory) as (gateway, sample):
        body, cost = request_whose_cost_is_its_hold(gateway, stream=stream)
        assert Decimal(change) < cost
        balance = cost * worth + Decimal(change)
        account = gateway.new_account(str(balance))
        report = load(gateway, account.key, body, directory, connections=CLIENTS, requests=requests, stream=stream)
        served, refused = report["completed"], report["errors"].get("status_402", 0)
        assert served + refused == requests, f"every request is answered with 200 or 402: {report['errors']}"
        assert served == worth, f"{served} answered, the balance is worth {worth}"
        assert sample.requests_total() == served, "a refused request went upstream"
        eventually(lambda: gateway.metrics().sum("tollgate_holds_open") == 0)
        figures = gateway.credits(account)
        assert figures["held"] == 0 and figures["total_usage"] == served * cost <= balance
        assert figures["balance"] == balance - served * cost < cost, "what is left is less than one hold"
        metrics = gateway.metrics()
        assert metrics.sum("tollgate_holds_overrun_total") == metrics.sum("tollgate_holds_leaked_total") == 0
        assert gateway.stop() == 0
        written = records(gateway.data_dir)
    left = balance * 10**9
    for record in written:  # in the journal's order
        assert record["overrun_nano"] == 0
        left -= record["charged_nano"]
        assert left >= 0, f"the balance is below zero after {record['id']}"
    assert len(written) == served and left == (balance - served * cost) * 10**9
    return {"requests": requests, "served": served, "refused": refused, "seconds": round(time.monotonic() - started, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=640_000)
    parser.add_argument("--worth", type=int, default=1_000)
    parser.add_argument("--stream", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        figures = run(Path(directory), requests=arguments.requests, worth=arguments.worth, stream=arguments.stream)
    print("{served} of {requests} answered with 200, {refused} with 402, in {seconds} s: exact".format(**figures))


if __name__ == "__main__":
    main()
