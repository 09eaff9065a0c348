#include "gateway/api/record_analytics.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gateway/text/time_text.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// What tells groups apart: the dimensions of a report and the attributes, each empty where it is not asked for.
struct Group {
    std::string model, provider;
    KeyDigest key;
    Id128 member, project;
    std::vector<std::string> attributes;
    auto operator<=>(const Group&) const = default;
};

struct Report {
    TimeRange time;
    std::map<std::pair<std::int64_t, Group>, RollupCounters> rows;  // by bucket
    RollupCounters total;
    bool partial = false;
};

std::int64_t begin_of(const UsageReportQuery& query, std::int64_t at_ms) {
    if (!query.by_time) return 0;
    if (query.edges.empty()) return bucket_begin_ms(query.grain, bucket_of(query.grain, at_ms));
    return *std::prev(std::ranges::upper_bound(query.edges, at_ms));
}

// Each group once for each value that the request has of the attribute; once without, if it has none.
std::vector<Group> told_apart(UsageAttribute attribute, const RequestOpened& opened, const std::vector<Group>& groups) {
    std::vector<std::string> values;
    for_each_value(attribute, opened, [&values](std::string_view value) { values.emplace_back(value); });
    if (values.empty()) values.emplace_back();
    std::vector<Group> apart;
    for (const Group& group : groups) {
        for (const std::string& value : values) apart.emplace_back(group).attributes.push_back(value);
    }
    return apart;
}

std::vector<Group> groups_of(const RecordReportQuery& query, const StoredRequest& request) {
    const RequestOpened& opened = request.opened();
    Group group;
    for (const UsageDimension dimension : query.report.group_by) {
        if (dimension == UsageDimension::model) group.model = request.answered().model;
        if (dimension == UsageDimension::provider) group.provider = request.answered().provider;
        if (dimension == UsageDimension::key) group.key = opened.key;
        if (dimension == UsageDimension::member) group.member = opened.member;
        if (dimension == UsageDimension::project) group.project = opened.project;
    }
    std::vector<Group> groups{group};
    for (const UsageAttribute attribute : query.attributes) groups = told_apart(attribute, opened, groups);
    return groups;
}

// Whole buckets, as the sums of rollups have them.
TimeRange whole_time_of(const UsageReportQuery& query) {
    if (!query.edges.empty()) return {.from_ms = query.edges.front(), .to_ms = query.edges.back()};
    const std::int64_t width_ms = milliseconds_of(query.grain);
    return {.from_ms = query.time.from_ms / width_ms * width_ms,
            .to_ms = ((query.time.to_ms - 1) / width_ms + 1) * width_ms};
}

Result<Report> sum_records(UsageIndex& usage, const RecordReportQuery& query) {
    Report report;
    const auto walk = walk_records(usage, query.report, [&](const StoredRequest& one, std::int64_t begin_ms) -> Status {
        for (const Group& group : groups_of(query, one)) report.rows[{begin_ms, group}].add(one.record());
        report.total.add(one.record());
        return report.rows.size() > kMaxReportRows ? too_many_rows() : Status();
    });
    if (!walk) return std::unexpected(walk.error());
    report.time = walk->time;
    report.partial = walk->partial;
    return report;
}

// The groups that cost most over the whole time.
std::set<Group> top_of(const Report& report, std::size_t top) {
    std::map<Group, NanoUsdSum> costs;
    for (const auto& [key, counters] : report.rows) costs[key.second] += counters.cost_nano;
    std::vector<std::pair<NanoUsdSum, const Group*>> ranked;
    ranked.reserve(costs.size());
    for (const auto& [group, cost] : costs) ranked.emplace_back(-cost, &group);
    std::ranges::sort(ranked, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : *a.second < *b.second;
    });
    std::set<Group> kept;
    for (std::size_t i = 0; i < std::min(top, ranked.size()); ++i) kept.insert(*ranked[i].second);
    return kept;
}

Columns columns_of(const RecordReportQuery& query, std::int64_t begin_ms, const Group& group,
                   const RollupCounters& counters, UsageNames& names) {
    const UsageReportRow row{.begin_ms = begin_ms,
                             .project = group.project,
                             .member = group.member,
                             .key = group.key,
                             .model = group.model,
                             .provider = group.provider,
                             .counters = counters};
    Columns columns = report_columns(query.report, row, names);
    const auto metrics = columns.end() - static_cast<std::ptrdiff_t>(kMetricFields.size());
    Columns attributes;
    for (std::size_t i = 0; i < query.attributes.size(); ++i) {
        attributes.emplace_back(column_of(query.attributes[i]), text_of(group.attributes[i]));
    }
    columns.insert(metrics, attributes.begin(), attributes.end());
    return columns;
}

// In the order of reports: by time, then by cost, the greatest first.
using Rows = std::vector<std::pair<std::int64_t, Columns>>;
Rows rows_of(const RecordReportQuery& query, const Report& report, const std::set<Group>& kept, UsageNames& names) {
    std::vector<const std::pair<const std::pair<std::int64_t, Group>, RollupCounters>*> sorted;
    for (const auto& row : report.rows) {
        if (kept.contains(row.first.second)) sorted.push_back(&row);
    }
    std::ranges::sort(sorted, [](const auto* a, const auto* b) {
        const std::tuple first(a->first.first, -a->second.cost_nano), second(b->first.first, -b->second.cost_nano);
        return first != second ? first < second : a->first.second < b->first.second;
    });
    Rows rows;
    for (const auto* row : sorted) {
        rows.emplace_back(row->first.first, columns_of(query, row->first.first, row->first.second, row->second, names));
    }
    return rows;
}

std::map<std::int64_t, RollupCounters> rest_of(const Report& report, const std::set<Group>& kept) {
    std::map<std::int64_t, RollupCounters> rest;
    for (const auto& [key, counters] : report.rows) {
        if (!kept.contains(key.second)) rest[key.first].merge(counters);
    }
    return rest;
}

ApiAnswer csv_of(const RecordReportQuery& query, const Report& report, const Rows& rows,
                 const std::map<std::int64_t, RollupCounters>& rest, UsageNames& names) {
    Group nobody;
    nobody.attributes.resize(query.attributes.size());
    std::string out = csv_head(columns_of(query, 0, nobody, {}, names));
    for (const auto& row : rows) write_csv_row(row.second, out);
    for (const auto& [begin_ms, counters] : rest) {
        Columns columns = columns_of(query, begin_ms, nobody, counters, names);
        const std::size_t dimensions = columns.size() - kMetricFields.size();
        for (std::size_t i = query.report.by_time ? 1 : 0; i < dimensions; ++i) columns[i].second = {};
        write_csv_row(columns, out);
    }
    ApiAnswer answer = csv_answer(std::move(out));
    if (report.partial) answer.headers = "x-summed-from: " + rfc3339(report.time.from_ms) + "\r\n";
    return answer;
}

}  // namespace

Status too_many_rows() {
    return {StatusCode::full, "the report would have more than " + std::to_string(kMaxReportRows) +
                                  " rows: choose less time or fewer dimensions"};
}

Result<RecordWalk> walk_records(UsageIndex& usage, const UsageReportQuery& query, const VisitRecord& visit) {
    const auto until = wire::Clock::now() + std::chrono::milliseconds(query.budget.ms);
    RecordWalk walk{.time = whole_time_of(query)};
    UsageListQuery list{
        .organization = query.organization, .filter = query.filter, .time = walk.time, .limit = kMaxUsagePage};
    std::size_t seen = 0;
    std::int64_t oldest_ms = walk.time.to_ms;
    do {
        const auto page = usage.list(list);
        if (!page) return std::unexpected(page.error());
        for (const StoredRequest& one : page->requests) {
            oldest_ms = one.settled().settled_ms;
            if (Status status = visit(one, begin_of(query, oldest_ms)); !status.ok()) {
                return std::unexpected(std::move(status));
            }
        }
        seen += page->requests.size();
        list.cursor = page->next_cursor;
        walk.partial = !list.cursor.empty() && (seen >= kMostRecordsSummed || wire::Clock::now() >= until);
    } while (!list.cursor.empty() && !walk.partial);
    if (walk.partial) walk.time.from_ms = oldest_ms;
    return walk;
}

const std::map<std::string_view, UsageAttribute>& usage_attributes() {
    static const std::map<std::string_view, UsageAttribute> kAttributes = {
        {"user", UsageAttribute::end_user},
        {"session_id", UsageAttribute::session},
        {"app", UsageAttribute::app},
        {"tag", UsageAttribute::tag},
        {"git_organization", UsageAttribute::git_organization},
        {"git_repository", UsageAttribute::git_repository}};
    return kAttributes;
}

std::string_view column_of(UsageAttribute attribute) {
    switch (attribute) {
        case UsageAttribute::end_user:
            return "external_user";
        case UsageAttribute::session:
            return "session_id";
        case UsageAttribute::tag:
            return "tag";
        case UsageAttribute::git_organization:
            return "git_organization";
        case UsageAttribute::git_repository:
            return "git_repository";
        case UsageAttribute::app:
            break;
    }
    return "app";
}

ApiAnswer show_record_analytics(Call& call, const RecordReportQuery& query, bool as_csv) {
    bring_up_to_date(call.services);
    const auto report = sum_records(*call.services.usage, query);
    if (!report) return api_error(report.error());
    const std::set<Group> kept = top_of(*report, query.top);
    UsageNames names(*call.directory, *call.services.store);
    const Rows rows = rows_of(query, *report, kept, names);
    const auto rest = rest_of(*report, kept);
    if (as_csv) return csv_of(query, *report, rows, rest, names);
    JsonWriter json;
    json.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    json.key("data").array();
    for (const auto& row : rows) write_json(row.second, json);
    json.end().key("other").array();
    for (const auto& [begin_ms, counters] : rest) {
        Columns columns;
        if (query.report.by_time) columns.emplace_back("begin", time_of(begin_ms));
        add_metrics(counters, columns);
        write_json(columns, json);
    }
    json.end().key("deleted").array().end();
    write_sum(report->total, json.key("total"));
    json.key("partial").flag(report->partial).end();
    return json_answer(json);
}

}  // namespace tollgate
