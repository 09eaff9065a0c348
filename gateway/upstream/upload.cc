#include "gateway/upstream/upload.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {

Upload::Upload(Connection& connection, wire::Stream& stream, std::span<const std::string_view> pieces, std::size_t skip,
               std::uint32_t then_timeout_ms)
    : connection_(connection),
      stream_(stream),
      pieces_(pieces),
      sent_(skip),
      then_timeout_ms_(then_timeout_ms),
      over_(stream.socket().get_executor()) {
    over_.expires_at(wire::Clock::time_point::max());
    wire::asio::co_spawn(stream.socket().get_executor(), send(), wire::asio::detached);
}

// An error is left to the reader, which meets it too, after the answer that may have come before it.
wire::Awaitable<void> Upload::send() {
    const std::size_t total = wire::size_of(pieces_);
    while (state_ == State::running && sent_ < total) {
        auto [error, bytes] = co_await stream_.write_some(pieces_, sent_);
        if (error) break;
        sent_ += bytes;
        connection_.upstream_progressed();
    }
    complete_ = sent_ == total;
    if (state_ == State::running && complete_ && connection_.awaited_upstream() == &stream_) {
        connection_.expect_upstream(stream_, then_timeout_ms_);
    }
    state_ = State::over;
    over_.cancel();
}

void Upload::stop() {
    if (state_ != State::running) return;
    state_ = State::stopped;
    stream_.cancel();
}

wire::Awaitable<void> Upload::wait() {
    if (state_ != State::over) (void)co_await over_.async_wait(wire::kAwait);
}

}  // namespace tollgate
