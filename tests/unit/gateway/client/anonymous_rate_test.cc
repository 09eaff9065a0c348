#include "gateway/client/anonymous_rate.h"

#include <gtest/gtest.h>

#include <memory>

namespace tollgate {
namespace {

using boost::asio::ip::make_address;

std::uint32_t calls_of(AnonymousRate& rate, const char* address, std::int64_t now_ms) {
    std::uint32_t calls = 0;
    while (calls <= AnonymousRate::kCallsPerMinute && rate.take(make_address(address), now_ms)) ++calls;
    return calls;
}

TEST(AnonymousRate, EachAddressHasItsCallsEachMinute) {
    const auto rate = std::make_unique<AnonymousRate>();
    EXPECT_EQ(calls_of(*rate, "192.0.2.1", 0), AnonymousRate::kCallsPerMinute);
    EXPECT_EQ(calls_of(*rate, "192.0.2.1", 59'999), 0u);
    EXPECT_EQ(calls_of(*rate, "192.0.2.2", 59'999), AnonymousRate::kCallsPerMinute);
    EXPECT_EQ(calls_of(*rate, "192.0.2.1", 60'000), AnonymousRate::kCallsPerMinute);
}

TEST(AnonymousRate, ANetworkOfIpv6IsOneAddress) {
    const auto rate = std::make_unique<AnonymousRate>();
    EXPECT_EQ(calls_of(*rate, "2001:db8:1:2::1", 0), AnonymousRate::kCallsPerMinute);
    EXPECT_EQ(calls_of(*rate, "2001:db8:1:2:ffff::9", 0), 0u);
    EXPECT_EQ(calls_of(*rate, "2001:db8:1:3::1", 0), AnonymousRate::kCallsPerMinute);
    EXPECT_EQ(calls_of(*rate, "192.0.2.7", 0), AnonymousRate::kCallsPerMinute);
    EXPECT_EQ(calls_of(*rate, "::ffff:192.0.2.7", 0), 0u);
}

}  // namespace
}  // namespace tollgate
