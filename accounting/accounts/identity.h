// Who a person is at an identity provider: its issuer and the subject that it names him by, and nothing else. An
// address is no identity: it changes, and comes to belong to somebody else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kMaxIssuerBytes = 2048;
inline constexpr std::size_t kMaxSubjectBytes = 255;
inline constexpr std::size_t kMaxIdentityProviderBytes = 40;

// A membership, or a role in one, that a person has because of his groups at the provider (group_grants.h).
struct GroupGrant {
    Id128 organization = {};
    Role role = Role::member;  // that was given
    Role before = Role::none;  // that he had; none: he was no member
    bool operator==(const GroupGrant&) const = default;
};

struct Identity {
    std::string issuer = {}, subject = {};
    Id128 user = {};
    std::string provider = {};  // id in the configuration, as it was last
    std::string email = {};     // as the provider said it last, for people to know it again; empty: it says none
    std::int64_t linked_ms = 0;
    std::int64_t last_used_ms = 0;  // to sign in; 0: never
    std::vector<GroupGrant> grants = {};
    bool operator==(const Identity&) const = default;
};

// What names it: no other issuer and subject have the same.
KeyDigest identity_digest(std::string_view issuer, std::string_view subject);

// From the document's key and text.
Result<Identity> read_identity(DocumentReader& reader, std::string_view document, std::string_view text);

// Nothing: nobody has signed in by it.
Result<std::optional<Identity>> find_identity(Change& change, std::string_view issuer, std::string_view subject);
// The subject that the person is at the issuer.
Result<std::optional<Identity>> find_identity_of(Change& change, const Id128& user, std::string_view issuer);
// Any thread.
Result<std::vector<Identity>> identities_of(Store& store, const Id128& user);

// Stores it, or stores it anew. A person has one subject of an issuer at most, and a subject one person: the caller has
// looked.
Status put_identity(Change& change, const Identity& identity);
// Somebody has signed in by it: what the provider calls his address, and when that was. The audit has the sign-in.
void note_identity_use(Change& change, Identity identity, std::string email);
// not_found: the person has none of that digest. What it granted stays, and is nobody's to take back.
Status erase_identity(Change& change, const Id128& user, const KeyDigest& digest);
// All of a person who is being deleted.
Status erase_identities(Change& change, const Id128& user);

}  // namespace tollgate
