// Builds one journal block at a time and commits it: money entries, usage detail, index and, when asked, the balance
// checkpoint, in one atomic batch. Used by one thread at a time: recovery, then the journal writer.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "accounting/ledger/journaled_balances.h"
#include "accounting/ledger/ledger_entry.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "store/slot_file.h"
#include "store/store.h"

namespace tollgate {

// The newest block. Block numbers begin at 1 and have no gaps.
struct JournalEnd {
    std::uint64_t block = 0;
    BlockHash hash{};
    std::int64_t commit_ms = 0;
};

class BlockWriter {
  public:
    // All must outlive the writer.
    BlockWriter(Store& store, SlotFile& slots, JournaledBalances& balances)
        : store_(store), slots_(slots), balances_(balances) {}

    const JournalEnd& end() const { return end_; }
    void resume(const JournalEnd& end) {
        end_ = end;
        committed_block_ = end.block;
    }
    std::uint64_t committed_block() const { return committed_block_; }  // less than end() while a batch is pending

    // Adds a request's usage row and, if it moved money, its entry. The slot is marked with the block's number before
    // the commit. Fails, adding nothing to the block, if a record is unreadable or the balance would fall below zero.
    Status add_request(SlotIndex slot, std::span<const std::byte> open, std::span<const std::byte> settlement);
    Status add_entry(const LedgerEntry& entry);
    // For rows that must be committed with the block.
    WriteBatch& batch() { return batch_; }
    // An empty block is never written.
    bool empty() const { return rows_ == 0 && money_.entries() == 0; }
    std::uint32_t entries() const { return rows_ + (rows_ == 0 ? money_.entries() : 0); }
    // True when another request might pass the limit on a block's size.
    bool full() const;

    // Commits what was added, with a checkpoint if asked for; nothing if there is neither. After a failure the batch is
    // kept as it is: nothing may be added until retry() has committed it.
    Status commit(std::int64_t now_ms, Durability durability, bool with_checkpoint);
    bool pending() const { return pending_; }  // a batch failed
    // Commits the batch that failed, byte for byte: its keys are absolute, so that it does no harm where it had been
    // stored after all. ok if there is none.
    Status retry();
    // The slots of the block last committed.
    std::span<const SlotIndex> committed_slots() const { return committed_slots_; }

  private:
    void put_block(std::int64_t commit_ms);
    Status write();

    Store& store_;
    SlotFile& slots_;
    JournaledBalances& balances_;
    JournalEnd end_;
    std::uint64_t committed_block_ = 0;
    MoneyBlockBuilder money_;
    std::array<UsageBlockBuilder, kMaxRetentionClasses> usage_;  // one block for each class that has rows
    std::uint32_t rows_ = 0;                                     // in all of them
    std::size_t row_bytes_ = 0;
    WriteBatch batch_;
    BlockIndexEntry index_;
    std::int64_t last_settled_ms_ = 0;
    std::vector<SlotIndex> slots_in_block_, committed_slots_;
    Durability durability_ = Durability::process;  // of the batch that is being committed
    bool pending_ = false;
};

}  // namespace tollgate
