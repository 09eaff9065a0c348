#include "gateway/config/public_url.h"

#include <algorithm>
#include <charconv>

#include "gateway/text/ascii.h"
#include "gateway/wire/web_url.h"

namespace tollgate {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;

std::uint16_t port_of(std::string_view scheme) { return scheme == "https" ? kHttpsPort : kHttpPort; }

std::unexpected<Status> wrong(const std::string& why) {
    return failure(StatusCode::invalid, "must be like https://host or https://host/path: " + why);
}

// One or more segments of letters, digits and "-._~", none of them dots alone: what browsers, proxies and cookies read
// alike.
bool is_plain_path(std::string_view path) {
    while (!path.empty()) {
        if (path.front() != '/') return false;
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        const bool plain = std::ranges::all_of(
            segment, [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; });
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
    constexpr std::string_view kMark = "://";
    const std::size_t mark = text.find(kMark);
    if (mark == std::string_view::npos) return wrong("it is no URL");
    // Scheme and host are the same in capital letters; a path is not.
    const std::string_view path = text.substr(std::min(text.find('/', mark + kMark.size()), text.size()));
    const std::string_view server = text.substr(0, text.size() - path.size());
    const auto url = wire::parse_web_url(ascii_lower(std::string(server)).append(path));
    if (!url) return wrong("it " + url.error().message());
    if (url->host.ends_with('.')) return wrong("its host ends with a dot");
    if (!is_plain_path(path)) {
        return wrong("its path ends with a slash, or has other characters than letters, digits and -._~");
    }
    PublicUrl out{.scheme = url->tls ? "https" : "http", .host = url->host, .base_path = std::string(path)};
    if (out.host.contains(':')) out.host = "[" + out.host + "]";
    std::from_chars(url->port.data(), url->port.data() + url->port.size(), out.port);
    return out;
}

}  // namespace tollgate
