// Between a request's body and its plan: which model it goes to, and what it is given of its organization's presets and
// settings.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"

namespace tollgate {

// Fills request.choice; what the request is given counts from here on as if it had said so. `body` is its text,
// `instance` the configuration's settings, which must outlive the request. The request has its catalogue.
// preset_not_found.
Error resolve_from_levels(Exchange& request, std::string_view body, const LlmSettings& instance);

// Most requests name their model and are of an organization without any settings: nothing is looked up for those, nor
// for what passes through as it is.
inline Error resolve_model(Exchange& request, std::string_view body, const LlmSettings& instance) {
    const BodyFacts& asked = request.ask.body;
    const OrganizationPolicy& policy = *request.principal.policy;
    const bool parameters = !instance.parameters.empty() || (policy.llm && !policy.llm->parameters.empty());
    const bool asks_levels = asked.model.empty() || !asked.preset.empty() || policy.llm_below || parameters;
    if (asks_levels && !passes_through(request.ask.api)) return resolve_from_levels(request, body, instance);
    request.choice.model = {.model = asked.model, .provider = {}, .level = LlmLevel::request};
    return {};
}

}  // namespace tollgate
