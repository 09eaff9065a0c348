// OpenAI's embeddings (https://platform.openai.com/docs/api-reference/embeddings) from Google's batchEmbedContents:
// https://ai.google.dev/api/embeddings#method:-models.batchembedcontents.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/text/error.h"

namespace tollgate {

// How the client wants vectors: as numbers, or as the base64 of little-endian float32, which OpenAI's SDKs ask for.
enum class VectorFormat : std::uint8_t { numbers, base64 };

// `body` is a well-formed object of OpenAI's. Appends Google's to `out`; what has no counterpart is noted.
// invalid_request: the input, or how it is asked for, cannot be understood, or not by this provider (Retry::elsewhere):
// tokens of one model's mean nothing to another.
Error write_gemini_embeddings(std::string_view body, std::string_view model, VectorFormat& format, std::string& out,
                              TranslationNotes& notes);

// `body` is well-formed. Adds to `facts`: some models say what they used.
AnswerRead read_gemini_embeddings(std::string_view body, AnswerDelta& facts);

// Appends OpenAI's answer of one that was read. False, and nothing is appended: a value is no number.
bool write_embeddings_answer(std::string_view body, std::string_view model, VectorFormat format,
                             const ChargedUsage& usage, std::string& out);

}  // namespace tollgate
