#include "accounting/usage/retention.h"

#include <gtest/gtest.h>

#include "accounting/ledger/journal_reader.h"
#include "accounting/usage/usage_index.h"
#include "tests/support/memory_store.h"
#include "tests/support/usage_journal.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kNow = 1'795'219'200'000 + 12 * 3'600'000;  // noon UTC

class RetentionTest : public testing::Test {
  protected:
    Id128 commit(std::int64_t at_ms, std::vector<std::uint8_t> classes) {
        std::vector<UsageSample> samples;
        for (const std::uint8_t retention_class : classes) {
            UsageSample one;
            one.opened.request = ids.next(at_ms);
            one.opened.organization = organization;
            one.opened.candidates = only_candidate("sample/echo", "sample");
            one.opened.retention_class = retention_class;
            one.settled.settled_ms = at_ms;
            samples.push_back(one);
        }
        EXPECT_TRUE(journal.commit(samples).ok());
        return samples.back().opened.request;
    }
    void enforce(std::int64_t now_ms) {
        const Status status = enforce_retention(store, policy, now_ms);
        ASSERT_TRUE(status.ok()) << status.message();
    }
    // The gateway is used on that day and the one before.
    void go_on_until(std::int64_t at_ms) {
        commit(at_ms - kDayMs, {0});
        commit(at_ms, {0});
    }
    std::size_t keys(Family family) { return store.contents()[static_cast<std::size_t>(family)].size(); }
    std::pair<Status, int> rows_of(std::uint64_t block) {
        int rows = 0;
        Status status = JournalReader(store).for_each_row(block, [&rows](const UsageRow&) { return ++rows > 0; });
        return {status, rows};
    }

    MemoryStore store;
    UsageJournal journal{store};
    RetentionPolicy policy{.classes = {{"standard", 0, 30}, {"short", 2, 3}}};
    UlidGenerator ids{1};
    Id128 organization = make_uuid7(kNow);
};

TEST_F(RetentionTest, ClassGoesWhenItsDaysAreOver) {
    commit(kNow, {2});
    commit(kNow + 3 * kDayMs, {2});
    commit(kNow + 4 * kDayMs, {2});
    enforce(kNow + 3 * kDayMs);
    EXPECT_EQ(keys(Family::usage), 3u);
    enforce(kNow + 4 * kDayMs);
    EXPECT_EQ(keys(Family::usage), 2u);
    EXPECT_EQ(keys(Family::money), 3u);
    EXPECT_EQ(keys(Family::block_index), 3u);
}

TEST_F(RetentionTest, AClockThatWasFarAheadOnceLosesNothing) {
    constexpr std::int64_t kTenYearsMs = 3653 * kDayMs;
    const Id128 yesterday = commit(kNow - kDayMs, {2});
    const Id128 today = commit(kNow, {2});
    enforce(kNow + kTenYearsMs);
    const Id128 astray = commit(kNow + kTenYearsMs, {2});  // as a recovery would book it, before anything is dropped
    enforce(kNow + kTenYearsMs);
    enforce(kNow);
    const Id128 later = commit(kNow + kDayMs, {2});
    enforce(kNow + kDayMs);
    enforce(kNow + kDayMs);  // the next start
    for (const Id128& id : {yesterday, today, astray, later}) EXPECT_TRUE(JournalReader(store).find(id, 4));
}

TEST_F(RetentionTest, WhatWasNotedTooFarAheadDropsNothingNew) {
    store.overwrite(Family::system, retained_from_day_key(2), encode_u64(kNow / kDayMs + 3653));
    commit(kNow - kDayMs, {2});
    const Id128 id = commit(kNow, {2});
    enforce(kNow);
    EXPECT_TRUE(JournalReader(store).find(id, 2));
}

TEST_F(RetentionTest, AfterAPauseOfMonthsDetailGoesOnceThereIsMore) {
    commit(kNow, {0});
    commit(kNow + kDayMs, {0});
    enforce(kNow + 200 * kDayMs);
    EXPECT_EQ(keys(Family::usage), 2u);
    commit(kNow + 200 * kDayMs, {0});
    commit(kNow + 201 * kDayMs, {0});
    enforce(kNow + 201 * kDayMs);
    EXPECT_EQ(keys(Family::usage), 2u);
}

TEST_F(RetentionTest, DroppedBlockReadsAsExpiredAndMissingOneAsDamage) {
    commit(kNow, {2});
    commit(kNow + 10 * kDayMs, {2});
    go_on_until(kNow + 10 * kDayMs);
    enforce(kNow + 10 * kDayMs);
    EXPECT_EQ(rows_of(1).first.code(), StatusCode::expired);
    EXPECT_TRUE(rows_of(2).first.ok());
    WriteBatch batch;
    batch.erase(Family::usage, usage_key({2, static_cast<std::uint32_t>((kNow + 10 * kDayMs) / kDayMs), 2}));
    ASSERT_TRUE(store.commit(batch, Durability::process).ok());
    EXPECT_EQ(rows_of(2).first.code(), StatusCode::corrupt);
}

TEST_F(RetentionTest, OtherClassesOfTheSameBlockStay) {
    commit(kNow, {0, 2, 2});
    EXPECT_EQ(rows_of(1).second, 3);
    go_on_until(kNow + 5 * kDayMs);
    enforce(kNow + 5 * kDayMs);
    const auto [status, rows] = rows_of(1);
    EXPECT_EQ(status.code(), StatusCode::expired);
    EXPECT_EQ(rows, 1);
}

TEST_F(RetentionTest, ChangedHashInTheIndexIsDamage) {
    commit(kNow, {0, 2});
    auto index = decode_block_index(*store.get(Family::block_index, block_key(1)), 1);
    ASSERT_TRUE(index);
    index->usage[1].hash[0] ^= 1;
    store.overwrite(Family::block_index, block_key(1), encode(*index));
    EXPECT_EQ(rows_of(1).first.code(), StatusCode::corrupt);
}

TEST_F(RetentionTest, RequestOfADroppedBlockIsExpired) {
    const Id128 id = commit(kNow, {2});
    go_on_until(kNow + 5 * kDayMs);
    enforce(kNow + 5 * kDayMs);
    EXPECT_EQ(JournalReader(store).find(id, 1).error().code(), StatusCode::expired);
}

TEST_F(RetentionTest, SearchForAnUnknownRequestEndsAtItsLimit) {
    const Id128 unknown = ids.next(kNow);
    for (int i = 0; i < 5; ++i) commit(kNow + i, {0});
    UsageSample late;  // began first, ended last: in the sixth block
    late.opened.request = UlidGenerator(2).next(kNow);
    late.opened.candidates = only_candidate("sample/echo", "sample");
    late.settled.settled_ms = kNow;
    const Id128 known = late.opened.request;
    ASSERT_TRUE(journal.commit({late}).ok());
    EXPECT_TRUE(JournalReader(store, 6).find(known, 6));
    EXPECT_EQ(JournalReader(store, 5).find(known, 6).error().code(), StatusCode::not_found);
    EXPECT_EQ(JournalReader(store, 5).find(unknown, 6).error().code(), StatusCode::not_found);
}

TEST_F(RetentionTest, IndexGoesWithTheUsageAndHourAndDayRollupsStay) {
    auto index = UsageIndex::open(store, {.retention = policy, .clock_ms = [] { return kNow + 40 * kDayMs; }});
    ASSERT_TRUE(index);
    commit(kNow, {0});
    go_on_until(kNow + 40 * kDayMs);
    ASSERT_TRUE((*index)->catch_up().ok());
    ASSERT_TRUE((*index)->flush().ok());
    const Status status = (*index)->enforce_retention_if_due();
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ((*index)->list({.organization = organization})->requests.size(), 2u);
    const auto total = [&](RollupGrain grain, std::int64_t from_ms) {
        const auto report =
            (*index)->report({.organization = organization, .time = {from_ms, from_ms + kDayMs}, .grain = grain});
        return report && !report->rows.empty() ? report->rows.front().counters.requests : 0;
    };
    EXPECT_EQ(total(RollupGrain::minute, kNow), 0);
    EXPECT_EQ(total(RollupGrain::day, kNow), 1);
    EXPECT_EQ(total(RollupGrain::minute, kNow + 39 * kDayMs), 1);
    EXPECT_EQ(total(RollupGrain::hour, kNow), 1);
}

// East of Greenwich a day begins and ends within two UTC days; years later its hours are still there.
TEST_F(RetentionTest, TheDayOfAnyTimeZoneIsTheSumOfItsHoursForEver) {
    constexpr std::int64_t kHourMs = kDayMs / 24, kMuchLater = kNow + 1000 * kDayMs;
    const std::int64_t utc_day = kNow - kNow % kDayMs;
    auto index = UsageIndex::open(store, {.retention = policy, .clock_ms = [] { return kMuchLater; }});
    ASSERT_TRUE(index);
    for (int hour = 0; hour < 48; ++hour) commit(utc_day + hour * kHourMs, {0});
    go_on_until(kMuchLater);
    ASSERT_TRUE((*index)->catch_up().ok());
    ASSERT_TRUE((*index)->flush().ok());
    ASSERT_TRUE((*index)->enforce_retention_if_due().ok());
    const std::int64_t local_day = utc_day + 24 * kHourMs - 9 * kHourMs;  // Tokyo's
    const auto report = (*index)->report({.organization = organization,
                                          .time = {local_day, local_day + kDayMs},
                                          .grain = RollupGrain::hour,
                                          .by_time = true});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->rows.size(), 24u);
}

TEST_F(RetentionTest, IndexSkipsWhatWasDroppedBeforeItCame) {
    commit(kNow, {2});
    go_on_until(kNow + 10 * kDayMs);
    enforce(kNow + 10 * kDayMs);
    auto index = UsageIndex::open(store, {.retention = policy, .clock_ms = [] { return kNow + 10 * kDayMs; }});
    ASSERT_TRUE((*index)->catch_up().ok());
    EXPECT_EQ((*index)->list({.organization = organization})->requests.size(), 2u);
    EXPECT_EQ((*index)->counters().indexed_block, 3u);
}

TEST_F(RetentionTest, ClassWithoutConfigurationIsKeptAsLongAsTheLongest) {
    EXPECT_EQ(policy.days_of(0), 30u);
    EXPECT_EQ(policy.days_of(2), 3u);
    EXPECT_EQ(policy.days_of(7), 30u);
}

}  // namespace
}  // namespace tollgate
