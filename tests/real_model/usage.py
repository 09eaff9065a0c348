"""The same questions directly and through the gateway, in OpenAI's and OpenRouter's APIs. Three accounts of each answer
are compared: what the model's server reports when asked directly, what the client reads in the gateway's answer, and
what the gateway recorded."""

import dataclasses
import json
import re
import time
from decimal import Decimal

from programs import MODEL_AT_PROVIDER, PRICES, model_of

MODEL = model_of("chat")
SERVER_KEEP_ALIVE_S = 5  # the server's own `Keep-Alive: timeout`; it closes silently after that


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


# --- what is answered ------------------------------------------------------------------------------------------------

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


def ask(client, question, mode, model, cache_prompt=False):
    body = request_body(question, mode, model, cache_prompt)
    headers, text = client.exchange("POST", f"{mode.prefix}/{question.path}", body)
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


# --- the comparison --------------------------------------------------------------------------------------------------

ROW = "{:<11} {:<21} {:>12} {:>12} {:>12}  {:<10} {:>12} {:>12}  {}"


def compare_one(report, client, question, mode, direct, cache_prompt=False):
    """Asks through the gateway and checks against `direct`, the server's own answer; returns the record's tokens and
    cost."""
    where = f"{question.name}, {mode.prefix} {mode.name}"
    before = len(report.differences)
    answer = ask(client, question, mode, MODEL, cache_prompt)
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
        plain = ask(server, question, PLAIN, MODEL_AT_PROVIDER)
        streamed = ask(server, question, STREAM_USAGE, MODEL_AT_PROVIDER)
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
    ask(server, question, PLAIN, MODEL_AT_PROVIDER, cache_prompt=True)  # fills the cache
    direct = ask(server, question, PLAIN, MODEL_AT_PROVIDER, cache_prompt=True)
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
