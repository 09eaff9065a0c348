// What a dump of one-api's or new-api's database becomes, as MySQL, SQLite or PostgreSQL wrote it: for each user an
// organization with the credit that was left, and the keys. Those are stored there as they are, and digested here.
#pragma once

#include <string_view>

#include "gateway/import/import_plan.h"
#include "gateway/import/litellm.h"
#include "gateway/import/sql_dump.h"

namespace tollgate {

bool is_one_api_table(std::string_view table);  // one whose rows are read
ImportPlan plan_of_one_api(const SqlDump& dump, const ImportOptions& options);

}  // namespace tollgate
