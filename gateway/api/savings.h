// What an organization would have saved: the same tokens at the cheapest endpoint of each model, by caches of prompts,
// and by a cache of answers.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/repeats.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer show_savings(Call& call);

inline constexpr std::array kSavingsOwnQueryFields = {kFromField, kToField,
                                                      fields::integer("cache_seconds")
                                                          .from(1, kMostCacheSeconds)
                                                          .note("That a cache would keep an answer; 300 if absent")};
inline constexpr auto kSavingsQueryFields = joined(kSavingsOwnQueryFields, kFilterFields);
inline constexpr Schema kSavingsQuery{"SavingsQuery", kSavingsQueryFields};
inline constexpr std::array kSavingsRowFields = {
    fields::text("model"),
    fields::text("provider_name"),
    fields::integer("requests"),
    fields::usd("usage"),
    fields::text("cheapest_provider_name").or_null().note("null: the model cannot be called any more"),
    fields::usd("cheapest_usage").or_null().note("The same tokens there, at today's prices"),
    fields::usd("saving").note("0 where it was the cheapest"),
};
inline constexpr Schema kSavingsRow{"SavingsRow", kSavingsRowFields};
inline constexpr std::array kSavingsFields = {
    fields::time("from"),
    fields::time("to"),
    fields::list("data", kSavingsRow).note("The greatest saving first"),
    fields::usd("usage"),
    fields::usd("saving").note("Of all rows"),
    fields::number("cached_share").note("Of prompt tokens, that providers' caches served"),
    fields::usd("cached_saving").note("What those tokens cost less than uncached ones, at today's prices"),
    fields::usd("cacheable_saving").note("What all other prompt tokens would cost less, if caches served them"),
    fields::object("repeats", kRepeats).note("What a cache of whole answers would have served"),
    fields::flag("partial").note("Too much to sum: until `to` only"),
};
inline constexpr Schema kSavings{"Savings", kSavingsFields};

}  // namespace tollgate
