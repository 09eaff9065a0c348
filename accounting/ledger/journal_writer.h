// Everything that goes into the journal once a ledger is open: blocks of settled requests, transactions, expiries and
// checkpoints. Retries a commit that failed. Used by one thread at a time: the ledger's writer thread, or the caller
// while that does not run. Functions that any thread may call are marked.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "accounting/ledger/block_writer.h"
#include "accounting/ledger/journaled_balances.h"
#include "accounting/ledger/ledger.h"
#include "accounting/ledger/transactions.h"

namespace tollgate {

class JournalWriter {
  public:
    // All references must outlive the writer.
    JournalWriter(Store& store, SlotFile& slots, CreditTable& credits, const LedgerOptions& options);

    // To be called once, before everything else, while no other thread uses the ledger.
    Status recover(std::int64_t now_ms);
    // Called after each block.
    void set_on_commit(std::function<void()> on_commit) { on_commit_ = std::move(on_commit); }

    // Commits everything that was settled before the call, as far as it can be. False if there was nothing.
    bool write_all_settled();
    // Notices a failure of another writer to the store. After a failure, makes the attempt that is due.
    void look_at_store();
    // Expires credit and makes a checkpoint, each if it is due.
    void do_what_is_due();
    // Stores the balances and the day's usage, if they have changed since they were stored.
    void checkpoint();
    // Ledger::transact and Ledger::expire_credit.
    Result<TransactionResult> book(const TransactionRequest& request, std::int64_t now_ms);
    Result<std::size_t> expire();
    // Before the end: retries a failed commit whether it is due or not, commits all that is settled, makes a
    // checkpoint.
    void finish();

    const LedgerOptions& options() const { return options_; }  // any thread; within their limits
    const JournaledBalances& balances() const { return balances_; }
    std::uint64_t committed_block() const { return writer_.committed_block(); }

    // --- Any thread
    bool accepting(std::memory_order order = std::memory_order_acquire) const { return accepting_.load(order); }
    std::string why_read_only() const;
    LedgerCounters counters() const;

  private:
    using Time = std::chrono::steady_clock::time_point;

    std::size_t write_settled();
    bool commit(bool with_checkpoint, Durability durability);
    bool checkpoint_due() const;
    bool committed(Time began);
    bool fail(const Status& status);
    void try_again();

    Store& store_;
    SlotFile& slots_;
    CreditTable& credits_;
    LedgerOptions options_;

    JournaledBalances balances_;
    BlockWriter writer_{store_, slots_, balances_};
    Transactions transactions_{store_, credits_, balances_, writer_};
    UlidGenerator ids_;
    std::vector<SlotIndex> taken_;
    Time last_checkpoint_, last_expiry_;
    std::function<void()> on_commit_;

    struct {
        std::uint64_t entries = 0;
        bool block = false, checkpoint = false;
    } in_flight_;           // the batch being committed, or waiting for its retry
    bool damaged_ = false;  // a record cannot be booked: no retry helps
    Time failed_at_, next_attempt_;

    std::atomic<bool> accepting_{true};
    mutable std::mutex failure_mutex_;
    std::string failure_message_;  // guarded by failure_mutex_; while not accepting, why
    std::atomic<std::uint64_t> blocks_{0}, entries_{0}, failures_{0}, resumes_{0}, commit_nanoseconds_{0};
    std::uint64_t recovered_settled_ = 0, recovered_open_ = 0;  // written by recover()
};

}  // namespace tollgate
