#include "gateway/wire/aws_signer.h"

#include <gtest/gtest.h>

namespace tollgate::wire {
namespace {

constexpr std::string_view kBody[] = {R"({"mess)", R"(ages":[]})"};
constexpr OutgoingRequest kRequest{
    .method = "POST",
    .target = "/model/arn%3Aaws%3Abedrock%3Aus-west-2%3A123456789012%3Aapplication-inference-profile%2Fabc123/converse",
    .host = "bedrock-runtime.us-west-2.amazonaws.com",
    .body = kBody,
    .unix_ms = 1'440'938'160'999};

sigv4::Key key(const std::string& token = {}) {
    return {.access_key_id = "AKIDEXAMPLE",
            .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            .session_token = token};
}

// The signatures are those that botocore 1.44 makes of the same requests.
TEST(AwsSigner, D57SignsAnArnAsAwsOwnClientDoes) {
    const AwsSigner signer(key(), "us-west-2", "bedrock");
    std::string lines;
    ASSERT_FALSE(signer.sign(kRequest, lines));
    EXPECT_EQ(lines,
              "x-amz-date: 20150830T123600Z\r\n"
              "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/bedrock/aws4_request, "
              "SignedHeaders=host;x-amz-date, "
              "Signature=86a75416aba8eb0688f6af35aa33e4be3554e794031a13855c2c30c0758fa885\r\n");
}

TEST(AwsSigner, SignsTheTokenOfATemporaryKey) {
    const AwsSigner signer(key("token"), "us-west-2", "bedrock");
    std::string lines;
    ASSERT_FALSE(signer.sign(kRequest, lines));
    EXPECT_NE(lines.find("\r\nx-amz-security-token: token\r\n"), std::string::npos);
    EXPECT_NE(lines.find("SignedHeaders=host;x-amz-date;x-amz-security-token, "
                         "Signature=bdacfc20abed4761e6e3b3dcf08d2d9df82a91662a8d6c8ea9c6718c31a801ca\r\n"),
              std::string::npos)
        << lines;
}

TEST(AwsSigner, ItsSecretsAreTakenOutOfTexts) {
    const AwsSigner signer(key("session-token"), "us-west-2", "bedrock");
    std::string text = "key AKIDEXAMPLE, wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY; session-token.";
    signer.redact(text);
    EXPECT_EQ(text, "key [redacted], [redacted]; [redacted].");
}

TEST(AwsSigner, D59AnArnNamesItsRegion) {
    EXPECT_EQ(region_of_arn("arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123"),
              "us-west-2");
    EXPECT_EQ(region_of_arn("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/m:0"), "us-gov-west-1");
    EXPECT_EQ(region_of_arn("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), "");
    EXPECT_EQ(region_of_arn("arn:aws:bedrock"), "");
    EXPECT_EQ(region_of_arn("arn:"), "");
}

}  // namespace
}  // namespace tollgate::wire
