// A provider in the configuration.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "gateway/config/config.h"

namespace tollgate {

// Of one provider.
inline constexpr std::size_t kMostApiKeys = 32;

// What is wrong with its keys, none of which is told, or nothing. Of the auth that the configuration or the catalogue
// names.
std::string wrong_with_keys(const ProviderConfig& provider);
// Adds the one that the node describes, and its options to `records`. Throws what explains itself, as all sections do.
void read_provider(const YAML::Node& node, Config& config, std::vector<OptionRecord>& records);
// Its lines of example.yaml.
std::string example_provider();

}  // namespace tollgate
