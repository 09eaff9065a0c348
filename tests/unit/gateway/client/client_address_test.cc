#include "gateway/client/client_address.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

std::string address_of(const char* peer, const std::string& fields, const std::vector<std::string>& trusted) {
    const std::string bytes = "GET / HTTP/1.1\r\nhost: a\r\n" + fields + "\r\n";
    wire::RequestHead head;
    EXPECT_EQ(wire::parse_request_head(bytes, 50, head).status, 0);
    return client_address(boost::asio::ip::make_address(peer), head, *wire::Networks::from(trusted)).to_string();
}

TEST(ClientAddress, NobodyIsBelievedByDefault) {
    EXPECT_EQ(address_of("192.0.2.1", "x-forwarded-for: 203.0.113.9\r\n", {}), "192.0.2.1");
    EXPECT_EQ(address_of("192.0.2.1", "x-forwarded-for: 203.0.113.9\r\n", {"10.0.0.0/8"}), "192.0.2.1");
}

TEST(ClientAddress, OfATrustedProxyTheLastThatIsNoProxyIsTheClient) {
    const std::vector<std::string> trusted = {"10.0.0.0/8", "fd00::/8"};
    EXPECT_EQ(address_of("10.1.2.3", "X-Forwarded-For: 203.0.113.9\r\n", trusted), "203.0.113.9");
    EXPECT_EQ(address_of("10.1.2.3", "x-forwarded-for: 198.51.100.1, 203.0.113.9 , 10.9.9.9\r\n", trusted),
              "203.0.113.9");
    EXPECT_EQ(address_of("fd00::1", "x-forwarded-for: 2001:db8::7,fd00::2\r\n", trusted), "2001:db8::7");
    EXPECT_EQ(address_of("::ffff:10.1.2.3", "x-forwarded-for: 203.0.113.9\r\n", trusted), "203.0.113.9");
    EXPECT_EQ(address_of("10.1.2.3", "", trusted), "10.1.2.3");
}

TEST(ClientAddress, SeveralLinesAreOneList) {
    const std::vector<std::string> trusted = {"10.0.0.0/8"};
    EXPECT_EQ(address_of("10.1.2.3", "x-forwarded-for: 198.51.100.1\r\nx-forwarded-for: 203.0.113.9\r\n", trusted),
              "203.0.113.9");
    EXPECT_EQ(address_of("10.1.2.3", "x-forwarded-for: 203.0.113.9\r\nx-forwarded-for: 10.2.2.2\r\n", trusted),
              "203.0.113.9");
}

TEST(ClientAddress, WhatIsNoAddressEndsTheLook) {
    const std::vector<std::string> trusted = {"10.0.0.0/8"};
    EXPECT_EQ(address_of("10.1.2.3", "x-forwarded-for: 203.0.113.9, unknown, 10.2.2.2\r\n", trusted), "10.2.2.2");
    EXPECT_EQ(address_of("10.1.2.3", "x-forwarded-for: 203.0.113.9,\r\n", trusted), "10.1.2.3");
}

}  // namespace
}  // namespace tollgate
