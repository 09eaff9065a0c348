// The signer against a token server on the loopback.
#include "gateway/outside/google_signer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/unit/gateway/outside/loopback_server.h"
#include "tests/unit/gateway/outside/service_account_fixture.h"

namespace tollgate {
namespace {

using namespace service_account_test;

constexpr std::int64_t kLongMs = 20'000;

// Gives its replies in turn, the last one again and again.
class TokenServer : public LoopbackServer {
  public:
    explicit TokenServer(std::vector<std::string> replies)
        : LoopbackServer([replies = std::move(replies), served = std::size_t{0}](const std::string&) mutable {
              return replies[std::min(served++, replies.size() - 1)];
          }) {}
    std::string url() const { return at("/token"); }
};

std::string reply(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}
std::string token_reply(const std::string& token, int seconds = 3600) {
    return reply("200 OK", R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(seconds) +
                               R"(,"token_type":"Bearer"})");
}

std::string lines_of(const GoogleSigner& signer) {
    std::string lines;
    const Error error = signer.sign({}, lines);
    return error ? "error: " + error.detail().message : lines;
}

TEST(GoogleSigner, SignsWithATokenThatItAskedFor) {
    const TokenServer server({token_reply("ya29.first")});
    GoogleSigner signer(ServiceAccount::parse(account_json(server.url())).value(), {});
    std::string lines;
    const Error before = signer.sign({}, lines);
    EXPECT_EQ(before.kind(), ErrorKind::upstream_auth_failed);
    EXPECT_EQ(before.retry(), Retry::elsewhere);
    EXPECT_EQ(lines, "");
    signer.start();
    ASSERT_TRUE(signer.wait_for_token(kLongMs));
    EXPECT_EQ(lines_of(signer), "authorization: Bearer ya29.first\r\n");
    EXPECT_EQ(lines_of(signer), "authorization: Bearer ya29.first\r\n");
    ASSERT_EQ(server.requests().size(), 1U) << "kept until just before its end";
    const std::string request = server.requests().front();
    EXPECT_TRUE(request.starts_with("POST /token HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("content-type: application/x-www-form-urlencoded\r\n"), std::string::npos);
    EXPECT_NE(request.find("\r\n\r\ngrant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"),
              std::string::npos);
    std::string text = "Bearer ya29.first is no good";
    signer.redact(text);
    EXPECT_EQ(text, "Bearer [redacted] is no good");
}

TEST(GoogleSigner, AsksAgainAfterAFailureAndSaysWhyThereIsNone) {
    const TokenServer server({reply("400 Bad Request", R"({"error":"invalid_grant","error_description":"unknown"})"),
                              token_reply("ya29.second")});
    std::mutex mutex;
    std::vector<std::string> failures;
    GoogleSigner signer(ServiceAccount::parse(account_json(server.url())).value(),
                        {.on_failure = [&](const std::string& why) {
                            const std::lock_guard lock(mutex);
                            failures.push_back(why);
                        }});
    signer.start();
    ASSERT_TRUE(signer.wait_for_token(kLongMs));
    EXPECT_EQ(lines_of(signer), "authorization: Bearer ya29.second\r\n");
    const std::lock_guard lock(mutex);
    EXPECT_EQ(failures,
              std::vector<std::string>{"the token endpoint refused the account (400): invalid_grant: unknown"});
}

TEST(GoogleSigner, ATokenThatEndsIsReplaced) {
    const TokenServer server({token_reply("ya29.short", 2), token_reply("ya29.long")});
    GoogleSigner signer(ServiceAccount::parse(account_json(server.url())).value(), {});
    signer.start();
    ASSERT_TRUE(signer.wait_for_token(kLongMs));
    // It has too little time left to be used; the next is asked for after a second.
    for (int tries = 0; tries < 200 && lines_of(signer).starts_with("error"); ++tries) ::usleep(50'000);
    EXPECT_EQ(lines_of(signer), "authorization: Bearer ya29.long\r\n");
    EXPECT_EQ(server.requests().size(), 2U);
    std::string text = "ya29.short";
    signer.redact(text);
    EXPECT_EQ(text, "[redacted]") << "requests with it may still run";
}

TEST(GoogleSigner, AnAddressThatMayNotBeReachedIsNotCalled) {
    const TokenServer server({token_reply("ya29.never")});
    std::mutex mutex;
    std::condition_variable told;
    std::string failure;
    GoogleSigner signer(ServiceAccount::parse(account_json(server.url())).value(),
                        {.may_reach = [](const wire::IpAddress&) { return false; },
                         .on_failure =
                             [&](const std::string& why) {
                                 const std::lock_guard lock(mutex);
                                 failure = why;
                                 told.notify_all();
                             }});
    signer.start();
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::milliseconds(kLongMs), [&] { return !failure.empty(); }));
    EXPECT_EQ(failure, "its address may not be called from here");
    EXPECT_TRUE(server.requests().empty());
}

TEST(GoogleSigner, StopsWhileItWaitsAndWithoutHavingBegun) {
    GoogleSigner never(ServiceAccount::parse(account_json("http://127.0.0.1:1/token")).value(), {});
    EXPECT_FALSE(never.wait_for_token(1));
    GoogleSigner waiting(ServiceAccount::parse(account_json("http://127.0.0.1:1/token")).value(), {});
    waiting.start();
    EXPECT_TRUE(lines_of(waiting).starts_with("error: the gateway has no access token of Google's"));
}

}  // namespace
}  // namespace tollgate
