// API keys: what is stored of them and the rules of changing them. Their text form is in api_key.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/document.h"
#include "accounting/credit/credit.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
struct Organization;

// The key names its organization; the organization's policy is looked up there (Directory::find_organization).
struct KeyRecord {
    KeyDigest digest;
    std::string label;  // "sk-tg-v1-abc...123"
    std::string name;
    KeyKind kind = KeyKind::inference;
    Id128 organization, project, creator;  // nil for the root key
    bool disabled = false;
    std::int64_t version = 0;     // one more with each change; 1 is the first
    std::int64_t expires_ms = 0;  // Unix time; 0: never
    std::int64_t created_ms = 0, updated_ms = 0;
    Limits limits;
    OrganizationCredit* credit = nullptr;  // stable; null for the root key
    Spenders spenders;                     // stable; members of the organization
};

// From the document's key and text. Pointers to credit and spenders are left to attach().
Result<KeyRecord> read_key(DocumentReader& reader, std::string_view document, std::string_view text);
Result<KeyRecord> read_root_key(DocumentReader& reader, std::string_view text);
// Gives a key its places in the credit table.
void attach(KeyRecord& key, const Organization& organization, CreditTable& credits);
// Stores the key with its next version; its limits are in force after the commit.
void put_key(Change& change, KeyRecord key);

// Created at most once: already_exists.
Result<NewKey> create_root_key(Change& change);

struct KeyFields {
    std::string name = {};
    KeyKind kind = KeyKind::inference;
    // Inference keys: the organization's default if absent. Management keys belong to no project and refuse one.
    std::optional<Id128> project = {};
    Id128 creator = {};  // user; people come later, the id is kept
    std::optional<NanoUsd> limit = {};
    LimitReset reset = LimitReset::lifetime;
    std::int64_t expires_ms = 0;  // 0: never; else after now
};
Result<NewKey> create_key(Change& change, const Id128& organization, const KeyFields& fields);

struct KeyChange {
    std::optional<std::string> name = {};
    std::optional<bool> disabled = {};
    std::optional<std::optional<NanoUsd>> limit = {};  // present and empty: unlimited
    std::optional<LimitReset> reset = {};
};
// not_found for an unknown key; the root key can be neither changed nor deleted (invalid).
Status update_key(Change& change, const KeyDigest& digest, const KeyChange& fields);
Status delete_key(Change& change, const KeyDigest& digest);

}  // namespace tollgate
