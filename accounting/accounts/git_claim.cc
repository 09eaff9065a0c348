#include "accounting/accounts/git_claim.h"

#include <array>
#include <utility>
#include <vector>

#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kMethods = {"token", "operator"};
constexpr std::array<std::string_view, 2> kOutsiders = {"fallback", "reject"};

template <class GitClaimOf, class Fields>
void fields_of(GitClaimOf& claim, Fields& fields) {
    fields.id("organization", claim.organization);
    fields.choice("provider", claim.name.provider);
    fields.text("host", claim.name.host, kMostGitHostBytes);
    fields.text("path", claim.name.path, kMostGitPathBytes);
    fields.choice("method", claim.method);
    fields.choice("outsiders", claim.outsiders);
    fields.number("verified_ms", claim.verified_ms);
    fields.id("claimed_by", claim.claimed_by);
    fields.number("version", claim.version);
}

std::string document_of(const GitClaim& claim) {
    DocumentWriter writer;
    fields_of(claim, writer);
    return writer.take();
}

std::string document_key(const Id128& claim) { return git_claim_document_key(to_uuid(claim)); }

void put_git_claim(Change& change, GitClaim claim) {
    const std::string document = document_key(claim.id);
    const GitClaim* const before = change.directory().find_git_claim(claim.organization, claim.id);
    ++claim.version;
    change.put_document(claim.organization, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(claim));
    change.concerns(claim.organization, document);
    change.edit().put(std::move(claim));
}

void erase_git_claim(Change& change, const GitClaim& claim) {
    const std::string document = document_key(claim.id);
    change.put_document(claim.organization, document, document_of(claim), {});
    change.concerns(claim.organization, document);
    change.edit().erase_git_claim(claim.organization, claim.id);
}

Result<GitClaim> changeable_claim(const Change& change, const Id128& organization, const Id128& id) {
    const GitClaim* const found = change.directory().find_git_claim(organization, id);
    if (found == nullptr) return failure(StatusCode::not_found, "the organization has no such claim");
    if (Status status = change.require_version(found->version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return *found;
}

// A look-up finds no other.
bool is_normal(const GitName& name) {
    const auto host = normal_git_host(name.provider, "host", name.host);
    const auto path = normal_git_organization(name.provider, "path", name.path);
    return host && path && *host == name.host && *path == name.path;
}

}  // namespace

std::string_view to_string(GitClaimMethod method) { return kMethods.at(static_cast<std::size_t>(method)); }
bool parse(std::string_view text, GitClaimMethod& method) { return parse_name(kMethods, text, method); }
std::string_view to_string(GitOutsiders outsiders) { return kOutsiders.at(static_cast<std::size_t>(outsiders)); }
bool parse(std::string_view text, GitOutsiders& outsiders) { return parse_name(kOutsiders, text, outsiders); }

Result<GitClaim> read_git_claim(DocumentReader& reader, std::string_view document, std::string_view text) {
    GitClaim claim;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kGitClaimDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    claim.id = id.value_or(Id128{});
    fields_of(claim, reader);
    if (!is_normal(claim.name)) reader.fail("its name is not in the form in which names are compared");
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return claim;
}

Result<Id128> claim_git_organization(Change& change, const Id128& organization, const NewGitClaim& fields) {
    const auto found = open_organization(change, organization);
    if (!found) return std::unexpected(found.error());
    if (change.directory().find_git_claim(fields.name) != nullptr) {
        return failure(StatusCode::conflict,
                       "'" + fields.name.path + "' at " + fields.name.host + " is claimed already", "already_claimed");
    }
    if (change.directory().git_claims_of(organization).size() >= kMostGitClaims) {
        return failure(StatusCode::conflict,
                       "the organization has " + std::to_string(kMostGitClaims) + " claims, which is the most",
                       "limit_reached");
    }
    const Id128 id = make_uuid7(change.now_ms());
    put_git_claim(change, {.id = id,
                           .organization = organization,
                           .name = fields.name,
                           .method = fields.method,
                           .outsiders = fields.outsiders,
                           .verified_ms = change.now_ms(),
                           .claimed_by = change.caller().user});
    return id;
}

Status update_git_claim(Change& change, const Id128& organization, const Id128& id, GitOutsiders outsiders) {
    auto claim = changeable_claim(change, organization, id);
    if (!claim) return claim.error();
    if (claim->outsiders == outsiders) return {};
    claim->outsiders = outsiders;
    put_git_claim(change, std::move(*claim));
    return {};
}

Status release_git_claim(Change& change, const Id128& organization, const Id128& id) {
    const auto claim = changeable_claim(change, organization, id);
    if (!claim) return claim.error();
    erase_git_claim(change, *claim);
    return {};
}

void release_git_claims(Change& change, const Id128& organization) {
    std::vector<GitClaim> all;
    for (const GitClaim* const one : change.directory().git_claims_of(organization)) all.push_back(*one);
    for (const GitClaim& one : all) erase_git_claim(change, one);
}

}  // namespace tollgate
