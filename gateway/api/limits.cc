#include "gateway/api/limits.h"

#include <algorithm>

#include "accounting/accounts/account_limits.h"
#include "gateway/api/body_fields.h"
#include "gateway/api/mutation.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::optional<LimitTarget> target_of(const Id128& organization, std::string_view path) {
    LimitTarget target{.organization = organization};
    if (path == "/limits") return target;
    constexpr std::string_view kSuffix = "/limits";
    if (!path.ends_with(kSuffix)) return std::nullopt;
    path.remove_suffix(kSuffix.size());
    const auto after = [&path](std::string_view prefix) {
        return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string_view();
    };
    std::optional<Id128> id;
    if (const auto project = after("/projects/"); !project.empty()) {
        target.scope = LimitScope::project;
        id = parse_uuid(project);
    } else if (const auto member = after("/members/"); !member.empty()) {
        target.scope = LimitScope::member;
        id = parse_uuid(member);
    } else if (const auto key = after("/keys/"); !key.empty()) {
        target.scope = LimitScope::key;
        const auto digest = parse_key_digest(key);
        if (!digest) return std::nullopt;
        target.key = *digest;
        return target;
    }
    if (!id || id->is_nil()) return std::nullopt;
    target.id = *id;
    return target;
}

void write_count(JsonWriter& json, std::string_view name, const std::optional<std::int64_t>& count) {
    json.key(name);
    count ? json.number(*count) : json.null();
}

// `changed`: the limits that are about to be in force.
ApiAnswer show(const OrganizationCredit& credit, const Spender& spender, std::int64_t now_ms,
               const std::optional<Limits>& changed = std::nullopt) {
    const Spender state = credit.state_of(spender, wire::monotonic_ms(wire::Clock::now()), changed);
    const Limits& limits = state.limits;
    const WindowNumbers now = windows_at(now_ms);
    JsonWriter json;
    json.object().key("limit");
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("limit_reset");
    limits.reset == LimitReset::lifetime ? json.null() : json.text(to_string(limits.reset));
    write_count(json, "requests_per_minute", limits.requests_per_minute);
    write_count(json, "tokens_per_minute", limits.tokens_per_minute);
    write_count(json, "concurrent_requests", limits.concurrent_requests);
    json.key("spent").usd(state.charged_in(limits.reset, now)).key("held").usd(state.held_in(limits.reset, now));
    json.key("limit_remaining");
    limits.budget ? json.usd(std::max(state.budget_left(now), NanoUsd{})) : json.null();
    json.key("resets_at").time(limits.budget ? window_end_ms(limits.reset, now_ms) : 0);
    json.key("running_requests").number(state.running);
    const auto left = [](const std::optional<std::int64_t>& most, const RateBucket& bucket) {
        return most ? std::optional(bucket.remaining(*most)) : std::nullopt;
    };
    write_count(json, "requests_remaining", left(limits.requests_per_minute, state.requests));
    write_count(json, "tokens_remaining", left(limits.tokens_per_minute, state.tokens));
    return json_answer(json.end());
}

// All limits at once: what is not named is unlimited.
std::optional<Limits> read_limits(BodyFields& fields) {
    Limits limits;
    limits.budget = fields.usd("limit").value_or(std::nullopt);
    const auto reset = parse_reset(fields.text("limit_reset"));
    if (!reset) fields.fail("limit_reset", "must be daily, weekly, monthly or null");
    limits.reset = reset.value_or(LimitReset::lifetime);
    limits.requests_per_minute = fields.count("requests_per_minute", kMostPerMinute).value_or(std::nullopt);
    limits.tokens_per_minute = fields.count("tokens_per_minute", kMostPerMinute).value_or(std::nullopt);
    limits.concurrent_requests = fields.count("concurrent_requests", kMostPerMinute).value_or(std::nullopt);
    return fields.error() ? std::nullopt : std::optional(limits);
}

}  // namespace

std::optional<LimitReset> parse_reset(std::string_view text) {
    LimitReset reset = LimitReset::lifetime;
    if (text.empty() || (parse(text, reset) && reset != LimitReset::lifetime)) return reset;
    return std::nullopt;
}

std::optional<ApiAnswer> answer_limits(Services& services, const ApiRequest& request, const Id128& organization,
                                       std::string_view path) {
    const auto target = target_of(organization, path);
    if (!target) return std::nullopt;
    const Spender* const spender = find_spender(*services.accounts->directory(), *services.credits, *target);
    if (spender == nullptr) {
        return api_error(ErrorKind::not_found, "there is no such project or key in this organization");
    }
    const OrganizationCredit& credit = services.credits->organization(organization);
    if (request.method == "GET") return show(credit, *spender, request.now_ms);
    if (request.method != "PUT") {
        return api_error(ErrorKind::method_not_allowed, "this route does not take this method");
    }
    return mutate(services, request, "limits.update", [&](Change& change) {
        BodyFields fields(request.body,
                          {"limit", "limit_reset", "requests_per_minute", "tokens_per_minute", "concurrent_requests"});
        const auto limits = read_limits(fields);
        if (!limits) return fields.refusal();
        const Status status = set_limits(change, *target, *limits);
        return status.ok() ? show(credit, *spender, request.now_ms, limits) : api_error(status);
    });
}

}  // namespace tollgate
