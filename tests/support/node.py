"""Runs one scenario of a client script of tests/sdk in a process of its own."""

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent / "sdk"
NODE = shutil.which("node")


def needs_node(package):
    """Marks of tests that need Node.js and that package of it."""
    return [
        pytest.mark.skipif(NODE is None, reason="node is not installed"),
        pytest.mark.skipif(
            not (HERE / "node_modules" / package).is_dir(), reason="no tests/sdk/node_modules: use tests/run"
        ),
    ]


def run_client(script, *arguments):
    """What it prints, with exact numbers."""
    done = subprocess.run(
        [NODE, HERE / script, *map(str, arguments)], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_float=Decimal)
