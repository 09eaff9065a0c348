"""Amazon Bedrock's Converse, as an upstream:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

import json
import re

from support import aws
from support.dialects import Call, Heard, Media, Reasoning, Result, Text, Turn, pieces

NAME = "converse"
STREAM_TYPE = "application/vnd.amazon.eventstream"
REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "content_filtered"}
TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain",
}


# --- As it hears


def _heard_part(block):
    ((kind, value),) = block.items()
    if kind == "text":
        return Text(value)
    if kind == "image":
        return Media("image", TYPES[value["format"]], value["source"]["bytes"])
    if kind == "document":
        assert re.fullmatch(r"(?!.*\s\s)[a-zA-Z0-9\s()\[\]-]{1,200}", value["name"])
        return Media("file", TYPES[value["format"]], value["source"]["bytes"], value["name"])
    if kind == "toolUse":
        assert re.fullmatch(r"[a-zA-Z0-9_.:-]{1,64}", value["toolUseId"])
        return Call(value["toolUseId"], value["name"], value["input"])
    if kind == "toolResult":
        return Result(value["toolUseId"], "".join(inner["text"] for inner in value["content"]))
    assert kind == "reasoningContent"
    shown = value.get("reasoningText")
    return Reasoning(shown["text"], shown.get("signature")) if shown else Reasoning("", value["redactedContent"])


def _check_roles(messages):
    """As the API does: what it would refuse fails here."""
    roles = [message["role"] for message in messages]
    assert roles[0] == "user" and all(one != other for one, other in zip(roles, roles[1:]))
    names = [block["document"]["name"] for message in messages for block in message["content"] if "document" in block]
    assert len(names) == len(set(names))
    for message, following in zip(messages, messages[1:]):
        calls = {block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block}
        results = [block["toolResult"]["toolUseId"] for block in following["content"] if "toolResult" in block]
        assert sorted(results) == sorted(calls)
        first = [block for block in following["content"] if "cachePoint" not in block][: len(results)]
        assert all("toolResult" in block for block in first)


def heard(request):
    assert re.fullmatch(r"(/[a-z0-9]+)?/model/[^/:]+/converse(-stream)?", request.target), request.target
    body = request.json()
    assert "model" not in body and "stream" not in body
    _check_roles(body["messages"])
    told = [(message["role"], message["content"]) for message in body["messages"]]
    if "system" in body:
        told.insert(0, ("system", body["system"]))
    format_ = body.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema", {})
    further = body.get("additionalModelRequestFields", {})
    tools = [tool["toolSpec"]["name"] for tool in body.get("toolConfig", {}).get("tools", []) if "toolSpec" in tool]
    return Heard(
        [Turn(role, [_heard_part(block) for block in content if "cachePoint" not in block]) for role, content in told],
        tuple(tools),
        json.loads(format_["schema"]) if format_ else None,
        bool({"thinking", "reasoning_effort", "reasoningConfig"} & further.keys()),
        any("cachePoint" in block for _, content in told for block in content),
        tuple(body.get("inferenceConfig", {}).get("stopSequences", [])),
        is_stream(request),
    )


def is_stream(request):
    return request.target.endswith("/converse-stream")


# --- As it answers


def _block(part):
    if isinstance(part, Text):
        return {"text": part.text}
    if isinstance(part, Call):
        return {"toolUse": {"toolUseId": part.id, "name": part.name, "input": part.arguments, "type": "tool_use"}}
    return {"reasoningContent": {"reasoningText": {"text": part.text, "signature": part.seal or ""}}}


def _end(said):
    end = {"stopReason": "stop_sequence" if said.stop_sequence else REASONS[said.finish]}
    if said.stop_sequence:
        end["additionalModelResponseFields"] = {"delta": {"stop_sequence": said.stop_sequence}}
    return end


def _metadata(said):
    usage = said.usage
    counts = {
        "inputTokens": usage.prompt - usage.cached - usage.written,
        "outputTokens": usage.completion,
        "totalTokens": usage.prompt + usage.completion,
    }
    if usage.cached or usage.written:
        counts |= {"cacheReadInputTokens": usage.cached, "cacheWriteInputTokens": usage.written}
    return {"usage": counts, "metrics": {"latencyMs": 7}}


def plain(said):
    message = {"role": "assistant", "content": [_block(part) for part in said.parts]}
    return {"output": {"message": message}} | _end(said) | _metadata(said)


def _deltas(part):
    if isinstance(part, Text):
        return [{"text": piece} for piece in pieces(part.text)]
    if isinstance(part, Call):
        return [{"toolUse": {"input": piece}} for piece in pieces(json.dumps(part.arguments))]
    shown = [{"reasoningContent": {"text": piece}} for piece in pieces(part.text)]
    return shown + ([{"reasoningContent": {"signature": part.seal}}] if part.seal else [])


def events(said):
    yield aws.event("messageStart", {"role": "assistant", "p": "abc"})
    for index, part in enumerate(said.parts):
        place = {"contentBlockIndex": index}
        if isinstance(part, Call):  # the others begin with their first delta
            start = {"toolUse": {"toolUseId": part.id, "name": part.name, "type": "tool_use"}}
            yield aws.event("contentBlockStart", place | {"start": start})
        for delta in _deltas(part):
            yield aws.event("contentBlockDelta", place | {"delta": delta, "p": "abcdefgh"[: index % 8]})
        yield aws.event("contentBlockStop", place)
    yield aws.event("messageStop", _end(said))
    yield aws.event("metadata", _metadata(said))


def error(message):
    return {"message": message}


def error_event(message):
    return aws.exception("modelStreamErrorException", message)
