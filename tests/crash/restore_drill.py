#!/usr/bin/env python3
"""The restore drill: a large journal is backed up, wiped, restored, verified and served again; says how long each took.

    tests/crash/restore_drill.py --requests 10000000

Needs build_journal beside the gateway (TOLLGATE_BINARY, default build/release/tollgate), and room for three copies.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.processes import GATEWAY, Gateway, provider  # noqa: E402


def timed(what, *command):
    began = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    took = time.monotonic() - began
    if done.returncode != 0:
        sys.exit(f"restore_drill: {what} failed: {done.stderr[-2000:]}")
    print(f"{what}: {took:.1f} s", flush=True)
    return done.stdout, took


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--organizations", type=int, default=1000)
    parser.add_argument("--most-seconds", type=float, default=60, help="from nothing to serving; more is a failure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tollgate-drill-") as scratch:
        directory = Path(scratch)
        gateway = Gateway(directory / "gateway", [provider("sample", "http://127.0.0.1:1/v1")], workers=1)
        gateway.root_key = "made by build_journal"
        data = gateway.data_dir
        timed("build", GATEWAY.parent / "build_journal", data, options.requests, options.organizations)
        verify = [GATEWAY, "ledger", "verify", "--data-dir", data, "--json"]
        before = json.loads(timed("verify", *verify)[0])
        timed("backup without its verification", GATEWAY, "backup", "--data-dir", data, "--to", directory / "backup",
              "--no-verify")
        size = sum(path.stat().st_size for path in (directory / "backup").rglob("*") if path.is_file())
        shutil.rmtree(data)
        restored = timed("restore with its verification", GATEWAY, "restore", "--from", directory / "backup",
                         "--data-dir", data)[1]
        began = time.monotonic()
        gateway.start()
        started = time.monotonic() - began
        print(f"start: {started:.1f} s", flush=True)
        gateway.stop()
        after = json.loads(timed("verify", *verify)[0])
    for name in ("clean", "blocks", "requests", "entries", "accounts_nano", "last_hash"):
        if before[name] != after[name]:
            sys.exit(f"restore_drill: {name} was {before[name]}, is {after[name]}")
    print(f"{after['requests']} requests in {after['blocks']} blocks, {size / 1e6:.0f} MB; "
          f"from nothing to serving in {restored + started:.1f} s; ledger as before")
    if restored + started > options.most_seconds:
        sys.exit(f"restore_drill: more than {options.most_seconds:.0f} s")


if __name__ == "__main__":
    main()
