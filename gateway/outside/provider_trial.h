// Whether a provider takes a key: its list of models is asked for with it, which costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/wire/networks.h"

namespace tollgate {

// How the list is asked for: what carries the key, and what stands behind /models.
enum class TrialDialect : std::uint8_t {
    bearer,     // OpenAI's, and whoever speaks like it
    anthropic,  // x-api-key, and a version
    azure,      // api-key, and a version in the query
};

struct ProviderTrial {
    std::string base_url;  // without slash at its end
    std::string ca_file;   // empty: the system's trust store
    std::function<bool(const wire::IpAddress&)> may_reach;
    std::string_view secret;
    TrialDialect dialect = TrialDialect::bearer;
};

struct TrialOutcome {
    bool accepted = false;
    int status = 0;                      // of the provider's reply; 0: there was none
    std::string message;                 // in words for whoever tries; holds neither secret nor what the provider said
    std::optional<std::int64_t> models;  // in its list, where that can be read
};

// Waits for the provider, within the limits of http_call.h.
TrialOutcome try_provider(const ProviderTrial& trial);

}  // namespace tollgate
