"""The commands of the pages work as they are printed. A block of commands is run where `<!-- run -->` stands above it,
against a gateway as run.sh starts it; `<!-- shows: TEXT -->` below it says what its output contains."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.processes import GATEWAY, ROOT, address_of, first_line, run_gateway

BLOCK_TIMEOUT_S = 120
PAGES = [
    "README.md",
    "docs/first_company.md",
    "docs/add_provider.md",
    "docs/api.md",
    "docs/organizations.md",
    "docs/roles.md",
    "docs/defaults.md",
    "docs/operations.md",
    "docs/runbooks.md",
    "docs/ledger_tools.md",
    "docs/command_line.md",
    "docs/import.md",
]
# Pages that start programs of their own do so on free ports here.
FREE_PORTS = {"MINE_LISTEN": "127.0.0.1:0", "MINE_OPS_LISTEN": "127.0.0.1:0"}
BLOCK = re.compile(
    r"^<!-- run -->\n```(?P<language>sh|python)\n(?P<text>.*?)^```\n(?P<shows>(?:<!-- shows: .*? -->\n)*)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    shows: list = field(default_factory=list)


def blocks_of(page):
    text = (ROOT / page).read_text()
    found = [
        Block(match["language"], match["text"], re.findall(r"<!-- shows: (.*?) -->", match["shows"]))
        for match in BLOCK.finditer(text)
    ]
    assert len(found) == text.count("<!-- run -->"), f"{page}: a block to run that is not followed by sh or python"
    return found


def as_script(blocks):
    """One bash script of a page's blocks, in the order of the page; a line with its number stands before each output."""
    lines = ["set -euo pipefail"]
    for number, block in enumerate(blocks):
        lines.append(f"printf '\\n=== block {number}\\n'")
        if block.language == "python":
            lines.append(f"'{sys.executable}' - <<'END_OF_PYTHON'\n{block.text}END_OF_PYTHON")
        else:
            lines.append(block.text)
    return "\n".join(lines)


@pytest.fixture
def quickstart(tmp_path, sample):
    """A folder like a clone in which run.sh runs: data/quickstart.json, and the gateway that it describes."""
    data = tmp_path / "data"
    init = ("init", "--data-dir", data, "--quickstart", "--json")
    assert run_gateway(*init).returncode == 0
    environment = {
        "TOLLGATE_LISTEN": "127.0.0.1:0",
        "TOLLGATE_OPS_LISTEN": "127.0.0.1:0",
        "TOLLGATE_DATA_DIR": str(data),
        "TOLLGATE_SAMPLE_LISTEN": "%s:%d" % sample.address,
        "TOLLGATE_ACCESS_LOG": str(tmp_path / "access.log"),
    }
    with open(tmp_path / "gateway.log", "wb") as log:
        process = subprocess.Popen(
            [GATEWAY, "serve", "--config", ROOT / "configs/quickstart.yaml"],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **environment},
        )
    try:
        listening = first_line(process)[0].split()
        data_address, operations = address_of(listening[3]), address_of(listening[5])
        urls = ("--base-url", "http://%s:%d" % data_address, "--ops-url", "http://%s:%d" % operations)
        assert run_gateway(*init, *urls).returncode == 0
        yield tmp_path
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


def run_script(script, folder, sample):
    """Its exit status, output and errors. Whatever it left running is ended with it."""
    with open(folder / "page.out", "w+") as out, open(folder / "page.err", "w+") as err:
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            stdout=out,
            stderr=err,
            env={**os.environ, **FREE_PORTS, "TOLLGATE_SAMPLE_LISTEN": "%s:%d" % sample.address},
            start_new_session=True,
        )
        try:
            status = process.wait(BLOCK_TIMEOUT_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return status, (folder / "page.out").read_text(), (folder / "page.err").read_text()


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page, quickstart, sample):
    blocks = blocks_of(page)
    assert blocks, f"{page} has no commands to run"
    (quickstart / "configs").symlink_to(ROOT / "configs")
    (quickstart / "build/release").mkdir(parents=True)
    (quickstart / "build/release/tollgate").symlink_to(Path(GATEWAY).resolve())
    status, stdout, stderr = run_script(as_script(blocks), quickstart, sample)
    assert status == 0, f"{stdout}\n{stderr}"
    outputs = re.split(r"^=== block \d+\n", stdout, flags=re.MULTILINE)[1:]
    for block, output in zip(blocks, outputs, strict=True):
        for text in block.shows:
            assert text in output, f"this does not show {text!r}:\n{block.text}\n{output}"


OPTION = re.compile(r"`(?P<section>limits|timeouts|credit|rate_limits|retention|ledger|log|management)\.(?P<name>\w+)`")


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))
def test_options_that_a_page_names_exist(page):
    example = (ROOT / "configs/example.yaml").read_text()
    for section, name in OPTION.findall((ROOT / page).read_text()):
        options = re.search(rf"^{section}:.*?(?=^\w|\Z)", example, re.MULTILINE | re.DOTALL)
        assert options and re.search(rf"^ +(# )?{name}:", options[0], re.MULTILINE), f"{section}.{name}"


ONLY_WITH_TLS = {"tollgate_tls_certificate_expiry_seconds"}


def test_every_metric_is_explained_and_no_other(gateway):
    page = (ROOT / "docs/operations.md").read_text()
    explained = set(re.findall(r"`(tollgate_\w+)`", page[page.index("\n## Metrics\n") :]))
    told = {name for name in gateway.metrics().types if name.startswith("tollgate_")}
    assert explained - ONLY_WITH_TLS == told and ONLY_WITH_TLS <= explained


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes_of_page():
    """Method and path of each row of docs/api.md's tables of routes; the names of parameters do not matter."""
    routes = set()
    for line in (ROOT / "docs/api.md").read_text().splitlines():
        cells = line.split(" | ")
        methods = re.findall(r"`([A-Z]+)`", cells[0])
        if not line.startswith("| `") or not methods or methods[0] not in METHODS:
            continue
        for path in re.findall(r"`([^`?]+)[^`]*`", cells[1]):
            whole = path if path.startswith("/") else f"/api/organizations/{{organization}}/{path}"
            routes |= {(method, re.sub(r"{[^}]*}", "{}", whole)) for method in methods}
    return routes


def test_every_route_is_described_and_no_other(gateway):
    paths = gateway.request("GET", "/api/openapi.json").json()["paths"]
    served = {
        (method.upper(), re.sub(r"{[^}]*}", "{}", path))
        for path, operations in paths.items()
        for method in operations
        if method.upper() in METHODS
    }
    assert routes_of_page() == served
