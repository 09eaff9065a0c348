#include "gateway/wire/web_url.h"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>

#include "gateway/text/ascii.h"

namespace tollgate::wire {
namespace {

Result<WebUrl> invalid(const std::string& what) { return failure(StatusCode::invalid, what); }

// Fewer than RFC 3986 allows: the others mean something to some reader.
bool is_name_byte(char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }

bool is_host(std::string_view text, bool bracketed) {
    if (!bracketed) return !text.empty() && std::ranges::all_of(text, is_name_byte);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address_v6(std::string(text), error);
    return !error && address.scope_id() == 0 && !text.contains('%');
}

// 0: it is none.
std::uint16_t read_port(std::string_view digits) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

// Host and port of "HOST", "HOST:", "HOST:PORT", "[ADDRESS]:PORT".
Result<WebUrl> read_authority(WebUrl url, std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = std::min(text.find(bracketed ? ']' : ':'), text.size());
    const std::string_view host = text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
    if (bracketed && end == text.size()) return invalid("must have a host whose brackets are closed");
    const std::string_view rest = text.substr(bracketed ? end + 1 : end);
    if (host.contains('%')) return invalid("must have no %-escape in its host");
    if (!is_host(host, bracketed) || (!rest.empty() && !rest.starts_with(':'))) {
        return invalid("must have a host of letters, digits, '-', '.' and '_', or an address");
    }
    const std::string_view port = rest.substr(std::min<std::size_t>(rest.size(), 1));
    const std::uint16_t usual = url.tls ? 443 : 80, number = port.empty() ? usual : read_port(port);
    if (number == 0) return invalid("must have a port of 1 to 65535");
    url.host = host;
    url.port = std::to_string(number);
    url.authority = text;
    return url;
}

}  // namespace

Result<WebUrl> parse_web_url(std::string_view text) {
    constexpr std::string_view kMark = "://";
    const auto mark = text.find(kMark);
    if (mark == std::string_view::npos) return invalid("is not an absolute http or https URL");
    const std::string_view scheme = text.substr(0, mark);
    if (scheme != "http" && scheme != "https") return invalid("must be http or https");
    const std::string_view rest = text.substr(mark + kMark.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.empty()) return invalid("is not an absolute http or https URL");
    if (authority.contains('@') || rest.find_first_of("?#") != std::string_view::npos) {
        return invalid("must have no user, query or fragment");
    }
    std::string_view path = rest.substr(authority.size());
    if (!path.empty() && !boost::urls::parse_origin_form(path)) return invalid("is not an absolute http or https URL");
    while (path.ends_with('/')) path.remove_suffix(1);
    WebUrl url;
    url.tls = scheme == "https";
    url.path = path;
    return read_authority(std::move(url), authority);
}

}  // namespace tollgate::wire
