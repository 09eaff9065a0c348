#include <gtest/gtest.h>

#include <string>

#include "gateway/routing/provider.h"

namespace tollgate {
namespace {

TEST(BaseUrl, ItsPortIsOneThatCanBeCalled) {
    const auto port_of = [](const std::string& url) {
        const auto base = parse_base_url(url);
        return base ? base->port : base.error().message();
    };
    EXPECT_EQ(port_of("https://host/v1"), "443");
    EXPECT_EQ(port_of("http://host/v1"), "80");
    EXPECT_EQ(port_of("http://host:/v1"), "80") << "RFC 3986, 3.2.3";
    EXPECT_EQ(port_of("http://host:1/v1"), "1");
    EXPECT_EQ(port_of("http://[::1]:65535/v1"), "65535");
    for (const std::string port : {"0", "00", "65536", "99999", "99999999999999999999"}) {
        EXPECT_EQ(port_of("http://host:" + port + "/v1"), "base_url must have a port of 1 to 65535") << port;
    }
}

TEST(BaseUrl, AKeyIsForTheWholeHost) {
    const auto origin_of = [](const std::string& url) {
        const auto base = parse_base_url(url);
        return base ? base->origin() : base.error().message();
    };
    EXPECT_EQ(origin_of("https://93.184.216.34.LLM.example.com/v1"), "https://93.184.216.34.llm.example.com:443");
    EXPECT_EQ(origin_of("http://127.0.0.1.localhost:9000/v1"), "http://127.0.0.1.localhost:9000");
    EXPECT_EQ(origin_of("http://[::1]/v1"), "http://[::1]:80");
}

}  // namespace
}  // namespace tollgate
