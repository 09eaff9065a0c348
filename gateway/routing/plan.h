// Where a request may go: endpoints in the order in which they are tried, each with the reason for its place.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "accounting/accounts/directory.h"
#include "accounting/ledger/priced_candidates.h"
#include "accounting/ledger/usage_record.h"
#include "gateway/chat/dialect/openai_request.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/choose_model.h"
#include "gateway/routing/conversation.h"
#include "gateway/routing/key_denials.h"
#include "gateway/routing/preference_denials.h"
#include "gateway/routing/ranking.h"
#include "gateway/routing/sticky_routes.h"
#include "gateway/text/error.h"

namespace tollgate {

struct Candidate {
    const CatalogueEndpoint* endpoint = nullptr;  // of the catalogue
    OrderReason reason = OrderReason::listed;
    const Credential* credential = nullptr;  // that it is tried with; null: one of the operator's
};

// Never empty once it is made. Endpoints beyond kMostCandidates are not tried.
class Plan {
  public:
    void add(const CatalogueEndpoint& endpoint, OrderReason reason) {
        if (size_ == kMostCandidates) return;
        endpoints_[size_] = &endpoint;
        reasons_[size_++] = reason;
    }
    std::size_t size() const { return size_; }
    Candidate operator[](std::size_t i) const {
        const OwnUse* const own = endpoints_[i]->own;
        return {endpoints_[i], reasons_[i], own == nullptr ? nullptr : &own->key->credential()};
    }
    bool all_own() const {
        return std::ranges::all_of(endpoints(), [](const auto* one) { return one->own != nullptr; });
    }
    // Leaves out what is called with the operator's credentials. False, and nothing is left out: all of it is.
    bool keep_own();
    std::span<const CatalogueEndpoint* const> endpoints() const { return std::span(endpoints_).first(size_); }

    std::uint64_t conversation = 0;  // digest of the one that is to stay where it is answered; 0: none

  private:
    std::array<const CatalogueEndpoint*, kMostCandidates> endpoints_;
    std::array<OrderReason, kMostCandidates> reasons_;
    std::size_t size_ = 0;
};

// Whose credentials the request goes with.
struct CredentialRules {
    bool own_only = false;             // its project's mode is api-keys
    std::string_view caller_key = {};  // hash of the calling key, for own keys that are not for all; empty: nobody's
};

// What the request must obey.
struct PlanRules {
    const OrganizationPolicy& organization;
    const KeyRules* key = nullptr;                 // null: it has none
    const ProviderPreferences* preset = nullptr;   // of the preset that it names; null: none
    const ProviderPreferences* request = nullptr;  // its own; null: none
    CredentialRules credentials = {};
};

// What the request asks for.
struct PlanAsk {
    const ChosenModel& chosen;
    ApiType api = ApiType::chat;
    const BodyFacts& body;
    std::string_view text = {};                   // of the body
    std::string_view added = {};                  // what defaults and presets add to it: members, each after a comma
    std::span<const std::string> fallbacks = {};  // models that may answer in place of the chosen one, in order
    std::uint64_t draw = 0;                       // random bits of its own
    ConversationFacts conversation = {};
};

// What is known of the world besides.
struct PlanSight {
    static constexpr std::size_t kNoWorker = SIZE_MAX;
    HealthBoard* health = nullptr;  // null: all is well
    std::size_t worker = 0;         // that looks; kNoWorker: another thread
    const StickyRoutes* sticky = nullptr;
    std::int64_t now_ms = 0;
};

// What left an endpoint out: literals.
struct Removal {
    std::string_view rule;   // "only", "deny_models", "service_tier"
    std::string_view level;  // whose: "key", "organization", "preset", "request", "price_list"
};

struct ModelAddress;

// For who wants to know why: everything that was looked at, in the order in which it would be tried.
class PlanTrace {
  public:
    PlanTrace() = default;
    virtual ~PlanTrace() = default;
    PlanTrace(const PlanTrace&) = delete;
    PlanTrace& operator=(const PlanTrace&) = delete;
    virtual void addressed(const ModelAddress&) {}  // what the chosen model's name stands for
    virtual void removed(const CatalogueEndpoint& endpoint, const Removal& removal) = 0;
    virtual void unknown_model(std::string_view name) = 0;
    virtual void placed(const CatalogueEndpoint& endpoint, const RankedEndpoint& place, bool tried) = 0;
};

// Endpoints whose prices do not cover what the request asks for besides, or that the key's rules, preferences or
// privacy leave out, are none of it. Errors: model_required, model_not_found, model_not_allowed, key_rule_denied,
// no_allowed_provider, provider_key_required, store_unavailable, invalid_request; for a default in place of those about
// a model: default_model_unavailable.
Outcome<Plan> make_plan(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask,
                        const PlanSight& sight = {}, PlanTrace* trace = nullptr);

// The organization's own account at a provider that a call of no model goes to: no other one has what it is about.
// Errors: provider_key_required, store_unavailable; key_rule_denied, model_not_allowed, where rules name models that a
// batch could evade.
Outcome<Plan> plan_for_account(const Catalogue& catalogue, const PlanRules& rules, ApiType api);

// Whether the organization allows the model.
bool allows(const OrganizationPolicy& policy, const Model& model);

// Whether the model is one for such calls: what makes text, embeddings or something else makes nothing besides.
bool serves(const Model& model, ApiType api);

}  // namespace tollgate
