#include "gateway/api/provider_preferences.h"

#include <algorithm>

#include "gateway/api/policies.h"
#include "gateway/routing/known_names.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNanoPerThousandth = 1'000'000;  // of a decimal that is read as amounts are
constexpr std::int64_t kLeastPrice = 1000;              // in nano-USD: what one pico-USD a token is for a million

// --- What is set.

void sort_unique(std::vector<std::string>& names) {
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
}

bool names_one(const ProviderPreferences& preferences, const std::string& name) {
    return std::ranges::any_of(
        std::array{&preferences.order, &preferences.only, &preferences.ignore},
        [&](const std::vector<std::string>* list) { return std::ranges::find(*list, name) != list->end(); });
}

std::vector<std::string> read_providers(BodyFields& body, std::string_view name, const NameScope* scope,
                                        const ProviderPreferences& before) {
    std::vector<std::string> names = body.texts(name, kMostPreferredProviders, 0).value_or(std::vector<std::string>());
    for (const std::string& one : names) {
        if (scope == nullptr || names_one(before, one) || names_provider(*scope, one)) continue;
        body.fail(name, "names '" + std::string(cut_utf8(one, kModelNameBytes)) + "', which serves no model here");
    }
    return names;
}

std::vector<std::string> read_quantizations(BodyFields& body) {
    constexpr std::string_view kName = "quantizations";
    std::vector<std::string> names = body.texts(kName, kQuantizations.size(), 0).value_or(std::vector<std::string>());
    for (const std::string& one : names) {
        if (std::ranges::find(kQuantizations, one) != kQuantizations.end()) continue;
        body.fail(kName, "names '" + std::string(cut_utf8(one, kModelNameBytes)) + "', which is no precision");
    }
    sort_unique(names);
    return names;
}

std::optional<bool> read_flag(BodyFields& body, std::string_view name) {
    return body.has_value(name) ? std::optional(body.flag(name)) : std::nullopt;
}

template <class Enum>
std::optional<Enum> read_word(BodyFields& body, std::string_view name, std::string_view choices) {
    const std::string word = body.text(name);
    if (!body.has_value(name)) return std::nullopt;
    Enum value{};
    if (!parse(word, value)) body.fail(name, "must be one of " + std::string(choices));
    return value;
}

constexpr std::string_view kSortWords = "price, throughput, latency and exacto";

std::optional<ProviderSort> read_sort(BodyFields& body) {
    if (!body.has_value("sort")) return std::nullopt;
    if (body.json("sort").starts_with('"')) {
        return ProviderSort{.by = read_word<ProviderSortBy>(body, "sort", kSortWords).value_or(ProviderSortBy::price)};
    }
    auto given = body.object("sort", kProviderSort);
    if (!given) return std::nullopt;
    const ProviderSort sort{
        .by = read_word<ProviderSortBy>(*given, "by", kSortWords),
        .partition = read_word<SortPartition>(*given, "partition", "model and none").value_or(SortPartition::model)};
    body.keep(given->error());
    return sort == ProviderSort{.by = std::nullopt} ? std::nullopt : std::optional(sort);
}

// A number, or a text with one.
std::optional<NanoUsd> read_decimal(BodyFields& body, std::string_view name) {
    if (!body.json(name).starts_with('"')) return body.usd(name).value_or(std::nullopt);
    const auto amount = parse_usd(body.text(name));
    if (amount) return *amount;
    body.fail(name, "is not a usable amount: " + amount.error().message());
    return std::nullopt;
}

std::optional<NanoUsd> read_price(BodyFields& prices, std::string_view name) {
    const auto most = read_decimal(prices, name);
    if (most && (most->value < 0 || most->value % kLeastPrice != 0)) {
        prices.fail(name, "must be at least 0, with at most six decimals");
    }
    return most;
}

PriceCeiling read_ceiling(BodyFields& body) {
    auto prices = body.object("max_price", kPriceCeiling);
    if (!prices) return {};
    const PriceCeiling ceiling{.prompt = read_price(*prices, "prompt"),
                               .completion = read_price(*prices, "completion"),
                               .request = read_price(*prices, "request"),
                               .image = read_price(*prices, "image"),
                               .audio = read_price(*prices, "audio")};
    body.keep(prices->error());
    return ceiling;
}

std::optional<std::int64_t> read_bound(BodyFields& body, std::string_view name) {
    if (const std::string_view sent = body.json(name); sent.find_first_of("\"{[tf") == 0) {
        body.fail(name, "must be a number");
        return std::nullopt;
    }
    const auto decimal = body.usd(name).value_or(std::nullopt);
    if (!decimal) return std::nullopt;
    const std::int64_t thousandths = decimal->value / kNanoPerThousandth;
    if (decimal->value < 0 || decimal->value % kNanoPerThousandth != 0 || thousandths > kMostBound) {
        body.fail(name, "must be from 0 to " + std::to_string(kMostBound / 1000) + ", with at most three decimals");
    }
    return thousandths;
}

PercentileBounds read_bounds(BodyFields& body, std::string_view name) {
    if (!body.has_value(name)) return {};
    if (!body.json(name).starts_with('{')) return {.p50 = read_bound(body, name)};
    auto given = body.object(name, kPercentileBounds);
    if (!given) return {};
    const PercentileBounds bounds{.p50 = read_bound(*given, "p50"),
                                  .p75 = read_bound(*given, "p75"),
                                  .p90 = read_bound(*given, "p90"),
                                  .p99 = read_bound(*given, "p99")};
    body.keep(given->error());
    return bounds;
}

// --- What is shown.

class PreferenceWriter {
  public:
    PreferenceWriter(UnsetPreferences unset, JsonWriter& json) : unset_(unset), json_(json) {}

    void names(std::string_view name, const std::vector<std::string>& names) {
        if (!begin(name, !names.empty())) return;
        json_.array();
        for (const std::string& one : names) json_.text(one);
        json_.end();
    }
    void flag(std::string_view name, const std::optional<bool>& value) {
        if (begin(name, value.has_value()) && value) json_.flag(*value);
    }
    void price(std::string_view name, const std::optional<NanoUsd>& value) {
        if (begin(name, value.has_value()) && value) json_.usd(*value);
    }
    void bound(std::string_view name, const std::optional<std::int64_t>& value) {
        if (begin(name, value.has_value()) && value) json_.usd(NanoUsd{*value * kNanoPerThousandth});
    }
    void bounds(std::string_view name, const PercentileBounds& bounds) {
        if (!begin(name, !bounds.empty())) return;
        json_.object();
        PreferenceWriter members(UnsetPreferences::leave_out, json_);
        members.bound("p50", bounds.p50);
        members.bound("p75", bounds.p75);
        members.bound("p90", bounds.p90);
        members.bound("p99", bounds.p99);
        json_.end();
    }
    void ceiling(std::string_view name, const PriceCeiling& ceiling) {
        if (!begin(name, !ceiling.empty())) return;
        json_.object();
        PreferenceWriter members(UnsetPreferences::leave_out, json_);
        members.price("prompt", ceiling.prompt);
        members.price("completion", ceiling.completion);
        members.price("request", ceiling.request);
        members.price("image", ceiling.image);
        members.price("audio", ceiling.audio);
        json_.end();
    }
    // Whether the value is to be written.
    bool begin(std::string_view name, bool is_set) {
        if (!is_set && unset_ == UnsetPreferences::leave_out) return false;
        json_.key(name);
        if (!is_set) json_.null();
        return is_set;
    }

  private:
    UnsetPreferences unset_;
    JsonWriter& json_;
};

ProviderPreferences preferences_of(const Organization& organization) {
    const SharedProviderPreferences& shared = organization.policy.provider;
    return shared == nullptr ? ProviderPreferences() : *shared;
}

ApiAnswer preferences_answer(const Organization& organization) {
    JsonWriter json;
    json.object();
    write_preferences(preferences_of(organization), UnsetPreferences::as_null, json);
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

ApiAnswer store_preferences(Call& call, Change& change, ProviderPreferences from) {
    const Organization& now = organization_after(call, change);
    if (const Status status = require_version(call, change, now.version); !status.ok()) return api_error(status);
    const auto catalogue = call.services.catalogue.get();
    const NameScope scope{*catalogue, now.policy};
    ProviderPreferences wanted = read_preferences(call.body, &scope, std::move(from), preferences_of(now));
    if (call.error()) return call.refusal();
    const Status status = set_provider_preferences(change, call.organization().id, std::move(wanted));
    return status.ok() ? preferences_answer(organization_after(call, change)) : api_error(status);
}

ApiAnswer privacy_answer(const Organization& organization) {
    const PrivacySettings& privacy = organization.policy.privacy;
    JsonWriter json;
    json.object().key("data_collection").text(to_string(privacy.data_collection));
    json.key("zdr").flag(privacy.zdr).key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

}  // namespace

ProviderPreferences read_preferences(BodyFields& body, const NameScope* scope, ProviderPreferences from,
                                     const ProviderPreferences& before) {
    if (body.has("order")) from.order = read_providers(body, "order", scope, before);
    if (body.has("only")) from.only = read_providers(body, "only", scope, before);
    if (body.has("ignore")) from.ignore = read_providers(body, "ignore", scope, before);
    sort_unique(from.only);
    sort_unique(from.ignore);
    if (body.has("quantizations")) from.quantizations = read_quantizations(body);
    for (const auto& [name, value] : {std::pair{"allow_fallbacks", &from.allow_fallbacks},
                                      {"require_parameters", &from.require_parameters},
                                      {"enforce_distillable_text", &from.enforce_distillable_text},
                                      {"zdr", &from.zdr}}) {
        if (body.has(name)) *value = read_flag(body, name);
    }
    if (body.has("data_collection")) {
        from.data_collection = read_word<DataCollection>(body, "data_collection", "allow and deny");
    }
    if (body.has("sort")) from.sort = read_sort(body);
    if (body.has("max_price")) from.max_price = read_ceiling(body);
    for (const auto& [name, value] : {std::pair{"preferred_min_throughput", &from.preferred_min_throughput},
                                      {"preferred_max_latency", &from.preferred_max_latency}}) {
        if (body.has(name)) *value = read_bounds(body, name);
    }
    return from;
}

void write_preferences(const ProviderPreferences& preferences, UnsetPreferences unset, JsonWriter& json) {
    PreferenceWriter out(unset, json);
    out.names("order", preferences.order);
    out.names("only", preferences.only);
    out.names("ignore", preferences.ignore);
    out.flag("allow_fallbacks", preferences.allow_fallbacks);
    out.flag("require_parameters", preferences.require_parameters);
    if (const auto& value = preferences.data_collection; out.begin("data_collection", value.has_value()) && value) {
        json.text(to_string(*value));
    }
    out.flag("zdr", preferences.zdr);
    out.flag("enforce_distillable_text", preferences.enforce_distillable_text);
    out.names("quantizations", preferences.quantizations);
    if (const auto& sort = preferences.sort; out.begin("sort", sort.has_value()) && sort) {
        json.object().key("by").text_or_null(sort->by ? to_string(*sort->by) : "");
        json.key("partition").text(to_string(sort->partition)).end();
    }
    out.ceiling("max_price", preferences.max_price);
    out.bounds("preferred_min_throughput", preferences.preferred_min_throughput);
    out.bounds("preferred_max_latency", preferences.preferred_max_latency);
}

ApiAnswer show_provider_preferences(Call& call) { return preferences_answer(call.organization()); }

ApiAnswer set_provider_preferences(Call& call, Change& change) { return store_preferences(call, change, {}); }

ApiAnswer change_provider_preferences(Call& call, Change& change) {
    return store_preferences(call, change, preferences_of(organization_after(call, change)));
}

ApiAnswer show_privacy(Call& call) { return privacy_answer(call.organization()); }

ApiAnswer set_privacy(Call& call, Change& change) {
    for (const std::string_view name : {"data_collection", "zdr"}) {
        if (!call.body.has(name)) call.body.fail(name, "is required");
    }
    return change_privacy(call, change);
}

ApiAnswer change_privacy(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& now = organization_after(call, change);
    if (const Status status = require_version(call, change, now.version); !status.ok()) return api_error(status);
    PrivacySettings privacy = now.policy.privacy;
    if (body.has("data_collection") && !parse(body.required_text("data_collection"), privacy.data_collection)) {
        body.fail("data_collection", "must be one of allow and deny");
    }
    if (body.has("zdr")) privacy.zdr = body.flag("zdr");
    if (call.error()) return call.refusal();
    const Status status = set_privacy(change, call.organization().id, privacy);
    return status.ok() ? privacy_answer(organization_after(call, change)) : api_error(status);
}

}  // namespace tollgate
