#!/usr/bin/env python3
"""Kills the gateway under load again and again and proves that no completed answer is lost or counted twice.

    tests/crash/kill_loop.py --rounds 200
    tests/crash/kill_loop.py --fail-points --binary build/dev/tollgate

Every round starts the gateway on the same data, reads back the record of every answer that a client saw complete in
the round before, loads it with a mix of streamed and plain requests (some clients leave), and kills it at a random
moment. At the end all records of the data directory are read: each completed answer must have exactly one, with the
cost that the client was told, and every balance must be the grants less the sum of the records. `tollgate ledger
verify` has to be clean on what each kill left (--verify-every).
"""

import argparse
import asyncio
import collections
import random
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crash.load import Seen, fetch_generations, run_clients  # noqa: E402
from support.http_client import loads  # noqa: E402
from support.processes import GATEWAY, ROOT, Gateway, SampleUpstream, balances, provider, records  # noqa: E402

NANO_PER_USD = 1_000_000_000
CLIENTS = 24
ORGANIZATIONS = 3
CREDIT_USD = 1000
ROUNDS_PER_DIRECTORY = 100  # a journal that only grows would make verifying after every round the whole of the work
VERIFY_TIMEOUT_S = 600
FAIL_POINT_TIMEOUT_S = 30.0
TORN_END = "the end of the log may be torn"
# Where a crash could lose or double something, in the order of a request's life.
FAIL_POINTS = [
    "after_slot_open",
    "before_candidate_in_use",
    "after_candidate_in_use",
    "during_stream",
    "after_slot_settled",
    "before_journal_commit",
    "after_journal_commit",
    "after_terminal_bytes",
]


class Violation(Exception):
    """A promise about money was broken."""


class Trial:
    def __init__(self, directory, binary, seed, *, verify_every=0, quiet=False):
        self.rng = random.Random(seed)
        self.verify_every = verify_every
        self.quiet = quiet
        self.sample = SampleUpstream(directory)
        self.gateway = Gateway(
            Path(directory) / "gateway",
            [provider("sample", self.sample.base_url)],
            binary=binary,
            workers=2,
            access_log="off",
        )
        self.accounts = []
        self.completed = {}  # generation id -> (account, cost), of all rounds
        self.unchecked = {}  # of the last round
        self.totals = collections.Counter()

    def say(self, text):
        if not self.quiet:
            print(text, flush=True)

    def start(self, env=None):
        self.gateway.start(env)
        if not self.accounts:
            self.accounts = [self.gateway.new_account(str(CREDIT_USD)) for _ in range(ORGANIZATIONS)]

    def check_last_round(self):
        """Every answer completed before the kill has its record, with the cost that the client was told."""
        by_account = collections.defaultdict(list)
        for generation, (account, _) in self.unchecked.items():
            by_account[account].append(generation)

        async def fetch_all():
            answers = await asyncio.gather(
                *(fetch_generations(self.gateway, account, ids) for account, ids in by_account.items())
            )
            return {generation: answer for found in answers for generation, answer in found.items()}

        for generation, (status, body) in asyncio.run(fetch_all()).items():
            if status != 200:
                raise Violation(f"{generation} was completed, but /api/v1/generation answers {status}: {body!r}")
            told, kept = self.unchecked[generation][1], loads(body.decode())["data"]["total_cost"]
            if told != kept:
                raise Violation(f"{generation} cost {told} as told and {kept} as kept")
        self.unchecked = {}

    def load_until(self, stop):
        """Runs the load while `stop(gateway)`, a coroutine, decides when and how the gateway dies."""
        seen = Seen()

        async def run():
            clients = asyncio.create_task(run_clients(self.gateway, self.accounts, CLIENTS, seen, self.rng))
            await stop(self.gateway)
            await asyncio.wait_for(clients, 30)

        asyncio.run(run())
        if seen.refused:
            raise Violation(f"{len(seen.refused)} unexpected answers, such as {seen.refused[0]}")
        self.completed |= seen.completed
        self.unchecked = seen.completed
        self.totals.update(
            started=seen.started, completed=len(seen.completed), abandoned=seen.abandoned, streams=seen.streams
        )
        return seen

    def run_verify(self):
        command = [str(self.gateway.binary), "ledger", "verify", "--data-dir", str(self.gateway.data_dir)]
        return subprocess.run(command, capture_output=True, text=True, timeout=VERIFY_TIMEOUT_S)

    def verify(self):
        """`tollgate ledger verify` on what the kill left. A kill in the middle of a write leaves the torn end of a log,
        which nobody was answered for: `verify` reports it, a start drops it, and what is left has to be clean."""
        done = self.run_verify()
        if TORN_END in done.stderr:
            self.totals["torn"] += 1
            self.start()
            self.gateway.stop()
            done = self.run_verify()
        if done.returncode != 0:
            raise Violation(f"ledger verify: {done.stdout}{done.stderr}")
        self.totals["verified"] += 1

    def kill_round(self, number, rounds):
        self.start()
        self.check_last_round()
        after_s = self.rng.uniform(0.1, 0.9)

        async def kill(gateway):
            await asyncio.sleep(after_s)
            gateway.process.kill()
            gateway.process.wait()

        seen = self.load_until(kill)
        self.totals["kills"] += 1
        if self.verify_every and number % self.verify_every == 0:
            self.verify()
        self.say(
            f"round {number}/{rounds}: killed after {after_s:.2f} s, {len(seen.completed)} completed of {seen.started}"
        )

    def fail_point_round(self, name):
        self.start({"TOLLGATE_FAIL_POINT": f"{name}:{self.rng.randint(20, 200)}"})
        self.check_last_round()

        async def wait_for_death(gateway):
            until = time.monotonic() + FAIL_POINT_TIMEOUT_S
            while gateway.process.poll() is None:
                if time.monotonic() > until:
                    gateway.process.kill()
                    raise Violation(f"{name} was never passed: is {gateway.binary} built with TOLLGATE_FAIL_POINTS?")
                await asyncio.sleep(0.01)

        seen = self.load_until(wait_for_death)
        if self.gateway.process.returncode != -9:
            raise Violation(f"at {name} the gateway ended with {self.gateway.process.returncode}, not killed")
        self.totals["kills"] += 1
        self.verify()
        self.say(f"{name}: killed, {len(seen.completed)} completed of {seen.started}")

    def final_check(self):
        self.start()
        self.check_last_round()
        live = {account.organization: self.gateway.credits(account) for account in self.accounts}
        code = self.gateway.stop()
        if code != 0:
            raise Violation(f"the last orderly stop ended with {code}")
        self.verify()
        kept = records(self.gateway.data_dir, self.gateway.binary)
        books = balances(self.gateway.data_dir, self.gateway.binary)

        count = collections.Counter(record["id"].removeprefix("gen-") for record in kept)
        twice = [generation for generation, times in count.items() if times > 1]
        if twice:
            raise Violation(f"{len(twice)} requests have more than one record, such as {twice[0]}")
        charged = {record["id"].removeprefix("gen-"): record["charged_nano"] for record in kept}
        for generation, (_, cost) in self.completed.items():
            kept_nano = charged.get(generation.removeprefix("gen-"))
            if kept_nano != cost * NANO_PER_USD:
                raise Violation(f"{generation} cost {cost} USD, but its record charges {kept_nano} nano-USD")
        sums = collections.Counter()
        for record in kept:
            sums[record["organization"]] += record["charged_nano"]
        for organization, balance in books.items():
            if organization not in live:
                continue
            if balance["used_nano"] != sums[organization]:
                raise Violation(
                    f"{organization} used {balance['used_nano']} nano-USD, its records sum to {sums[organization]}"
                )
            if balance["granted_nano"] != CREDIT_USD * NANO_PER_USD:
                raise Violation(
                    f"{organization} was granted {CREDIT_USD} USD, the books say {balance['granted_nano']} nano-USD"
                )
            left = Decimal(balance["granted_nano"] - balance["used_nano"]) / NANO_PER_USD
            if live[organization]["balance"] != left or live[organization]["held"] != 0:
                raise Violation(f"{organization}: the gateway said {live[organization]}, the books leave {left}")
        if not set(live) <= set(books):
            raise Violation("an organization's balance is missing from the books")
        self.totals["records"] = len(kept)

    def close(self):
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.gateway.kill()
        self.sample.stop()


def run(rounds, *, binary=None, fail_points=False, seed=None, verify_every=0, quiet=False):
    """Runs a trial in a directory of its own; returns its totals, raises Violation."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    with tempfile.TemporaryDirectory(prefix="tollgate-crash-") as directory:
        trial = Trial(directory, binary, seed, verify_every=verify_every, quiet=quiet)
        trial.say(f"seed {seed}")
        try:
            if fail_points:
                for name in FAIL_POINTS:
                    trial.fail_point_round(name)
            else:
                for number in range(1, rounds + 1):
                    trial.kill_round(number, rounds)
            trial.final_check()
        except Exception:
            last_words = trial.gateway.log_file.read_text()[-2000:]
            print(f"seed {seed}; the gateway's last words:\n{last_words}", file=sys.stderr)
            raise
        finally:
            trial.close()
        return trial.totals


def fail_point_binary():
    """The first build with fail points that is there: dev or asan."""
    built = [ROOT / "build" / preset / "tollgate" for preset in ("dev", "asan")]
    return next((binary for binary in built if binary.exists()), built[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--fail-points", action="store_true", help="one kill at each fail point instead of random ones")
    parser.add_argument(
        "--binary", type=Path, help="the gateway; default: build/release, or build/dev, asan for fail points"
    )
    parser.add_argument("--seed", type=int)
    parser.add_argument(
        "--verify-every", type=int, default=1, help="rounds between runs of `ledger verify`; 0: only at the end"
    )
    arguments = parser.parse_args()
    binary = (arguments.binary or (fail_point_binary() if arguments.fail_points else GATEWAY)).resolve()
    started = time.monotonic()
    totals = collections.Counter()
    try:
        for first in range(0, 1 if arguments.fail_points else arguments.rounds, ROUNDS_PER_DIRECTORY):
            totals += run(
                min(ROUNDS_PER_DIRECTORY, arguments.rounds - first),
                binary=binary,
                fail_points=arguments.fail_points,
                seed=arguments.seed and arguments.seed + first,
                verify_every=arguments.verify_every,
            )
    except Violation as violation:
        print(f"FAILED: {violation}", file=sys.stderr)
        return 1
    print(
        f"{totals['kills']} kills in {time.monotonic() - started:.0f} s: {totals['started']} requests started "
        f"({totals['streams']} streams), {totals['completed']} completed, {totals['abandoned']} abandoned, "
        f"{totals['records']} records; 0 missing, 0 twice, balances equal the sum of records, "
        f"ledger verify clean {totals['verified']} times, {totals['torn']} of them after a torn end was dropped"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
