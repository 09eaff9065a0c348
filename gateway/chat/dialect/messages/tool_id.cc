#include "gateway/chat/dialect/messages/tool_id.h"

#include <algorithm>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

bool is_plain(char c) { return is_ascii_alphanumeric(c) || c == '-'; }

}  // namespace

bool is_messages_tool_id(std::string_view id) {
    return !id.empty() && std::ranges::all_of(id, [](char c) { return is_plain(c) || c == '_'; });
}

std::string messages_tool_id(Spelt id) {
    constexpr std::string_view kMapped = "tg-", kDigits = "0123456789abcdef";
    if (is_messages_tool_id(id) && !id.starts_with(kMapped)) return std::string(id);
    std::string mapped(kMapped);
    for (const char c : plain(id)) {
        if (is_plain(c)) {
            mapped += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((mapped += '_') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
    return mapped;
}

}  // namespace tollgate
