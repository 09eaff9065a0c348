// A streamed answer on its way from an upstream to a client, sans I/O. Four parts do the work, each unaware of the
// others:
//   reader/sse             bytes -> events
//   dialect/openai_chunk   an event -> what it says (AnswerDelta), and where it would be spliced
//   dialect/repeated_chunk the same, for one that repeats the event before with another text
//   answer_meter           deltas -> what the answer amounts to
//   dialect/openai_writer  an event -> bytes for the client; its usage, which waits; events of our own
// Where the upstream or the client speaks another dialect, a Translation takes the place of the three in the middle.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/chat/passed_calls.h"
#include "gateway/chat/dialect/openai_writer.h"
#include "gateway/chat/dialect/repeated_chunk.h"
#include "gateway/chat/reader/sse.h"
#include "gateway/chat/translation.h"

namespace tollgate {

class AnswerStream {
  public:
    using Options = AnswerOptions;

    // Forgets the answer before.
    void begin(const Options& options);
    // Takes decoded body bytes; appends to `out` what may go to the client now. An event that the body's end left
    // unterminated is dropped, as the format says.
    void feed(std::string_view bytes, std::string& out);

    const StreamFacts& facts() const { return meter_.facts(); }

    // What the client gets at the end: see OpenAiWriter. All append to `out`.
    void append_end(const ChargedUsage& usage, std::string& out) {
        translation_ ? translation_->writer().append_end(meter_, usage, out) : writer_.append_end(meter_, usage, out);
    }
    void append_cut(std::string_view reason, std::string& out) {
        translation_ ? translation_->writer().append_cut(meter_, reason, out) : writer_.append_cut(meter_, reason, out);
    }
    void append_cut_end(const ChargedUsage& usage, std::string& out) const {
        translation_ ? translation_->writer().append_cut_end(meter_, usage, out)
                     : writer_.append_cut_end(meter_, usage, out);
    }
    void append_error(const Error& error, std::string& out) const {
        translation_ ? translation_->writer().append_error(error, out) : writer_.append_error(error, out);
    }

    bool translates() const { return translation_ != nullptr; }
    // Of one that is translated: what comes is a plain answer, as one event.
    void expect_whole() { translation_->expect_whole(); }

    // Gives back memory that grew beyond this, between requests.
    void release_above(std::size_t bytes) {
        reader_.release_above(bytes);
        writer_.release_above(bytes);
        if (mended_.capacity() > bytes) std::string().swap(mended_);
    }

  private:
    void take_event(std::string_view data, std::string& out);
    void take_comment(std::string& out);
    bool mend_calls(std::string_view& data, OpenAiChunk& chunk);

    SseReader reader_;
    RepeatedChunk repeated_;
    AnswerMeter meter_;
    OpenAiWriter writer_;
    std::unique_ptr<PassedCalls> calls_;        // null: there are none
    std::string mended_;                        // the event in hand
    std::unique_ptr<Translation> translation_;  // null: chat completions for a client of the same
};

}  // namespace tollgate
