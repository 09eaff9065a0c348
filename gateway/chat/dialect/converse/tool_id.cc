#include "gateway/chat/dialect/converse/tool_id.h"

#include <algorithm>
#include <string_view>

#include "gateway/chat/canonical/short_id.h"
#include "gateway/text/ascii.h"

namespace tollgate {

std::string converse_tool_id(Spelt id) {
    constexpr std::size_t kMostBytes = 64;
    constexpr std::string_view kMapped = "tg-", kDigits = "0123456789abcdef", kAlsoTaken = "-.:";
    const auto is_plain = [&](char c) {
        return is_ascii_alphanumeric(c) || kAlsoTaken.find(c) != std::string_view::npos;
    };
    const auto is_good = [&](char c) { return is_plain(c) || c == '_'; };
    const bool good = !id.empty() && std::ranges::all_of(id, is_good) && !id.starts_with(kMapped);
    if (good && id.size() <= kMostBytes) return std::string(id);
    std::string mapped(kMapped);
    for (const char c : plain(id)) {
        if (is_plain(c)) {
            mapped += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((mapped += '_') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
    return mapped.size() <= kMostBytes ? mapped : shortened_id(mapped, "-.:_", kMostBytes);
}

}  // namespace tollgate
