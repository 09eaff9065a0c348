// JSON Schema as Google's API takes it, and back. In `parametersJsonSchema` and `responseJsonSchema` it takes most of
// it (https://ai.google.dev/api/generate-content#GenerationConfig); in `parameters` and `responseSchema` a subset of
// OpenAPI's: https://ai.google.dev/api/caching#Schema.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// For `…JsonSchema`: as it is spelt, but that a reference has nothing beside it that the API refuses there.
std::string gemini_json_schema(Json schema);

// For `parameters` and `responseSchema`. References are resolved; one that leads back to itself ends after a few turns,
// as does one in a schema that would grow too large. What the subset lacks is said otherwise (`const` as an `enum` of
// one), or told in the description, or left out if it only forbids what no one asks for.
std::string gemini_openapi_schema(Json schema);

// What `parameters` or `responseSchema` say, as JSON Schema.
std::string json_schema_of_gemini(Json schema);

}  // namespace tollgate
