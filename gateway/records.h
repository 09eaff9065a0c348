// `tollgate records`: every request's record and the balances, from a stopped gateway's data directory.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

// One JSON object per line on standard output: {"id","organization","key",…,"charged_nano"} for each request in journal
// order, then {"balances":[{"organization","granted_nano","used_nano"}]}.
Status print_records(const std::string& data_dir);

}  // namespace tollgate
