// How one price list differs from another.
#pragma once

#include <string>
#include <vector>

#include "gateway/catalogue/price_list.h"

namespace tollgate {

struct FieldChange {
    std::string name;           // "prompt"
    std::string before, after;  // as in a file; empty: it says nothing
    std::string percent;        // "+25 %", of a price that was not 0
};

struct CatalogueChange {
    enum class Kind : std::uint8_t { added, removed, changed };
    enum class Subject : std::uint8_t { provider, model, endpoint };

    Kind kind = Kind::changed;
    Subject subject = Subject::model;
    std::string name;                 // "openai/gpt-5", of an endpoint with where it is: "openai/gpt-5 at azure"
    std::vector<FieldChange> fields;  // of one that is added: what it has; of one that is removed: none
};

// In the order of their names: providers, then models, each followed by its endpoints.
std::vector<CatalogueChange> catalogue_changes(const PriceList& before, const PriceList& after);

// What follows a version that nobody named anew: "2026-11-29" is followed by "2026-11-29.1", and that by
// "2026-11-29.2".
std::string version_after(const std::string& version);

}  // namespace tollgate
