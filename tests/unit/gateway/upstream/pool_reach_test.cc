#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/upstream/pool.h"

namespace tollgate {
namespace {

namespace asio = wire::asio;

// A server on the loopback, and a provider of that place by name.
class PoolReach : public testing::Test {
  protected:
    PoolReach() {
        const auto port = std::to_string(listener_.local_endpoint().port());
        ProviderConfig config;
        config.name = "custom";
        config.base_url = "http://localhost:" + port + "/v1";
        provider_ = *Provider::from(config, 0);
    }

    Outcome<std::unique_ptr<UpstreamConnection>> connect() {
        UpstreamPool pool(io_.get_executor(), provider_, {.most = 1, .idle_timeout = std::chrono::seconds(1)});
        ConnectAttempt attempt;
        std::optional<Outcome<std::unique_ptr<UpstreamConnection>>> made;
        asio::co_spawn(
            io_.get_executor(), [&]() -> wire::Awaitable<void> { made.emplace(co_await pool.connect(attempt)); },
            asio::detached);
        io_.run();
        return std::move(*made);
    }

    bool somebody_came() {
        listener_.non_blocking(true);
        boost::system::error_code nobody;
        asio::ip::tcp::socket from(other_);
        listener_.accept(from, nobody);
        return !nobody;
    }

    asio::io_context io_, other_;
    asio::ip::tcp::acceptor listener_{other_, {asio::ip::make_address("127.0.0.1"), 0}};
    Provider provider_;
};

TEST_F(PoolReach, AnOperatorsPlaceMayBeAnywhere) {
    EXPECT_TRUE(connect());
    EXPECT_TRUE(somebody_came());
}

TEST_F(PoolReach, S2_ANameThatLeadsInsideIsNotConnectedTo) {
    provider_.reach = std::make_shared<wire::Reach>();
    const auto made = connect();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::upstream_unreachable);
    EXPECT_NE(made.error().detail().message.find("may not be called from here"), std::string::npos);
    EXPECT_FALSE(somebody_came());
}

TEST_F(PoolReach, WhatTheOperatorAllowsIsConnectedTo) {
    provider_.reach = std::make_shared<wire::Reach>(*wire::Networks::from({"127.0.0.0/8"}));
    EXPECT_TRUE(connect());
    EXPECT_TRUE(somebody_came());
}

}  // namespace
}  // namespace tollgate
