// Writes the turns of a chat as messages of OpenAI's chat completions, with the order that providers want: results of
// tools stand right behind their calls, and what each provider's quirks ask for besides.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/text/error.h"

namespace tollgate {

// `"messages":[…]`. `continues_answers`: the last may be the beginning of the answer. invalid_request, with
// Retry::elsewhere: names the message that cannot be sent.
Error append_chat_messages(const ChatRequest& request, Quirks quirks, bool continues_answers, std::string& out,
                           TranslationNotes& notes);

}  // namespace tollgate
