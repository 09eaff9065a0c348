// What an organization's requests go by: retention of usage detail, what becomes of streams when credit runs out. And
// whose requests members see.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_retention(Call& call);
ApiAnswer set_retention(Call& call, Change& change);
ApiAnswer show_credit_policy(Call& call);
ApiAnswer set_credit_policy(Call& call, Change& change);
ApiAnswer show_activity_settings(Call& call);
ApiAnswer set_activity_settings(Call& call, Change& change);

inline constexpr std::array kRetentionBodyFields = {
    fields::text("class").or_null().required().note("null: the configuration's default")};
inline constexpr Schema kRetentionBody{"NewRetention", kRetentionBodyFields};
inline constexpr std::array kRetentionFields = {fields::text("class"), fields::integer("days"),
                                                fields::flag("default")};
inline constexpr Schema kRetention{"Retention", kRetentionFields};

inline constexpr std::array kCreditPolicyBodyFields = {fields::text("on_exhausted").or_null().one_of("cut|owe"),
                                                       fields::usd("overdraft_cap").from(0).or_null()};
inline constexpr Schema kCreditPolicyBody{"NewCreditPolicy", kCreditPolicyBodyFields};
inline constexpr std::array kCreditPolicyFields = {fields::text("on_exhausted").one_of("cut|owe"),
                                                   fields::usd("overdraft_cap"), fields::flag("default")};
inline constexpr Schema kCreditPolicy{"CreditPolicy", kCreditPolicyFields};

inline constexpr Field kVisibilityField =
    fields::text("visibility").one_of("all_members|own_only").note("Whose requests a member sees");
inline constexpr Field kMeasureRepeatsField =
    fields::flag("measure_repeats").note("Digests of requests are kept, for what a cache would have served");
inline constexpr std::array kActivitySettingsBodyFields = {kVisibilityField.required(), kMeasureRepeatsField,
                                                           fields::integer("version")};
inline constexpr Schema kActivitySettingsBody{"NewActivitySettings", kActivitySettingsBodyFields};
inline constexpr std::array kActivitySettingsFields = {kVisibilityField, kMeasureRepeatsField,
                                                       fields::integer("version").note("Of the organization")};
inline constexpr Schema kActivitySettings{"ActivitySettings", kActivitySettingsFields};

}  // namespace tollgate
