// Writes parts of turns as blocks of messages of Anthropic's API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

void append_text_block(std::string& out, Spelt text, Json cache_control);

// Writes one turn's or several turns' blocks. The first error stays.
class ContentBlockWriter {
  public:
    // `ids` are the conversation's.
    ContentBlockWriter(const ChatRequest& request, CallIds& ids, std::string& out, TranslationNotes& notes)
        : request_(request), ids_(ids), out_(out), notes_(notes) {}

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
    CallIds& ids_;
    std::string& out_;
    TranslationNotes& notes_;
    Error error_;
};

}  // namespace tollgate
