// The session of whoever has just proven who he is, and its cookie.
#pragma once

#include <string>
#include <string_view>

#include "gateway/text/error.h"

namespace tollgate {

class Call;
class Change;

// Line of the head of a reply that nothing on its way may keep.
inline constexpr std::string_view kNoStoreLine = "cache-control: no-store\r\n";

// Begins the session of Call::proven, and ends the one that the browser had. Returns the header lines of the answer,
// with the cookie and kNoStoreLine; invalid_credentials: the person was suspended, or has another password, or has used
// the same second factor, since he was proven.
Outcome<std::string> begin_proven_session(const Call& call, Change& change);
// The calling session goes on with another secret, and is proven anew, if that was the occasion.
Outcome<std::string> renew_proven_session(const Call& call, Change& change);

// The one that the browser has, whoever calls and however old it is. Returns whether there was one.
bool end_browser_session(const Call& call, Change& change);

// Line of a reply's head that sets a cookie which only this host's pages send, and no script reads. A lifetime of 0
// takes it away.
std::string cookie_line(std::string_view name, std::string_view value, std::int64_t lifetime_ms);
// The header lines that take the session's cookie away.
std::string no_session_cookie_lines();

}  // namespace tollgate
