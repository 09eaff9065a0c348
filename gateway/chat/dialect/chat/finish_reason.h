// Why a chat completion ended, in the many words of those that speak its API.
#pragma once

#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

// `native`: the provider's word; empty: it said none. Some say "stop" although there are calls, some say "tool_calls"
// although there are none.
FinishReason read_chat_finish(Spelt native, bool has_calls);

}  // namespace tollgate
