// Runs one command of the client: calls the gateway, shows what it answers, and says by an exit code how it went.
#pragma once

#include <string>
#include <vector>

#include "gateway/command_line/client_call.h"
#include "gateway/command_line/exit_code.h"

namespace tollgate {

// A call whose answer is lost is repeated so often, with the same Idempotency-Key.
inline constexpr int kMostTries = 4;

struct ClientSettings {
    std::string url, organization;     // empty: of the environment, else of the credentials file
    std::string token_file;            // its first line; "-": standard input; empty: the same
    std::string credentials_file;      // empty: the usual one
    std::string ca_file;               // certificates to trust in place of the system's
    std::string idempotency_key;       // empty: a new one
    std::string if_match;              // empty: none
    std::vector<std::string> columns;  // empty: the usual ones
    std::vector<std::string> usual;    // of the command's list; empty: all
    bool as_json = false;              // answers untouched; errors as JSON on standard error
    bool all_pages = false;            // whatever page the options name
    bool yes = false;                  // asks nothing
};

// Writes the answer to standard output, and errors to standard error.
int run_client(const Operation& operation, GivenValues given, const ClientSettings& settings);

// Stores where the gateway is and a token of it, once the gateway has taken it. The token is read from the settings'
// token file, else from standard input.
int log_in(const ClientSettings& settings);
int log_out(const ClientSettings& settings);

}  // namespace tollgate
