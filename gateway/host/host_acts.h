// What whoever is on the host may do to get people in again: `tollgate admin`. Who may read the data directory may do
// all of it anyway; here it is audited, and leaves nothing half done.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "accounting/accounts/accounts.h"
#include "store/status.h"

namespace tollgate {

struct HostAct {
    std::string name;  // one of host_act_names()
    std::string user;  // address or id; empty where the act is of nobody
};

struct HostActName {
    std::string_view name, about;
    bool of_user;
};
std::span<const HostActName> host_act_names();

// Commits it. What there is to pass on, in one line: a link, below `base`, or a word. not_found: there is no such
// person; invalid: no such act.
Result<std::string> perform(Accounts& accounts, const HostAct& act, const std::string& base, std::int64_t now_ms);

}  // namespace tollgate
