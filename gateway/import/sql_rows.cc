#include "gateway/import/sql_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 9> kEmpty = {"", "{}", "[]", "null", "f", "false", "0", "0.0", "{NULL}"};

bool says_nothing(const SqlValue& value) {
    return !value || std::ranges::find(kEmpty, std::string_view(*value)) != kEmpty.end();
}

}  // namespace

SqlRows::SqlRows(const SqlDump& dump, std::string table) : name_(std::move(table)) {
    if (const auto found = dump.find(name_); found != dump.end()) table_ = &found->second;
}

std::optional<std::string> SqlRows::find(std::size_t row, std::string_view column) {
    read_.emplace(column);
    const auto place = std::ranges::find(table_->columns, column);
    if (place == table_->columns.end()) return std::nullopt;
    return table_->rows[row][static_cast<std::size_t>(place - table_->columns.begin())];
}

bool SqlRows::flag(std::size_t row, std::string_view column) {
    const std::string value = text(row, column);
    return value == "t" || value == "true" || value == "TRUE" || value == "1";
}

std::optional<NanoUsd> SqlRows::usd(std::size_t row, std::string_view column) {
    const std::string value = text(row, column);
    double usd = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), usd);
    if (failed != std::errc() || end != value.data() + value.size() || !std::isfinite(usd)) return std::nullopt;
    if (usd < 0 || usd > static_cast<double>(kMostAmount.value) / kNanoPerUsd) return std::nullopt;
    return NanoUsd{std::llround(usd * static_cast<double>(kNanoPerUsd))};
}

std::optional<std::int64_t> SqlRows::integer(std::size_t row, std::string_view column) {
    const std::string value = text(row, column);
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failed != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
}

std::optional<std::int64_t> SqlRows::time(std::size_t row, std::string_view column) {
    constexpr std::size_t kToSeconds = 19, kToMilliseconds = 23;  // "2026-11-22 01:02:03.004"
    std::string value = text(row, column);
    if (value.size() < kToSeconds) return std::nullopt;
    value[10] = 'T';
    if (const auto zone = value.find_first_of("+Z", kToSeconds); zone != std::string::npos) value.resize(zone);
    value.resize(std::min(value.size(), kToMilliseconds));
    const auto unix_ms = parse_time(value + "Z");
    return unix_ms ? std::optional(*unix_ms) : std::nullopt;
}

void SqlRows::pass_over(std::initializer_list<std::string_view> columns) {
    for (const std::string_view column : columns) read_.emplace(column);
}

void SqlRows::leave_unread(ImportPlan& plan) const {
    if (table_ == nullptr) return;
    for (std::size_t i = 0; i < table_->columns.size(); ++i) {
        if (read_.contains(table_->columns[i])) continue;
        const auto count = std::ranges::count_if(table_->rows, [i](const auto& row) { return !says_nothing(row[i]); });
        if (count == 0) continue;
        plan.leave(name_ + "." + table_->columns[i], "has no counterpart here", static_cast<std::size_t>(count));
    }
}

void leave_unknown_tables(const SqlDump& dump, const std::set<std::string, std::less<>>& known, ImportPlan& plan) {
    for (const auto& [name, table] : dump) {
        if (table.row_count > 0 && !known.contains(name)) plan.leave(name, "is not read", table.row_count);
    }
}

}  // namespace tollgate
