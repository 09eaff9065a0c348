#include "accounting/accounts/provider_preferences.h"

#include <utility>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kCollections = {"allow", "deny"};
constexpr std::array<std::string_view, 4> kSorts = {"price", "throughput", "latency", "exacto"};
constexpr std::array<std::string_view, 2> kPartitions = {"model", "none"};

template <class SortOf, class Fields>
void sort_fields_of(SortOf& sort, Fields& fields) {
    std::optional<ProviderSortBy> by;
    SortPartition partition = SortPartition::model;
    if (sort) {
        by = sort->by;
        partition = sort->partition;
    }
    fields.choice("sort_by", by);
    fields.choice("sort_partition", partition);
    if constexpr (!std::is_const_v<SortOf>) {
        if (by || partition != SortPartition::model) sort = ProviderSort{.by = by, .partition = partition};
    }
}

template <class BoundsOf, class Fields>
void bound_fields_of(const std::string& name, BoundsOf& bounds, Fields& fields) {
    fields.count(name + "_p50", bounds.p50, kMostBound);
    fields.count(name + "_p75", bounds.p75, kMostBound);
    fields.count(name + "_p90", bounds.p90, kMostBound);
    fields.count(name + "_p99", bounds.p99, kMostBound);
}

template <class PreferencesOf, class Fields>
void fields_of(PreferencesOf& preferences, Fields& fields) {
    fields.texts("order", preferences.order);
    fields.texts("only", preferences.only);
    fields.texts("ignore", preferences.ignore);
    fields.texts("quantizations", preferences.quantizations);
    fields.optional_flag("allow_fallbacks", preferences.allow_fallbacks);
    fields.optional_flag("require_parameters", preferences.require_parameters);
    fields.optional_flag("enforce_distillable_text", preferences.enforce_distillable_text);
    fields.optional_flag("zdr", preferences.zdr);
    fields.choice("data_collection", preferences.data_collection);
    sort_fields_of(preferences.sort, fields);
    fields.amount("most_prompt", preferences.max_price.prompt);
    fields.amount("most_completion", preferences.max_price.completion);
    fields.amount("most_request", preferences.max_price.request);
    fields.amount("most_image", preferences.max_price.image);
    fields.amount("most_audio", preferences.max_price.audio);
    bound_fields_of("throughput", preferences.preferred_min_throughput, fields);
    bound_fields_of("latency", preferences.preferred_max_latency, fields);
}

}  // namespace

std::string_view to_string(DataCollection collection) { return kCollections.at(static_cast<std::size_t>(collection)); }
bool parse(std::string_view text, DataCollection& collection) { return parse_name(kCollections, text, collection); }

std::string_view to_string(ProviderSortBy by) { return kSorts.at(static_cast<std::size_t>(by)); }
bool parse(std::string_view text, ProviderSortBy& by) { return parse_name(kSorts, text, by); }

std::string_view to_string(SortPartition partition) { return kPartitions.at(static_cast<std::size_t>(partition)); }
bool parse(std::string_view text, SortPartition& partition) { return parse_name(kPartitions, text, partition); }

SharedProviderPreferences share(ProviderPreferences preferences) {
    if (preferences.empty()) return nullptr;
    return std::make_shared<const ProviderPreferences>(std::move(preferences));
}

bool same(const SharedProviderPreferences& one, const SharedProviderPreferences& other) {
    if (one == nullptr || other == nullptr) return one == other;
    return *one == *other;
}

void provider_field_of(const SharedProviderPreferences& preferences, DocumentWriter& fields) {
    std::string json;
    if (preferences != nullptr) {
        DocumentWriter writer;
        fields_of(*preferences, writer);
        json = writer.take();
    }
    fields.json("provider", json);
}

void provider_field_of(SharedProviderPreferences& preferences, DocumentReader& fields) {
    std::string json;
    fields.json("provider", json);
    preferences = nullptr;
    if (json.empty()) return;
    DocumentReader reader;
    ProviderPreferences read;
    reader.open("provider", json);
    fields_of(read, reader);
    if (const Status status = reader.status(); !status.ok()) return fields.fail(status.message());
    preferences = share(std::move(read));
}

}  // namespace tollgate
