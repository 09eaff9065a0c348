#include "gateway/client/authenticate.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "accounting/accounts/account_limits.h"
#include "gateway/client/page_fields.h"
#include "gateway/client/playground.h"
#include "gateway/client/request_organization.h"
#include "gateway/client/websocket_fields.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

std::unexpected<Error> refused(std::string message) { return problem(ErrorKind::invalid_api_key, std::move(message)); }

Error check_person(const Directory& directory, const KeyRecord& token) {
    const User* const user = directory.find_user(token.creator);
    if (user != nullptr && user->status == UserStatus::active) return {};
    return refused("this token's user is suspended").error();
}

// Neither the organization that is billed nor the key's own may be suspended.
Error check_organizations(const Directory& directory, const KeyRecord& key, const Organization& billed) {
    const Organization* const own =
        key.organization == billed.id ? nullptr : directory.find_organization(key.organization);
    if (!billed.policy.suspended() && (own == nullptr || !own->policy.suspended())) return {};
    Error error(ErrorKind::permission_denied, "the organization is suspended; ask the operator of this gateway");
    error.detail().extra = JsonWriter().key("reason").text("organization_suspended").take();
    return error;
}

// Of an organization that the key or token is not bound to: its default project, its limits and its credit.
void spend_in(const Organization& organization, const Directory& directory, const KeyRecord& key, CreditTable& credits,
              Principal& principal) {
    const Project* const project = directory.default_project(organization.id);
    principal.project = project != nullptr ? project->id : Id128{};
    principal.credit = organization.credit;
    principal.spenders = spenders_in(directory, organization, key, credits);
}

Outcome<Principal> principal_of(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                const Head& head, const KeyRecord& record) {
    const bool personal = record.kind == KeyKind::personal;
    auto found = request_organization(*directory, record, head);
    if (!found) return std::unexpected(found.error());
    const Organization* const organization = found->organization;
    std::shared_ptr<const OrganizationPolicy> policy;
    // What a person may of an organization that the path names is asked of the newest accounts, where the call is
    // answered. It may be another one than the person's current one.
    const bool of_path = personal && head.operation != nullptr && head.operation->names_organization();
    if (organization != nullptr && !of_path) policy = {directory, &organization->policy};
    if (policy != nullptr && policy->closed()) return refused("this API key's organization is closed");
    if (organization != nullptr && head.calls_model()) {
        if (Error suspended = check_organizations(*directory, record, *organization)) {
            return std::unexpected(std::move(suspended));
        }
    }
    Principal principal{.kind = record.kind,
                        .scopes = record.scopes,
                        .key = record.digest,
                        .organization = organization != nullptr ? organization->id : Id128{},
                        .project = record.project,
                        .creator = record.creator,
                        .policy = std::move(policy),
                        .directory = directory.get(),
                        .rules = record.rules.get(),
                        .credit = record.credit,
                        .spenders = {},
                        .session = {},
                        .attribution = std::move(found->attribution)};
    if (organization == nullptr || (personal && !head.calls_model())) return principal;
    if (organization->credit == record.credit) {
        principal.spenders = spenders_of(*directory, record, credits);
        return principal;
    }
    if (personal) {
        if (Error denied = check_may_infer(*directory, record, *organization))
            return std::unexpected(std::move(denied));
    }
    spend_in(*organization, *directory, record, credits, principal);
    return principal;
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
        // As Anthropic's, Azure's and Google's clients send it.
        for (const std::string_view name : {"x-api-key", "api-key", "x-goog-api-key"}) {
            key = from.field(name);
            if (!key.empty()) break;
        }
        if (key.empty() && head.upgrade != nullptr) key = key_in_protocols(from);
    }
    head.key_presented = !key.empty();
    if (head.key_presented) head.presented_key = last.digest_of(key);
}

Outcome<Principal> authenticate(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                const Head& head) {
    if (!head.key_presented) {
        return refused("no API key: send it as 'Authorization: Bearer sk-tg-…'");
    }
    const KeyRecord* const record = directory->find_key_of_secret(head.presented_key, head.started_ms);
    if (record == nullptr) return refused("unknown API key");
    if (record->disabled != Disabled::no) return refused("this API key is disabled");
    if (record->expires_ms != 0 && record->expires_ms <= head.started_ms) return refused("this API key has expired");
    if (record->kind == KeyKind::personal) {
        if (Error suspended = check_person(*directory, *record)) return std::unexpected(std::move(suspended));
    }
    return principal_of(directory, credits, head, *record);
}

Outcome<Principal> authenticate_session(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                        const Head& head, const AccountsConfig& config) {
    const auto ended = [] { return problem(ErrorKind::session_ended, "the session is over: sign in again"); };
    auto session = directory->find_session_of_secret(*head.page->session);
    if (session == nullptr || session->is_over(head.started_ms, config.session_idle_timeout_ms)) return ended();
    const User* const user = directory->find_user(session->user);
    if (user == nullptr || user->status != UserStatus::active) return ended();
    session->last_used.note(head.started_ms);
    if (head.calls_model()) return playground_principal(directory, credits, head, std::move(session));
    // As a personal token of his that may everything.
    KeyRecord as_token;
    as_token.digest = session->id;
    as_token.creator = session->user;
    as_token.scopes = ScopeSet::of(Scope::everything);
    as_token.may_infer = true;
    as_token.kind = KeyKind::personal;
    auto principal = principal_of(directory, credits, head, as_token);
    if (principal) principal->session = std::move(session);
    return principal;
}

}  // namespace tollgate
