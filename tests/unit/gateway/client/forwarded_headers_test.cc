// Which of a client's header fields are sent on.
#include "gateway/client/forwarded_headers.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

const std::vector<std::string> kNames = {"traceparent", "openai-beta"};

std::string forwarded(const std::string& fields) {
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
    wire::RequestHead parsed;
    EXPECT_EQ(wire::parse_request_head(head, 100, parsed).status, 0);
    std::string out;
    append_forwarded(parsed, kNames, out);
    return out;
}

TEST(ForwardedHeaders, NamedFieldsPassHoweverTheyAreWritten) {
    EXPECT_EQ(forwarded("TraceParent: 00-a-b-01\r\nOpenAI-Beta:x=v2 \r\n"),
              "traceparent: 00-a-b-01\r\nopenai-beta: x=v2\r\n");
}

TEST(ForwardedHeaders, OthersDoNot) { EXPECT_EQ(forwarded("Authorization: Bearer a\r\nX-Trace: b\r\n"), ""); }

TEST(ForwardedHeaders, AValueOfOtherThanVisibleAsciiIsLeftOut) {
    EXPECT_EQ(forwarded("traceparent: a\xc3\xbc\r\n"), "");
}

TEST(ForwardedHeaders, TheirBytesAreBounded) {
    const std::string line = "openai-beta: " + std::string(1500, 'a') + "\r\n";
    EXPECT_EQ(forwarded(line + line + line), line + line);
}

}  // namespace
}  // namespace tollgate
