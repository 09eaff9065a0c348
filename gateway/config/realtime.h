// The section `realtime`: sessions that speak OpenAI's Realtime API over a WebSocket.
#pragma once

#include <cstdint>

namespace tollgate {

class Section;

struct RealtimeConfig {
    std::uint32_t max_message_bytes = 16777216;
    std::uint32_t max_session_ms = 3600000;
    std::uint32_t idle_timeout_ms = 600000;
    std::uint32_t ping_interval_ms = 20000;
    std::uint32_t pong_timeout_ms = 20000;
    std::uint32_t cancel_wait_ms = 1000;
};

// The section's options. `realtime` must outlive it.
void describe_realtime(Section& section, RealtimeConfig& realtime);

}  // namespace tollgate
