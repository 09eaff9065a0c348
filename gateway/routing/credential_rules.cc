// Whose credentials a request goes with: what an organization's own keys, and the mode of a project, leave out.
#include "gateway/routing/plan.h"
#include "gateway/routing/removal.h"

namespace tollgate {

std::optional<Removal> wrong_credential(const CredentialRules& rules, const CatalogueEndpoint& endpoint) {
    if (endpoint.own == nullptr) {
        return rules.own_only ? std::optional(Removal{"mode", "project"}) : std::nullopt;
    }
    const OwnKey& key = *endpoint.own->key;
    if (!key.allows_model(*endpoint.model)) return Removal{"allowed_models", "provider_key"};
    if (!key.allows_key(rules.caller_key)) return Removal{"allowed_keys", "provider_key"};
    return std::nullopt;
}

Error no_credential(const PlanRules& rules, const ModelAddress& address) {
    const std::string name = "the model '" + address.endpoints.front().model->id + "'";
    if (rules.credentials.own_only) {
        return {ErrorKind::provider_key_required,
                "the project's mode is api-keys, and the organization has no provider key for " + name +
                    " that this key may use; owners and admins can store one, or change the mode",
                "model"};
    }
    return {ErrorKind::model_not_allowed,
            name + " is called with the organization's own provider keys, none of which this key may use", "model"};
}

Error key_unavailable(const OwnKey& key) {
    return {ErrorKind::store_unavailable,
            "the organization's provider key '" + key.facts().label +
                "' cannot be opened now, and nothing is billed to credit in its place: the gateway's log says why"};
}

bool Plan::keep_own() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) kept += endpoints_[i]->own != nullptr ? 1 : 0;
    if (kept == 0) return false;
    kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (endpoints_[i]->own == nullptr) continue;
        endpoints_[kept] = endpoints_[i];
        reasons_[kept++] = reasons_[i];
    }
    size_ = kept;
    return true;
}

}  // namespace tollgate
