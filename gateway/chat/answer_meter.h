// What an answer amounts to: facts only, added up from canonical deltas. It knows no dialect, no price and no client.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>

#include "gateway/chat/answer_delta.h"

namespace tollgate {

struct StreamFacts {
    bool has_usage = false;
    TokenCounts usage;                // the last report: reports in the middle are cumulative
    std::int64_t content_events = 0;  // events that carried generated text
    std::int64_t content_bytes = 0;   // of it, as JSON text
    std::string finish_reason;
    std::string upstream_id;
    bool done = false;         // the stream's own end was seen
    bool error_event = false;  // the upstream reported an error in the stream
    std::string error_message;
    bool invalid = false;       // an event that can't be read, or is too large
    std::int64_t events = 0;    // events with data
    std::int64_t finished = 0;  // finish reasons given
};

class AnswerMeter {
  public:
    // Of a request for so many choices.
    void begin(std::int64_t choices);
    void add(const AnswerDelta& delta);
    void note_done() { facts_.done = true; }
    void note_invalid() { facts_.invalid = true; }

    const StreamFacts& facts() const { return facts_; }
    // Providers that name a finish reason in every chunk have finished once as many came as there are choices.
    bool all_finished() const { return facts_.finished >= choices_; }
    bool is_finished(std::size_t choice) const { return choice < finished_.size() && finished_.test(choice); }

  private:
    void note_error(const AnswerDelta& delta);

    StreamFacts facts_;
    std::bitset<kMostChoices> finished_;
    std::int64_t choices_ = 1;
};

// Completion tokens counted from what was streamed, where the upstream did not say: most providers send one token an
// event; where events are larger, four bytes a token.
std::int64_t counted_completion_tokens(const StreamFacts& facts);
// Whether a provider's count of visible tokens is more than a fifth away from what was generated: from the events where
// those are single tokens, else from what text of that size can be (two to six bytes a token). Few tokens never are.
bool contradicts(std::int64_t visible_tokens, std::int64_t content_events, std::int64_t content_bytes);

}  // namespace tollgate
