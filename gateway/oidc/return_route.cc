#include "gateway/oidc/return_route.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gateway/text/ascii.h"

namespace tollgate::oidc {
namespace {

// RFC 3986, section 3.5, without what the page's own routes never have.
bool may_stand(char c) {
    return is_ascii_alphanumeric(c) || std::string_view("-._~/?&=%+:,@*").find(c) != std::string_view::npos;
}

// Nothing: an escape is broken.
std::optional<std::string> unescape(std::string_view text) {
    constexpr std::size_t kDigits = 2;
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        const std::string_view digits = text.substr(i + 1, kDigits);
        unsigned value = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (failed != std::errc() || digits.size() != kDigits || end != digits.data() + kDigits) return std::nullopt;
        plain += static_cast<char>(value);
        i += kDigits;
    }
    return plain;
}

bool is_of_another_place(std::string_view plain) {
    const bool control = std::ranges::any_of(plain, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
    const std::string_view path = plain.substr(0, plain.find('?'));
    return control || plain.find('\\') != std::string_view::npos || path.find("//") != std::string_view::npos ||
           path.find("/..") != std::string_view::npos;
}

bool is_route(std::string_view text) {
    if (text.size() > kMostRouteBytes || !text.starts_with('/') || !std::ranges::all_of(text, may_stand)) return false;
    const auto once = unescape(text);
    // What is escaped twice is taken for a path by who unescapes it twice.
    const auto twice = once ? unescape(*once) : std::nullopt;
    return once && !is_of_another_place(*once) && (!twice || !is_of_another_place(*twice));
}

}  // namespace

std::string return_route(std::string_view asked) {
    if (asked.starts_with('#')) asked.remove_prefix(1);
    return std::string(is_route(asked) ? asked : kOverviewRoute);
}

}  // namespace tollgate::oidc
