// What a provider's refusal means for a request.
#include "gateway/upstream/upstream_refusal.h"

#include <gtest/gtest.h>

#include <array>

namespace tollgate {
namespace {

constexpr std::string_view kBody = R"( {"error":{"message":"too \"long\"","type":"t","code":7}} )";

UpstreamRefusal refusal(int status, std::string_view body = kBody, bool whole = true) {
    return {
        .status = status, .provider = "sample", .retry_headers = "retry-after: 3\r\n", .body = body, .whole = whole};
}

struct Judged {
    int status;
    ErrorKind kind;
    Retry retry;
};

TEST(UpstreamRefusal, IsJudgedByItsStatus) {
    constexpr std::array kTable = {
        Judged{300, ErrorKind::upstream_invalid_response, Retry::elsewhere},
        Judged{304, ErrorKind::upstream_invalid_response, Retry::elsewhere},
        Judged{400, ErrorKind::upstream_error, Retry::never},
        Judged{401, ErrorKind::upstream_auth_failed, Retry::elsewhere},
        Judged{402, ErrorKind::upstream_auth_failed, Retry::elsewhere},
        Judged{403, ErrorKind::upstream_auth_failed, Retry::elsewhere},
        Judged{404, ErrorKind::upstream_error, Retry::never},
        Judged{408, ErrorKind::upstream_error, Retry::elsewhere},
        Judged{413, ErrorKind::upstream_error, Retry::never},
        Judged{422, ErrorKind::upstream_error, Retry::never},
        Judged{429, ErrorKind::upstream_error, Retry::elsewhere},
        Judged{500, ErrorKind::upstream_error, Retry::elsewhere},
        Judged{503, ErrorKind::upstream_error, Retry::elsewhere},
        Judged{529, ErrorKind::upstream_error, Retry::elsewhere},
    };
    for (const Judged& row : kTable) {
        const Error error = judge(refusal(row.status));
        EXPECT_EQ(error.kind(), row.kind) << row.status;
        EXPECT_EQ(error.retry(), row.retry) << row.status;
        EXPECT_NE(error.detail().message.find(std::to_string(row.status)), std::string::npos);
    }
}

TEST(UpstreamRefusal, RetryHeadersArePassedOnUnlessTheGatewaysAccountIsRefused) {
    EXPECT_EQ(judge(refusal(429)).detail().headers, "retry-after: 3\r\n");
    EXPECT_EQ(judge(refusal(401)).detail().headers, "");
}

TEST(UpstreamRefusal, IsDescribedByItsBody) {
    JsonParser parser;
    const auto description = described(refusal(429), parser);
    ASSERT_TRUE(description);
    EXPECT_EQ(description->status, 429);
    EXPECT_EQ(description->provider, "sample");
    EXPECT_EQ(description->message, R"(too \"long\")");
    EXPECT_EQ(description->error, R"({"message":"too \"long\"","type":"t","code":7})");
    EXPECT_EQ(description->body, kBody);
}

TEST(UpstreamRefusal, IsNotDescribedByABodyThatClientsCouldNotRead) {
    JsonParser parser;
    for (const std::string_view body :
         {"", "oh", "[]", "{", "{}", R"({"error":"text"})", R"({"error":{}})", R"({"error":{"message":""}})",
          R"({"error":{"message":7}})", R"({"error":{"message":"cut off"})", R"({"error":{"message":"x"},oh})"}) {
        EXPECT_FALSE(described(refusal(400, body), parser)) << body;
    }
    EXPECT_FALSE(described(refusal(400, kBody, false), parser)) << "more may have followed";
}

TEST(UpstreamRefusal, OfTheGatewaysAccountIsNotTold) {
    JsonParser parser;
    for (const int status : {401, 402, 403}) EXPECT_FALSE(described(refusal(status), parser)) << status;
}

}  // namespace
}  // namespace tollgate
