#include "gateway/routing/plan.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "gateway/routing/endpoint_name.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/routing/plan_error.h"
#include "gateway/routing/preference_order.h"
#include "gateway/routing/removal.h"
#include "gateway/routing/sent_parameters.h"

namespace tollgate {
namespace {

std::optional<ProviderSortBy> sort_of(const Variants& variants) {
    if (variants.has(Variant::nitro)) return ProviderSortBy::throughput;
    if (variants.has(Variant::floor)) return ProviderSortBy::price;
    if (variants.has(Variant::exacto)) return ProviderSortBy::exacto;
    return std::nullopt;
}

constexpr std::int64_t kUsualTokens = 1000;

// Of a usual request, in pico-USD: as much output as prompt, a thousand tokens of each. A longer one may have other
// prices.
std::int64_t price_of(const Endpoint& endpoint, std::int64_t prompt_tokens) {
    const Prices& prices = endpoint.prices_for(prompt_tokens);
    return kUsualTokens * (prices.prompt + prices.completion) + prices.per_request;
}

// The general case: several endpoints, of one model or more.
class Draft {
  public:
    Draft(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask, const PlanSight& sight,
          PlanTrace* trace)
        : catalogue_(catalogue),
          rules_(rules),
          ask_(ask),
          sight_(sight),
          trace_(trace),
          preferences_{rules.organization, rules.preset, rules.request, sent_parameters(ask)},
          wanted_(effective_order(preferences_)) {
        if (!ask.fallbacks.empty() || trace != nullptr) marks_.resize(catalogue.places(), Mark::unseen);
    }

    // Keeps what may be tried of it. An endpoint is one candidate, under however many names its model is asked for.
    void add(const ModelAddress& address) {
        const RemovalFacts facts{rules_, ask_, preferences_, &address};
        const OwnOrder own = own_order(address);
        const auto endpoints = address.any ? catalogue_.endpoints() : address.endpoints;
        for (const CatalogueEndpoint& endpoint : endpoints) {
            if (mark_of(endpoint) == Mark::kept) continue;
            if (const auto removal = removal_of(facts, endpoint)) {
                if (trace_ != nullptr && mark_of(endpoint) == Mark::unseen) removed_.push_back({&endpoint, *removal});
                set_mark(endpoint, Mark::removed);
                if (removal->rule == kKeyUnavailable) shut_.push_back(&endpoint);
            } else {
                kept_.push_back({&endpoint, models_, own});
                set_mark(endpoint, Mark::kept);
            }
        }
        ++models_;
    }

    // What no name brought back.
    void tell_removed() const {
        for (const auto& [endpoint, removal] : removed_) {
            if (mark_of(*endpoint) == Mark::removed) trace_->removed(*endpoint, removal);
        }
    }

    bool empty() const { return kept_.empty(); }

    // An own key that could not be opened, in whose place the operator's would be billed; null: there is none.
    const OwnKey* shut_key(const Plan& plan) const {
        const CatalogueEndpoint* const first = plan.size() == 0 ? nullptr : plan[0].endpoint;
        if (first != nullptr && first->own != nullptr) return nullptr;
        const auto found = std::ranges::find_if(shut_, [first](const CatalogueEndpoint* one) {
            return first == nullptr || (one->model == first->model && !one->own->key->facts().is_fallback);
        });
        return found == shut_.end() ? nullptr : (*found)->own->key;
    }

    Plan order() {
        OrderWish wish{.sort = wanted_.sort,
                       .min_throughput = wanted_.min_throughput,
                       .max_latency = wanted_.max_latency,
                       .seed = ask_.draw};
        name_groups(wish);
        Plan plan;
        if (wish.balances() && !kept_.front().own.sort_by && kept_.size() > 1) stick(wish, plan);
        std::vector<RankedEndpoint> ranked = stand(wish);
        rank_endpoints(ranked, wish);
        std::uint64_t models_tried = 0;
        std::size_t room = own_room();
        for (const RankedEndpoint& one : ranked) {
            const CatalogueEndpoint& endpoint = *kept_[one.at].endpoint;
            if (endpoint.own == nullptr) room = kMostCandidates;
            const bool follows = wanted_.allow_fallbacks || (models_tried >> one.model % kBits & 1U) == 0;
            const bool tried = follows && plan.size() < room;
            if (tried) plan.add(endpoint, kept_.size() == 1 ? OrderReason::listed : one.reason);
            if (tried) models_tried |= std::uint64_t{1} << one.model % kBits;
            if (trace_ != nullptr) trace_->placed(endpoint, one, tried);
        }
        return plan;
    }

  private:
    static constexpr unsigned kBits = 64;
    enum class Mark : std::uint8_t { unseen, removed, kept };
    struct OwnOrder {  // of the name that a model is asked for by
        std::optional<ProviderSortBy> sort_by = {};
        bool is_variants = false;  // then nobody's `order` counts for the model
    };
    struct Kept {
        const CatalogueEndpoint* endpoint;
        std::uint32_t model;  // its place among those that are asked for
        OwnOrder own;
    };
    struct Removed {
        const CatalogueEndpoint* endpoint;
        Removal removal;
    };

    // A variant is the request's wish, and of its model alone: it goes before what a preset or the organization wants.
    OwnOrder own_order(const ModelAddress& address) const {
        const auto by_variant = sort_of(address.variants);
        if (by_variant && !wanted_.is_requests) return {.sort_by = by_variant, .is_variants = true};
        if (address.any && !(wanted_.sort && wanted_.sort->by)) return {.sort_by = ProviderSortBy::price};
        return {};
    }

    Mark mark_of(const CatalogueEndpoint& endpoint) const {
        return marks_.empty() ? Mark::unseen : marks_[catalogue_.place_of(endpoint)];
    }
    void set_mark(const CatalogueEndpoint& endpoint, Mark mark) {
        if (!marks_.empty()) marks_[catalogue_.place_of(endpoint)] = mark;
    }

    void name_groups(OrderWish& wish) const {
        if (wanted_.order != nullptr) {
            wish.groups = wanted_.order->size();
        } else if (!ask_.chosen.provider.empty()) {
            wish.groups = 1;
            wish.named = OrderReason::default_provider;
        }
    }

    std::size_t group_of(const Kept& kept, const OrderWish& wish) const {
        if (wish.groups == 0) return 0;
        const CatalogueEndpoint& endpoint = *kept.endpoint;
        if (wanted_.order == nullptr) return is_of_provider(ask_.chosen.provider, endpoint) ? 0 : 1;
        if (kept.own.is_variants) return wish.groups;
        const auto found =
            std::ranges::find_if(*wanted_.order, [&](const auto& one) { return is_named(one, endpoint); });
        return static_cast<std::size_t>(found - wanted_.order->begin());
    }

    // A conversation whose name the client does not tell stays only where that can save something.
    void stick(OrderWish& wish, Plan& plan) const {
        const auto saves = [](const Kept& one) {
            return one.endpoint->endpoint->prices.cache_read < one.endpoint->endpoint->prices.prompt;
        };
        const ConversationKey key = conversation_key(ask_.conversation, kept_.front().endpoint->model->id);
        if (key.digest == 0 || (!key.named && std::ranges::none_of(kept_, saves))) return;
        wish.seed = plan.conversation = key.digest;
        wish.sticky = true;
        if (sight_.sticky == nullptr) return;
        const std::uint32_t number = sight_.sticky->find(key.digest, sight_.now_ms);
        const auto stayed = std::ranges::find_if(
            kept_, [&](const Kept& one) { return one.endpoint->number == number && one.endpoint->own == nullptr; });
        if (stayed != kept_.end()) wish.stayed = stayed->endpoint->identity;
    }

    // Of own keys before the first of the operator's, which has a place however many there are.
    std::size_t own_room() const {
        const bool has_operators =
            std::ranges::any_of(kept_, [](const Kept& one) { return one.endpoint->own == nullptr; });
        return has_operators && wanted_.allow_fallbacks ? kMostCandidates - 1 : kMostCandidates;
    }

    static void stand_by_credential(const CatalogueEndpoint& endpoint, RankedEndpoint& one) {
        if (endpoint.own == nullptr) return;
        const OwnKey::Facts& key = endpoint.own->key->facts();
        one.payer = key.is_fallback ? Payer::own_fallback : Payer::own;
        one.priority = key.priority;
    }

    std::vector<RankedEndpoint> stand(const OrderWish& wish) {
        health_.resize(kept_.size());
        std::vector<RankedEndpoint> ranked(kept_.size());
        const std::int64_t prompt_tokens = std::max(kUsualTokens, rough_prompt_tokens(ask_.body));
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            const CatalogueEndpoint& endpoint = *kept_[i].endpoint;
            if (endpoint.own != nullptr) {
                health_[i] = endpoint.own->health->now(sight_.now_ms);
            } else if (sight_.health != nullptr) {
                HealthBoard& board = *sight_.health;
                health_[i] = sight_.worker == PlanSight::kNoWorker
                                 ? board.now(endpoint.number, sight_.now_ms)
                                 : board.of(sight_.worker, endpoint.number, sight_.now_ms);
            }
            RankedEndpoint& one = ranked[i];
            one.model = kept_[i].model;
            stand_by_credential(endpoint, one);
            one.identity = endpoint.identity;
            one.group = group_of(kept_[i], wish);
            one.sort_by = kept_[i].own.sort_by;
            one.price = price_of(*endpoint.endpoint, prompt_tokens);
            one.health = &health_[i];
            const std::int64_t longest = endpoint.endpoint->max_completion_tokens;
            one.short_output = longest > 0 && ask_.body.output_bound > longest;
            one.lacks_parameters = !endpoint.parameters.has_all(preferences_.sent.both(kPreferredParameters));
            one.for_tools = ask_.body.extras.server_tools.empty() && !endpoint.endpoint->server_tools.empty();
        }
        return ranked;
    }

    const Catalogue& catalogue_;
    const PlanRules& rules_;
    const PlanAsk& ask_;
    const PlanSight& sight_;
    PlanTrace* const trace_;
    const PreferenceRules preferences_;
    const EffectiveOrder wanted_;
    boost::container::small_vector<Kept, 16> kept_;
    std::vector<Mark> marks_;  // by the endpoint's place in the catalogue; empty: each is looked at once, and untraced
    std::vector<Removed> removed_;
    boost::container::small_vector<const CatalogueEndpoint*, 4> shut_;
    boost::container::small_vector<RoutingHealth, 8> health_;
    std::uint32_t models_ = 0;
};

// Of a family, the newest model that may answer. Where none may, the newest that serves such requests tells why.
ModelAddress latest_of(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask,
                       const ModelAddress& address) {
    const PreferenceRules preferences{rules.organization, rules.preset, rules.request, sent_parameters(ask)};
    ModelAddress one = address, newest;
    const auto may_answer = [&](const CatalogueEndpoint& endpoint) {
        const auto removal = removal_of({rules, ask, preferences, &one}, endpoint);
        return !removal || removal->rule == kKeyUnavailable;
    };
    for (const Model* const model : models_of_family(catalogue, address.family)) {
        one.endpoints = catalogue.find(model->id);
        if (model_error(catalogue, rules, ask, one)) continue;
        if (std::ranges::any_of(one.endpoints, may_answer)) return one;
        if (!newest.found()) newest = one;
    }
    return newest.found() ? newest : address;
}

// What the name stands for, for this request.
ModelAddress address_of(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask, std::string_view name) {
    ModelAddress address = find_model(catalogue, name);
    if (!address.family.empty()) address = latest_of(catalogue, rules, ask, address);
    return address;
}

}  // namespace

bool allows(const OrganizationPolicy& policy, const Model& model) {
    return policy.allowed_models.empty() || std::ranges::binary_search(policy.allowed_models, model.id);
}

bool serves(const Model& model, ApiType api) {
    if (!passes_through(api)) return model.serves.empty() && model.embeddings == (api == ApiType::embeddings);
    return std::ranges::find(model.serves, to_string(api)) != model.serves.end();
}

Outcome<Plan> make_plan(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask, const PlanSight& sight,
                        PlanTrace* trace) {
    if (ask.chosen.model.empty()) return std::unexpected(no_model());
    const ModelAddress address = address_of(catalogue, rules, ask, ask.chosen.model);
    if (trace != nullptr) trace->addressed(address);
    const bool one = address.endpoints.size() == 1 && ask.fallbacks.empty() && trace == nullptr;
    Error unfit = model_error(catalogue, rules, ask, address);
    if (one && !unfit) {  // what most requests are: nothing is drawn, nothing allocated
        PreferenceRules preferences{rules.organization, rules.preset, rules.request};
        if (requires_parameters(preferences)) preferences.sent = sent_parameters(ask);
        Plan plan;
        const auto removal = removal_of({rules, ask, preferences, &address}, address.endpoints.front());
        if (removal && removal->rule == kKeyUnavailable) {
            return std::unexpected(key_unavailable(*address.endpoints.front().own->key));
        }
        if (removal) return std::unexpected(nothing_left(rules, ask, address));
        plan.add(address.endpoints.front(), OrderReason::listed);
        return plan;
    }
    Draft draft(catalogue, rules, ask, sight, trace);
    if (!unfit) draft.add(address);
    if (unfit && trace != nullptr) trace->unknown_model(ask.chosen.model);
    for (const std::string& name : ask.fallbacks) {
        const ModelAddress fallback = address_of(catalogue, rules, ask, name);
        if (!model_error(catalogue, rules, ask, fallback)) {
            draft.add(fallback);
        } else if (trace != nullptr) {
            trace->unknown_model(name);
        }
    }
    draft.tell_removed();
    Plan plan = draft.empty() ? Plan() : draft.order();
    if (const OwnKey* const shut = draft.shut_key(plan)) return std::unexpected(key_unavailable(*shut));
    if (!draft.empty()) return plan;
    return std::unexpected(unfit ? unfit : nothing_left(rules, ask, address));
}

}  // namespace tollgate
