#include "gateway/sign_in/sign_in_tries.h"

#include <gtest/gtest.h>

#include "gateway/sign_in/password_gate.h"

namespace tollgate {
namespace {

std::string network(const char* text) { return network_of(boost::asio::ip::make_address(text)); }

TEST(SignInTries, Row72AnAddressIsCountedUnderItsNetworkHoweverItIsSpelled) {
    EXPECT_EQ(network("10.1.2.3"), network("10.1.2.250"));
    EXPECT_NE(network("10.1.2.3"), network("10.1.3.3"));
    EXPECT_EQ(network("::ffff:10.1.2.3"), network("10.1.2.9"));
    EXPECT_EQ(network("::FFFF:a01:203"), network("10.1.2.9"));
    EXPECT_EQ(network("2001:db8:0:700::1"), network("2001:0DB8:0000:07ff:1:2:3:4"));
    EXPECT_NE(network("2001:db8:0:700::1"), network("2001:db8:0:800::1"));
    EXPECT_NE(network("a00::"), network("10.0.0.0")) << "the same bytes of another kind";
}

class OneAccount : public ::testing::Test {
  protected:
    SignInTries tries_;
    SignInTries::Try from(const std::string& network) const { return {.account = "ann@x.test", .network = network}; }
    void fail(int count, std::int64_t now_ms) {
        for (int i = 0; i < count; ++i) tries_.failed(from("n" + std::to_string(i)), now_ms);
    }
};

TEST_F(OneAccount, FailuresDoubleTheWaitUpToAMinute) {
    fail(5, 0);
    EXPECT_EQ(tries_.wait_ms(from("m"), 0), 0);
    for (const std::int64_t wait_ms : {1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000}) {
        fail(1, 0);
        EXPECT_EQ(tries_.wait_ms(from("m"), 0), wait_ms);
    }
    EXPECT_EQ(tries_.wait_ms(from("m"), 59'000), 1000);
    EXPECT_EQ(tries_.wait_ms(from("m"), 60'000), 0) << "nobody is locked out";
    fail(1000, 0);
    EXPECT_EQ(tries_.wait_ms(from("m"), 0), 60'000) << "however many there were";
}

TEST_F(OneAccount, AnHourWithoutAFailureForgetsAll) {
    fail(10, 0);
    fail(1, 3'600'000);
    EXPECT_EQ(tries_.wait_ms(from("m"), 3'600'000), 0);
}

TEST_F(OneAccount, ASuccessForgetsTheAccountsFailuresAndNotTheNetworks) {
    for (int i = 0; i < 31; ++i) tries_.failed(from("n"), 0);
    tries_.succeeded(from("n"));
    EXPECT_EQ(tries_.wait_ms(from("m"), 0), 0);
    EXPECT_EQ(tries_.wait_ms({.account = "bob@x.test", .network = "n"}, 0), 1000);
}

TEST_F(OneAccount, WhereItsPersonIsKnownItsFailuresElsewhereDoNotCount) {
    fail(20, 0);
    const SignInTries::Try home{.account = "ann@x.test", .network = "home", .known = true};
    EXPECT_EQ(tries_.wait_ms(home, 0), 0);
    for (int i = 0; i < 6; ++i) tries_.failed(home, 0);
    EXPECT_EQ(tries_.wait_ms(home, 0), 1000) << "but his own do";
}

TEST_F(OneAccount, ManyOtherAccountsDoNotMakeItsFailuresForgotten) {
    fail(9, 0);
    for (std::size_t i = 0; i < SignInTries::kMostCounted; ++i) {
        tries_.failed({.account = std::to_string(i), .network = std::to_string(i)}, 0);
    }
    EXPECT_EQ(tries_.wait_ms(from("m"), 0), 8000);
}

TEST(PasswordGate, LetsInAsManyAsItMay) {
    PasswordGate gate;
    {
        std::vector<std::unique_ptr<PasswordGate::Pass>> inside;
        for (std::uint32_t i = 0; i < PasswordGate::kMostWaiting; ++i) {
            inside.push_back(std::make_unique<PasswordGate::Pass>(gate));
            EXPECT_TRUE(*inside.back());
        }
        EXPECT_FALSE(PasswordGate::Pass(gate));
        inside.pop_back();
        EXPECT_TRUE(PasswordGate::Pass(gate));
    }
    EXPECT_TRUE(PasswordGate::Pass(gate));
}

}  // namespace
}  // namespace tollgate
