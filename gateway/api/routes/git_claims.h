// Git organizations that an organization has claimed.
#pragma once

#include "gateway/api/git_claims.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kGitClaimsRoutes[] = {
    {kGet, "/api/organizations/{organization}/git-claims", "git_claims", manage_claims, readers, {list_git_claims},
     "List claimed Git organizations, the oldest first", {.query = &kPageQuery, .answer = &kGitClaimPage}},
    {kPost, "/api/organizations/{organization}/git-claims", "git_claims",
     manage_claims, outside, {prove_git_claim, create_git_claim, "git_claim.create"},
     "Claim a Git organization that the token's account administers",
     {.body = &kNewGitClaim, .answer = &kGitClaim, .status = 201}},
    {kPost, "/api/organizations/{organization}/git-claims/candidates", "git_claim_candidates",
     manage_claims, outside, {list_git_candidates},
     "List the Git organizations that the token's account administers",
     {.body = &kGitCandidatesBody, .answer = &kGitCandidates}},
    {kGet, "/api/organizations/{organization}/git-claims/{claim}", "git_claim", manage_claims, readers, {show_git_claim},
     "Show a claim", {.answer = &kGitClaim}},
    {kPatch, "/api/organizations/{organization}/git-claims/{claim}", "git_claim",
     manage_claims, accounts, {tollgate::update_git_claim, "git_claim.update"},
     "Change what becomes of requests of people who are no members",
     {.body = &kGitClaimChange, .answer = &kGitClaim}},
    {kDelete, "/api/organizations/{organization}/git-claims/{claim}", "git_claim",
     manage_claims, accounts, {tollgate::release_git_claim, "git_claim.release"},
     "Release a claim", {.answer = &kDeleted}},
};
// clang-format on

}  // namespace tollgate::rows
