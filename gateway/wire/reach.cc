#include "gateway/wire/reach.h"

#include <algorithm>
#include <string>

#include "gateway/text/ascii.h"

namespace tollgate::wire {
namespace {

constexpr std::size_t kMaxNameBytes = 253, kMaxLabelBytes = 63;  // RFC 1035 2.3.4

// Names that only an inner network gives a meaning to: RFC 6761, 6762 and 8375, ICANN's resolution 2024.07.29.06, and
// what resolvers are often told to add.
constexpr std::string_view kInnerSuffixes[] = {"localhost", "local", "localdomain", "internal", "home.arpa"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) { return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }
bool is_name_byte(char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, is_name_byte);
}

std::string_view last_label(std::string_view name) { return name.substr(name.rfind('.') + 1); }

bool has_labels_only(std::string_view name) {
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        if (!is_label(name.substr(begin, end - begin))) return false;
        begin = end + 1;
    }
    return name.size() <= kMaxNameBytes;
}

// Resolvers read such a name as an address of IPv4, of one to four numbers in any base:
// https://url.spec.whatwg.org/#ends-in-a-number-checker
bool ends_in_number(std::string_view name) {
    const std::string_view last = last_label(name);
    if (std::ranges::all_of(last, is_digit)) return true;
    return last.size() >= 2 && last[0] == '0' && ascii_lower(last[1]) == 'x' &&
           std::ranges::all_of(last.substr(2), is_hexadecimal);
}

// Alone it is completed by the resolver's search list, which is the gateway's own network.
bool is_inner(std::string_view name) {
    if (name.find('.') == std::string_view::npos) return true;
    const std::string small = ascii_lower(std::string(name));
    return std::ranges::any_of(kInnerSuffixes,
                               [&](std::string_view suffix) { return small.ends_with("." + std::string(suffix)); });
}

Status refused(std::string_view what) { return {StatusCode::invalid, std::string(what)}; }

constexpr std::string_view kNotFromHere = "this address may not be called from here";

// An address of IPv4 in the form of IPv6 is that of IPv4. Nobody is at no address: it leads to this machine.
IpAddress normal(const IpAddress& address) {
    namespace ip = boost::asio::ip;
    const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    const IpAddress plain = is_mapped ? IpAddress(ip::make_address_v4(ip::v4_mapped, address.to_v6())) : address;
    return plain.is_loopback() || plain.is_unspecified() ? IpAddress(ip::address_v4::loopback()) : plain;
}

}  // namespace

bool is_same(const ServerAddress& one, const ServerAddress& other) {
    return one.port == other.port && normal(one.address) == normal(other.address);
}

bool Reach::is_closed(const ServerAddress& server) const {
    return std::ranges::any_of(closed_, [&server](const ServerAddress& one) { return is_same(one, server); });
}

Status Reach::check_host(std::string_view host, bool tls) const {
    boost::system::error_code is_a_name;
    const auto address = boost::asio::ip::make_address(std::string(host), is_a_name);
    if (!is_a_name && (!address.is_v6() || address.to_v6().scope_id() == 0)) {
        return may_connect(address, tls) ? Status() : refused(kNotFromHere);
    }
    if (host.ends_with('.')) return refused("its host must not end with a dot");
    if (!has_labels_only(host)) {
        return refused("its host must be a name of letters, digits and dashes (an international one as xn--…)");
    }
    if (ends_in_number(host)) return refused("an address must be written as four decimal numbers");
    if (!allowed_.empty()) return {};
    if (!tls) return refused("must be https, or a secret would cross the network in plain text");
    return is_inner(host) ? refused(kNotFromHere) : Status();
}

}  // namespace tollgate::wire
