#include "gateway/client/forwarded_headers.h"

#include <algorithm>
#include <span>

namespace tollgate {
namespace {

bool is_plain(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

}  // namespace

void append_forwarded(const wire::RequestHead& head, const std::vector<std::string>& names, std::string& out) {
    constexpr std::size_t kSeparators = 4;  // ": " and CRLF
    const bool none = std::ranges::none_of(
        names, [&head](const std::string& name) { return (head.name_bits & wire::MessageHead::name_bit(name)) != 0; });
    if (none) return;
    for (const wire::HeaderField& field : std::span(head.fields).first(head.field_count)) {
        for (const std::string& name : names) {
            if (field.name.size() != name.size() || !wire::equals_ignoring_case(field.name, name)) continue;
            const std::size_t bytes = name.size() + field.value.size() + kSeparators;
            if (field.value.empty() || out.size() + bytes > kMostForwardedBytes || !is_plain(field.value)) continue;
            out.append(name).append(": ").append(field.value).append("\r\n");
        }
    }
}

}  // namespace tollgate
