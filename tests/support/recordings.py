"""Recorded exchanges of real providers, and what each of them says: text, figures, errors.

The reader stands here a second time on purpose: what the gateway bills is compared with what these few lines read by
the providers' own documents, not with what the gateway showed."""

import json
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from support.chat import NANO
from support.sse import DONE

PROVIDERS = "azure cerebras deepseek groq huggingface local mistral openai openrouter other together zai".split()
# USD per million tokens, of every recorded model: four prices that no sum confuses.
PRICES = {"prompt": "1.03", "completion": "10.7", "cache_read": "0.11", "cache_write": "1.29"}


@dataclass(frozen=True)
class Figures:
    prompt: int
    completion: int
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0

    @property
    def cost(self):
        tokens = {
            "prompt": self.prompt - self.cached - self.cache_write,
            "completion": self.completion,
            "cache_read": self.cached,
            "cache_write": self.cache_write,
        }
        exact = sum(Decimal(PRICES[name]) * count for name, count in tokens.items()) / 1_000_000
        return exact.quantize(NANO, ROUND_HALF_UP)


def figures_of(provider, usage):
    """What a provider's usage object means, by that provider's document. All count reasoning in the completion."""
    prompt_details = usage.get("prompt_tokens_details") or {}
    completion_details = usage.get("completion_tokens_details") or {}
    cached = prompt_details.get("cached_tokens") or 0
    if provider == "mistral":
        cached = usage.get("num_cached_tokens", cached)
    elif provider == "together":
        cached = usage.get("cached_tokens", cached)
    elif provider == "deepseek":
        cached = usage["prompt_cache_hit_tokens"]
    if "prompt_tokens" not in usage:  # Voyage: an embedding has an input only
        return Figures(usage["total_tokens"], 0)
    return Figures(
        prompt=usage["prompt_tokens"],
        completion=usage.get("completion_tokens", 0),
        cached=cached,
        cache_write=prompt_details.get("cache_write_tokens") or 0,
        reasoning=completion_details.get("reasoning_tokens") or 0,
    )


def text_of_content(content):
    """Content is a text, nothing, or parts (Mistral's, where thoughts stand beside the text)."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if part.get("type") == "text")
    return content or ""


def only_once(pairs):
    """A JSON object, or a failure where a name stands twice in it."""
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"doubled names: {sorted({name for name in names if names.count(name) > 1})}"
    return dict(pairs)


def strict_json(text):
    return json.loads(text, parse_float=Decimal, object_pairs_hook=only_once)


def events_of(body):
    """The objects of a stream, and whether it ended in [DONE]."""
    lines = body.replace(b"\r\n", b"\n").split(b"\n")
    data = [line[5:].strip().decode() for line in lines if line.startswith(b"data:")]
    return [strict_json(item) for item in data if item != DONE], DONE in data


@dataclass(frozen=True)
class Said:
    """What an answer says, whichever way it came."""

    text: str
    finish_reasons: tuple
    calls: tuple  # (name, arguments) of every tool call, in order

    @classmethod
    def by_plain(cls, answer):
        choices = answer.get("choices") or []
        messages = [choice["message"] for choice in choices]
        calls = [call["function"] for message in messages for call in message.get("tool_calls") or []]
        return cls(
            "".join(text_of_content(message.get("content")) for message in messages),
            tuple(choice["finish_reason"] for choice in choices if choice.get("finish_reason")),
            tuple((call["name"], call.get("arguments") or "") for call in calls),
        )

    @classmethod
    def by_events(cls, events):
        choices = [choice for event in events for choice in event.get("choices") or []]
        deltas = [choice.get("delta") or {} for choice in choices]
        calls = {}
        for call in (call for delta in deltas for call in delta.get("tool_calls") or []):
            name, arguments = calls.setdefault(call.get("index", 0), ("", ""))
            function = call.get("function") or {}
            calls[call.get("index", 0)] = (function.get("name") or name, arguments + (function.get("arguments") or ""))
        return cls(
            "".join(text_of_content(delta.get("content")) for delta in deltas),
            tuple(choice["finish_reason"] for choice in choices if choice.get("finish_reason")),
            tuple(calls.values()),
        )

    @property
    def once(self):
        """The same without what only a stream can say twice: a finish reason that is repeated, or empty at first."""
        return replace(self, finish_reasons=tuple(sorted(set(self.finish_reasons))))


@dataclass(frozen=True)
class Recording:
    provider: str
    kind: str  # json, stream, error
    name: str
    path: str  # below the provider's base URL: /chat/completions or /embeddings
    request: dict
    status: str  # "200 OK"
    headers: tuple
    body: bytes

    def __str__(self):
        return f"{self.provider}/{self.kind}/{self.name}"

    @cached_property
    def parsed(self):
        return json.loads(self.body, parse_float=Decimal)

    @cached_property
    def events(self):
        return events_of(self.body)[0]

    @cached_property
    def said(self):
        return Said.by_events(self.events) if self.kind == "stream" else Said.by_plain(self.parsed)

    @cached_property
    def usage(self):
        """What was reported; nothing but zeros for a text is no report (one of Voyage's answers)."""
        usage = self._reported()
        return usage if usage and usage["total_tokens"] else None

    def _reported(self):
        if self.kind != "stream":
            return self.parsed.get("usage")
        found = [event["usage"] for event in self.events if event.get("usage")]
        found += [event["x_groq"]["usage"] for event in self.events if (event.get("x_groq") or {}).get("usage")]
        return found[-1] if found else None

    @cached_property
    def figures(self):
        return figures_of(self.provider, self.usage)

    @cached_property
    def error(self):
        """The error's members as the provider wrote them; None where the answer is whole."""
        if self.kind == "stream":
            found = [event["error"] for event in self.events if event.get("error")]
            return found[0] if found else None
        if self.kind == "error":
            return self.parsed.get("error") or {"message": self.parsed["detail"]}
        return None

    def without_usage(self):
        """The same answer of a provider that reports nothing."""
        if self.kind != "stream":
            rest = {name: value for name, value in self.parsed.items() if name != "usage"}
            return replace(self, body=json.dumps(rest, default=float).encode())
        blocks = []
        for event in self.events:
            if event.get("usage") and not event.get("choices"):
                continue
            rest = {name: value for name, value in event.items() if name not in ("usage", "x_groq")}
            blocks.append(b"data: " + json.dumps(rest, default=float).encode() + b"\n\n")
        return replace(self, body=b"".join(blocks) + b"data: [DONE]\n\n")


def split_message(message):
    head, _, body = message.partition(b"\r\n\r\n" if b"\r\n\r\n" in message else b"\n\n")
    first, *lines = head.decode("latin-1").splitlines()
    return first, tuple(tuple(line.split(": ", 1)) for line in lines), body


def _is_answer(body):
    """Some recordings are of servers that echo what they were sent."""
    try:
        value = json.loads(body)
    except ValueError:
        return False
    return bool({"choices", "data", "error", "detail"} & value.keys())


def load(directory):
    """Every chat and embedding of the OpenAI-compatible providers, and the names of those that are no API's answer."""
    found, left_out = [], []
    for provider in PROVIDERS:
        for file in sorted((directory / provider).glob("*/*.request")):
            first, _, request = split_message(file.read_bytes())
            operation = next((path for path in ("/chat/completions", "/embeddings") if path in first), None)
            if operation is None:
                continue
            status, headers, body = split_message(file.with_suffix(".response").read_bytes())
            kind = file.parent.name
            if kind != "stream" and not _is_answer(body):
                left_out.append(f"{provider}/{kind}/{file.stem}")
                continue
            found.append(
                Recording(
                    provider, kind, file.stem, operation, json.loads(request), status.split(" ", 1)[1], headers, body
                )
            )
    return found, left_out
