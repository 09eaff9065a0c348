#include "gateway/command_line/client_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gateway/api/routes.h"

namespace tollgate {
namespace {

using testing::ElementsAre;

std::string name_of(std::string_view method, std::string_view path) {
    for (const ClientCommand& command : client_commands()) {
        if (command.operation->method == method && command.operation->path == path) {
            return command.group + " " + command.verb;
        }
    }
    return {};
}

TEST(ClientCommand, EachManagementOperationHasOne) {
    std::set<std::pair<std::string_view, std::string_view>> named;
    for (const ClientCommand& command : client_commands()) {
        EXPECT_TRUE(named.emplace(command.operation->method, command.operation->path).second);
    }
    // Other paths of operations that have one.
    const std::set<std::string_view> repeated = {"/api/v1/auth/key", "/api/v1/models/user", "/api/v1/model/{model...}"};
    for (const Route& route : routes()) {
        for (const Operation& operation : route.operations) {
            const bool of_pages = operation.guard.kind == Guard::Kind::page || operation.guard.session_only ||
                                  operation.runs_on == RunsOn::passwords ||
                                  operation.runs_on == RunsOn::identity_providers;
            const bool managed = route.path.starts_with("/api/") && operation.runs_on != RunsOn::exchange && !of_pages;
            if (!managed || repeated.contains(route.path)) continue;
            EXPECT_TRUE(named.contains({operation.method, operation.path}))
                << operation.method << " " << operation.path;
        }
    }
}

TEST(ClientCommand, NoTwoAreTheSame) {
    std::map<std::string, std::string_view> paths;
    for (const ClientCommand& command : client_commands()) {
        const auto [same, is_new] = paths.emplace(command.group + " " + command.verb, command.operation->path);
        EXPECT_TRUE(is_new) << same->first << " is of " << same->second << " and of " << command.operation->path
                            << ": name one of them in gateway/command_line/client_command.cc";
    }
}

TEST(ClientCommand, NamesAreWordsWithDashes) {
    for (const ClientCommand& command : client_commands()) {
        EXPECT_THAT(command.group, testing::MatchesRegex("[a-z]+(-[a-z]+)*")) << command.operation->path;
        EXPECT_THAT(command.verb, testing::MatchesRegex("[a-z]+(-[a-z]+)*")) << command.operation->path;
    }
}

TEST(ClientCommand, NamesFollowTheRule) {
    EXPECT_EQ(name_of("GET", "/api/organizations"), "org list");
    EXPECT_EQ(name_of("DELETE", "/api/organizations/{organization}"), "org delete");
    EXPECT_EQ(name_of("PUT", "/api/organizations/{organization}/llm"), "org set-llm");
    EXPECT_EQ(name_of("GET", "/api/organizations/{organization}/credit_policy"), "org show-credit-policy");
    EXPECT_EQ(name_of("PATCH", "/api/organizations/{organization}/billing"), "org update-billing");
    EXPECT_EQ(name_of("PUT", "/api/organizations/{organization}/alerts"), "org set-alerts");
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/switch"), "org switch");
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/keys"), "key create");
    EXPECT_EQ(name_of("PATCH", "/api/organizations/{organization}/keys/{key}/limits"), "key update-limits");
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/purchases/{purchase}/confirm"), "purchase confirm");
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/vouchers/redeem"), "voucher redeem");
    EXPECT_EQ(name_of("GET", "/api/organizations/{organization}/activity"), "activity list");
    EXPECT_EQ(name_of("GET", "/api/organizations/{organization}/activity/values"), "activity list-values");
    EXPECT_EQ(name_of("POST", "/api/users/{user}/tokens"), "user create-token");
    EXPECT_EQ(name_of("GET", "/api/me/tokens"), "me list-tokens");
    EXPECT_EQ(name_of("GET", "/api/audit"), "audit list-all");
    EXPECT_EQ(name_of("GET", "/api/allowances"), "allowance list-all");
    EXPECT_EQ(name_of("POST", "/api/allowances"), "allowance create");
    EXPECT_EQ(name_of("GET", "/api/credits"), "credits show-all");
    EXPECT_EQ(name_of("GET", "/api/v1/models/count"), "openrouter show-model-count");
    EXPECT_EQ(name_of("POST", "/api/v1/analytics/query"), "openrouter query-analytics");
    EXPECT_EQ(name_of("GET", "/api/v1/byok"), "openrouter list-byok");
    EXPECT_EQ(name_of("POST", "/api/v1/byok"), "openrouter create-byok") << "what is listed is made, and is no act";
}

// A noun alone says nothing of what a command does.
TEST(ClientCommand, VerbsOfOneWordAreKnownToBeVerbs) {
    const std::set<std::string_view> verbs = {
        "accept", "add",    "adjust",  "approve", "cancel", "confirm", "count",    "create", "decline", "delete",
        "grant",  "list",   "preview", "read",    "redeem", "refund",  "release",  "remove", "resend",  "retry",
        "revoke", "rotate", "set",     "show",    "switch", "test",    "transfer", "update", "void",    "withdraw",
    };
    const std::set<std::string_view> lists = {"candidates", "finances", "lots", "transactions"};  // by name
    for (const ClientCommand& command : client_commands()) {
        const bool has_object = command.verb.find('-') != std::string::npos;
        EXPECT_TRUE(has_object || verbs.contains(command.verb) || lists.contains(command.verb))
            << command.group << " " << command.verb << ": name it in gateway/command_line/client_command.cc";
    }
}

TEST(ClientCommand, NamedOnesHaveTheirNames) {
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/credits"), "credits grant");
    EXPECT_EQ(name_of("GET", "/api/organizations/{organization}/members/financial"), "member finances");
    EXPECT_EQ(name_of("DELETE", "/api/vouchers/{voucher}"), "voucher void");
    EXPECT_EQ(name_of("POST", "/api/me/verification"), "me send-verification");
    EXPECT_EQ(name_of("POST", "/api/organizations/{organization}/git-claims/candidates"), "git-claim candidates");
}

TEST(PathParameters, AreInTheirOrder) {
    EXPECT_THAT(path_parameters("/api/organizations/{organization}/keys/{key}"), ElementsAre("organization", "key"));
    EXPECT_THAT(path_parameters("/api/v1/models/{model...}"), ElementsAre("model"));
    EXPECT_TRUE(path_parameters("/api/me").empty());
}

}  // namespace
}  // namespace tollgate
