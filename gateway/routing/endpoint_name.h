// The names by which preferences speak of endpoints: a provider's, for all that it serves, or one endpoint's own, as
// "deepinfra/turbo" or "google-vertex/us-east5". A provider's is "azure", or as the lists show it: "Azure OpenAI".
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/catalogue.h"

namespace tollgate {

// As "Google Vertex" is google-vertex: clients write providers' names in both ways.
constexpr bool same_name(std::string_view asked, std::string_view name) {
    constexpr auto plain = [](char c) {
        if (c == ' ' || c == '_') return '-';
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return std::ranges::equal(asked, name, {}, plain, plain);
}

inline std::string_view own_name(const CatalogueEndpoint& endpoint) {
    return endpoint.endpoint->id.empty() ? endpoint.provider->name : endpoint.endpoint->id;
}

inline bool is_of_provider(std::string_view asked, const CatalogueEndpoint& endpoint) {
    const std::string_view title = endpoint.provider_title;
    return same_name(asked, endpoint.provider->name) || (!title.empty() && same_name(asked, title));
}

inline bool is_named(std::string_view asked, const CatalogueEndpoint& endpoint) {
    return is_of_provider(asked, endpoint) || same_name(asked, own_name(endpoint));
}

inline bool is_named_in(const std::vector<std::string>& names, const CatalogueEndpoint& endpoint) {
    return std::ranges::any_of(names, [&](const std::string& one) { return is_named(one, endpoint); });
}

}  // namespace tollgate
