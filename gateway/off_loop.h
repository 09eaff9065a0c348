// Work that would keep a worker's other connections waiting runs on a thread of its own.
#pragma once

#include <cstddef>
#include <functional>

#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

inline constexpr std::size_t kMostBytesParsedOnLoop = 1 << 20;  // about a millisecond of parsing

// Runs `work` on a parse thread and waits for it; that of one organization does not keep others waiting. What it throws
// is thrown here.
wire::Awaitable<void> off_loop(Connection& connection, const std::function<void()>& work);

}  // namespace tollgate
