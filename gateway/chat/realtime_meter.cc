#include "gateway/chat/realtime_meter.h"

#include <algorithm>
#include <utility>

namespace tollgate {
namespace {

constexpr std::int64_t kBytesPerToken = 4;
constexpr std::int64_t kMostContext = 100'000'000;  // of tokens: larger than any, so that sums stay in range

std::int64_t text_tokens_of(std::int64_t bytes) { return (bytes + kBytesPerToken - 1) / kBytesPerToken; }

std::int64_t bounded(std::int64_t tokens) { return std::clamp<std::int64_t>(tokens, 0, kMostContext); }

}  // namespace

void RealtimeMeter::sent(const ClientEvent& event) {
    if (event.kind == ClientEvent::Kind::other) return;
    if (event.kind == ClientEvent::Kind::create) asked_.push_back(event.id);
    added_ = bounded(added_ + text_tokens_of(event.bytes - event.sound) + heard_tokens(event.sound, in_));
}

RealtimeMeter::Consequence RealtimeMeter::came(const ServerEvent& event) {
    using Kind = ServerEvent::Kind;
    switch (event.kind) {
        case Kind::begun:
            return begin(event);
        case Kind::done:
            return end(event);
        case Kind::transcribed:
            return event.has_usage ? Consequence::uses : Consequence::none;
        case Kind::delta:
            for (Running& one : running_) {
                if (one.id != event.id) continue;
                one.text += event.text;
                one.sound += event.sound;
                return Consequence::progresses;
            }
            return Consequence::none;
        case Kind::configured:
            in_ = event.in;
            out_ = event.out;
            return Consequence::none;
        case Kind::error:
            return take_back(event.id) ? Consequence::refuses : Consequence::none;
        case Kind::other:
            break;
    }
    return Consequence::none;
}

RealtimeMeter::Consequence RealtimeMeter::begin(const ServerEvent& event) {
    if (event.id.empty() || is_over(event.id)) return Consequence::unidentified;
    if (find(event.id) != nullptr) return Consequence::none;
    if (running_.size() >= kMostResponses) return Consequence::too_many;
    if (!asked_.empty()) asked_.erase(asked_.begin());
    running_.push_back({.id = event.id, .added = added_});
    return Consequence::begins;
}

RealtimeMeter::Consequence RealtimeMeter::end(const ServerEvent& event) {
    if (event.id.empty()) return Consequence::unidentified;
    if (is_over(event.id)) return Consequence::none;
    const Running* const found = find(event.id);
    if (found == nullptr && !event.has_usage) return Consequence::none;
    if (over_.size() == kMostRemembered) over_.pop_front();
    over_.push_back(event.id);
    if (event.has_usage) {
        known_ =
            bounded(std::max<std::int64_t>(event.usage.prompt, 0) + std::max<std::int64_t>(event.usage.completion, 0));
        added_ -= found == nullptr ? added_ : std::min(found->added, added_);
    }
    if (found == nullptr) return Consequence::uses;
    std::erase_if(running_, [&event](const Running& one) { return one.id == event.id; });
    return Consequence::ends;
}

// The provider will not begin what this event asked for. An error that names none may be about any that has no id.
bool RealtimeMeter::take_back(std::string_view event_id) {
    const auto asked = std::ranges::find(asked_, event_id);
    if (asked == asked_.end()) return false;
    asked_.erase(asked);
    return true;
}

std::vector<std::string> RealtimeMeter::running() const {
    std::vector<std::string> ids;
    ids.reserve(running_.size());
    for (const Running& one : running_) ids.push_back(one.id);
    return ids;
}

std::int64_t RealtimeMeter::spoken_tokens_of(std::string_view response) const {
    const Running* const found = find(response);
    return found == nullptr ? 0 : text_tokens_of(found->text) + spoken_tokens(found->sound, out_);
}

const RealtimeMeter::Running* RealtimeMeter::find(std::string_view response) const {
    const auto found = std::ranges::find(running_, response, &Running::id);
    return found == running_.end() ? nullptr : &*found;
}

bool RealtimeMeter::is_over(std::string_view response) const {
    return std::ranges::find(over_, response) != over_.end();
}

}  // namespace tollgate
