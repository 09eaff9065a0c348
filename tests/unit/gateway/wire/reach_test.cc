#include "gateway/wire/reach.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate::wire {
namespace {

Reach with(const std::vector<std::string>& networks) { return Reach(*Networks::from(networks)); }

std::string refusal(const Reach& reach, const char* host, bool tls = true) {
    const Status status = reach.check_host(host, tls);
    return status.ok() ? "" : status.message();
}

TEST(Reach, PublicNamesAndAddressesAreCalledByTls) {
    for (const char* host : {"api.openai.com", "API.Example.COM", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8",
                             "xn--bcher-kva.example", "a_b.example.com", "0x7f.example.com", "1.example.com1",
                             "internal.example.com", "localhost.example.com", "127.0.0.1.nip.io"}) {
        EXPECT_EQ(refusal(Reach(), host), "") << host;
        EXPECT_NE(refusal(Reach(), host, false), "") << host;
    }
}

TEST(Reach, S2_InnerPlacesAreRefusedInEverySpelling) {
    for (const char* host : {"127.0.0.1",
                             "127.1",
                             "127.0.1",
                             "127.0.0.01",
                             "127.0.0.1.",
                             "0177.0.0.1",
                             "0x7f.0.0.1",
                             "0x7F.1",
                             "0x",
                             "2130706433",
                             "0x7f000001",
                             "017700000001",
                             "0",
                             "0.0.0.0",
                             "256.256.256.256",
                             "::",
                             "::1",
                             "::127.0.0.1",
                             "::ffff:127.0.0.1",
                             "::ffff:7f00:1",
                             "::ffff:0:127.0.0.1",
                             "64:ff9b::7f00:1",
                             "64:ff9b::169.254.169.254",
                             "2002:7f00:1::",
                             "2001:0:7f00:1::",
                             "fe80::1%lo",
                             "fe80::1",
                             "fd00:ec2::254",
                             "169.254.169.254",
                             "100.100.100.200",
                             "168.63.129.16",
                             "10.0.0.1",
                             "172.16.0.1",
                             "192.168.0.1",
                             "224.0.0.1",
                             "ff02::1",
                             "255.255.255.255",
                             "localhost",
                             "LocalHost",
                             "localhost.",
                             "a.localhost",
                             "metadata",
                             "metadata.google.internal",
                             "printer.local",
                             "router.home.arpa",
                             "localhost.localdomain",
                             "api.example.com.",
                             "",
                             ".",
                             "a..b",
                             ".example.com",
                             "-a.example.com",
                             "a b.example.com",
                             "a\\b.example.com",
                             "user@example.com",
                             "127.0.0.1 .example.com",
                             "１２７.0.0.1",
                             "ⓛocalhost",
                             "127。0。0。1",
                             "bücher.example"}) {
        EXPECT_NE(refusal(Reach(), host), "") << host;
        EXPECT_NE(refusal(Reach(), host, false), "") << host;
    }
}

TEST(Reach, AZeroByteOrALongNameIsNoName) {
    EXPECT_FALSE(Reach().check_host(std::string_view("api.example.com\0.localhost", 26), true).ok());
    EXPECT_FALSE(Reach().check_host(std::string(64, 'a') + ".example.com", true).ok());
    std::string name = "com";
    while (name.size() <= 253) name.insert(0, "label.");
    EXPECT_FALSE(Reach().check_host(name, true).ok());
}

TEST(Reach, WhatTheOperatorAllowsIsCalledInThatNetworkOnly) {
    const Reach reach = with({"10.1.0.0/16", "fd00::/8"});
    for (const bool tls : {false, true}) {
        EXPECT_EQ(refusal(reach, "10.1.2.3", tls), "");
        EXPECT_EQ(refusal(reach, "fd12::1", tls), "");
        EXPECT_EQ(refusal(reach, "ollama", tls), "") << "judged when its address is known";
        for (const char* host : {"10.2.0.1", "127.0.0.1", "169.254.169.254", "10.1.515", "0x0a.1.2.3", "fe80::1"}) {
            EXPECT_NE(refusal(reach, host, tls), "") << host;
        }
    }
    EXPECT_NE(refusal(reach, "8.8.8.8", false), "") << "without TLS only in the networks that are allowed";
    EXPECT_EQ(refusal(reach, "8.8.8.8", true), "");
}

TEST(Reach, AnAddressIsJudgedWhateverItsNameWas) {
    const auto may = [](const Reach& reach, const char* text, bool tls) {
        return reach.may_connect(boost::asio::ip::make_address(text), tls);
    };
    EXPECT_TRUE(may(Reach(), "1.1.1.1", true));
    EXPECT_FALSE(may(Reach(), "1.1.1.1", false));
    for (const char* text : {"127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"}) {
        EXPECT_FALSE(may(Reach(), text, true)) << text;
        EXPECT_FALSE(may(with({"10.0.0.2/32"}), text, true)) << text;
    }
    EXPECT_TRUE(may(with({"10.0.0.0/30"}), "::ffff:10.0.0.1", false));
}

TEST(Reach, AServerThatIsClosedIsSoInEveryFormOfItsAddress) {
    const auto at = [](const char* text, std::uint16_t port) {
        return ServerAddress{boost::asio::ip::make_address(text), port};
    };
    const Reach reach =
        with({"127.0.0.0/8", "::1/128", "10.0.0.0/8"}).without({at("127.0.0.1", 80), at("10.0.0.1", 80)});
    for (const char* text : {"127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1", "10.0.0.1", "::ffff:10.0.0.1"}) {
        EXPECT_FALSE(reach.may_connect(at(text, 80), true)) << text;
        EXPECT_TRUE(reach.may_connect(at(text, 81), true)) << text;
    }
    EXPECT_TRUE(reach.may_connect(at("10.0.0.2", 80), true));
    EXPECT_FALSE(reach.may_connect(at("192.168.0.1", 81), true)) << "not allowed, and not closed";
}

}  // namespace
}  // namespace tollgate::wire
