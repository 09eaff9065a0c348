// tollgate ledger export: the money journal or the requests, row by row, as CSV (RFC 4180) or newline-delimited JSON.
#pragma once

#include <string>

#include "gateway/tools/ledger_source.h"

namespace tollgate {

struct ExportOptions {
    SourceOptions source;
    std::string format = "csv";     // or "ndjson"
    std::string what = "requests";  // or "entries": one row for each leg
    std::string organization;       // empty: all
    std::string from, to;           // parse_time(); from <= time < to; empty: no limit
    std::string output = "-";       // a file, which appears when it is complete; "-": standard output
};
// Memory does not grow with the journal.
Status export_command(const ExportOptions& options);

}  // namespace tollgate
