#include "gateway/api/activity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "gateway/api/query_fields.h"
#include "gateway/text/csv.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kFreshWithinMs = 2000;  // how long a question waits for what was settled before it came
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kDailyActivityDays = 30;
constexpr std::string_view kCsvType = "text/csv; charset=utf-8";

// One value of a table, as JSON and as CSV show it.
struct Value {
    enum class Kind : std::uint8_t { null, text, raw } kind = Kind::null;
    std::string text = {};
};
Value text_of(std::string_view text) { return text.empty() ? Value{} : Value{Value::Kind::text, std::string(text)}; }
Value number_of(std::int64_t number) { return {Value::Kind::raw, std::to_string(number)}; }
Value usd_of(NanoUsd amount) { return {Value::Kind::raw, to_usd(amount)}; }
Value flag_of(bool flag) { return {Value::Kind::raw, flag ? "true" : "false"}; }
Value time_of(std::int64_t unix_ms) { return text_of(rfc3339(unix_ms)); }
Value id_of(const Id128& id) { return id.is_nil() ? Value{} : text_of(to_uuid(id)); }
Value milliseconds_or_null(std::int64_t ms) { return ms < 0 ? Value{} : number_of(ms); }
Value share_of(std::int64_t part, std::int64_t whole) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole));
    return {Value::Kind::raw, text};
}

using Columns = std::vector<std::pair<std::string_view, Value>>;

void write_json(const Columns& columns, JsonWriter& json) {
    json.object();
    for (const auto& [name, value] : columns) {
        json.key(name);
        switch (value.kind) {
            case Value::Kind::null:
                json.null();
                break;
            case Value::Kind::text:
                json.text(value.text);
                break;
            case Value::Kind::raw:
                json.raw(value.text);
                break;
        }
    }
    json.end();
}

void write_csv_row(const Columns& columns, std::string& out) {
    if (out.empty()) {
        for (const auto& column : columns) out.append(out.empty() ? "" : ",").append(column.first);
        out += "\r\n";
    }
    bool first = true;
    for (const auto& [name, value] : columns) {
        if (!first) out += ',';
        first = false;
        if (value.kind != Value::Kind::text) {
            out += value.text;
            continue;
        }
        append_csv_text(value.text, out);
    }
    out += "\r\n";
}

Value tokens_per_second(const RequestSettled& settled) {
    const std::int64_t generating_ms = settled.latency_ms - settled.first_token_ms;
    if (settled.first_token_ms < 0 || generating_ms <= 0) return {};
    return number_of(settled.usage.completion * 1000 / generating_ms);
}

Columns columns_of(const StoredRequest& request) {
    const RequestOpened& opened = request.opened();
    const RequestSettled& settled = request.settled();
    return {{"id", text_of("gen-" + to_ulid(opened.request))},
            {"created_at", time_of(opened.created_ms)},
            {"settled_at", time_of(settled.settled_ms)},
            {"model", text_of(request.answered().model)},
            {"model_asked", text_of(opened.model_asked)},
            {"provider_name", text_of(request.answered().provider)},
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
            {"usage", usd_of(settled.cost)},
            {"charged", usd_of(settled.charged)},
            {"upstream_inference_cost", usd_of(settled.provider_cost)},
            {"usage_source", text_of(to_string(settled.source))},
            {"usage_contradictory", flag_of(settled.usage_contradictory)},
            {"is_byok", flag_of(settled.byok)},
            {"cache_hit", flag_of(settled.cache_hit)},
            {"latency", number_of(settled.latency_ms)},
            {"time_to_first_token", milliseconds_or_null(settled.first_token_ms)},
            {"tokens_per_second", tokens_per_second(settled)},
            {"project_id", id_of(opened.project)},
            {"member_id", id_of(opened.member)},
            {"key_hash", text_of(to_hex(opened.key))},
            {"external_user", text_of(opened.end_user)},
            {"session_id", text_of(opened.session)},
            {"http_referer", text_of(opened.app)},
            {"app_title", text_of(opened.app_title)}};
}

void add_metrics(const RollupCounters& of, Columns& out) {
    const auto add = [&out](std::string_view name, Value value) { out.emplace_back(name, std::move(value)); };
    add("requests", number_of(of.requests));
    add("client_errors", number_of(of.client_errors));
    add("server_errors", number_of(of.server_errors));
    add("cancelled", number_of(of.cancelled));
    add("error_rate", share_of(of.client_errors + of.server_errors, of.requests));
    add("streamed", number_of(of.streamed));
    add("cache_hits", number_of(of.cache_hits));
    add("cache_hit_rate", share_of(of.cache_hits, of.requests));
    add("byok_requests", number_of(of.byok));
    add("prompt_tokens", number_of(of.prompt_tokens));
    add("completion_tokens", number_of(of.completion_tokens));
    add("reasoning_tokens", number_of(of.reasoning_tokens));
    add("cached_tokens", number_of(of.cache_read_tokens));
    add("cache_write_tokens", number_of(of.cache_write_tokens));
    add("usage", usd_of({of.cost_nano}));
    add("charged", usd_of({of.charged_nano}));
    add("upstream_inference_cost", usd_of({of.provider_cost_nano}));
    constexpr std::array kQuantiles = {std::tuple{"latency_p50", "time_to_first_token_p50", 0.5},
                                       std::tuple{"latency_p90", "time_to_first_token_p90", 0.9},
                                       std::tuple{"latency_p99", "time_to_first_token_p99", 0.99}};
    for (const auto& [latency, first_token, part] : kQuantiles) {
        add(latency, milliseconds_or_null(of.latency.quantile(part)));
        add(first_token, milliseconds_or_null(of.first_token.quantile(part)));
    }
}

ApiAnswer csv(std::string body) {
    ApiAnswer answer;
    answer.body = std::move(body);
    answer.content_type = kCsvType;
    return answer;
}

// "json" unless the caller wants CSV.
bool wants_csv(QueryFields& fields) {
    const std::string format = fields.text("format");
    if (!format.empty() && format != "json" && format != "csv") fields.fail("format", "must be json or csv");
    return format == "csv";
}

// Those that rollups know, too.
UsageFilter filter_of(QueryFields& fields) {
    UsageFilter filter;
    filter.project = fields.uuid("project_id");
    filter.member = fields.uuid("member_id");
    filter.key = fields.key("key");
    filter.model = fields.text("model");
    filter.provider = fields.text("provider");
    return filter;
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

// What was settled before the question is in the answer, unless there is very much of it.
void bring_up_to_date(Services& services) { services.usage->wait_for(services.ledger->newest_block(), kFreshWithinMs); }

ApiAnswer show_activity(Services& services, const ApiRequest& request, const Id128& organization) {
    QueryFields fields(request.query, {"limit", "cursor", "format", "from", "to", "project_id", "member_id", "key",
                                       "model", "provider", "status", "user", "session_id", "app"});
    UsageListQuery query;
    query.organization = organization;
    query.filter = filter_of(fields);
    read_status(fields, query.filter);
    query.filter.end_user = fields.text("user");
    query.filter.session = fields.text("session_id");
    query.filter.app = fields.text("app");
    query.time.from_ms = fields.time("from").value_or(query.time.from_ms);
    query.time.to_ms = fields.time("to").value_or(query.time.to_ms);
    query.limit = fields.number("limit", 1, kMaxUsagePage, query.limit);
    query.cursor = fields.text("cursor");
    const bool as_csv = wants_csv(fields);
    if (fields.failed()) return fields.refusal();
    bring_up_to_date(services);
    const auto page = services.usage->list(query);
    if (!page) return api_error(page.error());
    if (as_csv) {
        std::string out;
        for (const StoredRequest& one : page->requests) write_csv_row(columns_of(one), out);
        ApiAnswer answer = csv(std::move(out));
        if (!page->next_cursor.empty()) answer.headers = "x-next-cursor: " + page->next_cursor + "\r\n";
        return answer;
    }
    JsonWriter text;
    text.object().key("data").array();
    for (const StoredRequest& one : page->requests) write_json(columns_of(one), text);
    text.end().key("next_cursor");
    page->next_cursor.empty() ? text.null() : text.text(page->next_cursor);
    text.end();
    return json_answer(text);
}

// "model,day" and the like, with the grain that a time among them names.
void read_group_by(QueryFields& fields, UsageReportQuery& query) {
    static const std::map<std::string_view, UsageDimension> kDimensions = {{"model", UsageDimension::model},
                                                                           {"provider", UsageDimension::provider},
                                                                           {"key", UsageDimension::key},
                                                                           {"member", UsageDimension::member},
                                                                           {"project", UsageDimension::project}};
    static const std::map<std::string_view, RollupGrain> kGrains = {
        {"minute", RollupGrain::minute}, {"hour", RollupGrain::hour}, {"day", RollupGrain::day}};
    const std::string text = fields.text("group_by");
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const auto grain = kGrains.find(name);
        const auto dimension = kDimensions.find(name);
        const bool twice = grain != kGrains.end()
                               ? query.by_time
                               : dimension != kDimensions.end() &&
                                     std::ranges::find(query.group_by, dimension->second) != query.group_by.end();
        if (grain != kGrains.end()) {
            query.grain = grain->second;
            query.by_time = true;
        } else if (dimension != kDimensions.end()) {
            query.group_by.push_back(dimension->second);
        }
        if (twice || (grain == kGrains.end() && dimension == kDimensions.end())) {
            return fields.fail("group_by",
                               "must be a list of model, provider, key, member, project and one of minute, hour, day");
        }
    }
}

// How far back a report goes that doesn't say.
std::int64_t usual_span_ms(RollupGrain grain) {
    switch (grain) {
        case RollupGrain::minute:
            return kDayMs / 24;
        case RollupGrain::hour:
            return kDayMs;
        case RollupGrain::day:
            return kDailyActivityDays * kDayMs;
    }
    return kDayMs;
}

Columns columns_of(const UsageReportQuery& query, const UsageReportRow& row) {
    Columns columns;
    if (query.by_time) columns.emplace_back("begin", time_of(row.begin_ms));
    for (const UsageDimension dimension : query.group_by) {
        if (dimension == UsageDimension::model) columns.emplace_back("model", text_of(row.model));
        if (dimension == UsageDimension::provider) columns.emplace_back("provider_name", text_of(row.provider));
        if (dimension == UsageDimension::key) columns.emplace_back("key_hash", text_of(to_hex(row.key)));
        if (dimension == UsageDimension::member) columns.emplace_back("member_id", id_of(row.member));
        if (dimension == UsageDimension::project) columns.emplace_back("project_id", id_of(row.project));
    }
    add_metrics(row.counters, columns);
    return columns;
}

ApiAnswer show_analytics(Services& services, const ApiRequest& request, const Id128& organization) {
    QueryFields fields(request.query,
                       {"group_by", "format", "from", "to", "project_id", "member_id", "key", "model", "provider"});
    UsageReportQuery query;
    query.organization = organization;
    query.filter = filter_of(fields);
    read_group_by(fields, query);
    query.time.to_ms = fields.time("to").value_or(request.now_ms + 1);
    query.time.from_ms =
        fields.time("from").value_or(std::max<std::int64_t>(query.time.to_ms - usual_span_ms(query.grain), 0));
    if (query.time.to_ms <= query.time.from_ms) fields.fail("to", "must be after 'from'");
    const bool as_csv = wants_csv(fields);
    if (fields.failed()) return fields.refusal();
    bring_up_to_date(services);
    const auto report = services.usage->report(query);
    if (!report) return api_error(report.error());
    if (as_csv) {
        std::string out;
        for (const UsageReportRow& row : report->rows) write_csv_row(columns_of(query, row), out);
        return csv(std::move(out));
    }
    JsonWriter text;
    text.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    text.key("data").array();
    for (const UsageReportRow& row : report->rows) write_json(columns_of(query, row), text);
    text.end().end();
    return json_answer(text);
}

}  // namespace

std::optional<ApiAnswer> answer_usage(Services& services, const ApiRequest& request) {
    std::string_view path = request.path;
    constexpr std::string_view kPrefix = "/api/organizations/";
    if (!path.starts_with(kPrefix)) return std::nullopt;
    path.remove_prefix(kPrefix.size());
    const auto slash = path.find('/');
    const std::string_view collection = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (collection != "activity" && collection != "analytics") return std::nullopt;
    ApiAnswer answer;
    const auto organization = parse_uuid(path.substr(0, slash));
    answer.error = check_access(services, request.caller, Permission::see_activity, organization);
    if (answer.error || !organization) return answer;
    if (request.method != "GET" && request.method != "HEAD") {
        return api_error(ErrorKind::method_not_allowed, "this route does not take this method");
    }
    return collection == "activity" ? show_activity(services, request, *organization)
                                    : show_analytics(services, request, *organization);
}

ApiAnswer show_daily_activity(Services& services, const ApiRequest& request) {
    if (request.caller.is_operator()) {
        return api_error(ErrorKind::invalid_request,
                         "the root key belongs to no organization: see /api/organizations/{id}/analytics");
    }
    ApiAnswer refused;
    refused.error = check_access(services, request.caller, Permission::see_activity, request.caller.organization);
    if (refused.error) return refused;
    QueryFields fields(request.query, {"date", "api_key_hash", "user_id"});
    UsageReportQuery query;
    query.organization = request.principal.organization;
    query.filter.key = fields.key("api_key_hash");
    query.filter.member = fields.uuid("user_id");
    query.by_time = true;
    query.group_by = {UsageDimension::model, UsageDimension::provider};
    // Completed UTC days, unless one is asked for.
    query.time.to_ms = request.now_ms / kDayMs * kDayMs;
    query.time.from_ms = query.time.to_ms - kDailyActivityDays * kDayMs;
    if (const auto date = fields.time("date")) query.time = {.from_ms = *date, .to_ms = *date + 1};
    if (fields.failed()) return fields.refusal();
    bring_up_to_date(services);
    const auto report = services.usage->report(query);
    if (!report) return api_error(report.error());
    JsonWriter text;
    text.object().key("data").array();
    for (const UsageReportRow& row : report->rows) {
        const RollupCounters& of = row.counters;
        text.object().key("date").text(rfc3339(row.begin_ms).substr(0, 10)).key("model").text(row.model);
        text.key("model_permaslug").text(row.model).key("endpoint_id").text(row.provider + ":" + row.model);
        text.key("provider_name").text(row.provider).key("usage").usd(NanoUsd{of.cost_nano});
        text.key("byok_usage_inference").usd(NanoUsd{of.byok_cost_nano}).key("requests").number(of.requests);
        text.key("prompt_tokens").number(of.prompt_tokens).key("completion_tokens").number(of.completion_tokens);
        text.key("reasoning_tokens").number(of.reasoning_tokens).end();
    }
    text.end().end();
    return json_answer(text);
}

}  // namespace tollgate
