"""Asks a real model the same questions directly and through the gateway. Started by real_model.sh; exits non-zero on any
difference. Standard library only."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import apis  # noqa: E402
import usage  # noqa: E402
from programs import gateway, model_server  # noqa: E402


class Report:
    def __init__(self):
        self.differences = []

    def check(self, what, left, right):
        if left == right:
            return True
        self.differences.append(f"{what}: {left!r} is not {right!r}")
        return False


def compare_usage(arguments, directory, report):
    with model_server(arguments, directory) as (url, server):
        print("the model's server, asked directly (prompt/completion/cached tokens):", flush=True)
        direct = usage.ask_directly(report, server)
        if not arguments.direct_only:
            with gateway(arguments, directory, url) as account:
                usage.compare_all(report, account, server, direct)


def compare_apis(arguments, directory, report):
    # Without its cache of prompts, so that the same question always costs the same.
    with model_server(arguments, directory, "--no-cache-prompt") as (url, server):
        with gateway(arguments, directory, url) as account:
            apis.compare_all(report, account, server)
    with model_server(arguments, directory, "--embeddings", "--pooling", "mean") as (url, server):
        with gateway(arguments, f"{directory}/embeddings", url, embeddings=True) as account:
            apis.compare_embeddings(report, account, server)


def compare(arguments, directory, report):
    if arguments.only != "apis":
        compare_usage(arguments, directory, report)
    if arguments.only != "usage" and not arguments.direct_only:
        compare_apis(arguments, f"{directory}/apis", report)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped too
    parser = argparse.ArgumentParser()
    for name in ("weights", "tollgate", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--server", required=True, nargs="+", help="the command that starts llama.cpp's server")
    parser.add_argument("--direct-only", action="store_true", help="ask the model's server alone")
    parser.add_argument("--only", choices=["usage", "apis"])
    # One: where others use the processors too, llama.cpp's threads wait for each other without sleeping.
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    directory = f"{arguments.work}/run"
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)

    report = Report()
    try:
        compare(arguments, directory, report)
    except (AssertionError, OSError, RuntimeError, subprocess.CalledProcessError) as error:
        report.differences.append(f"could not go on: {error}")
    for difference in report.differences:
        print(f"DIFFERENT {difference}", file=sys.stderr)
    print("all equal" if not report.differences else f"{len(report.differences)} differences")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
