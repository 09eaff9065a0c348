#include "gateway/api/analytics_sums.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "gateway/api/analytics.h"
#include "gateway/api/record_analytics.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Numbers by what they are worth, anything else by its bytes. Below zero: `one` is less.
int compare_ids(const std::string& one, const std::string& other) {
    const auto number_of = [](const std::string& text) {
        double number = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data(), end, number);
        return failed == std::errc() && stop == end ? std::optional(number) : std::nullopt;
    };
    const auto a = number_of(one), b = number_of(other);
    if (a && b) return *a < *b ? -1 : static_cast<int>(*a > *b);
    return one.compare(other);
}

// What the rollups can leave out themselves; the caller's own bounds stay.
void narrow(const AnalyticsQuery& query, UsageFilter& filter) {
    for (const AnalyticsFilter& one : query.filters) {
        if (one.by != FilterOperator::eq || one.dimension->of_requests()) continue;
        const std::string& value = one.values.front();
        if (one.dimension->of == UsageDimension::model) filter.model = value;
        if (one.dimension->of == UsageDimension::provider) filter.provider = value;
        if (one.dimension->of == UsageDimension::key && !filter.key) {
            if (const auto key = parse_key_digest(value)) filter.key = *key;
        }
    }
}

// Of a time that has begun.
UsageReportQuery report_query(const Call& call, const AnalyticsQuery& query) {
    UsageReportQuery report{.organization = call.organization().id, .filter = filter_of_caller(call)};
    report.time = query.time;
    report.time.to_ms = std::min(report.time.to_ms, call.request.now_ms + 1);
    report.by_time = query.granularity != nullptr;
    report.grain = report.by_time ? query.granularity->grain : finest_grain(report.time, call.request.now_ms);
    report.budget.ms = kUsualReportMs;
    const auto add = [&report](UsageDimension dimension) {
        if (std::ranges::find(report.group_by, dimension) == report.group_by.end()) {
            report.group_by.push_back(dimension);
        }
    };
    for (const AnalyticsDimension* dimension : query.dimensions) {
        if (!dimension->of_requests()) add(dimension->of);
    }
    for (const AnalyticsFilter& filter : query.filters) {
        if (!filter.dimension->of_requests()) add(filter.dimension->of);
    }
    narrow(query, report.filter);
    return report;
}

// By bucket and the ids of the query's dimensions.
using GroupKey = std::pair<std::int64_t, std::vector<std::string>>;

class Groups {
  public:
    explicit Groups(const AnalyticsQuery& query) : query_(query) {}

    void add(const AnalyticsRow& row) {
        GroupKey key{query_.granularity != nullptr ? query_.granularity->begin_ms(row.begin_ms) : 0, {}};
        for (const AnalyticsDimension* dimension : query_.dimensions) key.second.push_back(dimension->id_of(row));
        const auto [found, fresh] = groups_.try_emplace(key, AnalyticsGroup{.begin_ms = key.first, .row = row});
        if (fresh) return;
        found->second.row.counters.merge(row.counters);
        found->second.row.sums.merge(row.sums);
    }
    std::size_t size() const { return groups_.size(); }
    std::vector<AnalyticsGroup> take() {
        std::vector<AnalyticsGroup> all;
        for (auto& [key, one] : groups_) {
            one.number = all.size();
            all.push_back(std::move(one));
        }
        return all;
    }

  private:
    const AnalyticsQuery& query_;
    std::map<GroupKey, AnalyticsGroup> groups_;
};

Result<AnalyticsSums> sum_rollups(const Call& call, const AnalyticsQuery& query) {
    auto report = call.services.usage->report(report_query(call, query));
    if (!report) return std::unexpected(report.error());
    Groups groups(query);
    for (UsageReportRow& one : report->rows) {
        const AnalyticsRow row{std::move(one)};
        const auto admits = [&row](const AnalyticsFilter& filter) {
            const std::string id = filter.dimension->id(row);
            return filter.admits(id.empty() ? std::vector<std::string>() : std::vector{id});
        };
        if (std::ranges::all_of(query.filters, admits)) groups.add(row);
    }
    return AnalyticsSums{.groups = groups.take(), .time = report->time, .partial = report->partial};
}

// A request with several values of a dimension is in a row of each of them.
std::vector<AnalyticsRow> rows_of(const AnalyticsQuery& query, const StoredRequest& request, AnalyticsRow row) {
    std::vector<AnalyticsRow> rows{std::move(row)};
    for (const AnalyticsDimension* const dimension : query.dimensions) {
        if (!dimension->of_requests()) continue;
        const auto values = dimension->values(request);
        if (values.empty()) continue;
        std::vector<AnalyticsRow> apart;
        for (const AnalyticsRow& one : rows) {
            for (const std::string& value : values) apart.emplace_back(one).facts[dimension->name] = value;
        }
        rows = std::move(apart);
    }
    return rows;
}

Result<AnalyticsSums> sum_requests(const Call& call, const AnalyticsQuery& query) {
    Groups groups(query);
    const auto visit = [&](const StoredRequest& request, std::int64_t begin_ms) -> Status {
        const RequestOpened& opened = request.opened();
        AnalyticsRow row{{.begin_ms = begin_ms,
                          .project = opened.project,
                          .member = opened.member,
                          .key = opened.key,
                          .model = std::string(request.answered().model),
                          .provider = std::string(request.answered().provider)}};
        const auto admits = [&](const AnalyticsFilter& filter) {
            return filter.admits(filter.dimension->values_of(request, row));
        };
        if (!std::ranges::all_of(query.filters, admits)) return {};
        row.counters.add(request.record());
        row.sums.add(request.record());
        for (const AnalyticsRow& one : rows_of(query, request, std::move(row))) groups.add(one);
        return groups.size() > kMaxReportRows ? too_many_rows() : Status();
    };
    const auto walk = walk_records(*call.services.usage, report_query(call, query), visit);
    if (!walk) return std::unexpected(walk.error());
    return AnalyticsSums{.groups = groups.take(), .time = walk->time, .partial = walk->partial, .of_requests = true};
}

// Whether something is asked for that only the requests themselves know.
bool needs_requests(const AnalyticsQuery& query) {
    return std::ranges::any_of(query.metrics, &AnalyticsMetric::of_requests) ||
           std::ranges::any_of(query.dimensions, &AnalyticsDimension::of_requests) ||
           std::ranges::any_of(query.filters, [](const AnalyticsFilter& one) { return one.dimension->of_requests(); });
}

}  // namespace

bool AnalyticsFilter::admits(const std::vector<std::string>& ids) const {
    const bool is_list = by == FilterOperator::in || by == FilterOperator::not_in;
    if (is_list && ids.empty()) return include_unset;
    const bool excludes = by == FilterOperator::neq || by == FilterOperator::not_in;
    return std::ranges::any_of(ids, [this](const std::string& id) { return matches(id); }) != excludes;
}

bool AnalyticsFilter::matches(const std::string& id) const {
    switch (by) {
        case FilterOperator::gt:
            return compare_ids(id, values.front()) > 0;
        case FilterOperator::gte:
            return compare_ids(id, values.front()) >= 0;
        case FilterOperator::lt:
            return compare_ids(id, values.front()) < 0;
        case FilterOperator::lte:
            return compare_ids(id, values.front()) <= 0;
        case FilterOperator::eq:
        case FilterOperator::neq:
        case FilterOperator::in:
        case FilterOperator::not_in:
            break;
    }
    return std::ranges::find(values, id) != values.end();
}

Result<AnalyticsSums> sum_analytics(const Call& call, const AnalyticsQuery& query) {
    if (query.time.from_ms > call.request.now_ms) return AnalyticsSums{.groups = {}, .time = query.time};
    return needs_requests(query) ? sum_requests(call, query) : sum_rollups(call, query);
}

}  // namespace tollgate
