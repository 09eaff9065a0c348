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
#include "gateway/routing/choose_model.h"
#include "gateway/routing/key_denials.h"
#include "gateway/routing/preference_denials.h"
#include "gateway/text/error.h"

namespace tollgate {

struct Candidate {
    enum class Reason : std::uint8_t {
        default_provider,  // the provider that the default names with the model
        listed,            // its place in the price list
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

// What the request must obey.
struct PlanRules {
    const OrganizationPolicy& organization;
    const KeyRules* key = nullptr;                // null: it has none
    const ProviderPreferences* preset = nullptr;  // of the preset that it names; null: none
};

// Endpoints whose prices do not cover the extras, or that the key's rules, preferences or privacy leave out, are none
// of it. Errors: model_required, model_not_found, model_not_allowed, key_rule_denied, no_allowed_provider,
// invalid_request; for a default in place of those about a model: default_model_unavailable.
Outcome<Plan> make_plan(const Catalogue& catalogue, const PlanRules& rules, const ChosenModel& chosen, ApiType api,
                        const PaidExtras& extras = {});

// Whether the organization allows the model.
bool allows(const OrganizationPolicy& policy, const Model& model);

}  // namespace tollgate
