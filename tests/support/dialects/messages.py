"""Anthropic's Messages API: https://docs.anthropic.com/en/api/messages."""

import json

from support import speaks_messages
from support.dialects import TOOL_SCHEMA, Call, Heard, Media, Reasoning, Result, Said, Text, Turn, Usage
from support.sse import named_events

NAME = "messages"
STREAM_TYPE = "text/event-stream"
REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


# --- As a client asks, and is answered


def _block(part):
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Media):
        kind = "image" if part.kind == "image" else "document"
        block = {"type": kind, "source": {"type": "base64", "media_type": part.type, "data": part.data}}
        return block | ({"title": part.name} if part.name else {})
    if isinstance(part, Call):
        return speaks_messages.tool_use(part.id, part.name, part.arguments)
    if isinstance(part, Result):
        return {"type": "tool_result", "tool_use_id": part.id, "content": part.text}
    return speaks_messages.thinking(part.text, part.seal or "")


def ask(wish, model, stream):
    system = [_block(part) for turn in wish.turns if turn.role == "system" for part in turn.parts]
    messages = [
        turn.native or {"role": turn.role, "content": [_block(part) for part in turn.parts]}
        for turn in wish.turns
        if turn.role != "system"
    ]
    if wish.cached:
        messages[-1]["content"][-1]["cache_control"] = {"type": "ephemeral"}
    body = {"model": model, "max_tokens": wish.max_tokens, "messages": messages}
    if system:
        body["system"] = system
    if stream:
        body["stream"] = True
    if wish.tools:
        body["tools"] = [{"name": name, "input_schema": TOOL_SCHEMA} for name in wish.tools]
    if wish.schema:
        body["output_config"] = {"format": {"type": "json_schema", "schema": wish.schema}}
    if wish.reasoning:
        body["thinking"] = {"type": "enabled", "budget_tokens": 2048}
    if wish.stop:
        body["stop_sequences"] = list(wish.stop)
    return "/v1/messages", body


def _said(message):
    parts = []
    for block in message["content"]:
        if block["type"] == "text":
            parts.append(Text(block["text"]))
        elif block["type"] == "thinking":
            parts.append(Reasoning(block["thinking"], block["signature"] or None))
        elif block["type"] == "redacted_thinking":
            parts.append(Reasoning("", block["data"]))
        elif block["type"] == "tool_use":
            parts.append(Call(block["id"], block["name"], block["input"]))
    usage = message["usage"]
    cached = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    counted = Usage(usage["input_tokens"] + cached + written, usage["output_tokens"], cached, written)
    native = message["stop_reason"]
    finish = {"stop_sequence": "stop"} | {word: reason for reason, word in REASONS.items()}
    said = Said(parts, finish.get(native, native), counted, message.get("stop_sequence"))
    return said, {"role": "assistant", "content": message["content"]}


def _put_together(events):
    """The message of a stream, as strictly as the official SDKs: each block begins once, ends once, and in between only
    gets what is its own."""
    message, open_blocks, arguments = None, set(), {}
    for name, data in events:
        assert name == data["type"]
        kind = data["type"]
        if kind == "message_start":
            assert message is None
            message = data["message"]
        elif kind == "content_block_start":
            assert data["index"] == len(message["content"]) and not open_blocks
            message["content"].append(data["content_block"])
            open_blocks.add(data["index"])
        elif kind == "content_block_delta":
            assert data["index"] in open_blocks
            block, delta = message["content"][data["index"]], data["delta"]
            field = {
                "text_delta": "text",
                "thinking_delta": "thinking",
                "signature_delta": "signature",
                "input_json_delta": "partial_json",
            }[delta["type"]]
            if field == "partial_json":
                arguments[data["index"]] = arguments.get(data["index"], "") + delta[field]
            else:
                block[field] = block.get(field, "") + delta[field]
        elif kind == "content_block_stop":
            open_blocks.remove(data["index"])
        elif kind == "message_delta":
            assert not open_blocks
            message |= {key: value for key, value in data["delta"].items() if value is not None}
            message["usage"] |= data["usage"]
        elif kind == "message_stop":
            for index, text in arguments.items():
                message["content"][index]["input"] = json.loads(text or "{}")
            return message
        elif kind == "error":
            return {"error": data["error"]}
        else:
            assert kind == "ping"
    raise AssertionError("the stream has no message_stop")


def read(answer, stream):
    if answer.status >= 400:
        assert answer.json()["type"] == "error"
        return Said([], error=answer.json()["error"]["message"]), None
    message = _put_together(named_events(answer.body)) if stream else answer.json()
    if "error" in message:
        return Said([], error=message["error"]["message"]), None
    return _said(message)


# --- As an upstream hears, and answers


def _heard_part(block):
    kind = block["type"]
    if kind == "text":
        return Text(block["text"])
    if kind in ("image", "document"):
        source = block["source"]
        return Media("image" if kind == "image" else "file", source["media_type"], source["data"], block.get("title"))
    if kind == "tool_use":
        return Call(block["id"], block["name"], block["input"])
    if kind == "tool_result":
        content = block["content"]
        return Result(
            block["tool_use_id"], content if isinstance(content, str) else "".join(one["text"] for one in content)
        )
    if kind == "thinking":
        return Reasoning(block["thinking"], block["signature"])
    assert kind == "redacted_thinking"
    return Reasoning("", block["data"])


def _blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def heard(request):
    assert request.target == "/v1/messages"
    assert request.header("anthropic-version") and request.header("x-api-key")
    body = request.json()
    assert body["max_tokens"] > 0
    blocks = [(turn["role"], _blocks(turn["content"])) for turn in body["messages"]]
    if "system" in body:
        blocks.insert(0, ("system", _blocks(body["system"])))
    return Heard(
        [Turn(role, [_heard_part(block) for block in content]) for role, content in blocks],
        tuple(tool["name"] for tool in body.get("tools", [])),
        body.get("output_config", {}).get("format", {}).get("schema"),
        body.get("thinking", {}).get("type") in ("enabled", "adaptive"),
        any("cache_control" in block for _, content in blocks for block in content),
        tuple(body.get("stop_sequences", [])),
        bool(body.get("stream")),
    )


def _message_of(said):
    usage = said.usage
    counts = {"input_tokens": usage.prompt - usage.cached - usage.written, "output_tokens": usage.completion}
    if usage.cached or usage.written:
        counts |= {"cache_read_input_tokens": usage.cached, "cache_creation_input_tokens": usage.written}
    reason = "stop_sequence" if said.stop_sequence else REASONS[said.finish]
    return speaks_messages.message(
        [_block(part) for part in said.parts], stop_reason=reason, stop_sequence=said.stop_sequence, usage=counts
    )


def plain(said):
    return _message_of(said)


def events(said):
    for name, data in speaks_messages.events(_message_of(said)):
        yield speaks_messages.frame(name, data)


def error(message):
    return {"type": "error", "error": {"type": "api_error", "message": message}}


def error_event(message):
    return speaks_messages.frame("error", error(message))


def is_stream(request):
    return bool(request.json().get("stream"))
