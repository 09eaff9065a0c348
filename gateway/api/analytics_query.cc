#include "gateway/api/analytics_query.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "gateway/api/analytics.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kUsualDays = 30;

struct Filter {
    const AnalyticsDimension* dimension;
    FilterOperator by;
    std::vector<std::string> values;
    bool include_unset;

    bool admits(const UsageReportRow& row) const {
        const std::string id = dimension->id(row);
        const bool is_list = by == FilterOperator::in || by == FilterOperator::not_in;
        if (is_list && id.empty()) return include_unset;
        const bool found = std::ranges::find(values, id) != values.end();
        return found == (by == FilterOperator::eq || by == FilterOperator::in);
    }
};

struct Order {
    enum class By : std::uint8_t { time, metric, dimension } by = By::metric;
    const AnalyticsMetric* metric = nullptr;
    const AnalyticsDimension* dimension = nullptr;
    bool descending = true;
};

struct Query {
    std::vector<const AnalyticsMetric*> metrics;
    std::vector<const AnalyticsDimension*> dimensions;
    std::vector<Filter> filters;
    const AnalyticsGranularity* granularity = nullptr;  // null: one bucket
    TimeRange time;
    Order order;
    std::size_t limit = 0, group_limit = 0;
};

// One row of the answer, of all rows of the report that it sums.
struct Group {
    std::int64_t begin_ms = 0;
    std::size_t number = 0;  // in the order of time and ids
    UsageReportRow row;      // its dimensions, and the sum
};

// --- The request
template <class Word>
std::vector<const Word*> read_words(BodyFields& body, std::string_view name, std::size_t most,
                                    const Word* (*find)(std::string_view)) {
    std::vector<const Word*> words;
    for (const std::string& text : body.texts(name, most).value_or(std::vector<std::string>())) {
        const Word* const word = find(text);
        if (word == nullptr) {
            body.fail(name, "has a word that /api/v1/analytics/meta does not list");
        } else if (std::ranges::find(words, word) != words.end()) {
            body.fail(name, "has a word twice");
        }
        words.push_back(word);
    }
    return words;
}

Filter read_filter(BodyFields& body) {
    Filter filter{.dimension = find_dimension(body.required_text("field")),
                  .by = FilterOperator::eq,
                  .values = body.scalars("value", kMostFilterValues),
                  .include_unset = body.has("include_unset") && body.flag("include_unset")};
    if (filter.dimension == nullptr) body.fail("field", "is no dimension that /api/v1/analytics/meta lists");
    const auto by = parse_operator(body.required_text("operator"));
    if (!by) body.fail("operator", "must be eq, neq, in or not_in");
    filter.by = by.value_or(filter.by);
    if (filter.values.empty()) body.fail("value", "is required");
    const bool one = filter.by == FilterOperator::eq || filter.by == FilterOperator::neq;
    if (one && filter.values.size() > 1) body.fail("value", "must be one value with this operator");
    return filter;
}

TimeRange read_time(BodyFields& body, std::int64_t now_ms) {
    TimeRange time{.from_ms = std::max<std::int64_t>(now_ms - kUsualDays * kDayMs, 0), .to_ms = now_ms + 1};
    auto given = body.object("time_range", kAnalyticsTime);
    if (!given) return time;
    const auto read = [&given](std::string_view name) {
        const auto unix_ms = parse_time(given->required_text(name));
        if (!unix_ms) given->fail(name, unix_ms.error().message());
        return unix_ms.value_or(0);
    };
    time = {.from_ms = read("start"), .to_ms = read("end")};
    if (time.to_ms <= time.from_ms) given->fail("end", "must be after 'start'");
    body.keep(given->error());
    return time;
}

Order read_order(BodyFields& body, const Query& query) {
    Order order{.by = query.granularity != nullptr ? Order::By::time : Order::By::metric,
                .metric = query.metrics.empty() ? nullptr : query.metrics.front()};
    order.descending = order.by == Order::By::metric;
    auto given = body.object("order_by", kAnalyticsOrder);
    if (!given) return order;
    const std::string field = given->required_text("field"), direction = given->required_text("direction");
    const AnalyticsMetric* const metric = find_metric(field);
    const bool asked = std::ranges::find(query.metrics, metric) != query.metrics.end();
    order = {.by = Order::By::time, .metric = metric, .dimension = find_dimension(field)};
    if (metric != nullptr && (asked || field == "request_count")) {
        order.by = Order::By::metric;
    } else if (std::ranges::find(query.dimensions, order.dimension) != query.dimensions.end()) {
        order.by = Order::By::dimension;
    } else if (field != "date") {
        given->fail("field", "must be a metric or dimension of the query, request_count or date");
    }
    if (direction != "asc" && direction != "desc") given->fail("direction", "must be asc or desc");
    order.descending = direction == "desc";
    body.keep(given->error());
    return order;
}

std::size_t read_rows(BodyFields& body, std::string_view name, std::int64_t otherwise) {
    const auto rows = body.count(name, kMostAnalyticsRows).value_or(std::nullopt).value_or(otherwise);
    if (rows == 0) body.fail(name, "must be at least 1");
    return static_cast<std::size_t>(rows);
}

Query read_query(Call& call) {
    BodyFields& body = call.body;
    Query query;
    query.metrics = read_words(body, "metrics", kMostAnalyticsMetrics, find_metric);
    query.dimensions = read_words(body, "dimensions", kMostAnalyticsDimensions, find_dimension);
    if (query.metrics.empty()) body.fail("metrics", "is required");
    for (BodyFields& filter : body.objects("filters", kAnalyticsFilter, kMostAnalyticsFilters)) {
        query.filters.push_back(read_filter(filter));
        body.keep(filter.error());
    }
    if (const std::string text = body.text("granularity"); !text.empty()) {
        query.granularity = find_granularity(text);
        if (query.granularity == nullptr) body.fail("granularity", "must be minute, hour, day, week or month");
    }
    query.time = read_time(body, call.request.now_ms);
    query.order = read_order(body, query);
    query.limit = read_rows(body, "limit", kUsualAnalyticsRows);
    query.group_limit = read_rows(body, "group_limit", kMostAnalyticsRows);
    return query;
}

// --- The report
// What the rollups can leave out themselves; the caller's own bounds stay.
void narrow(const Query& query, UsageFilter& filter) {
    for (const Filter& one : query.filters) {
        if (one.by != FilterOperator::eq) continue;
        const std::string& value = one.values.front();
        if (one.dimension->of == UsageDimension::model) filter.model = value;
        if (one.dimension->of == UsageDimension::provider) filter.provider = value;
        if (one.dimension->of == UsageDimension::key && !filter.key) {
            if (const auto key = parse_key_digest(value)) filter.key = *key;
        }
    }
}

UsageReportQuery report_query(const Call& call, const Query& query) {
    UsageReportQuery report{.organization = call.organization().id, .filter = filter_of_caller(call)};
    report.time = query.time;
    report.time.to_ms = std::min(report.time.to_ms, call.request.now_ms + 1);
    report.time.from_ms = std::min(report.time.from_ms, report.time.to_ms - 1);
    report.by_time = query.granularity != nullptr;
    report.grain = report.by_time ? query.granularity->grain : finest_grain(report.time, call.request.now_ms);
    report.budget.ms = kUsualReportMs;
    const auto add = [&report](UsageDimension dimension) {
        if (std::ranges::find(report.group_by, dimension) == report.group_by.end()) {
            report.group_by.push_back(dimension);
        }
    };
    for (const AnalyticsDimension* dimension : query.dimensions) add(dimension->of);
    for (const Filter& filter : query.filters) add(filter.dimension->of);
    narrow(query, report.filter);
    return report;
}

// By bucket and the ids of the query's dimensions.
using GroupKey = std::pair<std::int64_t, std::vector<std::string>>;

std::vector<Group> group(const Query& query, const std::vector<UsageReportRow>& rows) {
    std::map<GroupKey, Group> groups;
    for (const UsageReportRow& row : rows) {
        const auto admits = [&row](const Filter& filter) { return filter.admits(row); };
        if (!std::ranges::all_of(query.filters, admits)) continue;
        GroupKey key{query.granularity != nullptr ? query.granularity->begin_ms(row.begin_ms) : 0, {}};
        for (const AnalyticsDimension* dimension : query.dimensions) key.second.push_back(dimension->id(row));
        const auto [found, fresh] = groups.try_emplace(key, Group{.begin_ms = key.first, .row = row});
        if (!fresh) found->second.row.counters.merge(row.counters);
    }
    std::vector<Group> all;
    for (auto& [key, one] : groups) {
        one.number = all.size();
        all.push_back(std::move(one));
    }
    return all;
}

// Below zero: a comes before b, ascending.
double compare(const Order& order, const Group& a, const Group& b) {
    switch (order.by) {
        case Order::By::time:
            return static_cast<double>(a.begin_ms - b.begin_ms);
        case Order::By::metric:
            return order.metric->order(a.row.counters) - order.metric->order(b.row.counters);
        case Order::By::dimension:
            break;
    }
    return order.dimension->id(a.row).compare(order.dimension->id(b.row));
}

void sort(const Order& order, std::vector<Group>& groups) {
    std::ranges::sort(groups, [&order](const Group& a, const Group& b) {
        const double difference = order.descending ? compare(order, b, a) : compare(order, a, b);
        return difference != 0 ? difference < 0 : a.number < b.number;
    });
}

// Keeps what the limits allow. Whether that was all.
bool cut(const Query& query, std::vector<Group>& groups) {
    const std::size_t all = groups.size();
    std::map<std::vector<std::string>, std::size_t> taken;
    if (!query.dimensions.empty()) {
        std::erase_if(groups, [&](const Group& one) {
            std::vector<std::string> key;
            for (const AnalyticsDimension* dimension : query.dimensions) key.push_back(dimension->id(one.row));
            return ++taken[key] > query.group_limit;
        });
    }
    if (groups.size() > query.limit)
        groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(query.limit), groups.end());
    return groups.size() == all;
}

Columns columns_of(const Query& query, const Group& group, UsageNames& names) {
    Columns columns;
    if (query.granularity != nullptr) {
        const std::string begin = rfc3339(group.begin_ms);
        const bool whole_days = query.granularity->grain == RollupGrain::day;
        columns.emplace_back(query.granularity->column, text_of(whole_days ? begin.substr(0, 10) : begin));
    }
    for (const AnalyticsDimension* dimension : query.dimensions) dimension->show(group.row, names, columns);
    for (const AnalyticsMetric* metric : query.metrics) {
        columns.emplace_back(metric->name, metric->shown(group.row.counters));
    }
    return columns;
}

}  // namespace

ApiAnswer query_analytics(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const auto begin = std::chrono::steady_clock::now();
    const Query query = read_query(call);
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(report_query(call, query));
    if (!report) return api_error(report.error());
    std::vector<Group> groups = group(query, report->rows);
    sort(query.order, groups);
    const bool whole = cut(query, groups);
    UsageNames names(*call.directory, *call.services.store);
    JsonWriter json;
    json.object().key("data").object().key("data").array();
    for (const Group& one : groups) write_json(columns_of(query, one, names), json);
    json.end().key("metadata").object().key("row_count").number(static_cast<std::int64_t>(groups.size()));
    const auto taken = std::chrono::steady_clock::now() - begin;
    json.key("query_time_ms").number(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count());
    json.key("truncated").flag(!whole || report->partial).end().key("warnings").array();
    if (report->partial) json.text("summed until " + rfc3339(report->time.to_ms) + " only: it was too much to sum");
    json.end().end().end();
    return json_answer(json);
}

}  // namespace tollgate
