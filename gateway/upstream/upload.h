// The part of a request that its upstream's socket does not take at once. It is sent beside the reading of the answer,
// which may come early and ends it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "gateway/wire/asio.h"
#include "gateway/wire/stream.h"

namespace tollgate {

class Connection;

class Upload {
  public:
    // Sends what is left of `pieces` behind `skip` bytes. Whenever the upstream takes some of them, the time that the
    // connection gives it begins anew; when it has taken all, it has `then_timeout_ms`. Everything named must live
    // until wait() is over, which must be awaited before the upload is destroyed.
    Upload(Connection& connection, wire::Stream& stream, std::span<const std::string_view> pieces, std::size_t skip,
           std::uint32_t then_timeout_ms);
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    bool running() const { return state_ == State::running; }
    bool complete() const { return complete_; }  // all of it has been given to the socket
    // Ends it early: what it waits for is cancelled.
    void stop();
    wire::Awaitable<void> wait();

  private:
    enum class State : std::uint8_t { running, stopped, over };

    wire::Awaitable<void> send();

    Connection& connection_;
    wire::Stream& stream_;
    const std::span<const std::string_view> pieces_;
    std::size_t sent_;
    const std::uint32_t then_timeout_ms_;
    State state_ = State::running;
    bool complete_ = false;
    wire::Timer over_;  // cancelled when the upload is over
};

}  // namespace tollgate
