#include "accounting/ledger.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "accounting/block_writer.h"
#include "accounting/byte_codec.h"
#include "accounting/journal_reader.h"
#include "accounting/journaled_balances.h"
#include "accounting/ledger_recovery.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint32_t kIdleIntervalMs = 20;      // how long the writer sleeps at most when nothing is settled
constexpr std::uint32_t kLedgerUlidWorker = 1023;  // the last one: gateway workers count from 0
constexpr std::uint32_t kMostEntriesPerBlock = 8192;
static_assert(std::size_t{kMostEntriesPerBlock} * (kSlotOpenBytes + kSlotSettlementBytes + 8) < kMaxBlockBytes);
constexpr std::uint32_t kExpiryIntervalMs = 1000;  // how often the writer looks for credit to expire

std::int64_t system_clock_ms() {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

// Everything the writer thread owns, and the queue by which others reach it.
struct Ledger::State {
    State(Store& store_in, SlotFile& slots_in, CreditTable& credits_in, const LedgerOptions& options_in)
        : store(store_in), slots(slots_in), credits(credits_in), options(options_in), writer(store, slots, balances) {
        if (!options.clock_ms) options.clock_ms = system_clock_ms;
        options.commit_interval_ms = std::max(options.commit_interval_ms, 1u);
        options.max_entries_per_block = std::clamp(options.max_entries_per_block, 1u, kMostEntriesPerBlock);
    }

    // --- Writer thread, or the caller while none runs.
    void run();
    void sleep(std::unique_lock<std::mutex>& lock, std::uint32_t longest_ms);
    std::size_t write_settled();
    bool write_all_settled();
    bool commit(bool with_checkpoint, Durability durability);
    bool checkpoint_due() const;
    bool committed(SteadyClock::time_point began);
    bool fail(const Status& status);
    void look_at_store();
    void try_again();
    std::string why() const;
    Result<TransactionResult> book(const TransactionRequest& request, std::int64_t now_ms);
    Result<std::size_t> expire();

    // --- Other threads. Runs `command` on the writer thread after all that is settled by now is committed.
    void call(const std::function<void()>& command);

    Store& store;
    SlotFile& slots;
    CreditTable& credits;
    LedgerOptions options;

    JournaledBalances balances;
    BlockWriter writer;
    Transactions transactions{store, credits, balances, writer};
    UlidGenerator ids{kLedgerUlidWorker};
    std::vector<SlotIndex> taken;
    SteadyClock::time_point last_checkpoint = SteadyClock::now(), last_expiry = SteadyClock::now();

    struct {
        std::uint64_t entries = 0;
        bool block = false, checkpoint = false;
    } in_flight;                      // the batch being committed, or waiting for its retry
    std::function<void()> on_commit;  // written while no writer runs
    bool damaged = false;             // a record cannot be booked: no retry helps
    SteadyClock::time_point failed_at, next_attempt;

    std::atomic<std::uint64_t> blocks{0}, entries{0}, failures{0}, resumes{0}, commit_nanoseconds{0};
    Recovered recovered;  // written before any other thread knows the ledger
    std::atomic<bool> accepting{true};
    mutable std::mutex failure_mutex;
    std::string failure_message;  // guarded by failure_mutex; while not accepting, why

    std::mutex mutex;
    std::condition_variable wake, done;
    std::deque<std::function<void()>> commands;  // guarded by mutex, as are the next three
    std::uint64_t commands_queued = 0, commands_done = 0;
    bool running = false, stopping = false;
    std::atomic<bool> sleeping{false};  // at durability disk; changed under the mutex
    std::thread thread;
};

// Answers false, for its callers to pass on.
bool Ledger::State::fail(const Status& status) {
    failures.fetch_add(1, std::memory_order_relaxed);
    next_attempt = SteadyClock::now() + Milliseconds(options.retry_interval_ms);
    {
        const std::lock_guard lock(failure_mutex);
        failure_message = status.message();
    }
    if (accepting.exchange(false)) {
        failed_at = SteadyClock::now();
        if (options.report) {
            options.report("the ledger is read-only: " + status.message() +
                           "; new requests get 503, what runs settles into the slot file" +
                           (damaged ? "" : ", writing is tried again"));
        }
    }
    return false;
}

std::string Ledger::State::why() const {
    const std::lock_guard lock(failure_mutex);
    return failure_message;
}

// Others write to the store too, and their failure is ours.
void Ledger::State::look_at_store() {
    if (accepting.load(std::memory_order_relaxed) && store.read_only()) {
        fail(Status(StatusCode::read_only, "a write outside the ledger failed"));
    }
    try_again();
}

// After a failure. The same batch again, because nobody knows whether the one that failed was stored.
void Ledger::State::try_again() {
    if (accepting.load(std::memory_order_relaxed) || damaged || SteadyClock::now() < next_attempt) return;
    const auto began = SteadyClock::now();
    Status status = store.resume();
    const bool pending = writer.pending();
    if (status.ok()) status = writer.retry();
    if (!status.ok()) {
        fail(status);
        return;
    }
    if (pending) committed(began);
    resumes.fetch_add(1, std::memory_order_relaxed);
    accepting.store(true, std::memory_order_release);
    if (options.report) {
        const auto took = std::chrono::duration_cast<Milliseconds>(SteadyClock::now() - failed_at);
        options.report("the ledger is written again after " + std::to_string(took.count()) + " ms; " +
                       std::to_string(slots.awaiting_journal()) + " settled requests wait for the journal");
    }
}

bool Ledger::State::checkpoint_due() const {
    return accepting.load(std::memory_order_relaxed) && balances.changed() &&
           SteadyClock::now() - last_checkpoint >= Milliseconds(options.checkpoint_interval_ms);
}

bool Ledger::State::commit(bool with_checkpoint, Durability durability) {
    in_flight = {writer.entries(), !writer.empty(), with_checkpoint};
    const auto began = SteadyClock::now();
    const Status status = writer.commit(options.clock_ms(), durability, with_checkpoint);
    return status.ok() ? committed(began) : fail(status);
}

// What follows from the writer's batch being committed.
bool Ledger::State::committed(SteadyClock::time_point began) {
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now() - began);
    commit_nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    if (in_flight.block) blocks.fetch_add(1, std::memory_order_relaxed);
    entries.fetch_add(in_flight.entries, std::memory_order_relaxed);
    if (in_flight.checkpoint) last_checkpoint = SteadyClock::now();
    if (in_flight.block) {
        for (const SlotIndex slot : writer.committed_slots()) slots.release_committed(slot);
        if (on_commit) on_commit();
    }
    transactions.committed();
    return true;
}

// One block of what is settled; the number of requests in it.
std::size_t Ledger::State::write_settled() {
    if (!accepting.load(std::memory_order_relaxed)) return 0;
    taken.resize(options.max_entries_per_block);
    const std::size_t count = slots.take_settled(taken);
    if (count == 0) return 0;
    for (const SlotIndex slot : std::span(taken).first(count)) {
        const LeftOverSlot view = slots.view(slot);
        if (Status status = writer.add_request(slot, view.open, view.settlement); !status.ok()) {
            damaged = true;
            fail(status);
            return 0;
        }
    }
    return commit(checkpoint_due(), options.durability) ? count : 0;
}

// Until a look finds less than a block's worth: then everything settled before the look began is committed.
bool Ledger::State::write_all_settled() {
    bool any = false;
    for (;;) {
        const std::size_t count = write_settled();
        any = any || count > 0;
        if (count < options.max_entries_per_block) return any;
    }
}

Result<TransactionResult> Ledger::State::book(const TransactionRequest& request, std::int64_t now_ms) {
    if (!accepting.load(std::memory_order_relaxed)) {
        return failure(StatusCode::read_only, "nothing can be booked: an earlier write failed: " + why());
    }
    auto result = transactions.add(request, ids.next(now_ms), now_ms);
    if (!result || result->repeated) return result;
    // Whatever requests are promised, money that came from outside survives a power loss.
    if (!commit(checkpoint_due(), Durability::disk)) {
        return failure(StatusCode::io, why() +
                                           "; it is booked when the ledger can be written again: repeat it with "
                                           "the same idempotency key");
    }
    return result;
}

Result<std::size_t> Ledger::State::expire() {
    last_expiry = SteadyClock::now();
    std::size_t all = 0;
    for (;;) {
        if (!accepting.load(std::memory_order_relaxed)) return failure(StatusCode::read_only, why());
        const std::int64_t now_ms = options.clock_ms();
        const auto added = transactions.add_expiries([&] { return ids.next(now_ms); }, now_ms);
        if (!added) {
            damaged = true;
            fail(added.error());
            return added;
        }
        if (*added == 0) return all;
        if (!commit(checkpoint_due(), options.durability)) return failure(StatusCode::io, why());
        all += *added;
    }
}

// At durability process workers never signal: it would cost each request a system call. The writer looks instead. At
// disk a request waits for the writer; what is settled while it writes makes the next group.
void Ledger::State::sleep(std::unique_lock<std::mutex>& lock, std::uint32_t longest_ms) {
    const bool signalled = options.durability == Durability::disk && accepting.load(std::memory_order_relaxed);
    sleeping.store(signalled, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);  // with wake(): it sees `sleeping` or we see the settlement
    if (signalled && slots.awaiting_journal() > 0) {
        sleeping.store(false, std::memory_order_relaxed);
        return;
    }
    wake.wait_for(lock, Milliseconds(longest_ms),
                  [&] { return stopping || !commands.empty() || (signalled && !sleeping.load()); });
    sleeping.store(false, std::memory_order_relaxed);
}

void Ledger::State::run() {
    std::uint32_t interval_ms = options.commit_interval_ms;
    const std::uint32_t longest_ms = std::max(options.commit_interval_ms, kIdleIntervalMs);
    std::unique_lock lock(mutex);
    for (;;) {
        sleep(lock, interval_ms);
        const bool last_round = stopping;
        std::deque<std::function<void()>> batch;
        batch.swap(commands);
        lock.unlock();

        look_at_store();
        const bool busy = write_all_settled();
        for (const auto& command : batch) command();
        if (SteadyClock::now() - last_expiry >= Milliseconds(kExpiryIntervalMs)) (void)expire();
        if (checkpoint_due()) (void)commit(true, options.durability);
        interval_ms = busy ? options.commit_interval_ms : std::min(interval_ms * 2, longest_ms);

        lock.lock();
        commands_done += batch.size();
        if (!batch.empty()) done.notify_all();
        if (last_round && commands.empty()) break;
    }
    running = false;
}

void Ledger::State::call(const std::function<void()>& command) {
    std::unique_lock lock(mutex);
    if (!running) {  // the lock stays held: no writer can start meanwhile
        write_all_settled();
        return command();
    }
    commands.push_back(command);
    const std::uint64_t ticket = ++commands_queued;
    wake.notify_one();
    done.wait(lock, [&] { return commands_done >= ticket; });
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}

Ledger::~Ledger() { stop(); }

Result<std::unique_ptr<Ledger>> Ledger::open(Store& store, SlotFile& slots, CreditTable& credits,
                                             const LedgerOptions& options, std::int64_t now_ms) {
    auto state = std::make_unique<State>(store, slots, credits, options);
    const auto recovered = recover(store, slots, state->balances, state->writer, state->options, now_ms);
    if (!recovered) return std::unexpected(recovered.error());
    state->recovered = *recovered;
    state->blocks = recovered->blocks;
    state->entries = recovered->entries;
    state->balances.restore_into(credits);
    return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

void Ledger::start(std::function<void()> on_commit) {
    const std::lock_guard lock(state_->mutex);
    if (state_->running) return;
    state_->running = true;
    state_->on_commit = std::move(on_commit);
    state_->stopping = false;
    state_->thread = std::thread([state = state_.get()] { state->run(); });
    pthread_setname_np(state_->thread.native_handle(), "journal");
}

void Ledger::stop() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->wake.notify_one();
    if (state_->thread.joinable()) state_->thread.join();
    state_->call([this] {
        state_->on_commit = nullptr;
        state_->next_attempt = {};
        state_->try_again();
        state_->write_all_settled();
        if (accepting()) (void)state_->commit(true, state_->options.durability);
    });
}

void Ledger::wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // see State::sleep
    if (!state_->sleeping.load(std::memory_order_relaxed)) return;
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->sleeping.exchange(false)) return;
    }
    state_->wake.notify_one();
}

void Ledger::flush() {
    state_->call([this] {
        state_->look_at_store();
        state_->write_all_settled();
    });
}

Result<TransactionResult> Ledger::transact(const TransactionRequest& request, std::int64_t now_ms) {
    if (Status status = check(request, now_ms); !status.ok()) return std::unexpected(status);
    Result<TransactionResult> result = failure(StatusCode::io, "not booked");
    state_->call([&] { result = state_->book(request, now_ms); });
    return result;
}

Result<GrantResult> Ledger::grant(const Grant& grant, std::int64_t now_ms) {
    const auto result = transact({.kind = TransactionKind::grant,
                                  .organization = grant.organization,
                                  .amount = grant.amount,
                                  .idempotency_key = grant.idempotency_key,
                                  .note = grant.note},
                                 now_ms);
    if (!result) return std::unexpected(result.error());
    return GrantResult{result->transaction, result->repeated};
}

Result<std::size_t> Ledger::expire_credit() {
    Result<std::size_t> result = 0;
    state_->call([&] { result = state_->expire(); });
    return result;
}

Result<HistoryPage> Ledger::history(const HistoryQuery& query) {
    state_->call([&] {  // the checkpoint brings the day's usage up to date
        if (accepting() && state_->balances.changed()) (void)state_->commit(true, state_->options.durability);
    });
    return read_history(state_->store, query);
}

std::vector<CreditLot> Ledger::credit_lots(const Id128& organization) {
    std::vector<CreditLot> lots;
    state_->call([&] {
        const auto all = state_->balances.lots().of(organization);
        lots.assign(all.begin(), all.end());
    });
    return lots;
}

void Ledger::at_rest(const std::function<void()>& work) { state_->call(work); }

Result<StoredRequest> Ledger::find_request(const Id128& request) {
    std::uint64_t last = 0;
    bool complete = false;
    state_->call([&] {
        last = state_->writer.committed_block();
        complete = accepting();
    });
    auto found = JournalReader(state_->store).find(request, last);
    if (!found && found.error().code() == StatusCode::not_found && !complete) {
        return failure(StatusCode::read_only, "not in the journal, which cannot be written: " + why_read_only());
    }
    return found;
}

std::uint64_t Ledger::newest_block() {
    std::uint64_t newest = 0;
    state_->call([&] { newest = state_->writer.committed_block(); });
    return newest;
}

Status Ledger::for_each_request(const std::function<bool(const StoredRequest&)>& visit) {
    JournalReader reader(state_->store);
    const auto last = reader.last_block();
    if (!last) return last.error();
    bool more = true;
    for (std::uint64_t block = 1; block <= *last && more; ++block) {
        Status bad;
        Status status = reader.for_each_row(block, [&](const UsageRow& row) {
            const auto request = StoredRequest::decode(row.open, row.settlement);
            if (!request) bad = request.error();
            more = request && visit(*request);
            return more;
        });
        if (!status.ok() && status.code() != StatusCode::expired) return status;
        if (!bad.ok()) return bad;
    }
    return {};
}

LedgerCounters Ledger::counters() const {
    LedgerCounters counters;
    counters.blocks = state_->blocks.load(std::memory_order_relaxed);
    counters.entries = state_->entries.load(std::memory_order_relaxed);
    counters.failures = state_->failures.load(std::memory_order_relaxed);
    counters.resumes = state_->resumes.load(std::memory_order_relaxed);
    counters.commit_nanoseconds = state_->commit_nanoseconds.load(std::memory_order_relaxed);
    counters.recovered_settled = state_->recovered.settled;
    counters.recovered_open = state_->recovered.open;
    return counters;
}

std::string Ledger::why_read_only() const { return state_->why(); }

bool Ledger::accepting() const { return state_->accepting.load(std::memory_order_acquire); }

}  // namespace tollgate
