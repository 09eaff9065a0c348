"""Asks a real model the same questions directly and through the gateway, and compares three accounts of each answer:
what the model's server reports when asked directly, what the client reads in the gateway's answer, and what the
gateway recorded. Started by real_model.sh; exits non-zero on any difference. Standard library only."""

import argparse
import contextlib
import dataclasses
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
from decimal import Decimal

MODEL = "local/gemma-3-270m"
MODEL_AT_PROVIDER = "gemma-3-270m"
# USD per million tokens; in nano-USD per token these are whole numbers, so every expected cost is exact.
PRICES = {"prompt": Decimal("0.10"), "completion": Decimal("0.40"), "cache_read": Decimal("0.025"),
          "cache_write": Decimal("0.10")}
# The weights are of the base model, which knows no turn markers: a plain transcript suits it better.
CHAT_TEMPLATE = ("{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
                 "{% if add_generation_prompt %}assistant:{% endif %}")
SERVER_KEEP_ALIVE_S = 5  # the server's own `Keep-Alive: timeout`; it closes silently after that
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 35
REQUEST_TIMEOUT_S = 120


# --- what is asked ---------------------------------------------------------------------------------------------------

def chat(*messages, **fields):
    roles = ["user"] if len(messages) == 1 else ["system", "user", "assistant", "user"]
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, messages)], **fields}


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    path: str
    body: dict


QUESTIONS = [
    Question("capital", "chat/completions", chat("What is the capital of France?", max_tokens=16, stop=["\n"])),
    Question("umlauts", "chat/completions", chat("Übersetze ins Deutsche: “Good morning, 東京! 🌊”", max_tokens=32)),
    Question("turns", "chat/completions", chat("Answer briefly.", "Name a colour.", "Blue.", "Name another one.",
                                               max_tokens=24, stop=["\n"])),
    Question("one token", "chat/completions", chat("Say yes.", max_tokens=1)),
    Question("long", "chat/completions", chat("Tell me a story about a lighthouse by the sea. " * 4, max_tokens=200)),
    Question("text", "completions", {"prompt": "The three primary colours are", "max_tokens": 24}),
]


@dataclasses.dataclass(frozen=True)
class Mode:
    name: str
    prefix: str
    stream: bool
    include_usage: bool = False

    @property
    def usage_expected(self):
        """Whether the client must see usage: OpenRouter's flavour always sends it, OpenAI's where it is asked for."""
        return not self.stream or self.include_usage or self.prefix == "/api/v1"


PLAIN = Mode("plain", "/v1", stream=False)
STREAM_USAGE = Mode("stream+usage", "/v1", stream=True, include_usage=True)
STREAM = Mode("stream", "/v1", stream=True)
MODES = [PLAIN, STREAM_USAGE, STREAM, Mode("plain", "/api/v1", stream=False), Mode("stream", "/api/v1", stream=True)]


def request_body(question, mode, model, cache_prompt):
    # Greedy, and without the server's prompt cache, so that the same question has the same answer every time.
    body = {"model": model, **question.body, "temperature": 0, "cache_prompt": cache_prompt, "stream": mode.stream}
    if mode.include_usage:
        body["stream_options"] = {"include_usage": True}
    return body


# --- HTTP ------------------------------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Tokens:
    prompt: int
    completion: int
    cached: int

    @staticmethod
    def of_usage(usage):
        details = usage.get("prompt_tokens_details") or {}
        return Tokens(usage["prompt_tokens"], usage["completion_tokens"], details.get("cached_tokens") or 0)

    def cost(self):
        per_million = ((self.prompt - self.cached) * PRICES["prompt"] + self.cached * PRICES["cache_read"]
                       + self.completion * PRICES["completion"])
        return per_million / 1_000_000

    def __str__(self):
        return f"{self.prompt}/{self.completion}/{self.cached}"


@dataclasses.dataclass
class Answer:
    text: str
    tokens: Tokens | None
    cost: Decimal | None
    generation_id: str | None
    finish_reason: str | None
    id: str | None


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

    def ask(self, question, mode, model, cache_prompt=False):
        body = request_body(question, mode, model, cache_prompt)
        headers, text = self.exchange("POST", f"{mode.prefix}/{question.path}", body)
        events = sse_events(text) if mode.stream else [json.loads(text, parse_float=Decimal)]
        return answer_of(events, headers.get("x-generation-id"))


def sse_events(text):
    data = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    if not data or data[-1] != "[DONE]":
        raise RuntimeError(f"the stream did not end with [DONE]: {text[-200:]!r}")
    return [json.loads(item, parse_float=Decimal) for item in data[:-1]]


def answer_of(events, generation_id):
    answer = Answer("", None, None, generation_id, None, None)
    for event in events:
        if "error" in event:
            raise RuntimeError(f"error in the answer: {event}")
        answer.id = event.get("id")
        for choice in event.get("choices", []):
            part = choice.get("delta") or choice.get("message") or choice
            answer.text += part.get("content") or part.get("text") or ""
            answer.finish_reason = choice.get("finish_reason") or answer.finish_reason
        if event.get("usage"):
            answer.tokens = Tokens.of_usage(event["usage"])
            answer.cost = event["usage"].get("cost")
    return answer


# --- processes -------------------------------------------------------------------------------------------------------

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
def model_server(arguments, directory):
    command = [*arguments.server, "--model", arguments.weights, "--alias", MODEL_AT_PROVIDER, "--host", "127.0.0.1",
               "--port", "0", "--ctx-size", "2048", "--parallel", "1", "--threads", str(arguments.threads), "--metrics",
               "--offline", "--jinja", "--chat-template", CHAT_TEMPLATE]
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
  - name: local
    base_url: {upstream}/v1
    api_key: local
"""

CATALOGUE = """\
version: 1
models:
  - id: {model}
    name: Gemma 3 270M
    endpoints:
      - provider: local
        model: {model_at_provider}
        prices: {{prompt: {prompt}, completion: {completion}, cache_read: {cache_read}, cache_write: {cache_write}}}
        context_length: 2048
        max_completion_tokens: 1024
"""


@contextlib.contextmanager
def gateway(arguments, directory, upstream):
    """Yields (client with an inference key, root key, organization id)."""
    with open(f"{directory}/tollgate.yaml", "w") as file:
        file.write(CONFIG.format(directory=directory, upstream=upstream))
    with open(f"{directory}/prices.yaml", "w") as file:
        file.write(CATALOGUE.format(model=MODEL, model_at_provider=MODEL_AT_PROVIDER, **PRICES))
    made = subprocess.run([arguments.tollgate, "init", "--data-dir", f"{directory}/data", "--quickstart", "--json"],
                          check=True, stdout=subprocess.PIPE)
    account = json.loads(made.stdout)
    command = [arguments.tollgate, "serve", "--config", f"{directory}/tollgate.yaml"]
    with running(command, f"{directory}/tollgate.log", r"listening: data (http://\S+)") as ready:
        yield Client(ready[1], account["api_key"]), account["root_key"], account["organization_id"]


# --- the comparison --------------------------------------------------------------------------------------------------

class Report:
    def __init__(self):
        self.differences = []

    def check(self, what, left, right):
        if left == right:
            return True
        self.differences.append(f"{what}: {left!r} is not {right!r}")
        return False


ROW = "{:<11} {:<21} {:>12} {:>12} {:>12}  {:<10} {:>12} {:>12}  {}"


def compare_one(report, client, question, mode, direct, cache_prompt=False):
    """Asks through the gateway and checks against `direct`, the server's own answer; returns the record's tokens and
    cost."""
    where = f"{question.name}, {mode.prefix} {mode.name}"
    before = len(report.differences)
    answer = client.ask(question, mode, MODEL, cache_prompt)
    record = client.json("GET", f"/api/v1/generation?id={answer.generation_id}")["data"]
    recorded = Tokens(record["native_tokens_prompt"], record["native_tokens_completion"],
                      record.get("native_tokens_cached") or 0)
    cost = Decimal(record["total_cost"])
    report.check(f"{where}: text, gateway and direct", answer.text, direct.text)
    report.check(f"{where}: finish reason, gateway and direct", answer.finish_reason, direct.finish_reason)
    report.check(f"{where}: finish reason, record and direct", record["finish_reason"], direct.finish_reason)
    if mode.prefix == "/v1":
        report.check(f"{where}: upstream's id, record and answer", record["upstream_id"], answer.id)
    else:
        report.check(f"{where}: generation id, answer's and header's", answer.id, answer.generation_id)
    report.check(f"{where}: tokens, record and direct", recorded, direct.tokens)
    report.check(f"{where}: source", record["usage_source"], "provider")
    report.check(f"{where}: cost, record and prices × tokens", cost, direct.tokens.cost())
    if mode.usage_expected:
        report.check(f"{where}: tokens, answer and direct", answer.tokens, direct.tokens)
        report.check(f"{where}: cost, answer and record", answer.cost, cost)
    else:
        report.check(f"{where}: usage hidden from a client that did not ask", answer.tokens, None)
    same = "yes" if len(report.differences) == before else "NO"
    print(ROW.format(question.name, f"{mode.prefix} {mode.name}", str(direct.tokens), str(answer.tokens or "hidden"),
                     str(recorded), record["usage_source"], f"{cost:.9f}", f"{direct.tokens.cost():.9f}", same))
    return recorded, cost


def ask_directly(report, server):
    """Every question, plain and streamed, to the model's server itself: {name: answer}."""
    answers = {}
    for question in QUESTIONS:
        started = time.monotonic()
        plain = server.ask(question, PLAIN, MODEL_AT_PROVIDER)
        streamed = server.ask(question, STREAM_USAGE, MODEL_AT_PROVIDER)
        report.check(f"{question.name}: direct, plain and streamed text", plain.text, streamed.text)
        report.check(f"{question.name}: direct, plain and streamed usage", plain.tokens, streamed.tokens)
        answers[question.name] = plain
        print(f"  {question.name:<10} {str(plain.tokens):>10} {plain.finish_reason:<7} "
              f"{time.monotonic() - started:5.1f} s  {plain.text[:110]!r}", flush=True)
    return answers


def server_counters(server):
    """Tokens the server says it computed since it started: (prompt, completion)."""
    text = server.exchange("GET", "/metrics")[1]
    return tuple(int(float(re.search(rf"^llamacpp:{name} (\S+)", text, re.M)[1]))
                 for name in ("prompt_tokens_total", "tokens_predicted_total"))


def compare_cached(report, client, server):
    """A prompt that the server has in its cache: it reports cached tokens, and they cost the cache_read price."""
    question = next(question for question in QUESTIONS if question.name == "long")
    question = dataclasses.replace(question, name="cached", body={**question.body, "max_tokens": 8})
    server.ask(question, PLAIN, MODEL_AT_PROVIDER, cache_prompt=True)  # fills the cache
    direct = server.ask(question, PLAIN, MODEL_AT_PROVIDER, cache_prompt=True)
    if not direct.tokens.cached:
        report.differences.append("cached: the server reported no cached tokens")
    return [compare_one(report, client, question, mode, direct, cache_prompt=True) for mode in (PLAIN, STREAM)]


def compare_after_idle(report, client, direct):
    """The upstream has closed the connection that the gateway may still hold; the client must not notice."""
    time.sleep(SERVER_KEEP_ALIVE_S + 1)
    question = dataclasses.replace(QUESTIONS[0], name="after idle")
    return [compare_one(report, client, question, PLAIN, direct[QUESTIONS[0].name])]


def compare_all(report, account, server, direct):
    client, root_key, organization = account
    credits = f"/api/organizations/{organization}/credits"
    before = client.json("GET", credits, key=root_key)
    used_before = client.json("GET", "/api/v1/credits")["data"]["total_usage"]
    counters_before = server_counters(server)
    print("\nprompt/completion/cached tokens: as the server reports them when asked directly, as the client reads them"
          "\nin the gateway's answer, as the gateway recorded them; cost in USD: recorded, prices × its tokens")
    print(ROW.format("question", "through the gateway", "server", "answer", "recorded", "source", "cost", "expected",
                     "equal"))
    rows = [compare_one(report, client, question, mode, direct[question.name])
            for question in QUESTIONS for mode in MODES]
    rows += compare_after_idle(report, client, direct)
    computed = [now - then for now, then in zip(server_counters(server), counters_before)]
    report.check("prompt tokens, sum of records and the server's counter", sum(row[0].prompt for row in rows),
                 computed[0])
    report.check("completion tokens, sum of records and the server's counter", sum(row[0].completion for row in rows),
                 computed[1])
    print(f"the server's own counters over these {len(rows)} requests: {computed[0]} prompt, {computed[1]} completion "
          f"tokens; records: {sum(row[0].prompt for row in rows)}, {sum(row[0].completion for row in rows)}")
    rows += compare_cached(report, client, server)

    after = client.json("GET", credits, key=root_key)
    used_after = client.json("GET", "/api/v1/credits")["data"]["total_usage"]
    cost = sum(row[1] for row in rows)
    fall = Decimal(before["balance"]) - Decimal(after["balance"])
    report.check("credits: fall of the balance and sum of costs", fall, cost)
    report.check("credits: rise of total_usage and sum of costs", Decimal(used_after) - Decimal(used_before), cost)
    report.check("credits: held afterwards", Decimal(after["held"]), Decimal(0))
    print(f"credits: {before['balance']} - {after['balance']} = {fall}, sum of {len(rows)} costs {cost}, "
          f"held {after['held']}")


def compare(arguments, directory, report):
    with model_server(arguments, directory) as (url, server):
        print("the model's server, asked directly (prompt/completion/cached tokens):", flush=True)
        direct = ask_directly(report, server)
        if not arguments.direct_only:
            with gateway(arguments, directory, url) as account:
                compare_all(report, account, server, direct)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped too
    parser = argparse.ArgumentParser()
    for name in ("weights", "tollgate", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--server", required=True, nargs="+", help="the command that starts llama.cpp's server")
    parser.add_argument("--direct-only", action="store_true", help="ask the model's server alone")
    # One: where others use the processors too, llama.cpp's threads wait for each other without sleeping.
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    directory = f"{arguments.work}/run"
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)

    report = Report()
    try:
        compare(arguments, directory, report)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        report.differences.append(f"could not go on: {error}")
    for difference in report.differences:
        print(f"DIFFERENT {difference}", file=sys.stderr)
    print("all equal" if not report.differences else f"{len(report.differences)} differences")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
