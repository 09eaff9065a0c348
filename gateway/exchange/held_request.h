// A request that holds credit: made before anything goes upstream, settled exactly once. It owes the settlement
// whatever fails, so its destructor settles at no cost what nobody settled.
#pragma once

#include <optional>

#include "gateway/exchange/hold_estimate.h"
#include "gateway/exchange/request_context.h"
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

    // Takes the hold and opens the slot, or answers why not: insufficient_credits, key_limit_exceeded, overloaded.
    // `request` must outlive this.
    Error take(RequestContext& request, const CreditConfig& config);
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
    // Of the settlement: see SlotFile::publish_settled.
    std::uint64_t ticket() const { return ticket_; }

  private:
    void open(const HoldEstimate& estimate);
    std::optional<Refusal> grow_to(std::int64_t output_tokens, std::int64_t price);

    SlotFile& slots_;
    const std::uint32_t lane_;
    WorkerCounters& counters_;
    RequestContext* request_ = nullptr;
    std::optional<SlotIndex> slot_;
    NanoUsd held_;
    bool insured_ = false;          // zero-completion insurance is on
    std::int64_t held_tokens_ = 0;  // of the rates; corrected at settlement
    ErrorKind cut_by_ = ErrorKind::none;
    std::int64_t held_prompt_ = 0;
    std::int64_t held_output_ = 0;  // output tokens that held_ pays for
    std::int64_t covered_output_ = 0;
    bool voided_ = false;
    std::uint64_t ticket_ = 0;
};

}  // namespace tollgate
