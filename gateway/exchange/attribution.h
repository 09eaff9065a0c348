// Which Git repository or organization a request says that it is about, and what that means for who pays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/git_name.h"
#include "accounting/money/ids.h"

namespace tollgate {

// X-Git-… fields as they came.
struct GitFields {
    std::string provider, host, repository, organization;
    bool repeated = false;  // one of them stands twice
    bool operator==(const GitFields&) const = default;
};

enum class RoutedBy : std::uint8_t {
    git_claim,  // the organization that has claimed the Git organization pays
    fallback,   // nobody has, or its claim is not for this caller: as without the fields
};
constexpr std::string_view to_string(RoutedBy by) { return by == RoutedBy::git_claim ? "git_claim" : "fallback"; }

struct Attribution {
    GitName name = {};            // the claimed Git organization; on fallback the one that the request names
    std::string repository = {};  // its path; empty: the request names an organization only
    Id128 claim = {};             // nil on fallback
    RoutedBy routed_by = RoutedBy::fallback;
};

}  // namespace tollgate
