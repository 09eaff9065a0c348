// Writes an answer's events for clients of OpenAI's API and of OpenRouter's flavour of it. An event of the same dialect
// passes as the upstream's bytes, in one `data:` line, and is spliced only where something must change. Events pass at
// once, without their usage: providers may report it in every one, and say "stop" in every one. The last usage waits
// until the request is settled, so that the cost printed is the cost booked, and then ends the stream.
// The writer of a further inbound API stands beside this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/answer_options.h"
#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

class OpenAiWriter {
  public:
    void begin(const AnswerOptions& options);
    // Appends an event to `out`, or keeps it if it has usage only: the one before is then superseded.
    void append(std::string_view data, const OpenAiChunk& chunk, std::string& out);
    // Tells a client that the stream is alive.
    static void append_ping(std::string& out);

    // After the settlement: the usage that the client is owed, in the upstream's last usage event or one of our own,
    // and [DONE].
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out);
    // Of a stream that is cut for want of credit: an event that ends every choice that has not finished with "length"
    // and says why. The usage that waits is dropped.
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out);
    // Then the usage that the client is owed, and [DONE].
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) const;
    // Of a stream that broke: the event that says so. It is the last; no [DONE] follows.
    void append_error(const Error& error, std::string& out) const;

    // Gives back memory that grew beyond this, between answers.
    void release_above(std::size_t bytes) {
        for (std::string* text : {&usage_event_, &usage_}) {
            if (text->capacity() > bytes) std::string().swap(*text);
        }
    }

  private:
    bool shows_usage() const { return options_.inbound->always_shows_usage() || options_.client_asked_for_usage; }
    bool labels() const { return !labels_.empty(); }
    void begin_chunk(const AnswerMeter& meter, std::string& out) const;
    void append_usage_chunk(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) const;

    AnswerOptions options_;
    std::string labels_;       // members that the inbound API puts first; empty: none
    std::string usage_event_;  // the last event that has usage only
    std::string usage_;        // else the last usage object of another event
};

// Appends an answer's or an event's object member by member: `labels` first (members, maybe none) and their namesakes
// left out, `usage` in place of what stands there, or at the end; null: without usage. An `error`, which is null in all
// that comes here, is left out.
void append_rewritten(std::string_view object, std::string_view labels, const ChargedUsage* usage, std::string& out);

}  // namespace tollgate
