// What one event of an answer says, whatever its dialect: what a dialect's reader gives and the meter takes. Texts are
// views of the event, valid as long as it is.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/generated_text.h"
#include "gateway/chat/model_call.h"
#include "gateway/chat/reported_usage.h"

namespace tollgate {

struct AnswerDelta {
    GeneratedText text{};
    std::int64_t finish_reasons = 0;       // choices that this event says have finished
    std::bitset<kMostChoices> finished{};  // which, by index
    std::string_view finish_reason;        // the last of them, in OpenAI's words
    std::string_view id;                   // the upstream's, still escaped as in its JSON string
    std::optional<ReportedUsage> usage{};
    std::optional<std::size_t> usage_choice{};  // the usage is of the choice with this index only
    bool choices = false;                       // it has some
    bool error = false;                         // the upstream says that it failed
    std::forward_list<std::string> kept{};      // texts that canonical events view and that the upstream's bytes lack
};

}  // namespace tollgate
