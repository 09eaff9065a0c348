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

TEST(Inbound, AProvidersWordsGoBeforeOurs) {
    Error error(ErrorKind::upstream_error, "ours");
    error.detail().status = 400;
    error.detail().provider = ProviderError{.status = 400,
                                            .message = "a \"b\"",
                                            .type = "their_type",
                                            .param = "messages.0",
                                            .code = "\"x\"",
                                            .members = R"("more":1)",
                                            .provider = "p\"q"};
    const json::value openai = json::parse(openai_inbound().error_body(error, 400));
    EXPECT_EQ(
        openai,
        json::parse(R"({"error":{"message":"a \"b\"","type":"their_type","param":"messages.0","code":"x","more":1}})"));
    const json::value openrouter = json::parse(openrouter_inbound().error_body(error, 400));
    EXPECT_EQ(openrouter.at("error").at("message").as_string(), "a \"b\"");
    EXPECT_EQ(openrouter.at("error").at("code").as_int64(), 400);
    const json::value& metadata = openrouter.at("error").at("metadata");
    EXPECT_EQ(metadata.at("provider_name").as_string(), "p\"q");
    EXPECT_EQ(metadata.at("error_type").as_string(), "invalid_request");
    EXPECT_EQ(metadata.at("code").as_string(), "x");
    EXPECT_EQ(metadata.at("raw"), openai.at("error"));
}

TEST(Inbound, WithoutAProvidersTypeTheStatusGivesIt) {
    const struct {
        int status;
        std::string_view type, error_type;
    } rows[] = {
        {400, "invalid_request_error", "invalid_request"}, {404, "invalid_request_error", "not_found"},
        {429, "rate_limit_error", "rate_limit_exceeded"},  {403, "permission_error", "permission_denied"},
        {500, "server_error", "provider_unavailable"},     {529, "server_error", "provider_overloaded"},
    };
    for (const auto& row : rows) {
        Error error(ErrorKind::upstream_error, "x");
        error.detail().status = row.status;
        EXPECT_EQ(openai_type_of(error), row.type) << row.status;
        EXPECT_EQ(openrouter_type_of(error), row.error_type) << row.status;
    }
}

TEST(Inbound, FlavoursSayWhatTheirAnswersCarry) {
    EXPECT_FALSE(openai_inbound().always_shows_usage() || openai_inbound().labels_answers());
    EXPECT_TRUE(openrouter_inbound().always_shows_usage() && openrouter_inbound().labels_answers());
    EXPECT_NE(openai_inbound().name(), openrouter_inbound().name());
}

}  // namespace
}  // namespace tollgate
