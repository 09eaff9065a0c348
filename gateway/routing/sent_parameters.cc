#include "gateway/routing/sent_parameters.h"

#include <array>
#include <span>
#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/gemini/fields.h"

namespace tollgate {
namespace {

// What an API has under another name than chat completions, or within another member.
struct SameWish {
    std::string_view name;       // of the member
    std::string_view inner;      // the member of that object; empty: the member itself
    std::string_view parameter;  // OpenRouter's name of it
    std::string_view unless{};   // the value, or its `type`, with which it asks for nothing
};

// What was deprecated for others: https://platform.openai.com/docs/api-reference/chat/create
constexpr std::array kOfChat = {
    SameWish{"functions", "", "tools"},
    SameWish{"function_call", "", "tool_choice"},
    SameWish{"include_reasoning", "", "reasoning", "false"},
};
constexpr std::array kOfMessages = {
    SameWish{"stop_sequences", "", "stop"},
    SameWish{"thinking", "", "reasoning", "disabled"},
    SameWish{"output_format", "", "response_format"},
    SameWish{"output_config", "format", "response_format"},
    SameWish{"output_config", "effort", "reasoning_effort"},
    SameWish{"tool_choice", "disable_parallel_tool_use", "parallel_tool_calls", "false"},
};
constexpr std::array kOfResponses = {
    SameWish{"max_output_tokens", "", "max_tokens"},
    SameWish{"text", "format", "response_format", "text"},
    SameWish{"text", "verbosity", "verbosity"},
};
// In their first spelling: https://ai.google.dev/api/generate-content
constexpr std::array kOfGemini = {
    SameWish{"toolConfig", "", "tool_choice"},
    SameWish{"generationConfig", "temperature", "temperature"},
    SameWish{"generationConfig", "topP", "top_p"},
    SameWish{"generationConfig", "topK", "top_k"},
    SameWish{"generationConfig", "maxOutputTokens", "max_tokens"},
    SameWish{"generationConfig", "stopSequences", "stop"},
    SameWish{"generationConfig", "presencePenalty", "presence_penalty"},
    SameWish{"generationConfig", "frequencyPenalty", "frequency_penalty"},
    SameWish{"generationConfig", "seed", "seed"},
    SameWish{"generationConfig", "responseLogprobs", "logprobs", "false"},
    SameWish{"generationConfig", "logprobs", "top_logprobs"},
    SameWish{"generationConfig", "responseSchema", "response_format"},
    SameWish{"generationConfig", "responseJsonSchema", "response_format"},
    SameWish{"generationConfig", "responseMimeType", "response_format", "text/plain"},
    SameWish{"generationConfig", "thinkingConfig", "reasoning"},
};

std::span<const SameWish> wishes_of(ApiType api) {
    switch (api) {
        case ApiType::messages:
            return kOfMessages;
        case ApiType::responses:
            return kOfResponses;
        case ApiType::gemini:
            return kOfGemini;
        default:
            return kOfChat;
    }
}

bool asks(Json value, std::string_view unless) {
    if (!says_something(value)) return false;
    if (unless.empty()) return true;
    const Json kind = is_object(value) ? member(value, "type") : value;
    return is_text(kind) ? !spells(spelt(kind), unless) : kind != unless;
}

void add_wishes(std::string_view name, Json value, ApiType api, ParameterSet& sent) {
    const auto inner = api == ApiType::gemini ? field : member;
    for (const SameWish& wish : wishes_of(api)) {
        if (wish.name != name) continue;
        if (asks(wish.inner.empty() ? value : inner(value, wish.inner), wish.unless)) sent.add(wish.parameter);
    }
}

}  // namespace

ParameterSet sent_parameters(const PlanAsk& ask) {
    ParameterSet sent;
    if (passes_through(ask.api)) return sent;
    std::string room;
    for (const JsonMember& one : ask.body.members) {
        const std::string_view key = one.key.of(ask.text);
        const Json value = one.value.of(ask.text);
        if (key.size() <= 2 || value == "null") continue;
        std::string_view name = key.substr(1, key.size() - 2);
        if (ask.api == ApiType::gemini) name = camel_case(name, room);
        sent.add(name);
        add_wishes(name, value, ask.api, sent);
    }
    if (!ask.added.empty()) {
        const std::string added = "{" + std::string(ask.added.substr(1)) + "}";
        each_member(added, [&](std::string_view name, Json) { sent.add(name); });
    }
    return sent;
}

}  // namespace tollgate
