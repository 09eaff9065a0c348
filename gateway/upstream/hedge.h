// A hedged request (Dean and Barroso, The Tail at Scale, 2013): where the first endpoint has not begun to answer after
// routing.hedge_after_ms, the next candidate is asked beside it, and whichever begins first answers.
//
// Two designs were weighed. Of two equal attempts, each with its own deadlines, a third party waits for both: every
// request pays for that, and all that looks after one upstream would look after two. Here the first stays what it is,
// in the request's own coroutine, and the second is the next candidate's attempt, made early. Where it answers first,
// the wait for the first is ended as if that had failed, and the request goes over to a candidate that has answered
// already. So what is used, settled and explained after a crash or without one is that of any failover; the slot names
// the second only then, before anything of it is relayed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/client/attempt_beside.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/held_request.h"
#include "gateway/off_loop.h"
#include "gateway/routing/candidate_walk.h"
#include "gateway/routing/plan.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/upstream/response_head.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;
class Worker;

// The second attempt. It looks at the request it is for only until it is withdrawn, which may be before its coroutine
// ends: so it has a copy of what it sends.
class EarlyAttempt final : public AttemptBeside, public std::enable_shared_from_this<EarlyAttempt> {
  public:
    enum class State : std::uint8_t {
        due,  // the first one still has time, or has not been sent
        off,  // it will not be made
        running,
        answered,  // the head of an answer is in hand
        failed,
        over,  // taken, or withdrawn
    };

    EarlyAttempt(Connection& connection, HeldRequest& held, const Plan& plan, CandidateWalk& walk);
    ~EarlyAttempt() = default;
    EarlyAttempt(const EarlyAttempt&) = delete;
    EarlyAttempt& operator=(const EarlyAttempt&) = delete;

    // It is being made, or has been, and has not had its turn.
    bool is_made() const { return state_ != State::due && state_ != State::off && state_ != State::over; }
    bool is_at(std::size_t candidate) const { return is_made() && candidate_ == candidate; }
    // The candidate that the walk has left to it; told once. None: there is none, or it has had its turn.
    std::optional<std::size_t> take_turn() { return std::exchange(untried_, std::nullopt); }
    // Its answer may go to the client.
    bool is_useful() const;

    // --- The connection's
    void tick(wire::Clock::time_point now) override;
    void upstream_cancelled() override;

    // --- The request's
    // The first attempt waits for its answer from here on, or no more. Only while it waits does the timer do anything:
    // at other times the request may be in the hands of a parse thread.
    void first_waits();
    void first_has_waited();
    // It is this attempt's turn: waits for its answer. The attempt is in the request then.
    wire::Awaitable<Outcome<UpstreamAnswer>> answer();
    // Nobody wants it any more: what it says of its endpoint is noted, and what it may cost.
    void withdraw();

  private:
    void begin(wire::Clock::time_point now);
    bool would_fetch(const Candidate& candidate);
    Error write();
    static wire::Awaitable<void> run(std::shared_ptr<EarlyAttempt> self);
    void come_to_an_end(HeadReader& reader, const wire::ErrorCode& failed, bool sent);
    wire::Awaitable<bool> connect();
    wire::Awaitable<wire::ErrorCode> send();
    wire::Awaitable<wire::ErrorCode> read_head(HeadReader& reader);
    void note(bool refused, bool failed);
    void fail(Error error);
    void end();

    Connection& connection_;
    Worker& worker_;
    HeldRequest& held_;
    const Plan& plan_;
    CandidateWalk& walk_;
    const ApiType api_;
    wire::Clock::time_point due_{};
    State state_ = State::due;
    bool first_waits_ = false;
    bool counted_ = false;   // among those that run
    bool has_turn_ = false;  // the request waits for this one
    std::size_t candidate_ = 0;
    std::optional<std::size_t> untried_{};  // the same, until that has had its turn
    Attempt attempt_{};
    std::string outgoing_{};  // head and body
    UpstreamAnswer answer_{};
    ConnectAttempt connecting_{};  // also while it sends and reads
    Error error_{};
    wire::Timer changed_;  // cancelled when the state changes
};

// The use that one request makes of it; costs nothing where hedging is off.
class Hedge {
  public:
    static constexpr std::uint64_t kMostAtOnce = 16;  // of a worker: each has a copy of its request
    static constexpr std::size_t kMostBodyBytes = kMostBytesParsedOnLoop;

    Hedge(Connection& connection, HeldRequest& held, const Plan& plan, CandidateWalk& walk) : connection_(connection) {
        if (held.candidates() > 1) consider(held, plan, walk);
    }
    ~Hedge() {
        if (early_ != nullptr) early_->withdraw();
    }
    Hedge(const Hedge&) = delete;
    Hedge& operator=(const Hedge&) = delete;

    // The attempt in hand is about to be sent.
    void first_waits() {
        if (early_ != nullptr) early_->first_waits();
    }
    // What the first attempt came to. If the early one was sooner, the first has failed for that.
    void compare(Outcome<UpstreamAnswer>& first) {
        if (early_ != nullptr) decide(first);
    }
    // The candidate whose turn it is after a failed attempt, if the early one was made there; told once.
    std::optional<std::size_t> take_turn() { return early_ == nullptr ? std::nullopt : early_->take_turn(); }
    bool has_asked(std::size_t candidate) const { return early_ != nullptr && early_->is_at(candidate); }
    wire::Awaitable<Outcome<UpstreamAnswer>> answer() { return early_->answer(); }

  private:
    void consider(HeldRequest& held, const Plan& plan, CandidateWalk& walk);
    void decide(Outcome<UpstreamAnswer>& first);

    Connection& connection_;
    std::shared_ptr<EarlyAttempt> early_;
};

}  // namespace tollgate
