"""OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses."""

import json

from support.dialects import TOOL_SCHEMA, Call, Heard, Media, Reasoning, Result, Said, Text, Turn, Usage, pieces
from support.sse import named_events

NAME = "responses"
STREAM_TYPE = "text/event-stream"


# --- As a client asks, and is answered


def _content(part, role):
    if isinstance(part, Text):
        return {"type": "output_text" if role == "assistant" else "input_text", "text": part.text}
    address = f"data:{part.type};base64,{part.data}"
    if part.kind == "image":
        return {"type": "input_image", "image_url": address}
    return {"type": "input_file", "filename": part.name, "file_data": address}


def _items(turn):
    if turn.native is not None:
        return turn.native
    items = []
    for part in turn.parts:
        if isinstance(part, Result):
            items.append({"type": "function_call_output", "call_id": part.id, "output": part.text})
        elif isinstance(part, Call):
            items.append(_call_item(part))
    content = [_content(part, turn.role) for part in turn.parts if isinstance(part, (Text, Media))]
    if content:
        items.append({"type": "message", "role": turn.role, "content": content})
    return items


def ask(wish, model, stream):
    body = {"model": model, "store": False, "max_output_tokens": wish.max_tokens}
    body["input"] = [item for turn in wish.turns for item in _items(turn)]
    if stream:
        body["stream"] = True
    if wish.tools:
        body["tools"] = [
            {"type": "function", "name": name, "parameters": TOOL_SCHEMA, "strict": False} for name in wish.tools
        ]
    if wish.schema:
        body["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": wish.schema}}
    if wish.reasoning:
        body |= {"reasoning": {"effort": "high"}, "include": ["reasoning.encrypted_content"]}
    return "/v1/responses", body


def _said(response):
    parts = []
    for item in response["output"]:
        if item["type"] == "message":
            parts += [Text(one["text"]) for one in item["content"] if one["type"] == "output_text"]
        elif item["type"] == "function_call":
            parts.append(Call(item["call_id"], item["name"], json.loads(item["arguments"])))
        else:
            assert item["type"] == "reasoning"
            shown = item.get("content") or item.get("summary") or []
            parts.append(Reasoning("".join(one["text"] for one in shown), item.get("encrypted_content")))
    usage = response["usage"]
    counted = Usage(
        usage["input_tokens"], usage["output_tokens"], usage["input_tokens_details"].get("cached_tokens") or 0
    )
    if response["status"] == "incomplete":
        finish = {"max_output_tokens": "length"}[response["incomplete_details"]["reason"]]
    else:
        assert response["status"] == "completed"
        finish = "tool_calls" if any(isinstance(part, Call) for part in parts) else "stop"
    return Said(parts, finish, counted), response["output"]


def read(answer, stream):
    if answer.status >= 400:
        return Said([], error=answer.json()["error"]["message"]), None
    if not stream:
        return _said(answer.json())
    number, items, ended = -1, {}, None
    for name, data in named_events(answer.body):
        assert name == data["type"] and ended is None
        assert data["sequence_number"] == number + 1
        number = data["sequence_number"]
        if name == "response.output_item.added":
            assert data["output_index"] == len(items)
            items[data["output_index"]] = {"id": data["item"]["id"], "text": "", "done": False}
        elif name.endswith(".delta"):
            item = items[data["output_index"]]
            assert item["id"] == data["item_id"] and not item["done"]
            item["text"] += data["delta"]
        elif name == "response.output_item.done":
            items[data["output_index"]]["done"] = data["item"]
        elif name in ("response.completed", "response.incomplete"):
            ended = data["response"]
        elif name == "response.failed":
            return Said([], error=data["response"]["error"]["message"]), None
        elif name == "error":
            return Said([], error=data["message"]), None
    if ended is None:
        return Said([], error="the stream ended early"), None
    assert [item["done"] for item in items.values()] == ended["output"]
    return _said(ended)


# --- As an upstream hears, and answers


def _heard_content(part):
    if part["type"] in ("input_text", "output_text"):
        return Text(part["text"])
    address = part["image_url"] if part["type"] == "input_image" else part["file_data"]
    head, data = address.split(",", 1)
    kind = "image" if part["type"] == "input_image" else "file"
    return Media(kind, head[len("data:") :].split(";")[0], data, part.get("filename"))


def _heard_item(item):
    kind = item.get("type", "message")
    if kind == "function_call":
        return Turn("assistant", [Call(item["call_id"], item["name"], json.loads(item["arguments"]))])
    if kind == "function_call_output":
        output = item["output"]
        text = output if isinstance(output, str) else "".join(one["text"] for one in output)
        return Turn("user", [Result(item["call_id"], text)])
    if kind == "reasoning":
        shown = item.get("content") or item.get("summary") or []
        return Turn("assistant", [Reasoning("".join(one["text"] for one in shown), item.get("encrypted_content"))])
    content = item["content"]
    parts = [Text(content)] if isinstance(content, str) else [_heard_content(part) for part in content]
    return Turn("system" if item["role"] == "developer" else item["role"], parts)


def heard(request):
    assert request.target == "/v1/responses"
    body = request.json()
    assert body["store"] is False
    turns = [Turn("system", [Text(body["instructions"])])] if body.get("instructions") else []
    items = body["input"]
    turns += [Turn("user", [Text(items)])] if isinstance(items, str) else [_heard_item(item) for item in items]
    return Heard(
        turns,
        tuple(tool["name"] for tool in body.get("tools", [])),
        body.get("text", {}).get("format", {}).get("schema"),
        bool(body.get("reasoning")),
        False,
        (),
        bool(body.get("stream")),
    )


def _call_item(call, id=None):
    item = {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": json.dumps(call.arguments)}
    return item | ({"id": id, "status": "completed"} if id else {})


def _output(said):
    for number, part in enumerate(said.parts):
        if isinstance(part, Text):
            content = [{"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}]
            yield {"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant", "content": content}
        elif isinstance(part, Call):
            yield _call_item(part, f"fc_{number}")
        else:
            summary = [{"type": "summary_text", "text": part.text}]
            yield {"type": "reasoning", "id": f"rs_{number}", "summary": summary, "encrypted_content": part.seal}


def _response(said, **more):
    usage = said.usage
    counts = {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt + usage.completion,
    }
    cut = said.finish == "length"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1700000000,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None,
        "model": "responses-1",
        "output": list(_output(said)),
        "usage": counts,
    } | more


def plain(said):
    return _response(said)


def _deltas(item):
    """(event, more members) of what fills an item."""
    if item["type"] == "message":
        part = item["content"][0]
        place = {"content_index": 0}
        yield "response.content_part.added", place | {"part": part | {"text": ""}}
        for piece in pieces(part["text"]):
            yield "response.output_text.delta", place | {"delta": piece, "logprobs": []}
        yield "response.output_text.done", place | {"text": part["text"], "logprobs": []}
        yield "response.content_part.done", place | {"part": part}
    elif item["type"] == "function_call":
        for piece in pieces(item["arguments"]):
            yield "response.function_call_arguments.delta", {"delta": piece}
        yield "response.function_call_arguments.done", {"arguments": item["arguments"]}
    else:
        part = item["summary"][0]
        place = {"summary_index": 0}
        yield "response.reasoning_summary_part.added", place | {"part": part | {"text": ""}}
        for piece in pieces(part["text"]):
            yield "response.reasoning_summary_text.delta", place | {"delta": piece}
        yield "response.reasoning_summary_text.done", place | {"text": part["text"]}
        yield "response.reasoning_summary_part.done", place | {"part": part}


def events(said):
    number = 0

    def event(name, **members):
        nonlocal number
        data = {"type": name, "sequence_number": number} | members
        number += 1
        return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()

    begun = _response(said, status="in_progress", incomplete_details=None, output=[], usage=None)
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    for index, item in enumerate(_output(said)):
        empty = {"message": {"content": []}, "function_call": {"arguments": ""}, "reasoning": {"summary": []}}
        begun_item = item | empty[item["type"]] | ({} if item["type"] == "reasoning" else {"status": "in_progress"})
        yield event("response.output_item.added", output_index=index, item=begun_item)
        for name, members in _deltas(item):
            yield event(name, output_index=index, item_id=item["id"], **members)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.incomplete" if said.finish == "length" else "response.completed", response=_response(said))


def error(message):
    return {"error": {"message": message, "type": "server_error", "param": None, "code": "server_error"}}


def error_event(message):
    data = {"type": "error", "sequence_number": 99, "code": "server_error", "message": message, "param": None}
    return f"event: error\ndata: {json.dumps(data)}\n\n".encode()


def is_stream(request):
    return bool(request.json().get("stream"))
