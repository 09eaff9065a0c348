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
constexpr std::size_t kMostNamesShown = 10;

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

bool equal_but_for_case(std::string_view one, std::string_view other) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

void NameSearch::look_at(std::string name, std::string id) {
    if (!equal_but_for_case(name, typed_)) return;
    auto& list = name == typed_ ? exact_ : near_;
    list.push_back({.name = std::move(name), .id = std::move(id)});
}

std::string NameSearch::names() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(found().size(), kMostNamesShown); ++i) {
        text.append(text.empty() ? "" : ", ").append(found()[i].name).append(" (").append(found()[i].id).append(")");
    }
    return found().size() > kMostNamesShown ? text + ", …" : text;
}

}  // namespace tollgate
