// `tollgate import litellm-config`: writes the providers and the price list that a LiteLLM configuration file means.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

struct ConvertCommand {
    std::string config;     // LiteLLM's file
    std::string directory;  // for providers.yaml and prices.yaml, which must not be there yet
};

// Prints what it wrote, which variables must be set, and what is not carried over.
Status convert_command(const ConvertCommand& command);

}  // namespace tollgate
