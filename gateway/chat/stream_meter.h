// Sans-I/O reader of an upstream's event stream (the SSE format of the WHATWG HTML standard, OpenAI's chunks in it):
// what the client gets, and what it cost. Events are forwarded as the upstream's bytes, re-framed as single `data:`
// lines; only events that must change are spliced. From the usage-bearing event on everything is held, so that the cost
// printed is the cost booked.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/ledger/usage_record.h"
#include "gateway/chat/request_body.h"

namespace tollgate {

struct StreamFacts {
    bool has_usage = false;
    TokenUsage usage;
    std::int64_t content_events = 0;  // events that carried generated text
    std::int64_t content_bytes = 0;   // of it, as JSON text
    std::string finish_reason;
    std::string upstream_id;
    bool done = false;         // [DONE] was seen
    bool error_event = false;  // the upstream reported an error in the stream
    std::string error_message;
    bool invalid = false;       // a data frame that is neither JSON nor [DONE], or too large
    std::int64_t events = 0;    // data events seen
    std::int64_t finished = 0;  // choices that gave a finish_reason
};

// Completion tokens counted from what was streamed, where the upstream did not say: most providers send one token an
// event; where events are larger, four bytes a token.
std::int64_t counted_completion_tokens(const StreamFacts& facts);
// Whether a provider's count of visible tokens is more than a fifth away from what was generated: from the events where
// those are single tokens, else from what text of that size can be (two to six bytes a token). Few tokens never are.
bool contradicts(std::int64_t visible_tokens, std::int64_t content_events, std::int64_t content_bytes);
// Bytes of generated text in a plain answer's `choices`, as JSON text.
std::int64_t generated_bytes(std::string_view body, TextSpan choices);

class StreamMeter {
  public:
    struct Options {
        bool hide_usage = false;        // the client did not ask for usage
        bool text_completions = false;  // events of ours have `text`, not `delta`
        bool openrouter = false;        // rewrite id and model, name the provider
        std::string_view generation;    // "gen-…", alive as long as the meter is used
        std::string_view provider;
        std::string_view model;
        std::int64_t created = 0;  // Unix seconds, for a chunk of our own
        std::int64_t choices = 1;  // n: usage is final once as many have finished
        std::size_t max_event_bytes = 1 << 20;
    };

    void begin(const Options& options);
    // Takes decoded body bytes; appends to `out` what may go to the client now.
    void feed(std::string_view bytes, std::string& out);
    // The body ended: an unterminated last event is dropped, as the format says.
    void finish();

    // Gives back memory that grew beyond this, between requests.
    void release_above(std::size_t bytes) {
        for (std::string* text : {&partial_, &data_, &held_}) {
            if (text->capacity() > bytes) std::string().swap(*text);
        }
    }
    const StreamFacts& facts() const { return facts_; }
    // After settlement: the held events with `cost` in the usage (a usage chunk is made where the upstream sent none
    // and the client is owed one), and "data: [DONE]". Appends to `out`.
    void append_held(const TokenUsage& usage, NanoUsd cost, std::string& out);
    // Of a stream that the gateway cuts: whatever was held is dropped; an event that ends every choice that has not
    // ended with "length" and says why.
    void append_cut(std::string_view reason, std::string& out);
    // Then the usage that the client is owed, and "data: [DONE]".
    void append_cut_end(const TokenUsage& usage, NanoUsd cost, std::string& out) const;
    // Any usage-bearing event held back so far?
    bool holding() const { return holding_; }

  private:
    void take_line(std::string_view line, std::string& out);
    void dispatch(std::string& out);
    void take_data(std::string_view data, std::string& out);
    void inspect(std::string_view data);
    void note_usage(std::string_view data, TextSpan value);
    void note_error(std::string_view data, TextSpan value);
    void note_member(std::string_view data, std::string_view key, TextSpan value, std::uint32_t previous_end);
    std::size_t walk_choices(std::string_view data, std::size_t at);
    void emit(std::string_view data, std::string& out);
    void append_flavour(std::string& out) const;
    void begin_chunk(std::string& out) const;
    void append_usage_chunk(const TokenUsage& usage, NanoUsd cost, std::string& out) const;

    // What inspect() found in the event in hand.
    struct Event {
        bool valid = false;
        bool usage = false;       // a usage object
        bool usage_only = false;  // and no choices
        bool usage_null = false;
        TextSpan usage_cut;  // the usage member with the comma before it; begin 0: it stands first
        bool error = false;
        bool error_null = false;
    };

    Options options_;
    StreamFacts facts_;
    Event event_;
    std::string partial_;                              // an unfinished line
    std::string data_;                                 // data of an event that spans several lines or reads
    std::bitset<kMostChoices> finished_;               // choices that gave a finish_reason
    std::string held_;                                 // framed events held for settlement
    std::size_t usage_insert_at_ = std::string::npos;  // where `,"cost":…` goes in held_
    bool usage_was_empty_ = false;
    bool has_data_ = false;
    bool holding_ = false;
    std::size_t mark_bytes_ = 0;  // of a byte order mark at the stream's beginning
    bool comment_ = false;
    bool skip_line_feed_ = false;  // the last line ended in CR
};

// Usage of OpenAI's shape from the text of its object; unknown members are ignored. False if it is not an object.
bool parse_usage(std::string_view object_text, TokenUsage& usage);
// The same, written: {"prompt_tokens":…,"cost":…}.
std::string usage_json(const TokenUsage& usage, NanoUsd cost);

}  // namespace tollgate
