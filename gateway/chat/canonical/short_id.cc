#include "gateway/chat/canonical/short_id.h"

#include <algorithm>
#include <cstdint>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool is_taken(char c, std::string_view also_taken) {
    return is_ascii_alphanumeric(c) || also_taken.find(c) != std::string_view::npos;
}

}  // namespace

std::string shortened_id(std::string_view id, std::string_view also_taken, std::size_t most_bytes) {
    constexpr std::size_t kDigestBytes = 17;
    std::string shortened;
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        if (shortened.size() + kDigestBytes == most_bytes) continue;
        shortened += is_taken(c, also_taken) ? c : '_';
    }
    shortened += '-';
    for (int shift = 60; shift >= 0; shift -= 4) shortened += kDigits[hash >> shift & 15];
    return shortened;
}

bool has_taken_characters(std::string_view id, std::string_view also_taken) {
    return !id.empty() && std::ranges::all_of(id, [&](char c) { return c == '_' || is_taken(c, also_taken); });
}

std::string as_taken(Spelt id, std::string_view also_taken, std::size_t most_bytes) {
    constexpr std::string_view kMark = "tg-";
    const bool good = has_taken_characters(id, also_taken) && id.size() <= most_bytes;
    if (good && !id.starts_with(kMark)) return std::string(id);
    std::string mapped(kMark);
    for (const char c : plain(id)) {
        if (is_taken(c, also_taken)) {
            mapped += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((mapped += '_') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
    return mapped.size() <= most_bytes ? mapped : shortened_id(mapped, also_taken, most_bytes);
}

}  // namespace tollgate
