#include "gateway/api/analytics.h"

#include <algorithm>
#include <map>

#include "gateway/api/usage_names.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDailyActivityDays = 30;

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

Columns columns_of(const UsageReportQuery& query, const UsageReportRow& row, UsageNames& names) {
    Columns columns;
    if (query.by_time) columns.emplace_back("begin", time_of(row.begin_ms));
    for (const UsageDimension dimension : query.group_by) {
        if (dimension == UsageDimension::model) columns.emplace_back("model", text_of(row.model));
        if (dimension == UsageDimension::provider) columns.emplace_back("provider_name", text_of(row.provider));
        if (dimension == UsageDimension::key) names.add_key(row.key, columns);
        if (dimension == UsageDimension::member) columns.emplace_back("member_id", id_of(row.member));
        if (dimension == UsageDimension::project) names.add_project(row.project, columns);
    }
    add_metrics(row.counters, columns);
    return columns;
}

}  // namespace

ApiAnswer show_analytics(Call& call) {
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.organization().id;
    query.filter = read_filter(fields);
    read_group_by(fields, query);
    query.time = read_report_time(fields, query.grain, call.request.now_ms);
    const bool as_csv = wants_csv(fields);
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    UsageNames names(*call.directory, *call.services.store);
    if (as_csv) {
        std::string out;
        for (const UsageReportRow& row : report->rows) write_csv_row(columns_of(query, row, names), out);
        return csv_answer(std::move(out));
    }
    JsonWriter json;
    json.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    json.key("data").array();
    for (const UsageReportRow& row : report->rows) write_json(columns_of(query, row, names), json);
    json.end().end();
    return json_answer(json);
}

ApiAnswer show_daily_activity(Call& call) {
    if (call.request.caller.is_operator()) {
        return api_error(ErrorKind::invalid_request,
                         "the root key belongs to no organization: see /api/organizations/{id}/analytics");
    }
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.request.caller.organization;
    query.filter.key = fields.key("api_key_hash");
    query.filter.member = fields.uuid("user_id");
    query.by_time = true;
    query.group_by = {UsageDimension::model, UsageDimension::provider};
    // Completed UTC days, unless one is asked for.
    query.time.to_ms = call.request.now_ms / kDayMs * kDayMs;
    query.time.from_ms = query.time.to_ms - kDailyActivityDays * kDayMs;
    if (const auto date = fields.time("date")) query.time = {.from_ms = *date, .to_ms = *date + 1};
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const UsageReportRow& row : report->rows) {
        const RollupCounters& of = row.counters;
        json.object().key("date").text(rfc3339(row.begin_ms).substr(0, 10)).key("model").text(row.model);
        json.key("model_permaslug").text(row.model).key("endpoint_id").text(row.provider + ":" + row.model);
        json.key("provider_name").text(row.provider).key("usage").usd(NanoUsd{of.cost_nano});
        json.key("byok_usage_inference").usd(NanoUsd{of.byok_cost_nano}).key("requests").number(of.requests);
        json.key("prompt_tokens").number(of.prompt_tokens).key("completion_tokens").number(of.completion_tokens);
        json.key("reasoning_tokens").number(of.reasoning_tokens).end();
    }
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
