// A session of OpenAI's Realtime API, from the handshake to its end: messages pass both ways, each looked at on its
// way.
//
// Two designs were weighed. Passing frames as they come, and parsing a copy beside them, keeps nothing back: what the
// client asks for is at the provider, and what the provider says at the client, before anybody knows whether it is paid
// for. Passing whole messages costs a buffer of one message a side, and no copy: a message goes out from where it was
// received. Then a response is asked for only once it is held for, and said to be done only once it is settled. So it
// is the latter. Each side is read no faster than the other one takes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/chat/realtime_meter.h"
#include "gateway/realtime/peer.h"
#include "gateway/realtime/session_end.h"
#include "gateway/realtime/turns.h"

namespace tollgate {

class Connection;
struct UpstreamAnswer;

class RealtimeSession {
  public:
    // `held` is the hold of the connection's request. Everything named must outlive this.
    RealtimeSession(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);

    // Until both sides have been told that it is over. What is not settled then is only `held`, if no response used it.
    wire::Awaitable<void> run();

    const RealtimeTurns& turns() const { return turns_; }
    ErrorKind ended_by() const { return end_ ? end_->why : ErrorKind::none; }
    bool client_lost() const { return client_.broken(); }

  private:
    using Pump = wire::Awaitable<void> (RealtimeSession::*)();

    // One side, and when it was pinged last.
    struct Side {
        RealtimePeer& peer;
        Pump ping;
        wire::Clock::time_point pinged{};
    };

    // What runs beside each other: three from the beginning, and pings, which may have to wait for their turn.
    wire::Awaitable<void> forward_client();
    wire::Awaitable<void> forward_upstream();
    wire::Awaitable<void> keep_time();
    wire::Awaitable<void> ping_client();
    wire::Awaitable<void> ping_upstream();
    wire::Awaitable<void> guarded(Pump pump);
    wire::Awaitable<void> counted(Pump pump);
    void start(Pump pump);

    // Of an event in hand. False: it goes no further.
    wire::Awaitable<bool> take_client_event();
    // Whether all models that the event names, if it does, are the session's: no other one was held for.
    bool keeps_model(const ClientEvent& event);
    wire::Awaitable<bool> ask_for_response(const ClientEvent& event);
    wire::Awaitable<bool> take_server_event();
    wire::Awaitable<bool> settle(const ServerEvent& event, std::int64_t spoken_tokens);
    bool begin_response(const std::string& response, std::int64_t context_tokens);
    bool grow(const std::string& response);
    // Holds for what may begin next. Without credit the session is over.
    void provide(std::size_t more = 0);

    void end(SessionEnd reason);
    void refuse(Error refusal);
    void end_by_client(RealtimePeer::Received received);
    void end_by_upstream(RealtimePeer::Received received);

    void look_at_clock(wire::Clock::time_point now);
    void look_at(Side& side, wire::Clock::time_point now);

    wire::Awaitable<void> farewell();
    wire::Awaitable<void> cancel_responses();
    wire::Awaitable<void> cancel(const std::string& response);
    wire::Awaitable<void> take_last_event();

    Connection& connection_;
    const std::string& provider_;
    RealtimePeer client_, upstream_;
    std::string rewritten_;  // what goes to the provider in place of a client's message; empty: the message itself
    std::array<Side, 2> sides_;
    RealtimeMeter meter_;
    RealtimeTurns turns_;
    std::optional<SessionEnd> end_;
    const wire::Clock::time_point began_;
    wire::Clock::time_point last_message_;
    // While it says farewell, until when it waits for usage, and for its last frames.
    wire::Clock::time_point cancel_until_ = wire::Clock::time_point::max(),
                            farewell_until_ = wire::Clock::time_point::max();
    int pumps_ = 0;  // started, and not over
    bool over_ = false;
    wire::Timer pump_over_, clock_;  // cancelled when a pump is over; of keep_time()
};

}  // namespace tollgate
