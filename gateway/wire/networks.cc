#include "gateway/wire/networks.h"

#include <algorithm>
#include <string_view>

namespace tollgate::wire {
namespace {

namespace ip = boost::asio::ip;

// The registries of special-purpose addresses of the IANA, multicast, and what each machine of Azure reaches its
// platform by.
constexpr std::string_view kSpecial4[] = {
    "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "168.63.129.16/32", "169.254.0.0/16",
    "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.88.99.0/24", "192.168.0.0/16",   "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",   "240.0.0.0/4",
};
// All that is assigned to be routed; whatever else IPv6 has is of a link, a site or nobody.
constexpr std::string_view kGlobal6 = "2000::/3";
// Of that. Tunnels are among them: behind one any address of IPv4 may be.
constexpr std::string_view kSpecial6[] = {"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};

bool contains(const ip::network_v4& network, const ip::address_v4& address) {
    return (address.to_uint() & network.netmask().to_uint()) == network.network().to_uint();
}

bool contains(const ip::network_v6& network, const ip::address_v6& address) {
    const auto wanted = network.address().to_bytes(), given = address.to_bytes();
    unsigned bits = network.prefix_length();
    for (std::size_t i = 0; i < given.size() && bits > 0; ++i) {
        const unsigned of_this = std::min(bits, 8U);
        const auto mask = static_cast<unsigned char>(0xff00U >> of_this);
        if ((given[i] & mask) != (wanted[i] & mask)) return false;
        bits -= of_this;
    }
    return true;
}

// "::ffff:10.0.0.1" is 10.0.0.1.
IpAddress plain(const IpAddress& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::vector<ip::network_v4> special4() {
    std::vector<ip::network_v4> all;
    for (const auto text : kSpecial4) all.push_back(ip::make_network_v4(std::string(text)));
    return all;
}

std::vector<ip::network_v6> special6() {
    std::vector<ip::network_v6> all;
    for (const auto text : kSpecial6) all.push_back(ip::make_network_v6(std::string(text)));
    return all;
}

}  // namespace

bool is_public(const IpAddress& address) {
    static const std::vector<ip::network_v4> kNetworks4 = special4();
    static const std::vector<ip::network_v6> kNetworks6 = special6();
    static const ip::network_v6 kGlobal = ip::make_network_v6(std::string(kGlobal6));
    const IpAddress given = plain(address);
    const auto has = [](const auto& networks, const auto& one) {
        return std::ranges::any_of(networks, [&one](const auto& network) { return contains(network, one); });
    };
    if (given.is_v4()) return !has(kNetworks4, given.to_v4());
    return contains(kGlobal, given.to_v6()) && !has(kNetworks6, given.to_v6());
}

Result<Networks> Networks::from(const std::vector<std::string>& texts) {
    Networks all;
    for (const std::string& text : texts) {
        boost::system::error_code wrong4, wrong6;
        const bool whole = text.find('/') != std::string::npos;
        const auto v4 = ip::make_network_v4(whole ? text : text + "/32", wrong4);
        const auto v6 = ip::make_network_v6(whole ? text : text + "/128", wrong6);
        if (!wrong4) {
            all.networks_.emplace_back(v4);
        } else if (!wrong6) {
            all.networks_.emplace_back(v6);
        } else {
            return failure(StatusCode::invalid, text + " is no network such as 10.0.0.0/8");
        }
    }
    return all;
}

bool Networks::contain(const IpAddress& address) const {
    const IpAddress given = plain(address);
    return std::ranges::any_of(networks_, [&given](const Network& one) {
        if (const auto* const v4 = std::get_if<ip::network_v4>(&one)) {
            return given.is_v4() && contains(*v4, given.to_v4());
        }
        return given.is_v6() && contains(std::get<ip::network_v6>(one), given.to_v6());
    });
}

}  // namespace tollgate::wire
