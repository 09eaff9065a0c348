// The gateway's own HeldRequest with what it needs around it: a request's facts, endpoints with their prices. What it
// settles when its process dies changes a ghost only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/catalogue/price_list.h"
#include "gateway/exchange/held_request.h"
#include "store/slot_file.h"

namespace tollgate::simulation {

struct ModelRequest;

std::string provider_name(std::size_t candidate);

struct HeldFacts {
    Principal principal;
    std::vector<Prices> candidates;
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
    void use(std::size_t candidate);
    HeldRequest& request() { return held_; }
    Exchange& context() { return context_; }

  private:
    struct Place {
        Endpoint endpoint;
        tollgate::Model model;
        Provider provider;
        CatalogueEndpoint entry{&model, &endpoint, &provider, 0};
    };

    std::vector<std::unique_ptr<Place>> places_;
    std::vector<const CatalogueEndpoint*> candidates_;
    Exchange context_;
    std::optional<Refusal> refusal_;
    HeldRequest held_;
};

}  // namespace tollgate::simulation
