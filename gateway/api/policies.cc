#include "gateway/api/policies.h"

#include "accounting/accounts/permission.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

void write_days(std::string_view name, const std::optional<std::int64_t>& days, JsonWriter& json) {
    json.key(name);
    days ? json.number(*days) : json.null();
}

ApiAnswer retention_answer(Call& call, const Organization& organization) {
    const Accounts& accounts = *call.services.accounts;
    const auto limits = plan_limits(accounts.plans(), organization);
    if (!limits) return api_error(limits.error());
    const RetentionChoice& own = organization.retention;
    const EffectiveRetention effective = retention_of(organization, accounts.plans(), accounts.retention());
    JsonWriter json;
    json.object().key("level").text_or_null(own.level ? to_string(*own.level) : std::string_view());
    write_days("days", own.days, json);
    json.key("effective").object().key("level").text(to_string(effective.level));
    json.key("days").number(effective.days).end().key("plan_days").object();
    write_days("none", limits->none_days, json);
    write_days("retain", limits->retain_days, json);
    json.end().key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

// More days than everybody gets whose plan does not say are asked for by owners only: they cost the operator disk.
bool needs_owner(const Call& call, const Organization& organization, const RetentionChoice& wanted) {
    const RetentionPolicy& retention = call.services.accounts->retention();
    if (!wanted.days || *wanted.days <= retention.custom_days || wanted == organization.retention) return false;
    const auto limits = plan_limits(call.services.accounts->plans(), organization);
    return limits && !limits->retain_days;
}

ApiAnswer credit_policy_answer(const CreditConfig& otherwise, const Organization& organization) {
    const OrganizationPolicy& policy = organization.policy;
    JsonWriter json;
    json.object().key("on_exhausted").text(to_string(policy.on_exhausted.value_or(otherwise.on_exhausted)));
    json.key("overdraft_cap").usd(policy.overdraft_cap.value_or(otherwise.overdraft_cap));
    json.key("default").flag(!policy.on_exhausted && !policy.overdraft_cap);
    json.key("version").number(organization.version).end();
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

const Organization& organization_after(const Call& call, const Change& change) {
    return *change.directory().find_organization(call.organization().id);
}

ApiAnswer show_retention(Call& call) { return retention_answer(call, call.organization()); }

ApiAnswer set_retention(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& now = organization_after(call, change);
    if (const Status status = require_version(call, change, now.version); !status.ok()) return api_error(status);
    ApiAnswer shown = retention_answer(call, now);
    if (shown.error) return shown;
    body.check_echo(shown.body, {"level", "days", "version"}, {"effective"});
    if (!body.has("level")) body.fail("level", "is required; null is the configuration's default");
    RetentionChoice wanted;
    if (RetentionLevel level{}; body.has_value("level")) {
        if (!parse(body.text("level"), level)) body.fail("level", "must be none, retain or null");
        wanted.level = level;
    }
    wanted.days = body.count("days", kMostOfPlan).value_or(std::nullopt);
    if (call.error()) return call.refusal();
    const Id128 id = call.organization().id;
    if (needs_owner(call, now, wanted) &&
        permit(change.directory(), call.request.caller, id, Permission::manage_retention).access != Access::granted) {
        return api_error(ErrorKind::permission_denied,
                         "only owners can have detail kept for more than " +
                             std::to_string(call.services.accounts->retention().custom_days) + " days",
                         "days");
    }
    const Status status = set_retention(change, id, wanted);
    return status.ok() ? retention_answer(call, organization_after(call, change)) : api_error(status);
}

ApiAnswer show_credit_policy(Call& call) {
    return credit_policy_answer(call.services.config.credit, call.organization());
}

ApiAnswer set_credit_policy(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& now = organization_after(call, change);
    if (const Status status = require_version(call, change, now.version); !status.ok()) return api_error(status);
    ApiAnswer shown = credit_policy_answer(call.services.config.credit, now);
    if (body.is_echo_of(shown.body)) return shown;  // the configuration's stay the configuration's
    body.check_echo(shown.body, {"on_exhausted", "overdraft_cap", "version"}, {"default"});
    const std::string name = body.filled_text("on_exhausted");
    std::optional<OnExhausted> on_exhausted;
    if (OnExhausted named{}; parse(name, named)) on_exhausted = named;
    if (!name.empty() && !on_exhausted) body.fail("on_exhausted", "must be cut, owe or null");
    const auto overdraft_cap = body.usd("overdraft_cap").value_or(std::nullopt);
    if (call.error()) return call.refusal();
    const Status status = set_credit_policy(change, call.organization().id, on_exhausted, overdraft_cap);
    return status.ok() ? credit_policy_answer(call.services.config.credit, organization_after(call, change))
                       : api_error(status);
}

ApiAnswer show_activity_settings(Call& call) { return activity_settings_answer(call.organization()); }

ApiAnswer set_activity_settings(Call& call, Change& change) {
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, organization_after(call, change).version); !status.ok()) {
        return api_error(status);
    }
    ActivityVisibility visibility = ActivityVisibility::all_members;
    if (!parse(body.required_text("visibility"), visibility)) {
        body.fail("visibility", "must be all_members or own_only");
    }
    const bool measure_repeats = body.has("measure_repeats") ? body.flag("measure_repeats")
                                                             : organization_after(call, change).policy.measure_repeats;
    if (call.error()) return call.refusal();
    const Status status = set_activity_settings(change, call.organization().id,
                                                {.visibility = visibility, .measure_repeats = measure_repeats});
    return status.ok() ? activity_settings_answer(organization_after(call, change)) : api_error(status);
}

ApiAnswer show_alerts(Call& call) { return alerts_answer(call.services, call.organization()); }

ApiAnswer set_alerts(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& before = organization_after(call, change);
    if (const Status status = require_version(call, change, before.version); !status.ok()) return api_error(status);
    body.check_echo(alerts_answer(call.services, before).body, {"low_balance", "budgets", "version"});
    const auto low_balance = body.usd("low_balance").value_or(std::nullopt);
    const bool budgets = body.has("budgets") && body.flag("budgets");
    if (call.error()) return call.refusal();
    const Status status = set_alerts(change, call.organization().id, low_balance, budgets);
    return status.ok() ? alerts_answer(call.services, organization_after(call, change)) : api_error(status);
}

}  // namespace tollgate
