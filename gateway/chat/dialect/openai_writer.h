// Writes an answer's events for clients of OpenAI's API and of OpenRouter's flavour of it. An event of the same dialect
// passes as the upstream's bytes, in one `data:` line, and is spliced only where something must change. From the event
// with the final usage on everything is held until the request is settled, so that the cost printed is the cost booked.
// The writer of a further inbound API stands beside this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/chat/inbound.h"

namespace tollgate {

// What the client of an answer is to get. The views are valid as long as the answer is written.
struct AnswerOptions {
    const Inbound* inbound = &openai_inbound();  // never null
    bool client_asked_for_usage = true;
    bool text_completions = false;  // events of ours have `text`, not `delta`
    std::string_view generation;    // "gen-…"
    std::string_view provider;
    std::string_view model;
    std::int64_t created = 0;  // Unix seconds
    std::int64_t choices = 1;  // n
    std::size_t max_event_bytes = 1 << 20;
};

class OpenAiWriter {
  public:
    void begin(const AnswerOptions& options);
    // Appends an event to `out`, or to what is held. `usage_is_final`: no later usage is to be expected.
    void append(std::string_view data, const OpenAiChunk& chunk, bool usage_is_final, std::string& out);
    // Tells a client that the stream is alive.
    void append_ping(std::string& out) const;

    // After the settlement: what is held, with `cost` in its usage (a usage chunk is made where the upstream sent none
    // and the client is owed one), and [DONE]. `cost` is a decimal in USD.
    void append_held(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost, std::string& out);
    // Of a stream that is cut for want of credit: an event that ends every choice that has not finished with "length"
    // and says why. What was held is dropped.
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out);
    // Then the usage that the client is owed, and [DONE].
    void append_cut_end(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost,
                        std::string& out) const;
    // Of a stream that broke: the event that says so. It is the last; no [DONE] follows.
    void append_error(const Error& error, std::string& out) const;

    std::size_t held_bytes() const { return held_.size(); }
    // Gives back memory that grew beyond this, between answers.
    void release_above(std::size_t bytes) {
        if (held_.capacity() > bytes) std::string().swap(held_);
    }

  private:
    bool shows_usage() const { return options_.inbound->always_shows_usage() || options_.client_asked_for_usage; }
    bool labels() const { return !labels_.empty(); }
    void rewrite(std::string_view data, bool cut_usage, std::string& out);
    void begin_chunk(const AnswerMeter& meter, std::string& out) const;
    void append_usage_chunk(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost,
                            std::string& out) const;

    AnswerOptions options_;
    std::string labels_;                               // members that the inbound API puts first; empty: none
    std::string held_;                                 // framed events
    std::size_t usage_insert_at_ = std::string::npos;  // where the cost goes in held_
    bool usage_was_empty_ = false;
    bool holding_ = false;
};

// A usage object of OpenAI's shape: {"prompt_tokens":…,"cost":…}.
std::string usage_json(const TokenCounts& usage, std::string_view cost);

}  // namespace tollgate
