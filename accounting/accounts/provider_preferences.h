// Which providers a request may go to and in which order, in the terms of OpenRouter's `provider` object
// (https://openrouter.ai/docs/features/provider-routing). Organizations and presets have such preferences. What is
// absent says nothing: another level, or the default, decides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/money.h"

namespace tollgate {

inline constexpr std::size_t kMostPreferredProviders = 100;  // of each list

// Whether providers may store or train on what they are sent.
enum class DataCollection : std::uint8_t { allow, deny };
std::string_view to_string(DataCollection collection);
bool parse(std::string_view text, DataCollection& collection);

enum class ProviderSortBy : std::uint8_t { price, throughput, latency, exacto };
std::string_view to_string(ProviderSortBy by);
bool parse(std::string_view text, ProviderSortBy& by);

// Of several models: one after another, or all their endpoints in one list.
enum class SortPartition : std::uint8_t { model, none };
std::string_view to_string(SortPartition partition);
bool parse(std::string_view text, SortPartition& partition);

struct ProviderSort {
    std::optional<ProviderSortBy> by = ProviderSortBy::price;  // none: the usual draw
    SortPartition partition = SortPartition::model;
    bool operator==(const ProviderSort&) const = default;
};

// The most that an endpoint may charge.
struct PriceCeiling {
    std::optional<NanoUsd> prompt = {}, completion = {};  // of a million tokens
    std::optional<NanoUsd> request = {};
    std::optional<NanoUsd> image = {}, audio = {};  // of one; no price list has such prices

    bool empty() const { return *this == PriceCeiling(); }
    bool operator==(const PriceCeiling&) const = default;
};

// Bounds by percentile, in thousandths: of tokens a second, or of a second.
struct PercentileBounds {
    std::optional<std::int64_t> p50 = {}, p75 = {}, p90 = {}, p99 = {};

    bool empty() const { return *this == PercentileBounds(); }
    bool operator==(const PercentileBounds&) const = default;
};
inline constexpr std::int64_t kMostBound = 1'000'000'000;  // thousandths

// Precisions of weights, as OpenRouter names them.
inline constexpr std::array<std::string_view, 12> kQuantizations = {
    "int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"};

struct ProviderPreferences {
    std::vector<std::string> order = {};          // names of providers, the first goes first
    std::vector<std::string> only = {};           // sorted; empty: all
    std::vector<std::string> ignore = {};         // sorted
    std::vector<std::string> quantizations = {};  // sorted, of kQuantizations; empty: all
    std::optional<bool> allow_fallbacks = {}, require_parameters = {}, enforce_distillable_text = {};
    std::optional<bool> zdr = {};  // zero data retention
    std::optional<DataCollection> data_collection = {};
    std::optional<ProviderSort> sort = {};
    PriceCeiling max_price = {};
    PercentileBounds preferred_min_throughput = {}, preferred_max_latency = {};

    bool empty() const { return *this == ProviderPreferences(); }
    bool operator==(const ProviderPreferences&) const = default;
};

// Most entities have none; null: it has none.
using SharedProviderPreferences = std::shared_ptr<const ProviderPreferences>;
SharedProviderPreferences share(ProviderPreferences preferences);
bool same(const SharedProviderPreferences& one, const SharedProviderPreferences& other);  // by value

// The field `provider` in the document of the entity that has them.
void provider_field_of(const SharedProviderPreferences& preferences, DocumentWriter& fields);
void provider_field_of(SharedProviderPreferences& preferences, DocumentReader& fields);
inline void provider_field_of(const SharedProviderPreferences&, DocumentCheck&) {}  // checked when they were read

}  // namespace tollgate
