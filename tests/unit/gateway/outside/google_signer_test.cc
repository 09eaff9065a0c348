// The signer against a token server on the loopback.
#include "gateway/outside/google_signer.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "tests/unit/gateway/outside/service_account_fixture.h"

namespace tollgate {
namespace {

using namespace service_account_test;

constexpr std::int64_t kLongMs = 20'000;

// Gives its replies in turn, the last one again and again.
class TokenServer {
  public:
    explicit TokenServer(std::vector<std::string> replies) : replies_(std::move(replies)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in place{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t size = sizeof place;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&place), size), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&place), &size), 0);
        port_ = ntohs(place.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~TokenServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/token"; }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    void run() {
        for (std::size_t served = 0;; ++served) {
            const int peer = ::accept(listener_, nullptr, nullptr);
            if (peer < 0) return;
            const std::string request = read(peer);
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            const std::string& reply = replies_[std::min(served, replies_.size() - 1)];
            EXPECT_EQ(::send(peer, reply.data(), reply.size(), MSG_NOSIGNAL), static_cast<ssize_t>(reply.size()));
            ::close(peer);
        }
    }
    static std::string read(int peer) {
        std::string request;
        std::size_t wanted = std::string::npos;
        while (wanted == std::string::npos || request.size() < wanted) {
            char bytes[4096];
            const ssize_t count = ::recv(peer, bytes, sizeof bytes, 0);
            if (count <= 0) break;
            request.append(bytes, static_cast<std::size_t>(count));
            const auto body = request.find("\r\n\r\n"), length = request.find("Content-Length: ");
            if (body != std::string::npos) wanted = body + 4 + std::stoul(request.substr(length + 16));
        }
        return request;
    }

    const std::vector<std::string> replies_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;  // guarded by mutex_
    std::thread thread_;
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
