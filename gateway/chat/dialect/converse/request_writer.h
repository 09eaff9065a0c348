// Writes a request for Converse and ConverseStream of Amazon Bedrock, in which the path names the model and whether the
// answer streams: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a message holds cannot be sent to such an endpoint.
Error write_converse_request(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes);

}  // namespace tollgate
