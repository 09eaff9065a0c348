// Where a provider key is sent, and its trial there before it is stored: the same for every surface that stores keys.
#pragma once

#include <openssl/crypto.h>

#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/provider_key.h"
#include "gateway/api/call.h"
#include "gateway/api/provider_kinds.h"
#include "gateway/routing/provider.h"

namespace tollgate {

// A secret out of a body, which is wiped when it is no longer needed.
struct SecretText {
    std::string text;
    explicit SecretText(std::string from) : text(std::move(from)) {}
    ~SecretText() { OPENSSL_cleanse(text.data(), text.size()); }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
};

// What is shown of a secret: **** and its last characters.
inline constexpr std::string_view kSecretMask = "****";
inline std::string masked_secret(const ProviderKey& key) { return std::string(kSecretMask) + key.shown; }

// How a key of the provider is tried; empty: it cannot be.
std::optional<TrialDialect> trial_of(std::string_view provider);

struct ProviderKeyTarget {
    std::string base_url;  // the organization's own; empty: the provider's
    std::string url;       // without slash at its end
    std::string ca_file;
    BaseUrl parts;
    bool is_operators = false;  // the place is: then its address is the operator's affair
    std::optional<TrialDialect> trial = {};
};

// What a key says of where it belongs.
struct WantedTarget {
    std::string provider, base_url;
    ProviderPlace place;
};

// invalid: there is no such provider, its place lacks something, the server does not tell accounts apart,
// or the gateway may not call the address.
Result<ProviderKeyTarget> target_of(const Services& services, const WantedTarget& wanted);

// Blocks: calls the provider.
TrialOutcome try_at(const Services& services, const ProviderKeyTarget& target, std::string_view secret);
// provider_test_failed, with `hint` behind what the provider said; no error if it took the key.
Error refusal_of(const TrialOutcome& outcome, std::string_view hint);

// All of that of a new secret, in one: no error if it may be stored. An empty secret is not tried. Where nothing can be
// stored for want of a master key, nothing is tried either; what stores says so.
Error try_before_storing(const Call& call, const WantedTarget& wanted, std::string_view secret, std::string_view hint);

}  // namespace tollgate
