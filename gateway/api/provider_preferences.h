// Which providers may serve an organization's requests, and what they may do with them.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_provider_preferences(Call& call);
ApiAnswer set_provider_preferences(Call& call, Change& change);     // what the body lacks is cleared
ApiAnswer change_provider_preferences(Call& call, Change& change);  // what it lacks stays; null clears
ApiAnswer show_privacy(Call& call);
ApiAnswer set_privacy(Call& call, Change& change);
ApiAnswer change_privacy(Call& call, Change& change);

struct NameScope;

// The members of kPreferenceFields in the body, in place of those of `from`; what it lacks stays. Providers must serve
// a model in that scope, but those in `before` may come back whatever became of them; without one any may be named.
ProviderPreferences read_preferences(BodyFields& body, const NameScope* scope, ProviderPreferences from,
                                     const ProviderPreferences& before);
enum class UnsetPreferences : std::uint8_t { leave_out, as_null };
// Members of the object that was begun.
void write_preferences(const ProviderPreferences& preferences, UnsetPreferences unset, JsonWriter& json);

inline constexpr std::array kProviderSortFields = {
    fields::text("by").one_of("price|throughput|latency|exacto").or_null().note("null: the usual order"),
    fields::text("partition").one_of("model|none").or_null().note("Of several models; model if absent"),
};
inline constexpr Schema kProviderSort{"ProviderSort", kProviderSortFields};
inline constexpr Field price_field(std::string_view name) { return fields::usd(name).from(0).or_null().maybe(); }
inline constexpr std::array kPriceCeilingFields = {price_field("prompt"), price_field("completion"),
                                                   price_field("request"), price_field("image"), price_field("audio")};
inline constexpr Schema kPriceCeiling{"PriceCeiling", kPriceCeilingFields};
inline constexpr Field bound_field(std::string_view name) {
    return fields::number(name).from(0, kMostBound / 1000).or_null().maybe();
}
inline constexpr std::array kPercentileBoundFields = {bound_field("p50"), bound_field("p75"), bound_field("p90"),
                                                      bound_field("p99")};
inline constexpr Schema kPercentileBounds{"PercentileBounds", kPercentileBoundFields};

inline constexpr std::array kPreferenceFields = {
    fields::texts("order").or_null().maybe().note("Names of providers; the first goes first"),
    fields::texts("only").or_null().maybe().note("No other provider; null: any"),
    fields::texts("ignore").or_null().maybe().note("None of these"),
    fields::flag("allow_fallbacks").or_null().maybe().note("null: true"),
    fields::flag("require_parameters").or_null().maybe().note("null: false"),
    fields::text("data_collection").one_of("allow|deny").or_null().maybe().note("deny: no provider that may store"),
    fields::flag("zdr").or_null().maybe().note("true: providers with zero data retention"),
    fields::flag("enforce_distillable_text").or_null().maybe(),
    fields::texts("quantizations").or_null().maybe().note("Such as fp8; null: any"),
    fields::object("sort", kProviderSort)
        .or_null()
        .maybe()
        .or_short("string")
        .one_of("price|throughput|latency|exacto"),
    fields::object("max_price", kPriceCeiling).or_null().maybe().note("USD per million tokens, and per request"),
    fields::object("preferred_min_throughput", kPercentileBounds)
        .or_null()
        .maybe()
        .or_short("number")
        .note("Tokens a second; a number is its p50"),
    fields::object("preferred_max_latency", kPercentileBounds)
        .or_null()
        .maybe()
        .or_short("number")
        .note("Seconds; a number is its p50"),
};
inline constexpr Schema kProviderPreferences{"ProviderPreferences", kPreferenceFields};
inline constexpr auto kProviderSettingsFields = [] {
    auto all = joined(kPreferenceFields, std::array{fields::integer("version").note("Of the organization")});
    for (Field& field : all) field.is_maybe = false;
    return all;
}();
inline constexpr Schema kProviderSettings{"ProviderSettings", kProviderSettingsFields};
inline constexpr auto kProviderSettingsBodyFields =
    joined(kPreferenceFields, std::array{fields::integer("version").from(0).or_null().note("As If-Match")});
inline constexpr Schema kProviderSettingsBody{"NewProviderSettings", kProviderSettingsBodyFields};

inline constexpr Field kDataCollectionField = fields::text("data_collection").one_of("allow|deny");
inline constexpr Field kZdrField = fields::flag("zdr").note("Zero data retention");
inline constexpr std::array kPrivacyFields = {kDataCollectionField, kZdrField,
                                              fields::integer("version").note("Of the organization")};
inline constexpr Schema kPrivacy{"Privacy", kPrivacyFields};
inline constexpr std::array kPrivacyBodyFields = {kDataCollectionField.required(), kZdrField.required(),
                                                  fields::integer("version").from(0).or_null().note("As If-Match")};
inline constexpr Schema kPrivacyBody{"NewPrivacy", kPrivacyBodyFields};
inline constexpr std::array kPrivacyChangeFields = {kDataCollectionField, kZdrField,
                                                    fields::integer("version").from(0).or_null().note("As If-Match")};
inline constexpr Schema kPrivacyChange{"PrivacyChange", kPrivacyChangeFields};

}  // namespace tollgate
