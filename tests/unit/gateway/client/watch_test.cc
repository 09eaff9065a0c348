#include "gateway/client/watch.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace tollgate {
namespace {

using State = Watch::State;
using Awaited = Watch::Awaited;
using Actions = Watch::Actions;

const Watch::Time kStart{std::chrono::hours(1)};
const Watch::ReadOnLimits kLimits{.most_bytes = 100, .longest = std::chrono::seconds(10)};
constexpr Actions kNothing, kCancelClient{.cancel_client = true}, kCancelUpstream{.cancel_upstream = true};

const char* name_of(State state) {
    constexpr const char* kNames[] = {"idle", "serving",      "serving_read_on", "parted",      "parted_read_on",
                                      "left", "left_read_on", "stopped",         "stopped_left"};
    return kNames[static_cast<std::size_t>(state)];
}

// A watch that awaits the upstream in that state, reached by events alone.
Watch in(State state) {
    Watch watch;
    if (state == State::idle) {
        watch.expect(Awaited::client, kStart + std::chrono::seconds(1));
        return watch;
    }
    watch.begin_request();
    watch.expect(Awaited::upstream, kStart + std::chrono::seconds(1));
    if (state == State::serving_read_on || state == State::parted_read_on) watch.begin_read_on(kLimits, kStart);
    if (state == State::parted || state == State::parted_read_on) watch.client_served();
    if (state == State::left) watch.client_left(false, kLimits, kStart);
    if (state == State::left_read_on) watch.client_left(true, kLimits, kStart);
    if (state == State::stopped) watch.stop();
    if (state == State::stopped_left) watch.stop_silently();
    EXPECT_EQ(watch.state(), state);
    return watch;
}

constexpr State kAll[] = {State::idle,         State::serving,        State::serving_read_on,
                          State::parted,       State::parted_read_on, State::left,
                          State::left_read_on, State::stopped,        State::stopped_left};

TEST(Watch, StatesSayWhatMayBeDone) {
    struct Row {
        State state;
        bool client_gone, reads_on, abandoned, stopped, client_waits;
    };
    constexpr Row kRows[] = {
        {State::idle, false, false, false, false, false},          {State::serving, false, false, false, false, true},
        {State::serving_read_on, false, true, false, false, true}, {State::parted, true, false, true, false, false},
        {State::parted_read_on, true, true, false, false, false},  {State::left, true, false, true, false, false},
        {State::left_read_on, true, true, false, false, false},    {State::stopped, false, false, true, true, true},
        {State::stopped_left, true, false, true, true, false},
    };
    for (const Row& row : kRows) {
        const Watch watch = in(row.state);
        EXPECT_EQ(watch.client_gone(), row.client_gone) << name_of(row.state);
        EXPECT_EQ(watch.reads_on(), row.reads_on) << name_of(row.state);
        EXPECT_EQ(watch.abandoned(), row.abandoned) << name_of(row.state);
        EXPECT_EQ(watch.stopped(), row.stopped) << name_of(row.state);
        EXPECT_EQ(watch.client_waits(), row.client_waits) << name_of(row.state);
    }
}

// Every event in every state; what is not in the table leaves the state as it is and asks for nothing.
TEST(Watch, EventsMoveStatesAsTheTableSays) {
    using Event = std::function<Actions(Watch&)>;
    const auto nothing = [](auto event) {
        return [event](Watch& watch) {
            event(watch);
            return kNothing;
        };
    };
    struct Row {
        std::string event;
        Event happens;
        std::vector<std::tuple<State, State, Actions>> moves;
    };
    const Row kRows[] = {
        {"the client leaves and nothing is to be read on",
         [](Watch& w) { return w.client_left(false, kLimits, kStart); },
         {{State::idle, State::left, kCancelClient},
          {State::serving, State::left, kCancelUpstream},
          {State::serving_read_on, State::left_read_on, kNothing},
          {State::stopped, State::stopped_left, kNothing}}},
        {"the client leaves and its answer is to be read on",
         [](Watch& w) { return w.client_left(true, kLimits, kStart); },
         {{State::idle, State::left, kCancelClient},
          {State::serving, State::left_read_on, kNothing},
          {State::serving_read_on, State::left_read_on, kNothing},
          {State::stopped, State::stopped_left, kNothing}}},
        {"the client has its reply",
         nothing([](Watch& w) { w.client_served(); }),
         {{State::serving, State::parted, kNothing}, {State::serving_read_on, State::parted_read_on, kNothing}}},
        {"reading on begins",
         nothing([](Watch& w) { w.begin_read_on(kLimits, kStart); }),
         {{State::idle, State::serving_read_on, kNothing},
          {State::serving, State::serving_read_on, kNothing},
          {State::parted, State::parted_read_on, kNothing},
          {State::left, State::left_read_on, kNothing}}},
        {"more was read on than may be",
         nothing([](Watch& w) { w.took_answer(101); }),
         {{State::serving_read_on, State::serving, kNothing},
          {State::parted_read_on, State::parted, kNothing},
          {State::left_read_on, State::left, kNothing}}},
        {"nobody is awaited",
         nothing([](Watch& w) { w.expect_nobody(); }),
         {{State::serving_read_on, State::serving, kNothing},
          {State::parted_read_on, State::parted, kNothing},
          {State::left_read_on, State::left, kNothing}}},
        {"the next head begins",
         nothing([](Watch& w) { w.begin_request(); }),
         {{State::idle, State::serving, kNothing}}},
        {"the request is over", nothing([](Watch& w) { w.begin_idle(); }), {{State::serving, State::idle, kNothing}}},
        {"the shutdown begins", [](Watch& w) { return w.shut_down(); }, {{State::idle, State::idle, kCancelClient}}},
    };
    for (const Row& row : kRows) {
        for (const State from : kAll) {
            State to = from;
            Actions expected = kNothing;
            for (const auto& [state, next, actions] : row.moves) {
                if (state == from) std::tie(to, expected) = std::tuple(next, actions);
            }
            Watch watch = in(from);
            const Actions actions = row.happens(watch);
            EXPECT_EQ(name_of(watch.state()), name_of(to)) << row.event << ", in " << name_of(from);
            EXPECT_EQ(actions, expected) << row.event << ", in " << name_of(from);
        }
    }
}

TEST(Watch, StoppingEndsWhateverIsRunning) {
    for (const State from : kAll) {
        const bool gone = in(from).client_gone();
        Watch watch = in(from);
        EXPECT_TRUE(watch.stop().cancel_upstream);
        EXPECT_EQ(watch.state(), gone ? State::stopped_left : State::stopped) << name_of(from);
        EXPECT_TRUE(watch.shutting_down());
        watch = in(from);
        EXPECT_TRUE(watch.stop_silently().cancel_upstream);
        EXPECT_EQ(watch.state(), State::stopped_left) << name_of(from);
    }
}

TEST(Watch, WhoIsLateIsCancelledOnce) {
    Watch watch;
    watch.begin_request();
    watch.expect(Awaited::client, kStart);
    EXPECT_EQ(watch.tick(kStart - std::chrono::nanoseconds(1)), kNothing);
    EXPECT_FALSE(watch.timed_out());
    EXPECT_EQ(watch.tick(kStart), kCancelClient);
    EXPECT_TRUE(watch.timed_out());
    EXPECT_EQ(watch.tick(kStart), kNothing);
    watch.expect(Awaited::upstream, kStart + std::chrono::seconds(1));
    EXPECT_FALSE(watch.timed_out());
    EXPECT_EQ(watch.tick(kStart + std::chrono::seconds(1)), kCancelUpstream);
}

TEST(Watch, NobodyIsNeverLate) {
    Watch watch;
    watch.begin_request();
    watch.expect(Awaited::upstream, kStart);
    watch.expect_nobody();
    EXPECT_EQ(watch.tick(kStart + std::chrono::hours(1)), kNothing);
    EXPECT_EQ(watch.expire(kStart), kNothing);
    EXPECT_FALSE(watch.timed_out());
}

TEST(Watch, ARequestThatIsLateCancelsWhoeverIsAwaited) {
    Watch watch = in(State::serving);
    EXPECT_EQ(watch.expire(kStart), kCancelUpstream);
    EXPECT_TRUE(watch.timed_out());
}

TEST(Watch, ReadingOnHasOneDeadlineForAllReads) {
    Watch watch = in(State::left_read_on);
    watch.expect(Awaited::upstream, kStart + std::chrono::hours(1));
    EXPECT_EQ(watch.tick(kStart + std::chrono::seconds(9)), kNothing);
    EXPECT_EQ(watch.tick(kStart + std::chrono::seconds(10)), kCancelUpstream);
}

TEST(Watch, ReadingOnCountsBytesFromItsBeginning) {
    Watch watch = in(State::serving);
    EXPECT_FALSE(watch.took_answer(1000));
    watch.begin_read_on(kLimits, kStart);
    EXPECT_FALSE(watch.took_answer(60));
    watch.begin_read_on(kLimits, kStart);
    EXPECT_FALSE(watch.took_answer(40));
    EXPECT_TRUE(watch.took_answer(1));
    EXPECT_FALSE(watch.took_answer(1000));
}

TEST(Watch, AnInterludeDoesNotEndReadingOn) {
    Watch watch = in(State::serving_read_on);
    watch.expect(Awaited::client, kStart + std::chrono::seconds(30));
    watch.client_served();
    watch.resume(Awaited::upstream);
    EXPECT_EQ(watch.state(), State::parted_read_on);
    EXPECT_FALSE(watch.abandoned());
}

}  // namespace
}  // namespace tollgate
