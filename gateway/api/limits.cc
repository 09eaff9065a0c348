#include "gateway/api/limits.h"

#include <algorithm>

#include "accounting/accounts/permission.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Whose limits the path names; nullopt for what the organization has not, or the caller may not see.
std::optional<LimitTarget> target_of(const Call& call) {
    const bool own_only = call.permit().own_only;
    LimitTarget target{.organization = call.organization().id};
    const std::string_view project = call.path("project"), member = call.path("member"), key = call.path("key");
    if (!key.empty()) {
        const auto digest = parse_key_digest(key);
        const KeyRecord* const record = digest ? call.directory->find_key(*digest) : nullptr;
        if (record == nullptr || record->organization != target.organization) return std::nullopt;
        if (own_only && record->creator != call.request.caller.user) return std::nullopt;
        target.scope = LimitScope::key;
        target.key = record->digest;
    } else if (!project.empty()) {
        const auto id = parse_uuid(project);
        const Project* const record = id ? call.directory->find_project(*id) : nullptr;
        if (record == nullptr || record->organization != target.organization) return std::nullopt;
        target.scope = LimitScope::project;
        target.id = record->id;
    } else if (!member.empty()) {
        const auto id = parse_uuid(member);
        if (!id || (own_only && *id != call.request.caller.user)) return std::nullopt;
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

// Of an organization or a project, to whom others' spending is not shown.
void write_hidden_state(const Spender& state, std::int64_t now_ms, JsonWriter& json) {
    const Limits& limits = state.limits;
    for (const std::string_view name : {"spent", "held", "limit_remaining"}) json.key(name).null();
    json.key("resets_at").time(limits.budget ? window_end_ms(limits.reset, now_ms) : 0);
    for (const std::string_view name : {"running_requests", "requests_remaining", "tokens_remaining"}) {
        json.key(name).null();
    }
}

void write_state(const Spender& state, std::int64_t now_ms, JsonWriter& json) {
    const Limits& limits = state.limits;
    const WindowNumbers now = windows_at(now_ms);
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
}

struct LimitsChange {
    Limits before, after;
};

// `change`: what is about to be in force, with the version that it makes.
ApiAnswer show(const Call& call, const LimitTarget& target, std::int64_t version,
               const std::optional<LimitsChange>& change = std::nullopt) {
    const Spender* const spender = find_spender(*call.directory, *call.services.credits, target);
    if (spender == nullptr) return nobody();
    const auto other = change ? std::optional(change->after) : std::nullopt;
    const Spender state = call.organization().credit->state_of(*spender, wire::monotonic_ms(wire::Clock::now()), other);
    JsonWriter json;
    json.object();
    write_limits(state.limits, json);
    const bool is_shared = target.scope == LimitScope::organization || target.scope == LimitScope::project;
    const bool is_hidden = is_shared && !sees_all_spending(call, call.organization());
    (is_hidden ? write_hidden_state : write_state)(state, call.request.now_ms, json);
    json.key("version").number(version);
    if (change) {
        json.key("replaced").object();
        write_limits(change->before, json);
        json.end();
    }
    return versioned_answer(json.end(), version);
}

// All but the limits themselves changes by itself.
void check_echo(BodyFields& body) {
    body.check_echo(
        "{}", {"limit", "limit_reset", "requests_per_minute", "tokens_per_minute", "concurrent_requests", "version"},
        {"spent", "held", "limit_remaining", "resets_at", "running_requests", "requests_remaining", "tokens_remaining",
         "replaced"});
}

// What the body names, in the place of what stands in `limits`. `current`: the reset that was shown, and may come back.
Limits changed_by(BodyFields& body, Limits limits, LimitReset current) {
    limits.budget = body.usd("limit").value_or(limits.budget);
    const LimitReset reset = read_reset(body, limits.budget, current);
    if (body.has("limit_reset") || !limits.budget) limits.reset = reset;
    const auto read = [&body](std::string_view name, std::optional<std::int64_t>& count) {
        count = body.count(name, kMostPerMinute).value_or(count);
    };
    read("requests_per_minute", limits.requests_per_minute);
    read("tokens_per_minute", limits.tokens_per_minute);
    read("concurrent_requests", limits.concurrent_requests);
    return limits;
}

enum class Unnamed : std::uint8_t { unlimited, kept };

ApiAnswer change_limits(Call& call, Change& change, Unnamed unnamed) {
    const auto target = target_of(call);
    if (!target) return nobody();
    const auto before = find_limits(change.directory(), *target);
    if (!before) return api_error(before.error());
    if (const Status status = require_version(call, change, before->version); !status.ok()) return api_error(status);
    check_echo(call.body);
    const Limits unchanged = unnamed == Unnamed::kept ? before->limits : Limits{};
    const Limits after = changed_by(call.body, unchanged, before->limits.reset);
    if (call.error()) return call.refusal();
    const Status status = set_limits(change, *target, after);
    if (!status.ok()) return api_error(status);
    return show(call, *target, before->version + 1, LimitsChange{.before = before->limits, .after = after});
}

}  // namespace

bool sees_all_spending(const Call& call, const Organization& organization) {
    if (organization.policy.activity_visibility != ActivityVisibility::own_only) return true;
    return standing_of(*call.directory, call.request.caller, organization.id).role != Role::member;
}

void write_limits(const Limits& limits, JsonWriter& json) {
    json.key("limit");
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("limit_reset").text_or_null(reset_name(limits.reset));
    write_count(json, "requests_per_minute", limits.requests_per_minute);
    write_count(json, "tokens_per_minute", limits.tokens_per_minute);
    write_count(json, "concurrent_requests", limits.concurrent_requests);
}

std::string_view reset_name(LimitReset reset) {
    return reset == LimitReset::lifetime ? std::string_view() : to_string(reset);
}

LimitReset read_reset(BodyFields& body, const std::optional<NanoUsd>& budget, LimitReset current) {
    LimitReset reset = current;
    if (body.has("limit_reset")) {
        const std::string text = body.filled_text("limit_reset");
        reset = LimitReset::lifetime;
        if (!text.empty() && (!parse(text, reset) || reset == LimitReset::lifetime)) {
            body.fail("limit_reset", "must be daily, weekly, monthly or null");
            return LimitReset::lifetime;
        }
    }
    if (budget || reset == LimitReset::lifetime) return reset;
    const bool sent_back = reset == current && body.has("limit") && body.has_value("version");
    const bool named = body.has("limit_reset");
    if (named && !sent_back) body.fail("limit_reset", "needs a 'limit': without one there is nothing to reset");
    return LimitReset::lifetime;
}

ApiAnswer show_limits(Call& call) {
    const auto target = target_of(call);
    if (!target) return nobody();
    const auto found = find_limits(*call.directory, *target);
    return found ? show(call, *target, found->version) : api_error(found.error());
}

ApiAnswer set_limits(Call& call, Change& change) { return change_limits(call, change, Unnamed::unlimited); }
ApiAnswer change_limits(Call& call, Change& change) { return change_limits(call, change, Unnamed::kept); }

}  // namespace tollgate
