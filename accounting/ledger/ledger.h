// The ledger: the money journal and the usage detail, as one append-only chain of blocks written by one thread.
// Settled slots become usage entries; grants and other external events become entries with an idempotency key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "accounting/credit/credit.h"
#include "accounting/ledger/transaction_history.h"
#include "accounting/ledger/transactions.h"
#include "accounting/ledger/usage_record.h"
#include "store/slot_file.h"
#include "store/store.h"

namespace tollgate {

// A request's record as read back; owns its bytes, copies share them.
class StoredRequest {
  public:
    static Result<StoredRequest> decode(std::span<const std::byte> open, std::span<const std::byte> settlement);
    const UsageRecord& record() const { return record_; }
    const RequestOpened& opened() const { return record_.opened; }
    const RequestSettled& settled() const { return record_.settled; }
    const PricedCandidate& answered() const { return tollgate::answered(record_); }

  private:
    StoredRequest() = default;
    std::shared_ptr<const std::string> bytes_;  // what the texts of the record point into
    UsageRecord record_;
};

// What becomes of streams that ran when the process died. What had not begun is free either way.
enum class OrphanPolicy : std::uint8_t {
    charge,  // prompt and output as counted until then, up to the hold
    free,    // nothing; what the provider is thought to charge is booked all the same
};

struct LedgerOptions {
    // disk: blocks are written as soon as the writer is free and wake() was called, and synced.
    Durability durability = Durability::process;
    std::uint32_t commit_interval_ms = 25;  // how long settled slots gather before a block is written; not at disk
    std::uint32_t checkpoint_interval_ms = 1000;  // how often absolute balances are stored
    std::uint32_t max_entries_per_block = 4096;
    std::uint32_t retry_interval_ms = 1000;  // between attempts to write again after a commit failed
    OrphanPolicy orphans = OrphanPolicy::charge;
    std::function<std::int64_t()> clock_ms = {};  // Unix time, for the writer thread; empty: the system's clock
    // Called by the writer thread with a line for the operator when writing fails and when it works again.
    std::function<void(const std::string& line)> report = {};
};

struct LedgerCounters {        // for metrics; monotonic since start
    std::uint64_t blocks = 0;  // committed
    std::uint64_t entries = 0;
    std::uint64_t failures = 0;  // commits that failed, retries included
    std::uint64_t resumes = 0;   // how often writing worked again after a failure
    std::uint64_t commit_nanoseconds = 0;
    std::uint64_t recovered_settled = 0;  // slots found settled at start and not yet in the journal
    std::uint64_t recovered_open = 0;     // slots found open at start and settled by the orphan policy
};

struct Grant {
    Id128 organization;
    NanoUsd amount;                    // > 0
    std::string idempotency_key = {};  // of the caller; empty: none
    std::string note = {};
};

struct GrantResult {
    Id128 transaction;      // ULID
    bool repeated = false;  // the idempotency key had been seen: nothing was booked now
};

// Calls that block wait for the writer thread: for threads that may (the API thread, tools), never for a worker.
class Ledger {
  public:
    // Recovers: restores balances into `credits`, replays the journal above the checkpoint, appends settled slots that
    // the journal lacks, settles or voids open ones. Call before listening. All references must outlive the ledger.
    static Result<std::unique_ptr<Ledger>> open(Store& store, SlotFile& slots, CreditTable& credits,
                                                const LedgerOptions& options, std::int64_t now_ms);
    // Writes what is settled and stops the writer thread.
    ~Ledger();

    // Starts the writer thread. It calls `on_commit` after each block, when the slots of it are released.
    void start(std::function<void()> on_commit = {});
    // For a worker that has published a settlement, and waits for its block (durability disk) or is short of slots:
    // starts the writer if it sleeps.
    void wake();
    // Stops it after everything settled so far is committed.
    void stop();

    // Commits what is settled by now, or finds that it cannot; after a failure, the attempt that is due. Blocks.
    void flush();

    // Runs `work` after what is settled by now is committed, if it can be; until it returns nothing is committed and no
    // slot is freed. Blocks.
    void at_rest(const std::function<void()>& work);

    // Books what moves credit apart from usage; committed to disk (and in `credits`) when it returns. not_found,
    // invalid (also: more than there is), already_exists, full, or the store's. If the commit fails (io), it is booked
    // as soon as the ledger can be written again: repeat it with the same idempotency key to be sure. Blocks.
    Result<TransactionResult> transact(const TransactionRequest& request, std::int64_t now_ms);
    // A transaction that is nothing but an amount.
    Result<GrantResult> grant(const Grant& grant, std::int64_t now_ms);
    // Books the expiry of credit whose time is over by the writer's clock; how many entries. The writer does so itself
    // about once a second.
    Result<std::size_t> expire_credit();
    // An organization's transactions, with its usage up to now. Blocks.
    Result<HistoryPage> history(const HistoryQuery& query);
    // What is not used up, in burn order, as journaled now. Blocks.
    std::vector<CreditLot> credit_lots(const Id128& organization);

    // A request's record, also one that is settled but not yet in the journal. not_found if unknown, expired if
    // its detail may have been dropped at the end of its retention, read_only if the journal lacks it and cannot be
    // written now. Blocks.
    Result<StoredRequest> find_request(const Id128& request);
    // The newest block, after everything settled by now is committed (or as far as the store can be written). Blocks.
    std::uint64_t newest_block();
    // Visits all journaled requests in block order but those whose retention has ended (tools and tests).
    Status for_each_request(const std::function<bool(const StoredRequest&)>& visit);

    LedgerCounters counters() const;  // any thread
    // False after a failed commit, until it has been written after all: admission stops meanwhile. Nothing is lost:
    // what runs settles in the slot file, and the batch that failed is tried again every retry_interval_ms.
    bool accepting() const;
    std::string why_read_only() const;  // the last failure's message; any thread

  private:
    struct State;
    explicit Ledger(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
