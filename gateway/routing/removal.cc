#include "gateway/routing/removal.h"

#include <algorithm>

#include "gateway/routing/model_call_of.h"
#include "gateway/routing/uncovered.h"

namespace tollgate {
namespace {

// However long the prompt is, and whatever is kept of it.
bool is_free(const Endpoint& endpoint) {
    const auto costs = [](const Prices& prices) { return prices != Prices{}; };
    return !costs(endpoint.prices) &&
           std::ranges::none_of(endpoint.tiers, [&](const PriceTier& tier) { return costs(tier.prices); });
}

// Only where nobody named the model: one that cannot do what is asked would be a bad choice.
std::optional<Removal> unfit(const PlanAsk& ask, ParameterSet sent, const CatalogueEndpoint& endpoint) {
    if (!serves(*endpoint.model, ask.api)) return Removal{"api", "request"};
    if (!endpoint.parameters.has_all(sent.both(kPreferredParameters))) return Removal{"parameters", "request"};
    const BodyFacts& body = ask.body;
    std::int64_t prompt = rough_prompt_tokens(body);
    if (body.middle_out == MiddleOut::on) prompt /= 2;  // what may be lost, as OpenRouter has it
    const std::int64_t room = endpoint.endpoint->context_length;
    if (room > 0 && prompt + body.output_bound > room) return Removal{"context_length", "request"};
    return std::nullopt;
}

// A model that is named takes what it is not listed for only where nobody has said what it takes.
bool lacks_input(const RemovalFacts& facts, const CatalogueEndpoint& endpoint) {
    const Model& model = *endpoint.model;
    return (facts.address->any || model.input_is_listed) && untaken_medium(model, facts.ask.body.media).has_value();
}

std::string_view uncovered_rule(const CatalogueEndpoint& endpoint, const PaidExtras& extras) {
    PaidExtras without_tools = extras;
    without_tools.server_tools.clear();
    without_tools.outputs.clear();
    if (!covers(endpoint, without_tools)) return "service_tier";
    return extras.server_tools.empty() ? "modalities" : "server_tools";
}

// Tools that a provider runs are known to its own dialect only: an endpoint of another one is not told of them.
bool covers_what_it_is_told(const CatalogueEndpoint& endpoint, const PlanAsk& ask) {
    const PaidExtras& extras = ask.body.extras;
    const UpstreamDialect* const dialect = endpoint.provider->dialect;
    const std::string_view spoken = dialect == nullptr ? "chat" : dialect->name();
    // Codex declares a web search in every request: where it has no price, the endpoint is not told of it either.
    const bool is_left_out = ask.api == ApiType::responses && extras.server_tools.size() == 1 &&
                             extras.server_tools.front().name == "web_search";
    const bool is_told = spoken == dialect_of(ask.api) && !is_left_out;
    if (extras.server_tools.empty() || is_told) return covers(endpoint, extras);
    PaidExtras told = extras;
    told.server_tools.clear();
    return covers(endpoint, told);
}

}  // namespace

std::int64_t rough_prompt_tokens(const BodyFacts& body) {
    constexpr std::int64_t kBytesPerToken = 3;
    return body.prompt_bytes / kBytesPerToken + body.prompt_extra_tokens;
}

std::optional<Removal> removal_of(const RemovalFacts& facts, const CatalogueEndpoint& endpoint) {
    const PaidExtras& extras = facts.ask.body.extras;
    if (const auto wrong = wrong_credential(facts.rules.credentials, endpoint)) return wrong;
    if (facts.address->any) {
        if (is_at_own_server(endpoint)) return Removal{"model", "request"};  // whoever wants that names it
        if (!allows(facts.rules.organization, *endpoint.model)) return Removal{"allowed_models", "organization"};
        if (const auto bad = unfit(facts.ask, facts.preferences.sent, endpoint)) return bad;
    }
    if (!endpoint.provider->takes(model_call_of(facts.ask.api))) return Removal{"api", "provider"};
    if (is_elsewhere(*facts.address, endpoint)) return Removal{"model", "request"};
    if (facts.address->variants.has(Variant::free) && !is_free(*endpoint.endpoint)) {
        return Removal{":free", "request"};
    }
    if (facts.rules.key != nullptr) {
        if (const auto rule = denied_by(*facts.rules.key, endpoint)) return Removal{to_string(*rule), "key"};
    }
    if (const auto denial = denied_by(facts.preferences, endpoint)) {
        return Removal{to_string(denial->rule), to_string(denial->level)};
    }
    if (lacks_input(facts, endpoint)) return Removal{"input_modalities", "price_list"};
    if (!covers_what_it_is_told(endpoint, facts.ask)) return Removal{uncovered_rule(endpoint, extras), "price_list"};
    const bool is_shut = endpoint.own != nullptr && !endpoint.own->key->facts().is_opened;
    if (is_shut) return Removal{kKeyUnavailable, "provider_key"};  // the last: all else would let it be tried
    return std::nullopt;
}

}  // namespace tollgate
