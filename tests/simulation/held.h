// The gateway's own HeldRequest with what it needs around it: a request's facts, an endpoint with its prices. What it
// settles when its process dies changes a ghost only.
#pragma once

#include <memory>
#include <optional>

#include "accounting/money/price_list.h"
#include "gateway/exchange/held_request.h"
#include "store/slot_file.h"

namespace tollgate::simulation {

struct ModelRequest;

struct HeldFacts {
    Principal principal;
    Prices prices;
    std::int64_t prompt_bytes = 0, output_bound = 0, monotonic_ms = 0;
};

class Held {
  public:
    Held(SlotFile& slots, const ModelRequest& request, HeldFacts facts);
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    Error take(const CreditConfig& config);
    // Of the credit or a limit; none where no slot was free.
    const std::optional<Refusal>& refusal() const { return refusal_; }
    HeldRequest& request() { return held_; }
    RequestContext& context() { return context_; }

  private:
    Endpoint endpoint_;
    tollgate::Model model_;
    Provider provider_;
    CatalogueEndpoint place_;
    RequestContext context_;
    std::optional<Refusal> refusal_;
    HeldRequest held_;
};

}  // namespace tollgate::simulation
