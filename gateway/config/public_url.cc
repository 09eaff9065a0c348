#include "gateway/config/public_url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <charconv>

namespace tollgate {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;

std::uint16_t port_of(std::string_view scheme) { return scheme == "https" ? kHttpsPort : kHttpPort; }

std::unexpected<Status> wrong(std::string_view why) {
    return failure(StatusCode::invalid, "must be like https://host or https://host/path: " + std::string(why));
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

// One or more segments of letters, digits and "-._~", none of them dots alone: what browsers, proxies and cookies read
// alike.
bool is_plain_path(std::string_view path) {
    while (!path.empty()) {
        if (path.front() != '/') return false;
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        const bool plain = std::ranges::all_of(segment, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                   c == '_' || c == '~';
        });
        if (!plain || segment.find_first_not_of('.') == std::string_view::npos) return false;
        path.remove_prefix(segment.size());
    }
    return true;
}

}  // namespace

std::string PublicUrl::origin() const {
    std::string out = scheme + "://" + host;
    if (port != port_of(scheme)) out.append(":").append(std::to_string(port));
    return out;
}

Result<PublicUrl> parse_public_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (parsed.has_error()) return wrong("it is no URL");
    const boost::urls::url_view& url = parsed.value();
    PublicUrl out{.scheme = lower(url.scheme()), .host = lower(url.encoded_host()), .base_path = {}};
    if (out.scheme != "http" && out.scheme != "https") return wrong("it is neither https nor http");
    if (out.host.empty() || out.host.ends_with('.') || out.host.find('%') != std::string::npos) {
        return wrong("its host is missing, or ends with a dot");
    }
    if (url.has_userinfo() || url.has_query() || url.has_fragment()) {
        return wrong("it has a user, or something behind its path");
    }
    out.port = port_of(out.scheme);
    if (const std::string port(url.port()); !port.empty()) {  // port_number() wraps around
        const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
        if (failed != std::errc() || out.port == 0) return wrong("its port is none");
    }
    out.base_path = std::string(url.encoded_path());
    if (!is_plain_path(out.base_path)) {
        return wrong("its path ends with a slash, or has other characters than letters, digits and -._~");
    }
    return out;
}

}  // namespace tollgate
