#include "gateway/client/watch.h"

#include <algorithm>

namespace tollgate {

bool Watch::client_gone() const {
    return state_ != State::idle && state_ != State::serving && state_ != State::serving_read_on &&
           state_ != State::stopped;
}

bool Watch::reads_on() const {
    return state_ == State::serving_read_on || state_ == State::parted_read_on || state_ == State::left_read_on;
}

bool Watch::abandoned() const { return stopped() || (client_gone() && !reads_on()); }

void Watch::expect(Awaited awaited, Time deadline) {
    awaited_ = awaited;
    timed_out_ = false;
    deadline_ = deadline;
    if (awaited == Awaited::upstream && reads_on()) deadline_ = std::min(deadline_, read_on_until_);
}

void Watch::expect_nobody() {
    awaited_ = Awaited::nobody;
    deadline_ = Time::max();
    end_read_on();
}

Watch::Actions Watch::tick(Time now) { return now < deadline_ ? Actions() : time_out(); }

Watch::Actions Watch::expire(Time) {
    late_ = true;
    return time_out();
}

Watch::Actions Watch::time_out() {
    if (deadline_ == Time::max()) return {};
    deadline_ = Time::max();
    timed_out_ = true;
    return {.cancel_client = awaited_ == Awaited::client, .cancel_upstream = awaited_ == Awaited::upstream};
}

void Watch::begin_request() {
    if (state_ == State::idle) state_ = State::serving;
    timed_out_ = late_ = false;
}

void Watch::begin_idle() {
    if (state_ == State::serving) state_ = State::idle;
}

Watch::Actions Watch::client_left(bool may_read_on, const ReadOnLimits& limits, Time now) {
    switch (state_) {
        case State::stopped:
            state_ = State::stopped_left;
            return {};
        case State::serving_read_on:
            state_ = State::left_read_on;
            return {.cancel_client = awaited_ == Awaited::client};
        case State::idle:
        case State::serving:
            state_ = State::left;
            break;
        default:
            return {};
    }
    if (awaited_ != Awaited::upstream) return {.cancel_client = awaited_ == Awaited::client};
    if (!may_read_on) return {.cancel_upstream = true};
    begin_read_on(limits, now);
    return {};
}

void Watch::client_served() {
    if (state_ == State::serving) state_ = State::parted;
    if (state_ == State::serving_read_on) state_ = State::parted_read_on;
}

void Watch::begin_read_on(const ReadOnLimits& limits, Time now) {
    if (stopped()) return;
    if (!reads_on()) {
        state_ = state_ == State::left     ? State::left_read_on
                 : state_ == State::parted ? State::parted_read_on
                                           : State::serving_read_on;
        read_on_bytes_ = 0;
    }
    most_read_on_bytes_ = limits.most_bytes;
    read_on_until_ = now + limits.longest;
    expect(Awaited::upstream, read_on_until_);
}

void Watch::end_read_on() {
    if (state_ == State::serving_read_on) state_ = State::serving;
    if (state_ == State::parted_read_on) state_ = State::parted;
    if (state_ == State::left_read_on) state_ = State::left;
}

bool Watch::took_answer(std::size_t bytes) {
    if (!reads_on()) return false;
    read_on_bytes_ += bytes;
    if (read_on_bytes_ <= most_read_on_bytes_) return false;
    end_read_on();
    return true;
}

Watch::Actions Watch::shut_down() {
    shutting_down_ = true;
    return {.cancel_client = state_ == State::idle && awaited_ == Awaited::client};
}

Watch::Actions Watch::stop() {
    shutting_down_ = true;
    state_ = client_gone() ? State::stopped_left : State::stopped;
    return {.cancel_client = awaited_ != Awaited::upstream, .cancel_upstream = true};
}

Watch::Actions Watch::stop_silently() {
    const Actions actions = stop();
    state_ = State::stopped_left;
    return actions;
}

}  // namespace tollgate
