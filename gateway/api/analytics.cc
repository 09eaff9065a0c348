#include "gateway/api/analytics.h"

#include <algorithm>
#include <functional>
#include <map>

#include "gateway/api/record_analytics.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDailyActivityDays = 30;
constexpr std::int64_t kMinutesKeptMs = 2 * kDayMs;  // for certain, whatever the configuration

// A word of group_by: a dimension of the rollups, or an attribute of the requests.
bool add_dimension(std::string_view name, UsageReportQuery& query, std::vector<UsageAttribute>& attributes) {
    static const std::map<std::string_view, UsageDimension> kDimensions = {{"model", UsageDimension::model},
                                                                           {"provider", UsageDimension::provider},
                                                                           {"key", UsageDimension::key},
                                                                           {"member", UsageDimension::member},
                                                                           {"project", UsageDimension::project}};
    const auto add = [name](const auto& known, auto& list) {
        const auto found = known.find(name);
        if (found == known.end() || std::ranges::find(list, found->second) != list.end()) return false;
        list.push_back(found->second);
        return true;
    };
    return add(kDimensions, query.group_by) || add(usage_attributes(), attributes);
}

// "model,day" and the like, with the grain that a time among them names.
void read_group_by(QueryFields& fields, UsageReportQuery& query, std::vector<UsageAttribute>& attributes) {
    static const std::map<std::string_view, RollupGrain> kGrains = {{"minute", RollupGrain::minute},
                                                                    {"quarter_hour", RollupGrain::quarter_hour},
                                                                    {"hour", RollupGrain::hour},
                                                                    {"day", RollupGrain::day}};
    const std::string text = fields.text("group_by");
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const auto grain = kGrains.find(name);
        const bool known = grain != kGrains.end() ? !query.by_time : add_dimension(name, query, attributes);
        if (!known) {
            return fields.fail("group_by",
                               "must be a list of model, provider, key, member, project, user, session_id, app, tag, "
                               "git_organization, git_repository and one of minute, quarter_hour, hour, day");
        }
        if (grain == kGrains.end()) continue;
        query.grain = grain->second;
        query.by_time = true;
    }
}

// Buckets at instants that the caller names, in place of a grain and a time.
void read_edges(QueryFields& fields, UsageReportQuery& query) {
    const std::string text = fields.text("edges");
    if (text.empty()) return;
    if (query.by_time) return fields.fail("edges", "stands in place of a time in 'group_by'");
    if (!fields.text("from").empty() || !fields.text("to").empty()) {
        return fields.fail("edges", "stands in place of 'from' and 'to'");
    }
    query.by_time = true;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view edge = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), edge.size() + 1));
        const auto unix_ms = parse_time(edge);
        if (!unix_ms) return fields.fail("edges", unix_ms.error().message());
        query.edges.push_back(*unix_ms);
    }
}

// A sum without buckets is of the time that was asked for, as closely as rollups have it: by quarters of an hour, or by
// minutes where they are kept. Of times to come nothing is known.
void narrow_time(const QueryFields& fields, UsageReportQuery& query, std::int64_t now_ms) {
    const bool named = !fields.text("from").empty() || !fields.text("to").empty();
    const std::int64_t from_ms = query.time.from_ms;
    if (!named || query.by_time || fields.error() || from_ms > now_ms) return;
    const std::int64_t to_ms = std::min(query.time.to_ms, (now_ms / kEdgeMs + 1) * kEdgeMs);
    const bool whole = from_ms % kEdgeMs == 0 && to_ms % kEdgeMs == 0;
    if (!whole && finest_grain(query.time, now_ms) == RollupGrain::minute) {
        query.grain = RollupGrain::minute;
    } else {
        query.edges = {from_ms / kEdgeMs * kEdgeMs, ((to_ms - 1) / kEdgeMs + 1) * kEdgeMs};
    }
}

// Whether it asks for what rollups don't know.
bool names_attributes(const UsageFilter& filter) {
    return filter.status || !filter.end_user.empty() || !filter.session.empty() || !filter.app.empty() ||
           !filter.tag.empty() || !filter.git_organization.empty() || !filter.git_repository.empty();
}

// Rows of other groups in the table of a CSV: all of a row's dimensions but the time are empty.
Columns rest_columns(const UsageReportQuery& query, const UsageReportRow& row, UsageNames& names) {
    Columns columns = report_columns(query, row, names);
    const std::size_t dimensions = columns.size() - kMetricFields.size();
    for (std::size_t i = query.by_time ? 1 : 0; i < dimensions; ++i) columns[i].second = {};
    return columns;
}

void write_rest(const char* name, const UsageReportQuery& query, const std::vector<UsageReportRow>& rows,
                JsonWriter& json) {
    json.key(name).array();
    for (const UsageReportRow& row : rows) {
        Columns columns;
        if (query.by_time) columns.emplace_back("begin", time_of(row.begin_ms));
        add_metrics(row.counters, columns);
        write_json(columns, json);
    }
    json.end();
}

// Whether a row's key or project is no more.
bool is_deleted(const Directory& directory, const UsageReportQuery& query, const UsageReportRow& row) {
    return std::ranges::any_of(query.group_by, [&](UsageDimension dimension) {
        if (dimension == UsageDimension::key) return directory.find_key(row.key) == nullptr;
        return dimension == UsageDimension::project && directory.find_project(row.project) == nullptr;
    });
}

std::string text_of_id(const Id128& id) { return id.is_nil() ? std::string() : to_uuid(id); }

// As long a time as the report's, that ends where it begins, as one sum.
UsageReportQuery query_before(const UsageReportQuery& query, const TimeRange& time) {
    UsageReportQuery before = query;
    before.by_time = false;
    before.group_by.clear();
    before.time = {.from_ms = std::max<std::int64_t>(2 * time.from_ms - time.to_ms, 0), .to_ms = time.from_ms};
    if (!before.edges.empty()) before.edges = {before.time.from_ms, before.time.to_ms};
    return before;
}

}  // namespace

RollupGrain finest_grain(const TimeRange& time, std::int64_t now_ms) {
    for (const RollupGrain grain : {RollupGrain::minute, RollupGrain::quarter_hour, RollupGrain::hour}) {
        const bool kept = grain != RollupGrain::minute || time.from_ms >= now_ms - kMinutesKeptMs;
        const std::int64_t buckets = (std::min(time.to_ms, now_ms) - time.from_ms) / milliseconds_of(grain);
        if (kept && buckets < kMaxReportBuckets) return grain;
    }
    return RollupGrain::day;
}

Columns report_columns(const UsageReportQuery& query, const UsageReportRow& row, UsageNames& names) {
    Columns columns;
    if (query.by_time) columns.emplace_back("begin", time_of(row.begin_ms));
    for (const UsageDimension dimension : query.group_by) {
        if (dimension == UsageDimension::model) columns.emplace_back("model", text_of(row.model));
        if (dimension == UsageDimension::provider) columns.emplace_back("provider_name", text_of(row.provider));
        if (dimension == UsageDimension::key) names.add_key(row.key, columns);
        if (dimension == UsageDimension::member) names.add_member(row.member, columns);
        if (dimension == UsageDimension::project) names.add_project(row.project, columns);
    }
    add_metrics(row.counters, columns);
    return columns;
}

void write_sum(const RollupCounters& sum, JsonWriter& json) {
    Columns columns;
    add_metrics(sum, columns);
    write_json(columns, json);
}

ApiAnswer show_analytics(Call& call) {
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.organization().id;
    query.filter = read_activity_filter(call);
    std::vector<UsageAttribute> attributes;
    read_group_by(fields, query, attributes);
    query.time = read_report_time(fields, query.grain, call.request.now_ms);
    read_edges(fields, query);
    narrow_time(fields, query, call.request.now_ms);
    query.budget.ms = fields.number("budget_ms", 1, kMaxReportMs, kUsualReportMs);
    const std::size_t top = fields.number("top", 1, kMaxTop, kMaxReportRows);
    const std::string compare = fields.text("compare");
    if (!compare.empty() && compare != "previous") fields.fail("compare", "must be previous");
    const bool as_csv = wants_csv(fields);
    const bool from_records = !attributes.empty() || names_attributes(query.filter);
    if (from_records && !compare.empty())
        fields.fail("compare", "goes with what rollups know: not with end users, sessions, apps, tags or a status");
    const bool ascending = std::ranges::is_sorted(query.edges, std::less_equal());
    if (from_records && !query.edges.empty() && (query.edges.size() < 2 || !ascending)) {
        fields.fail("edges", "must be two or more instants that ascend");
    }
    if (call.error()) return call.refusal();
    if (from_records) return show_record_analytics(call, {query, attributes, top}, as_csv);
    bring_up_to_date(call.services);
    auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    const FoldedRows folded = keep_top(std::move(report->rows), top, [&](const UsageReportRow& row) {
        return is_deleted(*call.directory, query, row);
    });
    UsageNames names(*call.directory, *call.services.store);
    if (as_csv) {
        std::string out = csv_head(report_columns(query, {}, names));
        for (const UsageReportRow& row : folded.rows) write_csv_row(report_columns(query, row, names), out);
        for (const auto* rest : {&folded.other, &folded.deleted}) {
            for (const UsageReportRow& row : *rest) write_csv_row(rest_columns(query, row, names), out);
        }
        ApiAnswer answer = csv_answer(std::move(out));
        if (report->partial) answer.headers = "x-summed-until: " + rfc3339(report->time.to_ms) + "\r\n";
        return answer;
    }
    bool partial = report->partial;
    JsonWriter json;
    json.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    if (query.by_time && !query.edges.empty()) {
        json.key("edges").array();
        for (const std::int64_t edge : query.edges) json.text(rfc3339(edge));
        json.end();
    }
    json.key("data").array();
    for (const UsageReportRow& row : folded.rows) write_json(report_columns(query, row, names), json);
    json.end();
    write_rest("other", query, folded.other, json);
    write_rest("deleted", query, folded.deleted, json);
    write_sum(report->total, json.key("total"));
    if (!compare.empty() && report->time.from_ms > 0) {
        const auto before = call.services.usage->report(query_before(query, report->time));
        if (!before) return api_error(before.error());
        json.key("compare").object().key("from").text(rfc3339(before->time.from_ms));
        json.key("to").text(rfc3339(before->time.to_ms));
        write_sum(before->total, json.key("total"));
        json.end();
        partial = partial || before->partial;
    }
    json.key("partial").flag(partial).end();
    return json_answer(json);
}

ApiAnswer show_daily_activity(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.request.caller.organization;
    query.filter = filter_of_caller(call);
    query.filter.key = fields.key("api_key_hash");
    if (const auto user = fields.uuid("user_id")) {
        if (query.filter.member.value_or(*user) != *user) fields.fail("user_id", "must be you: you see your own usage");
        query.filter.member = user;
    }
    query.by_time = true;
    query.group_by = {UsageDimension::model, UsageDimension::provider};
    query.filter.project = fields.uuid("workspace_id");
    const std::string group_by = fields.text("group_by");
    if (!group_by.empty() && group_by != "workspace") fields.fail("group_by", "must be workspace");
    if (!group_by.empty()) query.group_by.push_back(UsageDimension::project);
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
        json.key("reasoning_tokens").number(of.reasoning_tokens).key("cached_tokens").number(of.cache_read_tokens);
        if (!group_by.empty()) json.key("workspace_id").text_or_null(text_of_id(row.project));
        json.end();
    }
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
