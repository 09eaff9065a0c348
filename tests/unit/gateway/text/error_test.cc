#include "gateway/text/error.h"
#include "gateway/text/json_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace tollgate {
namespace {

namespace json = boost::json;

std::vector<ErrorKind> every_kind() {
    std::vector<ErrorKind> kinds;
    for (int kind = 1; kind <= static_cast<int>(ErrorKind::internal); ++kind)
        kinds.push_back(static_cast<ErrorKind>(kind));
    return kinds;
}

TEST(Error, NoneIsFalseAndAnythingElseTrue) {
    EXPECT_FALSE(Error());
    for (const ErrorKind kind : every_kind()) EXPECT_TRUE(Error(kind, "x"));
}

TEST(Error, EveryKindHasItsStatusAndCode) {
    std::set<std::string_view> codes;
    for (const ErrorKind kind : every_kind()) {
        EXPECT_GE(status_of(kind), 400);
        EXPECT_LE(status_of(kind), 504);
        // OpenAI tells the two rates apart by type, not by code.
        if (kind != ErrorKind::tokens_rate_limited) EXPECT_TRUE(codes.insert(code_of(kind)).second) << code_of(kind);
        EXPECT_FALSE(code_of(kind).empty());
    }
}

TEST(Error, WhoIsToBlame) {
    EXPECT_EQ(source_of(ErrorKind::invalid_json), ErrorSource::client);
    EXPECT_EQ(source_of(ErrorKind::insufficient_credits), ErrorSource::client);
    EXPECT_EQ(source_of(ErrorKind::upstream_timeout), ErrorSource::upstream);
    EXPECT_EQ(source_of(ErrorKind::store_unavailable), ErrorSource::internal);
}

TEST(Error, AnotherEndpointMayHelpOnlyWhereTheUpstreamIsAtFault) {
    for (const ErrorKind kind : every_kind()) {
        const bool upstream = source_of(kind) == ErrorSource::upstream;
        EXPECT_EQ(retry_of(kind), upstream ? Retry::elsewhere : Retry::never) << code_of(kind);
        EXPECT_EQ(Error(kind, "x").retry(), retry_of(kind)) << code_of(kind);
    }
    EXPECT_EQ(Error().retry(), Retry::never);
}

TEST(Error, WhatIsKnownOfACaseGoesBeforeWhatHoldsForItsKind) {
    Error error(ErrorKind::upstream_reset, "x");
    error.set_retry(Retry::fresh_connection);
    EXPECT_EQ(error.retry(), Retry::fresh_connection);
    EXPECT_EQ(Error(error).retry(), Retry::fresh_connection);
}

TEST(Error, HeadersTellClientsWhetherToRetry) {
    EXPECT_EQ(error_headers(ErrorKind::insufficient_credits), "") << "refusal.cc says which, by what others hold";
    EXPECT_EQ(error_headers(ErrorKind::overloaded), "retry-after: 1\r\n");
    for (const ErrorKind kind : every_kind()) {
        const auto headers = error_headers(kind);
        EXPECT_TRUE(headers.empty() || headers.ends_with("\r\n"));
    }
}

TEST(Error, EveryByteOfAsciiSurvivesAsAJsonString) {
    std::string text;
    for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(std::string_view(json::parse(out).as_string()), text);
    std::string empty;
    append_json_string(empty, "");
    EXPECT_EQ(empty, "\"\"");
}

}  // namespace
}  // namespace tollgate
