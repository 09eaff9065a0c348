"""What an answer in a dialect says, read plainly by the provider's own document.

It stands here a second time on purpose: what comes through the gateway is compared with what these few lines read in
the recording. Where a client speaks the provider's dialect, the same lines read what it gets."""

import json
import struct
import zlib
from dataclasses import dataclass, field
from decimal import Decimal

from support.recordings import Figures, Said, events_of, figures_of, strict_json, text_of_content

FINISH = {  # OpenAI's word for each dialect's own
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "refusal": "content_filter",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}


@dataclass
class Reading:
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: list = field(default_factory=list)  # (name, arguments)
    images: int = 0
    finish: str | None = None  # OpenAI's word
    figures: Figures | None = None  # None: nothing was reported
    error: str | None = None  # the provider's message

    def call(self, name, arguments):
        self.calls.append((name, arguments))

    def ended(self, native):
        """In OpenAI's words an answer that makes calls ends because of them, whatever the provider's own word."""
        finish = FINISH.get(native, "stop")
        self.finish = "tool_calls" if self.calls and finish == "stop" else finish


def arguments_of(text):
    return json.loads(text or "{}", parse_float=Decimal)


# --- Chat completions, as a client gets them


def read_chat_events(events):
    choices = [choice for event in events for choice in event.get("choices") or []]
    deltas = [choice.get("delta") or choice.get("message") or {} for choice in choices]
    reading = Reading(
        text="".join(text_of_content(delta.get("content")) for delta in deltas),
        reasoning="".join(delta.get("reasoning_content") or "" for delta in deltas),
        refusal="".join(delta.get("refusal") or "" for delta in deltas),
        images=sum(len(delta.get("images") or []) for delta in deltas),
    )
    for name, arguments in Said.by_events(events).calls:
        reading.call(name, arguments_of(arguments))
    finished = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    reading.finish = finished[-1] if finished else None
    for event in events:
        if event.get("usage"):
            reading.figures = figures_of("openai", event["usage"])
        if event.get("error"):
            reading.error = event["error"]["message"]
    return reading


def read_chat(answer):
    """A whole answer says what a stream of one event would, where calls have numbers."""

    def delta(message):
        calls = message.get("tool_calls") or []
        return message | {"tool_calls": [call | {"index": index} for index, call in enumerate(calls)]}

    choices = [choice | {"delta": delta(choice["message"])} for choice in answer.get("choices") or []]
    return read_chat_events([answer | {"choices": choices}])


# --- Anthropic's Messages


def read_messages(message):
    if message.get("type") == "error":
        return Reading(error=message["error"]["message"])
    reading = Reading()
    for block in message["content"]:
        if block["type"] == "text":
            reading.text += block["text"]
        elif block["type"] == "thinking":
            reading.reasoning += block["thinking"]
        elif block["type"] == "tool_use":
            reading.call(block["name"], block["input"])
    reading.ended(message["stop_reason"])
    usage = message["usage"]
    cached, written = (usage.get(f"cache_{way}_input_tokens") or 0 for way in ("read", "creation"))
    thought = (usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0
    prompt = usage["input_tokens"] + cached + written
    reading.figures = Figures(prompt, usage["output_tokens"], cached, written, thought)
    return reading


def read_messages_events(events):
    message, arguments = None, {}
    for event in events:
        kind, index = event["type"], event.get("index")
        if kind == "message_start":
            message = event["message"]
        elif kind == "content_block_start":
            assert index == len(message["content"])
            message["content"].append(event["content_block"])
        elif kind == "content_block_delta":
            block, delta = message["content"][index], event["delta"]
            arguments[index] = arguments.get(index, "") + delta.get("partial_json", "")
            for name in ("text", "thinking"):
                if name in delta:
                    block[name] += delta[name]
        elif kind == "message_delta":
            message |= event["delta"]
            message["usage"] |= {name: value for name, value in event["usage"].items() if value is not None}
        elif kind == "error":
            return Reading(error=event["error"]["message"])
    for index, text in arguments.items():
        if text:
            message["content"][index]["input"] = arguments_of(text)
    return read_messages(message)


# --- OpenAI's Responses


def read_responses(response):
    reading = Reading()
    if response.get("error"):
        return Reading(error=response["error"]["message"])
    for item in response["output"]:
        if item["type"] == "message":
            reading.text += "".join(part.get("text") or "" for part in item["content"])
            reading.refusal += "".join(part.get("refusal") or "" for part in item["content"])
        elif item["type"] == "reasoning":
            shown = (item.get("summary") or []) + (item.get("content") or [])
            reading.reasoning += "".join(part["text"] for part in shown)
        elif item["type"] == "function_call":
            reading.call(item["name"], arguments_of(item["arguments"]))
        elif item["type"] == "image_generation_call":
            reading.images += 1
    reading.ended("refusal" if reading.refusal else (response.get("incomplete_details") or {}).get("reason"))
    usage = response["usage"]
    details, further = usage.get("input_tokens_details") or {}, usage.get("output_tokens_details") or {}
    reading.figures = Figures(
        usage["input_tokens"],
        usage["output_tokens"],
        details.get("cached_tokens") or 0,
        details.get("cache_write_tokens") or 0,
        further.get("reasoning_tokens") or 0,
    )
    return reading


def read_responses_events(events):
    """By the response that ends them; the pieces before it must have said the same text."""
    ends = [event for event in events if event["type"] in ("response.completed", "response.incomplete")]
    for event in events:
        if event["type"] == "error":
            return Reading(error=event.get("message") or event["error"]["message"])
        if event["type"] == "response.failed":
            return Reading(error=event["response"]["error"]["message"])
    assert len(ends) == 1 and events[-1] is ends[0]
    reading = read_responses(ends[0]["response"])
    pieces = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert pieces == reading.text, "the pieces say another text than the whole"
    return reading


# --- Google's generateContent


def _read_candidate(candidate, reading):
    for part in (candidate.get("content") or {}).get("parts") or []:
        if "functionCall" in part:
            reading.call(part["functionCall"]["name"], part["functionCall"].get("args") or {})
        elif "inlineData" in part:
            reading.images += part["inlineData"]["mimeType"].startswith("image/")
        elif part.get("thought"):
            reading.reasoning += part["text"]
        else:
            reading.text += part.get("text", "")
    if candidate.get("finishReason"):
        reading.ended(candidate["finishReason"])


def read_gemini_events(responses):
    reading, usage = Reading(), {}
    for response in responses:
        if "error" in response:
            return Reading(error=response["error"]["message"])
        for candidate in response.get("candidates") or []:
            _read_candidate(candidate, reading)
        feedback = response.get("promptFeedback") or {}
        if feedback.get("blockReason") and not response.get("candidates"):
            reading.finish, reading.refusal = "content_filter", feedback.get("blockReasonMessage", "")
        usage |= response.get("usageMetadata") or {}
    if "promptTokenCount" in usage:
        reading.figures = _gemini_figures(usage)
    return reading


def _gemini_figures(usage):
    def count(name):
        return usage.get(f"{name}TokenCount") or 0

    thoughts = count("thoughts")
    return Figures(
        prompt=count("prompt") + count("toolUsePrompt"),
        completion=count("candidates") + thoughts,
        cached=count("cachedContent"),
        reasoning=thoughts,
    )


def read_gemini(answer):
    return read_gemini_events(answer if isinstance(answer, list) else [answer])


# --- Amazon Bedrock's Converse


def frames_of(body):
    """(headers, payload) of each message of an event stream, every checksum checked."""
    while body:
        length, headers_length, prelude_sum = struct.unpack(">III", body[:12])
        message, body = body[:length], body[length:]
        assert zlib.crc32(message[:8]) == prelude_sum
        assert zlib.crc32(message[:-4]) == int.from_bytes(message[-4:], "big")
        lines, headers = message[12 : 12 + headers_length], {}
        while lines:
            name = lines[1 : 1 + lines[0]].decode()
            rest = lines[1 + lines[0] :]
            assert rest[0] == 7, "not a text"
            size = int.from_bytes(rest[1:3], "big")
            headers[name] = rest[3 : 3 + size].decode()
            lines = rest[3 + size :]
        yield headers, message[12 + headers_length : -4]


def _read_thought(content, reading):
    reading.reasoning += content.get("text", "") + (content.get("reasoningText") or {}).get("text", "")


def _converse_figures(usage):
    cached, written = usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)
    return Figures(usage["inputTokens"] + cached + written, usage["outputTokens"], cached, written)


def read_converse(answer):
    reading = Reading()
    for block in answer["output"]["message"]["content"]:
        reading.text += block.get("text", "")
        if "reasoningContent" in block:
            _read_thought(block["reasoningContent"], reading)
        if "toolUse" in block:
            reading.call(block["toolUse"]["name"], block["toolUse"]["input"])
    reading.ended(answer["stopReason"])
    reading.figures = _converse_figures(answer["usage"])
    return reading


def read_converse_events(body):
    reading, calls, finish = Reading(), {}, None
    for headers, payload in frames_of(body):
        kind, event = headers[":event-type"], strict_json(payload)
        index, delta = event.get("contentBlockIndex"), event.get("delta") or {}
        tool = event.get("start", {}).get("toolUse")
        if tool and tool.get("type") != "server_tool_use":
            calls[index] = (tool["name"], "")
        if kind == "contentBlockDelta":
            reading.text += delta.get("text", "")
            _read_thought(delta.get("reasoningContent", {}), reading)
            if "toolUse" in delta and index in calls:
                name, arguments = calls[index]
                calls[index] = (name, arguments + delta["toolUse"]["input"])
        elif kind == "messageStop":
            finish = event["stopReason"]
        elif kind == "metadata":
            reading.figures = _converse_figures(event["usage"])
    for name, arguments in calls.values():
        reading.call(name, arguments_of(arguments))
    if finish:
        reading.ended(finish)
    return reading


# --- All of them

PLAIN = {
    "chat": read_chat,
    "messages": read_messages,
    "responses": read_responses,
    "gemini": read_gemini,
    "converse": read_converse,
}
EVENTS = {
    "chat": read_chat_events,
    "messages": read_messages_events,
    "responses": read_responses_events,
    "gemini": read_gemini_events,
}


def read(dialect, body, streamed):
    if not streamed:
        return PLAIN[dialect](strict_json(body))
    return read_converse_events(body) if dialect == "converse" else EVENTS[dialect](events_of(body)[0])
