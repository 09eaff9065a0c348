#include "gateway/chat/answer_meter.h"

#include <algorithm>
#include <utility>

namespace tollgate {
namespace {

constexpr std::int64_t kBytesOfOneTokenEvents = 8;

}  // namespace

void AnswerMeter::begin() {
    facts_ = StreamFacts();
    finished_.reset();
    whole_usage_ = ReportedUsage();
    choice_usage_.clear();
}

void AnswerMeter::add(const AnswerDelta& delta) {
    ++facts_.events;
    facts_.has_choices = facts_.has_choices || delta.choices;
    if (delta.text.bytes > 0) ++facts_.content_events;
    facts_.text.add(delta.text);
    facts_.finished += delta.finish_reasons;
    finished_ |= delta.finished;
    if (!delta.finish_reason.empty()) facts_.finish_reason = delta.finish_reason;
    if (facts_.upstream_id.empty()) facts_.upstream_id = delta.id;
    if (delta.usage) {
        facts_.has_usage = true;
        facts_.reports.add(*delta.usage);
        add_usage(*delta.usage, delta.usage_choice);
    }
}

// Each choice's reports are cumulative. Where the answer as a whole has one, that is of all choices.
void AnswerMeter::add_usage(const ReportedUsage& usage, std::optional<std::size_t> choice) {
    if (!choice) {
        whole_usage_.merge(usage);
    } else {
        if (*choice >= choice_usage_.size()) choice_usage_.resize(*choice + 1);
        choice_usage_[*choice].merge(usage);
    }
    facts_.usage = whole_usage_;
    if (choice_usage_.empty() || (choice_usage_.size() > 1 && whole_usage_.completion > 0)) return;
    ReportedUsage all;
    for (const ReportedUsage& one : choice_usage_) all.add_choice(one);
    facts_.usage.merge(all);
}

void AnswerMeter::note_error(std::optional<ProviderError> error) {
    facts_.error_event = true;
    if (error) facts_.error = std::move(error);
}

ReportedUsage reported_usage(const StreamFacts& facts, std::int64_t most) {
    const std::int64_t counted = counted_completion_tokens(facts.content_events, facts.text.bytes, 0);
    return facts.reports.read(facts.usage, {.tokens = counted,
                                            .events = facts.content_events,
                                            .most = most,
                                            .hides_reasoning = facts.text.reasoning_bytes == 0});
}

std::int64_t counted_completion_tokens(std::int64_t content_events, std::int64_t text_bytes, std::int64_t most) {
    constexpr std::int64_t kBytesPerToken = 4;
    const bool one_token_events = text_bytes <= content_events * kBytesOfOneTokenEvents;
    const std::int64_t tokens = one_token_events ? content_events : (text_bytes + kBytesPerToken - 1) / kBytesPerToken;
    return most > 0 ? std::min(tokens, most) : tokens;
}

bool contradicts(const ReportedUsage& report, const TokenCounts& billed, std::int64_t content_events,
                 const GeneratedText& text) {
    constexpr std::int64_t kFewTokens = 16;         // templates and end marks are counted by some providers
    constexpr std::int64_t kTokensOfACall = 24;     // a tool call's template, which no event shows
    constexpr std::int64_t kMostBytesPerToken = 8;  // of text in words; spaces and repetitions can have more
    const bool one_token_events = text.bytes <= content_events * kBytesOfOneTokenEvents;
    // Reasoning that is shown may be shortened, may be searched pages, and is not always among the tokens: there only
    // the rest of the text tells how few they can be.
    const bool hides_reasoning = text.reasoning_bytes == 0;
    const std::int64_t visible = billed.completion - (hides_reasoning ? billed.reasoning : 0);
    const std::int64_t rest = (text.bytes - text.reasoning_bytes) / kMostBytesPerToken;
    const std::int64_t least = one_token_events && hides_reasoning ? content_events : rest;
    if ((visible + kFewTokens) * 5 < least * 4) return true;
    const bool explained = report.reasoning == ReportedUsage::kAbsent || !hides_reasoning || text.other_output ||
                           report.hidden_output > 0 || text.bytes == 0;
    const std::int64_t most = text.bytes + kFewTokens + kTokensOfACall * text.tool_calls;
    return !explained && visible > most;
}

}  // namespace tollgate
