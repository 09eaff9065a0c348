// How many calls one address may make that come without a key, or with one that says nothing of who calls. Few routes
// take such calls, and each may hold up changes of all accounts. One for the whole process. No address costs memory:
// those that fall into one place share its calls.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tollgate {

// Any thread.
class AnonymousRate {
  public:
    static constexpr std::uint32_t kCallsPerMinute = 60;
    static constexpr std::int64_t kMinuteMs = 60'000;

    // Whether the address may call now. Of IPv6 its network of 64 bits counts.
    bool take(const boost::asio::ip::address& address, std::int64_t monotonic_ms);

  private:
    static constexpr std::size_t kPlaces = 4096;
    struct Place {
        std::int64_t minute = -1;
        std::uint32_t calls = 0;
    };
    std::mutex mutex_;
    std::array<Place, kPlaces> places_;  // guarded
};

}  // namespace tollgate
