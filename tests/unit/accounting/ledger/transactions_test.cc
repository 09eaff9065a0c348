#include "accounting/ledger/transactions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "accounting/ledger/credit_lots.h"
#include "tests/support/transactions_fixture.h"

namespace tollgate {
namespace {

using enum TransactionKind;

TEST_F(TransactionsTest, BurnOrderIsPriorityThenExpiryThenCreation) {
    grant(10);  // no expiry: after those that have one
    grant(20, 100, now_ms + 2 * kDayMs);
    grant(30, 100, now_ms + kDayMs);
    grant(40, 5);  // the first by priority
    buy(50);       // like the first, but later
    EXPECT_EQ(left(), (std::vector<std::int64_t>{40, 30, 20, 10, 50}));
    use(45);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{25, 20, 10, 50}));
    use(56);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{49}));
}

TEST_F(TransactionsTest, PurchaseIsCreditOnceItIsConfirmed) {
    const TransactionResult bought = book({.kind = purchase, .organization = organization, .amount = {500}});
    EXPECT_EQ(balance(), 0);
    EXPECT_EQ(history().front().state, TransactionState::pending);
    const TransactionResult confirmed = book(about(confirm_purchase, bought.transaction));
    EXPECT_EQ(confirmed.transaction, bought.transaction);
    EXPECT_EQ(confirmed.balance_after.value, 500);
    EXPECT_EQ(balance(), 500);
    ASSERT_EQ(history().size(), 1u);
    EXPECT_EQ(history().front().state, TransactionState::done);
}

TEST_F(TransactionsTest, RepeatedConfirmationBooksOnce) {
    const Id128 id = book({.kind = purchase, .organization = organization, .amount = {500}}).transaction;
    EXPECT_FALSE(book(about(confirm_purchase, id)).repeated);
    EXPECT_TRUE(book(about(confirm_purchase, id)).repeated);
    restart();
    EXPECT_TRUE(book(about(confirm_purchase, id)).repeated);
    EXPECT_EQ(balance(), 500);
    EXPECT_EQ(refused(about(cancel_purchase, id)), StatusCode::already_exists);
}

TEST_F(TransactionsTest, CancelledPurchaseNeverBecomesCredit) {
    const Id128 id = book({.kind = purchase, .organization = organization, .amount = {500}}).transaction;
    book(about(cancel_purchase, id));
    EXPECT_TRUE(book(about(cancel_purchase, id)).repeated);
    EXPECT_EQ(refused(about(confirm_purchase, id)), StatusCode::already_exists);
    EXPECT_EQ(balance(), 0);
    EXPECT_EQ(history().front().state, TransactionState::cancelled);
}

TEST_F(TransactionsTest, PaidPurchaseIsCreditAtOnceAndLikeAnyOtherAfterwards) {
    const TransactionRequest request{
        .kind = purchase, .organization = organization, .amount = {500}, .idempotency_key = "order", .paid = true};
    const TransactionResult bought = book(request);
    EXPECT_EQ(bought.balance_after.value, 500);
    EXPECT_TRUE(book(request).repeated);
    EXPECT_TRUE(book(about(confirm_purchase, bought.transaction)).repeated);
    EXPECT_EQ(refused(about(cancel_purchase, bought.transaction)), StatusCode::already_exists);
    EXPECT_EQ(balance(), 500);
    restart(true);
    EXPECT_EQ(balance(), 500);
    EXPECT_EQ(history().front().state, TransactionState::done);
    book({.kind = transfer, .organization = organization, .amount = {200}, .counterparty = other});
    EXPECT_EQ(book(about(payment_refund, bought.transaction)).moved.value, -300);
    EXPECT_EQ(refused({.kind = TransactionKind::grant, .organization = organization, .amount = {1}, .paid = true}),
              StatusCode::invalid);
}

TEST_F(TransactionsTest, WhatIsRequiredIsLookedAtBeforeEachBooking) {
    const auto once = [&](Status may) {
        TransactionRequest request{.kind = TransactionKind::grant, .organization = organization, .amount = {5}};
        request.require = [may] { return may; };
        return request;
    };
    EXPECT_EQ(refused(once({StatusCode::conflict, "used"})), StatusCode::conflict);
    EXPECT_EQ(balance(), 0);
    EXPECT_TRUE(history().empty());
    book(once({}));
    EXPECT_EQ(balance(), 5);
}

TEST_F(TransactionsTest, PurchaseOfAnotherOrganizationIsNotFound) {
    const Id128 id = book({.kind = purchase, .organization = organization, .amount = {500}}).transaction;
    TransactionRequest request = about(confirm_purchase, id);
    request.organization = other;
    EXPECT_EQ(refused(request), StatusCode::not_found);
}

TEST_F(TransactionsTest, RepeatedGrantIsAnsweredAsTheFirstAlsoOnceItHasExpired) {
    TransactionRequest request{.kind = TransactionKind::grant,
                               .organization = organization,
                               .amount = {500},
                               .expires_ms = now_ms + 1,
                               .idempotency_key = "evt_1"};
    const TransactionResult first = book(request);
    now_ms += kDayMs;
    const TransactionResult second = book(request);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(second.transaction, first.transaction);
    EXPECT_EQ(second.moved.value, 500);
    request.idempotency_key = "evt_2";
    EXPECT_EQ(refused(request), StatusCode::invalid);
}

TEST_F(TransactionsTest, RepeatedWebhookIsAnsweredAsTheFirst) {
    TransactionRequest request{
        .kind = purchase, .organization = organization, .amount = {500}, .idempotency_key = "evt_1"};
    const TransactionResult first = book(request);
    restart();
    const TransactionResult second = book(request);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(second.transaction, first.transaction);
    EXPECT_EQ(second.moved, first.moved);
    EXPECT_EQ(history().size(), 1u);
}

TEST_F(TransactionsTest, IdempotencyKeyWithOtherContentIsRefused) {
    TransactionRequest request{
        .kind = TransactionKind::grant, .organization = organization, .amount = {500}, .idempotency_key = "evt_1"};
    book(request);
    TransactionRequest amount = request, kind = request, expiry = request, priority = request, note = request;
    amount.amount = {501};
    kind.kind = purchase;
    expiry.expires_ms = now_ms + 1;
    priority.priority = 1;
    note.note = "the same, in other words";
    for (const auto& changed : {amount, kind, expiry, priority, note}) {
        EXPECT_EQ(refused(changed), StatusCode::already_exists);
    }
    EXPECT_TRUE(book(request).repeated);
    EXPECT_EQ(balance(), 500);
}

TEST_F(TransactionsTest, UsageIsRefundedInThreePartsAndNoMore) {
    grant(1000);
    const Id128 id = use(100);
    for (const std::int64_t part : {30, 30, 30}) book(about(usage_refund, id, part));
    EXPECT_EQ(refused(about(usage_refund, id, 11)), StatusCode::invalid);
    restart();
    EXPECT_EQ(refused(about(usage_refund, id, 11)), StatusCode::invalid);
    EXPECT_EQ(book(about(usage_refund, id)).moved.value, 10);  // what is left
    EXPECT_EQ(refused(about(usage_refund, id)), StatusCode::invalid);
    EXPECT_EQ(balance(), 1000);
    EXPECT_EQ(process->credits.organization(organization).snapshot().used.value, 0);
}

TEST_F(TransactionsTest, RefundIsOfWhatWasChargedWhateverPricesSayNow) {
    grant(100);
    const auto running = hold(organization, 100);
    const Id128 id = settle(*running, 130);  // 30 are overrun: the organization was charged 100
    EXPECT_EQ(book(about(usage_refund, id)).moved.value, 100);
    EXPECT_EQ(balance(), 100);
}

TEST_F(TransactionsTest, RefundOfAnotherOrganizationsRequestIsNotFound) {
    grant(1000);
    const Id128 id = use(100);
    TransactionRequest request = about(usage_refund, id, 1);
    request.organization = other;
    EXPECT_EQ(refused(request), StatusCode::not_found);
    EXPECT_EQ(refused(about(usage_refund, make_uuid7(kNow), 1)), StatusCode::not_found);
}

TEST_F(TransactionsTest, RefundLeavesWhatAKeyHasSpentAsItIs) {
    grant(1000);
    const Id128 id = use(100);
    book(about(usage_refund, id));
    restart();
    EXPECT_EQ(process->credits.key(organization, key).spent.total.value, 100);
}

TEST_F(TransactionsTest, PaymentRefundIsAtMostWhatIsLeftOfThatPurchase) {
    const Id128 first = buy(100), second = buy(200);
    use(60);
    EXPECT_EQ(refused(about(payment_refund, first, 41)), StatusCode::invalid);
    EXPECT_EQ(book(about(payment_refund, first, 40)).moved.value, -40);
    EXPECT_EQ(refused(about(payment_refund, first)), StatusCode::invalid);
    EXPECT_EQ(book(about(payment_refund, second)).moved.value, -200);
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, PaymentRefundLeavesWhatRunningRequestsHold) {
    const Id128 bought = buy(100);
    const auto running = hold(organization, 70);
    EXPECT_EQ(refused(about(payment_refund, bought, 31)), StatusCode::invalid);
    book(about(payment_refund, bought, 30));
    settle(*running, 70);
    EXPECT_EQ(left(), std::vector<std::int64_t>{});
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, VerifyNamesARowOfWhatWasGivenBackThatIsNotTheSumOfItsEntries) {
    const Id128 bought = buy(500);
    const Id128 used = use(100);
    book(about(usage_refund, used, 30));
    book(about(payment_refund, bought, 50));
    book(about(charge_back, bought, 60));
    checkpoint();
    ASSERT_FALSE(verify_ledger(process->store).difference);
    for (const Id128& of : {used, bought}) {
        const std::string row = refunded_key(organization.bytes, of.bytes);
        MemoryStore changed(process->store.contents()), lost(process->store.contents());
        std::string value = *changed.get(Family::transactions, row);
        value.back() = static_cast<char>(value.back() ^ 1);
        changed.overwrite(Family::transactions, row, value);
        const auto difference = verify_ledger(changed).difference;
        ASSERT_TRUE(difference);
        EXPECT_TRUE(difference->what.contains(to_ulid(of))) << difference->what;
        WriteBatch batch;
        batch.erase(Family::transactions, row);
        ASSERT_TRUE(lost.commit(batch, Durability::process).ok());
        EXPECT_TRUE(verify_ledger(lost).difference);
    }
}

// The last block, as if its refund had been another: the chain ends with it, and so stays whole.
MemoryStore::Contents with_last_refund(const MemoryStore& from, const std::function<void(LedgerEntry&)>& change) {
    MemoryStore forged(from.contents());
    const auto last = forged.last_before(Family::money, "", "");
    auto block = MoneyBlock::read(last->second, *parse_block_key(last->first));
    MoneyBlockBuilder builder;
    while (const auto bytes = block->next()) {
        auto entry = decode_ledger_entry(*bytes);
        if (entry->kind == EntryKind::usage_refund) change(*entry);
        std::array<std::byte, kLedgerEntryBytes> room;
        builder.add(std::span(room).first(encode(*entry, room)));
    }
    forged.overwrite(Family::money, last->first, builder.finish(block->header()).value);
    return forged.contents();
}

TEST_F(TransactionsTest, VerifyFindsRefundsOfMoreThanTheCharge) {
    grant(1000);
    const Id128 id = use(100);
    book(about(usage_refund, id, 60));
    book(about(usage_refund, id, 40));
    ASSERT_FALSE(verify_ledger(process->store).difference);
    MemoryStore forged(with_last_refund(process->store, [](LedgerEntry& refund) {
        refund.legs_room[0].amount.value += 1;
        refund.legs_room[1].amount.value -= 1;
    }));
    const auto difference = verify_ledger(forged).difference;
    ASSERT_TRUE(difference);
    EXPECT_TRUE(difference->what.contains(to_ulid(id))) << difference->what;
    EXPECT_EQ(difference->expected, "up to 40");
    EXPECT_EQ(difference->found, "41");
    EXPECT_GT(difference->block, 0u);
}

TEST_F(TransactionsTest, VerifyFindsARefundOfARequestThatWasNotCharged) {
    grant(1000);
    const Id128 id = use(100);
    book(about(usage_refund, id, 60));
    const Id128 unknown = UlidGenerator(2).next(kNow);
    MemoryStore forged(with_last_refund(process->store, [&](LedgerEntry& refund) { refund.reference = unknown; }));
    const std::string noted = *forged.get(Family::transactions, refunded_key(organization.bytes, id.bytes));
    forged.overwrite(Family::transactions, refunded_key(organization.bytes, unknown.bytes), noted);
    const auto difference = verify_ledger(forged).difference;
    ASSERT_TRUE(difference);
    EXPECT_TRUE(difference->what.contains(to_ulid(unknown))) << difference->what;
    EXPECT_TRUE(difference->what.contains("not charged")) << difference->what;
}

TEST_F(TransactionsTest, ReferenceLedgerFindsATransferOfCreditThatWasGiven) {
    UlidGenerator ids(1);
    ReferenceLedger reference;
    EXPECT_FALSE(reference.add(grant_entry(ids.next(kNow), organization, {50}, kNow)));
    LedgerEntry entry;
    entry.kind = EntryKind::transfer;
    entry.event = ids.next(kNow);
    entry.organization = organization;
    entry.add_leg(AccountKind::organization_available, organization, {-1});
    entry.add_leg(AccountKind::organization_available, other, {1});
    EXPECT_TRUE(reference.add(entry));
}

TEST_F(TransactionsTest, VerifyNamesALotThatIsNotWhatTheJournalSays) {
    const Id128 first = grant(50), second = grant(70);
    checkpoint();
    ASSERT_FALSE(verify_ledger(process->store).difference);
    // Their sum is right.
    MemoryStore changed(process->store.contents());
    const auto exchange = [&](const Id128& one, const Id128& with) {
        changed.overwrite(Family::balances, credit_lot_key(organization.bytes, one.bytes),
                          *process->store.get(Family::balances, credit_lot_key(organization.bytes, with.bytes)));
    };
    exchange(first, second);
    exchange(second, first);
    const auto difference = verify_ledger(changed).difference;
    ASSERT_TRUE(difference);
    EXPECT_TRUE(difference->what.contains(to_ulid(first))) << difference->what;
}

TEST_F(TransactionsTest, GrantsAreNotPaidBack) {
    const Id128 given = grant(100);
    EXPECT_EQ(refused(about(payment_refund, given, 1)), StatusCode::invalid);
    EXPECT_EQ(refused(about(charge_back, given, 1)), StatusCode::invalid);
}

TEST_F(TransactionsTest, ChargeBackTakesWhatThereIsAndBooksTheRestAsLoss) {
    grant(50, 1);
    const Id128 bought = buy(100);
    use(120);  // the grant, and 70 of the purchase
    grant(20);
    const TransactionResult result = book(about(charge_back, bought, 100));
    EXPECT_EQ(result.moved.value, -50);
    EXPECT_EQ(balance(), 0);
    EXPECT_EQ(history(EntryKind::adjustment).front().asked.value, -100);
    EXPECT_EQ(verify_ledger(process->store).reference.total(AccountKind::platform_losses), -50);
    EXPECT_EQ(refused(about(charge_back, bought, 1)), StatusCode::invalid);  // it is paid back whole
}

TEST_F(TransactionsTest, WhatWasChargedBackWhileItWasHeldIsNotRefundedToo) {
    const Id128 bought = buy(100);
    const auto running = hold(organization, 80);
    EXPECT_EQ(book(about(charge_back, bought, 90)).moved.value, -20);
    settle(*running, 0);
    EXPECT_EQ(left(), std::vector<std::int64_t>{80});
    EXPECT_EQ(refused(about(payment_refund, bought, 11)), StatusCode::invalid);
    EXPECT_EQ(book(about(payment_refund, bought, 10)).moved.value, -10);
    EXPECT_EQ(refused(about(payment_refund, bought, 1)), StatusCode::invalid);
}

TEST_F(TransactionsTest, ChargeBackBurnsItsPurchaseFirst) {
    grant(50, 1);
    const Id128 bought = buy(100);
    book(about(charge_back, bought, 100));
    EXPECT_EQ(left(), std::vector<std::int64_t>{50});
}

TEST_F(TransactionsTest, AdjustmentNeverTakesMoreThanThereIs) {
    grant(100);
    const auto running = hold(organization, 30);
    TransactionRequest request{.kind = adjustment, .organization = organization, .amount = {-1000}};
    EXPECT_EQ(book(request).moved.value, -70);
    EXPECT_EQ(book(request).moved.value, 0);
    settle(*running, 30);
    request.amount = {5};
    EXPECT_EQ(book(request).moved.value, 5);
    EXPECT_EQ(balance(), 5);
    EXPECT_EQ(history(EntryKind::adjustment).size(), 3u);
}

TEST_F(TransactionsTest, TransferMovesPurchasedCreditOnly) {
    grant(100, 1);
    buy(50);
    TransactionRequest request{.kind = transfer, .organization = organization, .amount = {51}, .counterparty = other};
    EXPECT_EQ(refused(request), StatusCode::invalid);
    request.amount = {50};
    const TransactionResult moved = book(request);
    EXPECT_EQ(balance(), 100);
    EXPECT_EQ(process->credits.organization(other).snapshot().balance().value, 50);
    const auto received = process->ledger->history({.organization = other})->rows;
    ASSERT_EQ(received.size(), 1u);
    EXPECT_EQ(received.front().transaction, moved.transaction);
    EXPECT_EQ(received.front().amount.value, 50);
    EXPECT_EQ(received.front().counterparty, organization);
    // It stays purchased credit, and may go back.
    request.organization = other;
    request.counterparty = organization;
    book(request);
    EXPECT_EQ(balance(), 150);
}

TEST_F(TransactionsTest, TransferLeavesWhatRunningRequestsHold) {
    buy(50);
    const auto running = hold(organization, 20);
    TransactionRequest request{.kind = transfer, .organization = organization, .amount = {31}, .counterparty = other};
    EXPECT_EQ(refused(request), StatusCode::invalid);
    request.amount = {30};
    book(request);
    settle(*running, 20);
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, GrantExpiresOnceWithWhatIsLeft) {
    grant(100, 100, now_ms + kDayMs);
    buy(40);
    use(30);
    now_ms += kDayMs - 1;
    EXPECT_EQ(expire(), 0);
    now_ms += 1;
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(expire(), 0);
    EXPECT_EQ(balance(), 40);
    ASSERT_EQ(history(EntryKind::expiry).size(), 1u);
    EXPECT_EQ(history(EntryKind::expiry).front().amount.value, -70);
    restart();
    EXPECT_EQ(expire(), 0);
    EXPECT_EQ(balance(), 40);
}

TEST_F(TransactionsTest, ExpiryWaitsForRunningRequestsAndTheyBurnTheExpiredCredit) {
    grant(100, 100, now_ms + kDayMs);
    buy(40);
    const auto running = hold(organization, 60);
    now_ms += kDayMs;
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{60, 40}));
    settle(*running, 25);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{35, 40}));
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(balance(), 40);
}

TEST_F(TransactionsTest, ExpiredCreditThatRunningRequestsLeaveIsNobodysAtOnce) {
    grant(100, 100, now_ms + kDayMs);
    const auto first = hold(organization, 40), second = hold(organization, 40);
    now_ms += kDayMs;
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{80}));
    settle(*first, 10);
    EXPECT_FALSE(hold(organization, 1));  // before the next look at what has expired, too
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{40}));
    settle(*second, 40);
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, ExpiredCreditIsNotBurnedByRequestsAdmittedLater) {
    grant(100, 100, now_ms + kDayMs);
    buy(1000);
    auto running = hold(organization, 60);
    now_ms += kDayMs;
    EXPECT_EQ(expire(), 1);
    for (int i = 0; i < 10; ++i) {  // each overlaps with the next
        now_ms += 700;
        const auto next = hold(organization, 50);
        settle(*running, 25);
        EXPECT_EQ(expire(), i == 0 ? 1 : 0);
        running = next;
    }
    EXPECT_EQ(left(), (std::vector<std::int64_t>{1000 - 9 * 25}));
    restart(true);
    EXPECT_EQ(left(), (std::vector<std::int64_t>{1000 - 9 * 25}));
}

TEST_F(TransactionsTest, RequestsAdmittedBeforeTheExpiryAreChargedWhatTheyHold) {
    grant(100, 100, now_ms + kDayMs);
    const auto first = hold(organization, 50), second = hold(organization, 50);
    now_ms += kDayMs;
    EXPECT_EQ(expire(), 0);
    settle(*first, 0);
    settle(*second, 80);  // no more than it holds: the first one's is nobody's
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(balance(), 0);
    EXPECT_EQ(history(EntryKind::usage).front().amount.value, -50);
}

TEST_F(TransactionsTest, PromisedCreditDoesNotKeepOthersFromExpiring) {
    for (int i = 0; i < 300; ++i) grant(1, 100, now_ms + kDayMs);
    const auto running = hold(organization, 300);
    book({.kind = TransactionKind::grant, .organization = other, .amount = {7}, .expires_ms = now_ms + kDayMs + 1});
    now_ms += kDayMs + 1;
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(process->credits.organization(other).snapshot().balance().value, 0);
    settle(*running, 100);
    EXPECT_EQ(expire(), 200);
}

TEST_F(TransactionsTest, CreditThatExpiredByAWrongClockOnlyIsSpendableAgain) {
    grant(100, 100, now_ms + kDayMs);
    const auto running = hold(organization, 100);
    now_ms += kDayMs;
    EXPECT_EQ(expire(), 0);
    now_ms -= kDayMs;
    EXPECT_EQ(expire(), 0);
    settle(*running, 10);
    EXPECT_TRUE(hold(organization, 90));
}

TEST_F(TransactionsTest, ClockJumpsNeverExpireTwiceNorBringBack) {
    grant(100, 100, now_ms + kDayMs);
    grant(200, 100, now_ms + 2 * kTenYearsMs);
    buy(40);
    now_ms -= kTenYearsMs;  // backwards
    EXPECT_EQ(expire(), 0);
    now_ms += 2 * kTenYearsMs;  // ten years ahead
    EXPECT_EQ(expire(), 1);
    EXPECT_EQ(balance(), 240);
    for (const std::int64_t jump : {-kTenYearsMs, kHourMs, -kHourMs, kTenYearsMs}) {
        now_ms += jump;
        EXPECT_EQ(expire(), 0);
        restart(jump == kHourMs);
        EXPECT_EQ(balance(), 240);
    }
    now_ms = kNow;
    grant(7, 100, now_ms + kDayMs);  // of before the jump, again to come
    EXPECT_EQ(expire(), 0);
    EXPECT_EQ(balance(), 247);
}

TEST_F(TransactionsTest, WriterExpiresCreditByItself) {
    grant(100, 100, now_ms + 1);
    now_ms += 2;
    process->ledger->start();
    for (int i = 0; i < 500 && balance() > 0; ++i) ::usleep(10'000);
    process->ledger->stop();
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, ManyGrantsThatExpireAtOnceAllDo) {
    for (int i = 0; i < 600; ++i) grant(1, 100, now_ms + 1 + i % 3);
    now_ms += 10;
    EXPECT_EQ(expire(), 600);
    EXPECT_EQ(balance(), 0);
}

TEST_F(TransactionsTest, HistoryShowsUsageOncePerDayAndProject) {
    grant(1000);
    use(10);
    use(20);
    checkpoint();
    restart();
    use(30);  // the same day, after a restart
    now_ms += kDayMs;
    use(5);
    const auto rows = history(EntryKind::usage);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].amount.value, -5);
    EXPECT_EQ(rows[1].amount.value, -60);
    EXPECT_EQ(rows[1].requests, 3u);
    EXPECT_EQ(rows[1].project, project);
    EXPECT_EQ(rows[1].balance_after.value, 940);
    restart(true);  // made again from the journal's beginning, not added to
    EXPECT_EQ(history(EntryKind::usage)[1].amount.value, -60);
    EXPECT_EQ(history(EntryKind::usage)[1].requests, 3u);
}

TEST_F(TransactionsTest, HistoryListsAPurchaseWhereItsCreditMoved) {
    grant(1);
    const Id128 bought = book({.kind = purchase, .organization = organization, .amount = {10}}).transaction;
    const std::int64_t asked_ms = now_ms;
    now_ms += kHourMs;
    grant(2);
    now_ms += kHourMs;
    TransactionRequest confirmation = about(confirm_purchase, bought);
    confirmation.actor = "user:1";
    book(confirmation);
    for (const bool after_a_restart : {false, true}) {
        if (after_a_restart) restart(true);
        const auto rows = history();
        ASSERT_EQ(rows.size(), 3u);
        EXPECT_EQ(rows[0].transaction, bought);
        EXPECT_EQ(rows[0].at_ms, now_ms);
        EXPECT_EQ(rows[0].created_ms, asked_ms);
        EXPECT_EQ(rows[0].confirmed_by, "user:1");
        EXPECT_EQ(rows[0].balance_after.value, 13);
        EXPECT_EQ(rows[1].balance_after.value, 3);
        EXPECT_EQ(rows[2].balance_after.value, 1);
    }
    EXPECT_TRUE(book(about(confirm_purchase, bought)).repeated);
    EXPECT_EQ(book(about(payment_refund, bought)).moved.value, -10);
    const auto late = process->ledger->history({.organization = organization, .from_ms = now_ms});
    ASSERT_TRUE(late);
    EXPECT_EQ(late->rows.size(), 2u);
}

TEST_F(TransactionsTest, ACancelledPurchaseStaysWhereItWasAsked) {
    const Id128 bought = book({.kind = purchase, .organization = organization, .amount = {10}}).transaction;
    grant(2);
    book(about(cancel_purchase, bought));
    const auto rows = history();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].transaction, bought);
    EXPECT_EQ(rows[1].balance_after.value, 0);
    EXPECT_EQ(rows[1].confirmed_by, "");
}

TEST_F(TransactionsTest, UsageIsListedWithWhatItsDayLeft) {
    grant(100);
    use(10);
    EXPECT_EQ(history().front().balance_after.value, 90);
    grant(5);
    EXPECT_EQ(history().front().kind, EntryKind::usage);
    EXPECT_EQ(history().front().balance_after.value, 95);
    use(1);
    EXPECT_EQ(history().front().balance_after.value, 94);
    checkpoint();
    restart();
    ++now_ms;  // ids of one millisecond have an order in one process alone
    grant(6);
    EXPECT_EQ(history().front().balance_after.value, 100);
    now_ms += kDayMs;
    grant(7);
    const auto rows = history();
    EXPECT_EQ(rows[0].balance_after.value, 107);
    EXPECT_EQ(rows[1].kind, EntryKind::usage);
    EXPECT_EQ(rows[1].balance_after.value, 100);
}

TEST_F(TransactionsTest, HistoryPagesFromTheNewestWithACursor) {
    std::vector<Id128> ids;
    for (int i = 0; i < 7; ++i) ids.push_back(i % 2 == 0 ? grant(i + 1) : buy(i + 1));
    std::vector<Id128> seen;
    HistoryQuery query{.organization = organization, .limit = 3};
    for (;;) {
        const auto page = process->ledger->history(query);
        ASSERT_TRUE(page);
        for (const HistoryRow& row : page->rows) seen.push_back(row.transaction);
        if (!page->next) break;
        query.before = page->next;
    }
    std::reverse(seen.begin(), seen.end());
    EXPECT_EQ(seen, ids);
    EXPECT_EQ(history(EntryKind::purchase).size(), 3u);
}

TEST_F(TransactionsTest, HistoryRowReadsBackWhole) {
    HistoryRow row;
    row.transaction = make_uuid7(kNow);
    row.place = make_uuid7(kNow + 2);
    row.journal_position = 11;
    row.kind = EntryKind::transfer;
    row.state = TransactionState::pending;
    row.amount = {-5};
    row.asked = {-6};
    row.balance_after = {7};
    row.reference = organization;
    row.counterparty = other;
    row.project = project;
    row.at_ms = kNow + 2;
    row.created_ms = kNow;
    row.expires_ms = kNow + 1;
    row.priority = -3;
    row.requests = 9;
    row.record = key;
    row.actor = "root";
    row.confirmed_by = "user:1";
    row.note = "a note";
    const std::string bytes = encode(row);
    EXPECT_EQ(decode_history_row(row.place, bytes), row);
    for (std::size_t size = 0; size < bytes.size() - row.note.size(); ++size) {
        EXPECT_FALSE(decode_history_row(row.place, bytes.substr(0, size))) << size;
    }
}

TEST_F(TransactionsTest, WhatMakesNoSenseIsInvalid) {
    const Id128 bought = buy(100);
    const auto request = [&](TransactionKind kind, std::int64_t amount) {
        return TransactionRequest{
            .kind = kind, .organization = organization, .amount = {amount}, .counterparty = other, .reference = bought};
    };
    for (const TransactionKind kind : {purchase, TransactionKind::grant, transfer, charge_back}) {
        EXPECT_EQ(refused(request(kind, 0)), StatusCode::invalid);
        EXPECT_EQ(refused(request(kind, -1)), StatusCode::invalid);
    }
    for (const TransactionKind kind : {usage_refund, payment_refund}) {
        EXPECT_EQ(refused(request(kind, -1)), StatusCode::invalid);
    }
    EXPECT_EQ(refused(request(adjustment, 0)), StatusCode::invalid);
    EXPECT_EQ(refused(request(expiry, 5)), StatusCode::invalid);
    TransactionRequest changed = request(transfer, 5);
    changed.counterparty = organization;
    EXPECT_EQ(refused(changed), StatusCode::invalid);
    changed = request(TransactionKind::grant, 5);
    changed.expires_ms = now_ms;
    EXPECT_EQ(refused(changed), StatusCode::invalid);
    changed = request(purchase, 5);
    changed.expires_ms = now_ms + kDayMs;  // what was bought never expires
    EXPECT_EQ(refused(changed), StatusCode::invalid);
    changed = request(TransactionKind::grant, 5);
    changed.priority = -1;
    EXPECT_EQ(refused(changed), StatusCode::invalid);
    changed.priority = 1;
    changed.note = std::string(kTransactionNoteBytes + 1, 'n');
    EXPECT_EQ(refused(changed), StatusCode::invalid);
    EXPECT_EQ(balance(), 100);
}

TEST_F(TransactionsTest, CreditThatAFailedCommitTookIsNotSpentTwice) {
    buy(100);
    process->store.fail_after(0);
    TransactionRequest request{.kind = transfer, .organization = organization, .amount = {60}, .counterparty = other};
    EXPECT_EQ(refused(request), StatusCode::io);
    EXPECT_FALSE(hold(organization, 41));  // it may be booked yet
    EXPECT_TRUE(hold(organization, 40));
    EXPECT_FALSE(hold(other, 1));
    restart();
    EXPECT_EQ(balance(), 100);  // it was not
}

TEST(CreditLots, EntryThatTakesMoreThanItsLotHasIsCorrupt) {
    const Id128 organization = make_uuid7(kNow);
    CreditLots lots;
    UlidGenerator ids(1);
    const LedgerEntry given = grant_entry(ids.next(kNow), organization, {5}, kNow);
    ASSERT_TRUE(lots.apply(given).ok());
    LedgerEntry expired = grant_entry(ids.next(kNow), organization, {-6}, kNow);
    expired.kind = EntryKind::expiry;
    expired.reference = given.event;
    EXPECT_EQ(lots.apply(expired).code(), StatusCode::corrupt);
}

TEST(LedgerEntry, ReferencePriorityAndExpiryReadBack) {
    LedgerEntry entry = grant_entry(UlidGenerator(1).next(kNow), make_uuid7(kNow), {5}, kNow);
    std::array<std::byte, kLedgerEntryBytes> bytes{};
    const std::size_t without = encode(entry, bytes);
    entry.reference = make_uuid7(kNow);
    entry.priority = 7;
    entry.expires_ms = kNow + 1;
    const std::size_t size = encode(entry, bytes);
    EXPECT_GT(size, without);
    const auto read = decode_ledger_entry(std::span(bytes).first(size));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->reference, entry.reference);
    EXPECT_EQ(read->priority, 7);
    EXPECT_EQ(read->expires_ms, kNow + 1);
    EXPECT_EQ(read->leg_count, 2u);
}

TEST(LedgerEntry, NewerVersionIsTooNewAndUnknownFlagsAreCorrupt) {
    std::array<std::byte, kLedgerEntryBytes> bytes{};
    const std::size_t size = encode(grant_entry(UlidGenerator(1).next(kNow), make_uuid7(kNow), {5}, kNow), bytes);
    bytes[2] = std::byte{2};
    EXPECT_EQ(decode_ledger_entry(std::span(bytes).first(size)).error().code(), StatusCode::corrupt);
    bytes[0] = std::byte{2};
    EXPECT_EQ(decode_ledger_entry(std::span(bytes).first(size)).error().code(), StatusCode::too_new);
}

TEST(CreditLotsOrder, LotsThatHadExpiredWhenTheUsageBeganAreBurnedLast) {
    UlidGenerator ids(1);
    const Id128 organization = make_uuid7(kNow);
    CreditLots lots;
    LedgerEntry given = grant_entry(ids.next(kNow), organization, {5}, kNow);
    given.expires_ms = kNow + 1;
    ASSERT_TRUE(lots.apply(given).ok());
    ASSERT_TRUE(lots.apply(grant_entry(ids.next(kNow), organization, {7}, kNow)).ok());
    LedgerEntry used = grant_entry(ids.next(kNow + 2), organization, {-5}, kNow + 2);
    used.kind = EntryKind::usage;
    ASSERT_TRUE(lots.apply(used).ok());
    EXPECT_EQ(lots.of(organization).front().remaining.value, 5);
}

}  // namespace
}  // namespace tollgate
