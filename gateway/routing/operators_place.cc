#include "gateway/routing/operators_place.h"

#include <algorithm>

namespace tollgate {
namespace {

std::string origin_of(const Provider& provider) {
    BaseUrl base;
    base.tls = provider.tls;
    base.host = provider.host;
    base.port = provider.port;
    return base.origin();
}

bool has_account(const Provider& provider) {
    return provider.config == nullptr || provider.config->has_key() || !provider.config->google_key_file.empty();
}

}  // namespace

const Provider* operators_at(const Catalogue& operators, std::string_view name, const BaseUrl& base) {
    const Provider* const provider = operators.provider(name);
    const bool is_there =
        provider != nullptr && origin_of(*provider) == base.origin() && provider->base_path == base.path;
    return is_there ? provider : nullptr;
}

Status check_tells_accounts_apart(const Catalogue& operators, const BaseUrl& base) {
    const std::string origin = base.origin();
    const auto found = std::ranges::find_if(operators.providers(), [&origin](const Provider& one) {
        return !has_account(one) && origin_of(one) == origin;
    });
    if (found == operators.providers().end()) return {};
    return {StatusCode::invalid, "the operator calls the provider " + found->name + " at " + origin +
                                     " without a key: the server does not tell accounts apart, and takes no own key"};
}

}  // namespace tollgate
