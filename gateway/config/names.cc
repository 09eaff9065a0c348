#include "gateway/config/names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/chat/dialect/chat/quirk_names.h"
#include "gateway/wire/networks.h"

namespace tollgate {

std::string wrong_with_forwarded_header(const std::string& name) {
    static constexpr std::array<std::string_view, 17> kNever = {"api-key",
                                                                "authorization",
                                                                "connection",
                                                                "cookie",
                                                                "expect",
                                                                "forwarded",
                                                                "host",
                                                                "keep-alive",
                                                                "te",
                                                                "proxy-authenticate",
                                                                "proxy-authorization",
                                                                "via",
                                                                "trailer",
                                                                "transfer-encoding",
                                                                "upgrade",
                                                                "x-api-key",
                                                                "x-org-id"};
    static constexpr std::array<std::string_view, 5> kNeverPrefixed = {"x-tollgate-", "content-", "accept",
                                                                       "x-forwarded-", "x-git-"};
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    const bool token = !name.empty() && name.find_first_not_of(kLetters) == std::string::npos;
    const bool never =
        std::ranges::find(kNever, name) != kNever.end() ||
        std::ranges::any_of(kNeverPrefixed, [&name](std::string_view prefix) { return name.starts_with(prefix); });
    return token && !never ? "" : "cannot be forwarded";
}

std::string wrong_with_origin(const std::string& text) {
    if (text == "*") return "";
    const auto scheme = text.find("://");
    const bool origin = scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size() &&
                        text.find_first_of("/?#@ \t\r\n,ABCDEFGHIJKLMNOPQRSTUVWXYZ", scheme + 3) == std::string::npos;
    return origin ? "" : "is no origin, as https://chat.example.com, nor \"*\"";
}

std::string wrong_with_path(const std::string& text) {
    if (text.empty()) return "";
    if (!text.starts_with('/')) return "must begin with /";
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; })) {
        return "must be visible ASCII without #";
    }
    std::string plain = text;
    for (const std::string_view name : {"{model}", "{call}"}) {
        for (auto at = plain.find(name); at != std::string::npos; at = plain.find(name)) plain.erase(at, name.size());
    }
    return plain.find_first_of("{}") == std::string::npos ? "" : "names something other than {model} and {call}";
}

std::string wrong_with_quirk(const std::string& name) { return quirk_named(name) ? "" : "is no quirk that is known"; }

std::string wrong_with_domain(const std::string& text) {
    constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    const bool good = !text.empty() && text.find_first_not_of(kCharacters) == std::string::npos &&
                      !text.starts_with('.') && !text.ends_with('.');
    return good ? "" : "is no domain, as example.com";
}

std::string wrong_with_address(const std::string& text) {
    const bool good = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }) &&
                      text.find_first_of("\"\\(),:;<>[]") == std::string::npos && std::ranges::count(text, '@') == 1 &&
                      !text.starts_with('@') && !text.ends_with('@');
    return good ? "" : "must be an e-mail address, as tollgate@example.com";
}

std::string wrong_with_network(const std::string& text) {
    return wire::Networks::from({text}) ? "" : "is no network, as 10.0.0.0/8 or fd00::/8";
}

}  // namespace tollgate
