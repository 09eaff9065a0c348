// A model as a catalogue file writes it.
#pragma once

#include <yaml-cpp/yaml.h>

#include "gateway/catalogue/model.h"
#include "gateway/catalogue/provider_facts.h"

namespace tollgate {

// A model as it is being put together from several files.
struct ModelDraft {
    Model model;
    Endpoint shared;  // what the model says for all of its endpoints, each of which may say otherwise
};

// Onto what an earlier file said. `source` is that of the file. Throws CatalogueProblem.
void read_model(const YAML::Node& node, const Source& source, ModelDraft& draft);
void read_provider_facts(const YAML::Node& node, ProviderFacts& provider);
void read_source(const YAML::Node& node, Source& source);
// Gives each endpoint what the model says for all.
Model finished(ModelDraft draft);

}  // namespace tollgate
