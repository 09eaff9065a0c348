// One side of a session: a stream that speaks WebSocket. One coroutine receives from it and one sends it messages; any
// may post control frames, which go out between messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/memory_budget.h"
#include "gateway/wire/clock.h"
#include "gateway/wire/stream.h"
#include "gateway/wire/websocket.h"

namespace tollgate {

class RealtimePeer {
  public:
    using Opcode = wire::WebSocketOpcode;

    enum class Received : std::uint8_t {
        message,    // a text: see payload()
        closed,     // it has said so: see close_code()
        ended,      // without a word
        refused,    // it broke the protocol, or sent a binary message: see close_code()
        no_memory,  // for a message of that size
        stopped,    // by stop_reading(), or the connection was
    };

    // Whose frames come. `in` holds what has been received already. Everything named must outlive this.
    RealtimePeer(wire::WebSocketReader::Peer who, wire::Stream& stream, wire::Buffer& in,
                 std::size_t most_message_bytes, MemoryBudget& memory, const Id128& organization);
    ~RealtimePeer() { memory_.give_back(organization_, held_); }
    RealtimePeer(const RealtimePeer&) = delete;
    RealtimePeer& operator=(const RealtimePeer&) = delete;

    // The next message; pings are answered meanwhile. Then consume(), before the next call.
    wire::Awaitable<Received> receive();
    std::span<char> payload() { return reader_.payload(in_); }
    void consume();
    std::uint16_t close_code() const { return binary_ ? wire::close_code::kUnsupported : reader_.close_code(); }
    std::string_view close_reason() const { return reader_.control(); }
    std::string_view refusal() const { return binary_ ? "a binary message" : reader_.refusal(); }

    // Sends a text; where this side is the client, `payload` is masked in place. False: the stream is broken.
    wire::Awaitable<bool> send(std::span<char> payload);
    // Sends a short frame now, or behind the message that is being sent. Of pongs, only the last waits.
    wire::Awaitable<void> post(Opcode opcode, std::string_view payload);

    // receive() returns, now and from now on; until resume_reading(). What is being sent is not cut.
    void stop_reading();
    void resume_reading() { stopped_ = false; }
    // Ends everything that is pending.
    void give_up();
    bool broken() const { return broken_; }
    // Whether its connection is over, both ways, and nothing of it is left to read: looks, as the read that waits is
    // not told of every reset.
    bool is_gone();

    bool has_closed() const { return closed_; }  // it has said that it sends nothing more

    // Since when it is listened to and nothing has come; the largest time if nobody listens.
    wire::Clock::time_point silent_since() const { return silent_since_; }
    // Since when the stream has taken nothing of what is being sent; the largest time if nothing is.
    wire::Clock::time_point stuck_since() const { return stuck_since_; }

  private:
    bool make_room();
    wire::Awaitable<void> take_turn();
    wire::Awaitable<void> flush();
    wire::Awaitable<void> write(std::span<const std::string_view> pieces);
    void append_frame(Opcode opcode, std::string_view payload, std::string& to);

    const wire::WebSocketReader::Peer who_;
    wire::Stream& stream_;
    wire::Buffer& in_;
    wire::WebSocketReader reader_;
    MemoryBudget& memory_;
    const Id128 organization_;
    std::size_t held_ = 0;
    bool writing_ = false, stopped_ = false, broken_ = false, closed_ = false;
    bool binary_ = false;        // it has sent a binary message, of which the API has none: nobody could meter it
    std::string posted_, pong_;  // frames that wait
    wire::Timer turn_;           // cancelled when nobody writes any more
    wire::Clock::time_point silent_since_ = wire::Clock::time_point::max();
    wire::Clock::time_point stuck_since_ = wire::Clock::time_point::max();
};

}  // namespace tollgate
