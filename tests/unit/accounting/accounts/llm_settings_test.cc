// LLM settings of organizations, projects and members: kept, found without being looked for, changed without noise.
#include "accounting/accounts/llm_settings.h"

#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

const LlmSettings kSettings{
    .model = "m", .provider = "p", .parameters = {{"stop", R"(["\n","say \"x\""])"}, {"temperature", "0.5"}}};

class LlmSettingsTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        ann_ = member(acme_, "ann@example.com");
    }
    Status set(const OrganizationLlm& llm) {
        return apply([&](Change& change) { return tollgate::set_llm(change, acme_, llm); });
    }
    Status set_project(const LlmSettings& settings) {
        return apply([&](Change& change) { return set_project_llm(change, default_project(acme_), settings); });
    }
    Status set_member(const LlmSettings& settings) {
        return apply([&](Change& change) { return set_member_llm(change, acme_, ann_, settings); });
    }
    const Project* project() { return accounts_->directory()->find_project(default_project(acme_)); }

    Id128 acme_, ann_;
};

TEST_F(LlmSettingsTest, EachEntityKeepsItsOwn) {
    const OrganizationLlm llm{.settings = kSettings, .allow_overrides = true, .allowed_models = {"a", "m"}};
    ASSERT_TRUE(set(llm).ok());
    ASSERT_TRUE(set_project({.model = "of the project"}).ok());
    ASSERT_TRUE(set_member({.parameters = {{"seed", "1"}}}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(llm_of(find(acme_)->policy), llm);
        EXPECT_EQ(*project()->llm, LlmSettings{.model = "of the project"});
        EXPECT_EQ(*find(acme_, ann_)->llm, (LlmSettings{.parameters = {{"seed", "1"}}}));
        EXPECT_TRUE(find(acme_)->policy.llm_below);
    }
}

TEST_F(LlmSettingsTest, AnOrganizationKnowsWhetherAnythingBelowItHasSome) {
    const auto below = [&] { return find(acme_)->policy.llm_below; };
    EXPECT_FALSE(below());
    ASSERT_TRUE(set_member(kSettings).ok());
    ASSERT_TRUE(set_project(kSettings).ok());
    ASSERT_TRUE(set_project({}).ok());
    EXPECT_TRUE(below());
    ASSERT_TRUE(set({.settings = kSettings}).ok());  // the organization itself is put anew
    EXPECT_TRUE(below());
    ASSERT_TRUE(remove(acme_, ann_));
    EXPECT_FALSE(below());
    ASSERT_TRUE(set_project(kSettings).ok());
    EXPECT_TRUE(below());
    EXPECT_FALSE(find(organization("Other"))->policy.llm_below);
}

TEST_F(LlmSettingsTest, TheSameAgainIsNoChange) {
    const auto versions = [&] {
        return std::tuple(find(acme_)->version, project()->version, find(acme_, ann_)->version,
                          accounts_->last_change());
    };
    const auto set_all = [&] {
        EXPECT_TRUE(set({.settings = kSettings, .allowed_models = {"b", "a"}}).ok());
        EXPECT_TRUE(set_project(kSettings).ok());
        EXPECT_TRUE(set_member(kSettings).ok());
    };
    set_all();
    const auto before = versions();
    set_all();
    EXPECT_TRUE(set({.settings = kSettings, .allowed_models = {"a", "b", "a"}}).ok());
    EXPECT_EQ(versions(), before);
}

TEST_F(LlmSettingsTest, WhereTheOrganizationForbidsOverridesTheyCanOnlyBeCleared) {
    ASSERT_TRUE(set_member(kSettings).ok());
    ASSERT_TRUE(set({.allow_overrides = false}).ok());
    EXPECT_EQ(set_member({.model = "other"}).reason(), "overrides_forbidden");
    EXPECT_EQ(*find(acme_, ann_)->llm, kSettings);
    EXPECT_TRUE(set_member({}).ok());
    EXPECT_EQ(find(acme_, ann_)->llm, nullptr);
}

TEST_F(LlmSettingsTest, WhatIsNoNameIsRefused) {
    const LlmSettings odd{.model = "m\r\n"};
    EXPECT_EQ(set({.settings = odd}).code(), StatusCode::invalid);
    EXPECT_EQ(set_project(odd).code(), StatusCode::invalid);
    EXPECT_EQ(set_member(odd).code(), StatusCode::invalid);
}

TEST_F(LlmSettingsTest, NobodyElseHasThem) {
    EXPECT_EQ(apply([&](Change& change) { return set_project_llm(change, make_uuid7(kNow), kSettings); }).code(),
              StatusCode::not_found);
    const Id128 stranger = person("bob@example.com");
    EXPECT_EQ(apply([&](Change& change) { return set_member_llm(change, acme_, stranger, kSettings); }).code(),
              StatusCode::not_found);
}

}  // namespace
}  // namespace tollgate
