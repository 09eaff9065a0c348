// Where a message ends: every combination of framing fields, in requests and in answers.
#include <gtest/gtest.h>

#include <string>

#include "gateway/wire/http_head.h"

namespace tollgate::wire {
namespace {

struct Verdict {
    int status;
    Framing framing = Framing::none;
    std::uint64_t length = 0;
};

void expect_request(std::string_view version, std::string_view fields, const Verdict& expected) {
    SCOPED_TRACE(std::string(version) + ": " + std::string(fields));
    const std::string bytes =
        "POST /v1/chat/completions " + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
    RequestHead head;
    ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, expected.status);
    if (expected.status != 0) return;
    EXPECT_EQ(head.framing, expected.framing);
    if (expected.framing == Framing::length) EXPECT_EQ(head.content_length, expected.length);
}

// The rows of the table of what Beast accepts and we must not.
TEST(HttpFraming, BothLengthAndChunkedAreRefusedInEitherOrder) {
    expect_request("HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", {400});
}

TEST(HttpFraming, TwoLengthsAreRefusedEvenIfEqual) {
    expect_request("HTTP/1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", {400});
    expect_request("HTTP/1.1", "Content-Length: 5\r\nContent-Length: 5\r\n", {400});
    expect_request("HTTP/1.1", "Content-Length: 5, 5\r\n", {400});
    expect_request("HTTP/1.1", "Content-Length: 5, 6\r\n", {400});
}

TEST(HttpFraming, LengthsAreDigitsOnly) {
    for (const std::string_view value : {"+5", "-5", "-0", "", "0x5", "5a", "5 5", "5.0", "1e1", "\"5\"", "٥",
                                         "9999999999999999999", "18446744073709551616"}) {
        expect_request("HTTP/1.1", "Content-Length: " + std::string(value) + "\r\n", {400});
    }
    expect_request("HTTP/1.1", "Content-Length: 0\r\n", {0, Framing::length, 0});
    expect_request("HTTP/1.1", "Content-Length: 5\r\n", {0, Framing::length, 5});
    expect_request("HTTP/1.1", "content-LENGTH:  005 \r\n", {0, Framing::length, 5});
    expect_request("HTTP/1.1", "Content-Length: 999999999999999999\r\n", {0, Framing::length, 999999999999999999});
}

TEST(HttpFraming, SpaceBeforeTheColonIsRefused) {
    expect_request("HTTP/1.1", "Content-Length : 5\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding : chunked\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding\t: chunked\r\n", {400});
}

TEST(HttpFraming, OnlyExactlyChunkedIsATransferEncoding) {
    for (const std::string_view value :
         {"gzip", "chunked, identity", "identity", "xchunked", "chunkedx", "gzip, chunked", "chunked, chunked",
          "chunked;q=1", "\"chunked\"", "", ",chunked", "chunked,", "chunked\x0b", "chun ked"}) {
        const std::string field = "Transfer-Encoding: " + std::string(value) + "\r\n";
        expect_request("HTTP/1.1", field, {400});
        expect_request("HTTP/1.1", field + "Content-Length: 5\r\n", {400});
    }
    expect_request("HTTP/1.1", "Transfer-Encoding: chunked\r\n", {0, Framing::chunked});
    expect_request("HTTP/1.1", "transfer-encoding:\tCHUNKED \r\n", {0, Framing::chunked});
}

TEST(HttpFraming, TwoTransferEncodingsAreRefused) {
    expect_request("HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", {400});
    expect_request("HTTP/1.1", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", {400});
}

TEST(HttpFraming, TransferEncodingInHttp10IsRefused) {
    expect_request("HTTP/1.0", "Transfer-Encoding: chunked\r\n", {400});
    expect_request("HTTP/1.0", "Content-Length: 5\r\n", {0, Framing::length, 5});
}

TEST(HttpFraming, ARequestWithoutFramingHasNoBody) {
    expect_request("HTTP/1.1", "", {0, Framing::none});
    expect_request("HTTP/1.0", "", {0, Framing::none});
}

TEST(HttpFraming, FieldsThatOnlyLookLikeFramingAreNone) {
    expect_request("HTTP/1.1", "X-Content-Length: 5\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\n",
                   {0, Framing::none});
}

TEST(HttpFraming, ConnectionOptionsDecideAboutKeepAlive) {
    const struct {
        std::string_view version, fields;
        bool keep_alive;
    } rows[] = {
        {"HTTP/1.1", "", true},
        {"HTTP/1.1", "Connection: close\r\n", false},
        {"HTTP/1.1", "Connection: Close\r\n", false},
        {"HTTP/1.1", "Connection: keep-alive, close\r\n", false},
        {"HTTP/1.1", "Connection: close , x\r\n", false},
        {"HTTP/1.1", "Connection: ,,close\r\n", false},
        {"HTTP/1.1", "Connection: closed\r\n", true},
        {"HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
        {"HTTP/1.0", "", false},
        {"HTTP/1.0", "Connection: keep-alive\r\n", true},
        {"HTTP/1.0", "Connection: keep-alive, close\r\n", false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string(row.version) + ' ' + std::string(row.fields));
        RequestHead head;
        const std::string bytes =
            "GET / " + std::string(row.version) + "\r\nHost: a\r\n" + std::string(row.fields) + "\r\n";
        ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
        EXPECT_EQ(head.keep_alive, row.keep_alive);
    }
}

struct Answer {
    std::string_view line, fields;
    bool to_head;
    int refused;  // 0: no
    int status = 0;
    Framing framing = Framing::none;
    bool keep_alive = false;
};

TEST(HttpFraming, AnswersEndWhereTheirHeadSays) {
    const Answer rows[] = {
        {"HTTP/1.1 200 OK", "Content-Length: 5\r\n", false, 0, 200, Framing::length, true},
        {"HTTP/1.1 200", "Content-Length: 5\r\n", false, 0, 200, Framing::length, true},
        {"HTTP/1.1 200 ", "Content-Length: 0\r\n", false, 0, 200, Framing::length, true},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", false, 0, 200, Framing::chunked, true},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nConnection: close\r\n", false, 0, 200, Framing::chunked,
         false},
        {"HTTP/1.1 200 OK", "", false, 0, 200, Framing::until_close, false},
        {"HTTP/1.0 200 OK", "Connection: keep-alive\r\n", false, 0, 200, Framing::until_close, false},
        {"HTTP/1.0 200 OK", "Content-Length: 5\r\n", false, 0, 200, Framing::length, false},
        {"HTTP/1.0 200 OK", "Content-Length: 5\r\nConnection: keep-alive\r\n", false, 0, 200, Framing::length, true},
        {"HTTP/1.1 100 Continue", "", false, 0, 100, Framing::none, true},
        {"HTTP/1.1 103 Early Hints", "Link: </a>\r\n", false, 0, 103, Framing::none, true},
        {"HTTP/1.1 204 No Content", "", false, 0, 204, Framing::none, true},
        {"HTTP/1.1 304 Not Modified", "Content-Length: 5\r\n", false, 0, 304, Framing::none, true},
        {"HTTP/1.1 200 OK", "Content-Length: 5\r\n", true, 0, 200, Framing::none, true},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", true, 0, 200, Framing::none, true},
        {"HTTP/1.1 204 No Content", "Connection: close\r\n", false, 0, 204, Framing::none, false},
        {"HTTP/1.1 200 OK", "Set-Cookie: a\r\nSet-Cookie: b\r\n", true, 0, 200, Framing::none, true},
        // Refused, as in requests.
        {"HTTP/1.1 200 OK", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", false, 400},
        {"HTTP/1.1 200 OK", "Content-Length: 5\r\nContent-Length: 5\r\n", false, 400},
        {"HTTP/1.1 200 OK", "Transfer-Encoding: gzip\r\n", false, 400},
        {"HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n", false, 400},
        {"HTTP/1.1 200 OK", "X: a\r\n folded\r\n", false, 400},
        {"HTTP/2.0 200 OK", "", false, 505},
        {"HTTP/1.1", "", false, 400},
        {"HTTP/1.1 20", "", false, 400},
        {"HTTP/1.1 2000 OK", "", false, 400},
        {"HTTP/1.1 2x0 OK", "", false, 400},
        {"HTTP/1.1 -20 OK", "", false, 400},
        {"HTTP/1.1 099 OK", "", false, 400},
        {"HTTP/1.1 600 OK", "", false, 400},
        {"HTTP/1.1  200 OK", "", false, 400},
        {"ICY 200 OK", "", false, 400},
        {"", "", false, 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string(row.line) + ": " + std::string(row.fields));
        const std::string bytes = std::string(row.line) + "\r\n" + std::string(row.fields) + "\r\n";
        ResponseHead head;
        const int refused = parse_response_head(bytes, kMaxHeadFields, row.to_head, head).status;
        EXPECT_EQ(refused, row.refused);
        if (refused != 0 || row.refused != 0) continue;
        EXPECT_EQ(head.status, row.status);
        EXPECT_EQ(head.framing, row.framing);
        EXPECT_EQ(head.keep_alive, row.keep_alive);
    }
}

TEST(HttpFraming, TrailersThatWouldChangeTheMessageAreForbidden) {
    for (const std::string_view name : {"Content-Length", "transfer-encoding", "HOST", "Authorization", "Connection",
                                        "x-api-key", "Trailer", "Expect", "Cookie"}) {
        EXPECT_TRUE(forbidden_in_trailer(name)) << name;
    }
    for (const std::string_view name : {"X-Checksum", "Server-Timing", "Content", "Hosts"}) {
        EXPECT_FALSE(forbidden_in_trailer(name)) << name;
    }
}

TEST(HttpFraming, CaseIsFoldedForLettersOnly) {
    EXPECT_TRUE(equals_ignoring_case("Content-LENGTH", "content-length"));
    EXPECT_FALSE(equals_ignoring_case("Content\rLength", "content-length"));  // '\r' | 0x20 is '-'
    EXPECT_FALSE(equals_ignoring_case("content-lengt", "content-length"));
    EXPECT_TRUE(equals_ignoring_case("", ""));
}

TEST(HttpFraming, CaseIsFoldedAtEveryPlaceOfEveryLength) {
    constexpr std::string_view kAll = "x-a_0z@[`{~key9^";  // also the neighbours of letters
    for (std::size_t length = 1; length <= kAll.size(); ++length) {
        const std::string_view lower_case = kAll.substr(0, length);
        for (std::size_t at = 0; at < length; ++at) {
            for (int c = 0; c < 256; ++c) {
                std::string text(lower_case);
                text[at] = static_cast<char>(c);
                const bool same = (c >= 'A' && c <= 'Z' ? c + 0x20 : c) == lower_case[at];
                EXPECT_EQ(equals_ignoring_case(text, lower_case), same) << length << ' ' << at << ' ' << c;
            }
        }
    }
}

}  // namespace
}  // namespace tollgate::wire
