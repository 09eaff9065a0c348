// How an answer of another dialect stands in those of Google's API: in parts
// (https://ai.google.dev/api/caching#Part) of a candidate's content.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

// Calls are objects, so one is kept until all of its arguments are there.
struct GeminiCall {
    static constexpr std::size_t kMostArgumentBytes = std::size_t{16} << 20;  // more are not kept

    std::uint32_t number = 0;
    std::string id, name, signature;  // spelt
    std::string arguments{};          // spelt, or `object`
    std::string object{};

    void add(const AnswerEvent& arguments_event);
};

// Each appends a part.
void append_gemini_text(Spelt text, bool thought, Spelt signature, std::string& out);
void append_gemini_call(const GeminiCall& call, std::string& out);
void append_gemini_image(const AnswerEvent& event, Spelt signature, std::string& out);

// What comes back with its part: Google's own as it is, that of others under a cover.
std::string gemini_signature(const AnswerEvent& event);

// `,"groundingMetadata":{…}` of citations, each as one of OpenAI's `annotations`; nothing if there is none.
void append_gemini_citations(const std::vector<std::string>& annotations, std::string& out);

// `,"modelVersion":…,"responseId":…`
void append_gemini_labels(const AnswerOptions& options, Spelt id, std::string& out);

}  // namespace tollgate
