// What there is to filter an organization's requests by: for menus.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer list_activity_values(Call& call);

inline constexpr std::uint32_t kMaxActivityValues = 1000, kUsualActivityValues = 100;

inline constexpr std::array kActivityValuesOwnQueryFields = {
    fields::text("field").required().one_of(
        "key|member|project|model|provider|status|user|session_id|app|tag|git_organization|git_repository"),
    fields::text("prefix").note("Of the value or its label"),
    fields::integer("limit").from(1, kMaxActivityValues).note("How many, at most; 100 if absent"),
    kFromField,
    kToField,
};
inline constexpr auto kActivityValuesQueryFields = joined(kActivityValuesOwnQueryFields, kFilterFields);
inline constexpr Schema kActivityValuesQuery{"ActivityValuesQuery", kActivityValuesQueryFields};

inline constexpr std::array kActivityValueFields = {
    fields::text("value"), fields::text("label").or_null().note("What people call it"), fields::integer("requests")};
inline constexpr Schema kActivityValue{"ActivityValue", kActivityValueFields};
inline constexpr std::array kActivityValuesFields = {
    fields::time("from"), fields::time("to"), fields::list("data", kActivityValue).note("The most requests first"),
    fields::flag("partial").note("There are more, or more requests than could be looked at")};
inline constexpr Schema kActivityValues{"ActivityValues", kActivityValuesFields};

}  // namespace tollgate
