// For tests of transactions: a ledger on a store in memory, with organizations that use credit and a clock to set.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/verify/ledger_verifier.h"
#include "store/key_space.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {

inline constexpr std::int64_t kNow = 1'795'219'200'000;  // midnight UTC
inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr std::int64_t kTenYearsMs = 3652 * kDayMs;

// A ledger that nobody started, on a store in memory, with a clock that the test sets.
struct Process {
    Process(const MemoryStore::Contents& contents, const std::string& slot_file, std::uint64_t boot,
            const std::int64_t& clock)
        : store(contents) {
        auto file = SlotFile::open({.path = slot_file, .slots = 64, .boot_epoch = boot});
        if (!file) return;
        slots = std::move(*file);
        LedgerOptions options;
        options.clock_ms = [&clock] { return clock; };
        auto opened = Ledger::open(store, *slots, credits, options, clock);
        if (!opened) {
            ADD_FAILURE() << opened.error().message();
            return;
        }
        ledger = std::move(*opened);
    }

    MemoryStore store;
    std::unique_ptr<SlotFile> slots;
    CreditTable credits;
    std::unique_ptr<Ledger> ledger;
};

class TransactionsTest : public testing::Test {
  protected:
    TransactionsTest() { process = std::make_unique<Process>(MemoryStore::Contents{}, slot_file(), ++boots_, now_ms); }
    ~TransactionsTest() override {
        const VerifyReport report = verify_ledger(process->store);
        EXPECT_FALSE(report.difference) << to_string(*report.difference);
        process.reset();
    }

    // kill -9 and a new start. Without the checkpoint everything comes from the journal's beginning.
    void restart(bool forget_checkpoint = false) {
        auto contents = process->store.contents();
        if (forget_checkpoint) {
            contents[static_cast<std::size_t>(Family::balances)].clear();
            contents[static_cast<std::size_t>(Family::system)].erase(std::string(kCheckpointBlockKey));
        }
        const std::string before = slot_file();
        ++files_;
        std::filesystem::copy_file(before, slot_file());
        process->store.fail_after(0);  // the old one cannot write any more
        process = std::make_unique<Process>(contents, slot_file(), ++boots_, now_ms);
        ASSERT_TRUE(process->ledger);
    }
    void checkpoint() { EXPECT_TRUE(process->ledger->history({.organization = organization})); }

    TransactionResult book(const TransactionRequest& request) {
        const auto result = process->ledger->transact(request, now_ms);
        EXPECT_TRUE(result) << result.error().message();
        return result.value_or(TransactionResult{});
    }
    StatusCode refused(const TransactionRequest& request) {
        const auto result = process->ledger->transact(request, now_ms);
        return result ? StatusCode::ok : result.error().code();
    }
    Id128 grant(std::int64_t amount, std::int32_t priority = kDefaultLotPriority, std::int64_t expires_ms = 0) {
        return book({.kind = TransactionKind::grant,
                     .organization = organization,
                     .amount = {amount},
                     .priority = priority,
                     .expires_ms = expires_ms})
            .transaction;
    }
    Id128 buy(std::int64_t amount) {
        const Id128 id =
            book({.kind = TransactionKind::purchase, .organization = organization, .amount = {amount}}).transaction;
        book({.kind = TransactionKind::confirm_purchase, .organization = organization, .reference = id});
        return id;
    }
    TransactionRequest about(TransactionKind kind, const Id128& reference, std::int64_t amount = 0) {
        return {.kind = kind, .organization = organization, .amount = {amount}, .reference = reference};
    }

    Spenders spenders() { return {nullptr, nullptr, &process->credits.key(organization, key)}; }

    struct Running {
        Id128 id, organization;
        SlotIndex slot = 0;
        NanoUsd held;
        std::int64_t admitted_ms = 0;
    };
    std::optional<Running> hold(const Id128& of, std::int64_t amount) {
        const Demand demand{.amount = {amount}, .unix_ms = now_ms};
        if (process->credits.organization(of).hold(spenders(), demand).refusal) return std::nullopt;
        RequestOpened opened;
        opened.request = ids_.next(now_ms);
        opened.organization = of;
        opened.project = project;
        opened.key = key;
        opened.created_ms = now_ms;
        opened.candidates.add({.model = "sample/echo", .provider = "sample"});
        opened.hold = {amount};
        const auto slot = process->slots->acquire(0);
        std::array<std::byte, kSlotOpenBytes> bytes;
        process->slots->publish_open(*slot, std::span(bytes).first(encode(opened, bytes)));
        return Running{opened.request, of, *slot, {amount}, now_ms};
    }
    Id128 settle(const Running& running, std::int64_t cost) {
        auto& credit = process->credits.organization(running.organization);
        const Charge charge =
            credit.settle(spenders(), {.held = running.held, .cost = {cost}, .unix_ms = running.admitted_ms});
        RequestSettled settled;
        settled.settled_ms = now_ms;
        settled.cost = {cost};
        settled.charged = charge.charged;
        settled.overrun = charge.overrun;
        std::array<std::byte, kSlotSettlementBytes> bytes;
        process->slots->publish_settled(0, running.slot, std::span(bytes).first(encode(settled, bytes)));
        return running.id;
    }
    Id128 use(std::int64_t cost) {
        const auto running = hold(organization, cost);
        EXPECT_TRUE(running);
        return running ? settle(*running, cost) : Id128{};
    }

    std::int64_t balance() { return process->credits.organization(organization).snapshot().balance().value; }
    // What is left of each lot, in burn order.
    std::vector<std::int64_t> left() {
        std::vector<std::int64_t> remaining;
        for (const CreditLot& lot : process->ledger->credit_lots(organization)) {
            remaining.push_back(lot.remaining.value);
        }
        return remaining;
    }
    std::vector<HistoryRow> history(std::optional<EntryKind> kind = {}) {
        return process->ledger->history({.organization = organization, .kind = kind, .limit = 1000})->rows;
    }
    std::int64_t expire() { return static_cast<std::int64_t>(process->ledger->expire_credit().value()); }
    std::string slot_file() const { return directory_.file(std::to_string(files_)); }

    std::int64_t now_ms = kNow;
    const Id128 organization = make_uuid7(kNow), other = make_uuid7(kNow + 1), project = make_uuid7(kNow + 2);
    const KeyDigest key = digest_key("key");
    std::unique_ptr<Process> process;

  private:
    TemporaryDirectory directory_;
    int files_ = 0;
    std::uint64_t boots_ = 0;
    UlidGenerator ids_{1};
};

}  // namespace tollgate
