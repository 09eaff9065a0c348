#include "gateway/api/generation.h"

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

void write_tokens(const TokenUsage& usage, JsonWriter& json) {
    json.key("tokens_prompt").number(usage.prompt).key("tokens_completion").number(usage.completion);
    json.key("native_tokens_prompt").number(usage.prompt).key("native_tokens_completion").number(usage.completion);
    json.key("native_tokens_reasoning").number(usage.reasoning).key("native_tokens_cached").number(usage.cache_read);
    json.key("native_tokens_cache_write").number(usage.cache_write);
    json.key("native_tokens_cache_write_1h").number(usage.cache_write_1h);
}

void write_provider_response(const StoredRequest& request, JsonWriter& json) {
    const RequestSettled& settled = request.settled();
    const PricedCandidate& answered = request.answered();
    json.key("provider_responses").array().object();
    json.key("endpoint_id").text(std::string(answered.provider) + ":" + std::string(answered.model));
    if (!settled.upstream_id.empty()) json.key("id").text(settled.upstream_id);
    json.key("is_byok").flag(settled.byok).key("latency").number(settled.latency_ms);
    json.key("model_permaslug").text(answered.model).key("provider_name").text(answered.provider).key("status");
    settled.upstream_status == 0 ? json.null() : json.number(settled.upstream_status);
    json.end().end();
}

void write_git(const GitUsage& git, JsonWriter& json) {
    json.key("git_provider").text_or_null(git.provider).key("git_host").text_or_null(git.host);
    json.key("git_organization").text_or_null(git.organization).key("git_repository").text_or_null(git.repository);
    json.key("git_claim_id").text_or_null(git.claim.is_nil() ? std::string() : to_uuid(git.claim));
}

// Whoever sees the request in the organization's activity sees it here, and a key what was asked with it.
bool is_visible(const Call& call, const RequestOpened& request) {
    const Caller& caller = call.request.caller;
    const auto may = [&](Permission permission) {
        return permit(*call.directory, caller, request.organization, permission);
    };
    const Permit feed = may(Permission::see_activity);
    if (feed.access == Access::granted) return !feed.own_only || request.member == caller.user;
    return request.key == caller.key && may(Permission::see_own_generation).access == Access::granted;
}

}  // namespace

std::optional<Id128> parse_generation_id(std::string_view text) {
    constexpr std::string_view kAnswers = "gen-", kHeaders = "req_";
    if (text.starts_with(kAnswers) || text.starts_with(kHeaders)) text.remove_prefix(kAnswers.size());
    return parse_ulid(text);
}

ApiAnswer show_generation(Call& call) {
    const auto ulid = parse_generation_id(call.query.text("id"));
    if (!ulid) return api_error(ErrorKind::invalid_request, "'id' must be a generation id: gen-…", "id");
    const auto found = call.services.ledger->find_request(*ulid);
    // Another organization's record is as unknown as one that never was.
    const bool visible = found && is_visible(call, found->opened());
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
    json.key("upstream_id").text_or_null(settled.upstream_id);
    json.key("created_at").text(rfc3339(opened.created_ms)).key("model").text(found->answered().model);
    json.key("model_asked").text(opened.model_asked).key("provider_name").text(found->answered().provider);
    json.key("api_type").text(to_string(opened.api)).key("streamed").flag(opened.streamed);
    json.key("cancelled").flag(settled.cancelled);
    json.key("finish_reason").text_or_null(settled.finish_reason);
    json.key("native_finish_reason").text_or_null(settled.finish_reason);
    json.key("latency").number(settled.latency_ms).key("time_to_first_token");
    settled.first_token_ms < 0 ? json.null() : json.number(settled.first_token_ms);
    json.key("generation_time").number(settled.latency_ms);
    write_tokens(settled.usage, json);
    json.key("usage").usd(settled.cost).key("total_cost").usd(settled.cost).key("charged").usd(settled.charged);
    json.key("upstream_inference_cost").usd(settled.provider_cost);
    json.key("usage_source").text(to_string(settled.source)).key("is_byok").flag(settled.byok);
    json.key("usage_contradictory").flag(settled.usage_contradictory);
    json.key("http_status").number(settled.http_status).key("upstream_status").number(settled.upstream_status);
    json.key("error").text_or_null(settled.error);
    json.key("organization_id").text(to_uuid(opened.organization)).key("project_id").text(to_uuid(opened.project));
    json.key("key_hash").text(to_hex(opened.key));
    json.key("external_user").text_or_null(opened.end_user);
    json.key("session_id").text_or_null(opened.session);
    json.key("http_referer").text_or_null(opened.app);
    json.key("app_title").text_or_null(opened.app_title);
    json.key("tags").text_or_null(opened.tags);
    write_git(opened.git, json);
    json.key("workspace_id").text(to_uuid(opened.project)).key("origin").text(opened.app);
    json.key("data_region").text("global");
    write_provider_response(*found, json);
    for (const Field& field : kGenerationNulls) json.key(field.name).null();
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
