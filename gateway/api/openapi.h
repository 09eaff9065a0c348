// The OpenAPI 3.1 document, made from the table of routes and the schemas that it names.
#pragma once

#include <string>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_openapi(Call& call);
std::string make_openapi_document();

inline constexpr Schema kOpenApiDocument{"OpenApiDocument", {}, true};

}  // namespace tollgate
