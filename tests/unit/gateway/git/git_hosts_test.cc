// Where Git organizations can be claimed.
#include "gateway/git/git_hosts.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

using enum GitProvider;

std::string problem_of(const GitConfig& config) {
    const auto hosts = GitHosts::from(config);
    return hosts ? std::string() : hosts.error().message();
}

TEST(GitHosts, ThePublicOnesAreThereAndOnesOwnBesideThem) {
    const auto hosts = GitHosts::from(
        {.hosts = {{.host = "GIT.example.com.", .provider = "gitlab", .api_url = "https://git.example.com/api/v4/"}}});
    ASSERT_TRUE(hosts) << hosts.error().message();
    EXPECT_EQ(hosts->find(github, "github.com")->api_url, "https://api.github.com");
    EXPECT_EQ(hosts->find(gitlab, "gitlab.com")->api_url, "https://gitlab.com/api/v4");
    EXPECT_EQ(hosts->find(gitlab, "git.example.com")->api_url, "https://git.example.com/api/v4");
    EXPECT_EQ(hosts->find(github, "git.example.com"), nullptr) << "it has the other provider's API";
    EXPECT_EQ(hosts->find(gitlab, "other.example.com"), nullptr);
    EXPECT_EQ(hosts->names(), "github.com, gitlab.com, git.example.com");
}

TEST(GitHosts, WhatIsWrongIsNamed) {
    EXPECT_EQ(problem_of({.github_url = "api.github.com"}),
              "git.github_url: must be an http or https URL without user, query or fragment");
    EXPECT_EQ(problem_of({.gitlab_url = "https://user@gitlab.com"}),
              "git.gitlab_url: must be an http or https URL without user, query or fragment");
    EXPECT_EQ(problem_of({.gitlab_url = "https://10.0.0.1@gitlab.com"}),
              "git.gitlab_url: must be an http or https URL without user, query or fragment");
    EXPECT_EQ(problem_of({.github_url = "https://10.0.0.1.git.example.com/api"}), "");
    EXPECT_EQ(problem_of({.hosts = {{.host = "a b", .provider = "gitlab", .api_url = "https://a"}}}),
              "git.hosts.a b: must be a host, with or without a port");
    EXPECT_EQ(problem_of({.hosts = {{.host = "GitHub.com", .provider = "github", .api_url = "https://a"}}}),
              "git.hosts.GitHub.com: the host is there already");
}

}  // namespace
}  // namespace tollgate
