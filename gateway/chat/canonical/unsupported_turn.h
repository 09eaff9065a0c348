// What is wrong with a turn that an endpoint cannot be sent.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// What several dialects lack.
inline constexpr std::string_view kMoreThanText = "more than text in an instruction";
inline constexpr std::string_view kBegunAnswer = "the beginning of an answer as the last message";
inline constexpr std::string_view kForeignFile = "the id of another provider's file";

// invalid_request, with Retry::elsewhere: the client's message of that number `has` what the chosen model's provider
// does not take.
Error unsupported_turn(const ChatRequest& request, std::uint32_t message, std::string_view has);
inline Error unsupported_turn(const ChatRequest& request, const Turn& turn, std::string_view has) {
    return unsupported_turn(request, turn.message, has);
}

}  // namespace tollgate
