#include "gateway/chat/repeated_event.h"

#include <functional>

#include "gateway/chat/dialect/openai_text.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

// Such an event changes nothing in its reader that the one before has not changed.
bool is_fragment(const AnswerEvent& event) {
    const bool text = event.kind == Kind::text || event.kind == Kind::reasoning || event.kind == Kind::refusal ||
                      event.kind == Kind::arguments;
    return text && !event.text.empty() && event.value.empty();
}

bool stands_in(std::string_view text, std::string_view data) {
    const std::less_equal<> at_most;
    return at_most(data.data() + 1, text.data()) && at_most(text.data() + text.size() + 1, data.data() + data.size());
}

bool says_text_only(const AnswerDelta& facts, std::int64_t bytes) {
    const bool whole = facts.text.bytes == bytes && facts.text.tool_calls == 0 && !facts.text.other_output;
    const bool reasoning = facts.text.reasoning_bytes == 0 || facts.text.reasoning_bytes == bytes;
    return whole && reasoning && !facts.usage && facts.finish_reasons == 0 && facts.id.empty() && !facts.error;
}

}  // namespace

void RepeatedEvent::learn(std::string_view name, std::string_view data, const AnswerDelta& facts,
                          const std::vector<AnswerEvent>& events) {
    before_.clear();
    if (events.size() != 1 || data.size() > kMostBytes || !is_fragment(events.front())) return;
    const std::string_view text = events.front().text;
    if (!stands_in(text, data)) return;
    const auto begin = static_cast<std::size_t>(text.data() - data.data());
    const std::string_view quoted = data.substr(begin - 1, text.size() + 2);
    if (quoted.front() != '"' || quoted.back() != '"' || !says_text_only(facts, spelt_bytes(quoted))) return;
    name_ = name;
    before_ = data.substr(0, begin - 1);
    after_ = data.substr(begin + text.size() + 1);
    event_ = events.front();
    event_.text = {};
    choices_ = facts.choices;
    reasoning_ = facts.text.reasoning_bytes > 0;
}

bool RepeatedEvent::read(std::string_view name, std::string_view data, AnswerDelta& facts,
                         std::vector<AnswerEvent>& events) const {
    constexpr std::size_t kFlat = 1;  // a text holds nothing else
    if (before_.empty() || data.size() < before_.size() + after_.size() + 2) return false;
    if (!data.starts_with(before_) || !data.ends_with(after_) || name != name_) return false;
    const std::string_view quoted = data.substr(before_.size(), data.size() - before_.size() - after_.size());
    if (quoted.front() != '"' || after_string(quoted, 0) != quoted.size() || !is_json(quoted, kFlat)) return false;
    facts.text.bytes = spelt_bytes(quoted);
    if (facts.text.bytes == 0) return false;
    if (reasoning_) facts.text.reasoning_bytes = facts.text.bytes;
    facts.choices = choices_;
    events.push_back(event_);
    events.back().text = spelt(quoted);
    return true;
}

}  // namespace tollgate
