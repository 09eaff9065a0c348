#include "gateway/chat/answer_meter.h"

#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

constexpr std::int64_t kBytesOfOneTokenEvents = 8;
constexpr std::size_t kMostErrorMessageBytes = 1024;

}  // namespace

void AnswerMeter::begin(std::int64_t choices) {
    facts_ = StreamFacts();
    finished_.reset();
    choices_ = choices;
}

void AnswerMeter::add(const AnswerDelta& delta) {
    ++facts_.events;
    if (delta.text_bytes > 0) {
        ++facts_.content_events;
        facts_.content_bytes += delta.text_bytes;
    }
    if (delta.finish_reasons > 0) {
        facts_.finished += delta.finish_reasons;
        facts_.finish_reason = delta.finish_reason;
        finished_ |= delta.finished;
    }
    if (facts_.upstream_id.empty()) facts_.upstream_id = delta.id;
    if (delta.usage) {
        facts_.has_usage = true;
        facts_.usage = *delta.usage;
    }
    if (delta.error) note_error(delta);
}

void AnswerMeter::note_error(const AnswerDelta& delta) {
    facts_.error_event = true;
    if (!delta.error_message.empty()) facts_.error_message = unescaped(delta.error_message, kMostErrorMessageBytes);
}

std::int64_t counted_completion_tokens(const StreamFacts& facts) {
    constexpr std::int64_t kBytesPerToken = 4;
    if (facts.content_bytes <= facts.content_events * kBytesOfOneTokenEvents) return facts.content_events;
    return (facts.content_bytes + kBytesPerToken - 1) / kBytesPerToken;
}

bool contradicts(std::int64_t visible_tokens, std::int64_t content_events, std::int64_t content_bytes) {
    constexpr std::int64_t kFewTokens = 16;  // templates and end marks are counted by some providers
    constexpr std::int64_t kLeastBytesPerToken = 2, kMostBytesPerToken = 6;
    std::int64_t least = content_bytes / kMostBytesPerToken, most = content_bytes / kLeastBytesPerToken;
    if (content_bytes <= content_events * kBytesOfOneTokenEvents) least = most = content_events;
    return (visible_tokens + kFewTokens) * 5 < least * 4 || (visible_tokens - kFewTokens) * 5 > most * 6;
}

}  // namespace tollgate
