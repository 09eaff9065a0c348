#include "gateway/routing/model_regions.h"

#include <algorithm>
#include <string>

#include "gateway/wire/aws_signer.h"

namespace tollgate {
namespace {

// https://docs.aws.amazon.com/general/latest/gr/bedrock.html: bedrock-runtime.us-east-1.amazonaws.com
std::string_view region_of_host(std::string_view host) {
    constexpr std::string_view kHosts[] = {"bedrock-runtime.", "bedrock-runtime-fips."};
    for (const std::string_view begin : kHosts) {
        if (!host.starts_with(begin)) continue;
        const std::string_view rest = host.substr(begin.size());
        const auto end = rest.find(".amazonaws.");
        return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
    }
    return {};
}

Status check_region(const Model& model, const Endpoint& endpoint, const Provider& provider) {
    const std::string_view wanted = wire::region_of_arn(endpoint.upstream_model), region = region_of(provider);
    if (wanted.empty() || region.empty() || wanted == region) return {};
    return {StatusCode::invalid, "the price list has the model " + model.id + " at provider " + provider.name + " as " +
                                     endpoint.upstream_model + ", which is in " + std::string(wanted) +
                                     ", but the provider is in " + std::string(region) +
                                     ": add a provider whose aws_region and base_url are of " + std::string(wanted) +
                                     ", and name that one"};
}

}  // namespace

std::string_view region_of(const Provider& provider) {
    const auto* const signer = dynamic_cast<const wire::AwsSigner*>(provider.operators.first().signer.get());
    return signer != nullptr ? signer->region() : region_of_host(provider.host);
}

Status check_regions(const PriceList& prices, const std::vector<Provider>& providers) {
    for (const Model& model : prices.models()) {
        for (const Endpoint& endpoint : model.endpoints) {
            if (!endpoint.upstream_model.starts_with("arn:")) continue;
            const auto named = std::ranges::find(providers, endpoint.provider, &Provider::name);
            if (named == providers.end()) continue;
            if (Status status = check_region(model, endpoint, *named); !status.ok()) return status;
        }
    }
    return {};
}

}  // namespace tollgate
