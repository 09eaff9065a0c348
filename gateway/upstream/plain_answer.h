// A plain JSON answer of OpenAI's shape: what it says of itself, and the same with what is ours spliced in. The bytes
// between the splices stay the provider's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/money.h"
#include "gateway/chat/token_counts.h"
#include "gateway/text/error.h"
#include "gateway/text/json_members.h"

namespace tollgate {

// Offsets and views are of the body that was inspected.
struct PlainAnswer {
    bool has_usage = false;
    TokenCounts usage;
    std::uint32_t usage_end = 0;  // offset of the usage object's closing brace; 0: there is no such object
    bool usage_empty = false;
    std::uint32_t object_end = 0;  // offset of the answer's closing brace
    bool empty = true;             // the answer has no members
    std::optional<JsonMember> id, model, usage_member;
    std::string_view finish_reason, upstream_id;
    TextSpan choices;  // size 0: it has none
};

// Checks the object's own structure; what stands inside its members is the provider's. Errors:
// upstream_invalid_response, and upstream_error where it says that it is one.
Error inspect_answer(std::string_view body, const std::string& provider, PlainAnswer& answer);

// Whether the provider's count of visible tokens cannot be that of the answer's text.
bool contradicts_text(std::string_view body, const PlainAnswer& answer, std::int64_t visible_tokens);

// What is spliced in.
struct AnswerSplices {
    TokenUsage usage;
    NanoUsd cost;
    // For clients whose API labels its answers; the last two are JSON strings with their quotes.
    bool labels = false;
    std::string_view generation_id, provider, model;
};

void append_spliced(std::string_view body, const PlainAnswer& answer, const AnswerSplices& splices, std::string& out);

// --- Of an answer of which only the end is in hand. Providers write `usage` last.
struct AnswerTail {
    bool has_usage = false;
    TokenCounts usage;
    std::size_t usage_begin = 0;  // offset of the usage object
};

// upstream_invalid_response if it cannot be the end of a JSON object.
Error inspect_tail(std::string_view tail, const std::string& provider, AnswerTail& facts);
// Puts the cost into the usage, if there is one.
void splice_tail(const AnswerTail& facts, NanoUsd cost, std::string& tail);

}  // namespace tollgate
