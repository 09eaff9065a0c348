// What the client's commands end with, for scripts.
#pragma once

#include <string_view>

namespace tollgate {

enum ExitCode : int {
    kDone = 0,
    kFailedHere = 1,     // a file or the terminal
    kWrongUsage = 2,     // of the command line; or the gateway does not take the request as it is (400, 413, 415)
    kNotAuthorized = 3,  // 401, 403; no token
    kNotFound = 4,
    kConflict = 5,      // 409, 412
    kLimitReached = 6,  // 402, 429, and 409 limit_reached: credit, a budget, a rate or a number of things
    kServerFailed = 7,  // 5xx, and whatever is no answer of a gateway
    kNotReached = 8,    // no connection, or no answer: nothing is known of what was asked
    kListGoesOn = 9,    // a page of a list was asked for and shown, and there are more
};

// Of an answer with this status, and the reason that its error names.
constexpr int exit_code_of(int status, std::string_view reason) {
    if (status >= 200 && status < 300) return kDone;
    if (status == 401 || status == 403) return kNotAuthorized;
    if (status == 404) return kNotFound;
    if (status == 402 || status == 429 || reason == "limit_reached") return kLimitReached;
    if (status == 409 || status == 412) return kConflict;
    return status >= 400 && status < 500 ? kWrongUsage : kServerFailed;
}

}  // namespace tollgate
