#include "gateway/routing/credential.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

// Its line tells what it was given.
class TellingSigner final : public wire::RequestSigner {
  public:
    Error sign(const wire::OutgoingRequest& request, std::string& lines) const override {
        if (request.unix_ms == 0) return {ErrorKind::upstream_auth_failed, "no token"};
        (((lines += "x-signed: ") += request.method) += ' ') += request.target;
        for (const std::string_view piece : request.body) (lines += ' ') += piece;
        lines += "\r\n";
        return {};
    }
    void redact(std::string& text) const override { wire::redact_secret(text, "of-the-signer"); }
};

constexpr std::string_view kBody[] = {"a", "b"};
constexpr wire::OutgoingRequest kRequest{.method = "POST", .target = "/v1", .host = "h", .body = kBody, .unix_ms = 1};

TEST(Credential, LinesAreItsOwnAndThoseOfItsSigner) {
    std::string lines;
    ASSERT_FALSE(Credential().append_lines(kRequest, lines));
    EXPECT_EQ(lines, "");
    const Credential fixed{.header_lines = "x-api-key: secret\r\n"};
    ASSERT_FALSE(fixed.append_lines(kRequest, lines));
    EXPECT_EQ(lines, "x-api-key: secret\r\n");
    const Credential with_signer{.header_lines = "a: b\r\n", .signer = std::make_shared<TellingSigner>()};
    lines.clear();
    ASSERT_FALSE(with_signer.append_lines(kRequest, lines));
    EXPECT_EQ(lines, "a: b\r\nx-signed: POST /v1 a b\r\n");
}

TEST(Credential, WithoutAnythingToSignWithAnotherEndpointIsTried) {
    const Credential credential{.header_lines = {}, .signer = std::make_shared<TellingSigner>()};
    wire::OutgoingRequest request = kRequest;
    request.unix_ms = 0;
    std::string lines;
    const Error error = credential.append_lines(request, lines);
    EXPECT_EQ(error.kind(), ErrorKind::upstream_auth_failed);
    EXPECT_EQ(error.retry(), Retry::elsewhere);
}

TEST(Credential, SecretsOfBothAreTakenOutOfTexts) {
    const Credential credential{.header_lines = "authorization: Bearer sk-123456\r\nx-api-key: k-123456\r\n",
                                .signer = std::make_shared<TellingSigner>()};
    std::string text = "sk-123456, k-123456 and of-the-signer, by Bearer";
    redact(text, credential);
    EXPECT_EQ(text, "[redacted], [redacted] and [redacted], by Bearer");
}

}  // namespace
}  // namespace tollgate
