#include "gateway/client/authenticate.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "accounting/accounts/account_limits.h"

namespace tollgate {
namespace {

std::unexpected<Error> refused(std::string message) { return problem(ErrorKind::invalid_api_key, std::move(message)); }

// What he may where is asked of the newest accounts, when it is known which organization his call is about.
Outcome<Principal> person_of(const Directory& directory, const KeyRecord& token) {
    const User* const user = directory.find_user(token.creator);
    if (user == nullptr || user->status != UserStatus::active) return refused("this token's user is suspended");
    return Principal{.kind = token.kind,
                     .scopes = token.scopes,
                     .key = token.digest,
                     .organization = user->current_organization,
                     .project = {},
                     .creator = user->id,
                     .policy = nullptr,
                     .credit = nullptr,
                     .spenders = {}};
}

}  // namespace

PresentedKey::~PresentedKey() { OPENSSL_cleanse(key_.data(), size_); }

KeyDigest PresentedKey::digest_of(std::string_view key) {
    // In a time that does not tell where they differ: tenants may share a connection behind a proxy of theirs.
    if (size_ == key.size() && size_ != 0 && CRYPTO_memcmp(key_.data(), key.data(), size_) == 0) return digest_;
    digest_ = digest_key(key);
    OPENSSL_cleanse(key_.data(), size_);
    size_ = key.size() <= kMostBytes ? key.size() : 0;
    std::copy_n(key.data(), size_, key_.data());
    return digest_;
}

void note_key(const wire::RequestHead& from, PresentedKey& last, Head& head) {
    std::string_view key = from.field("authorization");
    constexpr std::size_t kScheme = 7;  // "Bearer "
    if (key.size() > kScheme && wire::equals_ignoring_case(key.substr(0, kScheme), "bearer ")) {
        key.remove_prefix(kScheme);
        while (key.starts_with(' ')) key.remove_prefix(1);
    } else {
        key = from.field("x-api-key");
    }
    head.key_presented = !key.empty();
    if (head.key_presented) head.presented_key = last.digest_of(key);
}

Outcome<Principal> authenticate(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                const Head& head) {
    if (!head.key_presented) {
        return refused("no API key: send it as 'Authorization: Bearer sk-tg-…'");
    }
    const KeyRecord* const record = directory->find_key(head.presented_key);
    if (record == nullptr) return refused("unknown API key");
    if (record->disabled != Disabled::no) return refused("this API key is disabled");
    if (record->expires_ms != 0 && record->expires_ms <= head.started_ms) return refused("this API key has expired");
    if (record->kind == KeyKind::personal) return person_of(*directory, *record);
    const bool root = record->kind == KeyKind::root;
    const Organization* const organization = root ? nullptr : directory->find_organization(record->organization);
    std::shared_ptr<const OrganizationPolicy> policy;
    if (organization != nullptr) policy = {directory, &organization->policy};
    if (policy != nullptr && policy->closed) return refused("this API key's organization is closed");
    return Principal{.kind = record->kind,
                     .scopes = {},
                     .key = record->digest,
                     .organization = record->organization,
                     .project = record->project,
                     .creator = record->creator,
                     .policy = std::move(policy),
                     .credit = record->credit,
                     .spenders = root ? Spenders() : spenders_of(*directory, *record, credits)};
}

}  // namespace tollgate
