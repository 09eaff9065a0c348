#include "gateway/client/anonymous_rate.h"

#include <functional>
#include <string_view>

namespace tollgate {
namespace {

constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address

template <class Bytes>
std::size_t hash_of(const Bytes& bytes, std::size_t size) {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), size});
}

std::size_t hash_of(const boost::asio::ip::address& address) {
    if (address.is_v4()) return hash_of(address.to_v4().to_bytes(), address.to_v4().to_bytes().size());
    const auto v6 = address.to_v6();
    if (!v6.is_v4_mapped()) return hash_of(v6.to_bytes(), kNetworkBytes);
    const auto v4 = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes();
    return hash_of(v4, v4.size());
}

}  // namespace

bool AnonymousRate::take(const boost::asio::ip::address& address, std::int64_t monotonic_ms) {
    const std::lock_guard guard(mutex_);
    Place& place = places_[hash_of(address) % kPlaces];
    const std::int64_t minute = monotonic_ms / kMinuteMs;
    if (place.minute != minute) place = {.minute = minute, .calls = 0};
    return place.calls++ < kCallsPerMinute;
}

}  // namespace tollgate
