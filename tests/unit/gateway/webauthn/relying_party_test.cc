#include "gateway/webauthn/relying_party.h"

#include <gtest/gtest.h>

namespace tollgate::webauthn {
namespace {

TEST(RelyingParty, IsTheHostOfTheAddress) {
    const struct {
        std::string_view url, id, origin;
    } rows[] = {
        {"https://tollgate.example.com", "tollgate.example.com", "https://tollgate.example.com"},
        {"https://Tollgate.Example.com/a/b", "tollgate.example.com", "https://tollgate.example.com"},
        {"https://tollgate.example.com:8443/x", "tollgate.example.com", "https://tollgate.example.com:8443"},
        {"https://tollgate.example.com:443", "tollgate.example.com", "https://tollgate.example.com"},
        {"http://localhost:8080", "localhost", "http://localhost:8080"},
        {"http://localhost:80", "localhost", "http://localhost"},
        {"https://localhost", "localhost", "https://localhost"},
        {"http://a.localhost", "a.localhost", "http://a.localhost"},
        {"https://xn--bcher-kva.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"},
    };
    for (const auto& row : rows) {
        const auto party = relying_party_of(row.url);
        ASSERT_TRUE(party) << row.url;
        EXPECT_EQ(party->id, row.id);
        EXPECT_EQ(party->origin, row.origin);
    }
}

TEST(RelyingParty, NoneWhereBrowsersHaveNoPasskeys) {
    for (const std::string_view url :
         {"", "tollgate.example.com", "http://tollgate.example.com", "https://192.0.2.1", "https://[2001:db8::1]:8443",
          "http://127.0.0.1:8080", "https://example.com.", "https://a..b",
          "https://b\xc3\xbc"
          "cher.example",
          "https://user@example.com", "https://example.com:port", "https://example.com:", "https://",
          "ftp://example.com"}) {
        EXPECT_FALSE(relying_party_of(url)) << url;
    }
}

}  // namespace
}  // namespace tollgate::webauthn
