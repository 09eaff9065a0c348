#include "gateway/client/cors.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

const std::vector<std::string> kOne = {"https://chat.example.com"};
const std::vector<std::string> kAny = {"*"};

std::string fields(const std::vector<std::string>& allowed, const CrossOriginRequest& request) {
    return cors_fields(allowed, request, find_route(request.path));
}

CrossOriginRequest post(std::string_view origin, std::string_view path = "/v1/chat/completions") {
    return {.origin = origin, .method = "POST", .path = path};
}

CrossOriginRequest preflight(std::string_view origin, std::string_view requested_fields,
                             std::string_view path = "/v1/chat/completions") {
    return {.origin = origin,
            .method = "OPTIONS",
            .path = path,
            .requested_method = "POST",
            .requested_fields = requested_fields};
}

TEST(Cors, ARequestWithoutOriginIsAnsweredAsEver) { EXPECT_EQ(fields(kOne, post("")), ""); }

TEST(Cors, AnAllowedOriginSeesTheAnswerAndItsFields) {
    const std::string answer = fields(kOne, post("https://chat.example.com"));
    EXPECT_NE(answer.find("access-control-allow-origin: https://chat.example.com\r\n"), std::string::npos);
    EXPECT_NE(answer.find("vary: origin\r\n"), std::string::npos);
    EXPECT_NE(answer.find("access-control-expose-headers: x-request-id"), std::string::npos);
    EXPECT_EQ(answer.find("credentials"), std::string::npos);
    EXPECT_EQ(answer.find("max-age"), std::string::npos);
}

TEST(Cors, AnotherOriginIsAllowedNothing) {
    for (const char* origin : {"https://evil.example", "https://chat.example.com.evil.example", "null",
                               "http://chat.example.com", "https://chat.example.com:8443"}) {
        EXPECT_EQ(fields(kOne, post(origin)), "vary: origin\r\n") << origin;
        EXPECT_EQ(fields(kOne, preflight(origin, "authorization")).find("allow"), std::string::npos) << origin;
    }
}

TEST(Cors, AnyOriginIsForPathsUnderV1Alone) {
    EXPECT_NE(fields(kAny, post("https://a.example")).find("access-control-allow-origin: *\r\n"), std::string::npos);
    for (const char* path : {"/api/organizations", "/api/v1/keys", "/v1", "/"}) {
        EXPECT_EQ(fields(kAny, post("https://a.example", path)), "vary: origin\r\n") << path;
    }
}

TEST(Cors, AConfiguredOriginMayCallManagementToo) {
    const std::string answer = fields(kOne, preflight("https://chat.example.com", "if-match", "/api/organizations"));
    EXPECT_NE(answer.find("access-control-allow-methods: GET, HEAD, POST, OPTIONS\r\n"), std::string::npos) << answer;
}

TEST(Cors, APreflightIsAnsweredFromTheRouteAndTheSafeFields) {
    const std::string answer = fields(
        kOne, preflight("https://chat.example.com", "Authorization, content-type,x-stainless-os, cookie,x-evil"));
    EXPECT_NE(answer.find("access-control-allow-methods: POST, OPTIONS\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("access-control-allow-headers: authorization, content-type, x-stainless-os\r\n"),
              std::string::npos)
        << answer;
    EXPECT_NE(answer.find("access-control-max-age: 7200\r\n"), std::string::npos);
    EXPECT_NE(answer.find("vary: origin, access-control-request-headers\r\n"), std::string::npos);
}

TEST(Cors, APageMaySendCodedBodiesAndTracesAndReadTags) {
    const std::string asked = fields(kOne, preflight("https://chat.example.com", "content-encoding,traceparent"));
    EXPECT_NE(asked.find("access-control-allow-headers: content-encoding, traceparent\r\n"), std::string::npos)
        << asked;
    const std::string answer = fields(kOne, post("https://chat.example.com"));
    for (const char* name : {"etag", "retry-after-ms"}) EXPECT_NE(answer.find(name), std::string::npos) << answer;
}

TEST(Cors, RequestedFieldsCannotBreakTheHead) {
    for (const char* requested : {"x-stainless-\r\nset-cookie: a", "x-stainless-a b", ",,,", " ", "x-stainless-\x01"}) {
        const std::string answer = fields(kOne, preflight("https://chat.example.com", requested));
        EXPECT_EQ(answer.find("allow-headers"), std::string::npos) << requested;
    }
}

}  // namespace
}  // namespace tollgate
