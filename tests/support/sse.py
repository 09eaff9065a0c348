"""Reads server-sent events strictly: only what an OpenAI stream may contain is accepted."""

from support.http_client import loads

DONE = "[DONE]"


class Stream:
    """The events of one body. `events` holds parsed JSON objects, in order, without the final [DONE]."""

    def __init__(self, body):
        self.lines = body.split(b"\n")
        self.blocks = [block for block in body.split(b"\n\n") if block.strip(b"\n")]
        self.data = []
        for block in self.blocks:
            for line in block.split(b"\n"):
                if line.startswith(b"data:"):
                    self.data.append(line[5:].lstrip(b" ").decode("utf-8"))
        self.done = bool(self.data) and self.data[-1] == DONE
        self.events = [loads(item) for item in self.data if item != DONE]

    @property
    def content(self):
        return "".join(
            choice.get("delta", {}).get("content") or choice.get("text") or ""
            for event in self.events
            for choice in event.get("choices") or []
        )

    @property
    def usage(self):
        """The last usage object that was sent; None if there was none."""
        found = [event["usage"] for event in self.events if event.get("usage")]
        return found[-1] if found else None

    @property
    def finish_reason(self):
        found = [
            choice["finish_reason"]
            for event in self.events
            for choice in event.get("choices") or []
            if choice.get("finish_reason")
        ]
        return found[-1] if found else None

    @property
    def error(self):
        found = [event["error"] for event in self.events if event.get("error")]
        return found[-1] if found else None


def chunk_json(text, **fields):
    """One chat.completion.chunk, as an upstream would send it."""
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "scripted",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    } | fields


def named_events(body):
    """(name, data) of the events of a stream whose events have names, as Anthropic's and OpenAI's responses."""
    found = []
    for block in body.split(b"\n\n"):
        lines = [line for line in block.split(b"\n") if line and not line.startswith(b":")]
        if not lines:
            continue
        name, data = lines
        assert name.startswith(b"event: ") and data.startswith(b"data: "), block
        found.append((name[len(b"event: ") :].decode(), loads(data[len(b"data: ") :])))
    return found
