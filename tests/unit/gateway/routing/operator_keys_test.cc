#include "gateway/routing/operator_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "gateway/routing/health/retry_budget.h"
#include "gateway/routing/mix_bits.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'000'000;

OperatorKeys make_keys(std::size_t count, const std::string& maker = "sk-") {
    std::vector<OperatorKey> keys;
    for (std::size_t at = 0; at < count; ++at) {
        const std::string secret = maker + std::to_string(at);
        keys.push_back({.credential = {.header_lines = "authorization: Bearer " + secret + "\r\n"},
                        .name = std::to_string(at + 1),
                        .identity = mix_text(0, secret)});
    }
    return OperatorKeys(std::move(keys));
}

// The keys of a provider at one endpoint.
struct Desk {
    explicit Desk(std::size_t count) : keys(make_keys(count)), allowances(make_allowances(keys, nullptr, nullptr)) {}

    KeyChoice choice() const { return {keys, allowances}; }
    void left(std::size_t at, std::int64_t requests, std::int64_t now_ms = kNow) {
        allowances[at]->note({.requests = {.left = requests, .limit = requests, .full_in_ms = 60'000}}, now_ms);
    }
    void refuse(std::size_t at, std::int64_t now_ms) { keys[at].standing->breaker.note(false, now_ms, now_ms); }
    // How often each key is picked by so many requests.
    std::vector<double> shares(std::int64_t now_ms = kNow, std::int64_t tokens = 1) const {
        constexpr std::size_t kDraws = 100'000;
        std::vector<double> shares(keys.size());
        for (std::size_t i = 0; i < kDraws; ++i) {
            shares[choice().pick({.draw = mix_bits(i), .tokens = tokens, .now_ms = now_ms})] += 1.0 / kDraws;
        }
        return shares;
    }

    OperatorKeys keys;
    KeyAllowances allowances;
};

void expect_shares(const std::vector<double>& shares, const std::vector<double>& wanted) {
    ASSERT_EQ(shares.size(), wanted.size());
    for (std::size_t at = 0; at < shares.size(); ++at) EXPECT_NEAR(shares[at], wanted[at], 0.01) << "key " << at;
}

TEST(OperatorKeys, WhereNothingIsKnownAllHaveTheSameShare) { expect_shares(Desk(4).shares(), {.25, .25, .25, .25}); }

TEST(OperatorKeys, SharesFollowWhatIsLeft) {
    Desk desk(3);
    desk.left(0, 600);
    desk.left(1, 300);
    desk.left(2, 100);
    expect_shares(desk.shares(), {.6, .3, .1});
}

TEST(OperatorKeys, OfWhatIsNotKnownTheBestIsHoped) {
    Desk desk(3);
    desk.left(0, 600);
    desk.left(1, 0);
    expect_shares(desk.shares(), {.5, 0, .5});
    desk.left(0, 0);
    expect_shares(desk.shares(), {0, 0, 1});
    desk.left(2, 0);
    expect_shares(desk.shares(), {1 / 3., 1 / 3., 1 / 3.});
}

TEST(OperatorKeys, TheTokensOfTheRequestSayWhichLimitIsTheScarcer) {
    Desk desk(2);
    desk.allowances[0]->note({.requests = {100, 100, 60'000}, .tokens = {900'000, 900'000, 60'000}}, kNow);
    desk.allowances[1]->note({.requests = {300, 300, 60'000}, .tokens = {300'000, 300'000, 60'000}}, kNow);
    expect_shares(desk.shares(kNow, 10), {.25, .75});       // 100 and 300 requests
    expect_shares(desk.shares(kNow, 100'000), {.75, .25});  // 9 and 3
    expect_shares(desk.shares(kNow, 400'000), {1, 0});      // 2 and none
    expect_shares(desk.shares(kNow, 1'000'000), {.5, .5});  // none
}

TEST(OperatorKeys, WhatWasUsedIsRefilledLittleByLittle) {
    Desk desk(2);
    for (const std::size_t at : {0U, 1U}) {
        desk.allowances[at]->note({.requests = {.left = at == 0 ? 0 : 100, .limit = 100, .full_in_ms = 10'000}}, kNow);
    }
    expect_shares(desk.shares(kNow), {0, 1});
    expect_shares(desk.shares(kNow + 5000), {1 / 3., 2 / 3.});
    expect_shares(desk.shares(kNow + 10'000), {.5, .5});
    expect_shares(desk.shares(kNow + 1'000'000), {.5, .5});
}

TEST(OperatorKeys, D70_AKeyRestsAsLongAsTheProviderSaysWithinBounds) {
    Desk desk(2);
    desk.allowances[0]->rest_until(kNow + 20'000, kNow);
    desk.allowances[0]->rest_until(kNow + 5000, kNow);
    expect_shares(desk.shares(kNow), {0, 1});
    expect_shares(desk.shares(kNow + 19'999), {0, 1});
    expect_shares(desk.shares(kNow + 20'000), {.5, .5});
    desk.allowances[1]->rest_until(INT64_MAX, kNow);
    EXPECT_FALSE(desk.choice().is_well(1, kNow + KeyAllowance::kLongestRestMs - 1));
    EXPECT_TRUE(desk.choice().is_well(1, kNow + KeyAllowance::kLongestRestMs));
}

TEST(OperatorKeys, AKeyRestsAtTheEndpointThatWantsLessOfItAlone) {
    Desk desk(2);
    const KeyAllowances elsewhere = make_allowances(desk.keys, nullptr, nullptr);
    desk.allowances[0]->rest_until(kNow + 20'000, kNow);
    EXPECT_TRUE(KeyChoice(desk.keys, elsewhere).is_well(0, kNow));
    desk.refuse(0, kNow);
    EXPECT_FALSE(KeyChoice(desk.keys, elsewhere).is_well(0, kNow)) << "but everywhere where it is refused";
}

TEST(OperatorKeys, WhereAllRestTheOneWhoseRestIsOverFirstIsAsked) {
    Desk desk(3);
    desk.allowances[0]->rest_until(kNow + 3000, kNow);
    desk.allowances[1]->rest_until(kNow + 2000, kNow);
    desk.refuse(2, kNow);
    EXPECT_EQ(desk.choice().pick({.now_ms = kNow}), 1u);
    EXPECT_FALSE(desk.choice().any_well(kNow));
    EXPECT_EQ(desk.choice().rest_until_ms(), kNow + 2000);
    EXPECT_FALSE(desk.choice().pick_another({.now_ms = kNow}, {}));
}

TEST(OperatorKeys, ARefusedKeyIsTriedByOneRequestWhenItsRestIsOver) {
    Desk desk(2);
    desk.refuse(0, kNow);
    const std::int64_t over = kNow + KeyStanding::kRests.first_rest_ms;
    expect_shares(desk.shares(over - 1), {0, 1});
    EXPECT_EQ(desk.choice().pick({.now_ms = over}), 0u);
    expect_shares(desk.shares(over), {0, 1});
    desk.keys[0].standing->breaker.note(true, over, over + 10);
    expect_shares(desk.shares(over + 10), {.5, .5});
}

TEST(OperatorKeys, ARequestIsTriedOnceWithEachKeyThatIsWell) {
    Desk desk(4);
    desk.allowances[2]->rest_until(kNow + 1000, kNow);
    KeySet tried;
    std::vector<std::size_t> order = {desk.choice().pick({.now_ms = kNow})};
    tried.add(order[0]);
    while (const auto another = desk.choice().pick_another({.draw = tried.size(), .now_ms = kNow}, tried)) {
        order.push_back(*another);
        tried.add(*another);
    }
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 3}));
}

TEST(OperatorKeys, AConversationStaysWithItsKeyWhileThatIsWell) {
    Desk desk(4);
    desk.left(0, 10);
    desk.left(1, 1'000'000);
    std::map<std::size_t, std::size_t> homes;
    for (std::uint64_t name = 1; name <= 4000; ++name) {
        const std::uint64_t conversation = mix_bits(name);
        const std::size_t home = desk.choice().home(conversation);
        ++homes[home];
        for (std::uint64_t draw = 0; draw < 3; ++draw) {
            ASSERT_EQ(desk.choice().pick({.draw = draw, .conversation = conversation, .now_ms = kNow}), home);
        }
    }
    for (const auto& [home, count] : homes) EXPECT_NEAR(static_cast<double>(count), 1000, 150) << home;
    // One that rests moves only its own.
    desk.allowances[2]->rest_until(kNow + 1000, kNow);
    for (std::uint64_t name = 1; name <= 4000; ++name) {
        const std::uint64_t conversation = mix_bits(name);
        const std::size_t home = desk.choice().home(conversation);
        const std::size_t now = desk.choice().pick({.conversation = conversation, .now_ms = kNow});
        ASSERT_EQ(now == home, home != 2);
    }
}

TEST(OperatorKeys, AConversationThatHadToMoveStaysWhereItWent) {
    Desk desk(3);
    const std::uint64_t conversation = 77;
    const std::size_t other = (desk.choice().home(conversation) + 1) % 3;
    const KeyAsk ask{.conversation = conversation, .stayed = desk.keys[other].tag(), .now_ms = kNow};
    EXPECT_EQ(desk.choice().pick(ask), other);
    desk.allowances[other]->rest_until(kNow + 1000, kNow);
    EXPECT_EQ(desk.choice().pick(ask), desk.choice().home(conversation));
}

TEST(OperatorKeys, WhatWasLearnedStaysWithAKeyWhereverItStands) {
    const OperatorKeys before = make_keys(3);
    const KeyAllowances learned = make_allowances(before, nullptr, nullptr);
    OperatorKeys after({before[2], before[0], make_keys(1, "new-")[0]});
    for (std::size_t at = 0; at < 2; ++at) {
        OperatorKey& key = const_cast<OperatorKey&>(after[at]);
        key.standing = std::make_shared<KeyStanding>();
    }
    after.keep_learned(before);
    const KeyAllowances kept = make_allowances(after, &before, &learned);
    EXPECT_EQ(after[0].standing, before[2].standing);
    EXPECT_EQ(after[1].standing, before[0].standing);
    EXPECT_EQ(kept[0], learned[2]);
    EXPECT_EQ(kept[1], learned[0]);
    EXPECT_EQ(std::ranges::count(learned, kept[2]), 0);
    EXPECT_TRUE(make_allowances(make_keys(1), &before, &learned).empty()) << "a single key learns nothing";
}

// --- Properties, over random worlds

// A provider's own count for one key, refilled by the minute.
struct Account {
    std::int64_t limit = 0;
    bool known = true;  // the provider knows the key
    double left = 0;
    std::int64_t at_ms = kNow;

    bool take(std::int64_t now_ms) {
        left = std::min(static_cast<double>(limit), left + per_ms() * static_cast<double>(now_ms - at_ms));
        at_ms = now_ms;
        if (left < 1) return false;
        left -= 1;
        return true;
    }
    double per_ms() const { return static_cast<double>(limit) / 60'000; }
    std::int64_t retry_after_ms() const { return static_cast<std::int64_t>(std::ceil((1 - left) / per_ms())); }
    RateFigures told() const {
        return {.requests = {static_cast<std::int64_t>(left), limit,
                             std::max<std::int64_t>(1, static_cast<std::int64_t>((limit - left) / per_ms()))}};
    }
};

struct Tally {
    std::uint64_t requests = 0, attempts = 0, answered = 0;
};

class World {
  public:
    World(std::uint64_t seed, std::size_t count)
        : random_(seed), desk_(count), accounts_(count), limited_until_(count) {
        for (Account& account : accounts_) {
            account.limit = 60 + static_cast<std::int64_t>(random_() % 600);
            account.left = static_cast<double>(account.limit);
        }
    }
    Account& account(std::size_t at) { return accounts_[at]; }
    double refilled_per_second() const {
        double all = 0;
        for (const Account& account : accounts_) all += account.known ? account.per_ms() * 1000 : 0;
        return all;
    }
    Tally run(double requests_per_second, std::int64_t for_ms) {
        std::exponential_distribution<double> gap(requests_per_second / 1000);
        double now = kNow;
        while (now < static_cast<double>(kNow + for_ms)) {
            request(static_cast<std::int64_t>(now));
            now += gap(random_);
        }
        return tally_;
    }

  private:
    void request(std::int64_t now) {
        ++tally_.requests;
        budget_.note_request();
        const KeyChoice choice = desk_.choice();
        KeySet tried;
        KeyAsk ask{.draw = random_(), .now_ms = now};
        std::size_t at = choice.pick(ask);
        for (;;) {
            tried.add(at);
            // By what the provider said, not by what the keys make of it.
            if (any_well(now)) EXPECT_LE(limited_until_[at], now) << "key " << at << " rests";
            if (attempt(at, now)) return;
            ask.draw = random_();
            const auto another = choice.pick_another(ask, tried);
            if (!another || !budget_.take(now)) return;
            EXPECT_FALSE(tried.has(*another));
            at = *another;
        }
    }
    bool any_well(std::int64_t now) const {
        for (std::size_t at = 0; at < accounts_.size(); ++at) {
            if (accounts_[at].known && limited_until_[at] <= now) return true;
        }
        return false;
    }
    bool attempt(std::size_t at, std::int64_t now) {
        ++tally_.attempts;
        Account& account = accounts_[at];
        CircuitBreaker& breaker = desk_.keys[at].standing->breaker;
        if (!account.known) {
            breaker.note(false, now, now);
            return false;
        }
        const bool answered = account.take(now);
        desk_.allowances[at]->note(account.told(), now);
        if (!answered) limited_until_[at] = now + account.retry_after_ms();
        if (!answered) desk_.allowances[at]->rest_until(limited_until_[at], now);
        if (answered && breaker.state(now) != CircuitBreaker::State::closed) breaker.note(true, now, now);
        if (answered) ++tally_.answered;
        return answered;
    }

    std::mt19937_64 random_;
    Desk desk_;
    std::vector<Account> accounts_;
    std::vector<std::int64_t> limited_until_;
    RetryBudget budget_;
    Tally tally_;
};

constexpr std::int64_t kMinutes = 5, kMinuteMs = 60'000;

TEST(OperatorKeys, AsLongAsTheKeysTogetherAreEnoughAlmostEveryRequestIsAnsweredAtOnce) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        World world(seed, 2 + seed % 7);
        const Tally tally = world.run(world.refilled_per_second() * 0.9, kMinutes * kMinuteMs);
        ASSERT_GT(tally.requests, 100u);
        EXPECT_GE(tally.answered * 1000, tally.requests * 995) << "seed " << seed;
        EXPECT_LE(tally.attempts * 100, tally.requests * 103) << "seed " << seed << ": 429s are foreseen";
    }
}

TEST(OperatorKeys, ExtraLoadIsATenthAtMostWhenTheyAreNotEnoughAndSomeAreRefused) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        World world(seed, 2 + seed % 7);
        for (std::size_t at = 0; at <= seed % 2; ++at) world.account(at).known = false;
        const double enough = world.refilled_per_second();
        const Tally tally = world.run(enough * 2 + 1, kMinutes * kMinuteMs);
        // Beside the tenth, what a budget has saved at its start and a retry a second.
        const double most = 1.1 * static_cast<double>(tally.requests) + RetryBudget::kMostSaved + kMinutes * 60;
        EXPECT_LE(static_cast<double>(tally.attempts), most) << "seed " << seed;
        if (enough == 0) continue;
        const double could = enough * kMinutes * 60;
        EXPECT_GE(static_cast<double>(tally.answered), 0.9 * could) << "seed " << seed << ": what there is is used";
    }
}

}  // namespace
}  // namespace tollgate
