"""OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat."""

import json

from support.dialects import TOOL_SCHEMA, Call, Heard, Media, Reasoning, Result, Said, Text, Turn, Usage, pieces
from support.sse import Stream

NAME = "chat"
STREAMS_END_BY = b"data: [DONE]\n\n"


# --- As a client asks, and is answered


def _part(part, cached):
    if isinstance(part, Text):
        text = {"type": "text", "text": part.text}
        return text | {"cache_control": {"type": "ephemeral"}} if cached else text
    address = f"data:{part.type};base64,{part.data}"
    if part.kind == "image":
        return {"type": "image_url", "image_url": {"url": address}}
    return {"type": "file", "file": {"filename": part.name, "file_data": address}}


def _call(call):
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _messages(turns, cached):
    for place, turn in enumerate(turns):
        if turn.native is not None:
            yield turn.native
            continue
        results = [part for part in turn.parts if isinstance(part, Result)]
        for result in results:
            yield {"role": "tool", "tool_call_id": result.id, "content": result.text}
        others = [part for part in turn.parts if isinstance(part, (Text, Media))]
        calls = [_call(part) for part in turn.parts if isinstance(part, Call)]
        if not others and not calls:
            continue
        mark = cached and place == len(turns) - 1
        message = {"role": turn.role, "content": [_part(part, mark and part is others[-1]) for part in others] or None}
        yield message | ({"tool_calls": calls} if calls else {})


def ask(wish, model, stream):
    body = {"model": model, "messages": list(_messages(wish.turns, wish.cached)), "max_tokens": wish.max_tokens}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    if wish.tools:
        body["tools"] = [
            {"type": "function", "function": {"name": name, "parameters": TOOL_SCHEMA}} for name in wish.tools
        ]
    if wish.schema:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": wish.schema}}
    if wish.reasoning:
        body["reasoning_effort"] = "high"
    if wish.stop:
        body["stop"] = list(wish.stop)
    return "/v1/chat/completions", body


def _usage(usage):
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        usage["prompt_tokens"],
        usage["completion_tokens"],
        details.get("cached_tokens") or 0,
        details.get("cache_write_tokens") or 0,
    )


def _merged(details):
    whole = {}
    for detail in details:
        one = whole.setdefault(detail["index"], {"text": "", "summary": ""})
        for name, value in detail.items():
            if value is None:
                continue
            one[name] = one[name] + value if name in ("text", "summary") else value
    return [{name: value for name, value in one.items() if value != ""} for one in whole.values()]


def _said(message, finish, usage):
    details = message.get("reasoning_details") or []
    parts = [
        Reasoning(detail.get("text") or detail.get("summary") or "", detail.get("signature") or detail.get("data"))
        for detail in details
    ]
    if not details and message.get("reasoning_content"):
        parts.append(Reasoning(message["reasoning_content"]))
    if message.get("content"):
        parts.append(Text(message["content"]))
    for call in message.get("tool_calls") or []:
        function = call["function"]
        parts.append(Call(call["id"], function["name"], json.loads(function["arguments"] or "{}")))
    return Said(parts, finish, _usage(usage)), message


def read(answer, stream):
    """(Said, the message as a client keeps it)."""
    if answer.status >= 400:
        return Said([], error=answer.json()["error"]["message"]), None
    if not stream:
        whole = answer.json()
        choice = whole["choices"][0]
        return _said(choice["message"], choice["finish_reason"], whole["usage"])
    message = {"role": "assistant", "content": "", "reasoning_details": [], "tool_calls": []}
    finish = usage = None
    for event in Stream(answer.body).events:
        if event.get("error"):
            return Said([], error=event["error"]["message"]), None
        usage = event.get("usage") or usage
        for choice in event["choices"]:
            finish = choice["finish_reason"] or finish
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            if delta.get("reasoning_content"):
                message["reasoning_content"] = message.get("reasoning_content", "") + delta["reasoning_content"]
            message["reasoning_details"] += delta.get("reasoning_details") or []
            for part in delta.get("tool_calls") or []:
                if part["index"] == len(message["tool_calls"]):
                    message["tool_calls"].append(
                        {"id": part["id"], "type": "function", "function": {"name": "", "arguments": ""}}
                    )
                call = message["tool_calls"][part["index"]]
                call["function"]["name"] += part["function"].get("name") or ""
                call["function"]["arguments"] += part["function"].get("arguments") or ""
                for name in ("extra_content",):
                    if name in part:
                        call[name] = part[name]
    assert answer.body.endswith(STREAMS_END_BY), answer.body[-200:]
    message["reasoning_details"] = _merged(message["reasoning_details"])
    return _said({name: value for name, value in message.items() if value}, finish, usage)


# --- As an upstream hears, and answers


def _media(address, kind, name=None):
    head, data = address.split(",", 1)
    return Media(kind, head[len("data:") :].split(";")[0], data, name)


def _heard_parts(content):
    if isinstance(content, str):
        return [Text(content)], False
    parts, cached = [], False
    for part in content or []:
        cached = cached or "cache_control" in part
        if part["type"] == "text":
            parts.append(Text(part["text"]))
        elif part["type"] == "image_url":
            parts.append(_media(part["image_url"]["url"], "image"))
        elif part["type"] == "file":
            parts.append(_media(part["file"]["file_data"], "file", part["file"].get("filename")))
    return parts, cached


def heard(request):
    body = request.json()
    turns, cached = [], False
    for message in body["messages"]:
        if message["role"] == "tool":
            content, _ = _heard_parts(message["content"])
            turns.append(Turn("user", [Result(message["tool_call_id"], "".join(part.text for part in content))]))
            continue
        parts, marked = _heard_parts(message.get("content"))
        cached = cached or marked
        if message.get("reasoning_content"):
            parts.insert(0, Reasoning(message["reasoning_content"]))
        for detail in message.get("reasoning_details") or []:
            parts.append(Reasoning(detail.get("text", ""), detail.get("signature") or detail.get("data")))
        for call in message.get("tool_calls") or []:
            parts.append(Call(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"])))
        turns.append(Turn("system" if message["role"] == "developer" else message["role"], parts))
    output = body.get("response_format") or {}
    stop = body.get("stop") or []
    return Heard(
        turns,
        tuple(tool["function"]["name"] for tool in body.get("tools", [])),
        output.get("json_schema", {}).get("schema"),
        bool(body.get("reasoning_effort") or body.get("reasoning")),
        cached,
        tuple([stop] if isinstance(stop, str) else stop),
        bool(body.get("stream")),
    )


def _usage_of(said):
    usage = said.usage
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
    }


def _message_of(said):
    message = {"role": "assistant", "content": said.texts() or None}
    if said.reasoning():
        message["reasoning_content"] = said.reasoning()
    calls = [_call(part) for part in said.parts if isinstance(part, Call)]
    return message | ({"tool_calls": calls} if calls else {})


HEAD = {"id": "chatcmpl-1", "created": 1700000000, "model": "chat-1"}


def _deltas(said):
    yield {"role": "assistant", "content": ""}
    for piece in pieces(said.reasoning()) if said.reasoning() else []:
        yield {"reasoning_content": piece}
    for piece in pieces(said.texts()) if said.texts() else []:
        yield {"content": piece}
    for index, call in enumerate(part for part in said.parts if isinstance(part, Call)):
        yield {"tool_calls": [{"index": index} | _call(call) | {"function": {"name": call.name, "arguments": ""}}]}
        for piece in pieces(json.dumps(call.arguments)):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def events(said):
    """Bytes of each event of a stream."""

    def chunk(choices, **more):
        value = HEAD | {"object": "chat.completion.chunk", "choices": choices} | more
        return f"data: {json.dumps(value)}\n\n".encode()

    for delta in _deltas(said):
        yield chunk([{"index": 0, "delta": delta, "finish_reason": None}])
    yield chunk([{"index": 0, "delta": {}, "finish_reason": said.finish}])
    yield chunk([], usage=_usage_of(said))
    yield STREAMS_END_BY


def plain(said):
    choice = {"index": 0, "message": _message_of(said), "finish_reason": said.finish}
    return HEAD | {"object": "chat.completion", "choices": [choice], "usage": _usage_of(said)}


def error(message):
    return {"error": {"message": message, "type": "server_error", "param": None, "code": None}}


def error_event(message):
    return f"data: {json.dumps(error(message))}\n\n".encode()


def is_stream(request):
    return bool(request.json().get("stream"))


STREAM_TYPE = "text/event-stream"
