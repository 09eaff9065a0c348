// Claims of Git organizations: whose requests about a repository bill which organization. A Git organization is claimed
// once; who claims it has shown to administer it there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/accounts/git_name.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kMostGitClaims = 100;  // of an organization

// How it was shown that the Git organization is the claimer's.
enum class GitClaimMethod : std::uint8_t {
    token,         // of an account that administers it, at the provider
    the_operator,  // says so
};
std::string_view to_string(GitClaimMethod method);
bool parse(std::string_view text, GitClaimMethod& method);

// What becomes of requests about its repositories by people who are no members of the organization.
enum class GitOutsiders : std::uint8_t {
    fallback,  // their own organization pays, as for a repository that nobody has claimed
    reject,
};
std::string_view to_string(GitOutsiders outsiders);
bool parse(std::string_view text, GitOutsiders& outsiders);

struct GitClaim {
    Id128 id = {}, organization = {};
    GitName name = {};  // of the Git organization; no two claims have the same
    GitClaimMethod method = GitClaimMethod::token;
    GitOutsiders outsiders = GitOutsiders::fallback;
    std::int64_t verified_ms = 0;
    Id128 claimed_by = {};     // the person; nil: the operator
    std::int64_t version = 0;  // one more with each change; 1 is the first
};

// From the document's key and text.
Result<GitClaim> read_git_claim(DocumentReader& reader, std::string_view document, std::string_view text);

struct NewGitClaim {
    GitName name = {};  // in its normal form
    GitClaimMethod method = GitClaimMethod::token;
    GitOutsiders outsiders = GitOutsiders::fallback;
};
// conflict already_claimed, by whomever; limit_reached.
Result<Id128> claim_git_organization(Change& change, const Id128& organization, const NewGitClaim& fields);
// Both: not_found where the organization has no such claim.
Status update_git_claim(Change& change, const Id128& organization, const Id128& id, GitOutsiders outsiders);
Status release_git_claim(Change& change, const Id128& organization, const Id128& id);
// Of an organization that is being closed.
void release_git_claims(Change& change, const Id128& organization);

}  // namespace tollgate
