#include "accounting/usage/usage_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/memory_store.h"
#include "tests/support/usage_journal.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;  // midnight UTC
constexpr std::int64_t kDayMs = 86'400'000;

class UsageIndexTest : public testing::Test {
  protected:
    UsageIndexTest() { reopen(); }

    void reopen() {
        index.reset();
        auto opened = UsageIndex::open(store, {.clock_ms = [] { return kNow; }});
        ASSERT_TRUE(opened) << opened.error().message();
        index = std::move(*opened);
    }
    UsageSample sample(std::int64_t at_ms = kNow) {
        UsageSample made;
        made.opened.request = ids.next(at_ms);
        made.opened.organization = organization;
        made.opened.created_ms = at_ms;
        made.opened.candidates = only_candidate("sample/echo", "sample");
        made.settled.settled_ms = at_ms;
        made.settled.http_status = 200;
        made.settled.usage = {.prompt = 10, .completion = 5};
        made.settled.cost = made.settled.charged = {7};
        return made;
    }
    Id128 commit(const UsageSample& one) {
        EXPECT_TRUE(journal.commit({one}).ok());
        return one.opened.request;
    }
    void take_in() {
        const Status status = index->catch_up();
        ASSERT_TRUE(status.ok()) << status.message();
    }
    void flush() {
        const Status status = index->flush();
        ASSERT_TRUE(status.ok()) << status.message();
    }
    UsagePage page(UsageListQuery query) {
        query.organization = organization;
        auto found = index->list(query);
        EXPECT_TRUE(found) << found.error().message();
        return found ? std::move(*found) : UsagePage{};
    }
    static std::vector<Id128> ids_of(const UsagePage& page) {
        std::vector<Id128> found;
        for (const auto& request : page.requests) found.push_back(request.opened().request);
        return found;
    }
    std::vector<Id128> list(const UsageFilter& filter = {}, const TimeRange& time = {}) {
        return ids_of(page({.organization = {}, .filter = filter, .time = time}));
    }
    std::int64_t requests_by_day() {
        const auto report = index->report({.organization = organization});
        EXPECT_TRUE(report) << report.error().message();
        return report && !report->rows.empty() ? report->rows.front().counters.requests : 0;
    }

    MemoryStore store;
    UsageJournal journal{store};
    std::unique_ptr<UsageIndex> index;
    Id128 organization = make_uuid7(kNow);
    UlidGenerator ids{1};
};

TEST_F(UsageIndexTest, NewestComeFirstFromMemoryAndFromTheStore) {
    std::vector<Id128> expected;
    for (int i = 0; i < 5; ++i) expected.insert(expected.begin(), commit(sample(kNow + i)));
    take_in();
    EXPECT_EQ(list(), expected);
    flush();
    EXPECT_EQ(list(), expected);
    expected.insert(expected.begin(), commit(sample(kNow + 9)));
    take_in();
    EXPECT_EQ(list(), expected);  // from both
}

TEST_F(UsageIndexTest, OrderHoldsOverDaysAndManyChunks) {
    std::vector<Id128> expected;
    for (int block = 0; block < 40; ++block) {
        std::vector<UsageSample> samples;
        for (int i = 0; i < 25; ++i) {
            samples.push_back(sample(kNow + block * kDayMs / 16));
            expected.insert(expected.begin(), samples.back().opened.request);
        }
        ASSERT_TRUE(journal.commit(samples).ok());
        if (block % 7 == 3) {
            take_in();
            flush();
        }
    }
    take_in();
    EXPECT_EQ(ids_of(page({.organization = {}, .limit = 1000})), expected);
}

TEST_F(UsageIndexTest, CursorGoesOnWhereThePageEndedWhileNewRequestsCome) {
    std::vector<Id128> expected;
    for (int i = 0; i < 10; ++i) expected.insert(expected.begin(), commit(sample(kNow + i)));
    take_in();
    std::vector<Id128> found;
    std::string cursor;
    do {
        const UsagePage one = page({.organization = {}, .cursor = cursor, .limit = 3});
        for (const Id128& id : ids_of(one)) found.push_back(id);
        cursor = one.next_cursor;
        commit(sample(kNow + 100));
        take_in();
        flush();
    } while (!cursor.empty());
    EXPECT_EQ(found, expected);
}

TEST_F(UsageIndexTest, PagesGoBothWaysOverDaysChunksAndRowsOfOneTime) {
    std::vector<Id128> expected;
    for (int block = 0; block < 30; ++block) {
        std::vector<UsageSample> samples;
        for (int i = 0; i < 20; ++i) {
            samples.push_back(sample(kNow + block / 5 * kDayMs));
            samples.back().opened.retention_class = static_cast<std::uint8_t>(block % 2);
            expected.insert(expected.begin(), samples.back().opened.request);
        }
        ASSERT_TRUE(journal.commit(samples).ok());
        if (block % 7 == 3) {
            take_in();
            flush();
        }
    }
    take_in();
    for (const std::uint32_t limit : {1u, 7u, 100u, 599u}) {
        std::vector<Id128> down, up;
        UsagePage one = page({.organization = {}, .limit = limit});
        EXPECT_TRUE(one.previous_cursor.empty());
        for (;;) {
            for (const Id128& id : ids_of(one)) down.push_back(id);
            if (one.next_cursor.empty()) break;
            one = page({.organization = {}, .cursor = one.next_cursor, .limit = limit});
        }
        EXPECT_EQ(down, expected);
        up = ids_of(one);
        while (!one.previous_cursor.empty()) {
            one = page({.organization = {}, .cursor = one.previous_cursor, .limit = limit});
            const std::vector<Id128> ids = ids_of(one);
            up.insert(up.begin(), ids.begin(), ids.end());
        }
        EXPECT_EQ(up, expected);
    }
}

TEST_F(UsageIndexTest, NewRequestsAreOnThePageBefore) {
    const Id128 oldest = commit(sample(kNow)), middle = commit(sample(kNow + 1));
    take_in();
    const UsagePage first = page({.organization = {}, .limit = 1});
    const UsagePage second = page({.organization = {}, .cursor = first.next_cursor, .limit = 1});
    EXPECT_EQ(ids_of(second), std::vector{oldest});
    const Id128 newest = commit(sample(kNow + kDayMs));
    take_in();
    const UsagePage before = page({.organization = {}, .cursor = second.previous_cursor, .limit = 1});
    EXPECT_EQ(ids_of(before), std::vector{middle});
    const UsagePage top = page({.organization = {}, .cursor = before.previous_cursor, .limit = 1});
    EXPECT_EQ(ids_of(top), std::vector{newest});
    EXPECT_TRUE(top.previous_cursor.empty());
    EXPECT_EQ(ids_of(page({.organization = {}, .cursor = top.next_cursor, .limit = 1})), std::vector{middle});
}

TEST_F(UsageIndexTest, CursorOfAnotherFilterOrOrganizationIsInvalid) {
    for (int i = 0; i < 3; ++i) commit(sample(kNow + i));
    take_in();
    const std::string cursor = page({.organization = {}, .limit = 1}).next_cursor;
    const auto code = [&](const UsageListQuery& query) { return index->list(query).error().code(); };
    ASSERT_TRUE(index->list({.organization = organization, .cursor = cursor, .limit = 2}));
    EXPECT_EQ(code({.organization = make_uuid7(kNow), .cursor = cursor}), StatusCode::invalid);
    EXPECT_EQ(code({.organization = organization, .filter = {.model = "sample/echo"}, .cursor = cursor}),
              StatusCode::invalid);
    EXPECT_EQ(code({.organization = organization, .time = {.from_ms = kNow}, .cursor = cursor}), StatusCode::invalid);
}

TEST_F(UsageIndexTest, CursorThatNoPageAnsweredIsInvalid) {
    for (const char* cursor : {"x", "00", "zz00000000000000000000000000000000", "0900000000000000000000000000000000"}) {
        EXPECT_EQ(index->list({.organization = organization, .cursor = cursor}).error().code(), StatusCode::invalid);
    }
}

TEST_F(UsageIndexTest, EachFilterAdmitsOnlyItsOwn) {
    commit(sample());
    const auto only = [this](const std::function<void(UsageSample&)>& change, const UsageFilter& filter) {
        UsageSample one = sample();
        change(one);
        const Id128 id = commit(one);
        take_in();
        EXPECT_EQ(list(filter), std::vector{id});
    };
    const Id128 project = make_uuid7(kNow), member = make_uuid7(kNow);
    const KeyDigest key = digest_key("other key");
    only([&](auto& one) { one.opened.project = project; }, {.project = project});
    only([&](auto& one) { one.opened.member = member; }, {.member = member});
    only([&](auto& one) { one.opened.key = key; }, {.key = key});
    only([](auto& one) { one.opened.candidates = only_candidate("other/model", "sample"); }, {.model = "other/model"});
    only([](auto& one) { one.opened.candidates = only_candidate("sample/echo", "other"); }, {.provider = "other"});
    only([](auto& one) { one.opened.end_user = "user-1"; }, {.end_user = "user-1"});
    only([](auto& one) { one.opened.session = "session-1"; }, {.session = "session-1"});
    only([](auto& one) { one.opened.app = "https://app.example"; }, {.app = "https://app.example"});
    only([](auto& one) { one.opened.tags = "env=prod,team=search"; }, {.tag = "team=search"});
    only([](auto& one) { one.settled.http_status = 400; }, {.status = StatusClass::client_error});
    only([](auto& one) { one.settled.http_status = 502; }, {.status = StatusClass::server_error});
    only([](auto& one) { one.settled.cancelled = true; }, {.status = StatusClass::cancelled});
}

TEST_F(UsageIndexTest, TimeRangeIsHalfOpen) {
    std::vector<Id128> made;
    for (int i = 0; i < 4; ++i) made.push_back(commit(sample(kNow + i * kDayMs)));
    take_in();
    EXPECT_EQ(list({}, {.from_ms = kNow + kDayMs, .to_ms = kNow + 3 * kDayMs}), (std::vector{made[2], made[1]}));
    EXPECT_TRUE(list({}, {.from_ms = kNow + 4 * kDayMs}).empty());
    EXPECT_TRUE(list({}, {.to_ms = kNow}).empty());
    EXPECT_TRUE(list({}, {.to_ms = 0}).empty());
}

TEST_F(UsageIndexTest, OtherOrganizationsAreNotSeen) {
    UsageSample foreign = sample();
    foreign.opened.organization = make_uuid7(kNow + 1);
    commit(foreign);
    take_in();
    EXPECT_TRUE(list().empty());
    EXPECT_EQ(requests_by_day(), 0);
    flush();
    EXPECT_TRUE(list().empty());
    EXPECT_EQ(requests_by_day(), 0);
}

TEST_F(UsageIndexTest, RowsOfSeveralRetentionClassesAreListedTogether) {
    std::vector<Id128> expected;
    for (int i = 0; i < 6; ++i) {
        UsageSample one = sample(kNow + i);
        one.opened.retention_class = static_cast<std::uint8_t>(i % 3);
        expected.insert(expected.begin(), commit(one));
        take_in();
        if (i == 3) flush();
    }
    EXPECT_EQ(list(), expected);
}

TEST_F(UsageIndexTest, RestartAtAnyPointCountsEveryRequestOnce) {
    // What is stored at a crash is any prefix of the commits: the index's and the journal's.
    std::set<Id128> expected;
    for (int step = 0; step < 12; ++step) {
        expected.insert(commit(sample(kNow + step)));
        if (step % 3 == 0) take_in();
        if (step % 4 == 1) flush();
        if (step % 2 == 0) reopen();
        take_in();
        const auto found = list();
        EXPECT_EQ(std::set<Id128>(found.begin(), found.end()), expected) << step;
        EXPECT_EQ(found.size(), expected.size()) << step;
        EXPECT_EQ(requests_by_day(), static_cast<std::int64_t>(expected.size())) << step;
    }
}

TEST_F(UsageIndexTest, FailedFlushLosesNothingAndIsTriedAgain) {
    commit(sample());
    take_in();
    store.fail_after(0);
    EXPECT_FALSE(index->flush().ok());
    EXPECT_EQ(list().size(), 1u);
    EXPECT_EQ(requests_by_day(), 1);
    EXPECT_EQ(index->counters().stored_block, 0u);
}

TEST_F(UsageIndexTest, FlushWhoseFailureWasOnlyInTheAnswerCountsOnce) {
    commit(sample());
    take_in();
    store.fail_after_storing(0);
    EXPECT_FALSE(index->flush().ok());
    ASSERT_TRUE(store.resume().ok());
    commit(sample());
    take_in();
    flush();
    EXPECT_EQ(list().size(), 2u);
    EXPECT_EQ(requests_by_day(), 2);
}

TEST_F(UsageIndexTest, MissingBlockStopsTheIndexWithItsNumber) {
    commit(sample());
    commit(sample());
    WriteBatch batch;
    batch.erase(Family::block_index, block_key(1));
    ASSERT_TRUE(store.commit(batch, Durability::process).ok());
    const Status status = index->catch_up();
    EXPECT_EQ(status.code(), StatusCode::corrupt);
    EXPECT_NE(status.message().find("block 1"), std::string::npos);
}

TEST_F(UsageIndexTest, ThreadTakesInWhatAQuestionWaitsFor) {
    index->start();
    commit(sample());
    EXPECT_TRUE(index->wait_for(journal.last(), 10'000));
    EXPECT_EQ(list().size(), 1u);
    EXPECT_FALSE(index->wait_for(journal.last() + 1, 1));
    index->stop();
    EXPECT_EQ(index->counters().stored_block, 1u);
}

TEST_F(UsageIndexTest, ReportGroupsByEachDimensionAndByTime) {
    for (int i = 0; i < 12; ++i) {
        UsageSample one = sample(kNow + i % 3 * kDayMs);
        one.opened.candidates = only_candidate(i % 2 == 0 ? "model/a" : "model/b", "sample");
        one.opened.key = digest_key(std::to_string(i % 4));
        one.settled.latency_ms = 100;
        commit(one);
        if (i == 7) {
            take_in();
            flush();
        }
    }
    take_in();
    UsageReportQuery query{.organization = organization, .group_by = {UsageDimension::model}};
    auto report = index->report(query);
    ASSERT_TRUE(report);
    ASSERT_EQ(report->rows.size(), 2u);
    EXPECT_EQ(report->rows[0].counters.requests, 6);
    EXPECT_EQ(report->rows[0].counters.cost_nano, 42);
    EXPECT_NEAR(static_cast<double>(report->rows[0].counters.latency.quantile(0.5)), 100, 10);

    query.group_by = {UsageDimension::model, UsageDimension::key};
    EXPECT_EQ(index->report(query)->rows.size(), 4u);
    query.by_time = true;
    query.group_by = {};
    report = index->report(query);
    ASSERT_EQ(report->rows.size(), 3u);
    EXPECT_EQ(report->rows[1].begin_ms, kNow + kDayMs);
    EXPECT_EQ(report->rows[1].counters.requests, 4);
    query.filter.model = "model/a";
    EXPECT_EQ(index->report(query)->rows[0].counters.requests, 2);
}

TEST_F(UsageIndexTest, ReportSaysTheWholeBucketsThatItSummed) {
    const auto report = index->report({.organization = organization,
                                       .time = {.from_ms = kNow + 1, .to_ms = kNow + 3'600'001},
                                       .grain = RollupGrain::hour});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->time.from_ms, kNow);
    EXPECT_EQ(report->time.to_ms, kNow + 2 * 3'600'000);
}

TEST_F(UsageIndexTest, BucketsBetweenEdgesAreSummedFromWholeDaysAndTheirEnds) {
    constexpr std::int64_t kQuarterMs = 900'000;
    // Days of Kathmandu (UTC+5:45), a month and a quarter of an hour.
    std::vector<std::int64_t> edges = {kNow - 23 * kQuarterMs, kNow + 73 * kQuarterMs, kNow + 40 * kDayMs + kQuarterMs,
                                       kNow + 40 * kDayMs + 2 * kQuarterMs};
    std::vector<std::int64_t> expected(3);
    for (std::int64_t i = 0; i < 400; ++i) {
        const std::int64_t at_ms = kNow - kDayMs + i * 9'700'000;
        commit(sample(at_ms));
        for (std::size_t bucket = 0; bucket < 3; ++bucket) {
            expected[bucket] += at_ms >= edges[bucket] && at_ms < edges[bucket + 1] ? 1 : 0;
        }
        if (i % 100 == 50) {
            take_in();
            flush();
        }
    }
    take_in();
    const auto report = index->report({.organization = organization, .by_time = true, .edges = edges});
    ASSERT_TRUE(report) << report.error().message();
    std::vector<std::int64_t> found(3);
    for (const UsageReportRow& row : report->rows) {
        const auto edge = std::ranges::find(edges, row.begin_ms);
        ASSERT_NE(edge, edges.end());
        found[static_cast<std::size_t>(edge - edges.begin())] = row.counters.requests;
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(report->total.requests, expected[0] + expected[1] + expected[2]);
    EXPECT_FALSE(report->partial);
}

TEST_F(UsageIndexTest, EdgesThatAreNoQuarterHoursOrDoNotAscendAreInvalid) {
    for (const std::vector<std::int64_t>& edges :
         {std::vector{kNow}, std::vector{kNow, kNow}, std::vector{kNow, kNow - kDayMs}, std::vector{kNow, kNow + 1}}) {
        const auto report = index->report({.organization = organization, .by_time = true, .edges = edges});
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code(), StatusCode::invalid);
    }
}

TEST_F(UsageIndexTest, BudgetEndsAReportBetweenBucketsAndSaysWhere) {
    for (int i = 0; i < 5; ++i) commit(sample(kNow + i * kDayMs));
    take_in();
    flush();
    commit(sample(kNow + 9 * kDayMs));  // waits, behind where the report ends
    take_in();
    const auto report = index->report({.organization = organization,
                                       .time = {.from_ms = kNow, .to_ms = kNow + 10 * kDayMs},
                                       .by_time = true,
                                       .budget = {.rows = 2}});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->partial);
    EXPECT_EQ(report->time.to_ms, kNow + 2 * kDayMs);
    EXPECT_EQ(report->rows.size(), 2u);
    EXPECT_EQ(report->total.requests, 2);
}

TEST_F(UsageIndexTest, RowsAndTheRestAreTheTotal) {
    for (int i = 0; i < 12; ++i) {
        UsageSample one = sample(kNow + i % 2 * kDayMs);
        one.opened.key = digest_key(std::to_string(i % 4));
        one.settled.cost = one.settled.charged = {i % 4 * 100 + 1};
        commit(one);
    }
    take_in();
    auto report = index->report({.organization = organization, .by_time = true, .group_by = {UsageDimension::key}});
    ASSERT_TRUE(report);
    const auto gone = [](const UsageReportRow& row) { return row.key == digest_key("0"); };
    const FoldedRows folded = keep_top(std::move(report->rows), 2, gone);
    EXPECT_EQ(folded.rows.size(), 2u);
    RollupCounters sum;
    for (const auto* rows : {&folded.rows, &folded.other, &folded.deleted}) {
        for (const UsageReportRow& row : *rows) sum.merge(row.counters);
    }
    EXPECT_EQ(sum, report->total);
    ASSERT_EQ(folded.deleted.size(), 1u);  // keys 0 and 2 were used on the first day, 1 and 3 on the second
    EXPECT_EQ(folded.deleted[0].counters.cost_nano, 3);
    ASSERT_EQ(folded.other.size(), 1u);
    EXPECT_EQ(folded.other[0].begin_ms, kNow + kDayMs);
    EXPECT_EQ(folded.other[0].counters.cost_nano, 3 * 101);
}

TEST_F(UsageIndexTest, ValuesOfRequestsAreCounted) {
    for (int i = 0; i < 6; ++i) {
        UsageSample one = sample(kNow + i);
        one.opened.end_user = i % 3 == 0 ? "ann" : i % 3 == 1 ? "bob" : "";
        one.opened.app_title = "An app";
        one.opened.tags = i < 2 ? "env=prod,team=search" : i < 5 ? "team=search" : "";
        commit(one);
    }
    take_in();
    const auto values = [&](UsageAttribute attribute) {
        std::map<std::string, std::int64_t> found;
        const auto all = index->values({.organization = organization, .attribute = attribute});
        for (const UsageValue& one : all->values) found[one.value] = one.requests;
        EXPECT_FALSE(all->partial);
        return found;
    };
    EXPECT_EQ(values(UsageAttribute::end_user), (std::map<std::string, std::int64_t>{{"ann", 2}, {"bob", 2}}));
    EXPECT_EQ(values(UsageAttribute::app), (std::map<std::string, std::int64_t>{{"An app", 6}}));
    EXPECT_EQ(values(UsageAttribute::tag), (std::map<std::string, std::int64_t>{{"env=prod", 2}, {"team=search", 5}}));
}

TEST_F(UsageIndexTest, ReportOfTooManyBucketsIsInvalid) {
    const auto report = index->report({.organization = organization, .time = {0, kNow}, .grain = RollupGrain::minute});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), StatusCode::invalid);
}

}  // namespace
}  // namespace tollgate
