#include "gateway/api/activity.h"

#include <map>

#include "accounting/accounts/git_name.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

Value tokens_per_second(const RequestSettled& settled) {
    const std::int64_t generating_ms = settled.latency_ms - settled.first_token_ms;
    if (settled.first_token_ms < 0 || generating_ms <= 0) return {};
    return number_of(settled.usage.completion * 1000 / generating_ms);
}

void read_status(QueryFields& fields, UsageFilter& filter) {
    static const std::map<std::string, StatusClass> kClasses = {{"success", StatusClass::success},
                                                                {"client_error", StatusClass::client_error},
                                                                {"server_error", StatusClass::server_error},
                                                                {"cancelled", StatusClass::cancelled}};
    const std::string status = fields.text("status");
    if (status.empty()) return;
    const auto known = kClasses.find(status);
    if (known == kClasses.end()) {
        return fields.fail("status", "must be success, client_error, server_error or cancelled");
    }
    filter.status = known->second;
}

// In the form in which requests have it; GitLab's rules hold for both providers.
std::string read_git_path(QueryFields& fields, std::string_view name,
                          Result<std::string> (*normal)(GitProvider, std::string_view, std::string_view)) {
    const std::string text = fields.text(name);
    if (text.empty()) return {};
    const auto path = normal(GitProvider::gitlab, name, text);
    if (!path) fields.fail(name, "must be a path such as acme or acme/project");
    return path.value_or(std::string());
}

Columns columns_of(const RequestOpened& opened, const RequestSettled& settled, const PricedCandidate& answered,
                   UsageNames& names) {
    Columns columns = {{"id", text_of("gen-" + to_ulid(opened.request))},
                       {"created_at", time_of(opened.created_ms)},
                       {"settled_at", time_of(settled.settled_ms)},
                       {"model", text_of(answered.model)},
                       {"model_asked", text_of(opened.model_asked)},
                       {"provider_name", text_of(answered.provider)},
                       {"api_type", text_of(to_string(opened.api))},
                       {"streamed", flag_of(opened.streamed)},
                       {"cancelled", flag_of(settled.cancelled)},
                       {"finish_reason", text_of(settled.finish_reason)},
                       {"http_status", number_of(settled.http_status)},
                       {"upstream_status", number_of(settled.upstream_status)},
                       {"error", text_of(settled.error)},
                       {"tokens_prompt", number_of(settled.usage.prompt)},
                       {"tokens_completion", number_of(settled.usage.completion)},
                       {"tokens_reasoning", number_of(settled.usage.reasoning)},
                       {"tokens_cached", number_of(settled.usage.cache_read)},
                       {"tokens_cache_write", number_of(settled.usage.cache_write)},
                       {"tokens_cache_write_1h", number_of(settled.usage.cache_write_1h)},
                       {"usage", usd_of(settled.cost)},
                       {"charged", usd_of(settled.charged)},
                       {"upstream_inference_cost", usd_of(settled.provider_cost)},
                       {"usage_source", text_of(to_string(settled.source))},
                       {"usage_contradictory", flag_of(settled.usage_contradictory)},
                       {"is_byok", flag_of(settled.byok)},
                       {"cache_hit", flag_of(settled.cache_hit)},
                       {"latency", number_of(settled.latency_ms)},
                       {"time_to_first_token", milliseconds_or_null(settled.first_token_ms)},
                       {"tokens_per_second", tokens_per_second(settled)}};
    names.add_project(opened.project, columns);
    names.add_key(opened.key, columns);
    names.add_member(opened.member, columns);
    columns.insert(columns.end(), {{"external_user", text_of(opened.end_user)},
                                   {"session_id", text_of(opened.session)},
                                   {"http_referer", text_of(opened.app)},
                                   {"app_title", text_of(opened.app_title)},
                                   {"tags", text_of(opened.tags)}});
    add_git(opened.git, columns);
    return columns;
}

}  // namespace

Columns activity_columns(const StoredRequest& request, UsageNames& names) {
    return columns_of(request.opened(), request.settled(), request.answered(), names);
}

UsageFilter read_activity_filter(Call& call) {
    QueryFields& fields = call.query;
    UsageFilter filter = read_filter(call);
    read_status(fields, filter);
    filter.end_user = fields.text("user");
    filter.session = fields.text("session_id");
    filter.app = fields.text("app");
    filter.tag = fields.text("tag");
    filter.git_organization = read_git_path(fields, "git_organization", normal_git_organization);
    filter.git_repository = read_git_path(fields, "git_repository", normal_git_repository);
    return filter;
}

namespace {

ApiAnswer activity_csv(Call& call, UsageListQuery query) {
    UsageNames names(*call.directory, *call.services.store);
    std::string newer;
    const auto read = [&](const std::string& after, std::vector<Columns>& rows) -> Result<std::string> {
        const bool is_first = after == query.cursor;
        query.cursor = after;
        const auto page = call.services.usage->list(query);
        if (!page) return std::unexpected(page.error());
        for (const StoredRequest& one : page->requests) rows.push_back(activity_columns(one, names));
        if (is_first) newer = page->previous_cursor;
        return page->next_cursor;
    };
    ApiAnswer answer = csv_list(call, {.after = query.cursor}, columns_of({}, {}, {}, names), read);
    if (!answer.error && !newer.empty()) answer.headers += "x-previous-cursor: " + newer + "\r\n";
    return answer;
}

}  // namespace

ApiAnswer list_activity(Call& call) {
    QueryFields& fields = call.query;
    UsageListQuery query;
    query.organization = call.organization().id;
    query.filter = read_activity_filter(call);
    query.time.from_ms = fields.time("from").value_or(query.time.from_ms);
    query.time.to_ms = fields.time("to").value_or(query.time.to_ms);
    if (query.time.to_ms <= query.time.from_ms) fields.fail("to", "must be after 'from'");
    const bool as_csv = wants_csv(fields);
    query.limit = fields.number("limit", 1, kMaxUsagePage, as_csv ? kMaxUsagePage : query.limit);
    query.cursor = fields.text("cursor");
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    if (as_csv) return activity_csv(call, std::move(query));
    const auto page = call.services.usage->list(query);
    if (!page) return api_error(page.error());
    UsageNames names(*call.directory, *call.services.store);
    JsonWriter json;
    json.object().key("data").array();
    for (const StoredRequest& one : page->requests) write_json(activity_columns(one, names), json);
    json.end().key("next_cursor").text_or_null(page->next_cursor);
    json.key("previous_cursor").text_or_null(page->previous_cursor).key("partial").flag(page->partial).end();
    return json_answer(json);
}

}  // namespace tollgate
