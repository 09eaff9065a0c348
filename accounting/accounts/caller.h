// Who asks. Made once per request from what was presented, and handed to everything that acts for the request: what the
// caller may do is asked in permission.h, and every change carries it into its audit entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"

namespace tollgate {

enum class CallerKind : std::uint8_t {
    local,           // a command on this machine, such as `tollgate init`
    job,             // what the gateway does by itself, such as the granting of allowances
    root_key,        // the operator of the instance
    management_key,  // acts for its organization
    inference_key,
    service_key,       // a program that acts for others, as far as it may
    personal_token,    // a person
    session,           // a person, who signed in from a browser
    operator_session,  // the same, where he acts as the operator of the instance
    nobody,            // no key was presented
};
std::string_view to_string(CallerKind kind);

struct Caller {
    CallerKind kind = CallerKind::local;
    KeyDigest key = {};        // of the key kinds and sessions: its public id
    KeyDigest secret = {};     // and which of its secrets was presented, where that is known
    Id128 user = {};           // the person, or who made the key; nil: the operator made it
    Id128 organization = {};   // that the key is bound to, or the one that the person asks about; nil: none
    Id128 person = {};         // who acts as the operator, in a session; else nil
    ScopeSet scopes = {};      // of a personal token or service key
    std::string address = {};  // of the client, without port; empty: not known
    std::string job = {};      // its name, of a job

    bool is_operator() const {
        return kind == CallerKind::local || kind == CallerKind::job || kind == CallerKind::root_key ||
               kind == CallerKind::operator_session;
    }
    bool is_person() const { return kind == CallerKind::personal_token || kind == CallerKind::session; }
};

// How the job is called that lets memberships follow a person's groups; the provider's id follows.
inline constexpr std::string_view kGroupsJob = "groups:";

CallerKind caller_kind(KeyKind kind);
// The caller of a session, in the capacity of the operator: no member of anything, and nobody whose keys these would
// be.
Caller as_operator(Caller caller);

// For records that outlive the caller, who it was: "root", "local", "job:" and its name, "user:" and the person's id,
// or "key:" and the key's public id.
std::string actor_of(const Caller& caller);
// And by what: "key:", "token:" or "session:" with its public id, "command", "groups:" and the identity provider's id,
// "job", or "nothing".
std::string via_of(const Caller& caller);

}  // namespace tollgate
