// Random transactions, usage, expiry, clock jumps and restarts against a model that is as simple as it can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "accounting/ledger/transactions.h"
#include "tests/support/transactions_fixture.h"

namespace tollgate {
namespace {

using enum TransactionKind;

struct ModelLot {
    Id128 id;
    bool bought = false;
    std::int64_t left = 0, priority = 100, expires_ms = 0, sequence = 0;
};

class Model {
  public:
    struct Account {
        std::vector<ModelLot> lots;
        std::int64_t held = 0;
        // Of what has expired: left, promised to requests admitted before frozen_ms.
        std::int64_t expired = 0, promised = 0, frozen_ms = INT64_MIN;
        std::int64_t available(std::int64_t balance) const {
            return balance - held - std::max<std::int64_t>(expired - promised, 0);
        }
        std::map<Id128, std::int64_t> purchases;  // not yet paid back, of confirmed ones
    };
    std::map<Id128, Account> accounts;

    std::int64_t balance(const Id128& of) {
        std::int64_t sum = 0;
        for (const ModelLot& lot : accounts[of].lots) sum += lot.left;
        return sum;
    }
    void add(const Id128& of, ModelLot lot) {
        lot.sequence = ++sequence_;
        auto& lots = accounts[of].lots;
        lots.push_back(lot);
        std::ranges::sort(lots, {}, [](const ModelLot& one) {
            return std::tuple(one.priority, one.expires_ms == 0 ? INT64_MAX : one.expires_ms, one.sequence);
        });
    }
    template <class Which>
    void burn(const Id128& of, std::int64_t amount, const Which& which) {
        for (ModelLot& lot : accounts[of].lots) {
            if (!which(lot)) continue;
            const std::int64_t taken = std::min(lot.left, amount);
            lot.left -= taken;
            amount -= taken;
        }
        std::erase_if(accounts[of].lots, [](const ModelLot& lot) { return lot.left == 0; });
        EXPECT_EQ(amount, 0);
    }
    // What would be left of the lots once what is held is burned.
    template <class Which>
    std::int64_t spare(const Id128& of, std::int64_t held, const Which& which) {
        std::int64_t sum = 0;
        for (const ModelLot& lot : accounts[of].lots) {
            const std::int64_t burned = std::min(held, lot.left);
            held -= burned;
            if (which(lot)) sum += lot.left - burned;
        }
        return sum;
    }

  private:
    std::int64_t sequence_ = 0;
};

class RandomTransactions : public TransactionsTest, public testing::WithParamInterface<int> {
  public:
    struct Used {
        Id128 id, organization;
        std::int64_t left;
    };

    std::int64_t pick(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    template <class T>
    const T& any(const std::vector<T>& of) {
        return of[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(of.size()) - 1))];
    }
    TransactionRequest request(TransactionKind kind, std::int64_t amount = 0) {
        return {.kind = kind, .organization = at_, .amount = {amount}};
    }

    void give() {
        TransactionRequest one = request(TransactionKind::grant, pick(1, 100));
        one.priority = static_cast<std::int32_t>(pick(99, 101));
        one.expires_ms = pick(0, 1) == 0 ? 0 : now_ms + pick(1, 5 * kHourMs);
        one.idempotency_key = std::to_string(pick(0, 1'000'000));
        const TransactionResult given = book(one);
        EXPECT_TRUE(book(one).repeated);
        model_.add(at_, {given.transaction, false, one.amount.value, one.priority, one.expires_ms});
    }
    void purchase_something() {
        const std::int64_t amount = pick(1, 100);
        const Id128 id = book(request(purchase, amount)).transaction;
        TransactionRequest end = request(pick(0, 3) == 0 ? cancel_purchase : confirm_purchase);
        end.reference = id;
        book(end);
        EXPECT_TRUE(book(end).repeated);
        if (end.kind == cancel_purchase) return;
        model_.add(at_, {id, true, amount});
        model_.accounts[at_].purchases[id] = amount;
    }
    void begin() {
        const std::int64_t amount = pick(0, 40);
        const bool fits = amount <= model_.accounts[at_].available(model_.balance(at_));
        const auto running = running_.size() < 20 ? hold(at_, amount) : std::nullopt;
        if (running_.size() < 20) EXPECT_EQ(running.has_value(), fits);
        if (!running) return;
        model_.accounts[at_].held += amount;
        running_.push_back(*running);
    }
    void end() {
        if (running_.empty()) return;
        const Running running = running_.back();
        running_.pop_back();
        auto& account = model_.accounts[running.organization];
        const std::int64_t cost = pick(0, 50);
        account.held -= running.held.value;
        const std::int64_t available = account.available(model_.balance(running.organization));
        const std::int64_t charged = std::min(cost, std::max(available, running.held.value));
        const Id128 id = settle(running, cost);
        if (running.admitted_ms < account.frozen_ms) {
            account.promised = std::max<std::int64_t>(account.promised - running.held.value, 0);
            account.expired = std::max<std::int64_t>(account.expired - charged, 0);
        }
        account.promised = std::min(account.promised, account.held);
        burn_unexpired_first(running.organization, charged, ulid_time_ms(id));
        if (charged > 0) used_.push_back({id, running.organization, charged});
    }
    void burn_unexpired_first(const Id128& of, std::int64_t amount, std::int64_t began_ms) {
        const auto good = [&](const ModelLot& lot) { return lot.expires_ms == 0 || lot.expires_ms > began_ms; };
        std::int64_t first = 0;
        for (const ModelLot& lot : model_.accounts[of].lots) first += good(lot) ? lot.left : 0;
        first = std::min(first, amount);
        model_.burn(of, first, good);
        model_.burn(of, amount - first, [](const ModelLot&) { return true; });
    }
    void refund_usage() {
        if (used_.empty()) return;
        Used& used = used_[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(used_.size()) - 1))];
        TransactionRequest one = request(usage_refund, pick(1, 40));
        one.organization = used.organization;
        one.reference = used.id;
        const auto result = process->ledger->transact(one, now_ms);
        ASSERT_EQ(result.has_value(), one.amount.value <= used.left);
        if (!result) return;
        used.left -= one.amount.value;
        model_.add(used.organization, {result->transaction, false, one.amount.value});
    }
    void pay_back() {
        auto& purchases = model_.accounts[at_].purchases;
        if (purchases.empty()) return;
        const auto bought = std::next(purchases.begin(), pick(0, static_cast<std::int64_t>(purchases.size()) - 1));
        const bool forced = pick(0, 1) == 0;
        TransactionRequest one = request(forced ? charge_back : payment_refund, pick(1, 60));
        one.reference = bought->first;
        const auto its = [&](const ModelLot& lot) { return lot.id == bought->first; };
        const auto& account = model_.accounts[at_];
        const std::int64_t available = std::max<std::int64_t>(account.available(model_.balance(at_)), 0);
        const std::int64_t spare = std::min(model_.spare(at_, account.held, its), available);
        const std::int64_t most = forced ? bought->second : spare;
        const auto result = process->ledger->transact(one, now_ms);
        ASSERT_EQ(result.has_value(), one.amount.value <= most);
        if (!result) return;
        bought->second -= one.amount.value;
        const std::int64_t taken = forced ? std::min(one.amount.value, available) : one.amount.value;
        EXPECT_EQ(result->moved.value, -taken);
        std::int64_t of_it = 0;
        for (const ModelLot& lot : model_.accounts[at_].lots) of_it += its(lot) ? std::min(lot.left, taken) : 0;
        model_.burn(at_, of_it, its);
        burn_unexpired_first(at_, taken - of_it, ulid_time_ms(result->transaction));
    }
    void give_on() {
        TransactionRequest one = request(transfer, pick(1, 60));
        one.counterparty = at_ == organization ? other : organization;
        const auto bought = [](const ModelLot& lot) { return lot.bought; };
        const auto& account = model_.accounts[at_];
        const std::int64_t most =
            std::min(model_.spare(at_, account.held, bought), account.available(model_.balance(at_)));
        const auto result = process->ledger->transact(one, now_ms);
        ASSERT_EQ(result.has_value(), one.amount.value <= most);
        if (!result) return;
        model_.burn(at_, one.amount.value, bought);
        model_.add(one.counterparty, {result->transaction, true, one.amount.value});
    }
    void adjust() {
        std::int64_t amount = pick(-60, 60);
        if (amount == 0) return;
        const TransactionResult result = book(request(adjustment, amount));
        amount = std::max(amount, -std::max<std::int64_t>(model_.accounts[at_].available(model_.balance(at_)), 0));
        EXPECT_EQ(result.moved.value, amount);
        if (amount > 0) model_.add(at_, {result.transaction, false, amount});
        if (amount < 0) burn_unexpired_first(at_, -amount, ulid_time_ms(result.transaction));
    }
    void let_expire() {
        now_ms += pick(0, 9) == 0 ? pick(-3 * kHourMs, 3 * kHourMs) : pick(0, kHourMs);
        expire();
        for (const Id128& of : {organization, other}) {
            std::vector<Id128> due;
            std::int64_t last_ms = INT64_MIN;
            Model::Account& account = model_.accounts[of];
            for (const ModelLot& lot : account.lots) {
                if (lot.expires_ms == 0 || lot.expires_ms > now_ms) continue;
                due.push_back(lot.id);
                last_ms = std::max(last_ms, lot.expires_ms);
            }
            if (last_ms > account.frozen_ms) account.promised = account.held, account.frozen_ms = now_ms;
            account.expired = 0;
            for (const Id128& id : due) {
                const auto its = [&](const ModelLot& lot) { return lot.id == id; };
                const std::int64_t spare = model_.spare(of, account.promised, its);
                model_.burn(of, std::min(spare, model_.balance(of) - account.held), its);
                account.expired += model_.spare(of, 0, its);
            }
            if (account.expired == 0) account.promised = 0, account.frozen_ms = INT64_MIN;
        }
    }
    void die() {
        if (!running_.empty()) return;  // orphans are another test's subject
        restart(pick(0, 1) == 0);
        for (auto& [id, account] : model_.accounts)
            account.expired = 0, account.promised = 0, account.frozen_ms = INT64_MIN;
    }
    void compare(int step) {
        for (const Id128& of : {organization, other}) {
            std::vector<std::pair<Id128, std::int64_t>> expected, found;
            for (const ModelLot& lot : model_.accounts[of].lots) expected.emplace_back(lot.id, lot.left);
            for (const CreditLot& lot : process->ledger->credit_lots(of)) {
                found.emplace_back(lot.transaction, lot.remaining.value);
            }
            ASSERT_EQ(found, expected) << "step " << step;
            const auto snapshot = process->credits.organization(of).snapshot();
            ASSERT_EQ(snapshot.balance().value, model_.balance(of)) << "step " << step;
            ASSERT_EQ(snapshot.held.value, model_.accounts[of].held) << "step " << step;
        }
    }

    std::mt19937_64 random_{static_cast<std::uint64_t>(GetParam())};
    Model model_;
    Id128 at_;
    std::vector<Running> running_;
    std::vector<Used> used_;
};

TEST_P(RandomTransactions, LotsAndBalancesAreTheModels) {
    using Step = void (RandomTransactions::*)();
    const std::vector<Step> steps = {&RandomTransactions::give,         &RandomTransactions::purchase_something,
                                     &RandomTransactions::begin,        &RandomTransactions::begin,
                                     &RandomTransactions::end,          &RandomTransactions::end,
                                     &RandomTransactions::refund_usage, &RandomTransactions::pay_back,
                                     &RandomTransactions::give_on,      &RandomTransactions::adjust,
                                     &RandomTransactions::let_expire,   &RandomTransactions::die,
                                     &RandomTransactions::end};
    for (int step = 0; step < 400 && !HasFatalFailure(); ++step) {
        at_ = pick(0, 1) == 0 ? organization : other;
        (this->*any(steps))();
        compare(step);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTransactions, testing::Range(0, 25));

}  // namespace
}  // namespace tollgate
