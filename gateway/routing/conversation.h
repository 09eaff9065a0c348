// By what a request's conversation is known, so that it stays at the endpoint whose cache has its prompt.
#pragma once

#include <cstdint>
#include <string_view>

#include "accounting/money/ids.h"

namespace tollgate {

struct ConversationFacts {
    Id128 organization;               // conversations of two are never the same one
    std::string_view session = {};    // `session_id`, of the body or else the header
    std::string_view cache_key = {};  // `prompt_cache_key`
    std::string_view messages = {};   // JSON: the list of messages
};

struct ConversationKey {
    std::uint64_t digest = 0;  // 0: none
    bool named = false;        // by the caller, not guessed from its first messages
};

// The first of these that there is: the session, the cache key, the first system message with the first other one.
ConversationKey conversation_key(const ConversationFacts& facts, std::string_view model);

}  // namespace tollgate
