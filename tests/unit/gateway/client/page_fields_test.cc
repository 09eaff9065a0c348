#include "gateway/client/page_fields.h"

#include <gtest/gtest.h>

#include "gateway/api/routes.h"

namespace tollgate {
namespace {

constexpr std::string_view kOrigin = "https://gate.test";

const Operation& operation(std::string_view method, std::string_view path) { return *find_route(path).find(method); }

class Asked {
  public:
    Asked(std::string_view method, std::string_view path, std::string_view fields)
        : operation_(operation(method, path)),
          text_(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nhost: h\r\n" + std::string(fields) +
                "\r\n") {
        const auto refusal = wire::parse_request_head(text_, wire::kMaxHeadFields, head_);
        EXPECT_EQ(refusal.status, 0) << text_;
        page_ = page_fields(head_, operation_, kOrigin);
    }
    const PageFields* page() const { return page_.get(); }
    ErrorKind refusal(bool by_key = false) const { return check_origin(page(), operation_, by_key).kind(); }

  private:
    const Operation& operation_;
    std::string text_;
    wire::RequestHead head_;
    std::shared_ptr<const PageFields> page_;
};

std::string cookie(std::string_view value) {
    return "cookie: a=b;  " + std::string(kSessionCookie) + "=" + std::string(value) + " ; c=d\r\n";
}

TEST(PageFields, ASessionIsInItsCookieAlone) {
    EXPECT_EQ(Asked("GET", "/api/me", cookie("s")).page()->session, digest_key("s"));
    EXPECT_EQ(Asked("GET", "/api/me", "cookie: x=1\r\n" + cookie("s")).page()->session, digest_key("s"));
    EXPECT_EQ(Asked("GET", "/api/me", "cookie: tollgate-session=s\r\n").page(), nullptr);
    EXPECT_EQ(Asked("GET", "/api/me", "cookie: x__Host-tollgate-session=s\r\n").page(), nullptr);
    EXPECT_EQ(Asked("GET", "/api/me", "").page(), nullptr);
    EXPECT_FALSE(Asked("GET", "/api/me", cookie(std::string(201, 's'))).page()->session.has_value());
}

TEST(PageFields, AreLookedAtInTheManagementApiAlone) {
    EXPECT_EQ(Asked("GET", "/v1/models", cookie("s")).page(), nullptr);
    EXPECT_EQ(Asked("POST", "/v1/chat/completions", cookie("s")).page(), nullptr);
    EXPECT_EQ(Asked("GET", "/api/v1/key", cookie("s")).page(), nullptr);
    EXPECT_EQ(Asked("POST", "/api/v1/chat/completions", cookie("s")).page(), nullptr);
}

TEST(PageFields, Row82AChangeMustComeFromAPageOfThisGateway) {
    const std::string with = cookie("s");
    const auto refused = [&](const std::string& fields) { return Asked("PATCH", "/api/me", with + fields).refusal(); };
    EXPECT_EQ(refused("sec-fetch-site: same-origin\r\n"), ErrorKind::none);
    EXPECT_EQ(refused("origin: https://gate.test\r\n"), ErrorKind::none);
    EXPECT_EQ(refused("sec-fetch-site: same-site\r\norigin: https://gate.test\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused("sec-fetch-site: none\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused("origin: null\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused("origin: https://gate.test:8443\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused(""), ErrorKind::cross_site);
}

TEST(PageFields, Row82ItsBodyMustBeJson) {
    const auto refused = [&](const std::string& fields) {
        return Asked("PATCH", "/api/me", cookie("s") + "sec-fetch-site: same-origin\r\n" + fields).refusal();
    };
    EXPECT_EQ(refused("content-length: 2\r\ncontent-type: Application/JSON ; charset=utf-8\r\n"), ErrorKind::none);
    EXPECT_EQ(refused("content-length: 0\r\n"), ErrorKind::none);
    EXPECT_EQ(refused("content-length: 2\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused("content-length: 2\r\ncontent-type: text/plain\r\n"), ErrorKind::cross_site);
    EXPECT_EQ(refused("transfer-encoding: chunked\r\ncontent-type: text/plain\r\n"), ErrorKind::cross_site);
}

TEST(PageFields, ReadingNeedsNoOriginAndAKeyNeedsNone) {
    EXPECT_EQ(Asked("GET", "/api/me", cookie("s")).refusal(), ErrorKind::none);
    EXPECT_EQ(Asked("PATCH", "/api/me", cookie("s")).refusal(true), ErrorKind::none);
    EXPECT_EQ(Asked("PATCH", "/api/me", "").refusal(), ErrorKind::none);
}

TEST(PageFields, Row82SigningInAndOutNeedItWithoutACookieToo) {
    for (const bool by_key : {false, true}) {
        EXPECT_EQ(Asked("POST", "/api/sessions", "").refusal(by_key), ErrorKind::cross_site);
        EXPECT_EQ(Asked("DELETE", "/api/sessions/current", "").refusal(by_key), ErrorKind::cross_site);
    }
    EXPECT_EQ(Asked("POST", "/api/sessions", "sec-fetch-site: same-origin\r\n").refusal(), ErrorKind::none);
}

TEST(PageFields, WithoutAPublicUrlAnOriginSaysNothing) {
    wire::RequestHead head;
    const std::string text = "POST /api/sessions HTTP/1.1\r\nhost: h\r\norigin: \r\n\r\n";
    ASSERT_EQ(wire::parse_request_head(text, wire::kMaxHeadFields, head).status, 0);
    EXPECT_FALSE(page_fields(head, operation("POST", "/api/sessions"), "")->of_this_origin);
}

}  // namespace
}  // namespace tollgate
