// Dumps of databases as SQL text: what pg_dump, mysqldump and SQLite's .dump write. Only rows of tables are read, as
// texts; everything else of the language is passed over.
#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kMostValueBytes = std::size_t{16} << 20;  // of one value, and of one row of COPY
inline constexpr std::size_t kMostColumns = 1000;

using SqlValue = std::optional<std::string>;  // nullopt: NULL

struct SqlTable {
    std::vector<std::string> columns;
    std::vector<std::vector<SqlValue>> rows;  // of tables that are wanted
    std::size_t row_count = 0;                // of all
};

// By name, without a schema before it: "LiteLLM_TeamTable".
using SqlDump = std::map<std::string, SqlTable, std::less<>>;

// Reads to the end. Rows of a table that is not wanted are counted and not kept. invalid names the line at fault.
Result<SqlDump> read_sql_dump(std::istream& in, const std::function<bool(std::string_view table)>& is_wanted);

// The texts of an array as PostgreSQL writes it: "{a,\"b c\",NULL}"; nullopt: it is none. NULL members are left out.
std::optional<std::vector<std::string>> parse_sql_array(std::string_view text);

}  // namespace tollgate
