// `tollgate init`: makes a data directory usable, once.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

struct InitOptions {
    std::string data_dir;
    bool quickstart = false;  // also an organization with its project, a key and credit
    std::string base_url = "http://127.0.0.1:8080";
    std::string ops_url = "http://127.0.0.1:9464";
};

// What was made, as one JSON object with the root key (shown this once). With `quickstart` it is also kept in
// DATA_DIR/quickstart.json (0600), and a second call answers that file, with the URLs brought up to date.
Result<std::string> initialize(const InitOptions& options);

}  // namespace tollgate
