// Which addresses are open to the world, and networks of addresses as people write them.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <variant>
#include <vector>

#include "store/status.h"

namespace tollgate::wire {

using IpAddress = boost::asio::ip::address;

// Whether anybody may be there: false of loopback, private and link-local networks, of those where clouds have their
// metadata, and of every other range that the IANA keeps for special purposes (RFC 6890), in whatever form of IPv6 an
// address of IPv4 is written.
bool is_public(const IpAddress& address);

// "10.0.0.0/8", "fd00::/8", or one address.
class Networks {
  public:
    // invalid, naming the text that is no network.
    static Result<Networks> from(const std::vector<std::string>& texts);

    bool empty() const { return networks_.empty(); }
    bool contain(const IpAddress& address) const;

  private:
    using Network = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;
    std::vector<Network> networks_;
};

}  // namespace tollgate::wire
