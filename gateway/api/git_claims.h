// Claims of Git organizations by an organization.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/keys.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_git_claims(Call& call);
// Asks the provider whether the token's account administers the Git organization; the operator may do without. Then
// the claim is made.
Error prove_git_claim(Call& call);
ApiAnswer create_git_claim(Call& call, Change& change);
// What the token's account administers at the provider.
ApiAnswer list_git_candidates(Call& call);
ApiAnswer show_git_claim(Call& call);
ApiAnswer update_git_claim(Call& call, Change& change);
ApiAnswer release_git_claim(Call& call, Change& change);

inline constexpr Field kGitProviderField = fields::text("provider").one_of("github|gitlab");
inline constexpr Field kOutsidersField = fields::text("outsiders")
                                             .one_of("fallback|reject")
                                             .note(
                                                 "Requests of people who are no members: their own "
                                                 "organization pays, or they are refused");
inline constexpr Field kGitHostField = fields::text("host").or_null().note("Absent: github.com, gitlab.com");
inline constexpr Field kGitTokenField =
    fields::text("token").note("Of an account that administers it; used once, not stored");

inline constexpr std::array kNewGitClaimFields = {
    kGitProviderField.required(),
    kGitHostField,
    fields::text("git_organization").required().from(1).note("acme; of GitLab also acme/team"),
    kGitTokenField.or_null(),
    kOutsidersField.or_null(),
};
inline constexpr Schema kNewGitClaim{"NewGitClaim", kNewGitClaimFields};
inline constexpr std::array kGitClaimChangeFields = {kOutsidersField};
inline constexpr Schema kGitClaimChange{"GitClaimChange", kGitClaimChangeFields};
inline constexpr std::array kGitCandidatesBodyFields = {kGitProviderField.required(), kGitHostField,
                                                        kGitTokenField.required()};
inline constexpr Schema kGitCandidatesBody{"GitCandidatesBody", kGitCandidatesBodyFields};

inline constexpr std::array kGitClaimFields = {
    fields::uuid("id"),
    fields::uuid("organization_id"),
    kGitProviderField,
    fields::text("host"),
    fields::text("git_organization"),
    fields::text("method").one_of("token|operator"),
    kOutsidersField,
    fields::time("verified_at"),
    fields::uuid("claimed_by").or_null().note("null: the operator"),
    fields::integer("version"),
};
inline constexpr Schema kGitClaim{"GitClaim", kGitClaimFields};
inline constexpr std::array kGitClaimPageFields = {fields::list("data", kGitClaim), kNextCursor};
inline constexpr Schema kGitClaimPage{"GitClaimPage", kGitClaimPageFields};
inline constexpr std::array kGitCandidateFields = {
    kGitProviderField, fields::text("host"), fields::text("git_organization"),
    fields::text("claimed_by").or_null().one_of("this_organization|another_organization")};
inline constexpr Schema kGitCandidate{"GitCandidate", kGitCandidateFields};
inline constexpr std::array kGitCandidatesFields = {
    fields::list("data", kGitCandidate),
    fields::flag("partial").note("There are more: very many, or behind single sign-on")};
inline constexpr Schema kGitCandidates{"GitCandidates", kGitCandidatesFields};

}  // namespace tollgate
