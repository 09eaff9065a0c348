// One client connection: reads heads, hands each request to life_of_a_request, keeps alive. Its deadline is a field
// that the worker's timer looks at; whoever is late is cut off by cancelling a socket, never a coroutine.
#pragma once

#include <memory>
#include <string>

#include "gateway/chat/answer_stream.h"
#include "gateway/client/attempt_beside.h"
#include "gateway/client/authenticate.h"
#include "gateway/client/event_reply.h"
#include "gateway/client/watch.h"
#include "gateway/exchange/exchange.h"
#include "gateway/upstream/pool.h"
#include "gateway/wire/buffer.h"
#include "gateway/wire/chunked.h"
#include "gateway/wire/stream.h"

namespace tollgate {

class HeldRequest;
class Worker;
enum class ReadOn : std::uint8_t;

inline constexpr std::size_t kClientBufferBytes = 4096;  // while idle, and enough for a usual request

class Connection {
  public:
    Connection(Worker& worker, wire::Socket socket);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    static wire::Awaitable<void> serve(std::shared_ptr<Connection> self);

    Worker& worker() { return worker_; }
    wire::Stream& stream() { return stream_; }

    // --- Deadlines. Whoever is named is cut off (its pending operation is cancelled) when the time is over.
    void expect_client(std::uint32_t timeout_ms);
    void expect_upstream(wire::Stream& upstream, std::uint32_t timeout_ms);
    void expect_connect(std::uint32_t timeout_ms);  // whatever `connecting` points to then
    void expect_news(std::uint32_t timeout_ms);     // of ours; a client that hangs up meanwhile is noticed
    void expect_nobody();
    // The upstream that is expected to act has taken something: its time begins anew.
    void upstream_progressed();
    bool timed_out() const { return watch_.timed_out(); }
    bool late() const { return watch_.late(); }  // the time of the request as a whole is over

    // --- The worker's timer, and its looks at the socket.
    void tick(wire::Clock::time_point now);
    bool client_waits() const { return watch_.client_waits(); }
    void client_left();
    // The upstream that is expected to act; null if there is none.
    wire::Stream* awaited_upstream() { return watch_.awaited() == Watch::Awaited::upstream ? upstream_ : nullptr; }
    // The answer in hand is to be read on although nobody waits for it, within bounds: aborting it would not stop its
    // provider's billing. False: it would, or too many are read on already. Again: its time begins anew.
    bool begin_read_on();
    bool reads_on() const { return watch_.reads_on(); }
    // Nothing of a next request has come, since then.
    bool idle() const { return watch_.state() == Watch::State::idle; }
    // No request is in hand, though the head of one may be coming, or what is left of a refused one.
    bool between_requests() const { return between_requests_; }
    wire::Clock::time_point idle_since() const { return idle_since_; }
    void shut_down();  // closes when the request in hand, if any, is over
    void stop();       // closes now

    bool client_gone() const { return watch_.client_gone(); }
    // Nobody waits for the upstream's answer any more: it is to be aborted.
    bool abandoned() const { return watch_.abandoned(); }
    // Bytes of an answer were read; reading on ends when it has had its share of them.
    void answer_read(std::size_t bytes);
    // The hold of the request in hand; null when it is settled or there is none.
    void watch_hold(HeldRequest* held) { held_ = held; }
    // Null: there is none, or none any more.
    void watch_beside(AttemptBeside* beside) {
        beside_ = beside;
        outrun_ = false;
    }
    // It has answered, and the one in hand has not: what that waits for is cancelled.
    void outrun();
    bool is_outrun() const { return outrun_; }
    // The gateway is shutting down and the time for running requests is over.
    bool stopped() const { return watch_.stopped(); }

    // What is left of the request's body will not be read: the connection ends after the reply, and lets the client,
    // which may be sending still, read that.
    void leave_body() { close_after = body_left_ = true; }

    // Reads at least one more byte into `in`. False at end of file, error or timeout.
    wire::Awaitable<bool> read_more(std::size_t room);
    // Writes to the client what the socket takes at once; does nothing once it is gone. True: nothing is left to write.
    bool write_now(std::span<const std::string_view> pieces);
    // Writes what write_now() left.
    wire::Awaitable<void> write_rest(std::span<const std::string_view> pieces);
    // The client has all of its answer while the upstream's is read on: nothing more is written to it, nor is it missed
    // when it goes. It sees the end of the connection now; what it sends next would wait for the upstream.
    wire::Awaitable<void> part_with_client();

    wire::Buffer in{kClientBufferBytes};  // received, not yet consumed
    std::string out;                      // what is being written
    Exchange request;
    AnswerStream meter;
    EventReply events;  // of a request for a stream
    wire::ChunkDecoder request_chunks;
    ConnectAttempt connecting;    // an upstream connection being made
    bool close_after = false;     // no further request on this connection
    bool reset_on_close = false;  // so that a body that ends by closing is seen to be cut off

  private:
    wire::Awaitable<void> serve_requests();
    wire::Awaitable<bool> read_head();
    wire::Awaitable<void> refuse(wire::HeadRefusal refusal);
    wire::Awaitable<void> linger();
    void begin_exchange();
    void begin_request();
    void act(const Watch::Actions& actions);
    void check_hold(wire::Clock::time_point now);  // the request's own deadline, and the leak guard
    bool may_read_on() const;                      // an upstream is there, and a place among those that are read on
    void count_read_on();
    Watch::ReadOnLimits read_on_limits(ReadOn how) const;
    wire::Clock::time_point after(std::uint32_t timeout_ms) const;

    Worker& worker_;
    wire::Stream stream_;
    wire::Stream* upstream_ = nullptr;  // the one that is expected to act
    std::uint32_t upstream_timeout_ms_ = 0;
    Watch watch_;
    bool counted_read_on_ = false;
    bool body_left_ = false;
    PresentedKey presented_key_;
    bool served_before_ = false;  // a request has come on this connection
    bool between_requests_ = true;
    wire::Clock::time_point idle_since_{};
    HeldRequest* held_ = nullptr;
    AttemptBeside* beside_ = nullptr;
    bool outrun_ = false;
    std::size_t written_ = 0;  // of the pieces being written
};

}  // namespace tollgate
