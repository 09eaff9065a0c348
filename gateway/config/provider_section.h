// A provider in the configuration.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "gateway/config/config.h"

namespace tollgate {

// Adds the one that the node describes. Throws what explains itself, as all sections do.
void read_provider(const YAML::Node& node, Config& config);
// Its lines of example.yaml.
std::string example_provider();

}  // namespace tollgate
