"""The model's server and the gateway in front of it, and a client of both. Standard library only."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import time
import urllib.parse
from decimal import Decimal

MODEL_AT_PROVIDER = "gemma-3-270m"
SERVER_APIS = ("chat", "messages", "responses")  # of llama.cpp's server
# USD per million tokens; in nano-USD per token these are whole numbers, so every expected cost is exact.
PRICES = {"prompt": Decimal("0.10"), "completion": Decimal("0.40"), "cache_read": Decimal("0.025"),
          "cache_write": Decimal("0.10")}
# The weights are of the base model, which knows no turn markers: a plain transcript suits it better.
CHAT_TEMPLATE = ("{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
                 "{% if add_generation_prompt %}assistant:{% endif %}")
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 35
REQUEST_TIMEOUT_S = 120


class Client:
    def __init__(self, url, key=None):
        parts = urllib.parse.urlsplit(url)
        self.host_, self.port_, self.key_ = parts.hostname, parts.port, key

    def exchange(self, method, path, body=None, key=None):
        """Returns (headers, text); raises on any status but 2xx."""
        connection = http.client.HTTPConnection(self.host_, self.port_, timeout=REQUEST_TIMEOUT_S)
        with contextlib.closing(connection):
            headers = {"content-type": "application/json"}
            if key or self.key_:
                headers["authorization"] = f"Bearer {key or self.key_}"
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")  # what is not UTF-8 shows up as a difference
            if not 200 <= response.status < 300:
                raise RuntimeError(f"{method} {path}: {response.status} {text[:500]}")
            return response.headers, text

    def json(self, method, path, body=None, key=None):
        return json.loads(self.exchange(method, path, body, key)[1], parse_float=Decimal)


@contextlib.contextmanager
def running(arguments, log_path, ready_pattern, env=None):
    """Runs a server until the block ends; yields the match of ready_pattern in its output."""
    with open(log_path, "wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(env or {})})
    try:
        yield wait_for(process, log_path, ready_pattern)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process, log_path, pattern):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with open(log_path, encoding="utf-8", errors="replace") as log:
            text = log.read()
        if match := re.search(pattern, text):
            return match
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}:\n{text[-2000:]}")
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} was not ready after {START_TIMEOUT_S} s; see {log_path}")


@contextlib.contextmanager
def model_server(arguments, directory, *options):
    """Yields (its address, a client of it)."""
    os.makedirs(directory, exist_ok=True)
    command = [*arguments.server, "--model", arguments.weights, "--alias", MODEL_AT_PROVIDER, "--host", "127.0.0.1",
               "--port", "0", "--ctx-size", "2048", "--parallel", "1", "--threads", str(arguments.threads), "--metrics",
               "--offline", "--jinja", "--chat-template", CHAT_TEMPLATE, *options]
    with running(command, f"{directory}/llama-server.log", r"listening on (http://\S+)") as ready:
        client = Client(ready[1])
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                client.exchange("GET", "/health")
                break
            except (OSError, RuntimeError):  # 503 while it loads the weights
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield ready[1], client


CONFIG = """\
listen: 127.0.0.1:0
operations_listen: 127.0.0.1:0
data_dir: {directory}/data
workers: 1
catalogue: [prices.yaml]
access_log: "off"
providers:
"""
PROVIDER = """\
  - name: {dialect}
    base_url: {upstream}/v1
    dialect: {dialect}
    api_key: local
"""
CATALOGUE = "version: 1\nmodels:\n"
ENTRY = """\
  - id: {model}
    name: Gemma 3 270M
    reasoning: false
    embeddings: {embeddings}
    endpoints:
      - provider: {dialect}
        model: {model_at_provider}
        prices: {{prompt: {prompt}, completion: {completion}, cache_read: {cache_read}, cache_write: {cache_write}}}
        context_length: 2048
        max_completion_tokens: 1024
"""


def model_of(dialect):
    """What the model is called where the gateway speaks `dialect` with its server."""
    return f"{dialect}/{MODEL_AT_PROVIDER}"


@contextlib.contextmanager
def gateway(arguments, directory, upstream, embeddings=False):
    """One provider for each API of the model's server. Yields (client with an inference key, root key, organization
    id)."""
    os.makedirs(directory, exist_ok=True)
    flag = str(embeddings).lower()
    with open(f"{directory}/tollgate.yaml", "w") as file:
        file.write(CONFIG.format(directory=directory))
        file.writelines(PROVIDER.format(dialect=dialect, upstream=upstream) for dialect in SERVER_APIS)
    with open(f"{directory}/prices.yaml", "w") as file:
        file.write(CATALOGUE)
        file.writelines(
            ENTRY.format(model=model_of(dialect), dialect=dialect, model_at_provider=MODEL_AT_PROVIDER, embeddings=flag,
                         **PRICES)
            for dialect in SERVER_APIS
        )
    made = subprocess.run([arguments.tollgate, "init", "--data-dir", f"{directory}/data", "--quickstart", "--json"],
                          check=True, stdout=subprocess.PIPE)
    account = json.loads(made.stdout)
    command = [arguments.tollgate, "serve", "--config", f"{directory}/tollgate.yaml"]
    with running(command, f"{directory}/tollgate.log", r"listening: data (http://\S+)") as ready:
        yield Client(ready[1], account["api_key"]), account["root_key"], account["organization_id"]
