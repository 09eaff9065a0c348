// What a LiteLLM configuration file becomes: providers for ours, and a price list. Secrets are not copied: where the
// file has one, an environment variable is named in its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

struct LitellmConfig {
    std::string providers;                 // the section `providers:` of a configuration, as YAML
    std::string prices;                    // a price list
    std::size_t models = 0;                // that are in it
    std::vector<std::string> not_carried;  // "config.yaml:12: litellm_settings.callbacks"
    std::vector<std::string> variables;    // environment variables that must hold the credentials
};

// invalid: it is not YAML, or has no model_list. `version` is the price list's.
Result<LitellmConfig> convert_litellm_config(std::string_view yaml, const std::string& name_in_messages,
                                             const std::string& version);

// A price for one token, as LiteLLM writes it ("1.5e-07"), as that of a million, exactly: "0.15". Empty: it is no price
// that a price list takes (at most six decimals).
std::string price_per_million(std::string_view per_token);

}  // namespace tollgate
