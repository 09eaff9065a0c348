// How a session ends: why, and what each side is told. Decisions only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/realtime/peer.h"
#include "gateway/text/error.h"

namespace tollgate {

struct SessionEnd {
    ErrorKind why = ErrorKind::none;  // none: in order
    Error said = {};                  // to the client, as an event before its close; none: nothing
    std::uint16_t to_client = wire::close_code::kNormal, to_upstream = wire::close_code::kNormal;
    std::string reason = {};  // beside the client's code
};

// The client closed, left, or broke the protocol. `cut`: a response was being made for it.
SessionEnd ended_by_client(RealtimePeer::Received how, const RealtimePeer& client, bool cut);
// The same of the provider.
SessionEnd ended_by_upstream(RealtimePeer::Received how, const RealtimePeer& upstream, const std::string& provider,
                             bool cut);
// What is next is not paid for, or no longer allowed.
SessionEnd ended_by_refusal(Error refusal);
// The gateway ends it for a reason of its own.
SessionEnd ended_by_gateway(ErrorKind why, std::string message);
// Its time is over, or nobody has said anything for too long.
SessionEnd ended_by_time(std::string message);

// {"type":"error","event_id":…,"error":{…}}: an error as the API's events tell it. `about`: the id of the client's
// event that it is about, or empty.
std::string error_event(const Error& error, std::string_view id, std::string_view about);

}  // namespace tollgate
