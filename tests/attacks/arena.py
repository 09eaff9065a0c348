"""What attacks need: a gateway with default limits between a provider that a script plays and the sample upstream, and
figures that hold a bound or do not."""

import base64
import json
import random
import threading
import time
from dataclasses import dataclass

import yaml

from support.http_client import Answer, ConnectionEnded
from support.processes import Gateway, SampleUpstream, provider
from support.scripted_upstream import ScriptedUpstream
from support.sse import chunk_json

PRICES = {"prompt": "1", "completion": "10", "cache_read": "0.10", "cache_write": "1.25"}  # USD per million tokens
CONTEXT_TOKENS, MOST_COMPLETION_TOKENS = 128_000, 16_000
ATTACKS = {}


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    most: float  # the bound that it must not pass

    @property
    def holds(self):
        return self.value <= self.most

    def __str__(self):
        return f"{self.what}: {self.value:.6g} (at most {self.most:.6g}){'' if self.holds else '  MISSED'}"


@dataclass(frozen=True)
class Attack:
    name: str
    row: str  # of section B of the list of faults: docs/faults.md
    before: str  # seen at commit 10d8ade
    run: object  # (start, quick) -> figures


def attack(row, before):
    """Registers a function under its name. It gets `start`, which starts arenas, and whether the short form will do."""

    def register(function):
        name = function.__name__.replace("_", "-")
        ATTACKS[name] = Attack(name, row, before, function)
        return function

    return register


class Arena:
    """A sample upstream (model t/s), a scripted one (model t/scripted), and a gateway before them."""

    def __init__(self, directory, *, scripted_url=None, **overrides):
        directory.mkdir(parents=True)
        prices = directory / "prices.yaml"
        models = [model_of("t/s", "sample"), model_of("t/scripted", "scripted")]
        models.append(model_of("t/embed", "scripted") | {"embeddings": True})
        prices.write_text(yaml.safe_dump({"version": "attacks", "models": models}))
        self.sample = SampleUpstream(directory)
        self.scripted = ScriptedUpstream()
        scripted_url = scripted_url or self.scripted.base_url
        providers = [provider("sample", self.sample.base_url), provider("scripted", scripted_url)]
        self.gateway = Gateway(directory / "gateway", providers, **{"workers": 2, "catalogue": [str(prices)]} | overrides)
        self.gateway.start()

    def stop(self):
        try:
            assert self.gateway.alive(), f"the gateway died:\n{self.gateway.log_file.read_text()[-2000:]}"
            self.gateway.kill()
        finally:
            self.scripted.close()
            self.sample.stop()

    def resident_bytes(self):
        status = open(f"/proc/{self.gateway.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def chat(self, account, *, model="t/s", timeout_s=30.0, content="Say something.", words=None, **fields):
        """A chat whose body comes behind its head, as Python's and Node's clients send it. The answer, with status 0
        where none came, and its seconds."""
        body = {"model": model, "messages": [{"role": "user", "content": content}]} | fields
        if words:
            body["user"] = f"sample:{words}"
        request = self.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body)
        started = time.monotonic()
        with self.gateway.connect(timeout_s) as connection:
            try:
                send_apart(connection, request)
                answer = connection.read_answer()
            except (ConnectionEnded, OSError) as ended:
                answer = getattr(ended, "partial", None) or Answer(0, str(ended), [])
        return answer, time.monotonic() - started

    def record(self, account, answer):
        return self.gateway.generation(account, answer.header("x-generation-id"))


def model_of(name, provider_name):
    endpoint = {
        "provider": provider_name,
        "model": "echo",
        "context_length": CONTEXT_TOKENS,
        "max_completion_tokens": MOST_COMPLETION_TOKENS,
        "prices": PRICES,
    }
    return {"id": name, "endpoints": [endpoint]}


def send_apart(connection, request):
    """The head in one write, the body in the next."""
    end = request.index(b"\r\n\r\n") + 4
    connection.send(request[:end])
    time.sleep(0.001)  # so that the head is read alone: what is attacked begins there
    connection.send(request[end:])


def short_chat(words, **fields):
    """A chat's body that scripts the sample upstream."""
    return {"model": "t/s", "messages": [{"role": "user", "content": "x"}], "user": f"sample:{words}"} | fields


def cost(prompt, completion):
    """USD of so many tokens at the arena's prices."""
    return prompt * 1e-6 + completion * 1e-5


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class ThinkingProvider:
    """An honest provider of a model that thinks unseen. It keeps to the bound that it is sent, bills every token that
    it has made, thought or shown, and stops when its client leaves."""

    def __init__(self, *, thoughts, shown, think_s=0.0, token_s=0.0, prompt=20, reports=True):
        self.reports = reports
        self.thoughts, self.shown, self.prompt = thoughts, shown, prompt
        self.think_s, self.token_s = think_s, token_s
        self.lock = threading.Lock()
        self.bills = []  # USD, of each request

    def __call__(self, exchange):
        asked = exchange.request.json()
        bound = asked.get("max_completion_tokens") or asked.get("max_tokens") or MOST_COMPLETION_TOKENS
        thoughts = min(self.thoughts, bound)
        shown = min(self.shown, bound - thoughts)
        made = 0
        try:
            exchange.start_stream()
            made = self._think(exchange, thoughts)
            for _ in range(shown):
                exchange.event(chunk_json("word "))
                made += 1
                if self.token_s:
                    time.sleep(self.token_s)
                if gone(exchange):
                    return
            exchange.event({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            usage = {"prompt_tokens": self.prompt, "completion_tokens": made, "total_tokens": self.prompt + made}
            usage["completion_tokens_details"] = {"reasoning_tokens": thoughts}
            if self.reports:
                exchange.event({"id": "c", "choices": [], "usage": usage})
            exchange.event(b"[DONE]")
            exchange.end_stream()
        finally:
            with self.lock:
                self.bills.append(cost(self.prompt, made))

    def _think(self, exchange, thoughts):
        """The thoughts that were had before the client left: all of them where it stays."""
        until = time.monotonic() + self.think_s
        while (left := until - time.monotonic()) > 0:
            if gone(exchange):
                return int(thoughts * (1 - left / self.think_s))
            time.sleep(min(0.01, left))
        return thoughts


def gone(exchange):
    """Whether the client of a scripted exchange has closed, without waiting and without taking bytes."""
    waiting = exchange.connection.socket
    waiting.setblocking(False)
    try:
        return waiting.recv(1, 2) == b""  # MSG_PEEK
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        waiting.settimeout(20)


def base64_text(count):
    """So many characters that look like a file."""
    return base64.b64encode(random.Random(count).randbytes(count)).decode()[:count]


def usage_answer(usage, text="hello"):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": usage,
    }


def json_text(value):
    return json.dumps(value).encode()
