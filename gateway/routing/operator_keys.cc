#include "gateway/routing/operator_keys.h"

#include <algorithm>

#include "gateway/config/provider_section.h"
#include "gateway/routing/mix_bits.h"

namespace tollgate {

static_assert(kMostApiKeys <= OperatorKeys::kMost);

std::optional<std::size_t> OperatorKeys::find(const OperatorKey& key) const {
    const auto same = [&key](const OperatorKey& one) {
        return one.identity == key.identity && one.credential.header_lines == key.credential.header_lines;
    };
    const auto found = std::ranges::find_if(keys_, same);
    if (found == keys_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - keys_.begin());
}

void OperatorKeys::keep_learned(const OperatorKeys& before) {
    for (OperatorKey& key : keys_) {
        if (const auto known = before.find(key)) key.standing = before[*known].standing;
    }
}

KeyAllowances make_allowances(const OperatorKeys& keys, const OperatorKeys* keys_before, const KeyAllowances* before) {
    KeyAllowances allowances;
    if (!keys.several()) return allowances;
    for (const OperatorKey& key : keys.all()) {
        const auto known = keys_before == nullptr ? std::nullopt : keys_before->find(key);
        const bool kept = known && before != nullptr && *known < before->size();
        allowances.push_back(kept ? (*before)[*known] : std::make_shared<KeyAllowance>());
    }
    return allowances;
}

struct KeyChoice::Places {
    std::array<std::size_t, OperatorKeys::kMost> at{};
    std::size_t count = 0;
    void add(std::size_t place) { at[count++] = place; }
    std::span<const std::size_t> all() const { return std::span(at).first(count); }
};

bool KeyChoice::is_well(std::size_t at, std::int64_t now_ms) const {
    return allowances_[at]->rests_until_ms() <= now_ms &&
           keys_[at].standing->breaker.state(now_ms) == CircuitBreaker::State::closed;
}

bool KeyChoice::any_well(std::int64_t now_ms) const {
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        if (is_well(at, now_ms)) return true;
    }
    return false;
}

std::int64_t KeyChoice::available_ms(std::size_t at) const {
    return std::max(allowances_[at]->rests_until_ms(), keys_[at].standing->breaker.trial_at_ms());
}

std::size_t KeyChoice::soonest() const {
    std::size_t best = 0;
    for (std::size_t at = 1; at < keys_.size(); ++at) {
        if (available_ms(at) < available_ms(best)) best = at;
    }
    return best;
}

std::int64_t KeyChoice::rest_until_ms() const { return available_ms(soonest()); }

std::optional<std::size_t> KeyChoice::due_trial(const KeySet& tried, std::int64_t now_ms) const {
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        CircuitBreaker& breaker = keys_[at].standing->breaker;
        const bool due = !tried.has(at) && breaker.state(now_ms) == CircuitBreaker::State::trial_due &&
                         allowances_[at]->rests_until_ms() <= now_ms;
        if (due && breaker.take_trial(now_ms)) return at;
    }
    return std::nullopt;
}

// By rendezvous: a key that is lost moves only its own conversations.
std::size_t KeyChoice::drawn(const Places& places, std::uint64_t conversation) const {
    const auto draw = [&](std::size_t at) { return mix_bits(conversation ^ keys_[at].identity); };
    return *std::ranges::max_element(places.all(), {}, draw);
}

std::size_t KeyChoice::home(std::uint64_t conversation) const {
    Places all;
    for (std::size_t at = 0; at < keys_.size(); ++at) all.add(at);
    return drawn(all, conversation);
}

std::size_t KeyChoice::pick_of(const Places& places, const KeyAsk& ask) const {
    constexpr double kUnknown = -1;
    std::array<double, OperatorKeys::kMost> left{};
    double best = 0;
    for (const std::size_t at : places.all()) {
        left[at] = allowances_[at]->requests_left(ask.tokens, ask.now_ms).value_or(kUnknown);
        best = std::max(best, left[at]);
    }
    // Of what is not known the best is hoped.
    for (const std::size_t at : places.all()) {
        if (left[at] == kUnknown) left[at] = best = std::max(best, 1.0);
    }
    // Where none has enough left for one such request, all are as good.
    Places able;
    double sum = 0;
    for (const std::size_t at : places.all()) {
        if (best < 1) left[at] = 1;
        if (left[at] < 1) continue;
        able.add(at);
        sum += left[at];
    }
    if (ask.conversation != 0) {
        const auto stayed = std::ranges::find_if(
            able.all(), [&](std::size_t at) { return ask.stayed != 0 && keys_[at].tag() == ask.stayed; });
        return stayed != able.all().end() ? *stayed : drawn(able, ask.conversation);
    }
    double share = unit_of(mix_bits(ask.draw)) * sum;
    for (const std::size_t at : able.all()) {
        share -= left[at];
        if (share < 0) return at;
    }
    return able.all().back();
}

std::optional<std::size_t> KeyChoice::pick_another(const KeyAsk& ask, const KeySet& tried) const {
    if (const auto trial = due_trial(tried, ask.now_ms)) return trial;
    Places well;
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        if (!tried.has(at) && is_well(at, ask.now_ms)) well.add(at);
    }
    if (well.count == 0) return std::nullopt;
    return pick_of(well, ask);
}

std::size_t KeyChoice::pick(const KeyAsk& ask) const {
    if (const auto picked = pick_another(ask, {})) return *picked;
    return soonest();
}

}  // namespace tollgate
