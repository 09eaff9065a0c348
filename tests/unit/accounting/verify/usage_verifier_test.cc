// What `ledger verify` says of rollups and listings that a UsageIndex made, and of the same with a difference planted.
#include "accounting/verify/usage_verifier.h"

#include <gtest/gtest.h>

#include <functional>

#include "accounting/usage/usage_index.h"
#include "accounting/verify/ledger_verifier.h"
#include "tests/support/memory_store.h"
#include "tests/support/usage_journal.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kNow = 1'795'219'200'000;  // midnight UTC, 2026-11-21
constexpr std::uint32_t kToday = kNow / kDayMs;
constexpr auto kDayGrain = static_cast<std::uint8_t>(RollupGrain::day);

class UsageVerifierTest : public testing::Test {
  protected:
    UsageVerifierTest() { reopen(); }

    void reopen() {
        index.reset();
        auto opened = UsageIndex::open(store, {.retention = policy, .clock_ms = [this] { return now_ms; }});
        ASSERT_TRUE(opened) << opened.error().message();
        index = std::move(*opened);
    }
    // Nobody has credit here: all cost is overrun.
    UsageSample sample(std::int64_t at_ms, const Id128& organization, std::uint8_t retention_class = 0) {
        UsageSample made;
        made.opened.request = ids.next(at_ms);
        made.opened.organization = organization;
        made.opened.key = digest_key("key");
        made.opened.created_ms = at_ms;
        made.opened.candidates = only_candidate("sample/echo", "sample");
        made.opened.retention_class = retention_class;
        made.settled.settled_ms = at_ms;
        made.settled.http_status = 200;
        made.settled.usage = {.prompt = 10, .completion = 5};
        made.settled.cost = made.settled.overrun = {7};
        return made;
    }
    void commit(const std::vector<UsageSample>& samples) { ASSERT_TRUE(journal.commit(samples).ok()); }
    // One request of each organization, in one block.
    void commit_at(std::int64_t at_ms, std::uint8_t retention_class = 0) {
        commit({sample(at_ms, one, retention_class), sample(at_ms, two, retention_class)});
    }
    void flush() {
        ASSERT_TRUE(index->catch_up().ok());
        ASSERT_TRUE(index->flush().ok());
    }
    // Two days, some of which the index knows; `one` has three listed rows yesterday in two chunks.
    void fill() {
        commit_at(kNow - kDayMs);
        commit_at(kNow - kDayMs + 1);
        flush();
        commit_at(kNow - 1);
        commit_at(kNow);
        flush();
        commit_at(kNow + 1);
    }
    void enforce_retention_at(std::int64_t at_ms) {
        now_ms = at_ms;
        reopen();
        ASSERT_TRUE(index->catch_up().ok());
        const Status status = index->enforce_retention_if_due();
        ASSERT_TRUE(status.ok()) << status.message();
    }

    static std::string difference_of(Store& of) {
        const VerifyReport report = verify_ledger(of);
        return report.difference ? to_string(*report.difference) : "";
    }
    std::string difference() { return difference_of(store); }
    std::string difference_after(const std::function<void(MemoryStore&)>& change) {
        MemoryStore changed(store.contents());
        change(changed);
        return difference_of(changed);
    }
    std::string rollup_of(std::uint32_t day, const Id128& organization) {
        std::string found;
        const Status scanned =
            store.scan(Family::rollups, rollup_bucket_begin(kDayGrain, 0, organization.bytes, day),
                       rollup_bucket_begin(kDayGrain, 0, organization.bytes, day + 1), [&](std::string_view key, auto) {
                           found = key;
                           return false;
                       });
        EXPECT_TRUE(scanned.ok() && !found.empty());
        return found;
    }
    std::string difference_in_rollup(std::uint32_t day, const std::function<void(RollupCounters&)>& change) {
        return difference_after([&](MemoryStore& changed) {
            const std::string key = rollup_of(day, one), value = *changed.get(Family::rollups, key);
            RollupDimensions dimensions;
            RollupCounters counters;
            ASSERT_TRUE(decode_rollup(value, dimensions, counters).ok());
            change(counters);
            changed.overwrite(Family::rollups, key, encode_rollup(dimensions, counters));
        });
    }
    // The first chunk of `one` that was made yesterday: two rows.
    std::string chunk_key() {
        return organization_usage_key(
            {.retention_class = 0, .day = kToday - 1, .organization = one.bytes, .block = 1, .row = 0});
    }
    struct Row {
        std::string open, settlement;
    };
    std::string difference_in_chunk(const std::function<void(std::vector<Row>&)>& change) {
        return difference_after([&](MemoryStore& changed) {
            const std::string value = *changed.get(Family::organization_usage, chunk_key());
            auto chunk = UsageBlock::read(value, 1);
            ASSERT_TRUE(chunk);
            std::vector<Row> rows;
            while (const auto row = chunk->next()) {
                rows.push_back({{reinterpret_cast<const char*>(row->open.data()), row->open.size()},
                                {reinterpret_cast<const char*>(row->settlement.data()), row->settlement.size()}});
            }
            change(rows);
            UsageBlockBuilder builder;
            for (const Row& row : rows) {
                builder.add(std::as_bytes(std::span(row.open)), std::as_bytes(std::span(row.settlement)));
            }
            changed.overwrite(Family::organization_usage, chunk_key(), builder.finish(1).value);
        });
    }
    static void erase(MemoryStore& from, Family family, const std::string& key) {
        WriteBatch batch;
        batch.erase(family, key);
        ASSERT_TRUE(from.commit(batch, Durability::process).ok());
    }
    static void expect_names(const std::string& difference, std::initializer_list<std::string> parts) {
        for (const std::string& part : parts) EXPECT_TRUE(difference.contains(part)) << difference << "\n" << part;
    }

    RetentionPolicy policy{.classes = {{"standard", 0, 30}, {"short", 2, 3}}};
    std::int64_t now_ms = kNow;
    MemoryStore store;
    UsageJournal journal{store};
    std::unique_ptr<UsageIndex> index;
    const Id128 one = make_uuid7(kNow), two = make_uuid7(kNow + 1);
    UlidGenerator ids{1};
};

TEST_F(UsageVerifierTest, WhatTheIndexStoredIsCleanHoweverFarItIsBehind) {
    commit_at(kNow - kDayMs);
    EXPECT_EQ(difference(), "");
    fill();
    const VerifyReport report = verify_ledger(store);
    EXPECT_FALSE(report.difference) << to_string(*report.difference);
    EXPECT_EQ(report.indexed_block, 5u);
    EXPECT_EQ(report.blocks, 6u);
    EXPECT_EQ(report.rollups, 4u);
    EXPECT_EQ(report.listed_requests, 10u);
}

TEST_F(UsageVerifierTest, EveryCommitOfTheIndexAndTheJournalLeavesACleanStore) {
    for (int step = 0; step < 24; ++step) {
        commit_at(kNow + step * kDayMs / 7, step % 3 == 0 ? 2 : 0);
        if (step % 3 != 1) ASSERT_TRUE(index->catch_up().ok());
        EXPECT_EQ(difference(), "") << step;
        if (step % 4 == 1) ASSERT_TRUE(index->flush().ok());
        EXPECT_EQ(difference(), "") << step;
        if (step % 5 == 0) reopen();
    }
}

TEST_F(UsageVerifierTest, ACountThatIsOffByOneIsNamedWithBothFigures) {
    fill();
    const std::string found = difference_in_rollup(kToday - 1, [](auto& counters) { ++counters.requests; });
    expect_names(found, {"rollup of 2026-11-20", to_uuid(one), to_hex(digest_key("key")), "sample/echo", "requests",
                         "expected 3, found 4"});
}

TEST_F(UsageVerifierTest, EverySumIsCompared) {
    fill();
    using Change = void (*)(RollupCounters&);
    for (const Change change : std::initializer_list<Change>{
             [](auto& of) { --of.requests; }, [](auto& of) { ++of.prompt_tokens; },
             [](auto& of) { --of.completion_tokens; }, [](auto& of) { ++of.cache_read_tokens; },
             [](auto& of) { ++of.cache_write_tokens; }, [](auto& of) { ++of.cache_write_1h_tokens; },
             [](auto& of) { ++of.reasoning_tokens; }, [](auto& of) { --of.cost_nano; },
             [](auto& of) { ++of.charged_nano; }, [](auto& of) { ++of.provider_cost_nano; },
             [](auto& of) { of.latency.add(1); }}) {
        expect_names(difference_in_rollup(kToday, change), {"rollup of 2026-11-21", to_uuid(one)});
    }
}

TEST_F(UsageVerifierTest, AMissingRollupIsNamed) {
    fill();
    const std::string key = rollup_of(kToday, two);
    const std::string found = difference_after([&](MemoryStore& changed) { erase(changed, Family::rollups, key); });
    expect_names(found, {"rollup of 2026-11-21", to_uuid(two), "expected 1, found 0"});
}

TEST_F(UsageVerifierTest, ARollupOfWhatNobodyAskedForIsNamed) {
    fill();
    const std::string value = *store.get(Family::rollups, rollup_of(kToday, one));
    const std::string found = difference_after([&](MemoryStore& changed) {
        changed.overwrite(
            Family::rollups,
            rollup_key(
                {.grain = kDayGrain, .day = 0, .organization = one.bytes, .bucket = kToday + 1, .dimensions = {}}),
            value);
    });
    expect_names(found, {"rollup of 2026-11-22", to_uuid(one), "expected 0, found 1"});
}

TEST_F(UsageVerifierTest, AListedRowThatIsMissingIsFound) {
    fill();
    expect_names(difference_in_chunk([](auto& rows) { rows.pop_back(); }),
                 {"listing of 2026-11-20", to_uuid(one), "rows", "expected 3, found 2"});
}

TEST_F(UsageVerifierTest, AListedRowTooManyIsFound) {
    fill();
    expect_names(difference_in_chunk([](auto& rows) {
                     rows.push_back(rows.back());
                     rows.back().open[11] = 7;  // its place, behind the others of block 2
                 }),
                 {"listing of 2026-11-20", to_uuid(one), "rows", "expected 3, found 4"});
}

TEST_F(UsageVerifierTest, AListedRowTwiceIsFound) {
    fill();
    expect_names(difference_in_chunk([](auto& rows) { rows.push_back(rows.back()); }),
                 {"listing of 2026-11-20", to_uuid(one), "twice"});
}

TEST_F(UsageVerifierTest, AListedRowThatIsNotAsJournaledIsFound) {
    fill();
    for (const std::size_t at : {12uz, 60uz}) {
        expect_names(difference_in_chunk([at](auto& rows) { rows.front().open[at] ^= 1; }),
                     {"listing of 2026-11-20", to_uuid(one), "not those of the journal"});
    }
    expect_names(difference_in_chunk([](auto& rows) { rows.front().settlement[9] ^= 1; }),
                 {"listing of 2026-11-20", to_uuid(one), "not those of the journal"});
}

TEST_F(UsageVerifierTest, RowsThatExchangedTheirSettlementsAreFound) {
    fill();
    expect_names(difference_in_chunk([](auto& rows) { rows[0].settlement.swap(rows[1].settlement); }),
                 {"listing of 2026-11-20", to_uuid(one), "not those of the journal"});
}

TEST_F(UsageVerifierTest, AMissingOrForeignChunkIsFound) {
    fill();
    const std::string lost =
        difference_after([&](MemoryStore& changed) { erase(changed, Family::organization_usage, chunk_key()); });
    expect_names(lost, {"listing of 2026-11-20", to_uuid(one), "expected 3, found 1"});
    const std::string value = *store.get(Family::organization_usage, chunk_key());
    const std::string foreign = difference_after([&](MemoryStore& changed) {
        changed.overwrite(
            Family::organization_usage,
            organization_usage_key(
                {.retention_class = 0, .day = kToday - 2, .organization = one.bytes, .block = 1, .row = 0}),
            value);
    });
    expect_names(foreign, {"listing of 2026-11-19", to_uuid(one), "expected 0, found 2"});
}

TEST_F(UsageVerifierTest, AWatermarkThatIsNotTheIndexesOwnIsFound) {
    fill();
    for (const std::uint64_t block : {0u, 3u, 5u, 99u}) {
        EXPECT_NE(difference_after([&](MemoryStore& changed) {
                      changed.overwrite(Family::system, std::string(kIndexedBlockKey), encode_u64(block));
                  }),
                  "")
            << block;
    }
}

TEST_F(UsageVerifierTest, WhatRetentionDroppedIsNoDifference) {
    commit({sample(kNow, one, 2), sample(kNow, one, 0), sample(kNow + kDayMs, two, 2)});  // over midnight
    for (int day = 1; day <= 5; ++day) commit_at(kNow + day * kDayMs, day % 2 == 0 ? 2 : 0);
    enforce_retention_at(kNow + 5 * kDayMs);
    const VerifyReport report = verify_ledger(store);
    EXPECT_FALSE(report.difference) << to_string(*report.difference);
    EXPECT_EQ(report.expired_usage_blocks, 1u);
    EXPECT_EQ(report.rollups, 11u);
    EXPECT_EQ(report.listed_requests, 11u);
}

TEST_F(UsageVerifierTest, ADropThatWasCutShortIsNoDifference) {
    for (int day = 0; day <= 5; ++day) commit_at(kNow + day * kDayMs, 2);
    enforce_retention_at(kNow);  // too early
    MemoryStore::Contents before = store.contents();
    enforce_retention_at(kNow + 5 * kDayMs);
    const MemoryStore::Contents after = store.contents();
    ASSERT_EQ(verify_ledger(store).expired_usage_blocks, 2u);
    // Noted first; then the usage goes, then the listings: any number of either.
    const auto put_back = [&](Family family, std::size_t rows) {
        auto kept = after[static_cast<std::size_t>(family)];
        for (const auto& row : before[static_cast<std::size_t>(family)]) {
            if (rows > 0 && kept.insert(row).second) --rows;
        }
        return kept;
    };
    for (std::size_t usage = 0; usage <= 2; ++usage) {
        for (std::size_t listed = 0; listed <= 4; ++listed) {
            MemoryStore::Contents midway = after;
            midway[static_cast<std::size_t>(Family::usage)] = put_back(Family::usage, usage);
            midway[static_cast<std::size_t>(Family::organization_usage)] = put_back(Family::organization_usage, listed);
            MemoryStore stopped(std::move(midway));
            EXPECT_EQ(difference_of(stopped), "") << usage << " " << listed;
        }
    }
}

TEST_F(UsageVerifierTest, AnIndexMadeAfterADropIsClean) {
    for (int day = 0; day <= 5; ++day) commit_at(kNow + day * kDayMs, day % 2 == 0 ? 2 : 0);
    ASSERT_TRUE(enforce_retention(store, policy, kNow + 5 * kDayMs).ok());
    ASSERT_EQ(verify_ledger(store).expired_usage_blocks, 1u);
    flush();
    EXPECT_EQ(difference(), "");
}

TEST_F(UsageVerifierTest, OfADayWithDroppedDetailARollupCountsAtLeastWhatIsLeft) {
    commit_at(kNow, 2);
    commit_at(kNow, 0);
    for (int day = 4; day <= 5; ++day) commit_at(kNow + day * kDayMs);
    enforce_retention_at(kNow + 5 * kDayMs);
    ASSERT_EQ(difference(), "");
    expect_names(difference_in_rollup(kToday, [](auto& counters) { counters.requests = 0; }),
                 {"rollup of 2026-11-21", "expected at least 1, found 0"});
    expect_names(difference_in_rollup(kToday + 4, [](auto& counters) { counters.requests = 2; }),
                 {"rollup of 2026-11-25", "expected 1, found 2"});
}

}  // namespace
}  // namespace tollgate
