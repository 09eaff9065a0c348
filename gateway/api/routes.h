// Every route of the data listener, in one table: what isn't in it doesn't exist. Dispatch, Allow and 405, HEAD,
// OPTIONS, the names in metrics, permissions and the OpenAPI document come from it.
#pragma once

#include <span>
#include <string_view>

#include "gateway/exchange/route.h"

namespace tollgate {

std::span<const Route> routes();

// The value of a template's parameter in a path of its route; empty if the template has no such parameter.
std::string_view path_value(std::string_view path_template, std::string_view path, std::string_view name);

}  // namespace tollgate
