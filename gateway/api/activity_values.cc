#include "gateway/api/activity_values.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "gateway/api/record_analytics.h"
#include "gateway/api/usage_names.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

const std::map<std::string_view, UsageDimension> kSummed = {{"model", UsageDimension::model},
                                                            {"provider", UsageDimension::provider},
                                                            {"key", UsageDimension::key},
                                                            {"member", UsageDimension::member},
                                                            {"project", UsageDimension::project}};

UsageValue value_of(UsageDimension dimension, const UsageReportRow& row, UsageNames& names) {
    UsageValue value{.value = {}, .label = {}, .requests = row.counters.requests};
    Columns columns;
    switch (dimension) {
        case UsageDimension::model:
            value.value = row.model;
            break;
        case UsageDimension::provider:
            value.value = row.provider;
            break;
        case UsageDimension::member:
            names.add_member(row.member, columns);
            break;
        case UsageDimension::key:
            names.add_key(row.key, columns);
            break;
        case UsageDimension::project:
            names.add_project(row.project, columns);
            break;
    }
    if (!columns.empty()) {  // the id, then the name
        value.value = columns[0].second.text;
        value.label = columns[1].second.text;
    }
    return value;
}

std::vector<UsageValue> statuses_of(const RollupCounters& total) {
    const std::int64_t failed = total.client_errors + total.server_errors + total.cancelled;
    return {{.value = "success", .label = {}, .requests = total.requests - failed},
            {.value = "client_error", .label = {}, .requests = total.client_errors},
            {.value = "server_error", .label = {}, .requests = total.server_errors},
            {.value = "cancelled", .label = {}, .requests = total.cancelled}};
}

// From the sums, of whole quarters of an hour.
Result<UsageValues> summed_values(Call& call, const std::string& field, const UsageFilter& filter,
                                  const TimeRange& time) {
    UsageReportQuery query{.organization = call.organization().id, .filter = filter};
    query.edges = {time.from_ms, time.to_ms};
    query.by_time = true;
    query.budget.ms = kUsualReportMs;
    const auto dimension = kSummed.find(field);
    if (dimension != kSummed.end()) query.group_by = {dimension->second};
    const auto report = call.services.usage->report(query);
    if (!report) return std::unexpected(report.error());
    UsageValues found{.values = {}, .partial = report->partial};
    if (dimension == kSummed.end()) {
        found.values = statuses_of(report->total);
        return found;
    }
    UsageNames names(*call.directory, *call.services.store);
    for (const UsageReportRow& row : report->rows) found.values.push_back(value_of(dimension->second, row, names));
    return found;
}

}  // namespace

ApiAnswer list_activity_values(Call& call) {
    QueryFields& fields = call.query;
    const std::string field = fields.text("field"), prefix = fields.text("prefix");
    const UsageFilter filter = read_filter(call);
    TimeRange time = read_report_time(fields, RollupGrain::day, call.request.now_ms);
    const std::uint32_t limit = fields.number("limit", 1, kMaxActivityValues, kUsualActivityValues);
    const auto attribute = usage_attributes().find(field);
    if (attribute == usage_attributes().end() && field != "status" && !kSummed.contains(field)) {
        fields.fail("field",
                    "must be key, member, project, model, provider, status, user, session_id, app, tag, "
                    "git_organization or git_repository");
    }
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    time = {.from_ms = time.from_ms / kEdgeMs * kEdgeMs, .to_ms = ((time.to_ms - 1) / kEdgeMs + 1) * kEdgeMs};
    auto found = attribute == usage_attributes().end()
                     ? summed_values(call, field, filter, time)
                     : call.services.usage->values({.organization = call.organization().id,
                                                    .attribute = attribute->second,
                                                    .filter = filter,
                                                    .time = time});
    if (!found) return api_error(found.error());
    std::vector<UsageValue>& values = found->values;
    std::erase_if(values, [&](const UsageValue& one) {
        if (one.requests == 0 || one.value.empty()) return true;
        return !one.value.starts_with(prefix) && !one.label.starts_with(prefix);
    });
    std::ranges::sort(values, [](const UsageValue& a, const UsageValue& b) {
        return std::tuple(-a.requests, a.value) < std::tuple(-b.requests, b.value);
    });
    const bool partial = found->partial || values.size() > limit;
    if (values.size() > limit) values.resize(limit);
    JsonWriter json;
    json.object().key("from").text(rfc3339(time.from_ms)).key("to").text(rfc3339(time.to_ms)).key("data").array();
    for (const UsageValue& one : values) {
        json.object().key("value").text(one.value).key("label").text_or_null(one.label);
        json.key("requests").number(one.requests).end();
    }
    json.end().key("partial").flag(partial).end();
    return json_answer(json);
}

}  // namespace tollgate
