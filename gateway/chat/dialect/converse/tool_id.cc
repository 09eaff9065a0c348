#include "gateway/chat/dialect/converse/tool_id.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "gateway/text/ascii.h"

namespace tollgate {

std::string converse_tool_id(Spelt id) {
    constexpr std::size_t kMostBytes = 64;
    constexpr std::string_view kMapped = "tg-", kDigits = "0123456789abcdef";
    const auto is_plain = [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == ':'; };
    const auto is_good = [&](char c) { return is_plain(c) || c == '_'; };
    const bool good = !id.empty() && std::ranges::all_of(id, is_good) && !id.starts_with(kMapped);
    if (good && id.size() <= kMostBytes) return std::string(id);
    std::string mapped(kMapped);
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : plain(id)) {
        const auto byte = static_cast<unsigned char>(c);
        hash = (hash ^ byte) * 0x100000001b3;
        if (is_plain(c)) {
            mapped += c;
        } else {
            ((mapped += '_') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
    if (mapped.size() <= kMostBytes) return mapped;
    mapped.resize(kMostBytes - 17);  // longer ones keep their beginning
    mapped += '-';
    for (int shift = 60; shift >= 0; shift -= 4) mapped += kDigits[hash >> shift & 15];
    return mapped;
}

}  // namespace tollgate
