// Which gateway the client calls, and as whom: from options, the environment and a file, in this order.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

// What a credentials file holds, as a JSON object. Only its owner may read it.
struct Credentials {
    std::string url;           // of the gateway; the token is sent nowhere else
    std::string token;         // a personal token, a management key or the root key
    std::string organization;  // id or slug that commands are about; empty: none
};

// $TOLLGATE_CREDENTIALS, else tollgate/credentials.json in $XDG_CONFIG_HOME or ~/.config. Empty: there is no home.
std::string usual_credentials_file();

// Empty if there is no such file. denied: somebody else may read it; invalid: it is no such object.
Result<Credentials> read_credentials(const std::string& path);
// Replaces the file, mode 0600, and makes its folder.
Status write_credentials(const std::string& path, const Credentials& credentials);

// The first line of a file, or of standard input ("-"). On a terminal it is asked for, and not shown.
Result<std::string> read_secret_line(const std::string& path, const std::string& question);

}  // namespace tollgate
