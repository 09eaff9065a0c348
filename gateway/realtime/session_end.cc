#include "gateway/realtime/session_end.h"

#include <utility>

#include "gateway/chat/inbound.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

namespace close_code = wire::close_code;
using Received = RealtimePeer::Received;

SessionEnd failed(Error error, std::uint16_t to_client, std::uint16_t to_upstream) {
    const ErrorKind why = error.kind();
    return {.why = why,
            .said = std::move(error),
            .to_client = to_client,
            .to_upstream = to_upstream,
            .reason = std::string(code_of(why))};
}

}  // namespace

SessionEnd ended_by_client(Received how, const RealtimePeer& client, bool cut) {
    SessionEnd over;
    if (cut) over.why = ErrorKind::client_closed_request;
    switch (how) {
        case Received::closed:
            over.to_client = client.close_code();
            break;
        case Received::refused:
            over.why = ErrorKind::bad_request;
            over.to_client = client.close_code();
            over.reason = client.refusal();
            break;
        case Received::no_memory:
            return failed({ErrorKind::overloaded, "no memory for a message of this size"}, close_code::kTryLater,
                          close_code::kGoingAway);
        default:
            over.why = ErrorKind::client_closed_request;
            over.to_upstream = close_code::kGoingAway;
            break;
    }
    return over;
}

SessionEnd ended_by_upstream(Received how, const RealtimePeer& upstream, const std::string& provider, bool cut) {
    const std::string who = "provider " + provider;
    switch (how) {
        case Received::closed: {
            SessionEnd over{.to_client = upstream.close_code(),
                            .to_upstream = upstream.close_code(),
                            .reason = std::string(upstream.close_reason())};
            if (cut) {
                over.why = ErrorKind::upstream_incomplete;
                over.said = {over.why, who + " closed the session in the middle of a response"};
            }
            return over;
        }
        case Received::refused:
            return failed(
                {ErrorKind::upstream_invalid_response, who + " broke the protocol: " + std::string(upstream.refusal())},
                close_code::kInternal, upstream.close_code());
        case Received::no_memory:
            return failed({ErrorKind::overloaded, "no memory for an event of this size"}, close_code::kTryLater,
                          close_code::kGoingAway);
        default:
            return failed({ErrorKind::upstream_reset, who + " broke the connection"}, close_code::kInternal,
                          close_code::kGoingAway);
    }
}

SessionEnd ended_by_refusal(Error refusal) {
    return failed(std::move(refusal), close_code::kPolicy, close_code::kNormal);
}

SessionEnd ended_by_gateway(ErrorKind why, std::string message) {
    const bool leaving = why == ErrorKind::shutting_down;
    return failed({why, std::move(message)}, leaving ? close_code::kGoingAway : close_code::kInternal,
                  close_code::kGoingAway);
}

SessionEnd ended_by_time(std::string message) {
    SessionEnd over =
        failed({ErrorKind::request_timeout, std::move(message)}, close_code::kGoingAway, close_code::kNormal);
    over.reason = "session_expired";
    return over;
}

std::string error_event(const Error& error, std::string_view id, std::string_view about) {
    Error told(error.kind(), error.detail().message, error.detail().param);
    std::string& extra = told.detail().extra;
    extra = error.detail().extra;
    if (!about.empty()) {
        extra.append(extra.empty() ? "" : ",").append(JsonWriter().key("event_id").text(about).take());
    }
    const std::string body = openai_inbound().error_body(told, status_of(told));
    return R"({"type":"error","event_id":"event_)" + std::string(id) + "\"," + body.substr(1);
}

}  // namespace tollgate
