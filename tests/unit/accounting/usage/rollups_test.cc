#include "accounting/usage/rollups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/memory_store.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;  // midnight UTC

TEST(LatencyHistogram, QuantilesAreWithinTenPercent) {
    std::mt19937 random(1);
    std::lognormal_distribution<double> distribution(6, 1.5);
    std::vector<std::int64_t> values(10'000);
    LatencyHistogram histogram;
    for (auto& value : values) {
        value = static_cast<std::int64_t>(distribution(random)) + 10;
        histogram.add(value);
    }
    std::ranges::sort(values);
    for (const double part : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const auto exact = static_cast<double>(
            values[static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size()))) - 1]);
        EXPECT_NEAR(static_cast<double>(histogram.quantile(part)), exact, exact * 0.1 + 0.5) << part;
    }
}

TEST(LatencyHistogram, MergedIsTheHistogramOfBoth) {
    LatencyHistogram one, other, both;
    for (std::int64_t value = 0; value < 5000; value += 7) {
        (value % 2 == 0 ? one : other).add(value);
        both.add(value);
    }
    one.merge(other);
    EXPECT_EQ(one, both);
}

TEST(LatencyHistogram, NothingCountedHasNoQuantile) {
    EXPECT_EQ(LatencyHistogram().quantile(0.5), -1);
    LatencyHistogram zero;
    zero.add(0);
    zero.add(-5);  // a clock that stepped
    EXPECT_EQ(zero.quantile(0.5), 0);
}

TEST(LatencyHistogram, LongestWaitIsCounted) {
    LatencyHistogram histogram;
    histogram.add(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(histogram.count(), 1u);
}

RollupCounters some_counters() {
    RequestOpened opened;
    opened.streamed = true;
    RequestSettled settled;
    settled.http_status = 200;
    settled.usage = {1000, 200, 500, 10, 50};
    settled.cost = {300};
    settled.charged = {250};
    settled.provider_cost = {280};
    settled.cache_hit = true;
    settled.byok = true;
    settled.latency_ms = 1234;
    settled.first_token_ms = 100;
    RollupCounters counters;
    counters.add({opened, settled});
    return counters;
}

TEST(RollupCounters, EveryStatusIsCountedInOneClass) {
    struct Case {
        int status;
        bool cancelled;
        std::array<std::int64_t, 3> expected;  // client errors, server errors, cancelled
    };
    for (const Case& one : {Case{200, false, {0, 0, 0}}, Case{402, false, {1, 0, 0}}, Case{502, false, {0, 1, 0}},
                            Case{0, false, {0, 1, 0}}, Case{499, true, {0, 0, 1}}, Case{200, true, {0, 0, 1}}}) {
        RequestSettled settled;
        settled.http_status = one.status;
        settled.cancelled = one.cancelled;
        RollupCounters counters;
        counters.add({.opened = {}, .settled = settled});
        EXPECT_EQ((std::array{counters.client_errors, counters.server_errors, counters.cancelled}), one.expected)
            << one.status;
    }
}

TEST(RollupRow, ReadsBackAndRefusesEveryShorterValue) {
    RollupDimensions in;
    in.project = make_uuid7(1);
    in.member = make_uuid7(2);
    in.key = digest_key("key");
    in.model = "openai/gpt-4o-mini";
    in.provider = "openai";
    const RollupCounters counters = some_counters();
    const std::string value = encode_rollup(in, counters);
    RollupDimensions out;
    RollupCounters read;
    ASSERT_TRUE(decode_rollup(value, out, read).ok());
    EXPECT_EQ(out, in);
    EXPECT_EQ(read, counters);
    EXPECT_EQ(read.prompt_tokens, 1000);
    EXPECT_EQ(read.byok_cost_nano, 280);
    for (std::size_t size = 0; size < value.size(); ++size) {
        EXPECT_FALSE(decode_rollup(std::string_view(value).substr(0, size), out, read).ok()) << size;
    }
}

TEST(RollupRow, NewerVersionIsTooNew) {
    std::string value = encode_rollup({}, {});
    value[0] = 9;
    RollupDimensions dimensions;
    RollupCounters counters;
    EXPECT_EQ(decode_rollup(value, dimensions, counters).code(), StatusCode::too_new);
}

class RollupsTest : public testing::Test {
  protected:
    void add(std::int64_t at_ms, const std::string& model) {
        RequestOpened opened;
        opened.organization = organization;
        opened.candidates.add({.model = model});
        RequestSettled settled;
        settled.settled_ms = at_ms;
        settled.http_status = 200;
        settled.usage.prompt = 10;
        rollups.add({opened, settled});
    }
    void flush() {
        WriteBatch batch;
        ASSERT_TRUE(rollups.add_to(batch).ok());
        ASSERT_TRUE(store.commit(batch, Durability::process).ok());
        rollups.clear();
    }
    // Requests by bucket.
    std::map<std::uint32_t, std::int64_t> requests(RollupGrain grain, std::uint32_t from, std::uint32_t to) {
        std::map<std::uint32_t, std::int64_t> found;
        const Status status = rollups.visit(organization, grain, from, to, [&](const RollupRow& row) {
            found[row.bucket] += row.counters->requests;
            return true;
        });
        EXPECT_TRUE(status.ok()) << status.message();
        return found;
    }

    MemoryStore store;
    Rollups rollups{store};
    Id128 organization = make_uuid7(kNow);
};

TEST_F(RollupsTest, EachGrainHasItsBuckets) {
    for (const std::int64_t at : {kNow, kNow + 59'999, kNow + 60'000, kNow + 3'600'000, kNow + 86'400'000}) {
        add(at, "model");
    }
    for (const bool stored : {false, true}) {
        if (stored) flush();
        const std::uint32_t minute = bucket_of(RollupGrain::minute, kNow);
        EXPECT_EQ(requests(RollupGrain::minute, minute, minute + 2),
                  (std::map<std::uint32_t, std::int64_t>{{minute, 2}, {minute + 1, 1}}));
        const std::uint32_t hour = bucket_of(RollupGrain::hour, kNow);
        EXPECT_EQ(requests(RollupGrain::hour, hour, hour + 25),
                  (std::map<std::uint32_t, std::int64_t>{{hour, 3}, {hour + 1, 1}, {hour + 24, 1}}));
        const std::uint32_t day = bucket_of(RollupGrain::day, kNow);
        EXPECT_EQ(requests(RollupGrain::day, 0, day + 100),
                  (std::map<std::uint32_t, std::int64_t>{{day, 4}, {day + 1, 1}}));
    }
}

TEST_F(RollupsTest, StoredRowsGrowByWhatComesLater) {
    add(kNow, "model");
    flush();
    add(kNow + 1, "model");
    add(kNow + 1, "other");
    flush();
    add(kNow + 2, "model");
    const std::uint32_t minute = bucket_of(RollupGrain::minute, kNow);
    EXPECT_EQ(requests(RollupGrain::minute, minute, minute + 1)[minute], 4);
    EXPECT_EQ(store.contents()[static_cast<std::size_t>(Family::rollups)].size(), 8u);  // two models, four grains
}

TEST_F(RollupsTest, AddingToABatchThatIsNotCommittedChangesNothing) {
    add(kNow, "model");
    WriteBatch lost;
    ASSERT_TRUE(rollups.add_to(lost).ok());
    flush();
    const std::uint32_t minute = bucket_of(RollupGrain::minute, kNow);
    EXPECT_EQ(requests(RollupGrain::minute, minute, minute + 1)[minute], 1);
}

}  // namespace
}  // namespace tollgate
