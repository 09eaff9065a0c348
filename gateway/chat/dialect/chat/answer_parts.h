// How reasoning and pictures stand in answers of OpenAI's chat completions, which know none of their own: as
// OpenRouter writes them.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/inbound.h"

namespace tollgate {

// The member for people to read: as DeepSeek named it, or as OpenRouter did.
inline std::string_view reasoning_name(const Inbound& inbound) {
    return inbound.labels_answers() ? "reasoning" : "reasoning_content";
}

// The format that it names; unknown of any other. SDKs that put an answer together from its fragments repeat the name
// once for each.
ReasoningFormat reasoning_format_named(Spelt name);

// One of `reasoning_details`: of reasoning, with its signature if it has one, of a signature alone, or of sealed
// reasoning. Those with the same index belong together.
void append_reasoning_detail(const AnswerEvent& event, std::string& out, Spelt signature = {});

// Google's signatures stand with what must come back with them, a call or the message, as its own API for clients of
// chat completions has it: https://ai.google.dev/gemini-api/docs/openai#thought-signatures.
inline bool is_google_signature(const AnswerEvent& event) {
    return event.kind == AnswerEvent::Kind::sealed_reasoning && event.format == ReasoningFormat::google;
}
// `"extra_content":{…}`
void append_google_signature(Spelt signature, std::string& out);

// One of `annotations`: a page that is cited. `page`: its members.
void append_annotation_of_page(Json page, std::string& out);

// One of `images`: a picture that the model made.
void append_image(const AnswerEvent& event, std::string& out);

}  // namespace tollgate
