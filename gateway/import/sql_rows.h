// The rows of one table of a dump by the names of its columns, and which columns nobody has read.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "accounting/money/money.h"
#include "gateway/import/import_plan.h"
#include "gateway/import/sql_dump.h"

namespace tollgate {

class SqlRows {
  public:
    // No rows where the dump has no such table. `dump` must outlive it.
    SqlRows(const SqlDump& dump, std::string table);
    std::size_t size() const { return table_ == nullptr ? 0 : table_->rows.size(); }
    const std::string& name() const { return name_; }

    // Of a row; nullopt: NULL, or there is no such column. A column that was asked for counts as read.
    std::optional<std::string> find(std::size_t row, std::string_view column);
    std::string text(std::size_t row, std::string_view column) { return find(row, column).value_or(std::string()); }
    bool flag(std::size_t row, std::string_view column);  // t, true or 1
    // Amounts are floats there: to the nearest nano-USD. nullopt also where it is none that can be had here.
    std::optional<NanoUsd> usd(std::size_t row, std::string_view column);
    std::optional<std::int64_t> integer(std::size_t row, std::string_view column);
    // A timestamp without a zone is UTC. Unix milliseconds; nullopt: none.
    std::optional<std::int64_t> time(std::size_t row, std::string_view column);

    // These say nothing that is missed here.
    void pass_over(std::initializer_list<std::string_view> columns);
    // Columns that nobody has read and that hold something stay behind.
    void leave_unread(ImportPlan& plan) const;

  private:
    const SqlTable* table_ = nullptr;
    std::string name_;
    std::set<std::string, std::less<>> read_;
};

// Tables with rows that are none of `known` stay behind.
void leave_unknown_tables(const SqlDump& dump, const std::set<std::string, std::less<>>& known, ImportPlan& plan);

}  // namespace tollgate
