// Reads the blocks of messages of Anthropic's API, each as a part of its turn:
// https://docs.anthropic.com/en/api/messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

enum class BlockPlace : std::uint8_t { system, user, assistant, result };  // a result is in a message of the user

struct BlockList {
    BlockPlace place;
    std::string field;         // "messages[3].content"
    std::vector<Part>& parts;  // to which they are added
    ChatRequest& request;
};

// `content` is a string or a list. invalid_request: names the block that cannot be understood, or that cannot stand
// there.
Error read_blocks(Json content, const BlockList& list);

// Signatures of calls and texts, which the client has in blocks behind them (see CarriedReasoning), stand before them:
// as what is sealed.
void place_signatures(Turn& turn, ChatRequest& request);

}  // namespace tollgate
