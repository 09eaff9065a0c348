// Counters of what organizations used, by minute, quarter hour, hour and day (UTC, by the time of settlement) and by
// project, member, key, model and provider. What came in since the last flush is held here as differences by the
// minute; flushing adds them to the absolute values in Family::rollups, so that the store never holds part of an
// addition.
//
// Value of a row: version u8, project, member (16 bytes each), key (32), model, provider (length u8 + text), then
// integers of seven bits a byte, lowest first, the top bit set on all but the last: the counters in the order of
// RollupCounters, then for both histograms the number of bins and each bin's index (u8) and count.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/ledger/usage_record.h"
#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

// Counts of milliseconds in bins that grow by a fifth: a quantile is within 10 % of a value that was counted. Merging
// adds the bins.
class LatencyHistogram {
  public:
    void add(std::int64_t milliseconds);
    void add_bin(std::uint8_t bin, std::uint64_t count) {  // quickest in ascending order
        if (!bins_.empty() && bins_.back().index >= bin) return insert_bin(bin, count);
        bins_.push_back({bin, count});
    }
    void merge(const LatencyHistogram& other);
    void clear() { bins_.clear(); }  // keeps its room
    std::uint64_t count() const;
    // In milliseconds; -1 if nothing was counted. `part` from 0 to 1.
    std::int64_t quantile(double part) const;

    struct Bin {
        std::uint8_t index;
        std::uint64_t count;
        bool operator==(const Bin&) const = default;
    };
    std::span<const Bin> bins() const { return bins_; }
    bool operator==(const LatencyHistogram&) const = default;

  private:
    void insert_bin(std::uint8_t bin, std::uint64_t count);

    std::vector<Bin> bins_;  // those that count something, ascending
};

// Many histograms added up, quicker than by merging them two by two: a number for every bin there can be.
class LatencySum {
  public:
    void add(const LatencyHistogram& histogram) {
        for (const LatencyHistogram::Bin& bin : histogram.bins()) counts_[bin.index] += bin.count;
    }
    LatencyHistogram histogram() const;

  private:
    std::array<std::uint64_t, 256> counts_{};
};

struct RollupCounters {
    std::int64_t requests = 0;
    std::int64_t client_errors = 0;  // 4xx
    std::int64_t server_errors = 0;  // 5xx, and requests that died with the process
    std::int64_t cancelled = 0;      // the client left; in neither of the two above
    std::int64_t streamed = 0, cache_hits = 0, byok = 0;
    std::int64_t prompt_tokens = 0, completion_tokens = 0;
    std::int64_t cache_read_tokens = 0, cache_write_tokens = 0, reasoning_tokens = 0;  // inside the two above
    std::int64_t cache_write_1h_tokens = 0;                                            // inside cache_write_tokens
    std::int64_t cost_nano = 0, charged_nano = 0, provider_cost_nano = 0;
    std::int64_t byok_cost_nano = 0;  // provider cost of requests by the organization's own provider key
    LatencyHistogram latency, first_token;

    void add(const UsageRecord& record);
    void add_numbers(const RollupCounters& other);  // all but the histograms
    void merge(const RollupCounters& other);
    bool operator==(const RollupCounters&) const = default;
};

// Quarter hours are there for days of time zones that are not whole hours from UTC: no zone needs less.
enum class RollupGrain : std::uint8_t { minute = 1, hour = 2, day = 3, quarter_hour = 4 };
std::int64_t milliseconds_of(RollupGrain grain);
// Number of the minute, quarter hour, hour or day since 1970-01-01 UTC.
std::uint32_t bucket_of(RollupGrain grain, std::int64_t unix_ms);
std::int64_t bucket_begin_ms(RollupGrain grain, std::uint32_t bucket);
// The day in the row's key: 0 for day rows, which are kept.
std::uint32_t rollup_day_of(RollupGrain grain, std::uint32_t bucket);

// Views into the record or row they were read from.
struct RollupDimensions {
    Id128 organization, project, member;
    KeyDigest key;
    std::string_view model, provider;
    bool operator==(const RollupDimensions&) const = default;
};

struct RollupRow {
    RollupDimensions dimensions;
    RollupGrain grain = RollupGrain::day;
    std::uint32_t bucket = 0;
    const RollupCounters* counters = nullptr;
};

std::string encode_rollup(const RollupDimensions& dimensions, const RollupCounters& counters);
// The organization is not in the value. corrupt or too_new if it can't be read; then the outputs are unspecified.
Status decode_rollup(std::string_view value, RollupDimensions& dimensions, RollupCounters& counters);

// Not thread-safe.
class Rollups {
  public:
    explicit Rollups(Store& store) : store_(store) {}

    void add(const UsageRecord& record);
    std::size_t pending() const { return pending_.size(); }
    // Puts the absolute values of every row that changed into `batch`, which must be committed before clear(). Changes
    // nothing here.
    Status add_to(WriteBatch& batch) const;
    // After the commit: the differences are in the store.
    void clear() { pending_.clear(); }

    // Visits the rows of an organization in [from, to) buckets, those in the store and what is pending (several visits
    // may be of the same row), until `visit` returns false.
    using Visit = std::function<bool(const RollupRow&)>;
    Status visit(const Id128& organization, RollupGrain grain, std::uint32_t from, std::uint32_t to,
                 const Visit& visit) const;
    // The two halves of visit(): by bucket, and in no order. The times are where buckets of the grain begin.
    Status visit_stored(const Id128& organization, RollupGrain grain, std::uint32_t from, std::uint32_t to,
                        const Visit& visit) const;
    void visit_pending(const Id128& organization, RollupGrain grain, std::int64_t from_ms, std::int64_t to_ms,
                       const Visit& visit) const;

  private:
    struct Key {
        std::uint32_t minute;
        RollupDimensions dimensions;  // texts point into a view, or into the Entry's own strings
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    struct Entry {
        std::unique_ptr<std::string> texts;  // model and provider, what the key's views point into
        RollupCounters counters;
    };
    using Absolute = std::unordered_map<std::string, std::pair<RollupDimensions, RollupCounters>>;
    void fold(RollupGrain grain, Absolute& rows) const;

    Store& store_;
    std::unordered_map<Key, Entry, KeyHash> pending_;
};

}  // namespace tollgate
