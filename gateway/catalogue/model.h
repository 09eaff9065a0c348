// What a model is, what it can do, who serves it, and what it costs there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/money.h"

namespace tollgate {

// Prices of requests whose prompt is longer than some bound; they hold for the whole request, not for the part above.
struct PriceTier {
    std::int64_t above_prompt_tokens = 0;
    Prices prices;
    bool operator==(const PriceTier&) const = default;
};

// What becomes of what a provider is sent.
struct DataPolicy {
    bool collects = true;                        // may store it, or train on it
    bool zero_retention = false;                 // keeps nothing of it once it has answered
    std::optional<std::int64_t> retention_days;  // absent: not known
    bool operator==(const DataPolicy&) const = default;
};

// Where figures come from, and the day on which they were true.
struct Source {
    std::string name, date;  // "2026-11-29"
    bool operator==(const Source&) const = default;
};

// One provider that serves a model.
struct Endpoint {
    std::string id;                         // unique in the model and stable: "openai", "openai/priority"
    std::string provider;                   // name of a provider, which may be configured or not
    std::string upstream_model;             // the provider's own name for the model
    std::string dialect;                    // where it differs from the provider's; else empty
    std::string region;                     // "eu-west-1"; empty: any
    std::string quantization;               // "fp8"; empty: unknown
    Prices prices;                          // what customers are charged
    std::optional<Prices> provider_prices;  // what the provider charges, where that differs (a discount, a markup)
    std::vector<PriceTier> tiers;           // ascending; instead of `prices` above their bounds
    // What its prices cover beside tokens: service tiers (none: the ordinary ones, else only these), and tools that the
    // provider runs.
    std::vector<std::string> service_tiers, server_tools;
    std::int64_t context_length = 0;                // tokens; 0: unknown
    std::int64_t max_prompt_tokens = 0;             // tokens; 0: what the context leaves
    std::int64_t max_completion_tokens = 0;         // tokens; 0: unknown
    std::vector<std::string> supported_parameters;  // of chats, by OpenRouter's names; empty: unknown
    std::optional<DataPolicy> data;                 // where it differs from the provider's
    Source source;                                  // empty where the file says nothing
    bool operator==(const Endpoint&) const = default;

    const Prices& prices_for(std::int64_t prompt_tokens) const;
    PricePair price_pair_for(std::int64_t prompt_tokens) const;
    // The most that a request of up to these tokens can cost: a shorter prompt may stand in a dearer tier, and all of
    // it may be written to the provider's cache; for an hour only where that is asked for.
    NanoUsd most_for(std::int64_t prompt_tokens, std::int64_t completion_tokens, bool for_an_hour) const;
    // Whether the parameter does something here; where nothing is known, it may.
    bool takes(std::string_view parameter) const;
};

// How a request tells a model to reason.
enum class ReasoningKind : std::uint8_t {
    none,      // not at all: the model does not reason, or nobody can tell it to
    budget,    // by the tokens that it may take
    adaptive,  // the model decides for itself, within an effort
    effort,    // by an effort
    level,     // by Gemini's levels
};

struct Reasoning {
    ReasoningKind kind = ReasoningKind::none;
    std::vector<std::string> efforts;  // that it knows, as its provider spells them
    std::string default_effort;        // without a wish; empty: unknown
    bool mandatory = false;            // it cannot be turned off
    bool operator==(const Reasoning&) const = default;
};

struct Model {
    std::string id;                    // "openai/gpt-4o-mini": author/slug
    std::vector<std::string> aliases;  // "gpt-4o-mini"
    std::string name;                  // for people
    std::int64_t created = 0;          // Unix seconds
    std::string knowledge_cutoff;      // "2025-08" or a day; empty: unknown
    std::string expires;               // the day on which its author ends it; empty: none is known
    std::vector<std::string> input_modalities = {"text"}, output_modalities = {"text"};
    bool input_is_listed = false;  // the list says what it takes; else it may take more than text
    bool embeddings = false;
    std::vector<std::string> serves;  // calls that pass through to it, by their names in records; it answers no others
    bool may_reason = true;           // bill for reasoning that no answer shows; false only where the list says so
    Reasoning reasoning;
    bool prefill = true;              // the messages may end with the beginning of the answer
    std::vector<Endpoint> endpoints;  // cheapest first is not implied; the order is the file's
    bool operator==(const Model&) const = default;

    // Whether chats go to it, and so whether its output has a price.
    bool writes() const { return !embeddings && serves.empty(); }
};

}  // namespace tollgate
