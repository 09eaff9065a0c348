"""Google's generateContent: https://ai.google.dev/api/generate-content."""

import json

from support.dialects import TOOL_SCHEMA, Call, Heard, Media, Reasoning, Result, Said, Text, Turn, Usage, pieces
from support.http_client import loads

NAME = "gemini"
STREAM_TYPE = "text/event-stream"
REASONS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"}


# --- As a client asks, and is answered


def _part(part, names):
    if isinstance(part, Text):
        return {"text": part.text}
    if isinstance(part, Media):
        return {"inlineData": {"mimeType": part.type, "data": part.data}}
    if isinstance(part, Call):
        return {"functionCall": {"id": part.id, "name": part.name, "args": part.arguments}}
    if isinstance(part, Result):
        return {"functionResponse": {"id": part.id, "name": names[part.id], "response": {"result": part.text}}}
    return {"text": part.text, "thought": True}


def ask(wish, model, stream):
    names, contents = {}, []
    for turn in wish.turns:
        if turn.role == "system":
            continue
        parts = turn.native["parts"] if turn.native else [_part(part, names) for part in turn.parts]
        names |= {p["functionCall"]["id"]: p["functionCall"]["name"] for p in parts if "functionCall" in p}
        contents.append({"role": "model" if turn.role == "assistant" else "user", "parts": parts})
    body = {"contents": contents}
    options = {"maxOutputTokens": wish.max_tokens}
    system = [{"text": part.text} for turn in wish.turns if turn.role == "system" for part in turn.parts]
    if system:
        body["systemInstruction"] = {"parts": system}
    if wish.tools:
        tools = [{"name": name, "parametersJsonSchema": TOOL_SCHEMA} for name in wish.tools]
        body["tools"] = [{"functionDeclarations": tools}]
    if wish.schema:
        options |= {"responseMimeType": "application/json", "responseJsonSchema": wish.schema}
    if wish.reasoning:
        options["thinkingConfig"] = {"thinkingBudget": 2048, "includeThoughts": True}
    if wish.stop:
        options["stopSequences"] = list(wish.stop)
    body["generationConfig"] = options
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/v1beta/models/{model}:{method}", body


def _usage(usage):
    thoughts = usage.get("thoughtsTokenCount", 0)
    return Usage(
        usage["promptTokenCount"], usage.get("candidatesTokenCount", 0) + thoughts, usage.get("cachedContentTokenCount", 0)
    )


def _said(parts, finish, usage):
    said = []
    for part in parts:
        if "functionCall" in part:
            call = part["functionCall"]
            said.append(Call(call["id"], call["name"], call["args"]))
            if "thoughtSignature" in part:
                said.append(Reasoning("", part["thoughtSignature"]))
        elif part.get("thought"):
            said.append(Reasoning(part["text"], part.get("thoughtSignature")))
        elif "text" in part:
            said.append(Text(part["text"]))
    names = {"STOP": "stop", "MAX_TOKENS": "length"}
    finish = names[finish]
    if finish == "stop" and any(isinstance(part, Call) for part in said):
        finish = "tool_calls"  # Google has no word for it
    return Said(said, finish, _usage(usage)), {"role": "model", "parts": parts}


def read(answer, stream):
    if answer.status >= 400:
        return Said([], error=answer.json()["error"]["message"]), None
    if not stream:
        whole = answer.json()
        candidate = whole["candidates"][0]
        return _said(candidate["content"]["parts"], candidate["finishReason"], whole["usageMetadata"])
    parts, finish, usage = [], None, None
    for block in answer.body.split(b"\n\n"):
        block = block.lstrip(b"\n")  # an empty line is a sign of life
        if not block or block.startswith(b":"):
            continue
        assert block.startswith(b"data: ") and b"\n" not in block, block  # Google's SDK takes nothing else
        chunk = loads(block[len(b"data: ") :])
        if "error" in chunk:
            return Said([], error=chunk["error"]["message"]), None
        for candidate in chunk.get("candidates", []):
            parts += candidate.get("content", {}).get("parts", [])
            assert finish is None, "the finish reason comes last"
            finish = candidate.get("finishReason")
        usage = chunk.get("usageMetadata", usage)
    if finish is None:
        return Said([], error="the stream ended early"), None
    return _said(parts, finish, usage)


# --- As an upstream hears, and answers


def _heard_part(part):
    if "functionCall" in part:
        call = part["functionCall"]
        return Call(call.get("id"), call["name"], call["args"])
    if "functionResponse" in part:
        answer = part["functionResponse"]
        response = answer["response"]
        return Result(answer.get("id"), str(response.get("result", response.get("output", response))))
    if "inlineData" in part:
        data = part["inlineData"]
        return Media("image" if data["mimeType"].startswith("image/") else "file", data["mimeType"], data["data"])
    if part.get("thought"):
        return Reasoning(part["text"], part.get("thoughtSignature"))
    return Text(part["text"])


def heard(request):
    body = request.json()
    assert request.header("x-goog-api-key")
    options = body.get("generationConfig", {})
    assert "model" not in body and "stream" not in body
    turns = []
    if "systemInstruction" in body:
        turns.append(Turn("system", [_heard_part(part) for part in body["systemInstruction"]["parts"]]))
    for content in body["contents"]:
        role = "assistant" if content["role"] == "model" else "user"
        parts = []
        for part in content["parts"]:
            parts.append(_heard_part(part))
            if "functionCall" in part and "thoughtSignature" in part:
                parts.append(Reasoning("", part["thoughtSignature"]))
        turns.append(Turn(role, parts))
    names = [tool["name"] for one in body.get("tools", []) for tool in one["functionDeclarations"]]
    thinks = options.get("thinkingConfig") or {}
    return Heard(
        turns,
        tuple(names),
        options.get("responseJsonSchema") or options.get("responseSchema"),
        bool(thinks.get("thinkingBudget") or thinks.get("thinkingLevel") or thinks.get("includeThoughts")),
        False,
        tuple(options.get("stopSequences", [])),
        is_stream(request),
    )


def _usage_of(said):
    usage = said.usage
    counts = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": usage.completion,
        "totalTokenCount": usage.prompt + usage.completion,
    }
    return counts | ({"cachedContentTokenCount": usage.cached} if usage.cached else {})


def _parts_of(said):
    """As Gemini has them: the seal of its thoughts stands with the call that follows them."""
    seal = next(iter(said.seals()), None)
    for part in said.parts:
        shown = _part(part, {})
        if isinstance(part, Call) and seal:
            shown["thoughtSignature"] = seal
            seal = None
        yield shown


HEAD = {"modelVersion": "gemini-1", "responseId": "resp-1"}


def plain(said):
    content = {"role": "model", "parts": list(_parts_of(said))}
    candidate = {"content": content, "finishReason": REASONS[said.finish], "index": 0}
    return HEAD | {"candidates": [candidate], "usageMetadata": _usage_of(said)}


def events(said):
    def chunk(parts, **more):
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0} | more
        value = HEAD | {"candidates": [candidate], "usageMetadata": _usage_of(said)}
        return f"data: {json.dumps(value)}\r\n\r\n".encode()

    for part in _parts_of(said):
        if "functionCall" in part:
            yield chunk([part])
            continue
        for piece in pieces(part["text"]):
            yield chunk([part | {"text": piece}])
    yield chunk([{"text": ""}], finishReason=REASONS[said.finish])


def error(message):
    return {"error": {"code": 500, "message": message, "status": "INTERNAL"}}


def error_event(message):
    return f"data: {json.dumps(error(message))}\r\n\r\n".encode()


def is_stream(request):
    return ":streamGenerateContent?alt=sse" in request.target
