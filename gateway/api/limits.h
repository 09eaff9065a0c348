// Budgets and rates of an organization, its projects, members and keys: one pair of handlers for all of them, the path
// says whose.
#pragma once

#include <array>

#include "accounting/accounts/account_limits.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_limits(Call& call);
ApiAnswer set_limits(Call& call, Change& change);     // all of them
ApiAnswer change_limits(Call& call, Change& change);  // those that the body names

// Whether the caller may know what others spent: not a member, nor his key, where the organization shows each member
// his own activity only.
bool sees_all_spending(const Call& call, const Organization& organization);

// The members of kLimitsBodyFields, without braces.
void write_limits(const Limits& limits, JsonWriter& json);
// "daily", "weekly", "monthly"; empty for lifetime.
std::string_view reset_name(LimitReset reset);
// Of the field "limit_reset"; `current` if it is absent. A reset is a budget's: where the budget is null it goes, and
// one that is named is refused. Only in a whole object, with its version, the reset that was read may stand beside a
// limit that ends.
LimitReset read_reset(BodyFields& body, const std::optional<NanoUsd>& budget,
                      LimitReset current = LimitReset::lifetime);

inline constexpr Field kBudgetField = fields::usd("limit").from(0).or_null().note("A budget in USD; null: unlimited");
inline constexpr Field kResetField = fields::text("limit_reset")
                                         .or_null()
                                         .one_of("daily|weekly|monthly")
                                         .note("null: the budget is for the lifetime, or there is none");
constexpr Field rate_field(std::string_view name) {
    return fields::integer(name).from(0, kMostPerMinute).or_null().note("null: unlimited");
}
inline constexpr std::array kLimitsBodyFields = {kBudgetField, kResetField, rate_field("requests_per_minute"),
                                                 rate_field("tokens_per_minute"), rate_field("concurrent_requests")};
inline constexpr Schema kReplacedLimits{"ReplacedLimits", kLimitsBodyFields};

inline constexpr std::array kLimitsStateFields = {
    fields::usd("spent").or_null().note("In the current window; null, as those below: others' spending is not shown"),
    fields::usd("held").or_null().note("Promised to requests that run"),
    fields::usd("limit_remaining").or_null(),
    fields::time("resets_at").or_null(),
    fields::integer("running_requests").or_null(),
    fields::integer("requests_remaining").or_null(),
    fields::integer("tokens_remaining").or_null(),
    fields::object("replaced", kReplacedLimits).maybe().note("Of a change: the limits before it"),
    fields::integer("version").note("Of whatever the limits are of"),
};
inline constexpr auto kLimitsFields = joined(kLimitsBodyFields, kLimitsStateFields);
inline constexpr Schema kLimits{"Limits", kLimitsFields};
// What was shown may come back as a whole. All at once: what is absent is unlimited.
inline constexpr Schema kLimitsBody{"NewLimits", kLimitsFields};
// What is absent stays as it is.
inline constexpr Schema kLimitsChange{"LimitsChange", kLimitsFields};

}  // namespace tollgate
