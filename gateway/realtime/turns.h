// The money of a session: each response is a request of its own, with a hold, a settlement and a record. A hold for the
// next one is there before it can begin.
//
// Two designs were weighed. One hold for the session, grown as it goes and settled at its end, keeps what an hour may
// cost from the customer, knows nothing exact until then, and loses all of it in a crash. A hold for each response is
// settled as its usage comes, before the client sees that it is done, by the machinery of all other requests; what a
// crash can lose is one response. So it is the latter. A hold for a response that may never come is reserved, in memory
// alone: it leaves no record unless the response begins.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/realtime_event.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/held_request.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

class RealtimeTurns {
  public:
    // `first` is the hold that the session was begun with, of the connection's own request.
    RealtimeTurns(Connection& connection, HeldRequest& first);
    ~RealtimeTurns();
    RealtimeTurns(const RealtimeTurns&) = delete;
    RealtimeTurns& operator=(const RealtimeTurns&) = delete;

    // Sees to it that so many holds are free, each for a response that reads a conversation of so many tokens. The key
    // is asked for again, and the plan made anew, so that what was revoked or changed counts. Errors: those of
    // check_credential(), authenticate(), plan_request() and HeldRequest::take().
    Error provide(std::size_t count, std::int64_t context_tokens);
    // Whether the free holds cover that many tokens that the client has added since they were taken.
    Error cover(std::int64_t added_tokens);

    // A response has begun and has a free hold now, if there is one: false.
    bool begin(std::string_view response, std::int64_t context_tokens);
    // It has made so many tokens so far. Whether its hold covers them.
    Error progress(std::string_view response, std::int64_t spoken_tokens);
    // It is over, or what came of it is: booked by its usage, else by what was counted. False: the settlement is not
    // safe, and nobody may be told that the response is done.
    wire::Awaitable<bool> settle(const ServerEvent& done, std::int64_t spoken_tokens);
    // Its end will not be seen, because of that.
    wire::Awaitable<void> settle_cut(std::string_view response, std::int64_t spoken_tokens, ErrorKind why);

    // Of all that was settled.
    const TokenUsage& usage() const { return usage_; }
    NanoUsd cost() const { return cost_; }

  private:
    struct Own {  // the hold goes first: it speaks of the exchange
        Own(SlotFile& slots, std::uint32_t lane, WorkerCounters& counters) : hold(slots, lane, counters) {}
        Exchange exchange;
        HeldRequest hold;
    };
    struct Turn {
        std::unique_ptr<Own> own;  // null: the session's first
        Exchange* exchange = nullptr;
        HeldRequest* hold = nullptr;
        bool reserved = false;
        std::string response;          // empty: it is free
        std::int64_t held_output = 0;  // tokens of its answer that are held for, to begin with
        std::int64_t added = 0;        // tokens that the client added since
    };

    Outcome<Turn> reserve(std::int64_t context_tokens);
    Error check_route(Exchange& request);
    Turn* find(std::string_view response);
    wire::Awaitable<bool> conclude(Turn& turn, const Ending& ending);

    Connection& connection_;
    const std::array<const CatalogueEndpoint*, 1> endpoint_;
    std::vector<Turn> turns_;
    TokenUsage usage_;
    NanoUsd cost_;
};

}  // namespace tollgate
