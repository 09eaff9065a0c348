// What a provider is, wherever it is configured.
#pragma once

#include <string>
#include <vector>

#include "gateway/catalogue/model.h"

namespace tollgate {

struct ProviderFacts {
    std::string slug;      // as endpoints and preferences name it: "openai"
    std::string name;      // for people
    std::string dialect;   // chat, messages, responses, gemini or converse
    std::string base_url;  // {region}, {project} and {resource} stand for what is the operator's
    std::string auth;      // how its key is sent: bearer, x-api-key, api-key, x-goog-api-key, sigv4 or google
    DataPolicy data;
    std::string headquarters;              // a country, as ISO 3166 spells it; empty: unknown
    std::vector<std::string> datacenters;  // likewise
    std::string privacy_policy_url, terms_of_service_url, status_page_url;
    std::vector<std::string> quirks;  // where it differs from its dialect
    // As the options of a provider say it.
    bool max_completion_tokens = false, abort_stops_billing = true, reasoning_in_completion = true;
    bool operator==(const ProviderFacts&) const = default;
};

}  // namespace tollgate
