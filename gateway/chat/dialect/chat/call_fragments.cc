#include "gateway/chat/dialect/chat/call_fragments.h"

#include <algorithm>
#include <array>
#include <string>

namespace tollgate {
namespace {

// Whether the arguments begin an object, as a call's first ones do.
bool begins_object(Json arguments) {
    if (is_object(arguments)) return true;
    const Spelt text = spelt(arguments);
    const auto first = text.find_first_not_of(' ');
    return first != Spelt::npos && text[first] == '{';
}

}  // namespace

bool CallFragment::says_nothing() const {
    return id.empty() && name.empty() && spelt(arguments).empty() && !is_object(arguments);
}

CallFragment read_call_fragment(Json entry) {
    static constexpr std::array<std::string_view, 3> kNames = {"index", "id", "function"};
    const auto [index, id, inner] = members_of(entry, kNames);
    const auto [name, arguments] =
        members_of(is_object(inner) ? inner : entry, std::array<std::string_view, 2>{"name", "arguments"});
    return {.index = whole_number(index).value_or(-1), .id = spelt(id), .name = spelt(name), .arguments = arguments};
}

Spelt made_call_id(Spelt answer, std::size_t call) {
    constexpr std::size_t kLeastBytes = 12;
    const bool usable = answer.find('\\') == Spelt::npos && answer.size() >= kLeastBytes + call;
    if (usable) return answer.substr(call);
    static const std::array<std::string, 32> kIds = [] {
        std::array<std::string, 32> ids;
        for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = "call_" + std::to_string(i);
        return ids;
    }();
    return kIds[std::min(call, kIds.size() - 1)];
}

bool CallFragments::is_of(const Call& call, const CallFragment& fragment) {
    if (fragment.index >= 0 && call.index != fragment.index) return false;
    if (!fragment.id.empty() && !call.id.empty()) return call.id == fragment.id;
    if (call.name.empty()) return fragment.index >= 0 || fragment.id.empty();
    if (call.name != fragment.name || fragment.index < 0) return false;
    return !begins_object(fragment.arguments) || !(call.complete() || call.unnamed);
}

// The last that bears the index, rather one whose name is known.
std::size_t CallFragments::last_of(std::int64_t index) const {
    std::size_t last = calls_.size();
    for (std::size_t place = calls_.size(); place-- > 0;) {
        if (index >= 0 && calls_[place].index != index) continue;
        if (!calls_[place].name.empty()) return place;
        if (last == calls_.size()) last = place;
    }
    return last;
}

// Its id tells, if a call has it. Otherwise it is of the last that bears its index, whatever id it has, unless that is
// whole, or the fragment only tells the id of one that waits for its name.
std::size_t CallFragments::find_begun(const CallFragment& fragment) const {
    for (std::size_t place = calls_.size(); place-- > 0 && !fragment.id.empty();) {
        const bool may_be = fragment.index < 0 || calls_[place].index == fragment.index;
        if (may_be && calls_[place].id == fragment.id) return place;
    }
    const std::size_t last = last_of(fragment.index);
    if (last == calls_.size()) return last;
    const bool other_id = !fragment.id.empty() && !calls_[last].id.empty();
    if (other_id && spelt(fragment.arguments).empty()) return calls_.size();
    const bool begins = calls_[last].complete() && begins_object(fragment.arguments);
    return begins && (other_id || calls_[last].id.empty()) ? calls_.size() : last;
}

std::size_t CallFragments::find(const CallFragment& fragment) const {
    if (fragment.name.empty()) return find_begun(fragment);
    for (std::size_t place = calls_.size(); place-- > 0;) {
        if (is_of(calls_[place], fragment)) return place;
    }
    return calls_.size();
}

std::size_t CallFragments::add(const CallFragment& fragment, bool whole) {
    std::size_t place = whole ? calls_.size() : find(fragment);
    if (place == calls_.size()) {
        if (place >= kMost) return place - 1;
        // One that follows upon a whole one, without a name of its own, is of the same.
        const std::size_t before = fragment.name.empty() && fragment.id.empty() ? last_of(fragment.index) : place;
        calls_.push_back({.index = fragment.index, .name = before < place ? calls_[before].name : std::string()});
    }
    Call& call = calls_[place];
    if (call.id.empty()) call.id = fragment.id;
    if (call.name.empty()) call.name = fragment.name;
    call.unnamed = call.unnamed || (fragment.name.empty() && !begins_object(fragment.arguments));
    call.whole_object = call.whole_object || is_object(fragment.arguments);
    call.arguments.read(spelt(fragment.arguments));
    return place;
}

bool CallFragments::goes_on(std::size_t place, Spelt arguments) {
    Call& call = calls_[place];
    if (call.complete()) return false;
    call.arguments.read(arguments);
    return true;
}

}  // namespace tollgate
