#include "gateway/api/analytics_query.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "accounting/accounts/organization_retention.h"
#include "gateway/api/analytics_sums.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kUsualDays = 30;

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

// A value that no row can have would exclude nothing from what it is to exclude.
void normalize(const IdForm& form, std::vector<std::string>& values, BodyFields& body) {
    for (std::string& value : values) {
        auto normal = form.normal(value);
        if (!normal) return body.fail("value", "must be " + std::string(form.name));
        value = std::move(*normal);
    }
}

AnalyticsFilter read_filter(BodyFields& body) {
    AnalyticsFilter filter{.dimension = find_dimension(body.required_text("field")),
                           .by = FilterOperator::eq,
                           .values = body.scalars("value", kMostFilterValues),
                           .include_unset = body.has("include_unset") && body.flag("include_unset")};
    if (filter.dimension == nullptr) body.fail("field", "is no dimension that /api/v1/analytics/meta lists");
    const auto by = parse_operator(body.required_text("operator"));
    if (!by) body.fail("operator", "must be eq, neq, in, not_in, gt, gte, lt or lte");
    filter.by = by.value_or(filter.by);
    if (filter.values.empty()) body.fail("value", "is required");
    const bool several = filter.by == FilterOperator::in || filter.by == FilterOperator::not_in;
    if (!several && filter.values.size() > 1) body.fail("value", "must be one value with this operator");
    if (filter.dimension != nullptr && filter.dimension->form != nullptr)
        normalize(*filter.dimension->form, filter.values, body);
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

AnalyticsOrder read_order(BodyFields& body, const AnalyticsQuery& query) {
    AnalyticsOrder order{.by = query.granularity != nullptr ? AnalyticsOrder::By::time : AnalyticsOrder::By::metric,
                         .metric = query.metrics.empty() ? nullptr : query.metrics.front()};
    order.descending = order.by == AnalyticsOrder::By::metric;
    auto given = body.object("order_by", kAnalyticsOrder);
    if (!given) return order;
    const std::string field = given->required_text("field"), direction = given->required_text("direction");
    const AnalyticsMetric* const metric = find_metric(field);
    const bool asked = std::ranges::find(query.metrics, metric) != query.metrics.end();
    order = {.by = AnalyticsOrder::By::time, .metric = metric, .dimension = find_dimension(field)};
    if (metric != nullptr && (asked || field == "request_count")) {
        order.by = AnalyticsOrder::By::metric;
    } else if (std::ranges::find(query.dimensions, order.dimension) != query.dimensions.end()) {
        order.by = AnalyticsOrder::By::dimension;
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

AnalyticsQuery read_query(Call& call) {
    BodyFields& body = call.body;
    AnalyticsQuery query;
    query.metrics = read_words(body, "metrics", kMostAnalyticsMetrics, find_metric);
    query.dimensions = read_words(body, "dimensions", kMostAnalyticsDimensions, find_dimension);
    if (query.metrics.empty()) body.fail("metrics", "is required");
    for (BodyFields& filter : body.objects("filters", kAnalyticsFilter, kMostAnalyticsFilters)) {
        query.filters.push_back(read_filter(filter));
        body.keep(filter.error());
    }
    if (const std::string text = body.filled_text("granularity"); !text.empty()) {
        query.granularity = find_granularity(text);
        if (query.granularity == nullptr) body.fail("granularity", "must be minute, hour, day, week or month");
    }
    query.time = read_time(body, call.request.now_ms);
    query.order = read_order(body, query);
    query.limit = read_rows(body, "limit", kUsualAnalyticsRows);
    query.group_limit = read_rows(body, "group_limit", kMostAnalyticsRows);
    return query;
}

// --- The answer
void write_warnings(const Call& call, const AnalyticsQuery& query, const AnalyticsSums& summed, JsonWriter& json) {
    json.key("warnings").array();
    if (summed.partial) {
        const std::string edge = rfc3339(summed.of_requests ? summed.time.from_ms : summed.time.to_ms);
        json.text("summed " + std::string(summed.of_requests ? "from " : "until ") + edge +
                  " only: it was too much to sum");
    }
    const Accounts& accounts = *call.services.accounts;
    const std::int64_t days = retention_of(call.organization(), accounts.plans(), accounts.retention()).days;
    if (summed.of_requests && query.time.from_ms / kDayMs < call.request.now_ms / kDayMs - days) {
        json.text("made from the details of requests, which are kept for " + std::to_string(days) + " days");
    }
    json.end();
}

// Below zero: a comes before b, ascending.
double compare(const AnalyticsOrder& order, const AnalyticsGroup& a, const AnalyticsGroup& b) {
    switch (order.by) {
        case AnalyticsOrder::By::time:
            return static_cast<double>(a.begin_ms - b.begin_ms);
        case AnalyticsOrder::By::metric:
            return order.metric->order(a.row) - order.metric->order(b.row);
        case AnalyticsOrder::By::dimension:
            break;
    }
    return order.dimension->id_of(a.row).compare(order.dimension->id_of(b.row));
}

void sort(const AnalyticsOrder& order, std::vector<AnalyticsGroup>& groups) {
    std::ranges::sort(groups, [&order](const AnalyticsGroup& a, const AnalyticsGroup& b) {
        const double difference = order.descending ? compare(order, b, a) : compare(order, a, b);
        return difference != 0 ? difference < 0 : a.number < b.number;
    });
}

// Keeps what the limits allow. Whether that was all.
bool cut(const AnalyticsQuery& query, std::vector<AnalyticsGroup>& groups) {
    const std::size_t all = groups.size();
    std::map<std::vector<std::string>, std::size_t> taken;
    if (!query.dimensions.empty()) {
        std::erase_if(groups, [&](const AnalyticsGroup& one) {
            std::vector<std::string> key;
            key.reserve(query.dimensions.size());
            for (const AnalyticsDimension* dimension : query.dimensions) key.push_back(dimension->id_of(one.row));
            return ++taken[key] > query.group_limit;
        });
    }
    if (groups.size() > query.limit)
        groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(query.limit), groups.end());
    return groups.size() == all;
}

Columns columns_of(const AnalyticsQuery& query, const AnalyticsGroup& group, UsageNames& names) {
    Columns columns;
    if (query.granularity != nullptr) {
        const std::string begin = rfc3339(group.begin_ms);
        const bool whole_days = query.granularity->grain == RollupGrain::day;
        columns.emplace_back(query.granularity->column, text_of(whole_days ? begin.substr(0, 10) : begin));
    }
    for (const AnalyticsDimension* dimension : query.dimensions) dimension->show_in(group.row, names, columns);
    for (const AnalyticsMetric* metric : query.metrics) {
        columns.emplace_back(metric->name, metric->shown(group.row));
    }
    return columns;
}

}  // namespace

ApiAnswer query_analytics(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const auto begin = std::chrono::steady_clock::now();
    const AnalyticsQuery query = read_query(call);
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    auto summed = sum_analytics(call, query);
    if (!summed) return api_error(summed.error());
    std::vector<AnalyticsGroup>& groups = summed->groups;
    sort(query.order, groups);
    const bool whole = cut(query, groups);
    UsageNames names(*call.directory, *call.services.store);
    JsonWriter json;
    json.object().key("data").object().key("data").array();
    for (const AnalyticsGroup& one : groups) write_json(columns_of(query, one, names), json);
    json.end().key("metadata").object().key("row_count").number(static_cast<std::int64_t>(groups.size()));
    const auto taken = std::chrono::steady_clock::now() - begin;
    json.key("query_time_ms").number(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count());
    json.key("truncated").flag(!whole || summed->partial).end();
    write_warnings(call, query, *summed, json);
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
