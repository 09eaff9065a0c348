#include "gateway/api/account.h"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include "gateway/api/activity.h"
#include "gateway/api/limits.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

void text_or_null(JsonWriter& json, std::string_view name, std::string_view value) {
    json.key(name);
    value.empty() ? json.null() : json.text(value);
}

// The value of a query parameter, percent-decoded; empty if absent.
std::string query_value(std::string_view query, std::string_view name) {
    const auto parsed = boost::urls::parse_query(query);
    if (!parsed) return {};
    for (const auto parameter : *parsed) {
        if (parameter.key.decode() == name) return parameter.value.decode();
    }
    return {};
}

void write_tokens(const TokenUsage& usage, JsonWriter& json) {
    json.key("tokens_prompt").number(usage.prompt).key("tokens_completion").number(usage.completion);
    json.key("native_tokens_prompt").number(usage.prompt).key("native_tokens_completion").number(usage.completion);
    json.key("native_tokens_reasoning").number(usage.reasoning).key("native_tokens_cached").number(usage.cache_read);
    json.key("native_tokens_cache_write").number(usage.cache_write);
}

ApiAnswer show_generation(Services& services, const ApiRequest& request) {
    std::string id = query_value(request.query, "id");
    if (id.starts_with("gen-") || id.starts_with("req_")) id.erase(0, 4);
    const auto ulid = parse_ulid(id);
    if (!ulid) return api_error(ErrorKind::invalid_request, "'id' must be a generation id: gen-…", "id");
    const auto found = services.ledger->find_request(*ulid);
    // Another organization's record is as unknown as one that never was.
    const bool visible =
        found && access_to(found->opened().organization, request.caller, Permission::see_own_key) == Access::granted;
    if (!found && found.error().code() == StatusCode::expired) {
        return api_error(ErrorKind::not_found, "the detail of that time has been dropped at the end of its retention",
                         "id");
    }
    if (!found && found.error().code() != StatusCode::not_found) return api_error(found.error());
    if (!visible) return api_error(ErrorKind::not_found, "there is no such generation", "id");
    const RequestOpened& opened = found->opened();
    const RequestSettled& settled = found->settled();
    JsonWriter json;
    json.object().key("data").object();
    json.key("id").text("gen-" + to_ulid(opened.request)).key("request_id").text("req_" + to_ulid(opened.request));
    text_or_null(json, "upstream_id", settled.upstream_id);
    json.key("created_at").text(rfc3339(opened.created_ms)).key("model").text(found->answered().model);
    json.key("model_asked").text(opened.model_asked).key("provider_name").text(found->answered().provider);
    json.key("api_type").text(to_string(opened.api)).key("streamed").flag(opened.streamed);
    json.key("cancelled").flag(settled.cancelled);
    text_or_null(json, "finish_reason", settled.finish_reason);
    text_or_null(json, "native_finish_reason", settled.finish_reason);
    json.key("latency").number(settled.latency_ms).key("time_to_first_token");
    settled.first_token_ms < 0 ? json.null() : json.number(settled.first_token_ms);
    json.key("generation_time").number(settled.latency_ms);
    write_tokens(settled.usage, json);
    json.key("usage").usd(settled.cost).key("total_cost").usd(settled.cost).key("charged").usd(settled.charged);
    json.key("upstream_inference_cost").usd(settled.provider_cost);
    json.key("usage_source").text(to_string(settled.source)).key("is_byok").flag(settled.byok);
    json.key("usage_contradictory").flag(settled.usage_contradictory);
    json.key("http_status").number(settled.http_status).key("upstream_status").number(settled.upstream_status);
    text_or_null(json, "error", settled.error);
    json.key("organization_id").text(to_uuid(opened.organization)).key("project_id").text(to_uuid(opened.project));
    json.key("key_hash").text(to_hex(opened.key));
    text_or_null(json, "external_user", opened.end_user);
    text_or_null(json, "session_id", opened.session);
    text_or_null(json, "http_referer", opened.app);
    text_or_null(json, "app_title", opened.app_title);
    ApiAnswer answer;
    answer.body = json.end().end().take();
    return answer;
}

ApiAnswer show_key(Services& services, const ApiRequest& request) {
    const auto directory = services.accounts->directory();
    const KeyRecord* const key = directory->find_key(request.caller.key);
    if (key == nullptr) return api_error(ErrorKind::not_found, "this key no longer exists");
    JsonWriter json;
    json.object().key("data");
    write_key(*key, request.now_ms, json);
    ApiAnswer answer;
    answer.body = json.end().take();
    return answer;
}

}  // namespace

ApiAnswer show_credits(const Principal& principal) {
    const auto snapshot = principal.credit->snapshot();
    JsonWriter json;
    json.object().key("data").object();
    json.key("total_credits").usd(snapshot.granted).key("total_usage").usd(snapshot.used).end();
    ApiAnswer answer;
    answer.body = json.end().take();
    return answer;
}

void write_key(const KeyRecord& key, std::int64_t now_ms, JsonWriter& json) {
    const Spender state = key.credit->state_of(*key.spenders.key, 0);
    const WindowNumbers now = windows_at(now_ms);
    json.object().key("hash").text(to_hex(key.digest)).key("label").text(key.label).key("name").text(key.name);
    json.key("disabled").flag(key.disabled).key("limit");
    const Limits& limits = key.limits;
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("limit_remaining");
    if (limits.budget) {
        const NanoUsd used = state.charged_in(limits.reset, now);
        json.usd(used < *limits.budget ? *limits.budget - used : NanoUsd{});
    } else {
        json.null();
    }
    text_or_null(json, "limit_reset", limits.reset == LimitReset::lifetime ? "" : to_string(limits.reset));
    json.key("include_byok_in_limit").flag(false);
    json.key("usage").usd(state.spent.total);
    json.key("usage_daily").usd(state.charged_in(LimitReset::daily, now));
    json.key("usage_weekly").usd(state.charged_in(LimitReset::weekly, now));
    json.key("usage_monthly").usd(state.charged_in(LimitReset::monthly, now));
    for (const std::string_view name : {"byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"}) {
        json.key(name).number(0);
    }
    json.key("is_free_tier").flag(false).key("is_management_key").flag(key.kind != KeyKind::inference);
    json.key("is_provisioning_key").flag(key.kind != KeyKind::inference);
    json.key("creator_user_id");
    key.creator.is_nil() ? json.null() : json.text(to_uuid(key.creator));
    json.key("organization_id").text(to_uuid(key.organization)).key("project_id");
    key.project.is_nil() ? json.null() : json.text(to_uuid(key.project));
    json.key("created_at").time(key.created_ms);
    json.key("updated_at").time(key.updated_ms == key.created_ms ? 0 : key.updated_ms);
    json.key("expires_at").time(key.expires_ms);
    json.key("rate_limit").object().key("requests").number(limits.requests_per_minute.value_or(-1));
    json.key("interval").text("1m").end();
    json.end();
}

ApiAnswer show_account(Services& services, const ApiRequest& request) {
    if (request.path.ends_with("/activity")) return show_daily_activity(services, request);
    if (request.path.ends_with("/generation")) return show_generation(services, request);
    if (request.principal.credit == nullptr) {
        return api_error(ErrorKind::permission_denied,
                         "the root key has no credit of its own: ask about an organization");
    }
    return show_key(services, request);
}

}  // namespace tollgate
