"""Chat requests against the models of prices.yaml, and what they must cost."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

from support.sse import Stream

_CATALOGUE = yaml.load(Path(__file__).with_name("prices.yaml").read_text(), yaml.BaseLoader)
_ELSEWHERE = {"mute", "talking"}  # providers that only the tests of sessions configure
MODELS = [
    model["id"]
    for model in _CATALOGUE["models"]
    if not _ELSEWHERE.issuperset(endpoint["provider"] for endpoint in model["endpoints"])
]
# USD per million tokens and per request, as texts.
PRICES = {model["id"]: model["endpoints"][0]["prices"] for model in _CATALOGUE["models"]}
PROVIDER_PRICES = {
    model["id"]: model["endpoints"][0].get("provider_prices", model["endpoints"][0]["prices"])
    for model in _CATALOGUE["models"]
}
# Providers of models that have several, as the file lists them: who names no order has one drawn.
ORDERS = {
    model["id"]: [endpoint["provider"] for endpoint in model["endpoints"]]
    for model in _CATALOGUE["models"]
    if len({endpoint["provider"] for endpoint in model["endpoints"]}) > 1
}
NANO = Decimal("0.000000001")
# What is no text, in tokens, as holds and counted bills have it.
MESSAGE_TOKENS, IMAGE_TOKENS = 8, 1500
# The choices of a short plain answer.
ANSWERED = [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]
GOOD_ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4},
}
IMAGE_PARTS = [{"type": "text", "text": "Say something."}, {"type": "image_url", "image_url": {"url": "data:x"}}]


def cost_of(model, prompt, completion, cached=0, *, table=PRICES):
    """The published rule: exact, then rounded once to nano-USD, half up."""
    prices = {name: Decimal(text) for name, text in table[model].items()}
    tokens = (
        (prompt - cached) * prices["prompt"]
        + cached * prices.get("cache_read", prices["prompt"])
        + completion * prices.get("completion", 0)
    )
    return (tokens / 1_000_000 + prices.get("per_request", 0)).quantize(NANO, ROUND_HALF_UP)


def provider_cost_of(model, prompt, completion):
    """What the provider charges the gateway for it."""
    return cost_of(model, prompt, completion, table=PROVIDER_PRICES)


def chat(words=None, *, model="test/chat", content="Say something.", stream=False, **fields):
    """A chat request's body, or with a `prompt` a completion's. `words` script the sample upstream (bench/README.md lists them)."""
    body = {"model": model, "messages": [{"role": "user", "content": content}], "max_tokens": 4096}
    if stream:
        body["stream"] = True
    if words is not None:
        body["user"] = f"sample:{words}"
    if model in ORDERS:
        body["provider"] = {"order": ORDERS[model]}
    body.update(fields)
    if "prompt" in fields:
        del body["messages"]
    return {name: value for name, value in body.items() if value is not None}


def path_of(body):
    return "/v1/completions" if "prompt" in body else "/v1/chat/completions"


def post_chat(gateway, account, words=None, *, path="/v1/chat/completions", headers=None, **fields):
    """Sends a chat request on its own connection and reads the answer whole."""
    return gateway.request("POST", path, key=account.key, json=chat(words, **fields), headers=headers)


def stream_chat(gateway, account, words=None, **fields):
    """The same, streamed; asserts that a stream came. Returns (answer, its events)."""
    answer = post_chat(gateway, account, words, stream=True, **fields)
    assert answer.status == 200, (answer.status, answer.body)
    assert answer.header("content-type").startswith("text/event-stream")
    return answer, Stream(answer.body)


def open_stream(gateway, account, words=None, *, path="/v1/chat/completions", **fields):
    """Sends a streamed request and returns the open connection, with nothing read."""
    connection = gateway.connect()
    connection.send(gateway.bytes_of("POST", path, key=account.key, json=chat(words, stream=True, **fields)))
    return connection
