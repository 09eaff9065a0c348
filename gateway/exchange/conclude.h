// How a request that holds credit ends, whatever its answer: it is settled, then the settlement is waited for until it
// is safe, and only then do the bytes leave that tell the client "complete". So a completed answer is billed exactly
// once.
#pragma once

#include <array>
#include <string_view>

#include "gateway/exchange/held_request.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Pieces of one write. What they view must live until the conclusion is over.
using LastBytes = std::array<std::string_view, 4>;

class Conclusion {
  public:
    Conclusion(Connection& connection, HeldRequest& held) : connection_(connection), held_(held) {}

    // Settles and sends the last bytes, which `make_last_bytes` returns. It is called with the cost after the
    // settlement, and not at all if the client is gone. False: there is something to wait for, in finish(). At
    // durability process that is only a client which reads slowly.
    template <class MakeLastBytes>
    [[nodiscard]] bool finish_now(const Ending& ending, MakeLastBytes&& make_last_bytes) {
        if (!settle(ending)) return true;
        last_bytes_ = make_last_bytes(cost_);
        return send_now();
    }
    // At durability disk: a settlement that is not on disk in time leaves the answer incomplete. It is booked all the
    // same.
    wire::Awaitable<void> finish();

  private:
    bool settle(const Ending& ending);
    bool send_now();

    Connection& connection_;
    HeldRequest& held_;
    NanoUsd cost_;
    LastBytes last_bytes_;
};

// A request that failed before its reply began. Its error reply says nothing that is billed, so it follows even if the
// settlement was not on disk in time.
wire::Awaitable<void> conclude_failed(Connection& connection, HeldRequest& held, const Ending& ending);

}  // namespace tollgate
