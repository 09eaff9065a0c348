// How many calls without a key one address may make. Few routes take such calls, and each may hold up changes of all
// accounts. One worker's, so an address may have as much at each. No address costs memory: those that fall into one
// place share its calls.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>

namespace tollgate {

class AnonymousRate {
  public:
    static constexpr std::uint32_t kCallsPerMinute = 60;

    // Whether the address may call now. Of IPv6 its network of 64 bits counts.
    bool take(const boost::asio::ip::address& address, std::int64_t monotonic_ms);

  private:
    static constexpr std::size_t kPlaces = 4096;
    struct Place {
        std::int64_t minute = -1;
        std::uint32_t calls = 0;
    };
    std::array<Place, kPlaces> places_;
};

}  // namespace tollgate
