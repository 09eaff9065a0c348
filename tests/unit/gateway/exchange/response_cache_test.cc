#include "gateway/exchange/response_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "gateway/exchange/cache_use.h"

namespace tollgate {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

CacheKey key_of(unsigned char number) {
    CacheKey key;
    key.digest.fill(number);
    return key;
}

Id128 organization(std::uint8_t number) {
    Id128 id;
    id.bytes.fill(number);
    return id;
}

ResponseCache::Answer answer(std::string body, std::int64_t expires_ms = 1000, std::uint8_t of = 1) {
    return std::make_shared<CachedAnswer>(
        CachedAnswer{.organization = organization(of), .body = std::move(body), .expires_ms = expires_ms});
}

ResponseCache::Limits limits(std::size_t bytes = kMegabyte, std::size_t of_one = kMegabyte, std::size_t waiting = 10) {
    return {.max_bytes = bytes, .max_answer_bytes = of_one, .max_waiting = waiting};
}

void put(ResponseCache& cache, unsigned char key, ResponseCache::Answer kept) {
    cache.make_anew(key_of(key)).end(std::move(kept));
}

// The body that is kept; empty if none is. Whoever asks makes no answer.
std::string kept(ResponseCache& cache, unsigned char key, std::int64_t now_ms = 0) {
    const auto found = cache.look(key_of(key), now_ms, [] {});
    return found.answer == nullptr ? "" : found.answer->body;
}

TEST(ResponseCache, WhatIsMadeIsKeptUntilItsTimeIsOver) {
    ResponseCache cache(limits());
    auto found = cache.look(key_of(1), 0, [] {});
    ASSERT_TRUE(found.turn);
    EXPECT_FALSE(found.answer || found.wait);
    found.turn.end(answer("hello", 1000));
    EXPECT_FALSE(found.turn);
    EXPECT_EQ(kept(cache, 1, 999), "hello");
    EXPECT_EQ(kept(cache, 2, 999), "") << "another key";
    EXPECT_EQ(cache.counters().answers.get(), 1U);
    EXPECT_EQ(kept(cache, 1, 1000), "");
    EXPECT_EQ(cache.counters().answers.get(), 0U);
    EXPECT_EQ(cache.counters().bytes.get(), 0U);
}

TEST(ResponseCache, ATurnWithoutAnAnswerKeepsNothingAndIsTheNextOnes) {
    ResponseCache cache(limits());
    {
        const auto found = cache.look(key_of(1), 0, [] {});
    }
    auto found = cache.look(key_of(1), 0, [] {});
    ASSERT_TRUE(found.turn);
    found.turn.end(nullptr);
    EXPECT_TRUE(cache.look(key_of(1), 0, [] {}).turn);
}

TEST(ResponseCache, AnAnswerMadeAnewReplacesWhatWasKept) {
    ResponseCache cache(limits());
    put(cache, 1, answer("old"));
    put(cache, 1, answer("new"));
    EXPECT_EQ(kept(cache, 1), "new");
    EXPECT_EQ(cache.counters().answers.get(), 1U);
}

TEST(ResponseCache, OthersWaitForTheOneThatMakesIt) {
    ResponseCache cache(limits());
    int woken = 0;
    auto first = cache.look(key_of(1), 0, [] {});
    std::vector<ResponseCache::Found> others;
    for (int i = 0; i < 3; ++i) others.push_back(cache.look(key_of(1), 0, [&woken] { ++woken; }));
    for (const auto& other : others) {
        ASSERT_TRUE(other.wait);
        EXPECT_FALSE(other.wait.over());
    }
    EXPECT_EQ(cache.counters().waiting.get(), 3U);
    others.pop_back();  // gives up
    first.turn.end(answer("hello"));
    EXPECT_EQ(woken, 2);
    for (const auto& other : others) {
        EXPECT_TRUE(other.wait.over());
        EXPECT_EQ(other.wait.answer()->body, "hello");
    }
    others.clear();
    EXPECT_EQ(cache.counters().waiting.get(), 0U);
}

TEST(ResponseCache, WhoMakesNoneTellsThoseWhoWait) {
    ResponseCache cache(limits());
    int woken = 0;
    auto first = std::make_unique<ResponseCache::Found>(cache.look(key_of(1), 0, [] {}));
    const auto other = cache.look(key_of(1), 0, [&woken] { ++woken; });
    first.reset();
    EXPECT_EQ(woken, 1);
    EXPECT_TRUE(other.wait.over());
    EXPECT_EQ(other.wait.answer(), nullptr);
    EXPECT_TRUE(cache.look(key_of(1), 0, [] {}).turn) << "whoever comes now makes it";
}

TEST(ResponseCache, NoMoreThanSoManyWait) {
    ResponseCache cache(limits(kMegabyte, kMegabyte, 1));
    const auto first = cache.look(key_of(1), 0, [] {});
    const auto second = cache.look(key_of(1), 0, [] {});
    auto third = cache.look(key_of(1), 0, [] {});
    EXPECT_TRUE(second.wait);
    ASSERT_TRUE(third.turn) << "makes its own";
    third.turn.end(answer("own"));
    EXPECT_FALSE(second.wait.over()) << "that was not whom it waits for";
    EXPECT_EQ(kept(cache, 1), "own");
}

TEST(ResponseCache, WhatWasNotUsedForLongestGoesForWantOfMemory) {
    const std::string body(10000, 'x');
    ResponseCache cache(limits(4 * (body.size() + CachedAnswer::kOverheadBytes)));
    put(cache, 1, answer(body, 1000, 1));
    put(cache, 2, answer(body, 1000, 1));
    put(cache, 3, answer(body, 1000, 2));
    put(cache, 4, answer(body, 1000, 2));
    EXPECT_EQ(kept(cache, 1), body);
    put(cache, 5, answer(body, 1000, 3));
    EXPECT_EQ(kept(cache, 2), "");
    for (const unsigned char key : std::initializer_list<unsigned char>{1, 3, 4, 5})
        EXPECT_EQ(kept(cache, key), body) << int{key};
    EXPECT_EQ(cache.counters().evicted.get(), 1U);
    EXPECT_LE(cache.counters().bytes.get(), 4 * (body.size() + CachedAnswer::kOverheadBytes));
}

TEST(ResponseCache, AnOrganizationPushesOutNoMoreThanItsOwnPart) {
    const std::string body(10000, 'x');
    ResponseCache cache(limits(4 * (body.size() + CachedAnswer::kOverheadBytes)));
    put(cache, 1, answer(body, 1000, 1));
    for (unsigned char key = 10; key < 30; ++key) put(cache, key, answer(body, 1000, 2));
    EXPECT_EQ(kept(cache, 1), body);
    EXPECT_EQ(kept(cache, 29), body);
    EXPECT_EQ(kept(cache, 28), body);
    EXPECT_EQ(kept(cache, 27), "");
}

TEST(ResponseCache, AnAnswerThatIsTooLargeIsNotKept) {
    ResponseCache cache(limits(kMegabyte, 100));
    put(cache, 1, answer(std::string(101, 'x')));
    put(cache, 2, answer(std::string(100, 'x')));
    EXPECT_EQ(kept(cache, 1), "");
    EXPECT_EQ(kept(cache, 2), std::string(100, 'x'));
    ResponseCache small(limits(10000));
    put(small, 1, answer(std::string(6000, 'x')));
    EXPECT_EQ(kept(small, 1), "") << "more than an organization's part";
}

TEST(ResponseCache, BodiesOnTheirWayAreBounded) {
    ResponseCache cache(limits(4000, 900));
    GatheredBody body(cache), other(cache);
    body.begin();
    body.add("hello ");
    body.add("world");
    EXPECT_TRUE(body.whole());
    body.begin();
    body.add(std::string(900, 'x'));
    EXPECT_TRUE(body.whole());
    other.begin();
    other.add(std::string(101, 'x'));
    EXPECT_FALSE(other.whole()) << "a quarter of the memory for all that are gathered";
    EXPECT_EQ(body.take(), std::string(900, 'x'));
    other.begin();
    other.add(std::string(900, 'x'));
    EXPECT_TRUE(other.whole());
    other.add("x");
    EXPECT_FALSE(other.whole()) << "larger than one may be";
    other.add("x");
    EXPECT_FALSE(other.whole());
    body.begin();
    body.add(std::string(900, 'x'));
    EXPECT_TRUE(body.whole()) << "what was forgotten takes no room";
}

TEST(ResponseCache, ThreadsShareIt) {
    ResponseCache cache(limits(100000));
    std::vector<std::thread> threads;
    std::atomic<int> wakes{0}, waits{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            for (int turn = 0; turn < 2000; ++turn) {
                auto found = cache.look(key_of(static_cast<unsigned char>(turn % 7)), turn, [&wakes] { ++wakes; });
                if (found.turn) found.turn.end(answer(std::string(1000, 'x'), turn + 3, static_cast<std::uint8_t>(i)));
                if (found.wait) {
                    ++waits;
                    while (!found.wait.over()) std::this_thread::yield();
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wakes.load(), waits.load());
    EXPECT_EQ(cache.counters().waiting.get(), 0U);
    EXPECT_LE(cache.counters().bytes.get(), 100000U);
}

}  // namespace
}  // namespace tollgate
