// A price list as catalogue files, in one way: the same list gives the same bytes, and reading them gives the list.
#pragma once

#include <string>
#include <vector>

#include "gateway/catalogue/price_list.h"

namespace tollgate {

struct CatalogueFile {
    std::string path;  // in its directory: "models/openai.yaml"
    std::string text;
};

// As a directory: providers.yaml with the version, and the models of each author in a file.
std::vector<CatalogueFile> catalogue_files(const PriceList& list, const std::string& version);
// As a single file.
std::string catalogue_text(const PriceList& list, const std::string& version);
// "0.15" for 150,000: USD per million tokens, with no digit lost.
std::string price_per_million(std::int64_t pico_per_token);

}  // namespace tollgate
