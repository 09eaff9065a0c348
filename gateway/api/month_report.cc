#include "gateway/api/month_report.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// "2026-11" as the time that it is; nullopt: it is no month.
std::optional<TimeRange> parse_month(std::string_view text) {
    using std::chrono::month;
    using std::chrono::months;
    using std::chrono::sys_days;
    using std::chrono::year;
    int year_number = 0;
    unsigned month_number = 0;
    const auto read = [&text](std::size_t at, std::size_t count, auto& number) {
        const char* const end = text.data() + at + count;
        const auto [stop, failed] = std::from_chars(text.data() + at, end, number);
        return failed == std::errc() && stop == end;
    };
    if (text.size() != 7 || text[4] != '-' || !read(0, 4, year_number) || !read(5, 2, month_number)) return {};
    const auto begin = year(year_number) / month(month_number);
    if (!begin.ok() || year_number < 1970) return {};
    const auto milliseconds = [](std::chrono::year_month at) {
        return sys_days(at / 1).time_since_epoch().count() * kDayMs;
    };
    return TimeRange{.from_ms = milliseconds(begin), .to_ms = milliseconds(begin + months(1))};
}

void read_by(QueryFields& fields, UsageReportQuery& query) {
    static const std::map<std::string_view, UsageDimension> kBy = {{"project", UsageDimension::project},
                                                                   {"member", UsageDimension::member},
                                                                   {"key", UsageDimension::key},
                                                                   {"model", UsageDimension::model},
                                                                   {"provider", UsageDimension::provider}};
    const std::string text = fields.text("by");
    for (std::string_view rest = text.empty() ? std::string_view("project") : text; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const auto known = kBy.find(name);
        if (known == kBy.end() || std::ranges::find(query.group_by, known->second) != query.group_by.end()) {
            return fields.fail("by", "must be a list of project, member, key, model and provider");
        }
        query.group_by.push_back(known->second);
    }
}

// What the ledger booked for usage: a row for each day and project.
Result<NanoUsd> booked_in(Ledger& ledger, const Id128& organization, const TimeRange& time) {
    HistoryQuery query{.organization = organization, .kind = EntryKind::usage};
    query.from_ms = time.from_ms;
    query.to_ms = time.to_ms;
    query.limit = kMaxHistoryPage;
    NanoUsd sum;
    for (bool more = true; more;) {
        const auto page = ledger.history(query);
        if (!page) return std::unexpected(page.error());
        for (const HistoryRow& row : page->rows) sum -= row.amount;  // it went out
        query.before = page->next;
        more = page->next.has_value();
    }
    return sum;
}

}  // namespace

ApiAnswer show_month_report(Call& call) {
    QueryFields& fields = call.query;
    UsageReportQuery query{.organization = call.organization().id};
    const std::string month = fields.text("month");
    const auto time = parse_month(month);
    if (!time) fields.fail("month", "must be a month: YYYY-MM");
    read_by(fields, query);
    const bool as_csv = wants_csv(fields);
    if (call.error() || !time) return call.refusal();
    query.time = *time;
    const auto booked = booked_in(*call.services.ledger, query.organization, *time);
    if (!booked) return api_error(booked.error());
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    UsageNames names(*call.directory, *call.services.store);
    if (as_csv) {
        const auto columns_of = [&](const UsageReportRow& row) {
            Columns columns = report_columns(query, row, names);
            columns.emplace(columns.begin(), "month", text_of(month));
            return columns;
        };
        std::string out = csv_head(columns_of({}));
        for (const UsageReportRow& row : report->rows) write_csv_row(columns_of(row), out);
        return csv_answer(std::move(out));
    }
    JsonWriter json;
    json.object()
        .key("month")
        .text(month)
        .key("from")
        .text(rfc3339(time->from_ms))
        .key("to")
        .text(rfc3339(time->to_ms));
    json.key("data").array();
    for (const UsageReportRow& row : report->rows) write_json(report_columns(query, row, names), json);
    json.end();
    write_sum(report->total, json.key("total"));
    json.key("booked").usd(*booked).key("complete");
    json.flag(call.request.now_ms >= time->to_ms && booked->value == report->total.charged_nano).end();
    return json_answer(json);
}

}  // namespace tollgate
