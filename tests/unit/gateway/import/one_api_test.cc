#include "gateway/import/one_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tollgate {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'795'392'000'000;

ImportPlan plan_of(const std::string& sql, ImportOptions options = {}) {
    options.now_ms = kNow;
    std::istringstream in(sql);
    const auto dump = read_sql_dump(in, is_one_api_table);
    if (!dump) ADD_FAILURE() << dump.error().message();
    return dump ? plan_of_one_api(*dump, options) : ImportPlan();
}

const std::string kUser =
    "INSERT INTO `users` (`id`,`username`,`display_name`,`email`,`status`,`role`,`quota`) VALUES "
    "(1,'ann','Ann','ann@x.test',1,1,1250000);\n";

std::string token(const std::string& columns, const std::string& values) {
    return kUser + "INSERT INTO `tokens` (`id`,`user_id`,`key`,`name`," + columns + ") VALUES (1,1,'abcdef','web'," +
           values + ");\n";
}

TEST(OneApi, AUserIsAnOrganizationWithTheCreditThatIsLeft) {
    const ImportPlan plan = plan_of(kUser);
    ASSERT_EQ(plan.organizations.size(), 1U);
    EXPECT_EQ(plan.organizations[0].owner, "1");
    EXPECT_EQ(plan.organizations[0].credit, NanoUsd{2'500'000'000});
    EXPECT_EQ(plan.users.at(0).email, "ann@x.test");
}

TEST(OneApi, TheQuotaOfOneUsdMayBeAnother) {
    const ImportPlan plan =
        plan_of(kUser + "INSERT INTO `options` (`key`,`value`) VALUES ('QuotaPerUnit','1000000');\n");
    EXPECT_EQ(plan.organizations.at(0).credit, NanoUsd{1'250'000'000});
}

TEST(OneApi, AKeyIsDigestedAsClientsSendIt) {
    const ImportedKey key = plan_of(token("`status`", "1")).organizations.at(0).keys.at(0);
    EXPECT_EQ(key.digest, digest_key("sk-abcdef"));
    EXPECT_EQ(key.last, "abcdef");
    EXPECT_FALSE(key.disabled);
}

TEST(OneApi, AKeyHasWhatIsLeftOfItsLimit) {
    const auto limits = [](const std::string& values) {
        return plan_of(token("`status`,`remain_quota`,`used_quota`,`unlimited_quota`", values))
            .organizations.at(0)
            .keys.at(0)
            .limits;
    };
    EXPECT_EQ(limits("1,500000,250000,0").limits.budget, NanoUsd{1'500'000'000});
    EXPECT_EQ(limits("1,500000,250000,0").spent, NanoUsd{500'000'000});
    EXPECT_EQ(limits("4,0,250000,0").spent, limits("4,0,250000,0").limits.budget.value()) << "used up";
    EXPECT_EQ(limits("1,0,250000,1"), ImportedLimits{});
}

TEST(OneApi, APersonWithoutAnAddressIsAnOrganizationAlone) {
    const ImportPlan plan =
        plan_of("INSERT INTO users (id,username,email,status,quota) VALUES (7,'root','',1,500000);\n");
    EXPECT_THAT(plan.users, IsEmpty());
    EXPECT_EQ(plan.organizations.at(0).owner, "");
    EXPECT_EQ(plan.organizations.at(0).name, "root");
    EXPECT_THAT(plan.warnings, Contains(HasSubstr("user 7 is left out")));
}

TEST(OneApi, ModelsOfATokenAreItsRule) {
    const auto allowed = [](const std::string& columns, const std::string& values) {
        const ImportedKey key = plan_of(token(columns, values)).organizations.at(0).keys.at(0);
        EXPECT_FALSE(key.disabled) << values;
        return key.allow_models;
    };
    EXPECT_THAT(allowed("`models`", "'gpt-4o,claude'"), testing::ElementsAre("claude", "gpt-4o"));
    EXPECT_THAT(allowed("`models`", "''"), IsEmpty());
    EXPECT_THAT(allowed("`model_limits_enabled`,`model_limits`", "1,'gpt-4o'"), testing::ElementsAre("gpt-4o"));
    EXPECT_THAT(allowed("`model_limits_enabled`,`model_limits`", "0,'gpt-4o'"), IsEmpty());
}

TEST(OneApi, WhatCouldDoMoreHereIsDisabled) {
    EXPECT_TRUE(plan_of(token("`model_limits_enabled`", "1")).organizations.at(0).keys.at(0).disabled);
    for (const std::string columns : {"`subnet`", "`allow_ips`"}) {
        EXPECT_TRUE(plan_of(token(columns, "'x'")).organizations.at(0).keys.at(0).disabled) << columns;
        EXPECT_FALSE(plan_of(token(columns, "'x'"), {.accept_wider = true}).organizations.at(0).keys.at(0).disabled);
    }
    EXPECT_TRUE(plan_of(token("`status`", "2"), {.accept_wider = true}).organizations.at(0).keys.at(0).disabled);
}

TEST(OneApi, ExpiredAndDeletedKeysStayBehind) {
    EXPECT_THAT(plan_of(token("`expired_time`", "1")).organizations.at(0).keys, IsEmpty());
    EXPECT_THAT(plan_of(token("`status`", "3")).organizations.at(0).keys, IsEmpty());
    EXPECT_THAT(plan_of(token("`deleted_at`", "'2026-01-01 00:00:00'")).organizations.at(0).keys, IsEmpty());
    EXPECT_EQ(plan_of(token("`expired_time`", "-1")).organizations.at(0).keys.at(0).expires_ms, 0);
}

}  // namespace
}  // namespace tollgate
