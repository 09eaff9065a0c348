// Errors in the shapes that providers send: recorded, or as documented (November 2026).
#include "gateway/chat/dialect/provider_error.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

TEST(ProviderErrorReader, ShapesOfProviders) {
    const struct {
        std::string_view name, text, message, type, code, param;
        int status = 0;
    } rows[] = {
        {"OpenAI, recorded",
         R"({"error":{"message":"M","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}})",
         "M", "invalid_request_error", "\"unsupported_parameter\"", "max_tokens", 400},
        {"null members", R"({"error":{"message":"M","type":null,"param":null,"code":null}})", "M", "", "", ""},
        {"Groq, recorded",
         R"({"error":{"message":"M","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"x","status_code":400}})",
         "M", "invalid_request_error", "\"tool_use_failed\"", "", 400},
        {"Anthropic, recorded", R"({"type":"error","error":{"type":"overloaded_error","message":"M"}})", "M",
         "overloaded_error", "", "", 529},
        {"vLLM", R"({"object":"error","message":"M","type":"BadRequestError","param":null,"code":400})", "M",
         "BadRequestError", "400", "", 400},
        {"Mistral, recorded", R"({"object":"error","message":"M","type":"invalid_model","param":null,"code":"1500"})",
         "M", "invalid_model", "\"1500\"", ""},
        {"Google's OpenAI endpoint, recorded", R"([{"error":{"code":400,"message":"M","status":"INVALID_ARGUMENT"}}])",
         "M", "", "\"INVALID_ARGUMENT\"", "", 400},
        {"Ollama", R"({"error":"M"})", "M", "", "", ""},
        {"OAuth", R"({"error":"invalid_request","error_description":"M"})", "M", "", "\"invalid_request\"", ""},
        {"Voyage, recorded", R"({"detail":"M"})", "M", "", "", ""},
        {"FastAPI", R"({"detail":[{"msg":"M","loc":["body","messages",0],"type":"missing"}]})", "M", "", "",
         "messages.0"},
        {"a list of messages", R"([{"msg":"M"}])", "M", "", "", ""},
        {"message", R"({"message":"M"})", "M", "", "", ""},
        {"msg", R"({"msg":"M","code":7})", "M", "", "7", ""},
        {"DashScope", R"({"code":"InvalidParameter","message":"M","request_id":"r"})", "M", "", "\"InvalidParameter\"",
         ""},
        {"Cloudflare", R"({"success":false,"errors":[{"code":5007,"message":"M"}]})", "M", "", "5007", ""},
        {"RFC 9457", R"({"type":"about:blank","title":"T","status":422,"detail":"M"})", "M", "about:blank", "", "",
         422},
        {"AWS", R"({"__type":"ValidationException","message":"M"})", "M", "", "\"ValidationException\"", "", 400},
        {"AWS, other case", R"({"Message":"M"})", "M", "", "", ""},
        {"MiniMax", R"({"choices":null,"base_resp":{"status_code":1008,"status_msg":"M"}})", "M", "", "1008", ""},
        {"nested", R"({"error":{"error":1,"message":{"message":"M"}}})", "M", "", "", ""},
        {"a list of errors", R"({"error":[{"code":2001,"message":"M"}]})", "M", "", "2001", ""},
        {"in details", R"({"detail":{"error":{"message":"M","code":"bad"}}})", "M", "", "\"bad\"", ""},
        {"Baidu", R"({"error_code":336003,"error_msg":"M"})", "M", "", "336003", ""},
        {"Apigee", R"({"fault":{"faultstring":"M","detail":{"errorcode":"x"}}})", "M", "", "", ""},
        {"Tencent", R"({"Response":{"Error":{"Code":"X","Message":"M"},"RequestId":"r"}})", "M", "", "\"X\"", ""},
        {"Volcengine", R"({"ResponseMetadata":{"RequestId":"r","Error":{"Code":"X","Message":"M"}}})", "M", "", "\"X\"",
         ""},
        {"Spark", R"({"header":{"code":10013,"message":"M","status":2}})", "M", "", "10013", ""},
        {"errors as an object", R"({"errors":{"messages":["M"]}})", "M", "", "", ""},
        {"err", R"({"err":"M"})", "M", "", "", ""},
        {"Bedrock", R"({"modelStreamErrorException":{"message":"M"}})", "M", "", "\"modelStreamErrorException\"", ""},
        {"in a choice", R"({"choices":[{"error":{"message":"M","code":502}}]})", "M", "", "502", "", 502},
        {"a second line", "{\"error\":{\"message\":\"M\"}}\n{\"x\":1}\n", "M", "", "", ""},
        {"XML", "<?xml version='1.0'?><Error><Code>Denied</Code><Message>M</Message></Error>", "M", "", "\"Denied\"",
         ""},
        {"cut off", R"({"error":{"message":"M","code":"c","failed_generation":"zzz)", "M", "", "\"c\"", ""},
        {"plain text", " M\r\n", "M", "", "", ""},
        {"a JSON string", "\"M\"", "M", "", "", ""},
        {"escaped", R"({"err\u006fr":{"m\u0065ssage":"\u004d"}})", "M", "", "", ""},
    };
    for (const auto& row : rows) {
        const auto said = read_provider_error(row.text);
        ASSERT_TRUE(said) << row.name;
        EXPECT_EQ(said->message, row.message) << row.name;
        EXPECT_EQ(said->type, row.type) << row.name;
        EXPECT_EQ(said->code, row.code) << row.name;
        EXPECT_EQ(said->param, row.param) << row.name;
        EXPECT_EQ(said->status, row.status) << row.name;
    }
}

TEST(ProviderErrorReader, NamesStandForStatuses) {
    const auto status = [](std::string_view text) {
        return read_provider_error(text).value_or(ProviderError()).status;
    };
    EXPECT_EQ(status(R"({"type":"error","error":{"type":"overloaded_error","message":"M"}})"), 529);
    EXPECT_EQ(status(R"({"throttlingException":{"message":"M"}})"), 429);
    EXPECT_EQ(status(R"({"error":{"message":"M","type":"invalid_request_error","code":"rate_limit_exceeded"}})"), 429)
        << "the code says more";
    EXPECT_EQ(status(R"({"error":{"message":"M","type":"rate_limit_error","code":503}})"), 503) << "it is told itself";
    EXPECT_EQ(status(R"({"error":{"message":"M","type":"invalid_request_error","code":"strange"}})"), 400);
    EXPECT_EQ(status(R"({"error":{"message":"M","type":"strange"}})"), 0);
}

TEST(ProviderErrorReader, WordsAreFoundInsideWhatIsWrappedAroundThem) {
    for (const std::string_view text :
         {R"({"error":"{\"message\":\"no\"}"})", R"({"error":{"message":"{\"error\":{\"message\":\"no\"}}"}})",
          R"({"error":{"error":{"message":"no"}}})", R"({"error":{"error":"no"}})",
          R"({"detail":"[{\"msg\":\"no\"}]"})", "\xef\xbb\xbf{\"error\":{\"message\":\"no\"}}",
          "event: error\ndata: {\"error\":{\"message\":\"no\"}}\n\n",
          R"({"choices":[{"delta":{"error":{"message":"no"}}}]})"}) {
        const auto said = read_provider_error(text);
        ASSERT_TRUE(said) << text;
        EXPECT_EQ(said->message, "no") << text;
    }
    EXPECT_EQ(read_provider_error(R"({"error":{"message":"{not JSON}"}})")->message, "{not JSON}");
    EXPECT_EQ(read_provider_error(R"({"error":{"message":"{\"a\":1}"}})")->message, R"({"a":1})");
    EXPECT_EQ(read_provider_error("{\"error\":{\"message\":\"caf\xe9\"}}")->message, "caf\xef\xbf\xbd");
}

TEST(ProviderErrorReader, NothingForPeopleIsNoError) {
    for (const std::string_view text : {"", "  ", "<html><body>502</body></html>", "{", "{}", "[]", "5",
                                        R"({"error":{}})", R"({"x":1})", "\x01\x02", "\xff\xfe text"}) {
        EXPECT_FALSE(read_provider_error(text)) << text;
    }
}

TEST(ProviderErrorReader, TextsAreBoundedAndCutBetweenCharacters) {
    const auto said = read_provider_error(R"({"error":{"message":")" + std::string(4095, 'x') + "ü\",\"type\":\"" +
                                          std::string(999, 't') + "\"}}");
    ASSERT_TRUE(said);
    EXPECT_EQ(said->message, std::string(4095, 'x'));
    EXPECT_EQ(said->type.size(), 256u);
}

TEST(ProviderErrorReader, OfALongTextThatIsCutOffAsMuchIsToldAsOfAny) {
    const std::string head = R"({"error":{"type":"t","message":")";
    for (const std::string_view piece : {"x", "\\n", "ü"}) {
        std::string text = head;
        while (text.size() < 20000) text += piece;
        const auto said = read_provider_error(text);
        ASSERT_TRUE(said) << piece;
        EXPECT_EQ(said->type, "t");
        EXPECT_GT(said->message.size(), 2000u) << piece;
        EXPECT_LE(said->message.size(), 4096u) << piece;
    }
    EXPECT_EQ(read_provider_error(R"({"error":{"message":"M","generated":")" + std::string(20000, 'x'))->members, "");
    EXPECT_FALSE(read_provider_error(head.substr(0, 9)));
    EXPECT_EQ(read_provider_error(head + "a secret's beginning")->message, "");
}

TEST(ProviderErrorReader, FurtherMembersArePassedUnlessTheyAreLarge) {
    EXPECT_EQ(read_provider_error(R"({"error":{"message":"M","innererror":{"code":"filtered"}},"debug":1})")->members,
              R"("innererror":{"code":"filtered"})");
    EXPECT_EQ(read_provider_error(R"({"error":{"message":"M","failed_generation":")" + std::string(5000, 'x') + "\"}}")
                  ->members,
              "")
        << "generated text would be free";
}

TEST(ProviderErrorReader, MembersThatSayError) {
    for (const auto& [name, value] : {std::pair{"error", "{\"a\":1}"},
                                      {"error", "\"x\""},
                                      {"error", "true"},
                                      {"object", "\"error\""},
                                      {"type", "\"error\""},
                                      {"errors", "[1]"},
                                      {"error_code", "18"},
                                      {"validationException", "{\"message\":\"x\"}"},
                                      {"base_resp", "{\"status_code\":1008}"}}) {
        EXPECT_TRUE(says_error(name, value)) << name << value;
    }
    for (const auto& [name, value] : {std::pair{"error", "null"},
                                      {"error", "{}"},
                                      {"error", "\"\""},
                                      {"error", "false"},
                                      {"object", "\"list\""},
                                      {"errors", "[]"},
                                      {"errors", "null"},
                                      {"error_code", "0"},
                                      {"error_code", "\"\""},
                                      {"base_resp", "{\"status_code\":0}"},
                                      {"base_resp", "null"}}) {
        EXPECT_FALSE(says_error(name, value)) << name << value;
    }
}

}  // namespace
}  // namespace tollgate
