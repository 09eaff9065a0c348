// Follows the journal (journal_follower.h): adds the rows of every committed block to the chunks by organization and to
// the rollups. Every minute it stores both, with the number of the last block that they include. Queries read what is
// stored and what waits. After a crash it continues from that number, so nothing is missing and nothing counts twice.
// It can be rebuilt from the journal; the journal's writer does nothing for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "accounting/usage/journal_follower.h"
#include "accounting/usage/last_uses.h"
#include "accounting/usage/live_usage.h"
#include "accounting/usage/retention.h"
#include "accounting/usage/rollups.h"
#include "accounting/usage/usage_chunks.h"
#include "accounting/usage/usage_query.h"
#include "accounting/usage/usage_report.h"
#include "store/store.h"

namespace tollgate {

struct UsageIndexOptions {
    std::uint32_t poll_interval_ms = 200;      // how far it may be behind the journal while there are no queries
    std::uint32_t flush_interval_ms = 60'000;  // a row by the minute is then written once or twice
    RetentionPolicy retention = {};
    std::function<std::int64_t()> clock_ms = {};  // Unix time, for retention; empty: the system's clock
};

struct UsageIndexCounters {  // since start
    std::uint64_t rows = 0;
    std::uint64_t flushes = 0;
    std::uint64_t failures = 0;  // of reads and writes; each is tried again
    std::uint64_t indexed_block = 0;
    std::uint64_t stored_block = 0;  // what a restart begins behind
};

// The last block of the journal that the stored listings and rollups include; 0: none yet.
Result<std::uint64_t> stored_watermark(Store& store);

class UsageIndex {
  public:
    // `store` must outlive it. corrupt if the watermark is malformed.
    static Result<std::unique_ptr<UsageIndex>> open(Store& store, UsageIndexOptions options);
    // Stops the thread; flushes.
    ~UsageIndex();

    void start();
    void stop();

    // --- By the thread, or by the caller while none runs.
    // Takes in everything that is committed; flushes when much waits.
    Status catch_up();
    Status flush();
    // Once a UTC day, and the first time.
    Status enforce_retention_if_due();

    // --- Any thread that may block.
    // Waits until `block` is taken in. False if it was not within the time.
    bool wait_for(std::uint64_t block, std::uint32_t timeout_ms);
    Result<UsagePage> list(const UsageListQuery& query);
    Result<UsageValues> values(const UsageValuesQuery& query);
    Result<UsageReport> report(const UsageReportQuery& query);
    UsageIndexCounters counters() const;
    // Any thread: it has a lock of its own. Requests are noted in it as they are taken in.
    LastUses& last_uses() { return last_uses_; }
    // The same. What is taken in is shown in it.
    LiveUsage& live() { return live_; }

  private:
    UsageIndex(Store& store, UsageIndexOptions options);
    void take_in(std::uint64_t block, std::span<const UsageRow> rows);
    Status settle_failed_flush();
    void run();
    void note(const Status& status);

    Store& store_;
    UsageIndexOptions options_;
    std::uint32_t retained_day_ = 0;  // when retention was last enforced
    bool flush_failed_ = false;       // and whether it was stored is not known

    JournalFollower follower_;
    // The thread alone changes these, and others read them: it locks to change, others to read.
    std::mutex mutex_;
    UsageChunks chunks_;
    Rollups rollups_;
    LastUses last_uses_;
    LiveUsage live_;
    std::uint64_t indexed_block_ = 0, stored_block_ = 0;

    std::atomic<std::uint64_t> rows_{0}, flushes_{0}, failures_{0}, indexed_{0}, stored_{0};  // for counters()
    std::condition_variable wake_, advanced_;
    bool stopping_ = false, wanted_ = false;
    std::thread thread_;
};

}  // namespace tollgate
