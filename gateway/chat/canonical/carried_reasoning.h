// Reasoning of other providers in messages of Anthropic's API. Its clients keep a thinking block's signature, and what
// a redacted one holds, and send them back unread; so what another provider wants back travels there, behind a prefix
// that says whose it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

struct CarriedReasoning {
    enum class Kind : std::uint8_t {
        signature,  // of the reasoning in the same block
        sealed,     // reasoning that only its provider can read
        call,       // a signature of the call with `id`
        text,       // a signature of the text before
    };

    Kind kind = Kind::signature;
    ReasoningFormat format = ReasoningFormat::unknown;
    Spelt id{};    // as the provider named it; empty: it did not
    Spelt data{};  // the signature, or what is sealed
};

// Appends it, spelt. An id that might be taken for something else is left out.
void append_carried(const CarriedReasoning& carried, std::string& out);

// Whether it looks like one.
bool is_carried(std::string_view text);
// Nothing where it is the API's own. The views are of `text`.
std::optional<CarriedReasoning> read_carried(Spelt text);

}  // namespace tollgate
