// What a provider's error means for a request.
#include "gateway/upstream/upstream_refusal.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "gateway/chat/dialect/provider_error.h"

namespace tollgate {
namespace {

constexpr std::string_view kBody = R"( {"error":{"message":"too \"long\"","type":"t","code":7}} )";
const Credential kCredential{"x-other: none\r\nauthorization: Bearer sk-secret-1\r\n"};

Error judged(int status, std::string_view body = kBody, bool whole = true) {
    return judge(
        {.status = status, .provider = "sample", .retry_headers = "retry-after: 3\r\n", .body = body, .whole = whole},
        kCredential);
}

struct Judged {
    int status;
    ErrorKind kind;
    Retry retry;
    int replied;
};

TEST(UpstreamRefusal, IsJudgedByItsStatus) {
    constexpr std::array kTable = {
        Judged{300, ErrorKind::upstream_invalid_response, Retry::elsewhere, 502},
        Judged{304, ErrorKind::upstream_invalid_response, Retry::elsewhere, 502},
        Judged{400, ErrorKind::upstream_error, Retry::never, 400},
        Judged{401, ErrorKind::upstream_auth_failed, Retry::elsewhere, 502},
        Judged{402, ErrorKind::upstream_auth_failed, Retry::elsewhere, 502},
        Judged{403, ErrorKind::upstream_error, Retry::elsewhere, 403},
        Judged{404, ErrorKind::upstream_error, Retry::elsewhere, 404},
        Judged{407, ErrorKind::upstream_auth_failed, Retry::elsewhere, 502},
        Judged{408, ErrorKind::upstream_error, Retry::elsewhere, 408},
        Judged{413, ErrorKind::upstream_error, Retry::never, 413},
        Judged{422, ErrorKind::upstream_error, Retry::never, 422},
        Judged{424, ErrorKind::upstream_error, Retry::elsewhere, 502},
        Judged{429, ErrorKind::upstream_error, Retry::elsewhere, 429},
        Judged{498, ErrorKind::upstream_error, Retry::elsewhere, 503},
        Judged{500, ErrorKind::upstream_error, Retry::elsewhere, 500},
        Judged{503, ErrorKind::upstream_error, Retry::elsewhere, 503},
        Judged{529, ErrorKind::upstream_error, Retry::elsewhere, 529},
    };
    for (const Judged& row : kTable) {
        const Error error = judged(row.status);
        EXPECT_EQ(error.kind(), row.kind) << row.status;
        EXPECT_EQ(error.retry(), row.retry) << row.status;
        EXPECT_EQ(status_of(error), row.replied) << row.status;
        EXPECT_NE(error.detail().message.find(std::to_string(row.status)), std::string::npos);
        EXPECT_EQ(error.detail().provider.has_value(), row.kind == ErrorKind::upstream_error) << row.status;
    }
}

TEST(UpstreamRefusal, A403IsTheCallersUnlessItSpeaksOfTheGatewaysAccount) {
    for (const std::string_view message :
         {"Country, region, or territory not supported", "Your input was flagged by moderation",
          "This content violates our usage policy", R"(Input flagged: \"you do not have access to it\")",
          R"(Input flagged: \"how do I open a bank account\")", "Input flagged: the bearer of this billing signature",
          R"(Input flagged: \"your account is suspended\")"}) {
        const Error error = judged(403, R"({"error":{"message":")" + std::string(message) + "\"}}");
        EXPECT_EQ(status_of(error), 403) << message;
        EXPECT_EQ(error.detail().provider->message, read_provider_error("\"" + std::string(message) + "\"")->message);
    }
    for (const std::string_view body :
         {R"({"error":{"message":"Incorrect API key provided"}})",
          R"({"error":{"message":"no","code":"invalid_api_key"}})",
          R"({"error":{"message":"no","type":"billing_error"}})", R"({"message":"Unauthorized"})",
          R"({"error":{"message":"Your API key does not have permission to use the specified resource."}})",
          R"({"error":"This authentication method does not have sufficient permissions"})",
          R"({"message":"The security token included in the request is invalid."})",
          R"([{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}])",
          R"({"error":{"message":"Your account is suspended"}})", "", "<html>Forbidden</html>", "{}"}) {
        EXPECT_EQ(judged(403, body).kind(), ErrorKind::upstream_auth_failed) << body;
    }
}

// The caller may use the model here, and cannot ask for more there.
TEST(UpstreamRefusal, A403ThatTheAccountMayNotUseTheModelIsNoFaultOfTheCallerNorOfTheKey) {
    for (const std::string_view message :
         {"You do not have access to model gpt-5", "This model is not available to your project",
          "You don't have access to the model with the specified model ID.",
          "Project `proj_abc` does not have access to model `gpt-5`",
          "Permission 'aiplatform.endpoints.predict' denied on resource "
          "'//aiplatform.googleapis.com/projects/acme-prod-42/locations/eu' (or it may not exist)."}) {
        const Error error = judged(403, R"({"error":{"message":")" + std::string(message) + "\"}}");
        EXPECT_EQ(status_of(error), 502) << message;
        EXPECT_EQ(error.detail().message, "provider sample gives the gateway's account no access to the model (403)");
        EXPECT_FALSE(error.detail().provider) << "it names the account";
        EXPECT_EQ(error.detail().headers, "x-should-retry: false\r\n");
        EXPECT_EQ(error.retry(), Retry::elsewhere);
        EXPECT_EQ(key_verdict(403, error), KeyVerdict::well) << "other models are open to it";
    }
    EXPECT_EQ(judged(403, R"({"error":{"message":"Vertex AI API has not been used in project 123456 before"}})").kind(),
              ErrorKind::upstream_auth_failed);
}

TEST(UpstreamRefusal, TheOperatorsAccountIsNotNamed) {
    const auto told = [](std::string_view message, const Credential& credential) {
        const std::string body = R"({"error":{"message":")" + std::string(message) + "\"}}";
        return judge({.status = 429, .provider = "sample", .retry_headers = {}, .body = body, .whole = true},
                     credential)
            .detail()
            .provider->message;
    };
    const std::string_view rows[][2] = {
        {"Rate limit reached for gpt-5 in organization org-AbC123dEf456GhI on tokens",
         "Rate limit reached for gpt-5 in organization org-[redacted] on tokens"},
        {"Project `proj_abc` is over its limit", "Project `proj_[redacted]` is over its limit"},
        {"Model projects/acme-prod-42/locations/eu/models/m is busy",
         "Model projects/[redacted]/locations/eu/models/m is busy"},
        {"quota of consumer 'project_number:42'", "quota of consumer 'project_number:[redacted]'"},
        {"User: arn:aws:sts::123456789012:assumed-role/gateway is throttled",
         "User: arn:aws:sts::[redacted]:assumed-role/gateway is throttled"},
        {"arn:aws and arn:aws:x are no accounts; subprojects/a, org-chart and project 7 neither",
         "arn:aws and arn:aws:x are no accounts; subprojects/a, org-chart and project 7 neither"},
    };
    for (const auto& [said, wanted] : rows) EXPECT_EQ(told(said, kCredential), wanted);
    const Credential own{.header_lines = {}, .own_label = "team"};
    EXPECT_EQ(told("in project 123456", own), "in project 123456") << "whose account it is may know";
}

TEST(UpstreamRefusal, A400ThatIsSurelyAboutTheGatewaysAccountIs) {
    for (const std::string_view body :
         {R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}])",
          R"({"error":{"code":400,"message":"no","details":[{"reason":"API_KEY_INVALID"}]}})",
          R"({"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***."})",
          R"({"error":{"message":"Your credit balance is too low to access the Anthropic API."}})",
          R"({"code":"Arrearage","message":"Access denied."})"}) {
        const Error error = judged(400, body);
        EXPECT_EQ(error.kind(), ErrorKind::upstream_auth_failed) << body;
        EXPECT_EQ(error.retry(), Retry::elsewhere) << body;
    }
    EXPECT_EQ(judged(400, R"({"error":{"message":"Say: API key not valid"}})").kind(), ErrorKind::upstream_error);
}

TEST(UpstreamRefusal, AQuotaThatIsUsedUpIsNotTriedAgain) {
    for (const std::string_view body :
         {R"({"error":{"message":"no","type":"insufficient_quota","code":"insufficient_quota"}})",
          R"({"error":{"message":"no","type":"exceeded_current_quota_error"}})"}) {
        const Error error = judged(429, body);
        EXPECT_EQ(status_of(error), 429);
        EXPECT_EQ(error.detail().headers, "x-should-retry: false\r\n") << body;
        EXPECT_EQ(error.retry(), Retry::elsewhere);
    }
}

TEST(UpstreamRefusal, OnlyWhatIsItsFaultSpeaksAgainstAKey) {
    constexpr std::string_view kQuota = R"({"error":{"message":"no","type":"insufficient_quota"}})";
    constexpr std::string_view kOfContent = R"({"error":{"message":"this content is not allowed"}})";
    EXPECT_EQ(key_verdict(200, {}), KeyVerdict::well);
    EXPECT_EQ(key_verdict(401, judged(401)), KeyVerdict::refused);
    EXPECT_EQ(key_verdict(402, judged(402)), KeyVerdict::refused);
    EXPECT_EQ(key_verdict(403, judged(403, "")), KeyVerdict::refused);
    EXPECT_EQ(key_verdict(403, judged(403, kOfContent)), KeyVerdict::well);
    EXPECT_EQ(key_verdict(400, judged(400, R"({"error":{"message":"API key not valid."}})")), KeyVerdict::refused);
    EXPECT_EQ(key_verdict(429, judged(429)), KeyVerdict::rate_limited);
    EXPECT_EQ(key_verdict(429, judged(429, kQuota)), KeyVerdict::refused);
    for (const int status : {400, 404, 408, 413, 422, 500, 503, 529}) {
        EXPECT_EQ(key_verdict(status, judged(status)), KeyVerdict::well) << status;
    }
    EXPECT_EQ(key_verdict(0, {ErrorKind::upstream_unreachable, ""}), KeyVerdict::well);
    EXPECT_EQ(key_verdict(0, {ErrorKind::upstream_auth_failed, "no token to sign with"}), KeyVerdict::well);
    const Error within = judge_reported(ProviderError{.status = 429, .message = "m"}, "sample", kCredential);
    EXPECT_EQ(key_verdict(200, within), KeyVerdict::rate_limited) << "in a stream";
}

TEST(UpstreamRefusal, RetryHeadersArePassedOnUnlessTheGatewaysAccountIsRefused) {
    EXPECT_EQ(judged(429).detail().headers, "retry-after: 3\r\n");
    EXPECT_EQ(judged(401).detail().headers, "");
    EXPECT_EQ(error_headers(ErrorKind::upstream_auth_failed), "x-should-retry: false\r\n");
}

TEST(UpstreamRefusal, AWaitThatStandsInTheBodyIsToldAsAHeader) {
    constexpr std::string_view kGoogle =
        R"({"error":{"code":429,"message":"no","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"16.25s"}]}})";
    const auto headers = [&](std::string_view lines) {
        return judge({.status = 429, .provider = "p", .retry_headers = lines, .body = kGoogle, .whole = true},
                     kCredential)
            .detail()
            .headers;
    };
    EXPECT_EQ(headers(""), "retry-after: 17\r\nretry-after-ms: 16250\r\n");
    EXPECT_EQ(headers("retry-after: 3\r\n"), "retry-after: 3\r\n") << "its own header goes before";
    EXPECT_EQ(headers("x-should-retry: true\r\n"), "retry-after: 17\r\nretry-after-ms: 16250\r\n");
    EXPECT_EQ(judge_reported(read_provider_error(kGoogle), "p", kCredential).detail().headers,
              "retry-after: 17\r\nretry-after-ms: 16250\r\n")
        << "under status 200";
    for (const std::string_view none :
         {R"("")", R"("17")", R"("s")", R"("-1s")", R"("0s")", R"("nans")", "17", "null"}) {
        const std::string body = R"({"error":{"message":"M","details":[{"retryDelay":)" + std::string(none) + "}]}}";
        EXPECT_EQ(judge_reported(read_provider_error(body), "p", kCredential).detail().headers, "") << none;
    }
    const auto longest = read_provider_error(R"({"error":{"message":"M","details":[{"retryDelay":"999999999s"}]}})");
    EXPECT_EQ(judge_reported(longest, "p", kCredential).detail().headers,
              "retry-after: 86400\r\nretry-after-ms: 86400000\r\n");
}

TEST(UpstreamRefusal, IsToldInItsOwnWords) {
    const Error error = judged(429);
    ASSERT_TRUE(error.detail().provider);
    EXPECT_EQ(error.detail().provider->message, "too \"long\"");
    EXPECT_EQ(error.detail().provider->type, "t");
    EXPECT_EQ(error.detail().provider->code, "7");
    EXPECT_EQ(error.detail().provider->provider, "sample");
}

TEST(UpstreamRefusal, WithoutReadableWordsOursAreTold) {
    for (const std::string_view body :
         {"", "[]", "{", "{}", R"({"error":{}})", R"({"error":{"message":"cut off"})", "<html>x</html>"}) {
        EXPECT_FALSE(judged(400, body).detail().provider) << body;
    }
    EXPECT_FALSE(judged(400, "half a sec", false).detail().provider) << "text that is cut off";
    EXPECT_TRUE(judged(400, kBody, false).detail().provider) << "JSON tells where it ends";
}

TEST(UpstreamRefusal, NothingButTheErrorsOwnMembersAreToldAndNoSecret) {
    for (const int status : {400, 404, 429, 500}) {
        const Error error = judged(
            status,
            R"({"error":{"message":"Bearer sk-secret-1","code":"sk-secret-1","hint":"sk-\u0073ecret-1"},"debug":{"authorization":"Bearer sk-secret-1"}})");
        ASSERT_TRUE(error.detail().provider) << status;
        const ProviderError& said = *error.detail().provider;
        EXPECT_EQ(said.message, "Bearer [redacted]");
        EXPECT_EQ(said.code, "\"[redacted]\"");
        EXPECT_EQ(said.members, R"("hint":"[redacted]")");
    }
}

TEST(UpstreamRefusal, D68_A404IsOfTheModelOrOfWhatTheCallerNames) {
    for (const std::string_view body :
         {R"({"type":"error","error":{"type":"not_found_error","message":"File not found: file_none"}})",
          R"({"error":{"code":404,"message":"File xyz not found","status":"NOT_FOUND"}})",
          R"({"error":{"message":"No such store","type":"invalid_request_error","param":"tools","code":"not_found"}})",
          R"({"error":{"message":"Previous response with id 'resp_1' not found.","param":null}})",
          R"({"error":{"message":"Container 'cntr_1' was not found."}})",
          R"({"error":{"message":"File not found: model"}})",
          R"x({"error":{"message":"CachedContent not found (or permission denied)","status":"NOT_FOUND"}})x"}) {
        EXPECT_TRUE(is_of_own_object(judged(404, body))) << body;
        EXPECT_FALSE(is_of_own_object(judged(500, body))) << body;
    }
    for (const std::string_view body :
         {"", "<html>Not Found</html>", R"({"detail":"Not Found"})", R"({"error":{"message":"Resource not found"}})",
          R"({"error":{"message":"The model `profile-file` does not exist","code":"model_not_found","param":null}})",
          R"({"error":{"message":"no file","code":"model_not_found"}})",
          R"({"error":{"message":"It does not exist","param":"model"}})",
          R"({"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}})",
          R"({"error":{"message":"The API deployment for this resource does not exist.","code":"DeploymentNotFound"}})",
          R"({"error":{"message":"profiles are not here"}})"}) {
        EXPECT_FALSE(is_of_own_object(judged(404, body))) << body;
    }
    EXPECT_FALSE(is_of_own_object({}));
}

TEST(UpstreamRefusal, AnErrorUnderStatus200CountsByTheStatusThatItNames) {
    const Error named = judge_reported(ProviderError{.status = 400, .message = "m"}, "sample", kCredential);
    EXPECT_EQ(named.kind(), ErrorKind::upstream_error);
    EXPECT_EQ(status_of(named), 400);
    EXPECT_EQ(named.retry(), Retry::never);
    const Error unnamed = judge_reported(ProviderError{.message = "m"}, "sample", kCredential);
    EXPECT_EQ(status_of(unnamed), 502);
    EXPECT_EQ(unnamed.retry(), Retry::elsewhere);
    EXPECT_EQ(judge_reported(ProviderError{.status = 401, .message = "m"}, "sample", kCredential).kind(),
              ErrorKind::upstream_auth_failed);
    EXPECT_EQ(status_of(judge_reported(std::nullopt, "sample", kCredential)), 502);
}

}  // namespace
}  // namespace tollgate
