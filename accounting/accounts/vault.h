// Seals what is stored of secrets. Each organization has a data key, made when it first needs one and stored wrapped by
// the master key; the instance has one for what is of no organization.
//
// A secret belongs to a place, and opens at no other: a row that is moved, or copied under another organization or
// host, is worth nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "accounting/secrets/master_key.h"
#include "store/status.h"

namespace tollgate {

class Change;

struct SecretPlace {
    Id128 organization = {};     // whose data key; nil: the instance's
    std::string_view kind = {};  // "provider_key"
    std::string id = {};         // of what it is a part of
    std::string host = {};       // that it may be sent to; empty: to none
};

struct DataKey {
    std::string master_key;  // the id of the one that wraps it
    std::string wrapped;     // sealed bytes
    std::int64_t made_ms = 0, wrapped_ms = 0;
};
// From the document's key and text, with the organization that it is of.
Result<std::pair<Id128, DataKey>> read_data_key(DocumentReader& reader, std::string_view document,
                                                std::string_view text);

// A document that holds what was sealed, and nothing else. Read is what seal() made.
std::string sealed_document(std::string_view sealed);
Result<std::string> read_sealed_document(DocumentReader& reader, std::string_view document, std::string_view text);

// Any thread; only seal() and what else takes a Change may block.
class Vault {
  public:
    // The master keys in force from now on.
    void use(std::shared_ptr<const MasterKeys> keys);
    // What is in force; null: no master key is configured, and nothing can be sealed or opened.
    std::shared_ptr<const MasterKeys> keys() const;
    bool has_master_key() const { return keys() != nullptr; }

    // conflict no_master_key; io: what wrapped the organization's data key is not among the master keys.
    Result<std::string> seal(Change& change, const SecretPlace& place, std::string_view plaintext);
    // The same failures; corrupt: it was sealed for another place, or altered.
    Result<LockedBytes> open(const SecretPlace& place, std::string_view sealed) const;

    // Wraps at most `most` data keys by the current master key that another one wraps. How many that were: fewer than
    // `most` says that none is left that can be.
    Result<std::size_t> wrap_anew(Change& change, std::size_t most);
    // The organization's secrets open no more, whoever has a copy of them and the master key. For its end.
    void destroy(Change& change, const Id128& organization);

    // How many data keys are wrapped by another master key than the current one, and how many of them by one that is
    // not here; the ids of those master keys.
    struct Wrapping {
        std::size_t former = 0, unknown = 0;
        std::set<std::string> needed = {};
    };
    Wrapping wrapping() const;

    // At the start.
    void add(const Id128& organization, DataKey key);

  private:
    Result<LockedBytes> unwrap(const Id128& organization, const DataKey& key) const;
    Result<LockedBytes> data_key_for(Change& change, const Id128& organization);
    void put(Change& change, const Id128& organization, DataKey key);

    mutable std::mutex mutex_;  // around what follows
    std::shared_ptr<const MasterKeys> keys_;
    std::unordered_map<Id128, DataKey, Id128Hash> data_keys_;  // as they are committed
};

}  // namespace tollgate
