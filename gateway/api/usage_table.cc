#include "gateway/api/usage_table.h"

#include <algorithm>
#include <cstdio>

#include "gateway/text/csv.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kFreshWithinMs = 2000;  // how long a question waits for what was settled before it came
constexpr std::string_view kCsvType = "text/csv; charset=utf-8";

constexpr std::int64_t kUsualReportDays = 30;

// How far back a report goes that doesn't say.
std::int64_t usual_span_ms(RollupGrain grain) {
    switch (grain) {
        case RollupGrain::minute:
            return kDayMs / 24;
        case RollupGrain::quarter_hour:
        case RollupGrain::hour:
            return kDayMs;
        case RollupGrain::day:
            return kUsualReportDays * kDayMs;
    }
    return kDayMs;
}

}  // namespace

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

std::string csv_head(const Columns& like) {
    std::string out;
    for (const auto& column : like) out.append(out.empty() ? "" : ",").append(column.first);
    return out.append("\r\n");
}

void write_csv_row(const Columns& columns, std::string& out) {
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

ApiAnswer csv_answer(std::string text) {
    ApiAnswer answer;
    answer.body = std::move(text);
    answer.content_type = kCsvType;
    return answer;
}

ApiAnswer csv_page(const Columns& like, const std::vector<Columns>& rows, const std::string& next_cursor) {
    std::string out = csv_head(like);
    for (const Columns& row : rows) write_csv_row(row, out);
    ApiAnswer answer = csv_answer(std::move(out));
    if (!next_cursor.empty()) answer.headers = "x-next-cursor: " + next_cursor + "\r\n";
    return answer;
}

Result<CsvPages> read_csv_pages(const Columns& like, bool whole, std::string after, const ReadRows& read) {
    CsvPages all{.text = csv_head(like), .next = {}};
    for (std::size_t pages = 0; pages < kMostCsvPages; ++pages) {
        std::vector<Columns> rows;
        auto next = read(after, rows);
        if (!next) return std::unexpected(next.error());
        for (const Columns& row : rows) write_csv_row(row, all.text);
        if (!whole) all.next = *next;
        if (!whole || next->empty()) return all;
        after = std::move(*next);
    }
    return std::unexpected(Status(StatusCode::full,
                                  "the list is longer than one table may be: ask for a 'limit' and go on with the "
                                  "cursor in x-next-cursor, or for less",
                                  "table_too_long"));
}

ApiAnswer csv_list(const Call& call, const Page& page, const Columns& like, const ReadRows& read) {
    const auto all = read_csv_pages(like, call.query.text("limit").empty(), page.after, read);
    if (!all) return api_error(all.error());
    ApiAnswer answer = csv_answer(all->text);
    if (!all->next.empty()) answer.headers = "x-next-cursor: " + page.cursor(all->next) + "\r\n";
    return answer;
}

bool wants_csv(QueryFields& query) {
    const std::string format = query.text("format");
    if (!format.empty() && format != "json" && format != "csv") query.fail("format", "must be json or csv");
    return format == "csv";
}

UsageFilter filter_of_caller(const Call& call) {
    UsageFilter filter;
    if (call.permit().own_only) filter.member = call.request.caller.user;
    return filter;
}

UsageFilter read_filter(Call& call) {
    QueryFields& query = call.query;
    UsageFilter filter = filter_of_caller(call);
    filter.project = query.uuid("project_id");
    if (const auto member = query.uuid("member_id")) {
        if (filter.member.value_or(*member) != *member) query.fail("member_id", "must be you: you see your own usage");
        filter.member = member;
    }
    filter.key = query.key("key");
    filter.model = query.text("model");
    filter.provider = query.text("provider");
    return filter;
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
    add("cache_write_1h_tokens", number_of(of.cache_write_1h_tokens));
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

TimeRange read_report_time(QueryFields& query, RollupGrain grain, std::int64_t now_ms) {
    TimeRange time;
    time.to_ms = query.time("to").value_or(now_ms + 1);
    time.from_ms = query.time("from").value_or(std::max<std::int64_t>(time.to_ms - usual_span_ms(grain), 0));
    if (time.to_ms <= time.from_ms) query.fail("to", "must be after 'from'");
    return time;
}

void bring_up_to_date(Services& services) { services.usage->wait_for(services.ledger->newest_block(), kFreshWithinMs); }

}  // namespace tollgate
