#include "gateway/api/policies.h"

#include <algorithm>

#include "gateway/worker.h"

namespace tollgate {
namespace {

// As the change leaves it.
const Organization& changed(const Call& call, const Change& change) {
    return *change.directory().find_organization(call.organization().id);
}

ApiAnswer retention_answer(const RetentionPolicy& retention, const Organization& organization) {
    const auto& own = organization.policy.retention_class;
    const std::uint8_t number = own.value_or(retention.default_class);
    const auto named = std::ranges::find(retention.classes, number, &RetentionClass::number);
    JsonWriter json;
    json.object().key("class").text(named != retention.classes.end() ? named->name : std::to_string(number));
    json.key("days").number(retention.days_of(number)).key("default").flag(!own).end();
    return versioned_answer(json, organization.version);
}

// What the plan allows, which the operator may go beyond.
Status check_plan(const Call& call, const Change& change, std::uint32_t days) {
    if (call.request.caller.is_operator()) return {};
    const auto limits = plan_limits(call.services.accounts->plans(), changed(call, change));
    if (!limits) return limits.error();
    if (!limits->retention_days || days <= *limits->retention_days) return {};
    return {StatusCode::denied,
            "the organization's plan keeps usage detail for at most " + std::to_string(*limits->retention_days) +
                " days, and this class for " + std::to_string(days),
            "beyond_plan"};
}

ApiAnswer credit_policy_answer(const CreditConfig& otherwise, const Organization& organization) {
    const OrganizationPolicy& policy = organization.policy;
    JsonWriter json;
    json.object().key("on_exhausted").text(to_string(policy.on_exhausted.value_or(otherwise.on_exhausted)));
    json.key("overdraft_cap").usd(policy.overdraft_cap.value_or(otherwise.overdraft_cap));
    json.key("default").flag(!policy.on_exhausted && !policy.overdraft_cap).end();
    return versioned_answer(json, organization.version);
}

ApiAnswer activity_settings_answer(const Organization& organization) {
    JsonWriter json;
    json.object().key("visibility").text(to_string(organization.policy.activity_visibility));
    json.key("measure_repeats").flag(organization.policy.measure_repeats);
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

ApiAnswer alerts_answer(const Services& services, const Organization& organization) {
    JsonWriter json;
    json.object().key("low_balance");
    organization.policy.low_balance ? json.usd(*organization.policy.low_balance) : json.null();
    json.key("budgets").flag(organization.policy.budget_alerts).key("mail").flag(services.mailer != nullptr);
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

}  // namespace

ApiAnswer show_retention(Call& call) { return retention_answer(call.services.config.retention, call.organization()); }

ApiAnswer set_retention(Call& call, Change& change) {
    BodyFields& body = call.body;
    if (!body.has("class")) body.fail("class", "is required; null is the configuration's default");
    const std::string name = body.text("class");
    const RetentionPolicy& retention = call.services.config.retention;
    const auto named = std::ranges::find(retention.classes, name, &RetentionClass::name);
    if (!name.empty() && named == retention.classes.end()) {
        body.fail("class", "is none of the configuration's classes");
    }
    if (call.error()) return call.refusal();
    const auto number = name.empty() ? std::nullopt : std::optional(named->number);
    const std::uint32_t days = retention.days_of(number.value_or(retention.default_class));
    if (const Status allowed = check_plan(call, change, days); !allowed.ok()) return api_error(allowed);
    const Status status = set_retention_class(change, call.organization().id, number);
    return status.ok() ? retention_answer(retention, changed(call, change)) : api_error(status);
}

ApiAnswer show_credit_policy(Call& call) {
    return credit_policy_answer(call.services.config.credit, call.organization());
}

ApiAnswer set_credit_policy(Call& call, Change& change) {
    BodyFields& body = call.body;
    const std::string name = body.text("on_exhausted");
    std::optional<OnExhausted> on_exhausted;
    if (OnExhausted named{}; parse(name, named)) on_exhausted = named;
    if (!name.empty() && !on_exhausted) body.fail("on_exhausted", "must be cut, owe or null");
    const auto overdraft_cap = body.usd("overdraft_cap").value_or(std::nullopt);
    if (call.error()) return call.refusal();
    const Status status = set_credit_policy(change, call.organization().id, on_exhausted, overdraft_cap);
    return status.ok() ? credit_policy_answer(call.services.config.credit, changed(call, change)) : api_error(status);
}

ApiAnswer show_activity_settings(Call& call) { return activity_settings_answer(call.organization()); }

ApiAnswer set_activity_settings(Call& call, Change& change) {
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, changed(call, change).version); !status.ok()) {
        return api_error(status);
    }
    ActivityVisibility visibility = ActivityVisibility::all_members;
    if (!parse(body.required_text("visibility"), visibility)) {
        body.fail("visibility", "must be all_members or own_only");
    }
    const bool measure_repeats =
        body.has("measure_repeats") ? body.flag("measure_repeats") : changed(call, change).policy.measure_repeats;
    if (call.error()) return call.refusal();
    const Status status = set_activity_settings(change, call.organization().id,
                                                {.visibility = visibility, .measure_repeats = measure_repeats});
    return status.ok() ? activity_settings_answer(changed(call, change)) : api_error(status);
}

ApiAnswer show_alerts(Call& call) { return alerts_answer(call.services, call.organization()); }

ApiAnswer set_alerts(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& before = changed(call, change);
    if (const Status status = require_version(call, change, before.version); !status.ok()) return api_error(status);
    const auto low_balance = body.usd("low_balance").value_or(std::nullopt);
    const bool budgets = body.has("budgets") && body.flag("budgets");
    if (call.error()) return call.refusal();
    const Status status = set_alerts(change, call.organization().id, low_balance, budgets);
    return status.ok() ? alerts_answer(call.services, changed(call, change)) : api_error(status);
}

}  // namespace tollgate
