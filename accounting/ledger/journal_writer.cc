#include "accounting/ledger/journal_writer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "accounting/ledger/ledger_recovery.h"

namespace tollgate {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint32_t kLedgerUlidWorker = 1023;  // the last one: gateway workers count from 0
constexpr std::uint32_t kMostEntriesPerBlock = 8192;
static_assert(std::size_t{kMostEntriesPerBlock} * (kSlotOpenBytes + kSlotSettlementBytes + 8) < kMaxBlockBytes);
constexpr std::uint32_t kExpiryIntervalMs = 1000;  // how often the writer looks for credit to expire

std::int64_t system_clock_ms() {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

LedgerOptions within_limits(LedgerOptions options) {
    if (!options.clock_ms) options.clock_ms = system_clock_ms;
    options.commit_interval_ms = std::max(options.commit_interval_ms, 1u);
    options.max_entries_per_block = std::clamp(options.max_entries_per_block, 1u, kMostEntriesPerBlock);
    return options;
}

}  // namespace

JournalWriter::JournalWriter(Store& store, SlotFile& slots, CreditTable& credits, const LedgerOptions& options)
    : store_(store),
      slots_(slots),
      credits_(credits),
      options_(within_limits(options)),
      ids_(kLedgerUlidWorker),
      last_checkpoint_(SteadyClock::now()),
      last_expiry_(SteadyClock::now()) {}

Status JournalWriter::recover(std::int64_t now_ms) {
    const auto recovered = tollgate::recover(store_, slots_, balances_, writer_, options_, now_ms);
    if (!recovered) return recovered.error();
    recovered_settled_ = recovered->settled;
    recovered_open_ = recovered->open;
    blocks_ = recovered->blocks;
    entries_ = recovered->entries;
    balances_.restore_into(credits_);
    return {};
}

// Answers false, for its callers to pass on.
bool JournalWriter::fail(const Status& status) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    next_attempt_ = SteadyClock::now() + Milliseconds(options_.retry_interval_ms);
    {
        const std::lock_guard lock(failure_mutex_);
        failure_message_ = status.message();
    }
    if (accepting_.exchange(false)) {
        failed_at_ = SteadyClock::now();
        if (options_.report) {
            options_.report("the ledger is read-only: " + status.message() +
                            "; new requests get 503, what runs settles into the slot file" +
                            (damaged_ ? "" : ", writing is tried again"));
        }
    }
    return false;
}

std::string JournalWriter::why_read_only() const {
    const std::lock_guard lock(failure_mutex_);
    return failure_message_;
}

void JournalWriter::look_at_store() {
    if (accepting_.load(std::memory_order_relaxed) && store_.read_only()) {
        fail(Status(StatusCode::read_only, "a write outside the ledger failed"));
    }
    try_again();
}

// After a failure. The same batch again, because nobody knows whether the one that failed was stored.
void JournalWriter::try_again() {
    if (accepting_.load(std::memory_order_relaxed) || damaged_ || SteadyClock::now() < next_attempt_) return;
    const auto began = SteadyClock::now();
    Status status = store_.resume();
    const bool pending = writer_.pending();
    if (status.ok()) status = writer_.retry();
    if (!status.ok()) {
        fail(status);
        return;
    }
    if (pending) committed(began);
    resumes_.fetch_add(1, std::memory_order_relaxed);
    accepting_.store(true, std::memory_order_release);
    if (options_.report) {
        const auto took = std::chrono::duration_cast<Milliseconds>(SteadyClock::now() - failed_at_);
        options_.report("the ledger is written again after " + std::to_string(took.count()) + " ms; " +
                        std::to_string(slots_.awaiting_journal()) + " settled requests wait for the journal");
    }
}

bool JournalWriter::checkpoint_due() const {
    return accepting_.load(std::memory_order_relaxed) && balances_.changed() &&
           SteadyClock::now() - last_checkpoint_ >= Milliseconds(options_.checkpoint_interval_ms);
}

bool JournalWriter::commit(bool with_checkpoint, Durability durability) {
    in_flight_ = {writer_.entries(), !writer_.empty(), with_checkpoint};
    const auto began = SteadyClock::now();
    const Status status = writer_.commit(options_.clock_ms(), durability, with_checkpoint);
    return status.ok() ? committed(began) : fail(status);
}

// What follows from the batch being committed.
bool JournalWriter::committed(SteadyClock::time_point began) {
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now() - began);
    commit_nanoseconds_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    if (in_flight_.block) blocks_.fetch_add(1, std::memory_order_relaxed);
    entries_.fetch_add(in_flight_.entries, std::memory_order_relaxed);
    if (in_flight_.checkpoint) last_checkpoint_ = SteadyClock::now();
    if (in_flight_.block) {
        for (const SlotIndex slot : writer_.committed_slots()) slots_.release_committed(slot);
        if (on_commit_) on_commit_();
    }
    transactions_.committed();
    return true;
}

// One block of what is settled; the number of requests in it.
std::size_t JournalWriter::write_settled() {
    if (!accepting_.load(std::memory_order_relaxed)) return 0;
    taken_.resize(options_.max_entries_per_block);
    const std::size_t count = slots_.take_settled(taken_);
    if (count == 0) return 0;
    constexpr std::size_t kPrefetched = 3;  // slots
    for (std::size_t i = 0; i < count; ++i) {
        if (i + kPrefetched < count) slots_.prefetch(taken_[i + kPrefetched]);
        const LeftOverSlot view = slots_.view(taken_[i]);
        if (Status status = writer_.add_request(taken_[i], view.open, view.settlement); !status.ok()) {
            damaged_ = true;
            fail(status);
            return 0;
        }
    }
    return commit(checkpoint_due(), options_.durability) ? count : 0;
}

// A look that finds less than a block's worth was the last: what was settled before it began is committed.
bool JournalWriter::write_all_settled() {
    bool any = false;
    for (;;) {
        const std::size_t count = write_settled();
        any = any || count > 0;
        if (count < options_.max_entries_per_block) return any;
    }
}

Result<TransactionResult> JournalWriter::book(const TransactionRequest& request, std::int64_t now_ms) {
    if (!accepting_.load(std::memory_order_relaxed)) {
        return failure(StatusCode::read_only, "nothing can be booked: an earlier write failed: " + why_read_only());
    }
    auto result = transactions_.add(request, ids_.next(now_ms), now_ms);
    if (!result || result->repeated) return result;
    // Whatever requests are promised, money that came from outside survives a power loss.
    if (!commit(checkpoint_due(), Durability::disk)) {
        return failure(StatusCode::io, why_read_only() +
                                           "; it is booked when the ledger can be written again: repeat it with "
                                           "the same idempotency key");
    }
    return result;
}

Result<std::size_t> JournalWriter::expire() {
    last_expiry_ = SteadyClock::now();
    std::size_t all = 0;
    for (;;) {
        if (!accepting_.load(std::memory_order_relaxed)) return failure(StatusCode::read_only, why_read_only());
        const std::int64_t now_ms = options_.clock_ms();
        const auto added = transactions_.add_expiries([&] { return ids_.next(now_ms); }, now_ms);
        if (!added) {
            damaged_ = true;
            fail(added.error());
            return added;
        }
        if (*added == 0) return all;
        if (!commit(checkpoint_due(), options_.durability)) return failure(StatusCode::io, why_read_only());
        all += *added;
    }
}

void JournalWriter::do_what_is_due() {
    if (SteadyClock::now() - last_expiry_ >= Milliseconds(kExpiryIntervalMs)) {
        [[maybe_unused]] const auto expired = expire();  // a failure is in the state already
    }
    if (checkpoint_due()) (void)commit(true, options_.durability);
}

void JournalWriter::checkpoint() {
    if (accepting() && balances_.changed()) (void)commit(true, options_.durability);
}

void JournalWriter::finish() {
    next_attempt_ = {};
    try_again();
    write_all_settled();
    if (accepting()) (void)commit(true, options_.durability);
}

LedgerCounters JournalWriter::counters() const {
    LedgerCounters counters;
    counters.blocks = blocks_.load(std::memory_order_relaxed);
    counters.entries = entries_.load(std::memory_order_relaxed);
    counters.failures = failures_.load(std::memory_order_relaxed);
    counters.resumes = resumes_.load(std::memory_order_relaxed);
    counters.commit_nanoseconds = commit_nanoseconds_.load(std::memory_order_relaxed);
    counters.recovered_settled = recovered_settled_;
    counters.recovered_open = recovered_open_;
    return counters;
}

}  // namespace tollgate
