// Reasoning of other providers, as clients of the Responses API carry it between requests: in `encrypted_content`, the
// only member of a reasoning item that such clients send back unseen. That of OpenAI stands there as it is; of others
// it has a prefix that says what it is.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

struct EncryptedReasoning {
    ReasoningFormat format = ReasoningFormat::openai_responses;
    bool signature = false;  // of the item's text; else it is the reasoning itself, sealed
    Spelt data{};

    bool operator==(const EncryptedReasoning&) const = default;
};

void append_encrypted(const EncryptedReasoning& reasoning, std::string& out);
EncryptedReasoning read_encrypted(Spelt encrypted_content);

// Whether this gateway made up the id of an item, since its provider has none. OpenAI would look for what is stored by
// it.
bool is_id_of_gateway(std::string_view id);

}  // namespace tollgate
