// Who asks. Made once per request from what was presented, and handed to everything that acts for the request: what the
// caller may do is asked in permission.h, and every change carries it into its audit entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/api_key.h"
#include "accounting/money/ids.h"

namespace tollgate {

enum class CallerKind : std::uint8_t {
    local,           // a command on this machine, such as `tollgate init`
    root_key,        // the operator of the instance
    management_key,  // acts for its organization
    inference_key,
};
std::string_view to_string(CallerKind kind);

struct Caller {
    CallerKind kind = CallerKind::local;
    KeyDigest key = {};        // of the key kinds
    Id128 user = {};           // who made the key; nil: not known
    Id128 organization = {};   // that the caller belongs to; nil: none, as for the root key
    std::string address = {};  // of the client, without port; empty: not known

    bool is_operator() const { return kind == CallerKind::local || kind == CallerKind::root_key; }
};

CallerKind caller_kind(KeyKind kind);

// For records that outlive the caller: "root", "local", or "key:" and the key's public id.
std::string actor_of(const Caller& caller);

}  // namespace tollgate
