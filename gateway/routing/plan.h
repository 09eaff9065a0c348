// Where a request may go: endpoints in the order in which they are tried, each with the reason for its place.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "accounting/accounts/directory.h"
#include "accounting/ledger/priced_candidates.h"
#include "accounting/ledger/usage_record.h"
#include "gateway/chat/dialect/paid_extras.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

struct Candidate {
    enum class Reason : std::uint8_t {
        organizations_default,  // the organization's default provider for its default model
        listed,                 // its place in the price list
    };
    const CatalogueEndpoint* endpoint = nullptr;  // of the catalogue
    Reason reason = Reason::listed;
};
std::string_view to_string(Candidate::Reason reason);

// Never empty once it is made. Endpoints beyond kMostCandidates are not tried.
class Plan {
  public:
    void add(const Candidate& candidate) {
        if (size_ == kMostCandidates) return;
        endpoints_[size_] = candidate.endpoint;
        reasons_[size_++] = candidate.reason;
    }
    std::size_t size() const { return size_; }
    Candidate operator[](std::size_t i) const { return {endpoints_[i], reasons_[i]}; }
    std::span<const CatalogueEndpoint* const> endpoints() const { return std::span(endpoints_).first(size_); }

  private:
    std::array<const CatalogueEndpoint*, kMostCandidates> endpoints_;
    std::array<Candidate::Reason, kMostCandidates> reasons_;
    std::size_t size_ = 0;
};

// The model is the one that was asked for or, where that is empty, the organization's default, whose default provider
// comes first then. Endpoints whose prices do not cover the extras are left out. Errors: model_required,
// model_not_found, invalid_request.
Outcome<Plan> make_plan(const Catalogue& catalogue, const OrganizationPolicy& policy, std::string_view model_asked,
                        ApiType api, const PaidExtras& extras = {});

}  // namespace tollgate
