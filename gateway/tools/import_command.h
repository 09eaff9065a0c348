// `tollgate import litellm|one-api`: looks at a dump of another gateway's database, and brings it in.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

enum class ImportStep { inspect, plan, apply, verify };

struct ImportCommand {
    bool is_litellm = true;  // else one-api
    ImportStep step = ImportStep::inspect;
    std::string dump;          // a file; "-": standard input
    std::string data_dir;      // of a stopped gateway; not needed to inspect
    std::string organization;  // name of the one for what belongs to none; empty: the usual
    std::string credit;        // USD for each organization; empty: none
    bool accept_wider = false;
    bool as_json = false;
};

// Prints what was found, would be done, or was done. locked: a gateway runs on the directory. conflict: a verification
// found differences.
Status import_command(const ImportCommand& command);

}  // namespace tollgate
