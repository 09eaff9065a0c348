"""The clients of tests/sdk/clients: one process for each runtime, for as long as a test module lasts."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest

from support.dialects import TOOL_SCHEMA
from support.processes import ROOT

SDK = ROOT / "tests/sdk"
CLIENTS = SDK / "clients"
OLDER_PYTHON = ROOT / "build/tests-venv/older"
TOOL = {"name": "weather", "description": "The weather of a city.", "parameters": TOOL_SCHEMA | {"additionalProperties": False}}


class Runtime:
    """Takes an order a line and answers each with a line."""

    def __init__(self, *command, **environment):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | environment, text=True
        )

    def ask(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{self.process.args} ended with {self.process.wait()}"
        return json.loads(line)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def _needs(path):
    if not path.exists():
        pytest.skip(f"no {path.relative_to(ROOT)}: use tests/run")


def _needs_program(name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")


def _python(**environment):
    return Runtime(sys.executable, CLIENTS / "serve.py", **environment)


def _older_python():
    _needs(OLDER_PYTHON)
    return _python(PYTHONPATH=str(OLDER_PYTHON))


def _node():
    _needs_program("node")
    _needs(SDK / "node_modules/@anthropic-ai/sdk")
    return Runtime("node", CLIENTS / "serve.mjs")


def _go():
    _needs_program("go")
    program = ROOT / "build/sdk_client_go"
    subprocess.run(["go", "build", "-o", program, "."], cwd=CLIENTS / "go", check=True, timeout=600)
    return Runtime(program)


STARTS = {"python": _python, "older python": _older_python, "node": _node, "go": _go}


class Runtimes:
    """Starts a runtime when the first of its clients is asked."""

    def __init__(self):
        self.of = cache(lambda name: STARTS[name]())
        self.running = []

    def ask(self, runtime, order):
        process = self.of(runtime)
        if process not in self.running:
            self.running.append(process)
        return process.ask(order)

    def stop(self):
        for process in self.running:
            process.stop()
