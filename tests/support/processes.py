"""Starts the real programs: the gateway and the sample upstream, each on free ports, with its logs in files."""

import json
import os
import re
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from support.http_client import RawConnection, json_bytes, loads, request_bytes
from support.prometheus import Metrics

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = ROOT / ".." / "shared" / "data"
GATEWAY = Path(os.environ.get("TOLLGATE_BINARY", ROOT / "build/release/tollgate"))
SAMPLE_UPSTREAM = Path(os.environ.get("TOLLGATE_SAMPLE_UPSTREAM", ROOT / "build/release/sample_upstream"))
PRICES = Path(__file__).with_name("prices.yaml")
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0
counts_memory = pytest.mark.skipif(
    "TOLLGATE_SANITIZED" in os.environ, reason="a sanitizer keeps memory that the gateway gave back"
)

locks_memory = pytest.mark.skipif("TOLLGATE_SANITIZED" in os.environ, reason="a sanitizer locks no memory")


def first_line(process, timeout_s=START_TIMEOUT_S):
    """The first line on the process's standard output; fails if it ends or says nothing."""
    os.set_blocking(process.stdout.fileno(), False)
    collected, until = b"", time.monotonic() + timeout_s
    while b"\n" not in collected:
        piece = process.stdout.read()
        if piece:
            collected += piece
        elif process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode} before it was ready")
        elif time.monotonic() > until:
            raise RuntimeError(f"{process.args[0]} was not ready in {timeout_s} s")
        else:
            time.sleep(0.005)
    line, _, rest = collected.partition(b"\n")
    return line.decode(), rest


def address_of(text):
    host, port = re.search(r"([0-9.]+):(\d+)", text).groups()
    return host, int(port)


class SampleUpstream:
    """bench/sample_upstream: an OpenAI-compatible server whose behaviour each request scripts."""

    def __init__(self, directory, address="127.0.0.1:0"):
        self.log = open(Path(directory) / "sample_upstream.log", "ab")
        self.process = subprocess.Popen([SAMPLE_UPSTREAM, "--listen", address], stdout=subprocess.PIPE, stderr=self.log)
        self.address = address_of(first_line(self.process)[0])

    @property
    def base_url(self):
        return f"http://{self.address[0]}:{self.address[1]}/v1"

    def get(self, path):
        with RawConnection(self.address) as connection:
            connection.send(request_bytes("GET", path))
            return connection.read_answer().json()

    def stats(self):
        return self.get("/stats")

    def reset_stats(self):
        with RawConnection(self.address) as connection:
            connection.send(request_bytes("POST", "/stats/reset", body=b""))
            connection.read_answer()

    def requests_total(self):
        """Every request that arrived, but for those to /stats itself."""
        return sum(count for name, count in self.stats()["requests"].items() if not name.startswith("stats"))

    def aborted(self):
        return self.stats()["aborted"]

    def bill(self, upstream_id):
        """What it would charge for the answer with this id: prompt_tokens, generated_tokens, billed_tokens, complete."""
        found = [bill for bill in self.get("/stats/bills")["bills"] if bill["id"] == upstream_id]
        assert len(found) == 1, f"{len(found)} bills of {upstream_id}"
        return found[0]

    def last_requests(self, count):
        """The newest requests: their `head`, `body` and `connection` as texts. /stats requests are not among them."""
        return self.get("/stats/requests")["requests"][-count:]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def run_gateway(*arguments, env=None, timeout_s=START_TIMEOUT_S):
    """Runs the gateway's program to its end: returncode, stdout, stderr as text."""
    return subprocess.run(
        [GATEWAY, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={**os.environ, **(env or {})},
    )


def base_config(providers, data_dir, **overrides):
    """A whole configuration for tests: free ports, one worker fewer surprises, access log to a file beside the data."""
    return {
        "listen": "127.0.0.1:0",
        "operations_listen": "127.0.0.1:0",
        "data_dir": str(data_dir),
        "catalogue": [str(PRICES)],
        "access_log": str(Path(data_dir).parent / "access.log"),
        "providers": providers,
        "routing": {"failures_before_rest": 1_000_000},  # tests share gateways, and let endpoints fail
        "operations": {"hosts": ["gateway.test"]},  # as support/http_client.py calls every gateway
        **overrides,
    }


def provider(name, base_url, **options):
    return {"name": name, "base_url": base_url, "api_key": f"{name}-upstream-key", **options}


@dataclass(frozen=True)
class Account:
    organization: str
    key: str
    hash: str


@dataclass(frozen=True)
class Person:
    id: str
    email: str
    token: str  # a personal token with every scope
    organization: str  # the personal one


class Gateway:
    """One gateway process over one directory; can be killed and started again on the same data."""

    def __init__(self, directory, providers, *, binary=None, **overrides):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data_dir = self.directory / "data"
        self.binary = binary or GATEWAY
        self.config_file = self.directory / "config.yaml"
        self.config_file.write_text(yaml.safe_dump(base_config(providers, self.data_dir, **overrides)))
        self.access_log = self.directory / "access.log"
        self.log_file = self.directory / "gateway.log"
        self.process = None
        self.root_key = None

    def init(self):
        done = subprocess.run(
            [self.binary, "init", "--data-dir", self.data_dir, "--json"],
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
        )
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)
        self.root_key = made["root_key"]
        self.setup_token = made["setup_path"].rpartition("=")[2]

    def start(self, env=None):
        if self.root_key is None:
            self.init()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", self.config_file],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(env or {})},
            )
        try:
            line, _ = first_line(self.process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}:\n{self.log_file.read_text()[-3000:]}") from None
        found = re.fullmatch(r"tollgate listening: data http://(\S+) operations http://(\S+)", line)
        assert found, f"unexpected first line: {line!r}"
        self.data, self.operations = address_of(found[1]), address_of(found[2])
        return self

    @property
    def base_url(self):
        return f"http://{self.data[0]}:{self.data[1]}"

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process is None or self.process.returncode is not None:
            return self.process and self.process.returncode
        self.process.terminate()
        try:
            code = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()
        return code

    # --- requests

    def connect(self, timeout_s=20.0):
        return RawConnection(self.data, timeout_s)

    def request(self, method, path, *, key=None, json=None, body=None, headers=None):
        """One request on its own connection; the answer is read whole."""
        with self.connect() as connection:
            connection.send(self.bytes_of(method, path, key=key, json=json, body=body, headers=headers))
            return connection.read_answer(method=method)

    @staticmethod
    def bytes_of(method, path, *, key=None, json=None, body=None, headers=None):
        headers = dict(headers or {})
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if json is not None:
            body = json_bytes(json)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        return request_bytes(method, path, headers=headers, body=body)

    def manage(self, method, path, json=None, *, headers=None, expect=None):
        answer = self.request(method, path, key=self.root_key, json=json, headers=headers)
        assert answer.status == (expect or (201 if method == "POST" else 200)), (answer.status, answer.body)
        return answer.json()

    def new_account(self, credit="5", **key_options):
        """A new organization with `credit` USD (JSON number text) and one key."""
        organization = self.manage("POST", "/api/organizations", {"name": "Test"})["id"]
        made = self.manage("POST", f"/api/organizations/{organization}/keys", {"name": "test"} | key_options)
        account = Account(organization, made["key"], made["data"]["hash"])
        if credit is not None:
            self.grant(account, credit)
        return account

    def person(self, email=None, *, verified=True, organization=None, role="member"):
        """A new user with a personal token; of `organization`, too, if that is named."""
        email = email or f"{uuid.uuid4().hex[:12]}@people.test"
        body = {"email": email, "name": email.partition("@")[0], "verified": verified, "token": {"name": "tests"}}
        if organization is not None:
            body["organization"] = {"id": organization, "role": role}
        made = self.manage("POST", "/api/users", body)
        user = made["user"]
        return Person(user["id"], user["email"], made["personal_token"], user["personal_organization_id"])

    def grant(self, account, credit, **headers):
        answer = self.request(
            "POST",
            f"/api/organizations/{account.organization}/credits",
            key=self.root_key,
            body=b'{"amount": %s}' % credit.encode(),
            headers=headers,
        )
        assert answer.status == (200 if answer.json().get("repeated") else 201), answer.body
        return answer.json()

    def credits(self, account):
        """The organization's figures: balance, total_credits, total_usage, held, as exact numbers."""
        return self.manage("GET", f"/api/organizations/{account.organization}/credits")

    def generation(self, account, generation_id):
        answer = self.request("GET", f"/api/v1/generation?id={generation_id}", key=account.key)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()["data"]

    def metrics_text(self):
        with RawConnection(self.operations) as connection:
            connection.send(request_bytes("GET", "/metrics"))
            return connection.read_answer().text

    def metrics(self):
        return Metrics(self.metrics_text())

    def access_lines(self, containing=None):
        lines = self.access_log.read_text().splitlines() if self.access_log.exists() else []
        return [loads(line) for line in lines if containing is None or containing in line]


def exported(what, data_dir, binary=None):
    """What `ledger export` writes of a stopped gateway's data directory, row by row."""
    command = [binary or GATEWAY, "ledger", "export", "--what", what, "--format", "ndjson", "--data-dir", data_dir]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def records(data_dir, binary=None):
    """All request records that the journal has."""
    return exported("requests", data_dir, binary)


def balances(data_dir, binary=None):
    """By organization, what it was given and what its requests took of that, in nano-USD, as the journal has it."""
    found = {}
    for leg in exported("entries", data_dir, binary):
        if leg["account"] != "organization:available":
            continue
        of = found.setdefault(leg["owner"], {"granted_nano": 0, "used_nano": 0})
        if leg["kind"] == "usage":
            of["used_nano"] -= leg["amount_nano"]
        else:
            of["granted_nano"] += leg["amount_nano"]
    return found
