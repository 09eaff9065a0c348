#include "gateway/routing/ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "gateway/routing/mix_bits.h"

namespace tollgate {
namespace {

struct Place {
    std::int64_t price = 100;
    RoutingHealth health = {};
    std::size_t group = 0;
};

// The places' indices, in the order in which they are tried.
std::vector<std::size_t> ordered(const std::vector<Place>& places, const OrderWish& wish,
                                 std::vector<RankedEndpoint>* out = nullptr) {
    std::vector<RankedEndpoint> ranked(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        ranked[i].identity = mix_bits(i + 1);
        ranked[i].price = places[i].price;
        ranked[i].health = &places[i].health;
        ranked[i].group = places[i].group;
    }
    rank_endpoints(ranked, wish);
    std::vector<std::size_t> indices;
    for (const RankedEndpoint& one : ranked) indices.push_back(one.at);
    if (out != nullptr) *out = ranked;
    return indices;
}

RoutingHealth failing() { return {.breaker = CircuitBreaker::State::resting}; }

TEST(Ranking, WeightsAreOneOverThePriceSquaredOver100000Draws) {
    const std::vector<std::vector<std::int64_t>> price_lists = {
        {100, 200, 300}, {1'000'000, 1'000'000}, {150'000, 600'000, 2'500'000, 40'000}, {7, 11, 13, 17, 19}};
    for (const auto& prices : price_lists) {
        std::vector<Place> places;
        double total = 0;
        for (const std::int64_t price : prices) {
            places.push_back({.price = price});
            total += 1.0 / (static_cast<double>(price) * static_cast<double>(price));
        }
        constexpr int kDraws = 100'000;
        std::vector<int> first(prices.size());
        for (int i = 0; i < kDraws; ++i) ++first[ordered(places, {.seed = mix_bits(static_cast<std::uint64_t>(i))})[0]];
        for (std::size_t i = 0; i < prices.size(); ++i) {
            const double share = 1.0 / (static_cast<double>(prices[i]) * static_cast<double>(prices[i])) / total;
            const double deviation = std::sqrt(kDraws * share * (1 - share));
            EXPECT_NEAR(first[i], kDraws * share, 5 * deviation + 1) << prices[i];
        }
    }
}

TEST(Ranking, D72_ASmallWeightIsNotCutToNothing) {
    const std::vector<Place> places = {{.price = 1000}, {.price = 14'107}};  // weights 0.995 and 0.005
    int second = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i) second += ordered(places, {.seed = mix_bits(i)})[0] == 1 ? 1 : 0;
    EXPECT_GT(second, 350);
    EXPECT_LT(second, 650);
}

TEST(Ranking, TheExampleOfOpenRoutersPage) {
    const std::vector<Place> places = {{.price = 1}, {.price = 2, .health = {.failed_lately = true}}, {.price = 3}};
    std::map<std::vector<std::size_t>, int> seen;
    for (std::uint64_t i = 0; i < 10'000; ++i) ++seen[ordered(places, {.seed = mix_bits(i)})];
    EXPECT_EQ(seen.size(), 2U) << "the one that failed is last in both";
    EXPECT_NEAR((seen[{0, 2, 1}]), 9000, 150);
    EXPECT_NEAR((seen[{2, 0, 1}]), 1000, 150);
}

TEST(Ranking, WhatIsWorseOffStandsBehindWhateverItsPrice) {
    const std::vector<Place> places = {{.price = 1, .health = failing()},
                                       {.price = 1, .health = {.rate_limited = true}},
                                       {.price = 1, .health = {.grade = HealthGrade::down}},
                                       {.price = 1, .health = {.failed_lately = true}},
                                       {.price = 1, .health = {.grade = HealthGrade::degraded}},
                                       {.price = 1'000'000}};
    for (std::uint64_t i = 0; i < 100; ++i) {
        std::vector<RankedEndpoint> ranked;
        EXPECT_EQ(ordered(places, {.seed = mix_bits(i)}, &ranked), (std::vector<std::size_t>{5, 4, 3, 2, 1, 0}));
        EXPECT_EQ(ranked[5].setback, Setback::failing);
        EXPECT_EQ(ranked[0].setback, Setback::none);
    }
}

TEST(Ranking, D73_AConversationStaysAndOnlyThoseOfALostEndpointMove) {
    std::vector<Place> places(3);
    std::map<std::size_t, int> share;
    for (std::uint64_t conversation = 0; conversation < 3000; ++conversation) {
        const OrderWish wish{.seed = mix_bits(conversation), .sticky = true};
        const auto before = ordered(places, wish);
        for (int turn = 0; turn < 10; ++turn) EXPECT_EQ(ordered(places, wish), before);
        ++share[before[0]];
        places[0].health = failing();
        const auto without = ordered(places, wish);
        places[0].health = {};
        if (before[0] != 0) EXPECT_EQ(without[0], before[0]) << "it was not there";
        if (before[0] == 0) EXPECT_EQ(without[0], before[1]) << "to its second, not to anybody";
    }
    for (const auto& [index, count] : share) EXPECT_NEAR(count, 1000, 150) << index;
}

TEST(Ranking, AnEndpointThatAnsweredTheConversationBeforeIsFirstWhileItIsWell) {
    std::vector<Place> places(3);
    for (std::uint64_t stayed = 0; stayed < 3; ++stayed) {
        const OrderWish wish{.seed = 1, .sticky = true, .stayed = mix_bits(stayed + 1)};
        std::vector<RankedEndpoint> ranked;
        EXPECT_EQ(ordered(places, wish, &ranked)[0], stayed);
        EXPECT_EQ(ranked[0].reason, OrderReason::stayed);
        places[stayed].health.failed_lately = true;
        EXPECT_NE(ordered(places, wish)[0], stayed);
        places[stayed].health = {};
    }
}

TEST(Ranking, SortIsByWhatItSaysAndTheUnknownIsLast) {
    const auto seen = [](std::int64_t latency, std::int64_t throughput) {
        RoutingHealth health;
        health.latency = Percentiles{latency, latency, latency, latency};
        health.throughput = Percentiles{throughput, throughput, throughput, throughput};
        return health;
    };
    const std::vector<Place> places = {
        {.price = 3, .health = seen(300, 10)}, {.price = 1, .health = seen(200, 30)}, {.price = 2}};
    const auto by = [&](ProviderSortBy what) { return ordered(places, {.sort = ProviderSort{.by = what}}); };
    EXPECT_EQ(by(ProviderSortBy::price), (std::vector<std::size_t>{1, 2, 0}));
    EXPECT_EQ(by(ProviderSortBy::latency), (std::vector<std::size_t>{1, 0, 2}));
    EXPECT_EQ(by(ProviderSortBy::throughput), (std::vector<std::size_t>{1, 0, 2}));
}

TEST(Ranking, PreferredBoundsPutBehindAndLeaveNobodyOut) {
    RoutingHealth slow;
    slow.latency = Percentiles{900, 1500, 2000, 9000};
    slow.throughput = Percentiles{40'000, 30'000, 20'000, 5'000};
    const std::vector<Place> places = {{.health = slow}, {.price = 1'000'000}};
    const auto first_with = [&](const PercentileBounds& throughput, const PercentileBounds& latency) {
        const OrderWish wish{.min_throughput = throughput, .max_latency = latency, .seed = 5};
        return ordered(places, wish)[0];
    };
    EXPECT_EQ(first_with({}, {}), 0U);
    EXPECT_EQ(first_with({.p50 = 40'000}, {.p50 = 900, .p99 = 9000}), 0U);
    EXPECT_EQ(first_with({.p50 = 40'001}, {}), 1U);
    EXPECT_EQ(first_with({.p50 = 1, .p90 = 20'001}, {}), 1U) << "all given bounds must hold";
    EXPECT_EQ(first_with({}, {.p99 = 8999}), 1U);
}

TEST(Ranking, OrderGoesFirstAndIsLeftOnlyByWhatDoesNotWorkAtAll) {
    std::vector<Place> places = {{.price = 1, .group = 2}, {.price = 900, .group = 1}, {.price = 800, .group = 0}};
    const OrderWish wish{.groups = 2};
    EXPECT_EQ(ordered(places, wish), (std::vector<std::size_t>{2, 1, 0}));
    places[2].health.failed_lately = true;
    places[2].health.grade = HealthGrade::down;
    EXPECT_EQ(ordered(places, wish)[0], 2U) << "it was asked for";
    places[2].health = failing();
    EXPECT_EQ(ordered(places, wish), (std::vector<std::size_t>{1, 0, 2}));
}

TEST(Ranking, ATrialGoesFirstOnlyWhereNobodySaidWhatDoes) {
    std::vector<Place> places = {{.price = 1}, {.price = 900, .health = {.breaker = CircuitBreaker::State::trial_due}}};
    std::vector<RankedEndpoint> ranked;
    EXPECT_EQ(ordered(places, {.seed = 1}, &ranked)[0], 1U);
    EXPECT_EQ(ranked[0].reason, OrderReason::trial);
    EXPECT_EQ(ordered(places, {.sort = ProviderSort()})[0], 0U);
}

TEST(Ranking, AFreeEndpointGoesBeforeAllThatCost) {
    const std::vector<Place> places = {{.price = 100}, {.price = 0}};
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(ordered(places, {.seed = mix_bits(i)})[0], 1U);
}

}  // namespace
}  // namespace tollgate
