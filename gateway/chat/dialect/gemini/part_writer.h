// Writes the parts of a content of Google's API: https://ai.google.dev/api/caching#Part.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

void append_gemini_words(Spelt text, std::string& out);

// Writes the parts of one content. The first error stays.
class GeminiParts {
  public:
    GeminiParts(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes) {}

    void of_user(const Turn& turn, const Part& part);
    void of_model(const Turn& turn, const Part& part);
    // A signature that no part follows.
    void end_of_model();
    // An instruction that does not stand at the beginning: it keeps its place, as text that says what it is.
    void instruction(const Turn& turn);
    void result(const Turn& turn, const Part& result, Spelt name);
    // Media of results, for models that take none inside of them.
    void media_of_result(const Turn& turn, const Part& result);

    const Error& error() const { return error_; }

  private:
    // Gemini 3, which is told by a level how much to reason, takes media in results; those before it take text only.
    bool media_in_results() const { return target_.reasoning == ReasoningControl::level; }
    std::span<const Part> parts_of(const Part& result) const {
        return std::span(request_.result_parts).subspan(result.begin, result.end - result.begin);
    }
    void media(const Turn& turn, const Part& part);
    void call(const Turn& turn, const Part& part);
    void id(Spelt id);
    void reasoning(const Part& part);
    void response(const Part& result);
    void end_part(const Part* part);  // null: one of a signature only
    void fail(Error error) {
        if (!error_) error_ = std::move(error);
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    Spelt signature_;            // of the part that follows
    bool calls_before_ = false;  // of the same content
    Error error_;
};

}  // namespace tollgate
