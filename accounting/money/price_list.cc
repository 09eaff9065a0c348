#include "accounting/money/price_list.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

namespace tollgate {
namespace {

constexpr std::size_t kMaxPriceListBytes = 16u << 20;
constexpr std::int64_t kNanoPerMillionToPicoPerToken = 1000;  // 1 nano-USD per million tokens is 0.001 pico per token
constexpr std::int64_t kPicoPerNano = 1000;

// Thrown and caught in this file only: a reader of nested nodes has no better way out.
struct BadPriceList {
    int line;  // from 1
    std::string what;
};

[[noreturn]] void refuse(const YAML::Node& at, const std::string& what) {
    throw BadPriceList{std::max(at.Mark().line + 1, 1), what};
}

class Reader {
  public:
    // A mapping with no other keys than these.
    static void expect_map(const YAML::Node& node, const char* what, std::initializer_list<std::string_view> keys) {
        if (!node.IsMap()) refuse(node, std::string(what) + ": expected a mapping");
        std::vector<std::string> seen;
        for (const auto& pair : node) {
            const std::string& key = pair.first.Scalar();
            if (std::ranges::find(keys, key) == keys.end())
                refuse(pair.first, std::string(what) + ": unknown key '" + key + "'");
            if (std::ranges::find(seen, key) != seen.end())
                refuse(pair.first, std::string(what) + ": '" + key + "' twice");
            seen.push_back(key);
        }
    }

    static std::string text(const YAML::Node& map, const char* key) {
        const YAML::Node node = map[key];
        if (!node) refuse(map, std::string(key) + ": missing");
        if (!node.IsScalar() || node.Scalar().empty()) refuse(node, std::string(key) + ": expected a text");
        return node.Scalar();
    }

    static std::int64_t whole_number(const YAML::Node& map, const char* key) {
        const YAML::Node node = map[key];
        if (!node) return 0;
        std::int64_t value = 0;
        const std::string& digits = node.IsScalar() ? node.Scalar() : std::string();
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || value < 0) {
            refuse(node, std::string(key) + ": expected a whole number, not below zero");
        }
        return value;
    }

    static std::vector<std::string> texts(const YAML::Node& map, const char* key, std::vector<std::string> otherwise) {
        const YAML::Node node = map[key];
        if (!node) return otherwise;
        if (!node.IsSequence()) refuse(node, std::string(key) + ": expected a list");
        std::vector<std::string> values;
        for (const YAML::Node& item : node) {
            if (!item.IsScalar() || item.Scalar().empty()) refuse(item, std::string(key) + ": expected texts");
            values.push_back(item.Scalar());
        }
        return values;
    }

    static bool flag(const YAML::Node& map, const char* key, bool otherwise = false) {
        const YAML::Node node = map[key];
        if (!node) return otherwise;
        if (node.IsScalar() && node.Scalar() == "true") return true;
        if (node.IsScalar() && node.Scalar() == "false") return false;
        refuse(node, std::string(key) + ": expected true or false");
    }

    // nullopt if absent.
    static std::optional<NanoUsd> usd(const YAML::Node& map, const char* key) {
        const YAML::Node node = map[key];
        if (!node) return std::nullopt;
        if (!node.IsScalar()) refuse(node, std::string(key) + ": expected a price in USD");
        const auto amount = parse_usd(node.Scalar());
        if (!amount) refuse(node, std::string(key) + ": " + amount.error().message());
        if (*amount < NanoUsd{}) refuse(node, std::string(key) + ": a price is not negative");
        return *amount;
    }
};

// USD per million tokens to pico-USD per token: a millionth of a USD is a million pico-USD.
std::optional<std::int64_t> per_token(const YAML::Node& map, const char* key) {
    const auto price = Reader::usd(map, key);
    if (!price) return std::nullopt;
    if (price->value % kNanoPerMillionToPicoPerToken != 0) {
        refuse(map[key], std::string(key) + ": more than six decimals (less than 1e-12 USD per token)");
    }
    return price->value / kNanoPerMillionToPicoPerToken;
}

Prices read_prices(const YAML::Node& node) {
    Reader::expect_map(node, "prices",
                       {"prompt", "completion", "cache_read", "cache_write", "cache_write_1h", "per_request"});
    const auto prompt = per_token(node, "prompt");
    if (!prompt) refuse(node, "prices: prompt: missing");
    Prices prices;
    prices.prompt = *prompt;
    prices.completion = per_token(node, "completion").value_or(0);
    // A provider that names no price for its cache charges the tokens like others.
    prices.cache_read = per_token(node, "cache_read").value_or(*prompt);
    prices.cache_write = per_token(node, "cache_write").value_or(*prompt);
    prices.cache_write_1h = per_token(node, "cache_write_1h").value_or(prices.cache_write);
    const NanoUsd request = Reader::usd(node, "per_request").value_or(NanoUsd{});
    if (request.value > std::numeric_limits<std::int64_t>::max() / kPicoPerNano) {
        refuse(node["per_request"], "per_request: out of range");
    }
    prices.per_request = request.value * kPicoPerNano;
    return prices;
}

std::vector<PriceTier> read_tiers(const YAML::Node& node) {
    if (!node) return {};
    if (!node.IsSequence()) refuse(node, "tiers: expected a list");
    std::vector<PriceTier> tiers;
    for (const YAML::Node& item : node) {
        Reader::expect_map(item, "tier", {"above_prompt_tokens", "prices"});
        if (!item["prices"]) refuse(item, "prices: missing");
        if (!item["prices"]["completion"]) refuse(item["prices"], "completion: missing");
        const std::int64_t above = Reader::whole_number(item, "above_prompt_tokens");
        if (above <= (tiers.empty() ? 0 : tiers.back().above_prompt_tokens)) {
            refuse(item, "above_prompt_tokens: expected more than in the tier before");
        }
        tiers.push_back({above, read_prices(item["prices"])});
    }
    return tiers;
}

Endpoint read_endpoint(const YAML::Node& node) {
    Reader::expect_map(node, "endpoint",
                       {"provider", "model", "prices", "provider_prices", "tiers", "service_tiers", "server_tools",
                        "context_length", "max_completion_tokens"});
    Endpoint endpoint;
    endpoint.provider = Reader::text(node, "provider");
    endpoint.upstream_model = Reader::text(node, "model");
    if (!node["prices"]) refuse(node, "prices: missing");
    endpoint.prices = read_prices(node["prices"]);
    if (node["provider_prices"]) endpoint.provider_prices = read_prices(node["provider_prices"]);
    endpoint.tiers = read_tiers(node["tiers"]);
    if (!endpoint.tiers.empty() && endpoint.provider_prices) {
        refuse(node["tiers"], "tiers: not together with provider_prices, which have none");
    }
    endpoint.service_tiers = Reader::texts(node, "service_tiers", {});
    endpoint.server_tools = Reader::texts(node, "server_tools", {});
    endpoint.context_length = Reader::whole_number(node, "context_length");
    endpoint.max_completion_tokens = Reader::whole_number(node, "max_completion_tokens");
    return endpoint;
}

Model read_model(const YAML::Node& node) {
    Reader::expect_map(node, "model",
                       {"id", "name", "aliases", "created", "embeddings", "reasoning", "input_modalities",
                        "output_modalities", "endpoints"});
    Model model;
    model.id = Reader::text(node, "id");
    model.name = node["name"] ? Reader::text(node, "name") : model.id;
    model.aliases = Reader::texts(node, "aliases", {});
    model.created = Reader::whole_number(node, "created");
    model.embeddings = Reader::flag(node, "embeddings");
    model.may_reason = Reader::flag(node, "reasoning", !model.embeddings);
    model.input_modalities = Reader::texts(node, "input_modalities", {"text"});
    model.output_modalities = Reader::texts(node, "output_modalities", {model.embeddings ? "embeddings" : "text"});
    const YAML::Node endpoints = node["endpoints"];
    if (!endpoints || !endpoints.IsSequence() || endpoints.size() == 0) {
        refuse(endpoints ? endpoints : node, "endpoints: expected a list with at least one");
    }
    for (const YAML::Node& endpoint : endpoints) {
        model.endpoints.push_back(read_endpoint(endpoint));
        for (const char* const key : {"prices", "provider_prices"}) {
            if (!model.embeddings && endpoint[key] && !endpoint[key]["completion"]) {
                refuse(endpoint[key], std::string(key) + ": completion: missing");
            }
        }
    }
    return model;
}

}  // namespace

const Prices& Endpoint::prices_for(std::int64_t prompt_tokens) const {
    const Prices* found = &prices;
    for (const PriceTier& tier : tiers) {
        if (prompt_tokens > tier.above_prompt_tokens) found = &tier.prices;
    }
    return *found;
}

PricePair Endpoint::price_pair_for(std::int64_t prompt_tokens) const {
    const Prices& customer = prices_for(prompt_tokens);
    return {customer, provider_prices.value_or(customer)};
}

NanoUsd Endpoint::most_for(std::int64_t prompt_tokens, std::int64_t completion_tokens, bool for_an_hour) const {
    const auto most_of = [&](std::int64_t prompt) {
        Prices dearest = prices_for(prompt);
        dearest.prompt = std::max(dearest.prompt, dearest.cache_write);
        if (for_an_hour) dearest.prompt = std::max(dearest.prompt, dearest.cache_write_1h);
        return cost_of({.prompt = prompt, .completion = completion_tokens}, dearest);
    };
    NanoUsd most = most_of(prompt_tokens);
    for (const PriceTier& tier : tiers) {  // the longest prompt of each tier below
        if (prompt_tokens <= tier.above_prompt_tokens) break;
        most = std::max(most, most_of(tier.above_prompt_tokens));
    }
    return most;
}

Result<std::shared_ptr<const PriceList>> PriceList::load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(StatusCode::io, path + ": cannot be opened");
    std::ostringstream content;
    content << file.rdbuf();
    if (!file || !content) return failure(StatusCode::io, path + ": cannot be read");
    return parse(content.view(), path);
}

Result<std::shared_ptr<const PriceList>> PriceList::parse(std::string_view yaml, const std::string& name_in_errors) {
    const auto invalid = [&](int line, const std::string& what) {
        return failure(StatusCode::invalid, name_in_errors + ":" + std::to_string(line) + ": " + what);
    };
    if (yaml.size() > kMaxPriceListBytes)
        return invalid(1, "longer than " + std::to_string(kMaxPriceListBytes) + " bytes");
    try {
        const YAML::Node root = YAML::Load(std::string(yaml));
        Reader::expect_map(root, "price list", {"version", "models"});
        auto list = std::make_shared<PriceList>();
        list->version_ = Reader::text(root, "version");
        const YAML::Node models = root["models"];
        if (!models || !models.IsSequence()) refuse(models ? models : root, "models: expected a list");
        for (const YAML::Node& node : models) {
            Model model = read_model(node);
            std::vector<std::string> names = model.aliases;
            names.push_back(model.id);
            for (const std::string& name : names) {
                if (!list->by_name_.emplace(name, list->models_.size()).second) {
                    refuse(node, "model: the name '" + name + "' is taken");
                }
            }
            list->models_.push_back(std::move(model));
        }
        return list;
    } catch (const BadPriceList& bad) {
        return invalid(bad.line, bad.what);
    } catch (const YAML::Exception& error) {
        return invalid(error.mark.line + 1, error.msg);
    }
}

const Model* PriceList::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &models_[found->second];
}

}  // namespace tollgate
