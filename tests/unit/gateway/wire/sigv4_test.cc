// Signatures of AWS: the cases of its own test suite (aws-c-auth, signed by header and in the query), which are no part
// of the repository, and requests of Bedrock, whose paths hold what must be encoded twice.
#include "gateway/wire/sigv4.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "gateway/text/time_text.h"

namespace tollgate::wire::sigv4 {
namespace {

namespace json = boost::json;

std::string contents_of(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::string hash_of_text(std::string_view text) { return hash_of({&text, 1}); }

// As the suite's files have it: lines end in LF, values may go on in the next line.
struct Parsed {
    std::string method, target, body;
    std::vector<std::pair<std::string, std::string>> fields;
};

Parsed parse(const std::string& text) {
    Parsed parsed;
    const auto end = std::min(text.find("\n\n"), text.size());
    if (end < text.size()) parsed.body = text.substr(end + 2);
    std::istringstream lines(text.substr(0, end));
    std::string line;
    std::getline(lines, line);
    const auto space = line.find(' '), version = line.rfind(" HTTP/");
    parsed.method = line.substr(0, space);
    parsed.target = line.substr(space + 1, version - space - 1);
    while (std::getline(lines, line)) {
        if (line.starts_with(' ')) {
            parsed.fields.back().second += "\n" + line;
        } else if (const auto colon = line.find(':'); colon != std::string::npos) {
            parsed.fields.emplace_back(line.substr(0, colon), line.substr(colon + 1));
        }
    }
    return parsed;
}

struct Case {
    std::filesystem::path folder;
    Parsed request;
    Key key;
    Scope scope;
    json::object context;

    bool flag(std::string_view name) const {
        const auto* const value = context.if_contains(name);
        return value != nullptr && value->as_bool();
    }
    std::string file(const std::string& name) const { return contents_of(folder / name); }
};

Case read_case(const std::filesystem::path& folder) {
    Case one;
    one.folder = folder;
    one.request = parse(contents_of(folder / "request.txt"));
    one.context = json::parse(contents_of(folder / "context.json")).as_object();
    const json::object& secrets = one.context.at("credentials").as_object();
    one.key.access_key_id = secrets.at("access_key_id").as_string();
    one.key.secret_access_key = secrets.at("secret_access_key").as_string();
    if (const auto* const token = secrets.if_contains("token")) one.key.session_token = token->as_string();
    one.scope.region = one.context.at("region").as_string();
    one.scope.service = one.context.at("service").as_string();
    one.scope.unix_seconds = parse_time(std::string(one.context.at("timestamp").as_string())).value() / 1000;
    return one;
}

void expect_steps(const Case& one, const std::string& kind, const Request& request) {
    const std::string canonical = canonical_request(request);
    EXPECT_EQ(canonical, one.file(kind + "-canonical-request.txt"));
    const std::string to_sign = string_to_sign(one.scope, canonical);
    EXPECT_EQ(to_sign, one.file(kind + "-string-to-sign.txt"));
    EXPECT_EQ(signature(one.key, one.scope, to_sign), one.file(kind + "-signature.txt"));
}

std::vector<HeaderField> views_of(const Case& one) {
    std::vector<HeaderField> fields;
    for (const auto& [name, value] : one.request.fields) fields.push_back({name, value});
    return fields;
}

void expect_by_header(const Case& one) {
    const std::string hash = hash_of_text(one.request.body);
    std::vector<HeaderField> fields = views_of(one);
    if (one.flag("sign_body")) fields.push_back({"x-amz-content-sha256", hash});
    // A token that is added behind the signature is none of what is signed.
    Key key = one.key;
    if (one.flag("omit_session_token")) key.session_token.clear();
    Request request{.method = one.request.method,
                    .target = one.request.target,
                    .fields = fields,
                    .body_hash = hash,
                    .normalize_path = one.flag("normalize")};
    const std::string lines = signing_lines(key, one.scope, request);
    const std::string signed_request = one.file("header-signed-request.txt");
    const auto authorization = signed_request.find("Authorization:") + 14;
    EXPECT_NE(
        lines.find("authorization: " +
                   signed_request.substr(authorization, signed_request.find('\n', authorization) - authorization) +
                   "\r\n"),
        std::string::npos)
        << lines;
    const std::string date = timestamp(one.scope.unix_seconds);
    fields.push_back({"X-Amz-Date", date});
    if (!key.session_token.empty()) fields.push_back({"X-Amz-Security-Token", key.session_token});
    request.fields = fields;
    expect_steps(one, "header", request);
}

// The same three steps over a target that holds what else would stand in the header.
void expect_in_query(const Case& one) {
    const std::vector<HeaderField> fields = views_of(one);
    std::string target = one.request.target;
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + one.key.access_key_id + "/" +
              credential_scope(one.scope) + "&X-Amz-Date=" + timestamp(one.scope.unix_seconds) +
              "&X-Amz-Expires=" + std::to_string(one.context.at("expiration_in_seconds").as_int64()) +
              "&X-Amz-SignedHeaders=" + signed_names(fields);
    const bool token = !one.key.session_token.empty() && !one.flag("omit_session_token");
    if (token) target += "&X-Amz-Security-Token=" + one.key.session_token;
    const std::string hash = hash_of_text(one.request.body);
    expect_steps(one, "query",
                 {.method = one.request.method,
                  .target = target,
                  .fields = fields,
                  .body_hash = hash,
                  .normalize_path = one.flag("normalize")});
}

TEST(Sigv4, AllCasesOfTheSuite) {
    const auto root = std::filesystem::path(TOLLGATE_TEST_DATA) / "aws-sigv4";
    int cases = 0;
    if (std::filesystem::exists(root)) {
        for (const auto& folder : std::filesystem::directory_iterator(root)) {
            if (!folder.is_directory()) continue;
            SCOPED_TRACE(folder.path().filename().string());
            const Case one = read_case(folder.path());
            expect_by_header(one);
            expect_in_query(one);
            ++cases;
        }
    }
    if (cases == 0) GTEST_SKIP() << "AWS's cases are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << cases << " cases, each signed by header and in the query\n";
    EXPECT_GE(cases, 38);
}

// From the documentation: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html,
// with its key of examples.
const Key kKey{.access_key_id = "AKIDEXAMPLE",
               .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
               .session_token = {}};
constexpr Scope kScope{.region = "us-east-1", .service = "bedrock", .unix_seconds = 1'440'938'160};
constexpr HeaderField kHost[] = {{"host", "bedrock-runtime.us-east-1.amazonaws.com"}};

std::string canonical_path(std::string_view target) {
    const std::string text = canonical_request({.method = "POST", .target = target, .fields = kHost, .body_hash = "h"});
    return text.substr(5, text.find('\n', 5) - 5);
}

TEST(Sigv4, TimesAreWrittenInUtc) {
    EXPECT_EQ(timestamp(1'440'938'160), "20150830T123600Z");
    EXPECT_EQ(timestamp(0), "19700101T000000Z");
    EXPECT_EQ(timestamp(1'709'251'199), "20240229T235959Z");
    EXPECT_EQ(credential_scope(kScope), "20150830/us-east-1/bedrock/aws4_request");
}

TEST(Sigv4, PathsAreEncodedOnceMoreThanTheyAreSent) {
    EXPECT_EQ(canonical_path("/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"),
              "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%253A0/converse");
    EXPECT_EQ(canonical_path("/model/m:0/invoke"), "/model/m%3A0/invoke");
}

TEST(Sigv4, D57AnArnIsOneSegment) {
    EXPECT_EQ(canonical_path("/model/arn%3Aaws%3Abedrock%3Aus-west-2%3A123456789012%3Aapplication-inference-profile%2F"
                             "abc123/converse"),
              "/model/arn%253Aaws%253Abedrock%253Aus-west-2%253A123456789012%253Aapplication-inference-profile%252F"
              "abc123/converse");
}

TEST(Sigv4, D58TheHashIsOfAllPiecesThatLeave) {
    constexpr std::string_view kWhole = R"({"messages":[]})", kPieces[] = {R"({"mess)", "", R"(ages":[]})"};
    EXPECT_EQ(hash_of(kPieces), hash_of({&kWhole, 1}));
    EXPECT_EQ(hash_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const auto lines = [](std::string_view body) {
        return signing_lines(kKey, kScope,
                             {.method = "POST", .target = "/", .fields = kHost, .body_hash = hash_of_text(body)});
    };
    EXPECT_NE(lines(R"({"max_tokens":1})"), lines("{}"));
}

TEST(Sigv4, TemporaryKeysCarryTheirToken) {
    Key key = kKey;
    key.session_token = "token";
    const std::string lines =
        signing_lines(key, kScope, {.method = "POST", .target = "/", .fields = kHost, .body_hash = "h"});
    EXPECT_NE(lines.find("\r\nx-amz-security-token: token\r\n"), std::string::npos);
    EXPECT_NE(lines.find("SignedHeaders=host;x-amz-date;x-amz-security-token,"), std::string::npos);
    EXPECT_EQ(lines.find(kKey.secret_access_key), std::string::npos);
}

}  // namespace
}  // namespace tollgate::wire::sigv4
