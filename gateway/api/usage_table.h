// Rows of a usage report, which JSON and CSV show alike, and what questions about usage have in common.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounting/usage/usage_report.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

// One value of a table.
struct Value {
    enum class Kind : std::uint8_t { null, text, raw } kind = Kind::null;
    std::string text = {};
};
Value text_of(std::string_view text);  // null if empty
Value number_of(std::int64_t number);
Value usd_of(NanoUsd amount);
Value flag_of(bool flag);
Value time_of(std::int64_t unix_ms);
Value id_of(const Id128& id);                 // null if nil
Value milliseconds_or_null(std::int64_t ms);  // null below zero
Value share_of(std::int64_t part, std::int64_t whole);

using Columns = std::vector<std::pair<std::string_view, Value>>;

void write_json(const Columns& columns, JsonWriter& json);
// The line of names, of columns like those of the rows: it stands before them also where there are none.
std::string csv_head(const Columns& like);
void write_csv_row(const Columns& columns, std::string& out);
ApiAnswer csv_answer(std::string text);

// A page of rows; its cursor is in a header.
ApiAnswer csv_page(const Columns& like, const std::vector<Columns>& rows, const std::string& next_cursor);

// --- A list as CSV
inline constexpr std::size_t kMostCsvPages = 20;  // of the list, each as long as a page of it may be

// Appends the rows of the page behind the place, and returns where the next one begins; empty: that was the last.
using ReadRows = std::function<Result<std::string>(const std::string& after, std::vector<Columns>& rows)>;
struct CsvPages {
    std::string text, next;  // `next` is empty of a whole list
};
// One page, or the whole list from there on. full: it has more than kMostCsvPages; what was cut would look whole.
Result<CsvPages> read_csv_pages(const Columns& like, bool whole, std::string after, const ReadRows& read);
// Whole unless the caller asks for a `limit`; a page's cursor is in a header.
ApiAnswer csv_list(const Call& call, const Page& page, const Columns& like, const ReadRows& read);

// --- Sums
inline constexpr std::array kMetricFields = {
    fields::integer("requests"),
    fields::integer("client_errors"),
    fields::integer("server_errors"),
    fields::integer("cancelled"),
    fields::number("error_rate"),
    fields::integer("streamed"),
    fields::integer("cache_hits"),
    fields::number("cache_hit_rate"),
    fields::integer("byok_requests"),
    fields::integer("prompt_tokens"),
    fields::integer("completion_tokens"),
    fields::integer("reasoning_tokens"),
    fields::integer("cached_tokens"),
    fields::integer("cache_write_tokens"),
    fields::integer("cache_write_1h_tokens"),
    fields::usd("usage"),
    fields::usd("charged"),
    fields::usd("upstream_inference_cost"),
    fields::integer("latency_p50").or_null(),
    fields::integer("latency_p90").or_null(),
    fields::integer("latency_p99").or_null(),
    fields::integer("time_to_first_token_p50").or_null(),
    fields::integer("time_to_first_token_p90").or_null(),
    fields::integer("time_to_first_token_p99").or_null(),
};
// The columns of kMetricFields.
void add_metrics(const RollupCounters& of, Columns& out);

// --- Parameters
inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::uint32_t kUsualReportMs = 2000;  // that a report may take
inline constexpr Field kFormatField = fields::text("format").one_of("json|csv");
inline constexpr Field kFromField = fields::text("from").note("RFC 3339, a date, or Unix milliseconds");
inline constexpr Field kToField = fields::text("to").note("The same; exclusive");
inline constexpr std::array kFilterFields = {fields::uuid("project_id"), fields::uuid("member_id"),
                                             fields::key_hash("key"), fields::text("model"), fields::text("provider")};

bool wants_csv(QueryFields& query);  // "json" unless the caller wants CSV
// Of kFilterFields: those that rollups know, too. Whoever may see only his own gets no other.
UsageFilter read_filter(Call& call);
// The same without them: for a caller who sees everything it admits everything.
UsageFilter filter_of_caller(const Call& call);

// From `from` to `to`. Absent: until now, from as long before as is usual for the grain.
TimeRange read_report_time(QueryFields& query, RollupGrain grain, std::int64_t now_ms);

// What was settled before the question is in the answer, unless there is very much of it.
void bring_up_to_date(Services& services);

}  // namespace tollgate
