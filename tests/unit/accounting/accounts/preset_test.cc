#include "accounting/accounts/preset.h"

#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

// Every field has a value of its own.
ProviderPreferences whole_preferences() {
    return {.order = {"b", "a"},
            .only = {"a"},
            .ignore = {"c"},
            .quantizations = {"fp8"},
            .allow_fallbacks = false,
            .require_parameters = true,
            .enforce_distillable_text = false,
            .zdr = true,
            .data_collection = DataCollection::deny,
            .sort = ProviderSort{.by = ProviderSortBy::latency, .partition = SortPartition::none},
            .max_price = {.prompt = NanoUsd{1},
                          .completion = NanoUsd{2},
                          .request = NanoUsd{3},
                          .image = NanoUsd{4},
                          .audio = NanoUsd{5}},
            .preferred_min_throughput = {.p50 = 1, .p75 = 2, .p90 = 3, .p99 = 4},
            .preferred_max_latency = {.p50 = 5, .p75 = 6, .p90 = 7, .p99 = 8}};
}

PresetContent content_of(const std::string& model, const std::string& prompt = R"("Be \"terse\".\n")") {
    return {.name = "Terse",
            .description = "d",
            .system_prompt = prompt,
            .settings = {.model = model, .parameters = {{"seed", "1"}}},
            .models = {model, "other"},
            .provider = share(whole_preferences())};
}

class PresetTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
    }
    Status make(const std::string& slug, const PresetContent& content) {
        const auto made = apply([&](Change& change) { return create_preset(change, acme_, slug, content); });
        return made ? Status() : made.error();
    }
    Status put(const PresetContent& content) {
        return apply([&](Change& change) { return update_preset(change, acme_, "terse", content); });
    }
    const Preset* find_it(const std::string& slug = "terse") {
        return accounts_->directory()->find_preset(acme_, slug);
    }
    std::vector<std::int64_t> versions() {
        std::vector<std::int64_t> numbers;
        const auto all = versions_of(store_, *find_it());
        EXPECT_TRUE(all) << all.error().message();
        for (const PresetVersion& one : *all) numbers.push_back(one.version);
        return numbers;
    }

    Id128 acme_;
};

TEST_F(PresetTest, ItIsKeptWhole) {
    ASSERT_TRUE(make("terse", content_of("m")).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        ASSERT_NE(find_it(), nullptr);
        EXPECT_EQ(find_it()->content, content_of("m"));
        EXPECT_EQ(find_it()->version, 1);
        EXPECT_EQ(find_it()->created_ms, kNow);
        EXPECT_EQ(accounts_->directory()->presets_of(acme_).size(), 1U);
    }
    EXPECT_EQ(find_it("gone"), nullptr);
    EXPECT_EQ(accounts_->directory()->find_preset(organization("Other"), "terse"), nullptr);
}

TEST_F(PresetTest, EachChangeIsAVersionAndTheSameAgainIsNone) {
    ASSERT_TRUE(make("terse", content_of("m")).ok());
    ASSERT_TRUE(put(content_of("m2")).ok());
    const std::uint64_t changes = accounts_->last_change();
    ASSERT_TRUE(put(content_of("m2")).ok());
    EXPECT_EQ(accounts_->last_change(), changes);
    EXPECT_EQ(versions(), (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(versions_of(store_, *find_it())->back().content, content_of("m"));
}

TEST_F(PresetTest, TheOldestVersionsAreDropped) {
    ASSERT_TRUE(make("terse", content_of("m")).ok());
    for (std::int64_t i = 0; i < kKeptPresetVersions + 1; ++i) {
        ASSERT_TRUE(put(content_of("m" + std::to_string(i))).ok());
    }
    const auto kept = versions();
    EXPECT_EQ(kept.size(), static_cast<std::size_t>(kKeptPresetVersions));
    EXPECT_EQ(kept.front(), kKeptPresetVersions + 2);
    EXPECT_EQ(kept.back(), 3);
}

TEST_F(PresetTest, ADeletedOneLeavesNothing) {
    ASSERT_TRUE(make("terse", content_of("m")).ok());
    ASSERT_TRUE(put(content_of("m2")).ok());
    ASSERT_TRUE(make("other", content_of("m")).ok());
    const Preset former = *find_it();
    const auto erase = [&] { return apply([&](Change& change) { return delete_preset(change, acme_, "terse"); }); };
    ASSERT_TRUE(erase().ok());
    EXPECT_EQ(find_it(), nullptr);
    EXPECT_NE(find_it("other"), nullptr);
    EXPECT_TRUE(versions_of(store_, former)->empty());
    EXPECT_EQ(erase().code(), StatusCode::not_found);
    EXPECT_EQ(put(content_of("m")).code(), StatusCode::not_found);
}

TEST_F(PresetTest, SlugsAreOneFormAndOnePresets) {
    ASSERT_TRUE(make("a-1", content_of("m")).ok());
    EXPECT_EQ(make("a-1", content_of("m")).reason(), "slug_taken");
    for (const std::string slug : {"", "A", "a_b", "-a", "a-", "a--b", "ä"}) {
        EXPECT_EQ(make(slug, content_of("m")).code(), StatusCode::invalid) << slug;
    }
    EXPECT_EQ(make(std::string(kMaxPresetSlugBytes + 1, 'a'), content_of("m")).code(), StatusCode::invalid);
    EXPECT_TRUE(make(std::string(kMaxPresetSlugBytes, 'a'), content_of("m")).ok());
}

TEST_F(PresetTest, AnOrganizationHasSoMany) {
    for (std::size_t i = 0; i < kMostPresets; ++i) {
        ASSERT_TRUE(make("p" + std::to_string(i), content_of("m")).ok());
    }
    EXPECT_EQ(make("one-more", content_of("m")).reason(), "limit_reached");
}

}  // namespace
}  // namespace tollgate
