// An organization's requests as they are settled: server-sent events, from memory.
#pragma once

#include <array>

#include "gateway/api/activity.h"
#include "gateway/api/call.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Its answer has a watcher, which send_live_activity() then shows.
ApiAnswer watch_activity(Call& call);

// Sends the reply of such an answer, until the client goes, its time is over, the gateway shuts down, or the caller may
// no longer see it: that is looked at about once a second.
wire::Awaitable<void> send_live_activity(Connection& connection, const ApiRequest& request,
                                         LiveUsage::Watcher& watcher);

inline constexpr std::uint32_t kMostLiveSeconds = 3600;

inline constexpr std::array kLiveOwnQueryFields = {
    fields::integer("seconds").from(0, kMostLiveSeconds).note("How long to watch; 3600 if absent")};
inline constexpr auto kLiveActivityQueryFields = joined(kLiveOwnQueryFields, kActivityFilterFields);
inline constexpr Schema kLiveActivityQuery{"LiveActivityQuery", kLiveActivityQueryFields};

}  // namespace tollgate
