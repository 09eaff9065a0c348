#include "gateway/api/plans.h"

#include "accounting/accounts/seats.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

void write_used(std::string_view name, const std::optional<std::int64_t>& most, std::size_t used, JsonWriter& json) {
    json.key(name).object().key("most");
    most ? json.number(*most) : json.null();
    json.key("used").number(static_cast<std::int64_t>(used)).end();
}

ApiAnswer plan_answer(const Call& call, const Directory& directory) {
    const Organization& organization = *directory.find_organization(call.organization().id);
    const SubscriptionPlans& plans = call.services.accounts->plans();
    const auto limits = plan_limits(plans, organization);
    if (!limits) return api_error(limits.error());
    const Seats seats = seats_of(directory, organization.id, call.request.now_ms);
    JsonWriter json;
    json.object().key("plan").text(organization.plan.empty() ? plans.default_plan : organization.plan);
    json.key("default").flag(organization.plan.empty());
    write_used("members", limits->members, seats.taken(), json);
    write_used("projects", limits->projects, directory.projects_of(organization.id).size(), json);
    write_used("keys", limits->keys, directory.keys_of(organization.id).size(), json);
    json.key("retention_days");
    const auto& days = limits->retain_days;
    days ? json.number(*days) : json.null();
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

}  // namespace

ApiAnswer show_plan(Call& call) { return plan_answer(call, *call.directory); }

ApiAnswer set_plan(Call& call, Change& change) {
    BodyFields& body = call.body;
    const Organization& now = *change.directory().find_organization(call.organization().id);
    if (const Status status = require_version(call, change, now.version); !status.ok()) return api_error(status);
    ApiAnswer shown = plan_answer(call, change.directory());
    if (!shown.error && body.is_echo_of(shown.body)) return shown;
    if (!body.has("plan")) body.fail("plan", "is required; null is the configuration's default");
    const std::string plan = body.filled_text("plan");
    // What is shown of another plan is no echo.
    const bool same_plan = !shown.error && body.has("plan") && body.is_echo_of(shown.body, "plan");
    const auto own = [&](std::string_view name, const std::optional<std::int64_t>& before) {
        if (same_plan && body.has(name) && body.is_echo_of(shown.body, name)) return before;
        return body.count(name, kMostOfPlan).value_or(std::nullopt);
    };
    const PlanOverrides& before = now.plan_overrides;
    const PlanOverrides overrides{.members = own("members", before.members),
                                  .projects = own("projects", before.projects),
                                  .keys = own("keys", before.keys),
                                  .retention_days = own("retention_days", before.retention_days)};
    if (call.error()) return call.refusal();
    const Status status = set_plan(change, call.organization().id, plan, overrides);
    return status.ok() ? plan_answer(call, change.directory()) : api_error(status);
}

}  // namespace tollgate
