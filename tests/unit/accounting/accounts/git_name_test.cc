// The one form of Git names, whatever the spelling.
#include "accounting/accounts/git_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

using enum GitProvider;

std::string path_of(Result<std::string> (*normal)(GitProvider, std::string_view, std::string_view),
                    GitProvider provider, std::string_view text) {
    const auto path = normal(provider, "path", text);
    return path ? *path : path.error().message();
}

std::string organization(GitProvider provider, std::string_view text) {
    return path_of(normal_git_organization, provider, text);
}
std::string repository(GitProvider provider, std::string_view text) {
    return path_of(normal_git_repository, provider, text);
}
std::string host(GitProvider provider, std::string_view text) { return path_of(normal_git_host, provider, text); }

TEST(GitName, Row40SpellingsOfOneOrganizationAreOne) {
    for (const std::string_view text : {"acme", "ACME", "Acme", " acme ", "\tacme", "/acme", "acme/", "//acme//"}) {
        EXPECT_EQ(organization(github, text), "acme") << text;
        EXPECT_EQ(organization(gitlab, text), "acme") << text;
    }
    for (const std::string_view text : {"acme/team/sub", "/ACME/Team/SUB/", " acme/team/sub "}) {
        EXPECT_EQ(organization(gitlab, text), "acme/team/sub") << text;
    }
}

TEST(GitName, Row40SpellingsOfOneRepositoryAreOne) {
    for (const std::string_view text :
         {"acme/shop", "Acme/Shop", "/acme/shop", "acme/shop/", "acme/shop.git", "acme/shop.GIT", "acme/shop.git/"}) {
        EXPECT_EQ(repository(github, text), "acme/shop") << text;
        EXPECT_EQ(repository(gitlab, text), "acme/shop") << text;
    }
    EXPECT_EQ(repository(gitlab, "acme/team/sub/shop.git"), "acme/team/sub/shop");
}

TEST(GitName, Row40SpellingsOfOneHostAreOne) {
    for (const std::string_view text :
         {"", "github.com", "GITHUB.com", "github.com.", "github.com:443", "GitHub.com.:443", " github.com "}) {
        EXPECT_EQ(host(github, text), "github.com") << text;
    }
    EXPECT_EQ(host(gitlab, ""), "gitlab.com");
    EXPECT_EQ(host(gitlab, "Git.Example.com:8443"), "git.example.com:8443");
}

TEST(GitName, WhatIsNoNameIsRefusedWithTheField) {
    for (const std::string_view text : {"", "/", ".git", "acme/shop", "a//b", ".", "..", "ac me", "acme\n", "ac:me",
                                        "acme%2fteam", "https://github.com/acme", "äcme", "acme\\shop"}) {
        EXPECT_EQ(organization(github, text), "path: must be like acme") << text;
    }
    EXPECT_EQ(organization(gitlab, "acme/../other"), "path: must be like acme or acme/team");
    for (const std::string_view text : {"", "acme", "acme/", "acme/team/shop", "acme//shop", "acme/.."}) {
        EXPECT_EQ(repository(github, text), "path: must be like acme/project") << text;
    }
    for (const std::string_view text : {"git example", ":8443", "git:", "git:port", "git:123456", ".", "a..b", "[::1]",
                                        "user@host", "host/path", "http://host", ".host"}) {
        EXPECT_EQ(host(github, text), "path: must be a host, with or without a port") << text;
    }
}

TEST(GitName, LengthAndDepthAreBounded) {
    std::string deep = "a";
    for (std::size_t level = 1; level < kMostGitPathLevels - 1; ++level) deep += "/a";
    EXPECT_EQ(organization(gitlab, deep), deep);
    EXPECT_EQ(repository(gitlab, deep + "/a"), deep + "/a");
    EXPECT_NE(organization(gitlab, deep + "/a"), deep + "/a");
    EXPECT_NE(repository(gitlab, deep + "/a/a"), deep + "/a/a");
    EXPECT_EQ(organization(github, std::string(kMostGitPathBytes, 'a')).size(), kMostGitPathBytes);
    EXPECT_EQ(organization(github, std::string(kMostGitPathBytes + 1, 'a')), "path: is longer than 1024 bytes");
    EXPECT_NE(host(github, std::string(kMostGitHostBytes + 1, 'a')).size(), kMostGitHostBytes + 1);
}

TEST(GitName, ANormalFormIsItsOwn) {
    for (const std::string_view text : {"acme", "acme/team"}) {
        EXPECT_EQ(organization(gitlab, organization(gitlab, text)), text);
    }
    EXPECT_EQ(to_string(GitName{gitlab, "gitlab.com", "acme/team"}), "gitlab:gitlab.com/acme/team");
}

TEST(GitName, ProvidersAreNamed) {
    GitProvider provider = github;
    EXPECT_TRUE(parse("GitLab", provider));
    EXPECT_EQ(provider, gitlab);
    EXPECT_FALSE(parse("bitbucket", provider));
    EXPECT_FALSE(parse("", provider));
    EXPECT_EQ(provider, gitlab);
}

}  // namespace
}  // namespace tollgate
