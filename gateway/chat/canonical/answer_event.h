// An answer, whatever its dialect, as the sequence of what it says. A streamed one tells its texts in fragments, a
// plain one each in a piece; otherwise they are the same, so that one can be written as the other.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

enum class FinishReason : std::uint8_t { none, stop, length, tool_calls, content_filter, error };

// In OpenAI's words; `error`, that the model failed to go on, is OpenRouter's.
constexpr std::string_view to_string(FinishReason reason) {
    switch (reason) {
        case FinishReason::none:
            return {};
        case FinishReason::stop:
            return "stop";
        case FinishReason::length:
            return "length";
        case FinishReason::tool_calls:
            return "tool_calls";
        case FinishReason::content_filter:
            return "content_filter";
        case FinishReason::error:
            return "error";
    }
    return {};
}

// Which provider's reasoning it is. Signatures and sealed reasoning mean something to their own provider only.
// What Bedrock's Converse seals of other models than Claude is bytes in base64, whatever they are to their own API.
enum class ReasoningFormat : std::uint8_t { unknown, anthropic, openai_responses, google, xai_responses, bedrock };

// As OpenRouter names it in `reasoning_details[].format`.
constexpr std::string_view to_string(ReasoningFormat format) {
    switch (format) {
        case ReasoningFormat::unknown:
            return "unknown";
        case ReasoningFormat::anthropic:
            return "anthropic-claude-v1";
        case ReasoningFormat::openai_responses:
            return "openai-responses-v1";
        case ReasoningFormat::google:
            return "google-gemini-v1";
        case ReasoningFormat::xai_responses:
            return "xai-responses-v1";
        case ReasoningFormat::bedrock:
            return "amazon-bedrock-v1";
    }
    return {};
}

// Views are of the bytes that were read, valid as long as those are.
struct AnswerEvent {
    enum class Kind : std::uint8_t {
        begin,             // `id`; comes first, and once
        text,              // `text`: a fragment
        refusal,           // `text`
        reasoning,         // `text`, maybe `id`: the provider's, of what it belongs to
        signature,         // `text`: of the reasoning of the same part
        sealed_reasoning,  // `text`: a whole one; `id`: Google's of the call right behind it, others' their own, or
                           // empty
        call,              // `id`, `name`: a tool call begins
        arguments,         // `text`, or `value`: an object, all of them
        image,             // `media_type`, and `text`: base64
        citation,          // `value`: as one of OpenAI's `annotations`, of chat completions or of the Responses API
        finish,            // `reason`
    };

    Kind kind = Kind::begin;
    std::uint32_t choice = 0;
    std::uint32_t part = 0;  // counted over the choice: fragments of one part have the same
    std::uint32_t call = 0;  // of a call and its arguments: counted over the choice, from 0
    Spelt text{};
    Json value{};
    Spelt id{}, name{};
    ReasoningFormat format = ReasoningFormat::unknown;
    FinishReason reason = FinishReason::none;
    Spelt native_reason{};  // the provider's own word
    Spelt stop_sequence{};  // of a finish: that ended the answer
    std::string_view media_type{};
};

}  // namespace tollgate
