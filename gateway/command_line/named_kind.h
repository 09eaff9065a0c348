// What parameters of paths, and fields of queries and bodies, are ids of: people know those by names.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

enum class NamedKind : std::uint8_t { none, organization, project, member, user };

// By the name of the parameter or field. Somebody of an organization is a member; a user only where the operator's list
// of all is what he is looked up in.
NamedKind named_kind(std::string_view parameter);
// What may be typed: "UUID or slug".
std::string_view names_of(NamedKind kind);

}  // namespace tollgate
