// Passkeys: WebAuthn credentials of people, which authenticators keep. Stored is the public half; what it proves is
// judged in gateway/webauthn/. No two people have the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kMostPasskeys = 20;  // of a person
inline constexpr std::size_t kMostTransports = 8, kMostTransportBytes = 32;

// What the authenticator said the last time. None of it is held against the next: a passkey on several devices counts
// backwards, and is backed up or not.
struct PasskeyState {
    std::int64_t sign_count = 0;
    bool user_verified = false;
    bool backup_eligible = false, backed_up = false;
};

struct Passkey {
    KeyDigest id = {};  // of its credential id: what it is called
    Id128 user = {};
    std::string name = {};
    std::string credential_id = {}, cose_key = {};  // bytes
    std::string aaguid = {};                        // of the make of authenticator; bytes, zeros: it does not say
    std::string rp_id = {};                         // the host that it was made for: it works at no other
    std::vector<std::string> transports = {};       // how a browser finds its authenticator
    PasskeyState state = {};
    std::int64_t created_ms = 0, last_used_ms = 0;  // 0: never
};
KeyDigest passkey_id_of(std::string_view credential_id);

// From the document's key and text.
Result<Passkey> read_passkey(DocumentReader& reader, std::string_view document, std::string_view text);
// not_found.
Result<Passkey> find_passkey(Store& store, const KeyDigest& id);
// The oldest first.
Result<std::vector<Passkey>> passkeys_of(Store& store, const Id128& user);
// Of everybody, those that do not work at this host; empty: at any. How many, and of how many people.
struct StrandedPasskeys {
    std::size_t passkeys = 0, people = 0;
};
Result<StrandedPasskeys> stranded_passkeys(Store& store, std::string_view rp_id);

// `passkey` without what this sets: the time. Returns the recovery codes that its person gets with his first factor,
// else none. conflict passkey_known: somebody has it already; limit_reached; invalid: what a field must be.
Result<std::vector<std::string>> add_passkey(Change& change, Passkey passkey);
// not_found: the person has no such one.
Status remove_passkey(Change& change, const Id128& user, const KeyDigest& id);
// denied passkey_unknown: it was removed since it was used.
Status note_passkey_use(Change& change, const Id128& user, const KeyDigest& id, const PasskeyState& state);
// For erase_second_factors().
void erase_passkey(Change& change, const KeyDigest& id);

}  // namespace tollgate
