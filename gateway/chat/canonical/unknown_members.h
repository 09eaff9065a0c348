// Members of a client's request that no reader understands: they are passed on by no one, and told. See
// ChatRequest::unknown.
#pragma once

#include <span>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// `of` is the object by the client's name for it, without numbers: "tools[]". A member that says nothing is none.
void note_unknown_member(std::string_view of, std::string_view name, Json value, ChatRequest& request);
// Every member of the object but the known ones.
void note_unknown_members(Json object, std::string_view of, std::span<const std::string_view> known,
                          ChatRequest& request);

// The same where false, too, asks for nothing.
void note_unknown_setting(std::string_view of, std::string_view name, Json value, ChatRequest& request);
void note_unknown_settings(Json object, std::string_view of, std::span<const std::string_view> known,
                           ChatRequest& request);

}  // namespace tollgate
