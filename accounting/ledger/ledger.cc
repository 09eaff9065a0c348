#include "accounting/ledger/ledger.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "accounting/ledger/journal_reader.h"
#include "accounting/ledger/journal_writer.h"

namespace tollgate {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::uint32_t kIdleIntervalMs = 20;  // how long the writer sleeps at most when nothing is settled

}  // namespace

// The writer thread, and the queue by which others reach it.
struct Ledger::State {
    State(Store& store_in, SlotFile& slots_in, CreditTable& credits, const LedgerOptions& options)
        : store(store_in), slots(slots_in), writer(store_in, slots_in, credits, options) {}

    // --- Writer thread
    void run();
    void sleep(std::unique_lock<std::mutex>& lock, std::uint32_t longest_ms);

    // --- Other threads. Runs `command` on the writer thread after all that is settled by now is committed.
    void call(const std::function<void()>& command);

    Store& store;
    SlotFile& slots;
    JournalWriter writer;

    std::mutex mutex;
    std::condition_variable wake, done;
    std::deque<std::function<void()>> commands;  // guarded by mutex, as are the next two lines
    std::uint64_t commands_queued = 0, commands_done = 0;
    bool running = false, stopping = false;
    std::atomic<bool> asked{false};  // by wake(): not to sleep
    std::thread thread;
};

// At durability process workers signal only where slots are scarce: it would cost each request a system call. The
// writer looks instead. At disk a request waits for the writer; what is settled while it writes makes the next group.
void Ledger::State::sleep(std::unique_lock<std::mutex>& lock, std::uint32_t longest_ms) {
    const bool wakes = writer.accepting(std::memory_order_relaxed);
    wake.wait_for(lock, Milliseconds(longest_ms),
                  [&] { return stopping || !commands.empty() || (wakes && asked.load(std::memory_order_relaxed)); });
    asked.store(false, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);  // with wake(): it sees `asked` unset or we see the settlement
}

void Ledger::State::run() {
    const std::uint32_t least_ms = writer.options().commit_interval_ms;
    const std::uint32_t longest_ms = std::max(least_ms, kIdleIntervalMs);
    std::uint32_t interval_ms = least_ms;
    std::unique_lock lock(mutex);
    for (;;) {
        sleep(lock, interval_ms);
        const bool last_round = stopping;
        std::deque<std::function<void()>> batch;
        batch.swap(commands);
        lock.unlock();

        writer.look_at_store();
        const bool busy = writer.write_all_settled();
        for (const auto& command : batch) command();
        writer.do_what_is_due();
        interval_ms = busy ? least_ms : std::min(interval_ms * 2, longest_ms);

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
        writer.write_all_settled();
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
    if (Status status = state->writer.recover(now_ms); !status.ok()) return std::unexpected(std::move(status));
    return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

void Ledger::start(std::function<void()> on_commit) {
    const std::lock_guard lock(state_->mutex);
    if (state_->running) return;
    state_->running = true;
    state_->writer.set_on_commit(std::move(on_commit));
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
        state_->writer.set_on_commit(nullptr);
        state_->writer.finish();
    });
}

void Ledger::wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // see State::sleep
    if (state_->asked.load(std::memory_order_relaxed)) return;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->asked.exchange(true)) return;
    }
    state_->wake.notify_one();
}

void Ledger::flush() {
    state_->call([this] {
        state_->writer.look_at_store();
        state_->writer.write_all_settled();
    });
}

Result<TransactionResult> Ledger::transact(const TransactionRequest& request, std::int64_t now_ms) {
    if (Status status = check(request); !status.ok()) return std::unexpected(status);
    Result<TransactionResult> result = failure(StatusCode::io, "not booked");
    state_->call([&] { result = state_->writer.book(request, now_ms); });
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
    state_->call([&] { result = state_->writer.expire(); });
    return result;
}

Result<HistoryPage> Ledger::history(const HistoryQuery& query) {
    state_->call([&] { state_->writer.checkpoint(); });
    return read_history(state_->store, query);
}

std::vector<CreditLot> Ledger::credit_lots(const Id128& organization) {
    std::vector<CreditLot> lots;
    state_->call([&] {
        const auto all = state_->writer.balances().lots().of(organization);
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

LedgerCounters Ledger::counters() const { return state_->writer.counters(); }

std::string Ledger::why_read_only() const { return state_->writer.why_read_only(); }

bool Ledger::accepting() const { return state_->writer.accepting(); }

}  // namespace tollgate
