// What a connection waits for and until when, and for whom the answer in hand is being made. Decisions only: the
// connection does what is returned. Its clock is the worker's tick.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/wire/clock.h"

namespace tollgate {

class Watch {
  public:
    using Time = wire::Clock::time_point;

    // To read on: the upstream's answer is read although no client waits for it, because aborting it would not stop the
    // provider's billing.
    enum class State : std::uint8_t {
        idle,             // between requests: nothing of the next one has come
        serving,          // a request is in hand, or coming, and its client is there
        serving_read_on,  // the client is there, but gets no more of this answer: it has no credit left
        parted,           // the client has its whole reply; the connection closes
        parted_read_on,
        left,  // the client hung up before its reply was complete
        left_read_on,
        stopped,       // the time for running requests is over: the gateway shuts down
        stopped_left,  // and nothing more may be written to the client
    };
    enum class Awaited : std::uint8_t { nobody, client, upstream };

    // What the connection is to do now.
    struct Actions {
        bool cancel_client = false;    // end the client's pending read or write
        bool cancel_upstream = false;  // end the upstream's pending operation
        bool operator==(const Actions&) const = default;
    };

    struct ReadOnLimits {
        std::size_t most_bytes = 0;
        wire::Clock::duration longest{};
    };

    // --- Who is expected to act, and until when.
    void expect(Awaited awaited, Time deadline);
    void expect_nobody();  // also ends reading on
    // After an interlude, such as a write to the client: `awaited` is expected again.
    void resume(Awaited awaited) { awaited_ = awaited; }
    Awaited awaited() const { return awaited_; }
    bool timed_out() const { return timed_out_; }  // of what was expected last
    bool late() const { return late_; }            // the request as a whole
    // Cancels whoever is late. Called with every tick.
    Actions tick(Time now);
    // The request as a whole is late.
    Actions expire(Time now);

    // --- Events of the connection.
    void begin_request();
    void begin_idle();
    // May_read_on: reading on is possible and the provider would bill on. Begins it if an upstream is expected to act.
    Actions client_left(bool may_read_on, const ReadOnLimits& limits, Time now);
    void client_served();  // it has all of its reply, though the upstream's answer goes on
    void begin_read_on(const ReadOnLimits& limits, Time now);  // again: its time begins anew
    // Bytes of the upstream's answer were read. True: they were too many to read on, which has ended.
    bool took_answer(std::size_t bytes);
    Actions shut_down();      // closes when the request in hand, if any, is over
    Actions stop();           // closes now
    Actions stop_silently();  // closes now, and nothing more is written

    // --- What follows from the state.
    State state() const { return state_; }
    bool client_gone() const;  // nothing is written to the client any more
    bool reads_on() const;
    bool stopped() const { return state_ == State::stopped || state_ == State::stopped_left; }
    bool shutting_down() const { return shutting_down_; }
    // Nobody wants the upstream's answer: it is to be aborted.
    bool abandoned() const;
    // The client waits for a reply: if it hangs up now, that has to be noticed.
    bool client_waits() const { return awaited_ == Awaited::upstream && !client_gone(); }

  private:
    void end_read_on();
    Actions time_out();

    State state_ = State::idle;
    Awaited awaited_ = Awaited::nobody;
    bool timed_out_ = false;
    bool late_ = false;
    bool shutting_down_ = false;
    Time deadline_ = Time::max();
    Time read_on_until_{};
    std::size_t read_on_bytes_ = 0, most_read_on_bytes_ = 0;
};

}  // namespace tollgate
