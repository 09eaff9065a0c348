// JSON Schema as Claude takes it, at Anthropic and at Bedrock.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/canonical/translation_notes.h"

namespace tollgate {

// Of a structured answer, or of a strict tool:
// https://platform.claude.com/docs/en/build-with-claude/structured-outputs. Objects are closed, and what the API does
// not take is told in descriptions, as Anthropic's SDKs do. `changed`: that was needed; else the schema is as it is
// spelt.
std::string claude_output_schema(Json schema, bool& changed);

// Of a tool's arguments: an object, without alternatives at the top. It views the tool's, or `made`. What is told
// otherwise is noted.
Json claude_tool_schema(const Tool& tool, std::string& made, TranslationNotes& notes);

}  // namespace tollgate
