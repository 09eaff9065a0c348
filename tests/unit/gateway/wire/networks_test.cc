#include "gateway/wire/networks.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate::wire {
namespace {

IpAddress address(const std::string& text) { return boost::asio::ip::make_address(text); }

TEST(Networks, PublicAddressesAreThoseThatAnybodyMayHave) {
    for (const char* text :
         {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "192.0.1.1",
          "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8"}) {
        EXPECT_TRUE(is_public(address(text))) << text;
    }
}

TEST(Networks, InnerAddressesAreNotPublicInAnySpelling) {
    for (const char* text :
         {"0.0.0.0",       "10.0.0.1",        "100.64.0.1",       "127.0.0.1",       "127.255.255.255",
          "168.63.129.16", "169.254.169.254", "172.16.0.1",       "172.31.255.255",  "192.168.1.1",
          "192.0.0.192",   "198.18.0.1",      "224.0.0.1",        "255.255.255.255", "::",
          "::1",           "::127.0.0.1",     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
          "64:ff9b:1::1",  "2002:7f00:1::",   "2001::1",          "2001:db8::1",     "fc00::1",
          "fdff::1",       "fe80::1",         "fec0::1",          "ff02::1",         "::ffff:0:7f00:1",
          "fd00:ec2::254", "100::1",          "1fff::1",          "4000::1",         "5f00::1"}) {
        EXPECT_FALSE(is_public(address(text))) << text;
    }
}

TEST(Networks, AreReadAsPeopleWriteThem) {
    const auto networks = Networks::from({"10.0.0.0/8", "192.168.7.7", "fd00::/12", "127.0.0.1/32"});
    ASSERT_TRUE(networks) << networks.error().message();
    for (const char* inside :
         {"10.0.0.0", "10.255.255.255", "192.168.7.7", "fd00::1", "fd0f:ffff::1", "127.0.0.1", "::ffff:10.1.2.3"}) {
        EXPECT_TRUE(networks->contain(address(inside))) << inside;
    }
    for (const char* outside : {"11.0.0.0", "192.168.7.8", "fd10::1", "127.0.0.2", "::1"}) {
        EXPECT_FALSE(networks->contain(address(outside))) << outside;
    }
}

TEST(Networks, NoneContainNothingAndAllContainAll) {
    EXPECT_FALSE(Networks().contain(address("10.0.0.1")));
    EXPECT_TRUE(Networks().empty());
    EXPECT_TRUE(Networks::from({"0.0.0.0/0"})->contain(address("10.0.0.1")));
    EXPECT_TRUE(Networks::from({"::/0"})->contain(address("2606:4700::1111")));
}

TEST(Networks, WhatIsNoneIsNamed) {
    for (const char* text : {"", "10.0.0", "10.0.0.0/33", "fd00::/129", "localhost", "10.0.0.0/-1"}) {
        const auto networks = Networks::from({text});
        ASSERT_FALSE(networks) << text;
        EXPECT_NE(networks.error().message().find(text), std::string::npos);
    }
}

}  // namespace
}  // namespace tollgate::wire
