// Errors as clients of Anthropic's Messages API get them.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/inbound.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

json::object error_of(const Error& error, const Inbound& inbound = messages_inbound()) {
    const json::object body = json::parse(inbound.error_body(error, status_of(error))).as_object();
    EXPECT_EQ(body.at("type"), "error");
    return body.at("error").as_object();
}

TEST(MessagesInbound, EveryKindHasATypeOfTheApi) {
    for (int kind = 1; kind <= static_cast<int>(ErrorKind::internal); ++kind) {
        const auto one = static_cast<ErrorKind>(kind);
        Error error(one, "it \"failed\"\n\\ ü", "model");
        error.detail().extra = "\"needed\":0.5";
        const json::object object = error_of(error);
        const std::string type(object.at("type").as_string());
        const int status = status_of(one);
        EXPECT_EQ(object.at("message").as_string(), "it \"failed\"\n\\ ü");
        EXPECT_EQ(object.at("code").as_string(), std::string(code_of(one)));
        EXPECT_EQ(object.at("param"), "model");
        EXPECT_EQ(object.at("needed"), 0.5);
        if (status == 401) EXPECT_EQ(type, "authentication_error");
        if (status == 402) EXPECT_EQ(type, "billing_error");
        if (status == 403) EXPECT_EQ(type, "permission_error");
        if (status == 404) EXPECT_EQ(type, "not_found_error");
        if (status == 413) EXPECT_EQ(type, "request_too_large");
        if (status == 429) EXPECT_EQ(type, "rate_limit_error");
        if (status == 503) EXPECT_EQ(type, "overloaded_error");
        if (status == 504) EXPECT_EQ(type, "timeout_error");
        if (status == 400 || status == 409) EXPECT_EQ(type, "invalid_request_error");
        if (status == 500 || status == 502) EXPECT_EQ(type, "api_error");
    }
}

TEST(MessagesInbound, D55AProvidersErrorIsToldInItsWordsAndTheApisType) {
    Error error(ErrorKind::invalid_request, "ours");
    error.detail().provider = ProviderError{.message = "bad schema", .type = "INVALID_ARGUMENT", .provider = "google"};
    EXPECT_EQ(error_of(error).at("message"), "bad schema");
    EXPECT_EQ(error_of(error).at("type"), "invalid_request_error");
    EXPECT_FALSE(error_of(error).contains("provider_name"));
    EXPECT_EQ(error_of(error, openrouter_messages_inbound()).at("provider_name"), "google");
}

TEST(MessagesInbound, AProvidersCodeAndFieldAreTold) {
    Error error(ErrorKind::upstream_error, "ours", "messages");
    error.detail().provider = ProviderError{.message = "too long", .param = "input[0]", .code = "\"too_long\""};
    EXPECT_EQ(error_of(error).at("code"), "too_long");
    EXPECT_EQ(error_of(error).at("param"), "input[0]");
    error.detail().provider = ProviderError{.message = "no"};
    EXPECT_EQ(error_of(error).at("code"), "upstream_error");
    EXPECT_FALSE(error_of(error).contains("param")) << "ours, of a request that the provider did not see so";
}

TEST(MessagesInbound, D54OverloadKeepsItsTypeWhateverTheStatus) {
    Error error(ErrorKind::upstream_error, "ours");
    error.detail().provider = ProviderError{.message = "Overloaded", .type = "overloaded_error"};
    EXPECT_EQ(error_of(error).at("type"), "overloaded_error");
    error.detail().status = 529;
    error.detail().provider->type.clear();
    EXPECT_EQ(error_of(error).at("type"), "overloaded_error");
}

// The client would look for the fault in its own key.
TEST(MessagesInbound, WhatAProviderHoldsAgainstTheGatewaysKeyIsNotTheClients) {
    Error error(ErrorKind::upstream_auth_failed, "ours");
    error.detail().provider = ProviderError{.message = "invalid x-api-key", .type = "authentication_error"};
    EXPECT_EQ(error_of(error).at("type"), "api_error");
}

}  // namespace
}  // namespace tollgate::messages_test
