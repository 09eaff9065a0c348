#include "gateway/webauthn/relying_party.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "gateway/text/ascii.h"

namespace tollgate::webauthn {
namespace {

constexpr std::size_t kMostHostBytes = 253, kMostLabelBytes = 63;

// Of a domain name; an IPv4 address ends in a label that begins with a digit, an IPv6 one has brackets.
bool is_domain(std::string_view host) {
    if (host.empty() || host.size() > kMostHostBytes) return false;
    std::string_view label;
    for (std::string_view rest = host;; rest.remove_prefix(label.size() + 1)) {
        label = rest.substr(0, rest.find('.'));
        const bool spelt = std::ranges::all_of(label, [](char c) { return is_ascii_alphanumeric(c) || c == '-'; });
        if (label.empty() || label.size() > kMostLabelBytes || !spelt) return false;
        if (label.size() == rest.size()) break;
    }
    return is_ascii_letter(label.front());
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

}  // namespace

std::optional<RelyingParty> relying_party_of(std::string_view public_url) {
    const std::size_t scheme_end = public_url.find("://");
    if (scheme_end == std::string_view::npos) return std::nullopt;
    const std::string scheme = ascii_lower(std::string(public_url.substr(0, scheme_end)));
    std::string_view authority = public_url.substr(scheme_end + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    const std::size_t host_end = std::min(authority.find(':'), authority.size());
    const std::string host = ascii_lower(std::string(authority.substr(0, host_end)));
    const bool is_local = host == "localhost" || host.ends_with(".localhost");
    if (!is_domain(host) || (scheme != "https" && !(scheme == "http" && is_local))) return std::nullopt;
    RelyingParty party{.id = host, .origin = scheme + "://" + host};
    if (host_end == authority.size()) return party;
    const auto port = port_of(authority.substr(host_end + 1));
    if (!port) return std::nullopt;
    if (*port != (scheme == "https" ? 443 : 80)) party.origin += ':' + std::to_string(*port);
    return party;
}

}  // namespace tollgate::webauthn
