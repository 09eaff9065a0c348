"""Amazon Bedrock's Converse and ConverseStream, as an upstream:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

import json
import struct
import zlib

from support.dialects import Call, Heard, Media, Reasoning, Result, Text, Turn, pieces

NAME = "converse"
STREAM_TYPE = "application/vnd.amazon.eventstream"
REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
IMAGES = {"png": "image/png", "jpeg": "image/jpeg"}


def frame(headers, payload):
    """One message of AWS's binary event stream."""
    fields = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(fields) + len(payload), len(fields))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + fields + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def _event(name, value):
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(value).encode())


def _heard_part(block):
    (kind, value), *_ = ((kind, value) for kind, value in block.items())
    if kind == "text":
        return Text(value)
    if kind == "image":
        return Media("image", IMAGES[value["format"]], value["source"]["bytes"])
    if kind == "document":
        return Media("file", f"application/{value['format']}", value["source"]["bytes"], value["name"])
    if kind == "toolUse":
        return Call(value["toolUseId"], value["name"], value["input"])
    if kind == "toolResult":
        return Result(value["toolUseId"], "".join(one["text"] for one in value["content"]))
    if kind == "reasoningContent":
        shown = value.get("reasoningText", {})
        return Reasoning(shown.get("text", ""), shown.get("signature") or value.get("redactedContent"))
    assert kind == "cachePoint"
    return None


def heard(request):
    body = request.json()
    options = body.get("inferenceConfig", {})
    more = body.get("additionalModelRequestFields", {})
    turns = [Turn("system", [_heard_part(block) for block in body["system"]])] if body.get("system") else []
    turns += [Turn(one["role"], [_heard_part(block) for block in one["content"]]) for one in body["messages"]]
    cached = any(part is None for turn in turns for part in turn.parts)
    for turn in turns:
        turn.parts = [part for part in turn.parts if part is not None]
    tools = [tool["toolSpec"]["name"] for tool in body.get("toolConfig", {}).get("tools", []) if "toolSpec" in tool]
    schema = None
    if "outputConfig" in body:
        schema = json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"])
    return Heard(
        turns,
        tuple(tools),
        schema,
        bool(more.get("thinking") or more.get("reasoning_config")),
        cached,
        tuple(options.get("stopSequences", [])),
        is_stream(request),
    )


def _block(part):
    if isinstance(part, Text):
        return {"text": part.text}
    if isinstance(part, Call):
        return {"toolUse": {"toolUseId": part.id, "name": part.name, "input": part.arguments}}
    return {"reasoningContent": {"reasoningText": {"text": part.text, "signature": part.seal}}}


def _usage_of(said):
    usage = said.usage
    counts = {
        "inputTokens": usage.prompt - usage.cached,
        "outputTokens": usage.completion,
        "totalTokens": usage.prompt + usage.completion,
    }
    return counts | ({"cacheReadInputTokens": usage.cached} if usage.cached else {})


def _reason(said):
    return "stop_sequence" if said.stop_sequence else REASONS[said.finish]


def plain(said):
    message = {"role": "assistant", "content": [_block(part) for part in said.parts]}
    return {
        "output": {"message": message},
        "stopReason": _reason(said),
        "usage": _usage_of(said),
        "metrics": {"latencyMs": 7},
    }


def _deltas(part):
    if isinstance(part, Text):
        return [{"text": piece} for piece in pieces(part.text)]
    if isinstance(part, Call):
        return [{"toolUse": {"input": piece}} for piece in pieces(json.dumps(part.arguments))]
    shown = [{"reasoningContent": {"text": piece}} for piece in pieces(part.text)]
    return [*shown, {"reasoningContent": {"signature": part.seal}}]


def events(said):
    yield _event("messageStart", {"role": "assistant"})
    for index, part in enumerate(said.parts):
        if isinstance(part, Call):
            start = {"toolUse": {"toolUseId": part.id, "name": part.name}}
            yield _event("contentBlockStart", {"contentBlockIndex": index, "start": start})
        for delta in _deltas(part):
            yield _event("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})
        yield _event("contentBlockStop", {"contentBlockIndex": index})
    yield _event("messageStop", {"stopReason": _reason(said)})
    yield _event("metadata", {"usage": _usage_of(said), "metrics": {"latencyMs": 7}})


def error(message):
    return {"message": message}


def error_event(message):
    headers = {
        ":exception-type": "internalServerException",
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return frame(headers, json.dumps({"message": message}).encode())


def is_stream(request):
    return request.target.endswith("/converse-stream")
