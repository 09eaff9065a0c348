"""Recorded exchanges of real providers in other dialects than chat completions: support/recordings.py has those."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from support.dialect_readings import read
from support.recordings import split_message

SPOKEN = {  # what stands in the path of a call
    "/v1/messages": "messages",
    "/responses": "responses",
    "enerateContent": "gemini",
    "/converse": "converse",
}
OTHERS = {  # and why what is not replayed here is not
    "/chat/completions": "chat completions: test_recordings.py",
    "/embeddings": "embeddings: test_recordings.py",
    "count_tokens": "the gateway counts tokens itself",
    "countTokens": "the gateway counts tokens itself",
    "mbedContent": "embeddings of Google: the unit tests of gemini/embeddings",
    "/invoke": "InvokeModel of embeddings: not spoken",
    ":predict": "Vertex AI's predict: not spoken",
    "/models/meta-llama": "what a hub says of a model: no call of one",
}


@dataclass(frozen=True)
class DialectRecording:
    provider: str
    dialect: str  # of its answer
    spoken: str  # as the gateway names the provider's dialect
    kind: str  # json, stream, error
    name: str
    status: str  # "200 OK"
    headers: tuple
    body: bytes

    def __str__(self):
        return f"{self.provider}/{self.kind}/{self.name}"

    @property
    def is_binary(self):
        return self.dialect == "converse" and self.kind == "stream"

    @cached_property
    def said(self):
        return read(self.dialect, self.body, self.kind == "stream")

    @cached_property
    def message(self):
        """Of an error."""
        error = json.loads(self.body)
        return error["message"] if "message" in error else error["error"]["message"]


def _dialect_of(path, body):
    """(the answer's, the provider's), or a reason why there is none."""
    if path.endswith("/models"):
        return "a list of models: no call of one"
    for part, reason in OTHERS.items():
        if path.endswith("/invoke") and b'"stop_reason"' in body:
            return "messages", "bedrock-messages"
        if part in path:
            return reason
    return next(((dialect, dialect) for part, dialect in SPOKEN.items() if part in path), f"unknown: {path}")


def load(directory):
    """The recordings, and how many of a provider were left out for which reason."""
    found, left_out = [], Counter()
    for file in sorted(directory.glob("*/*/*.request")):
        provider, kind = file.parts[-3:-1]
        path = split_message(file.read_bytes())[0].split(" ")[1].partition("?")[0]
        status, headers, body = split_message(file.with_suffix(".response").read_bytes())
        dialect = _dialect_of(path, body)
        if isinstance(dialect, str):
            left_out[provider, dialect] += 1
            continue
        headers = tuple((name.lower(), value) for name, value in headers)
        found.append(DialectRecording(provider, *dialect, kind, file.stem, status.split(" ", 1)[1], headers, body))
    return found, left_out
