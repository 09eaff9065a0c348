// A plain JSON answer of OpenAI's shape: what it says of itself, and the same with what is ours spliced in. What is not
// ours stays the provider's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/money/money.h"
#include "gateway/chat/generated_text.h"
#include "gateway/chat/model_call.h"
#include "gateway/chat/reported_usage.h"
#include "gateway/routing/credential.h"
#include "gateway/text/error.h"
#include "gateway/text/json_members.h"
#include "gateway/upstream/usage_scanner.h"

namespace tollgate {

// Who answered what. The views are valid as long as the answer is read.
struct AnswerSource {
    std::string_view provider;  // its name here
    ModelCall call = ModelCall::chat;
    const Credential* credential = nullptr;  // whose secrets no error may tell; null: there are none
};

// Offsets and views are of the body that was inspected.
struct PlainAnswer {
    bool has_usage = false;
    ReportedUsage usage;          // from wherever it stands
    std::uint32_t usage_end = 0;  // offset of the usage object's closing brace; 0: there is no such object
    bool usage_empty = false;
    bool escaped_keys = false;  // a name is spelt with escapes, or `usage` stands twice: splice by name
    std::string_view finish_reason, upstream_id;
    TextSpan choices;  // size 0: it has none
};

// Checks the object's own structure; what stands inside its members is the provider's. Errors:
// upstream_invalid_response; and what judge_reported() makes of one that says that it is an error, or that has no
// choices where the call must have some.
Error inspect_answer(std::string_view body, const AnswerSource& source, PlainAnswer& answer);

// The same of an answer too large to hold: by its beginning, before any of it is passed on, and once all of it was
// scanned, whole.
Error inspect_beginning(std::string_view beginning, const AnswerSource& source);
Error inspect_scanned(const UsageScanner& scanner, const AnswerSource& source);

// What was generated. Also looks for usage in the choices.
GeneratedText generated_text(std::string_view body, PlainAnswer& answer);

// What is spliced in.
struct AnswerSplices {
    TokenUsage usage;
    bool reported = true;  // as the provider's report has it: else that is replaced whole
    NanoUsd cost;
    std::string_view told_cost = {};  // in place of it: JSON of the cost and what goes with it; empty: it stands alone
    // For clients whose API labels its answers; the last two are JSON strings with their quotes.
    bool labels = false;
    std::string_view generation_id, provider, model;
};

void append_spliced(std::string_view body, const PlainAnswer& answer, const AnswerSplices& splices, std::string& out);

}  // namespace tollgate
