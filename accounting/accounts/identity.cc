#include "accounting/accounts/identity.h"

#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// "<organization> admin member", "<organization> admin none".
std::string text_of(const GroupGrant& grant) {
    return to_uuid(grant.organization) + " " + std::string(to_string(grant.role)) + " " +
           std::string(to_string(grant.before));
}

std::optional<GroupGrant> parse_grant(std::string_view text) {
    GroupGrant grant;
    const auto organization = parse_uuid(text.substr(0, kUuidText));
    if (!organization || text.size() <= kUuidText || text[kUuidText] != ' ') return std::nullopt;
    text.remove_prefix(kUuidText + 1);
    const auto space = text.find(' ');
    if (space == std::string_view::npos || !parse(text.substr(0, space), grant.role)) return std::nullopt;
    const std::string_view before = text.substr(space + 1);
    if (before != to_string(Role::none) && !parse(before, grant.before)) return std::nullopt;
    grant.organization = *organization;
    return grant;
}

template <class IdentityOf, class GrantsOf, class Fields>
void fields_of(IdentityOf& identity, GrantsOf& grants, Fields& fields) {
    fields.text("issuer", identity.issuer, kMaxIssuerBytes);
    fields.text("subject", identity.subject, kMaxSubjectBytes);
    fields.id("user", identity.user);
    fields.text("provider", identity.provider, kMaxIdentityProviderBytes);
    fields.optional_text("email", identity.email, kMaxEmailBytes);
    fields.number("linked_ms", identity.linked_ms);
    fields.number("last_used_ms", identity.last_used_ms);
    fields.texts("grants", grants);
}

std::string document_of(const Identity& identity) {
    std::vector<std::string> grants;
    for (const GroupGrant& grant : identity.grants) grants.push_back(text_of(grant));
    DocumentWriter writer;
    fields_of(identity, grants, writer);
    return writer.take();
}

std::string document_key(const KeyDigest& digest) { return identity_document_key(to_hex(digest)); }

std::string document_key_of(const Id128& user, std::string_view issuer) {
    return identity_of_document_key(to_uuid(user), to_hex(digest_key(issuer)));
}

// What the person's document of an issuer says: which identity it is.
std::string reference_to(const KeyDigest& digest) {
    DocumentWriter writer;
    writer.digest("identity", digest);
    return writer.take();
}

Result<KeyDigest> read_reference(std::string_view document, std::string_view text) {
    DocumentReader reader;
    KeyDigest digest;
    reader.open(document, text);
    reader.digest("identity", digest);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return digest;
}

Result<std::optional<Identity>> identity_in(std::string_view document, const Result<std::string>& text) {
    if (!text) {
        if (text.error().code() == StatusCode::not_found) return std::nullopt;
        return std::unexpected(text.error());
    }
    DocumentReader reader;
    auto identity = read_identity(reader, document, *text);
    if (!identity) return std::unexpected(identity.error());
    return std::optional(std::move(*identity));
}

void erase(Change& change, const Identity& identity) {
    const std::string document = document_key(identity_digest(identity.issuer, identity.subject));
    change.put_document({}, document, document_of(identity), {});
    change.put_unaudited(document_key_of(identity.user, identity.issuer), {});
}

}  // namespace

KeyDigest identity_digest(std::string_view issuer, std::string_view subject) {
    // An issuer has no line break, so that no two pairs are one text.
    return digest_key(std::string(issuer) + "\n" + std::string(subject));
}

Result<Identity> read_identity(DocumentReader& reader, std::string_view document, std::string_view text) {
    Identity identity;
    std::vector<std::string> grants;
    reader.open(document, text);
    fields_of(identity, grants, reader);
    for (const std::string& one : grants) {
        const auto grant = parse_grant(one);
        if (!grant) reader.fail("a grant is malformed");
        identity.grants.push_back(grant.value_or(GroupGrant{}));
    }
    const auto digest = parse_key_digest(reader.id_part(kIdentityDocumentPrefix));
    if (digest != identity_digest(identity.issuer, identity.subject)) reader.fail("its key is another identity's");
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return identity;
}

Result<std::optional<Identity>> find_identity(Change& change, std::string_view issuer, std::string_view subject) {
    const std::string document = document_key(identity_digest(issuer, subject));
    return identity_in(document, change.find_document(document));
}

Result<std::optional<Identity>> find_identity_of(Change& change, const Id128& user, std::string_view issuer) {
    const std::string reference = document_key_of(user, issuer);
    KeyDigest digest;
    const auto there = read_if_there(reference, change.find_document(reference),
                                     [&](DocumentReader& reader) { reader.digest("identity", digest); });
    if (!there) return std::unexpected(there.error());
    if (!*there) return std::nullopt;
    const std::string document = document_key(digest);
    return identity_in(document, change.find_document(document));
}

Result<std::vector<Identity>> identities_of(Store& store, const Id128& user) {
    const std::string prefix = identity_of_document_prefix(to_uuid(user));
    std::vector<KeyDigest> digests;
    Status bad;
    Status scanned =
        store.scan(Family::accounts, prefix, prefix_end(prefix), [&](std::string_view document, std::string_view text) {
            const auto digest = read_reference(document, text);
            if (digest) digests.push_back(*digest);
            if (!digest && bad.ok()) bad = digest.error();
            return true;
        });
    if (scanned.ok()) scanned = bad;
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    std::vector<Identity> found;
    for (const KeyDigest& digest : digests) {
        const std::string document = document_key(digest);
        auto identity = identity_in(document, store.get(Family::accounts, document));
        if (!identity) return std::unexpected(identity.error());
        if (identity->has_value()) found.push_back(std::move(**identity));
    }
    return found;
}

Status put_identity(Change& change, const Identity& identity) {
    DocumentCheck check;
    check.text("issuer", identity.issuer, kMaxIssuerBytes);
    check.text("subject", identity.subject, kMaxSubjectBytes);
    if (!check.status().ok()) return check.status();
    const auto before = find_identity(change, identity.issuer, identity.subject);
    if (!before) return before.error();
    if (*before == identity) return {};
    const KeyDigest digest = identity_digest(identity.issuer, identity.subject);
    change.put_document({}, document_key(digest), *before ? document_of(**before) : std::string(),
                        document_of(identity));
    if (!*before) change.put_unaudited(document_key_of(identity.user, identity.issuer), reference_to(digest));
    return {};
}

void note_identity_use(Change& change, Identity identity, std::string email) {
    identity.email = std::move(email);
    identity.last_used_ms = change.now_ms();
    change.put_unaudited(document_key(identity_digest(identity.issuer, identity.subject)), document_of(identity));
}

Status erase_identity(Change& change, const Id128& user, const KeyDigest& digest) {
    const std::string document = document_key(digest);
    const auto identity = identity_in(document, change.find_document(document));
    if (!identity) return identity.error();
    if (!*identity || (*identity)->user != user) {
        return {StatusCode::not_found, "the person has no such identity"};
    }
    erase(change, **identity);
    change.concerns({}, user_document_key(to_uuid(user)));
    return {};
}

Status erase_identities(Change& change, const Id128& user) {
    const auto all = identities_of(change.accounts().store(), user);
    if (!all) return all.error();
    for (const Identity& identity : *all) erase(change, identity);
    return {};
}

}  // namespace tollgate
