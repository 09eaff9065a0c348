#include "gateway/wire/http_head.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate::wire {
namespace {

constexpr std::string_view kHost = "Host: gateway\r\n";

std::string request(std::string_view line, std::string_view fields = kHost) {
    return std::string(line) + "\r\n" + std::string(fields) + "\r\n";
}

int refusal_of(std::string_view bytes, std::size_t max_fields = kMaxHeadFields) {
    RequestHead head;
    return parse_request_head(bytes, max_fields, head).status;
}

TEST(HttpHead, RequestIsTakenApart) {
    const std::string bytes = request("POST /v1/chat/completions?a=b&c HTTP/1.1",
                                      "Host: gateway:8080\r\nX-Empty:\r\nX-Padded: \t two words \t\r\n");
    RequestHead head;
    ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/v1/chat/completions?a=b&c");
    EXPECT_EQ(head.path, "/v1/chat/completions");
    EXPECT_EQ(head.query, "a=b&c");
    EXPECT_EQ(head.minor_version, 1);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.framing, Framing::none);
    EXPECT_EQ(head.head_bytes, bytes.size());
    ASSERT_EQ(head.field_count, 3u);
    EXPECT_EQ(head.fields[0].name, "Host");
    EXPECT_EQ(head.field("host"), "gateway:8080");
    EXPECT_EQ(head.field("x-empty"), "");
    EXPECT_EQ(head.field("x-padded"), "two words");
    EXPECT_EQ(head.field("absent"), "");
}

TEST(HttpHead, FirstFieldOfANameIsTheOneFound) {
    const std::string bytes = request("GET / HTTP/1.1", "Host: a\r\nX-Title: one\r\nx-title: two\r\n");
    RequestHead head;
    ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
    EXPECT_EQ(head.field("x-title"), "one");
    EXPECT_EQ(head.field_count, 3u);
}

TEST(HttpHead, AHeadParsedIntoAUsedStructIsAsIfNew) {
    RequestHead head;
    const std::string first = request("POST /a?q=1 HTTP/1.0",
                                      "Content-Length: 7\r\nConnection: close\r\nX-One: 1\r\nExpect: 100-continue\r\n");
    ASSERT_EQ(parse_request_head(first, kMaxHeadFields, head).status, 0);
    const std::string second = request("GET /b HTTP/1.1");
    ASSERT_EQ(parse_request_head(second, kMaxHeadFields, head).status, 0);
    EXPECT_EQ(head.framing, Framing::none);
    EXPECT_EQ(head.query, "");
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.expect_continue);
    EXPECT_EQ(head.field("x-one"), "");
}

TEST(HttpHead, TargetForms) {
    const struct {
        std::string_view method, target, path, query;
    } rows[] = {
        {"GET", "/", "/", ""},
        {"GET", "/?", "/", ""},
        {"GET", "/a?b?c", "/a", "b?c"},
        {"GET", "//double//slash", "//double//slash", ""},
        {"GET", "/%2e%2E/a", "/%2e%2E/a", ""},
        {"GET", "http://gateway/v1/models?x=1", "/v1/models", "x=1"},
        {"GET", "https://gateway:443/v1/models", "/v1/models", ""},
        {"GET", "http://gateway", "/", ""},
        {"GET", "http://gateway?x=1", "/", "x=1"},
        {"OPTIONS", "*", "*", ""},
        {"CONNECT", "gateway:443", "gateway:443", ""},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.target);
        const std::string bytes = request(std::string(row.method) + " " + std::string(row.target) + " HTTP/1.1");
        RequestHead head;
        ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
        EXPECT_EQ(head.path, row.path);
        EXPECT_EQ(head.query, row.query);
        EXPECT_EQ(head.target, row.target);
    }
}

TEST(HttpHead, MalformedRequestLinesAreRefused) {
    const struct {
        std::string_view line;
        int status;
    } rows[] = {
        {"", 400},
        {"GET", 400},
        {"GET /", 400},
        {"GET  HTTP/1.1", 400},
        {" GET / HTTP/1.1", 400},
        {"GET  / HTTP/1.1", 400},
        {"GET /  HTTP/1.1", 400},
        {"GET / HTTP/1.1 ", 400},
        {"GET /a b HTTP/1.1", 400},
        {"GET\t/ HTTP/1.1", 400},
        {"GET /\ta HTTP/1.1", 400},
        {"G(T / HTTP/1.1", 400},
        {"GET / http/1.1", 400},
        {"GET / HTTP/1", 400},
        {"GET / HTTP/1.10", 400},
        {"GET / HTTP/1,1", 400},
        {"GET / HTTP/0.9", 400},
        {"GET / HTTP/2.0", 505},
        {"PRI * HTTP/2.0", 505},
        {"GET v1/models HTTP/1.1", 400},
        {"GET http:///path HTTP/1.1", 400},
        {"GET http:// HTTP/1.1", 400},
        {"GET ftp://gateway/ HTTP/1.1", 400},
        {"GET * HTTP/1.1", 400},
        {"CONNECT /path HTTP/1.1", 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.line);
        EXPECT_EQ(refusal_of(request(row.line)), row.status);
    }
}

TEST(HttpHead, HttpOneDotAnythingIsReadAsOneDotOne) {
    const std::string bytes = request("GET / HTTP/1.2");
    RequestHead head;
    ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
    EXPECT_EQ(head.minor_version, 1);
}

TEST(HttpHead, HostRules) {
    const struct {
        std::string_view fields;
        int status;
    } rows[] = {
        {"Host: gateway\r\n", 0},        {"Host: 127.0.0.1:8080\r\n", 0},
        {"Host: [::1]:8080\r\n", 0},     {"Host:\r\n", 0},  // RFC 9112 3.2: empty where the target has no authority
        {"Host: gateway \r\n", 0},       {"", 400},
        {"Host: a\r\nHost: a\r\n", 400}, {"Host: a\r\nhost: b\r\n", 400},
        {"Host: a b\r\n", 400},          {"Host: a\tb\r\n", 400},
        {"Host: a,b\r\n", 400},          {"Host: user@a\r\n", 400},
        {"Host: a/b\r\n", 400},          {"Host: a?b\r\n", 400},
        {"Host: a#b\r\n", 400},          {"Host: a\\b\r\n", 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.fields);
        EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", row.fields)), row.status);
    }
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.0", "")), 0) << "HTTP/1.0 needs no Host";
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.0", "Host: a\r\nHost: b\r\n")), 400);
    EXPECT_EQ(refusal_of(request("GET http://a/ HTTP/1.1", "")), 400);
}

TEST(HttpHead, MalformedFieldsAreRefused) {
    using namespace std::string_literals;
    const std::string rows[] = {
        "Host: a\r\nX-Folded: one\r\n two\r\n",  // obs-fold
        "Host: a\r\nX-Folded: one\r\n\ttwo\r\n",
        "Host: a\r\n two: three\r\n",  // a folded line that looks like a field
        " Host: a\r\n",
        "Host: a\r\nX-Name : value\r\n",  // space before the colon
        "Host: a\r\nX Name: value\r\n",
        "Host: a\r\n: value\r\n",
        "Host: a\r\nno colon\r\n",
        "Host: a\r\nX-Näme: value\r\n",
        "Host: a\r\nX-Name: a\0b\r\n"s,
        "Host: a\r\nX-Na\0me: value\r\n"s,
        "Host: a\r\nX-Name: a\rb\r\n",  // bare CR
        "Host: a\r\nX-Name: \ra\r\n",
        "Host: a\nX-Name: value\r\n",  // bare LF
        "Host: a\r\nX-Name: value\n",
        "Host: a\r\nX-Name: a\x7f\r\n",
        "Host: a\r\nX-Name: seven b\x01\r\n",  // beyond the eight bytes that are looked at together
        "Host: a\r\nX-Name: 0123456789abcde\x1f"
        "f\r\n",
        "Host: a\r\nContent-Type: a/b\r\ncontent-type: a/b\r\n",
    };
    for (const auto& fields : rows) {
        SCOPED_TRACE(fields);
        EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", fields)), 400);
    }
}

TEST(HttpHead, EveryControlByteInAValueIsRefusedAtEveryPlace) {
    for (int byte = 0; byte < 256; ++byte) {
        const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        for (std::size_t place = 0; place < 20; ++place) {
            std::string value = "abcdefghijklmnopqrst";
            value[place] = static_cast<char>(byte);
            const std::string bytes = request("GET / HTTP/1.1", "Host: a\r\nX-Name: x" + value + "x\r\n");
            ASSERT_EQ(refusal_of(bytes), allowed ? 0 : 400) << byte << " at " << place;
        }
    }
}

TEST(HttpHead, BytesBeyondAsciiPassInValues) {
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", "Host: a\r\nX-Title: Grüße \xff\x80\r\n")), 0);
}

TEST(HttpHead, FieldsAreLimited) {
    std::string fields(kHost);
    for (int i = 0; i < 9; ++i) fields += "X-Name: value\r\n";
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", fields), 10), 0);
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", fields), 9), 431);
}

TEST(HttpHead, NoConfiguredLimitGoesBeyondTheHardBound) {
    std::string fields(kHost);
    for (std::size_t i = 1; i < kMaxHeadFields; ++i) fields += "X-Name: value\r\n";
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", fields), 10'000), 0);
    EXPECT_EQ(refusal_of(request("GET / HTTP/1.1", fields + "X-Name: value\r\n"), 10'000), 431);
}

TEST(HttpHead, ExpectIsHeardOnlyInHttp11) {
    const struct {
        std::string_view line, fields;
        bool expected;
    } rows[] = {
        {"POST / HTTP/1.1", "Host: a\r\nExpect: 100-continue\r\n", true},
        {"POST / HTTP/1.1", "Host: a\r\nExpect: 100-Continue\r\n", true},
        {"POST / HTTP/1.0", "Host: a\r\nExpect: 100-continue\r\n", false},
        {"POST / HTTP/1.1", "Host: a\r\nExpect: something\r\n", false},
    };
    for (const auto& row : rows) {
        RequestHead head;
        const std::string bytes = request(row.line, row.fields);
        ASSERT_EQ(parse_request_head(bytes, kMaxHeadFields, head).status, 0);
        EXPECT_EQ(head.expect_continue, row.expected) << row.line << ' ' << row.fields;
    }
}

TEST(HttpHead, TheEndIsFoundAtEverySplit) {
    const std::string bytes = request("GET / HTTP/1.1", "Host: a\r\nX-Name: va\rl\r\r\n") + "body\r\n\r\n";
    const std::size_t end = bytes.find("\r\n\r\n") + 4;
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        const std::size_t found = find_head_end(std::string_view(bytes).substr(0, first), 0);
        ASSERT_EQ(found, first < end ? 0 : end) << first;
        if (found != 0) continue;
        for (std::size_t second = first; second <= bytes.size(); ++second) {
            ASSERT_EQ(find_head_end(std::string_view(bytes).substr(0, second), first), second < end ? 0 : end)
                << first << ' ' << second;
        }
    }
}

TEST(HttpHead, NothingIsFoundWhereNothingEnds) {
    EXPECT_EQ(find_head_end("", 0), 0u);
    EXPECT_EQ(find_head_end("\r\n\r", 0), 0u);
    EXPECT_EQ(find_head_end("\n\n\n\n", 0), 0u);
    EXPECT_EQ(find_head_end("\r\r\r\r\n\r\n", 0), 7u);
}

TEST(HttpHead, EveryPrefixOfAGoodHeadMayStillBecomeOne) {
    const std::string bytes = request("POST /a HTTP/1.1", "Host: a\r\nContent-Length: 3\r\n");
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        EXPECT_EQ(judge_incomplete_head(std::string_view(bytes).substr(0, size), 0).status, 0) << size;
    }
}

TEST(HttpHead, HopelessBytesAreRefusedBeforeTheHeadIsComplete) {
    using namespace std::string_literals;
    EXPECT_EQ(judge_incomplete_head("GET / HTTP/1.1\n", 0).status, 400);
    EXPECT_EQ(judge_incomplete_head("\n", 0).status, 400);
    EXPECT_EQ(judge_incomplete_head("GET / HTTP/1.1\rX", 0).status, 400);
    EXPECT_EQ(judge_incomplete_head("GET /\0"s, 0).status, 400);
    EXPECT_EQ(judge_incomplete_head("GET / HTTP/1.1\r", 0).status, 0);
}

TEST(HttpHead, RefusalsSayWhatWasWrongWithoutTheClientsBytes) {
    RequestHead head;
    const auto refusal = parse_request_head(request("GET / HTTP/1.1", "Host: a\r\nsecret value\r\n"), 100, head);
    EXPECT_FALSE(refusal.reason.empty());
    EXPECT_EQ(refusal.reason.find("secret"), std::string_view::npos);
}

}  // namespace
}  // namespace tollgate::wire
