// What the fields of a head say of a Git repository.
#include "gateway/client/git_fields.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

std::shared_ptr<const GitFields> fields_of(const std::string& lines) {
    const std::string text = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
    static wire::RequestHead head;
    static std::string bytes;
    bytes = text;
    EXPECT_EQ(wire::parse_request_head(bytes, wire::kMaxHeadFields, head).status, 0);
    return git_fields(head);
}

GitFields git(std::string provider, std::string repository, std::string organization = {}, std::string host = {}) {
    GitFields fields;
    fields.provider = std::move(provider);
    fields.repository = std::move(repository);
    fields.organization = std::move(organization);
    fields.host = std::move(host);
    return fields;
}

std::string wrong_field(const GitFields& fields) {
    const auto source = git_source(fields);
    return source ? std::string() : source.error().detail().param;
}

TEST(GitFields, AreAbsentFromAUsualHead) {
    EXPECT_EQ(fields_of(""), nullptr);
    EXPECT_EQ(fields_of("User-Agent: OpenAI/Python 2.1.0\r\nAccept: application/json\r\nContent-Length: 3\r\n"
                        "X-Stainless-OS: Linux\r\nX-Stainless-Lang: python\r\nConnection: keep-alive\r\n"
                        "X-Git-Repo: acme/shop\r\nXX-Git-Host: a\r\n"),
              nullptr);
}

TEST(GitFields, AreTakenAsTheyCameWhateverTheirCase) {
    const auto fields =
        fields_of("X-GIT-PROVIDER: GitLab\r\nx-git-host: Git.example.com\r\nX-Git-Repository: Acme/Shop\r\n");
    ASSERT_NE(fields, nullptr);
    EXPECT_EQ(*fields, git("GitLab", "Acme/Shop", "", "Git.example.com"));
    const auto empty = fields_of("X-Git-Organization:\r\n");
    ASSERT_NE(empty, nullptr) << "one without a value is there, too";
    EXPECT_EQ(*empty, GitFields{});
}

TEST(GitFields, OneThatStandsTwiceIsNoted) {
    EXPECT_TRUE(fields_of("X-Git-Repository: a/b\r\nx-git-repository: a/b\r\n")->repeated);
    EXPECT_FALSE(fields_of("X-Git-Repository: a/b\r\nX-Git-Organization: a\r\n")->repeated);
    const auto source =
        git_source(*fields_of("X-Git-Provider: github\r\nX-Git-Repository: a/b\r\nx-git-repository: a/b\r\n"));
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind(), ErrorKind::invalid_request);
}

TEST(GitSource, IsTheOrganizationThatTheRepositoryIsIn) {
    const auto of = [](const GitFields& fields) {
        const auto source = git_source(fields);
        return source ? to_string(source->organization) + " " + source->repository : source.error().detail().message;
    };
    EXPECT_EQ(of(git("github", "Acme/Shop.git")), "github:github.com/acme acme/shop");
    EXPECT_EQ(of(git("gitlab", "acme/team/sub/shop")), "gitlab:gitlab.com/acme/team/sub acme/team/sub/shop");
    EXPECT_EQ(of(git("gitlab", "", "acme/team", "GIT.example.com:443")), "gitlab:git.example.com/acme/team ");
    EXPECT_EQ(of(git("gitlab", "acme/team/shop", "acme")), "gitlab:gitlab.com/acme/team acme/team/shop");
}

TEST(GitSource, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(wrong_field(git("", "acme/shop")), "X-Git-Provider");
    EXPECT_EQ(wrong_field(git("bitbucket", "acme/shop")), "X-Git-Provider");
    EXPECT_EQ(wrong_field(git("github", "acme/shop", "", "a b")), "X-Git-Host");
    EXPECT_EQ(wrong_field(git("github", "")), "X-Git-Repository");
    EXPECT_EQ(wrong_field(git("github", "acme/team/shop")), "X-Git-Repository");
    EXPECT_EQ(wrong_field(git("github", "", "acme/team")), "X-Git-Organization");
    EXPECT_EQ(wrong_field(git("github", "acme/shop", "acm")), "X-Git-Organization");
    EXPECT_EQ(wrong_field(git("gitlab", "acme/shop", "acme/shop")), "X-Git-Organization");
}

}  // namespace
}  // namespace tollgate
