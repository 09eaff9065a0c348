// Where models can be called: their endpoints, the providers, and what endpoints take.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/model_json.h"

namespace tollgate {

ApiAnswer list_model_endpoints(Call& call);
ApiAnswer list_zdr_endpoints(Call& call);
ApiAnswer list_providers(Call& call);
ApiAnswer show_model_parameters(Call& call);

inline constexpr std::array kModelEndpointsFields = {fields::text("id"),
                                                     fields::text("name"),
                                                     fields::integer("created"),
                                                     fields::text("description"),
                                                     fields::object("architecture", kArchitecture),
                                                     fields::list("endpoints", kModelEndpoint)};
inline constexpr Schema kModelEndpoints{"ModelEndpoints", kModelEndpointsFields};
inline constexpr std::array kModelEndpointsDataFields = {fields::object("data", kModelEndpoints)};
inline constexpr Schema kModelEndpointsData{"ModelEndpointsData", kModelEndpointsDataFields};
inline constexpr std::array kEndpointListFields = {fields::list("data", kModelEndpoint)};
inline constexpr Schema kEndpointList{"EndpointList", kEndpointListFields};

inline constexpr std::array kListedProviderFields = {fields::text("name"),
                                                     fields::text("slug").note("As rules and preferences name it"),
                                                     fields::text("privacy_policy_url").or_null(),
                                                     fields::text("terms_of_service_url").or_null(),
                                                     fields::text("status_page_url").or_null(),
                                                     fields::text("headquarters").or_null(),
                                                     fields::texts("datacenters").or_null()};
inline constexpr Schema kListedProvider{"ListedProvider", kListedProviderFields};
inline constexpr std::array kListedProvidersFields = {fields::list("data", kListedProvider)};
inline constexpr Schema kListedProviders{"ListedProviders", kListedProvidersFields};

inline constexpr std::array kParametersQueryFields = {
    fields::text("provider").note("Only of this one; else of all that serve the model")};
inline constexpr Schema kParametersQuery{"ParametersQuery", kParametersQueryFields};
inline constexpr std::array kModelParametersFields = {fields::text("model"), fields::texts("supported_parameters")};
inline constexpr Schema kModelParameters{"ModelParameters", kModelParametersFields};
inline constexpr std::array kModelParametersDataFields = {fields::object("data", kModelParameters)};
inline constexpr Schema kModelParametersData{"ModelParametersData", kModelParametersDataFields};

}  // namespace tollgate
