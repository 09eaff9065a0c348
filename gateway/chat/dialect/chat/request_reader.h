// Reads a chat completion request of OpenAI's API and OpenRouter's flavour of it:
// https://platform.openai.com/docs/api-reference/chat/create, https://openrouter.ai/docs/api-reference/overview.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// What the gateway adds to the body: see Additions in openai_upstream_body.h.
struct AddedMembers {
    std::string_view members{};        // each after a comma
    std::string_view first_message{};  // before the client's own

    bool empty() const { return members.empty() && first_message.empty(); }
};

// `body` is a well-formed object; it and what was added must outlive the request. Members that only a gateway
// understands, and the stream's own, are not read. invalid_request: names the field that cannot be understood, and so
// could not be translated.
Error read_chat_request(std::string_view body, const AddedMembers& added, ChatRequest& request);

// The same for a request that was read from another dialect's body.
Error add_members(const AddedMembers& added, ChatRequest& request);

}  // namespace tollgate
