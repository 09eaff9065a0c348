// The reply to a request for a stream: its head once, then server-sent events in chunks. It outlives attempts: while no
// event has been sent, only the head and comments, another endpoint may still answer.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "gateway/client/reply.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

class EventReply {
  public:
    using Pieces = std::array<std::string_view, 4>;  // of one write

    // Forgets the reply before.
    void reset() { state_ = State::none; }
    // Makes the head, which says what is known now, unless it has been sent already.
    void begin(Connection& connection, int status);
    // What sends `events` as one chunk, with the head before it if that has not been sent. Valid until the next call.
    const Pieces& events(std::string_view events);
    // The same with the end of the reply behind them.
    const Pieces& last_events(std::string_view events);
    // Shows the client that its stream is alive, by a comment, with the head before it if that has not been sent.
    wire::Awaitable<void> show_life(Connection& connection);

    // The head has left, and the client waits for the end.
    bool open() const { return state_ == State::head_sent || state_ == State::events_sent; }
    // Nothing of an answer has been sent.
    bool may_begin_anew() const { return state_ != State::events_sent && state_ != State::over; }
    BodyFraming framing() const { return framing_; }

  private:
    enum class State : std::uint8_t { none, head_sent, events_sent, over };

    void gather(std::string_view events);

    State state_ = State::none;
    BodyFraming framing_ = BodyFraming::chunked;
    std::string head_;
    std::array<char, 20> size_text_{};
    Pieces pieces_;
};

}  // namespace tollgate
