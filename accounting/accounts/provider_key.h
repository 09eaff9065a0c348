// Provider keys: an organization's own credentials at providers. The secret is sealed (vault.h) in a document of its
// own, which no audit shows, and is bound to the host that it was stored for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "accounting/secrets/locked_bytes.h"

namespace tollgate {

class Change;
class Vault;

inline constexpr std::string_view kCustomProvider = "custom";  // of keys to organizations' own servers
inline constexpr std::size_t kMostProviderKeys = 100;          // of an organization
inline constexpr std::size_t kMostAllowed = 100;               // models, and keys, of one of them
inline constexpr std::size_t kMaxBaseUrlBytes = 500;
inline constexpr std::size_t kMaxOriginBytes = 300;
inline constexpr std::size_t kMinProviderSecretBytes = 8, kMaxProviderSecretBytes = 4096;
inline constexpr std::size_t kShownSecretBytes = 4;
inline constexpr std::int64_t kMostPriority = 1000;

// Where a cloud keeps the models, as the cloud names it: what its kind asks for (gateway/api/provider_kinds.h), else
// empty.
struct ProviderPlace {
    std::string region = {}, resource = {}, deployment = {}, project = {};
    bool operator==(const ProviderPlace&) const = default;
};
inline constexpr std::size_t kMaxPlaceBytes = 100;  // of each

struct ProviderKey {
    Id128 id = {}, organization = {};
    std::string provider = {};                     // as the configuration names it, or a kind
    std::string label = {};                        // no two of an organization have the same
    std::string base_url = {};                     // empty: the provider's
    ProviderPlace place = {};                      // at a provider that needs one
    std::string origin = {};                       // "https://api.example.com:443": the secret opens for no other
    std::string shown = {};                        // the secret's last characters
    std::int64_t priority = 0;                     // the least goes first
    std::vector<std::string> allowed_models = {};  // empty: all, as is the next
    std::vector<std::string> allowed_keys = {};    // hashes of the organization's keys
    bool is_fallback = false;                      // after the operator's own
    bool disabled = false;
    Id128 created_by = {};       // nil: the operator, or a key without a creator
    std::int64_t secret_ms = 0;  // when the secret was set
    std::int64_t version = 0;    // one more with each change; 1 is the first
    std::int64_t created_ms = 0, updated_ms = 0;
    std::string sealed = {};  // the secret; in its own document
};

// From the document's key and text, without the secret.
Result<ProviderKey> read_provider_key(DocumentReader& reader, std::string_view document, std::string_view text);

struct NewProviderKey {
    std::string provider = {}, label = {};
    std::string base_url = {}, origin = {};
    ProviderPlace place = {};
    std::string_view secret = {};  // visible ASCII
    std::int64_t priority = 0;
    std::vector<std::string> allowed_models = {}, allowed_keys = {};
    bool is_fallback = false, disabled = false;
};
//   conflict  name_taken      another one has the label
//             limit_reached
//             no_master_key
//   invalid   what a field must be
Result<Id128> create_provider_key(Change& change, const Id128& organization, const NewProviderKey& fields);

struct ProviderKeyChange {
    std::optional<std::string> label = {};
    std::optional<ProviderPlace> place = {};
    // With its origin. Another origin needs the secret again, however well whoever asks knows the key.
    struct Base {
        std::string url, origin;
    };
    std::optional<Base> base = {};
    std::optional<std::string_view> secret = {};
    std::optional<std::int64_t> priority = {};
    std::optional<std::vector<std::string>> allowed_models = {}, allowed_keys = {};
    std::optional<bool> is_fallback = {}, disabled = {};
};
// Changes nothing, version included, where everything is so already. invalid secret_needed; the same refusals.
Status update_provider_key(Change& change, const Id128& organization, const Id128& id, const ProviderKeyChange& fields);

Status delete_provider_key(Change& change, const Id128& organization, const Id128& id);
// Of an organization that is being closed.
void erase_provider_keys(Change& change, const Id128& organization);

// The secret, for that origin only: corrupt for another one. See Vault::open().
Result<LockedBytes> open_provider_key(const Vault& vault, const ProviderKey& key, std::string_view origin);

}  // namespace tollgate
