// What a model's name in a request stands for. It is tried in this order:
//   - an id or alias of the catalogue, as it is
//   - auto, openrouter/auto, tollgate/auto: whichever model is cheapest of those that take what the request has
//   - name:variant, where the rest of the name is a model; several stack
//   - ~author/family-latest: of the models whose names begin so, the newest that may answer
//   - provider/model: that provider alone; the model by its id, its alias or the provider's own name for it
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/routing/catalogue.h"

namespace tollgate {

// What a suffix does (https://openrouter.ai/docs/guides/routing/model-variants). Those that OpenRouter lists as models
// of their own, as :thinking, are names like any other: they work where the catalogue has them.
enum class Variant : std::uint8_t {
    nitro = 1,   // the fastest endpoint first
    floor = 2,   // the cheapest first
    exacto = 4,  // the most reliable first
    free = 8,    // only endpoints that cost nothing
    online = 16  // with a web search, which this gateway does not do
};

class Variants {
  public:
    bool has(Variant variant) const { return (bits_ & static_cast<std::uint8_t>(variant)) != 0; }
    void add(Variant variant) { bits_ |= static_cast<std::uint8_t>(variant); }
    bool none() const { return bits_ == 0; }

  private:
    std::uint8_t bits_ = 0;
};

struct ModelAddress {
    std::span<const CatalogueEndpoint> endpoints;  // of one model; empty: no such model, or `any`
    bool any = false;                              // auto
    std::string_view family;                       // the newest of it; empty: one model is named
    std::string_view provider;                     // no other one; empty: all
    std::string_view upstream_model;               // of that provider, by its own name; empty: all
    Variants variants;

    bool found() const { return any || !endpoints.empty(); }
};

// Views into `name` and the catalogue.
ModelAddress find_model(const Catalogue& catalogue, std::string_view name);

// The models of a family, the newest first: of "anthropic/claude-sonnet" that and "anthropic/claude-sonnet-5", but not
// "anthropic/claude-sonnetto".
std::vector<const Model*> models_of_family(const Catalogue& catalogue, std::string_view family);

// What the address leaves out.
bool is_elsewhere(const ModelAddress& address, const CatalogueEndpoint& endpoint);

}  // namespace tollgate
