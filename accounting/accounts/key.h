// API keys: what is stored of them and the rules of changing them. Their text form is in api_key.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/document.h"
#include "accounting/accounts/key_rules.h"
#include "accounting/accounts/key_secrets.h"
#include "accounting/accounts/role.h"
#include "accounting/credit/credit.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Directory;
class Store;

// Where what a key spends is counted. Found when the key is first used, because most keys of a large instance are idle
// (spenders_of, account_limits.h).
class SpendersOnUse {
  public:
    SpendersOnUse() = default;
    SpendersOnUse(const SpendersOnUse& other) : found_(other.get()) {}
    SpendersOnUse& operator=(const SpendersOnUse& other) {
        set(other.get());
        return *this;
    }
    const Spenders* get() const { return found_.load(std::memory_order_acquire); }  // nullptr: not used yet
    // Any thread, also in an immutable snapshot. `found` lives as long as the credit table.
    void set(const Spenders* found) const { found_.store(found, std::memory_order_release); }

  private:
    mutable std::atomic<const Spenders*> found_ = nullptr;
};

// Limits in the room of the numbers alone.
class CompactLimits {
  public:
    CompactLimits() = default;
    CompactLimits(const Limits& limits)  // NOLINT(google-explicit-constructor): it is the same value
        : budget_(limits.budget ? limits.budget->value : kNone),
          requests_(limits.requests_per_minute.value_or(kNone)),
          tokens_(limits.tokens_per_minute.value_or(kNone)),
          concurrent_(limits.concurrent_requests.value_or(kUnlimited)),
          reset_(static_cast<std::uint64_t>(limits.reset)) {}
    operator Limits() const {  // NOLINT(google-explicit-constructor)
        return {.budget = budget_ == kNone ? std::nullopt : std::optional(NanoUsd{budget_}),
                .reset = static_cast<LimitReset>(reset_),
                .requests_per_minute = unpack(requests_),
                .tokens_per_minute = unpack(tokens_),
                .concurrent_requests = unpack(concurrent_ == kUnlimited ? kNone : concurrent_)};
    }

  private:
    static constexpr std::int64_t kNone = INT64_MIN;  // no limit can be that
    static std::optional<std::int64_t> unpack(std::int64_t count) {
        return count == kNone ? std::nullopt : std::optional(count);
    }
    static constexpr std::int64_t kUnlimited = -1;  // nor that; in less room
    std::int64_t budget_ = kNone, requests_ = kNone, tokens_ = kNone;
    std::int64_t concurrent_ : 56 = kUnlimited;
    std::uint64_t reset_ : 8 = static_cast<std::uint64_t>(LimitReset::lifetime);
};

// Whether it is, and why: what disabled a key for its member's or its project's sake enables it again. A member is
// suspended by the organization, or everywhere by the operator.
enum class Disabled : std::uint8_t { no, by_hand, member_left, member_suspended, project_archived };
std::string_view to_string(Disabled disabled);
bool parse(std::string_view text, Disabled& disabled);

// The key names its organization; the organization's policy is looked up there (Directory::find_organization). A
// personal token is its creator's, and names none. There may be a million of them: keep it small.
struct KeyRecord {
    KeyDigest digest;                      // of its first secret: its public id
    Id128 organization, project, creator;  // nil for the root key
    std::uint32_t version = 0;             // one more with each change; 1 is the first
    ScopeSet scopes;                       // of a personal token or service key
    bool may_infer = false;                // of a personal token
    Disabled disabled = Disabled::no;
    std::int64_t expires_ms = 0;  // Unix time; 0: never
    std::int64_t created_ms = 0, updated_ms = 0;
    CompactLimits limits;
    std::string name;
    OrganizationCredit* credit = nullptr;  // stable; null for the root key and personal tokens
    SpendersOnUse spenders;
    CompactKeyRules rules;
    CompactKeySecrets secrets;  // none: the first one alone
    KeyEnds ends;               // of the newest secret's text, for its label
    KeyKind kind = KeyKind::inference;
};
static_assert(sizeof(KeyRecord) <= 216);

// From the document's key and text. The pointer to credit is left to the caller.
Result<KeyRecord> read_key(DocumentReader& reader, std::string_view document, std::string_view text);
Result<KeyRecord> read_root_key(DocumentReader& reader, std::string_view text);
// Stores the key with its next version; its limits are in force after the commit.
void put_key(Change& change, KeyRecord key);

// The key as it is to be changed. not_found for an unknown key; invalid for the root key, which can't be `verb`; stale.
Result<KeyRecord> key_to_change(Change& change, const KeyDigest& digest, std::string_view verb);

// What people know a key by.
struct KeyNames {
    std::string name, label;
};
// In place of a key, what is called from the pages by no key of anybody's stands under this in records, reports and
// sums.
const KeyDigest& playground_key();
// Of a key that there is, or was; not_found if there never was one. The second needs no accounts to be loaded.
Result<KeyNames> names_of_key(const Directory& directory, Store& store, const KeyDigest& digest);
Result<KeyNames> names_of_key(Store& store, const KeyDigest& digest);

// Created at most once: already_exists.
Result<NewKey> create_root_key(Change& change);

struct KeyFields {
    std::string name = {};
    KeyKind kind = KeyKind::inference;  // or management, or service
    ScopeSet scopes = {};               // of a service key
    // The organization's default if absent. Management keys belong to no project and refuse one.
    std::optional<Id128> project = {};
    Id128 creator = {};  // a member; nil: nobody in particular
    std::optional<NanoUsd> limit = {};
    LimitReset reset = LimitReset::lifetime;
    std::int64_t expires_ms = 0;  // 0: never; else after now
    KeyRules rules = {};          // of one that calls models
};
// not_found: the organization has no such project; conflict limit_reached, project_archived, member_suspended.
Result<NewKey> create_key(Change& change, const Id128& organization, const KeyFields& fields);

struct TokenFields {
    std::string name = {};
    ScopeSet scopes = ScopeSet::of(Scope::everything);
    bool may_infer = true;
    std::int64_t expires_ms = 0;  // 0: never; else after now
};
inline constexpr std::size_t kMostTokensOfPerson = 100;  // disabled and expired ones too
// denied scope_exceeds_own: whoever calls by a token gives nobody one that may more than that.
Status check_own_scopes(const Change& change, const ScopeSet& scopes, bool may_infer);
Status check_own_scopes(const Change& change, const KeyRecord& key);  // the same of a token; other keys have no such
// A personal token. denied scope_exceeds_own; conflict limit_reached.
Result<NewKey> create_token(Change& change, const Id128& user, const TokenFields& fields);

struct KeyChange {
    std::optional<std::string> name = {};
    std::optional<bool> disabled = {};
    std::optional<std::optional<NanoUsd>> limit = {};  // present and empty: unlimited
    std::optional<LimitReset> reset = {};
    std::optional<KeyRules> rules = {};           // present and empty: none
    std::optional<std::int64_t> expires_ms = {};  // 0: never; else after now, unless it is so already
    std::optional<Id128> creator = {};            // a member, whose key it is from now on
};
// Changes nothing, version included, where everything is so already. What is disabled here stays so, whatever else
// disabled it meanwhile. conflict project_archived, member_suspended, maker_left: such a key cannot be enabled.
// not_found for an unknown key; the root key can be neither changed nor deleted (invalid). What names a deleted key is
// kept: what it spent stays in reports.
//
// A key that is handed over spends for its new maker from the next request on; running ones end for whom they began. It
// stays disabled, now by hand, where it was so for its former maker's sake and is not enabled in the same change.
// conflict member_suspended: whoever is to have it may do nothing; rotate_first: what acts for its maker is taken over
// by rotate_key(), for the former maker knows its secret. denied scope_exceeds_own: a token's life is changed, and a
// token is enabled, by one that may as much.
Status update_key(Change& change, const KeyDigest& digest, const KeyChange& fields);
Status delete_key(Change& change, const KeyDigest& digest);
// The same of a key that must be there.
void erase_key(Change& change, const KeyDigest& digest);

}  // namespace tollgate
