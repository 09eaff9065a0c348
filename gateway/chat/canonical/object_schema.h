// Schemas of functions' arguments. Some APIs take only what says that it is an object, and refuse the whole request for
// one tool whose schema leaves that to be guessed.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// The schema with `"type":"object"`, and with `properties` if they are wanted: as it is spelt where it has them, else
// in `made`, which must outlive the result.
Json object_schema(Json schema, bool with_properties, std::string& made);

// Whether alternatives stand at the top, as `anyOf`, `oneOf` or `allOf`.
bool has_union_at_top(Json schema);
// Without them: an object with the properties of all, of which those are required that always are. What the
// alternatives say is told in the description, unless it is long.
std::string without_union_at_top(Json schema);

// Keywords that a schema cannot have any more are told in its description: adds one to those that are `told`.
void tell_keyword(std::string_view name, Json value, std::string& told);
// Writes the description with them; nothing if there is neither.
void append_description(std::string& out, std::string description, const std::string& told);

// Whether a strict function may have it: each object is closed, and all of its properties are required.
bool is_strict_schema(Json schema);

}  // namespace tollgate
