// Names of functions that another API than the client's refuses, as Google's with dots, or MCP's that are long. The
// upstream is told of others, made in a fixed way, and the client gets its own back: ChatRequest::echo.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// The request with names that an upstream of that dialect takes. None: it takes all of them. It views what `request`
// does, and must not outlive it.
std::optional<ChatRequest> with_tool_names_for(std::string_view dialect, const ChatRequest& request);

// Calls by the names of a client of that dialect; the echo may be null. Those of the Responses API, whose tools may be
// of another kind, too, are told by their own writer.
void restore_tool_names(const AnswerEcho* echo, std::string_view client, std::span<AnswerEvent> events);

}  // namespace tollgate
