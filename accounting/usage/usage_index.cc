#include "accounting/usage/usage_index.h"

#include <pthread.h>

#include <chrono>

#include "store/key_space.h"

namespace tollgate {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMostPendingBytes = 8u << 20;  // of chunks
constexpr std::size_t kMostPendingRollups = 65'536;  // rows by the minute
constexpr std::uint32_t kRetryIntervalMs = 1000;     // after a read or a write that failed

std::int64_t system_clock_ms() {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<std::uint64_t> stored_watermark(Store& store) { return JournalFollower(store, kIndexedBlockKey).stored(); }

UsageIndex::UsageIndex(Store& store, UsageIndexOptions options)
    : store_(store),
      options_(std::move(options)),
      follower_(store, kIndexedBlockKey),
      chunks_(store),
      rollups_(store),
      last_uses_(store) {
    if (!options_.clock_ms) options_.clock_ms = system_clock_ms;
}

Result<std::unique_ptr<UsageIndex>> UsageIndex::open(Store& store, UsageIndexOptions options) {
    std::unique_ptr<UsageIndex> index(new UsageIndex(store, std::move(options)));
    if (Status status = index->follower_.rewind(); !status.ok()) return std::unexpected(status);
    const std::uint64_t block = index->follower_.position();
    index->indexed_block_ = index->stored_block_ = block;
    index->indexed_ = index->stored_ = block;
    return index;
}

UsageIndex::~UsageIndex() { stop(); }

void UsageIndex::start() {
    if (thread_.joinable()) return;
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "usage");
}

void UsageIndex::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    note(catch_up());
    note(flush());
}

void UsageIndex::note(const Status& status) {
    if (!status.ok()) failures_.fetch_add(1, std::memory_order_relaxed);
}

void UsageIndex::run() {
    auto last_flush = SteadyClock::now();
    std::uint32_t pause_ms = 0;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, Milliseconds(pause_ms), [this] { return stopping_ || wanted_; });
            if (stopping_) return;
            wanted_ = false;
        }
        Status status = catch_up();
        if (status.ok() && SteadyClock::now() - last_flush >= Milliseconds(options_.flush_interval_ms)) {
            last_flush = SteadyClock::now();
            status = flush();
        }
        if (status.ok()) status = enforce_retention_if_due();
        note(status);
        pause_ms = status.ok() ? options_.poll_interval_ms : std::max(options_.poll_interval_ms, kRetryIntervalMs);
    }
}

Status UsageIndex::catch_up() {
    if (Status status = settle_failed_flush(); !status.ok()) return status;
    return follower_.advance([this](std::uint64_t block, std::span<const UsageRow> rows) -> Status {
        const bool full = chunks_.bytes() >= kMostPendingBytes || rollups_.pending() >= kMostPendingRollups;
        // What can't be stored waits in the journal, not here.
        if (Status status = full ? flush() : Status(); !status.ok()) return status;
        take_in(block, rows);
        return {};
    });
}

void UsageIndex::take_in(std::uint64_t number, std::span<const UsageRow> rows) {
    const std::lock_guard lock(mutex_);
    for (std::uint32_t place = 0; place < rows.size(); ++place) {
        const auto record = decode_record(rows[place].open, rows[place].settlement);
        if (!record) continue;  // it could not have been written
        const std::uint32_t day = bucket_of(RollupGrain::day, record->settled.settled_ms);
        chunks_.add({.day = day, .block = number, .row = place}, record->opened, rows[place]);
        rollups_.add(*record);
        const RequestOpened& opened = record->opened;
        last_uses_.note_key(opened.key, opened.created_ms);
        last_uses_.note_member(opened.organization, opened.member, opened.created_ms);
        live_.add(opened.organization, rows[place]);
    }
    rows_.fetch_add(rows.size(), std::memory_order_relaxed);
    indexed_block_ = number;
    indexed_.store(number, std::memory_order_relaxed);
    advanced_.notify_all();
}

// Of a commit that failed all is stored or nothing. Adding what is stored already would count it twice: then it is
// forgotten here, and what came in since is taken in again.
Status UsageIndex::settle_failed_flush() {
    if (!flush_failed_) return {};
    if (store_.read_only()) return {StatusCode::read_only, "usage index: an earlier write failed"};
    const auto block = follower_.stored();
    if (!block) return block.error();
    const std::lock_guard lock(mutex_);
    flush_failed_ = false;
    if (*block == stored_block_) return {};
    if (Status status = follower_.rewind(); !status.ok()) return status;
    chunks_.clear();
    rollups_.clear();
    indexed_block_ = stored_block_ = *block;
    indexed_.store(*block, std::memory_order_relaxed);
    stored_.store(*block, std::memory_order_relaxed);
    return {};
}

Status UsageIndex::flush() {
    if (Status status = settle_failed_flush(); !status.ok()) return status;
    if (indexed_block_ == stored_block_ && !last_uses_.waiting()) return {};
    WriteBatch batch;
    if (Status status = last_uses_.add_to(batch); !status.ok()) return status;
    chunks_.add_to(batch);
    if (Status status = rollups_.add_to(batch); !status.ok()) return status;
    follower_.put_watermark(batch);
    // Readers see what waits or what is stored, never both.
    const std::lock_guard lock(mutex_);
    Status committed = store_.commit(batch, Durability::process);
    flush_failed_ = !committed.ok();
    if (flush_failed_) return committed;
    chunks_.clear();
    rollups_.clear();
    last_uses_.committed();
    stored_block_ = indexed_block_;
    stored_.store(stored_block_, std::memory_order_relaxed);
    flushes_.fetch_add(1, std::memory_order_relaxed);
    return {};
}

Status UsageIndex::enforce_retention_if_due() {
    const std::int64_t now_ms = options_.clock_ms();
    const std::uint32_t today = bucket_of(RollupGrain::day, now_ms);
    if (today == retained_day_) return {};
    // What waits may belong to a day that goes: it is stored first, so that it goes with it.
    if (Status status = flush(); !status.ok()) return status;
    if (Status status = enforce_retention(store_, options_.retention, now_ms); !status.ok()) return status;
    retained_day_ = today;
    return {};
}

bool UsageIndex::wait_for(std::uint64_t block, std::uint32_t timeout_ms) {
    std::unique_lock lock(mutex_);
    if (indexed_block_ >= block) return true;
    wanted_ = true;
    wake_.notify_one();
    return advanced_.wait_for(lock, Milliseconds(timeout_ms), [&] { return indexed_block_ >= block; });
}

Result<UsagePage> UsageIndex::list(const UsageListQuery& query) {
    const std::lock_guard lock(mutex_);
    return list_usage(chunks_, query);
}

Result<UsageValues> UsageIndex::values(const UsageValuesQuery& query) {
    const std::lock_guard lock(mutex_);
    return usage_values(chunks_, query);
}

Result<UsageReport> UsageIndex::report(const UsageReportQuery& query) {
    const std::lock_guard lock(mutex_);
    return report_usage(rollups_, query);
}

UsageIndexCounters UsageIndex::counters() const {
    UsageIndexCounters counters;
    counters.rows = rows_.load(std::memory_order_relaxed);
    counters.flushes = flushes_.load(std::memory_order_relaxed);
    counters.failures = failures_.load(std::memory_order_relaxed);
    counters.indexed_block = indexed_.load(std::memory_order_relaxed);
    counters.stored_block = stored_.load(std::memory_order_relaxed);
    return counters;
}

}  // namespace tollgate
