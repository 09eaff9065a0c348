#include "gateway/chat/dialect/chat/tool_ids.h"

#include <algorithm>
#include <cstdint>

namespace tollgate {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_letter_or_digit(char c) { return kLetters.find(c) != std::string_view::npos; }

// FNV-1a, with a last mixing step, for its high bits are poor where texts are short. It must never change: providers
// find what they cached by the bytes of the prompt.
std::uint64_t hash_of(std::string_view text, unsigned attempt) {
    std::uint64_t hash = 0xcbf29ce484222325U + attempt;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    return hash ^ (hash >> 33);
}

}  // namespace

bool ToolIds::takes(Spelt id) const {
    if (!only_short_) return id.size() <= kMostBytes;
    return id.size() == kShortBytes && std::ranges::all_of(id, is_letter_or_digit);
}

std::string ToolIds::replacement(Spelt id, unsigned attempt) const {
    std::string sent = only_short_ ? "" : "call_";
    std::uint64_t hash = hash_of(id, attempt);
    for (std::size_t i = 0; i < kShortBytes; ++i, hash /= kLetters.size()) sent += kLetters[hash % kLetters.size()];
    return sent;
}

bool ToolIds::is_used(const std::string& sent) const {
    return std::ranges::any_of(seen_, [&](const auto& known) { return known.second == sent; });
}

std::string ToolIds::sent(Spelt id) {
    const auto known = std::ranges::find(seen_, id, [](const auto& pair) { return std::string_view(pair.first); });
    if (known != seen_.end()) return known->second;
    std::string sent(id);
    if (!takes(id)) {
        unsigned attempt = 0;
        do sent = replacement(id, attempt++);
        while (is_used(sent));
    }
    return seen_.emplace_back(id, std::move(sent)).second;
}

}  // namespace tollgate
