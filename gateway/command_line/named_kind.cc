#include "gateway/command_line/named_kind.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tollgate {
namespace {

constexpr std::array<std::pair<std::string_view, NamedKind>, 11> kKinds = {{
    {"organization", NamedKind::organization},
    {"organization_id", NamedKind::organization},
    {"to", NamedKind::organization},
    {"project", NamedKind::project},
    {"project_id", NamedKind::project},
    {"workspace_id", NamedKind::project},
    {"member", NamedKind::member},
    {"member_id", NamedKind::member},
    {"creator_user_id", NamedKind::member},
    {"user", NamedKind::user},
    {"owner_user_id", NamedKind::user},
}};

}  // namespace

NamedKind named_kind(std::string_view parameter) {
    const auto found = std::ranges::find(kKinds, parameter, &std::pair<std::string_view, NamedKind>::first);
    return found == kKinds.end() ? NamedKind::none : found->second;
}

std::string_view names_of(NamedKind kind) {
    switch (kind) {
        case NamedKind::organization:
            return "UUID or slug";
        case NamedKind::project:
            return "UUID or name";
        case NamedKind::member:
        case NamedKind::user:
            return "UUID or e-mail";
        case NamedKind::none:
            break;
    }
    return "UUID";
}

}  // namespace tollgate
