#include "gateway/api/limits.h"

#include <algorithm>

#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Whose limits the path names; nullopt for what the organization has not.
std::optional<LimitTarget> target_of(const Call& call) {
    LimitTarget target{.organization = call.organization().id};
    const std::string_view project = call.path("project"), member = call.path("member"), key = call.path("key");
    if (!key.empty()) {
        const auto digest = parse_key_digest(key);
        const KeyRecord* const record = digest ? call.directory->find_key(*digest) : nullptr;
        if (record == nullptr || record->organization != target.organization) return std::nullopt;
        target.scope = LimitScope::key;
        target.key = *digest;
    } else if (!project.empty()) {
        const auto id = parse_uuid(project);
        const Project* const record = id ? call.directory->find_project(*id) : nullptr;
        if (record == nullptr || record->organization != target.organization) return std::nullopt;
        target.scope = LimitScope::project;
        target.id = *id;
    } else if (!member.empty()) {
        const auto id = parse_uuid(member);
        if (!id || id->is_nil()) return std::nullopt;
        target.scope = LimitScope::member;
        target.id = *id;
    }
    return target;
}

ApiAnswer nobody() {
    return api_error(ErrorKind::not_found, "there is no such project, member or key in this organization");
}

void write_count(JsonWriter& json, std::string_view name, const std::optional<std::int64_t>& count) {
    json.key(name);
    count ? json.number(*count) : json.null();
}

// `changed`: the limits that are about to be in force.
ApiAnswer show(const Call& call, const LimitTarget& target, const std::optional<Limits>& changed = std::nullopt) {
    const Spender* const spender = find_spender(*call.directory, *call.services.credits, target);
    if (spender == nullptr) return nobody();
    const std::int64_t now_ms = call.request.now_ms;
    const Spender state =
        call.organization().credit->state_of(*spender, wire::monotonic_ms(wire::Clock::now()), changed);
    const Limits& limits = state.limits;
    const WindowNumbers now = windows_at(now_ms);
    JsonWriter json;
    json.object().key("limit");
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("limit_reset").text_or_null(reset_name(limits.reset));
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

}  // namespace

std::string_view reset_name(LimitReset reset) {
    return reset == LimitReset::lifetime ? std::string_view() : to_string(reset);
}

LimitReset read_reset(BodyFields& body) {
    const std::string text = body.text("limit_reset");
    LimitReset reset = LimitReset::lifetime;
    if (text.empty() || (parse(text, reset) && reset != LimitReset::lifetime)) return reset;
    body.fail("limit_reset", "must be daily, weekly, monthly or null");
    return LimitReset::lifetime;
}

ApiAnswer show_limits(Call& call) {
    const auto target = target_of(call);
    return target ? show(call, *target) : nobody();
}

ApiAnswer set_limits(Call& call, Change& change) {
    const auto target = target_of(call);
    if (!target) return nobody();
    BodyFields& body = call.body;
    Limits limits;
    limits.budget = body.usd("limit").value_or(std::nullopt);
    limits.reset = read_reset(body);
    limits.requests_per_minute = body.count("requests_per_minute", kMostPerMinute).value_or(std::nullopt);
    limits.tokens_per_minute = body.count("tokens_per_minute", kMostPerMinute).value_or(std::nullopt);
    limits.concurrent_requests = body.count("concurrent_requests", kMostPerMinute).value_or(std::nullopt);
    if (call.error()) return call.refusal();
    const Status status = set_limits(change, *target, limits);
    return status.ok() ? show(call, *target, limits) : api_error(status);
}

}  // namespace tollgate
