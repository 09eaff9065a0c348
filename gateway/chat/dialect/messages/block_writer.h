// Writes parts of turns as blocks of messages of Anthropic's API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

void append_text_block(std::string& out, Spelt text, Json cache_control);

// Writes one turn's or several turns' blocks. The first error stays.
class ContentBlockWriter {
  public:
    ContentBlockWriter(const ChatRequest& request, std::string& out, TranslationNotes& notes)
        : request_(request), out_(out), notes_(notes) {}

    void result(const Turn& turn, const Part& part);
    void part(const Turn& turn, const Part& part);
    // An instruction that does not stand at the beginning: it keeps its place, as text that says what it is.
    void instruction(const Turn& turn);

    const Error& error() const { return error_; }

  private:
    void media(const Turn& turn, const Part& part);
    bool source(const Turn& turn, const Part& part);
    void call(const Turn& turn, const Part& part);
    void reasoning(const Part& part);
    void fail(Error error) {
        if (!error_) error_ = std::move(error);
    }

    const ChatRequest& request_;
    std::string& out_;
    TranslationNotes& notes_;
    Error error_;
};

// The id of a tool call as the API takes it, spelt. One that it takes already is left as it is; different ids stay
// different.
std::string messages_tool_id(Spelt id);

}  // namespace tollgate
