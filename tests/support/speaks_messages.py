"""What an upstream of Anthropic's Messages API answers, plain and streamed, for support/scripted_upstream.py."""

import json


def message(content, *, stop_reason="end_turn", stop_sequence=None, usage=None, id="msg_1"):
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": "messages-1",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": stop_sequence,
        "usage": usage or {"input_tokens": 12, "output_tokens": 7},
    }


def text(words):
    return {"type": "text", "text": words}


def tool_use(id, name, arguments):
    return {"type": "tool_use", "id": id, "name": name, "input": arguments}


def thinking(words, signature):
    return {"type": "thinking", "thinking": words, "signature": signature}


def _pieces(words, size=4):
    return [words[at : at + size] for at in range(0, len(words), size)] or [""]


def _deltas(block):
    kind = block["type"]
    if kind == "text":
        return [{"type": "text_delta", "text": piece} for piece in _pieces(block["text"])]
    if kind == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(block["thinking"])]
        return [*deltas, {"type": "signature_delta", "signature": block["signature"]}]
    if kind == "tool_use":
        return [
            {"type": "input_json_delta", "partial_json": piece} for piece in _pieces(json.dumps(block["input"]))
        ]
    return []


EMPTY = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}


def events(answer):
    """(name, data) of each event of a stream."""
    usage = answer["usage"]
    begin = answer | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": begin}
    yield "ping", {"type": "ping"}
    for index, block in enumerate(answer["content"]):
        empty = block | EMPTY.get(block["type"], {})
        yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in _deltas(block):
            yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": answer["stop_reason"], "stop_sequence": answer["stop_sequence"]}
    yield "message_delta", {"type": "message_delta", "delta": ended, "usage": {"output_tokens": usage["output_tokens"]}}
    yield "message_stop", {"type": "message_stop"}


def frame(name, data):
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def answers(answer):
    """A script that gives this answer in the form that is asked for."""

    def script(exchange):
        if not exchange.request.json().get("stream"):
            return exchange.answer(answer)
        exchange.start_stream()
        for name, data in events(answer):
            exchange.chunk(frame(name, data))
        exchange.end_stream()

    return script
