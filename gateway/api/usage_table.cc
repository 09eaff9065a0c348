#include "gateway/api/usage_table.h"

#include <cstdio>

#include "gateway/text/csv.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kFreshWithinMs = 2000;  // how long a question waits for what was settled before it came
constexpr std::string_view kCsvType = "text/csv; charset=utf-8";

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

void write_csv_row(const Columns& columns, std::string& out) {
    if (out.empty()) {
        for (const auto& column : columns) out.append(out.empty() ? "" : ",").append(column.first);
        out += "\r\n";
    }
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

bool wants_csv(QueryFields& query) {
    const std::string format = query.text("format");
    if (!format.empty() && format != "json" && format != "csv") query.fail("format", "must be json or csv");
    return format == "csv";
}

UsageFilter read_filter(QueryFields& query) {
    UsageFilter filter;
    filter.project = query.uuid("project_id");
    filter.member = query.uuid("member_id");
    filter.key = query.key("key");
    filter.model = query.text("model");
    filter.provider = query.text("provider");
    return filter;
}

void bring_up_to_date(Services& services) { services.usage->wait_for(services.ledger->newest_block(), kFreshWithinMs); }

}  // namespace tollgate
