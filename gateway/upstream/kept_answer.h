// Answers of the cache: looked for before anything is held, sent again as if their provider had just sent them, and
// kept when a new one has been made.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "gateway/exchange/held_request.h"
#include "gateway/routing/plan.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;
class ResponseCache;

// How long a request waits at most for another one's answer before it has its own made.
inline constexpr auto kLongestWaitForAnother = std::chrono::seconds(10);
// A body larger than that is not digested on the loop, and its answer not kept.
inline constexpr std::size_t kMostCachedRequestBytes = 1 << 20;

// What the cache has for the request, if its client asks for that and its organization does not want zero data
// retention, whose plan says who may answer it; another request that is having it made is waited for. Writes
// request.cache. Returned is the candidate that made what was found; nothing if it is to be made.
wire::Awaitable<std::optional<std::size_t>> look_for_kept(Connection& connection, ResponseCache& cache,
                                                          const Plan& plan);

// Sends what was found and settles at no cost.
wire::Awaitable<Error> send_kept(Connection& connection, HeldRequest& held);

// After an answer: keeps it if it may be, and ends the wait of others for it. `asked`: the model that the plan had
// first when the answer was looked for.
void keep_answer(Connection& connection, const Model& asked, const Error& error);

}  // namespace tollgate
