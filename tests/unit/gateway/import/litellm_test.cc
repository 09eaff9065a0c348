#include "gateway/import/litellm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tollgate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'795'392'000'000;  // 2026-11-23T00:00:00Z
const std::string kHash(64, 'a');

ImportPlan plan_of(const std::string& sql, ImportOptions options = {}) {
    options.now_ms = kNow;
    std::istringstream in(sql);
    const auto dump = read_sql_dump(in, is_litellm_table);
    if (!dump) ADD_FAILURE() << dump.error().message();
    return dump ? plan_of_litellm(*dump, options) : ImportPlan();
}

std::string key(const std::string& columns, const std::string& values) {
    return "INSERT INTO \"LiteLLM_VerificationToken\" (token, key_name, " + columns + ") VALUES ('" + kHash +
           "', 'sk-...wxyz', " + values + ");\n";
}

ImportedKey only_key(const ImportPlan& plan) {
    for (const ImportedOrganization& one : plan.organizations) {
        if (!one.keys.empty()) return one.keys.front();
    }
    ADD_FAILURE() << "no key";
    return {};
}

TEST(Litellm, AKeyKeepsItsHashLimitsAndWhatItSpent) {
    const ImportedKey found = only_key(plan_of(key(
        "key_alias, spend, max_budget, budget_duration, budget_reset_at, rpm_limit, tpm_limit, "
        "max_parallel_requests, expires, models",
        "'web', 1.5e-05, 10.25, '30d', '2026-12-01 00:00:00', 60, 9000000000, 4, '2027-01-01 00:00:00.123', '{}'")));
    EXPECT_EQ(to_hex(found.digest), kHash);
    EXPECT_EQ(found.name, "web");
    EXPECT_EQ(found.limits.limits, (Limits{.budget = NanoUsd{10'250'000'000},
                                           .reset = LimitReset::monthly,
                                           .requests_per_minute = 60,
                                           .tokens_per_minute = 9'000'000'000,
                                           .concurrent_requests = 4}));
    EXPECT_EQ(found.limits.spent, NanoUsd{15'000});
    EXPECT_EQ(found.expires_ms, 1'798'761'600'123);
    EXPECT_FALSE(found.disabled);
}

TEST(Litellm, NullIsUnlimitedAndZeroIsNothing) {
    EXPECT_EQ(only_key(plan_of(key("max_budget, rpm_limit", "NULL, NULL"))).limits, ImportedLimits{});
    EXPECT_EQ(only_key(plan_of(key("max_budget", "0"))).limits.limits.budget, NanoUsd{});
}

TEST(Litellm, ABudgetWhoseWindowIsOverBeginsAnew) {
    const auto spent = [](const std::string& reset, const std::string& duration) {
        return only_key(plan_of(key("spend, max_budget, budget_duration, budget_reset_at",
                                    "3, 10, " + duration + ", " + reset)))
            .limits.spent;
    };
    EXPECT_EQ(spent("'2026-11-22 23:59:59'", "'1d'"), NanoUsd{});
    EXPECT_EQ(spent("'2026-11-23 00:00:01'", "'1d'"), NanoUsd{3'000'000'000});
    EXPECT_EQ(spent("'2026-11-22 23:59:59'", "NULL"), NanoUsd{3'000'000'000}) << "a lifetime does not end";
}

TEST(Litellm, DurationsBecomeTheShortestWindowThatIsNotShorter) {
    const auto reset = [](const std::string& duration, std::size_t warnings) {
        const ImportPlan plan = plan_of(key("max_budget, budget_duration", "10, '" + duration + "'"));
        EXPECT_EQ(plan.warnings.size(), warnings) << duration;
        return only_key(plan).limits.limits.reset;
    };
    EXPECT_EQ(reset("24h", 0), LimitReset::daily);
    EXPECT_EQ(reset("7d", 0), LimitReset::weekly);
    EXPECT_EQ(reset("1mo", 0), LimitReset::monthly);
    EXPECT_EQ(reset("12h", 1), LimitReset::daily);
    EXPECT_EQ(reset("8d", 1), LimitReset::monthly);
    EXPECT_EQ(reset("90d", 1), LimitReset::lifetime);
    EXPECT_EQ(reset("soon", 1), LimitReset::lifetime);
}

TEST(Litellm, TeamsAreProjectsOfTheirOrganization) {
    const ImportPlan plan = plan_of(
        "INSERT INTO \"LiteLLM_BudgetTable\" (budget_id, max_budget) VALUES ('b1', 100);\n"
        "INSERT INTO \"LiteLLM_OrganizationTable\" (organization_id, organization_alias, budget_id, spend, models) "
        "VALUES ('o1', 'Acme', 'b1', 7, '{}');\n"
        "INSERT INTO \"LiteLLM_TeamTable\" (team_id, team_alias, organization_id) VALUES ('t1', 'Web', 'o1'), "
        "('t2', 'Web', 'o1'), ('t3', NULL, NULL);\n" +
        key("team_id", "'t2'"));
    ASSERT_EQ(plan.organizations.size(), 2U);
    const ImportedOrganization& acme = plan.organizations[0];
    EXPECT_EQ(acme.name, "Acme");
    EXPECT_EQ(acme.limits.limits.budget, NanoUsd{100 * kNanoPerUsd});
    EXPECT_EQ(acme.limits.spent, NanoUsd{7 * kNanoPerUsd});
    EXPECT_THAT(acme.projects,
                ElementsAre(Field(&ImportedProject::name, "Web"), Field(&ImportedProject::name, "Web 2")));
    EXPECT_EQ(acme.keys.at(0).project, "t2");
    EXPECT_EQ(plan.organizations[1].name, "LiteLLM");
    EXPECT_EQ(plan.organizations[1].projects.at(0).id, "t3");
}

TEST(Litellm, MembersComeFromOrganizationsTeamsAndKeys) {
    const ImportPlan plan = plan_of(
        "INSERT INTO \"LiteLLM_UserTable\" (user_id, user_email, max_budget, models) VALUES "
        "('u1', 'Ann@x.test', NULL, '{}'), ('u2', 'bob@x.test', 5, '{}'), ('u3', 'eve@x.test', NULL, '{}');\n"
        "INSERT INTO \"LiteLLM_OrganizationTable\" (organization_id, organization_alias) VALUES ('o1', 'Acme');\n"
        "INSERT INTO \"LiteLLM_OrganizationMembership\" (user_id, organization_id, user_role) VALUES "
        "('u1', 'o1', 'org_admin');\n"
        "INSERT INTO \"LiteLLM_TeamTable\" (team_id, organization_id, members_with_roles) VALUES "
        "('t1', 'o1', '[{\"role\": \"admin\", \"user_id\": \"u3\"}]');\n" +
        key("user_id, organization_id", "'u2', 'o1'"));
    const auto& members = plan.organizations.at(0).members;
    ASSERT_EQ(members.size(), 3U);
    EXPECT_EQ(members[0].role, Role::member);
    EXPECT_EQ(members[1].user + (members[1].role == Role::admin ? " admin" : ""), "u1 admin");
    EXPECT_EQ(members[2].limits.limits.budget, NanoUsd{5 * kNanoPerUsd});
    EXPECT_EQ(only_key(plan).user, "u2");
    EXPECT_EQ(plan.users[0].email, "ann@x.test");
}

TEST(Litellm, Row41PeopleEqualButForCaseAreReportedAndNotMerged) {
    const ImportPlan plan = plan_of(
        "INSERT INTO \"LiteLLM_UserTable\" (user_id, user_email) VALUES ('u1', 'Ann@x.test'), ('u2', 'ann@X.test'), "
        "('u3', NULL);\n" +
        key("user_id", "'u1'"));
    EXPECT_THAT(plan.users, IsEmpty());
    EXPECT_THAT(plan.warnings, Contains(HasSubstr("users u1, u2 are left out")));
    EXPECT_THAT(plan.warnings, Contains(HasSubstr("user u3 is left out")));
    EXPECT_EQ(only_key(plan).user, "") << "the key is kept, and nobody's";
}

TEST(Litellm, ModelsOfAKeyAreItsRule) {
    const auto allowed = [](const std::string& models) {
        const ImportedKey found = only_key(plan_of(key("models", "'" + models + "'")));
        EXPECT_FALSE(found.disabled) << models;
        return found.allow_models;
    };
    EXPECT_THAT(allowed("{gpt-4o,gpt-4o,claude}"), ElementsAre("claude", "gpt-4o"));
    for (const std::string all : {"{}", "{all-proxy-models}", "{all-team-models,gpt-4o}", "{*}"}) {
        EXPECT_THAT(allowed(all), IsEmpty()) << all;
    }
}

TEST(Litellm, AKeyMayCallWhatAllAboveItAllow) {
    const std::string above =
        "INSERT INTO \"LiteLLM_OrganizationTable\" (organization_id, organization_alias, models) VALUES "
        "('o1', 'Acme', '{a,b,c}');\n"
        "INSERT INTO \"LiteLLM_TeamTable\" (team_id, organization_id, models) VALUES ('t1', 'o1', '{b,c,d}');\n"
        "INSERT INTO \"LiteLLM_UserTable\" (user_id, user_email, models) VALUES ('u1', 'ann@x.test', '{c}');\n";
    const auto allowed = [&](const std::string& columns, const std::string& values) {
        return only_key(plan_of(above + key(columns, values))).allow_models;
    };
    EXPECT_THAT(allowed("team_id", "'t1'"), ElementsAre("b", "c"));
    EXPECT_THAT(allowed("team_id, models", "'t1', '{all-team-models}'"), ElementsAre("b", "c"));
    EXPECT_THAT(allowed("team_id, models", "'t1', '{a,b}'"), ElementsAre("b"));
    EXPECT_THAT(allowed("organization_id, user_id", "'o1', 'u1'"), ElementsAre("c")) << "a person's are for no team";
    EXPECT_THAT(allowed("team_id, user_id", "'t1', 'u1'"), ElementsAre("b", "c"));
}

TEST(Litellm, AKeyThatCouldDoMoreHereIsDisabled) {
    std::string many = "{m0";
    for (int i = 1; i <= 100; ++i) many += ",m" + std::to_string(i);
    for (const std::string& models : {std::string("{openai/*}"), many + "}"}) {
        EXPECT_TRUE(only_key(plan_of(key("models", "'" + models + "'"))).disabled) << models;
        EXPECT_FALSE(only_key(plan_of(key("models", "'" + models + "'"), {.accept_wider = true})).disabled) << models;
    }
    EXPECT_FALSE(only_key(plan_of(key("models", "'{all-proxy-models}'"))).disabled);
    EXPECT_TRUE(only_key(plan_of("INSERT INTO \"LiteLLM_TeamTable\" (team_id, models) VALUES ('t1', '{a}');\n" +
                                 key("team_id, models", "'t1', '{b}'")))
                    .disabled)
        << "nothing is left that it may call";
    EXPECT_TRUE(only_key(plan_of(key("blocked", "'t'"), {.accept_wider = true})).disabled);
}

TEST(Litellm, WhatStaysBehindIsNamedByTableAndColumn) {
    const ImportPlan plan = plan_of(key("permissions, aliases, created_by", "'{\"a\": 1}', '{}', 'me'") +
                                    "INSERT INTO \"LiteLLM_SpendLogs\" (a) VALUES (1), (2);\n");
    const auto what = [](const std::string& name, std::size_t rows) {
        return testing::AllOf(Field(&NotCarried::what, name), Field(&NotCarried::rows, rows));
    };
    EXPECT_THAT(plan.not_carried, testing::UnorderedElementsAre(what("LiteLLM_VerificationToken.permissions", 1),
                                                                what("LiteLLM_SpendLogs", 2)));
}

TEST(Litellm, ExpiredKeysAndSessionsStayBehind) {
    EXPECT_THAT(plan_of(key("expires", "'2026-11-22 00:00:00'")).organizations, IsEmpty());
    EXPECT_THAT(plan_of(key("team_id", "'litellm-dashboard'")).organizations, IsEmpty());
}

}  // namespace
}  // namespace tollgate
