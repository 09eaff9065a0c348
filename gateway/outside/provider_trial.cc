#include "gateway/outside/provider_trial.h"

#include <simdjson.h>

#include "gateway/outside/http_call.h"

namespace tollgate {
namespace {

// https://docs.anthropic.com/en/api/versioning, https://learn.microsoft.com/azure/ai-services/openai/reference
constexpr std::string_view kAnthropicVersion = "2023-06-01", kAzureVersion = "2024-10-21";

HttpCall call_for(const ProviderTrial& trial) {
    HttpCall call{.url = trial.base_url + "/models", .ca_file = trial.ca_file, .may_reach = trial.may_reach};
    const std::string secret(trial.secret);
    switch (trial.dialect) {
        case TrialDialect::bearer:
            call.header_lines = {"authorization: Bearer " + secret};
            break;
        case TrialDialect::anthropic:
            call.header_lines = {"x-api-key: " + secret, "anthropic-version: " + std::string(kAnthropicVersion)};
            break;
        case TrialDialect::azure:
            call.header_lines = {"api-key: " + secret};
            call.url.append("?api-version=").append(kAzureVersion);
            break;
    }
    return call;
}

std::optional<std::int64_t> models_in(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::array models;
    if (parser.parse(body)["data"].get(models) != simdjson::SUCCESS) return std::nullopt;
    return static_cast<std::int64_t>(models.size());
}

std::string words_for(int status) {
    const std::string number = std::to_string(status);
    switch (status) {
        case 401:
        case 403:
            return "the provider does not take this key (" + number + ")";
        case 404:
        case 405:
            return "the provider has no list of models below this base_url (" + number + ")";
        default:
            return "the provider replied " + number + " to the request for its models";
    }
}

}  // namespace

TrialOutcome try_provider(const ProviderTrial& trial) {
    const auto reply = get(call_for(trial));
    if (!reply) return {.message = "the provider could not be asked: " + reply.error().detail().message, .models = {}};
    const bool accepted = reply->status >= 200 && reply->status < 300;
    return {.accepted = accepted,
            .status = reply->status,
            .message = accepted ? "" : words_for(reply->status),
            .models = accepted ? models_in(reply->body) : std::nullopt};
}

}  // namespace tollgate
