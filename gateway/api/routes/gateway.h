// The gateway itself.
#pragma once

#include "gateway/api/models.h"
#include "gateway/api/openapi.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kGatewayRoutes[] = {
    {kGet, "/api/version", "version", open, worker, {show_gateway},
     "Show the gateway's version", {.answer = &kGateway}},
    {kGet, "/api/openapi.json", "openapi", open, worker, {show_openapi},
     "This document", {.answer = &kOpenApiDocument}},
    {kOptions, "*", "options", open, worker, {},
     "What the gateway as a whole allows"},
};
// clang-format on

}  // namespace tollgate::rows
