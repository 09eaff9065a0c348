// Everything that the catalogue's files say: models, who serves them, what that costs, and what those providers are.
// Loaded whole, versioned, immutable.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/catalogue/model.h"
#include "gateway/catalogue/provider_facts.h"
#include "store/status.h"

namespace tollgate {

class PriceList {
  public:
    static constexpr std::size_t kMaxFileBytes = 16U << 20;
    static constexpr std::size_t kMostFiles = 1000;

    // Each path is a file, or a directory whose .yaml files are one list, wherever in it they stand. A later path
    // extends those before it: a model, endpoint or provider that they have keeps what the later one does not say.
    // Errors say file, line and key. Unknown keys, duplicate names, negative or over-precise prices are invalid.
    static Result<std::shared_ptr<const PriceList>> load(std::span<const std::string> paths);
    static Result<std::shared_ptr<const PriceList>> load(const std::string& path);
    static Result<std::shared_ptr<const PriceList>> parse(std::string_view yaml, const std::string& name_in_errors);

    // Of several paths: their versions, joined by "+".
    const std::string& version() const { return version_; }
    const std::vector<Model>& models() const { return models_; }
    const std::vector<ProviderFacts>& providers() const { return providers_; }
    // By id or alias; nullptr if unknown.
    const Model* find(std::string_view name) const;
    // By slug; nullptr if no file describes it.
    const ProviderFacts* provider(std::string_view slug) const;
    // What it is spoken to in, by the endpoint or else its provider; chat where neither says.
    std::string_view dialect_of(const Endpoint& endpoint) const;

  private:
    friend class PriceListReader;
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
    };
    std::string version_;
    std::vector<Model> models_;
    std::vector<ProviderFacts> providers_;
    std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> by_name_;  // each request looks into it
};

}  // namespace tollgate
