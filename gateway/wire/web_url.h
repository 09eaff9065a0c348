// The one reader of URLs of servers that configurations and organizations name. Who connects must go by the same host
// as who judged it: so the authority is read whole, and what could be read in two ways is refused. (Boost.URL takes the
// address at the beginning of "http://127.0.0.1.example.com" for the host, and the rest for a path.)
#pragma once

#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate::wire {

struct WebUrl {
    bool tls = false;
    std::string host;       // to resolve, as it is written, without brackets
    std::string port;       // 1 to 65535
    std::string authority;  // as in the Host field
    std::string path;       // "/v1", without trailing slash
};

// "http://HOST[:PORT][/PATH]" or "https://…", without user, query and fragment. invalid: what it must be, to stand
// behind the name of what holds it.
Result<WebUrl> parse_web_url(std::string_view text);

}  // namespace tollgate::wire
