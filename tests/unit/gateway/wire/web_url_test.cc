#include "gateway/wire/web_url.h"

#include <gtest/gtest.h>

#include "gateway/wire/reach.h"

namespace tollgate::wire {
namespace {

std::string read(std::string_view text) {
    const auto url = parse_web_url(text);
    if (!url) return url.error().message();
    return std::string(url->tls ? "tls " : "plain ") + url->host + " " + url->port + " " + url->authority + " " +
           url->path;
}

TEST(WebUrl, HasHostPortAndPath) {
    EXPECT_EQ(read("https://api.example.com/v1/"), "tls api.example.com 443 api.example.com /v1");
    EXPECT_EQ(read("http://host"), "plain host 80 host ");
    EXPECT_EQ(read("http://host:/"), "plain host 80 host: ");
    EXPECT_EQ(read("https://host:0443/"), "tls host 443 host:0443 ") << "one place has one spelling of its port";
    EXPECT_EQ(read("http://10.0.0.1:8000/a/b%20c//"), "plain 10.0.0.1 8000 10.0.0.1:8000 /a/b%20c");
    EXPECT_EQ(read("http://[::ffff:1.2.3.4]:65535/v1"), "plain ::ffff:1.2.3.4 65535 [::ffff:1.2.3.4]:65535 /v1");
}

// Whoever takes the address for the host sends a secret to another server than the one that it is stored for.
TEST(WebUrl, AHostThatBeginsWithAnAddressIsReadWhole) {
    EXPECT_EQ(read("https://93.184.216.34.llm.example.com/v1"),
              "tls 93.184.216.34.llm.example.com 443 93.184.216.34.llm.example.com /v1");
    EXPECT_EQ(read("http://127.0.0.1.localhost:9000/v1"),
              "plain 127.0.0.1.localhost 9000 127.0.0.1.localhost:9000 /v1");
    EXPECT_EQ(read("http://127.0.0.1a"), "plain 127.0.0.1a 80 127.0.0.1a ");
    EXPECT_EQ(read("http://127.0.0.1.:81/v1"), "plain 127.0.0.1. 81 127.0.0.1.:81 /v1");
    EXPECT_EQ(read("http://127.0.0.10000/v1"), "plain 127.0.0.10000 80 127.0.0.10000 /v1");
    EXPECT_EQ(read("http://1.2.3.4-5.example.com"), "plain 1.2.3.4-5.example.com 80 1.2.3.4-5.example.com ");
}

TEST(WebUrl, S2_WhatIsJudgedIsTheWholeHost) {
    const auto refused = [](const char* text) { return !Reach().check_host(parse_web_url(text)->host, true).ok(); };
    for (const auto* const text : {"https://8.8.8.8.localhost/v1", "https://8.8.8.8.internal", "https://8.8.8.8./v1",
                                   "https://8.8.8.8.127.1/", "https://8.8.8.80000/"}) {
        EXPECT_TRUE(refused(text)) << text;
    }
    EXPECT_FALSE(refused("https://10.0.0.5.nip.io/v1")) << "a name; each address that it leads to is judged";
}

TEST(WebUrl, WhatCanBeReadInTwoWaysIsNone) {
    for (const std::string_view text :
         {"", "host", "//host/v1", "https:/host", "https://", "https:///v1", "HTTPS//host", "https://a b/",
          "http://a/b c", "http://a/%zz", "http://a\\@b", "http://a\r\nb"}) {
        EXPECT_FALSE(parse_web_url(text)) << text;
    }
    EXPECT_EQ(read("ftp://host"), "must be http or https");
    for (const std::string_view text : {"http://u@host", "http://u:p@127.0.0.1/v1", "http://127.0.0.1@evil.example",
                                        "http://host?x", "http://host/v1?x=1", "http://host/v1#x", "http://host#"}) {
        EXPECT_EQ(read(text), "must have no user, query or fragment") << text;
    }
    for (const std::string_view text :
         {"http://[::1", "http://[::1]x", "http://::1/", "http://[127.0.0.1]/", "http://a;b", "http://a,b",
          "http://a\\b", "http://[::1].example.com", "http://[v1.x]", "http://\xc3\xa9.example", "http://a'b"}) {
        EXPECT_FALSE(parse_web_url(text)) << text;
    }
    EXPECT_EQ(read("http://a%2eb/"), "must have no %-escape in its host");
    EXPECT_EQ(read("http://[fe80::1%25eth0]/"), "must have no %-escape in its host");
    for (const std::string port : {"0", "00", "65536", "99999999999999999999", "80x", "+80", "80:81"}) {
        EXPECT_EQ(read("http://host:" + port + "/v1"), "must have a port of 1 to 65535") << port;
    }
}

}  // namespace
}  // namespace tollgate::wire
