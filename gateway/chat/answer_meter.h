// What an answer amounts to: facts only, added up from canonical deltas. It knows no dialect, no price and no client.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/usage_series.h"
#include "gateway/text/error.h"

namespace tollgate {

struct StreamFacts {
    bool has_usage = false;
    bool has_choices = false;
    ReportedUsage usage;  // all reports as one, as if they were cumulative: see reported_usage()
    UsageSeries reports;
    std::int64_t content_events = 0;  // events that carried generated text
    GeneratedText text;
    std::string finish_reason;
    std::string upstream_id;   // still escaped as in its JSON string
    bool done = false;         // the stream's own end was seen
    bool error_event = false;  // the upstream reported an error in the stream
    std::optional<ProviderError> error;
    bool invalid = false;       // an event that can't be read
    bool too_large = false;     // an event larger than allowed
    std::int64_t events = 0;    // events with data
    std::int64_t finished = 0;  // finish reasons given
};

class AnswerMeter {
  public:
    void begin();
    void add(const AnswerDelta& delta);
    void note_done() { facts_.done = true; }
    void note_error(std::optional<ProviderError> error);
    void note_invalid() { facts_.invalid = true; }
    void note_too_large() { facts_.invalid = facts_.too_large = true; }

    const StreamFacts& facts() const { return facts_; }
    bool is_finished(std::size_t choice) const { return choice < finished_.size() && finished_.test(choice); }

  private:
    void add_usage(const ReportedUsage& usage, std::optional<std::size_t> choice);

    StreamFacts facts_;
    ReportedUsage whole_usage_;
    std::vector<ReportedUsage> choice_usage_;  // by index, where it stands in the choices
    std::bitset<kMostChoices> finished_;
};

// What the reports say together, whether each is of all that came before or of its own event. `most` as below.
ReportedUsage reported_usage(const StreamFacts& facts, std::int64_t most);

// Completion tokens counted from what was generated, where the upstream did not say: most providers send one token an
// event; where events are larger, four bytes a token. Never more than `most`; 0: no bound is known.
std::int64_t counted_completion_tokens(std::int64_t content_events, std::int64_t text_bytes, std::int64_t most);

// Whether a provider's count can't be that of the text that came: fewer tokens than such a text has, whatever its
// language; or more than a text has bytes, where the report leaves nothing hidden that could explain them. Few tokens
// never are.
bool contradicts(const ReportedUsage& report, const TokenCounts& billed, std::int64_t content_events,
                 const GeneratedText& text);

}  // namespace tollgate
