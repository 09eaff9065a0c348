#include "gateway/chat/inbound.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace tollgate {
namespace {

namespace json = boost::json;

std::vector<ErrorKind> every_kind() {
    std::vector<ErrorKind> kinds;
    for (int kind = 1; kind <= static_cast<int>(ErrorKind::internal); ++kind)
        kinds.push_back(static_cast<ErrorKind>(kind));
    return kinds;
}

TEST(Inbound, OpenAiShapeOfEveryKind) {
    for (const ErrorKind kind : every_kind()) {
        Error error(kind, "it \"failed\"\n\\ ü", "model");
        error.detail().extra = "\"needed\":0.5";
        const json::value body = json::parse(openai_inbound().error_body(error, status_of(kind)));
        ASSERT_EQ(body.as_object().size(), 1u);
        const auto& object = body.at("error").as_object();
        EXPECT_EQ(object.at("message").as_string(), "it \"failed\"\n\\ ü");
        EXPECT_FALSE(object.at("type").as_string().empty());
        EXPECT_EQ(object.at("param").as_string(), "model");
        EXPECT_EQ(std::string_view(object.at("code").as_string()), code_of(kind));
        EXPECT_EQ(object.at("needed").as_double(), 0.5);
    }
}

TEST(Inbound, OpenRouterShapeOfEveryKind) {
    for (const ErrorKind kind : every_kind()) {
        Error error(kind, "it failed");
        error.detail().extra = "\"needed\":0.5";
        const json::value body = json::parse(openrouter_inbound().error_body(error, status_of(kind)));
        const auto& object = body.at("error").as_object();
        EXPECT_EQ(object.at("code").as_int64(), status_of(kind));
        EXPECT_EQ(object.at("message").as_string(), "it failed");
        const auto& metadata = object.at("metadata").as_object();
        EXPECT_FALSE(metadata.at("error_type").as_string().empty());
        EXPECT_EQ(std::string_view(metadata.at("code").as_string()), code_of(kind));
        EXPECT_EQ(metadata.at("needed").as_double(), 0.5);
    }
}

TEST(Inbound, ParamIsNullWhereNoFieldIsAtFault) {
    EXPECT_TRUE(json::parse(openai_inbound().error_body(Error(ErrorKind::internal, "x"), 500))
                    .at("error")
                    .at("param")
                    .is_null());
}

TEST(Inbound, AnsweredStatusStandsInOpenRoutersCode) {
    const json::value body = json::parse(openrouter_inbound().error_body(Error(ErrorKind::upstream_error, "x"), 429));
    EXPECT_EQ(body.at("error").at("code").as_int64(), 429);
}

TEST(Inbound, UpstreamsErrorIsPassedOnAsItIsOrInOpenRoutersShape) {
    const std::string sent = R"({"error":{"message":"a \"b\"","code":"x"},"more":1})";
    const UpstreamError error{.status = 429,
                              .provider = "p\"q",
                              .message = R"(a \"b\")",
                              .error = R"({"message":"a \"b\"","code":"x"})",
                              .body = sent};
    EXPECT_EQ(openai_inbound().error_body(error), sent);
    const json::value body = json::parse(openrouter_inbound().error_body(error));
    EXPECT_EQ(body.at("error").at("message").as_string(), "a \"b\"");
    EXPECT_EQ(body.at("error").at("code").as_int64(), 429);
    EXPECT_EQ(body.at("error").at("metadata").at("provider_name").as_string(), "p\"q");
    EXPECT_EQ(body.at("error").at("metadata").at("raw").at("code").as_string(), "x");
}

TEST(Inbound, FlavoursSayWhatTheirAnswersCarry) {
    EXPECT_FALSE(openai_inbound().always_shows_usage() || openai_inbound().labels_answers());
    EXPECT_TRUE(openrouter_inbound().always_shows_usage() && openrouter_inbound().labels_answers());
    EXPECT_NE(openai_inbound().name(), openrouter_inbound().name());
}

}  // namespace
}  // namespace tollgate
