// OpenRouter's `middle-out`: a prompt that is too long loses its middle, since models heed the beginning and the end
// most (https://openrouter.ai/docs/guides/features/message-transforms). Messages go, those in the middle first; where
// that is not enough, texts of users and tools lose their middle. Instructions, what the user said last and the end of
// the conversation stay. A call is never parted from its result, and what a model said is whole or absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

struct HistoryExcess {
    std::int64_t tokens = 0;        // at least so many must go
    std::size_t most_messages = 0;  // elements of the list that may stay; 0: any number
    // How many tokens so many bytes of text have, about.
    std::int64_t text_tokens = 1, text_bytes = 4;
};

struct ShortenedHistory {
    std::string list;           // in place of the client's, as JSON
    std::size_t left_out = 0;   // elements
    std::size_t truncated = 0;  // texts in others
};

// `list` is the client's prompt: a well-formed array, or a string. None: nothing of it that may go is enough.
std::optional<ShortenedHistory> shorten_history(Json list, const HistoryExcess& excess);

}  // namespace tollgate
