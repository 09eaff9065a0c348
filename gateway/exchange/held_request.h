// A request that holds credit: made before anything goes upstream, settled exactly once. It owes the settlement
// whatever fails, so its destructor settles at no cost what nobody settled.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "gateway/exchange/exchange.h"
#include "gateway/exchange/hold_estimate.h"
#include "store/slot_file.h"

namespace tollgate {

struct WorkerCounters;

// What the client of a cut answer has been told already. It pays no more, its rates take no more; the rest is overrun.
struct Told {
    std::int64_t tokens = 0;
    NanoUsd cost;
};

// How a request ended, for its settlement.
struct Ending {
    TokenUsage usage;
    UsageSource source = UsageSource::none;
    bool charge = true;                // false: free (insured: the upstream failed or generated nothing)
    bool usage_contradictory = false;  // the provider's figure is far from what was generated
    std::int64_t unbilled_output = 0;  // tokens beside `usage` that the provider charges and the customer does not
    std::optional<Told> told = {};
    std::string_view finish_reason;
    std::string_view upstream_id;
};

class HeldRequest {
  public:
    HeldRequest(SlotFile& slots, std::uint32_t lane, WorkerCounters& counters)
        : slots_(slots), lane_(lane), counters_(counters) {}
    ~HeldRequest();
    HeldRequest(const HeldRequest&) = delete;
    HeldRequest& operator=(const HeldRequest&) = delete;

    // Takes a hold that covers an answer by any of the candidates, by what the dearest may cost, and opens the slot; or
    // returns why not: insufficient_credits, key_limit_exceeded, overloaded. `request` must outlive this, and so must
    // the candidates: at least one, in the order in which they are to be tried.
    Error take(Exchange& request, std::span<const CatalogueEndpoint* const> candidates, const CreditConfig& config);
    // Holds the same for a request that may never come: no record is owed until open_reserved(). The credit is held in
    // memory alone, and given back without a trace by give_back() or the destructor. Errors: as of take().
    Error reserve(Exchange& request, std::span<const CatalogueEndpoint* const> candidates, const CreditConfig& config);
    // It has come: from here on it is as if it had been taken. Before anything is sent to a candidate.
    void open_reserved(const CreditConfig& config);
    void give_back();  // does nothing unless it is reserved
    // How many of them the hold covers: at most kMostCandidates, and as many as the slot has room for.
    std::size_t candidates() const { return candidates_.size(); }
    // Before anything is sent to a candidate: from now on it is the one that covers() and settle() go by and that an
    // orphan is charged for. What was published of an attempt before it is forgotten. Does nothing once it is voided.
    void use(std::size_t candidate);
    // Makes the request's terms those of that candidate; nothing is published. Before anything is streamed.
    void adopt(std::size_t candidate);
    std::size_t in_use() const { return used_; }
    bool taken() const { return slot_.has_value(); }
    // For the orphan policy after a crash.
    void progress(std::int64_t output_tokens);
    // Whether the hold covers that many output tokens. Near its end it grows by a slice, or by what is left, in memory
    // only; false: nothing is left and the organization's policy allows no more, so the answer is to be cut.
    bool covers(std::int64_t output_tokens, const CreditConfig& config);
    // After covers() was false: how many output tokens are to be charged, and which limit it was.
    std::int64_t covered_output() const { return covered_output_; }
    // The most that will be charged is known before the settlement: what is held beyond it is given back, and an orphan
    // is charged for as many tokens and no more.
    void keep(std::int64_t output_tokens, NanoUsd cost);
    ErrorKind cut_by() const { return cut_by_; }
    // Books the cost and publishes the settlement: after this the terminal bytes may leave. Returns the cost.
    NanoUsd settle(const Ending& ending);
    // The leak guard's: settles at no cost a request that should be long over, and counts it. settle() then does
    // nothing; the caller sees to it that no terminal byte leaves.
    void void_leaked();
    const Exchange& request() const { return *request_; }  // once it was taken
    // Of the settlement: see SlotFile::publish_settled.
    std::uint64_t ticket() const { return ticket_; }

  private:
    // What is asked of the organization's credit for a request that any of the candidates may answer.
    struct Wanted {
        PricedCandidates rows;
        std::array<HoldEstimate, kMostCandidates> estimates;
        std::size_t dearest = 0;
        Demand demand;
    };
    // What of a candidate's estimate is needed while the hold lasts. Small: a request keeps it in its coroutine's
    // frame, which stays within wire::FrameMemory::kMostBytes.
    struct Need {
        std::int64_t prompt_tokens, counted_prompt_tokens, output_tokens;
        NanoUsd amount;
        std::int64_t longest_output;
    };

    Error acquire(Exchange& request, std::span<const CatalogueEndpoint* const> candidates, const CreditConfig& config);
    Error admit(const Wanted& wanted);
    Wanted want(std::span<const CatalogueEndpoint* const> candidates, const CreditConfig& config);
    void open(const PricedCandidates& rows);
    std::int64_t bound_to_send(const Need& need) const;
    std::optional<Refusal> grow_to(std::int64_t output_tokens, std::int64_t price);
    std::int64_t output_price() const;  // of the candidate in use
    const CatalogueEndpoint& used() const { return *candidates_[used_]; }

    SlotFile& slots_;
    const std::uint32_t lane_;
    WorkerCounters& counters_;
    Exchange* request_ = nullptr;
    std::optional<SlotIndex> slot_;
    std::span<const CatalogueEndpoint* const> candidates_;
    std::array<Need, kMostCandidates> needs_;  // of candidates_; those beyond stay uninitialized
    std::size_t used_ = 0;
    NanoUsd held_;
    bool insured_ = false;          // zero-completion insurance is on
    std::int64_t held_tokens_ = 0;  // of the rates; corrected at settlement
    ErrorKind cut_by_ = ErrorKind::none;
    std::int64_t held_output_ = 0;  // output tokens of the candidate in use that held_ pays for
    std::int64_t covered_output_ = 0;
    bool voided_ = false;
    bool reserved_ = false;  // credit is held and a slot acquired, but not opened
    std::uint64_t ticket_ = 0;
};

}  // namespace tollgate
