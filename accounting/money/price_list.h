// The catalogue of models with what each costs where: configs/prices.yaml, loaded whole, versioned, immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/money/money.h"
#include "store/status.h"

namespace tollgate {

// Prices of requests whose prompt is longer than some bound; they hold for the whole request, not for the part above.
struct PriceTier {
    std::int64_t above_prompt_tokens = 0;
    Prices prices;
};

// One provider that serves a model.
struct Endpoint {
    std::string provider;                   // name of a configured provider
    std::string upstream_model;             // the provider's own name for it
    Prices prices;                          // what customers are charged
    std::optional<Prices> provider_prices;  // what the provider charges, where that differs (a discount, a markup)
    std::vector<PriceTier> tiers;           // ascending; instead of `prices` above their bounds
    // What its prices cover beside tokens: service tiers (none: the ordinary ones, else only these), and tools that the
    // provider runs.
    std::vector<std::string> service_tiers, server_tools;
    std::int64_t context_length = 0;         // tokens; 0: unknown
    std::int64_t max_completion_tokens = 0;  // tokens; 0: unknown

    const Prices& prices_for(std::int64_t prompt_tokens) const;
    PricePair price_pair_for(std::int64_t prompt_tokens) const;
    // The most that a request of up to these tokens can cost: a shorter prompt may stand in a dearer tier, and all of
    // it may be written to the provider's cache; for an hour only where that is asked for.
    NanoUsd most_for(std::int64_t prompt_tokens, std::int64_t completion_tokens, bool for_an_hour) const;
};

struct Model {
    std::string id;                    // "openai/gpt-4o-mini": author/slug
    std::vector<std::string> aliases;  // "gpt-4o-mini"
    std::string name;                  // for people
    std::int64_t created = 0;          // Unix seconds
    std::vector<std::string> input_modalities, output_modalities;
    bool embeddings = false;
    bool may_reason = true;           // bill for reasoning that no answer shows; false only where the list says so
    std::vector<Endpoint> endpoints;  // cheapest first is not implied; the order is the file's
};

class PriceList {
  public:
    // Errors say file, line and key. Unknown keys, duplicate names, negative or over-precise prices are invalid.
    static Result<std::shared_ptr<const PriceList>> load(const std::string& path);
    static Result<std::shared_ptr<const PriceList>> parse(std::string_view yaml, const std::string& name_in_errors);

    const std::string& version() const { return version_; }
    const std::vector<Model>& models() const { return models_; }
    // By id or alias; nullptr if unknown.
    const Model* find(std::string_view name) const;

  private:
    std::string version_;
    std::vector<Model> models_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace tollgate
