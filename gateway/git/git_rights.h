// What a token's account may at GitHub or GitLab. The token is used for these calls alone: it is not stored, not logged
// and in no message. All block; `stop` ends them early.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/git/git_hosts.h"
#include "gateway/text/error.h"

namespace tollgate {

inline constexpr std::size_t kMostGitTokenBytes = 1024;
inline constexpr std::size_t kMostGitPages = 50;  // of a hundred organizations each

struct GitAccess {
    const GitHost& host;
    std::string_view token;
    std::uint32_t timeout_ms;  // of each call
    const std::atomic<bool>& stop;
};

// No error: the token's account administers the organization, whose path is in its normal form. GitHub: it is an active
// member with the role admin. GitLab: it is an Owner of the group, be it by a group above or by another group that was
// invited.
//   permission_denied, with a reason in Error::Detail::extra:
//     git_token_invalid   the provider does not know the token
//     git_scope_missing   it may not ask for that
//     git_sso_required    the organization wants the token authorized for single sign-on
//     git_not_member      the account is no member, or there is no such organization
//     git_not_admin       it is less than an administrator; the message says what it is
//   upstream_...          the provider gave no usable answer
Error check_administers(const GitAccess& access, const std::string& path);

struct AdministeredGit {
    std::vector<std::string> paths;  // in their normal form, sorted
    bool partial = false;            // there are more: beyond kMostGitPages, or where the token is not authorized
};
// The organizations that the token's account administers. The same errors.
Outcome<AdministeredGit> list_administered(const GitAccess& access);

}  // namespace tollgate
