// What an organization's requests go by: retention of usage detail, what becomes of streams when credit runs out. And
// whose requests members see, and of what people are told by mail.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "gateway/api/call.h"

namespace tollgate {

// The organization that the path names, as the change leaves it.
const Organization& organization_after(const Call& call, const Change& change);

ApiAnswer show_retention(Call& call);
ApiAnswer set_retention(Call& call, Change& change);
ApiAnswer show_credit_policy(Call& call);
ApiAnswer set_credit_policy(Call& call, Change& change);
ApiAnswer show_activity_settings(Call& call);
ApiAnswer set_activity_settings(Call& call, Change& change);
ApiAnswer show_alerts(Call& call);
ApiAnswer set_alerts(Call& call, Change& change);

inline constexpr Field kRetentionLevelField =
    fields::text("level").or_null().one_of("none|retain").note("null: the configuration's default");
inline constexpr Field kRetentionDaysField =
    fields::integer("days").from(0, kMostOfPlan).or_null().note("Of retain, in place of the plan's; null: the plan's");
inline constexpr std::array kEffectiveRetentionFields = {
    fields::text("level").one_of("none|retain"),
    fields::integer("days").note("That the detail of requests from now on is kept")};
inline constexpr Schema kEffectiveRetention{"EffectiveRetention", kEffectiveRetentionFields};
inline constexpr std::array kPlanRetentionFields = {fields::integer("none").or_null(),
                                                    fields::integer("retain").or_null().note("null: owners choose")};
inline constexpr Schema kPlanRetention{"PlanRetention", kPlanRetentionFields};
inline constexpr std::array kRetentionShownFields = {
    fields::object("effective", kEffectiveRetention),
    fields::object("plan_days", kPlanRetention).note("Of each level, by the organization's plan"),
    fields::integer("version").note("Of the organization")};
inline constexpr auto kRetentionFields =
    joined(std::array{kRetentionLevelField, kRetentionDaysField}, kRetentionShownFields);
inline constexpr Schema kRetention{"Retention", kRetentionFields};
inline constexpr auto kRetentionBodyFields =
    joined(std::array{kRetentionLevelField.required(), kRetentionDaysField}, kRetentionShownFields);
inline constexpr Schema kRetentionBody{"NewRetention", kRetentionBodyFields};

inline constexpr std::array kCreditPolicyBodyFields = {
    fields::text("on_exhausted").or_null().one_of("cut|owe"), fields::usd("overdraft_cap").from(0).or_null(),
    fields::flag("default").note("As it was read"), fields::integer("version").from(0).or_null()};
inline constexpr Schema kCreditPolicyBody{"NewCreditPolicy", kCreditPolicyBodyFields};
inline constexpr std::array kCreditPolicyFields = {fields::text("on_exhausted").one_of("cut|owe"),
                                                   fields::usd("overdraft_cap"), fields::flag("default"),
                                                   fields::integer("version").note("Of the organization")};
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

inline constexpr Field kLowBalanceField =
    fields::usd("low_balance").or_null().note("People are told when the balance falls below it; null: never");
inline constexpr Field kBudgetAlertsField =
    fields::flag("budgets").note("People are told when a budget is spent to 80 and to 100 %");
inline constexpr std::array kAlertsBodyFields = {kLowBalanceField.from(0), kBudgetAlertsField,
                                                 fields::flag("mail").note("As it was read"),
                                                 fields::integer("version")};
inline constexpr Schema kAlertsBody{"NewAlerts", kAlertsBodyFields};
inline constexpr std::array kAlertsFields = {
    kLowBalanceField, kBudgetAlertsField,
    fields::flag("mail").note("false: the gateway sends no mail, so that nobody is told"),
    fields::integer("version").note("Of the organization")};
inline constexpr Schema kAlerts{"Alerts", kAlertsFields};

}  // namespace tollgate
