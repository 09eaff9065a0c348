#include "gateway/ops/operations_guard.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

const std::vector<std::string> kHosts = {"tollgate.internal"};

bool served(const OperationsRequest& request) { return refusal_of(request, kHosts).empty(); }

TEST(OperationsGuard, AddressesAndLocalhostAreKnownHosts) {
    for (const char* host :
         {"127.0.0.1:9464", "127.0.0.1", "10.0.0.5:9464", "[::1]:9464", "[::1]", "localhost:9464", "LocalHost", ""}) {
        EXPECT_TRUE(served({.host = host})) << host;
    }
}

TEST(OperationsGuard, AConfiguredNameIsAKnownHost) {
    EXPECT_TRUE(served({.host = "tollgate.internal:9464"}));
    EXPECT_TRUE(served({.host = "Tollgate.Internal"}));
}

TEST(OperationsGuard, AnyOtherNameIsRefused) {
    for (const char* host :
         {"evil.example", "evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example",
          "tollgate.internal.evil.example", "[", "[]", "[::1].evil.example", ":9464", "127.0.0.1@evil.example"}) {
        EXPECT_FALSE(served({.host = host})) << host;
    }
}

TEST(OperationsGuard, AnyOriginIsRefused) {
    EXPECT_FALSE(served({.host = "127.0.0.1", .has_origin = true}));
    EXPECT_FALSE(served({.host = "127.0.0.1", .has_origin = true, .changes = true, .has_operation_field = true}));
}

TEST(OperationsGuard, AChangeNeedsTheFieldThatAPageCannotSend) {
    EXPECT_FALSE(served({.host = "127.0.0.1", .changes = true}));
    EXPECT_TRUE(served({.host = "127.0.0.1", .changes = true, .has_operation_field = true}));
    EXPECT_FALSE(served({.host = "evil.example", .changes = true, .has_operation_field = true}));
}

}  // namespace
}  // namespace tollgate
