// The head of an upstream's answer, out of the bytes as they come.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"
#include "gateway/upstream/dispatch.h"

namespace tollgate {

class Worker;

inline constexpr std::size_t kHeadRoomBytes = 4096;  // for a read

enum class HeadStep : std::uint8_t { more, done, refused };

struct HeadReader {
    HeadStep step = HeadStep::more;
    bool answered = false;  // a byte of an answer has come
    std::size_t searched = 0;
    Error error{};  // when refused
};

// Looks for the final head in what the answer's connection has received, `received` bytes just now, past informational
// ones. What it says goes into the answer and the attempt.
void take_heads(Worker& worker, std::size_t received, Attempt& attempt, ApiType api, UpstreamAnswer& answer,
                HeadReader& reader);

}  // namespace tollgate
