// Which servers the gateway calls at a place that an organization has named: public ones by TLS, and those in networks
// that the operator allows. A host is judged twice: as it is written, so that who names it hears of it at once, and by
// each address that is connected to, so that no name leads elsewhere (DNS rebinding).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/wire/networks.h"
#include "store/status.h"

namespace tollgate::wire {

// Where a server listens.
struct ServerAddress {
    IpAddress address;
    std::uint16_t port = 0;
};
// Whether it is one, however the addresses are written. All of the loopback is one machine.
bool is_same(const ServerAddress& one, const ServerAddress& other);

class Reach {
  public:
    Reach() = default;
    explicit Reach(Networks allowed) : allowed_(std::move(allowed)) {}

    // Of a URL's host, decoded and without brackets. invalid: what it must be, to stand behind the field's name. Names
    // are not resolved; an address of IPv4 has one spelling, four decimal numbers.
    Status check_host(std::string_view host, bool tls) const;

    // Of an address that a name was resolved to, or that is one.
    bool may_connect(const IpAddress& address, bool tls) const {
        return allowed_.contain(address) || (tls && is_public(address));
    }
    bool may_connect(const ServerAddress& server, bool tls) const {
        return may_connect(server.address, tls) && !is_closed(server);
    }
    // The same, but for those servers.
    Reach without(std::vector<ServerAddress> servers) const {
        Reach left = *this;
        left.closed_ = std::move(servers);
        return left;
    }

  private:
    bool is_closed(const ServerAddress& server) const;

    Networks allowed_;
    std::vector<ServerAddress> closed_;
};

}  // namespace tollgate::wire
