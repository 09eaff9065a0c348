#include "gateway/config/realtime.h"

#include "gateway/config/section.h"

namespace tollgate {

void describe_realtime(Section& section, RealtimeConfig& realtime) {
    constexpr std::uint32_t kLeastMs = 100, kDayMs = 86'400'000;
    section.number("max_message_bytes", realtime.max_message_bytes, {4096, 1U << 28},
                   "of one message, either way; a longer one ends the session with code 1009");
    section.number("max_session_ms", realtime.max_session_ms, {1000, kDayMs}, "from the handshake to the end");
    section.number("idle_timeout_ms", realtime.idle_timeout_ms, {1000, kDayMs}, "without a message either way");
    section.number("ping_interval_ms", realtime.ping_interval_ms, {kLeastMs, kDayMs},
                   "of silence, after which a side is sent a ping");
    section.number("pong_timeout_ms", realtime.pong_timeout_ms, {kLeastMs, kDayMs},
                   "without any answer to it; then the session ends");
    section.number("cancel_wait_ms", realtime.cancel_wait_ms, {0, 1500},
                   "for the usage of responses that a session's end cut; the provider is told to cancel them");
}

}  // namespace tollgate
