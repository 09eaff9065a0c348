// Names of Git organizations and repositories, in the one form in which they are stored and compared: ASCII letters
// small, without blanks and slashes around them, ".git" at the end or a port that says nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

enum class GitProvider : std::uint8_t { github, gitlab };
std::string_view to_string(GitProvider provider);
bool parse(std::string_view text, GitProvider& provider);  // false, and `provider` unchanged: it is none of the names

inline constexpr std::size_t kMostGitHostBytes = 253;  // of a name in the DNS
inline constexpr std::size_t kMostGitPathBytes = 1024;
inline constexpr std::size_t kMostGitPathLevels = 21;  // GitLab: twenty groups and a project in them

// Where an organization or a repository is. A GitLab group may be in others: its path is "acme/team".
struct GitName {
    GitProvider provider = GitProvider::github;
    std::string host, path;
    bool operator==(const GitName&) const = default;
};
std::string to_string(const GitName& name);  // "github:github.com/acme"

// Empty: the provider's public host. invalid: "field: what is wrong", as are the next two.
Result<std::string> normal_git_host(GitProvider provider, std::string_view field, std::string_view text);
// "acme"; of GitLab also "acme/team".
Result<std::string> normal_git_organization(GitProvider provider, std::string_view field, std::string_view text);
// "acme/project"; of GitLab also "acme/team/project".
Result<std::string> normal_git_repository(GitProvider provider, std::string_view field, std::string_view text);

}  // namespace tollgate
