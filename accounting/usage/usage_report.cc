#include "accounting/usage/usage_report.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "store/big_endian.h"

namespace tollgate {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Buckets of one grain that follow each other.
struct Span {
    RollupGrain grain;
    std::uint32_t from, to;
};

bool admits(const UsageFilter& filter, const RollupDimensions& of) {
    return (!filter.project || *filter.project == of.project) && (!filter.member || *filter.member == of.member) &&
           (!filter.key || *filter.key == of.key) && (filter.model.empty() || filter.model == of.model) &&
           (filter.provider.empty() || filter.provider == of.provider);
}

// The time in as few rows as there are: whole days from day sums, and towards the ends hours, then quarter hours.
void add_spans(std::int64_t from_ms, std::int64_t to_ms, RollupGrain grain, std::vector<Span>& spans) {
    if (from_ms >= to_ms) return;
    const std::int64_t width_ms = milliseconds_of(grain);
    const std::int64_t first_ms = (from_ms + width_ms - 1) / width_ms * width_ms, last_ms = to_ms / width_ms * width_ms;
    const RollupGrain finer = grain == RollupGrain::day ? RollupGrain::hour : RollupGrain::quarter_hour;
    if (first_ms >= last_ms) return add_spans(from_ms, to_ms, finer, spans);
    add_spans(from_ms, first_ms, finer, spans);
    spans.push_back({grain, bucket_of(grain, first_ms), bucket_of(grain, last_ms)});
    add_spans(last_ms, to_ms, finer, spans);
}

std::vector<Span> spans_of(const std::vector<std::int64_t>& edges) {
    std::vector<Span> spans;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) add_spans(edges[i], edges[i + 1], RollupGrain::day, spans);
    return spans;
}

Status check_edges(const std::vector<std::int64_t>& edges) {
    if (edges.size() < 2 || edges.size() > kMaxReportEdges) {
        return {StatusCode::invalid, "'edges' must be 2 to " + std::to_string(kMaxReportEdges) + " instants"};
    }
    const std::int64_t last_ms = bucket_begin_ms(RollupGrain::quarter_hour, std::numeric_limits<std::uint32_t>::max());
    for (std::size_t i = 0; i < edges.size(); ++i) {
        if (edges[i] < 0 || edges[i] > last_ms || edges[i] % kEdgeMs != 0 || (i > 0 && edges[i] <= edges[i - 1])) {
            return {StatusCode::invalid, "'edges' must ascend and be whole quarters of an hour"};
        }
    }
    return {};
}

void append_dimension(std::string& group, UsageDimension dimension, const RollupDimensions& of) {
    const auto append_bytes = [&group](const auto& bytes) {
        group.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    switch (dimension) {
        case UsageDimension::model:
            group.append(of.model).push_back('\0');
            break;
        case UsageDimension::provider:
            group.append(of.provider).push_back('\0');
            break;
        case UsageDimension::key:
            append_bytes(of.key.bytes);
            break;
        case UsageDimension::member:
            append_bytes(of.member.bytes);
            break;
        case UsageDimension::project:
            append_bytes(of.project.bytes);
            break;
    }
}

UsageReportRow empty_row(const UsageReportQuery& query, std::int64_t begin_ms, const RollupDimensions& of) {
    UsageReportRow row;
    row.begin_ms = begin_ms;
    for (const UsageDimension dimension : query.group_by) {
        if (dimension == UsageDimension::model) row.model = of.model;
        if (dimension == UsageDimension::provider) row.provider = of.provider;
        if (dimension == UsageDimension::key) row.key = of.key;
        if (dimension == UsageDimension::member) row.member = of.member;
        if (dimension == UsageDimension::project) row.project = of.project;
    }
    return row;
}

// Numbers and latencies, added up apart: see LatencySum.
struct Sum {
    RollupCounters numbers;
    LatencySum latency, first_token;

    void add(const RollupCounters& counters) {
        numbers.add_numbers(counters);
        latency.add(counters.latency);
        first_token.add(counters.first_token);
    }
    RollupCounters take() {
        numbers.latency = latency.histogram();
        numbers.first_token = first_token.histogram();
        return std::move(numbers);
    }
};

// Adds rows of rollups to the rows of a report.
class Summer {
  public:
    explicit Summer(const UsageReportQuery& query) : query_(query) {}

    // False when enough was read, or there are too many rows.
    bool add_stored(const RollupRow& row) {
        const std::int64_t begin_ms = bucket_begin_ms(row.grain, row.bucket);
        if (begin_ms != last_begin_ms_) {
            if (read_ > 0 && is_spent()) {
                stopped_ms_ = begin_ms;
                return false;
            }
            last_begin_ms_ = begin_ms;
        }
        ++read_;
        return add(row);
    }

    bool add(const RollupRow& row) {
        if (!admits(query_.filter, row.dimensions)) return true;
        const std::int64_t begin_ms = query_.by_time ? bucket_of_row(row) : 0;
        std::string group;
        append_big_endian(group, static_cast<std::uint64_t>(begin_ms));
        for (const UsageDimension dimension : query_.group_by) append_dimension(group, dimension, row.dimensions);
        const auto [found, fresh] = groups_.try_emplace(std::move(group), rows_.size());
        if (fresh) {
            too_many_ = rows_.size() >= kMaxReportRows;
            if (too_many_) return false;
            rows_.push_back(empty_row(query_, begin_ms, row.dimensions));
            sums_.emplace_back();
        }
        sums_[found->second].add(*row.counters);
        total_.add(*row.counters);
        return true;
    }

    bool too_many() const { return too_many_; }
    // Where the budget ended: what begins there was not read.
    std::optional<std::int64_t> stopped_ms() const { return stopped_ms_; }

    void finish(UsageReport& report) {
        for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].counters = sums_[i].take();
        std::ranges::sort(rows_, [](const UsageReportRow& a, const UsageReportRow& b) {
            if (a.begin_ms != b.begin_ms) return a.begin_ms < b.begin_ms;
            if (a.counters.cost_nano != b.counters.cost_nano) return a.counters.cost_nano > b.counters.cost_nano;
            return a.counters.requests > b.counters.requests;
        });
        report.rows = std::move(rows_);
        report.total = total_.take();
    }

  private:
    bool is_spent() const {
        if (read_ >= query_.budget.rows) return true;
        return SteadyClock::now() - begun_ >= std::chrono::milliseconds(query_.budget.ms);
    }
    std::int64_t bucket_of_row(const RollupRow& row) const {
        const std::int64_t at_ms = bucket_begin_ms(row.grain, row.bucket);
        if (query_.edges.empty()) return bucket_begin_ms(query_.grain, bucket_of(query_.grain, at_ms));
        return *std::prev(std::ranges::upper_bound(query_.edges, at_ms));
    }

    const UsageReportQuery& query_;
    const SteadyClock::time_point begun_ = SteadyClock::now();
    std::vector<UsageReportRow> rows_;
    std::deque<Sum> sums_;  // of rows_
    Sum total_;
    std::unordered_map<std::string, std::size_t> groups_;
    std::uint64_t read_ = 0;
    std::int64_t last_begin_ms_ = -1;
    std::optional<std::int64_t> stopped_ms_;
    bool too_many_ = false;
};

// The time that is summed: whole buckets.
Result<TimeRange> widened(const UsageReportQuery& query) {
    if (!query.edges.empty()) {
        if (Status status = check_edges(query.edges); !status.ok()) return std::unexpected(std::move(status));
        return TimeRange{.from_ms = query.edges.front(), .to_ms = query.edges.back()};
    }
    constexpr std::uint32_t kLastBucket = std::numeric_limits<std::uint32_t>::max() - 1;
    const std::int64_t width_ms = milliseconds_of(query.grain);
    const std::int64_t from_ms = std::max<std::int64_t>(query.time.from_ms, 0);
    const std::int64_t last_ms = std::min(query.time.to_ms - 1, bucket_begin_ms(query.grain, kLastBucket));
    TimeRange time{.from_ms = from_ms / width_ms * width_ms, .to_ms = from_ms / width_ms * width_ms};
    if (last_ms < from_ms) return time;
    time.to_ms = (last_ms / width_ms + 1) * width_ms;
    if (query.grain != RollupGrain::day && (time.to_ms - time.from_ms) / width_ms > kMaxReportBuckets) {
        return failure(StatusCode::invalid, "the time asked for has more than " + std::to_string(kMaxReportBuckets) +
                                                " buckets: choose less time or a longer granularity");
    }
    return time;
}

}  // namespace

Result<UsageReport> report_usage(const Rollups& rollups, const UsageReportQuery& query) {
    const auto time = widened(query);
    if (!time) return std::unexpected(time.error());
    UsageReport report{.time = *time, .rows = {}, .total = {}};
    if (time->from_ms == time->to_ms) return report;
    const std::vector<Span> spans =
        query.edges.empty()
            ? std::vector{Span{query.grain, bucket_of(query.grain, time->from_ms), bucket_of(query.grain, time->to_ms)}}
            : spans_of(query.edges);
    Summer summer(query);
    for (const Span& span : spans) {
        const Status visited = rollups.visit_stored(query.organization, span.grain, span.from, span.to,
                                                    [&](const RollupRow& row) { return summer.add_stored(row); });
        if (!visited.ok()) return std::unexpected(visited);
        if (summer.stopped_ms() || summer.too_many()) break;
    }
    if (const auto stopped_ms = summer.stopped_ms()) {
        report.partial = true;
        report.time.to_ms = *stopped_ms;
    }
    if (!summer.too_many()) {
        rollups.visit_pending(query.organization, RollupGrain::minute, report.time.from_ms, report.time.to_ms,
                              [&](const RollupRow& row) { return summer.add(row); });
    }
    if (summer.too_many()) {
        return failure(StatusCode::full, "the report would have more than " + std::to_string(kMaxReportRows) +
                                             " rows: choose less time, a longer granularity or fewer dimensions");
    }
    summer.finish(report);
    return report;
}

FoldedRows keep_top(std::vector<UsageReportRow> rows, std::size_t top,
                    const std::function<bool(const UsageReportRow&)>& is_deleted) {
    using IdBytes = decltype(Id128::bytes);
    using Group = std::tuple<std::string, std::string, decltype(KeyDigest::bytes), IdBytes, IdBytes>;
    const auto group_of = [](const UsageReportRow& row) {
        return Group(row.model, row.provider, row.key.bytes, row.member.bytes, row.project.bytes);
    };
    struct Weight {
        NanoUsdSum cost_nano = 0;
        std::int64_t requests = 0;
    };
    std::map<Group, Weight> groups;
    for (const UsageReportRow& row : rows) {
        Weight& weight = groups[group_of(row)];
        weight.cost_nano += row.counters.cost_nano;
        weight.requests += row.counters.requests;
    }
    std::vector<std::pair<Weight, const Group*>> ranked;
    ranked.reserve(groups.size());
    for (const auto& [group, weight] : groups) ranked.emplace_back(weight, &group);
    std::ranges::sort(ranked, [](const auto& a, const auto& b) {
        return std::tuple(-a.first.cost_nano, -a.first.requests, *a.second) <
               std::tuple(-b.first.cost_nano, -b.first.requests, *b.second);
    });
    std::set<Group> kept;
    for (std::size_t i = 0; i < std::min(top, ranked.size()); ++i) kept.insert(*ranked[i].second);
    FoldedRows folded;
    for (UsageReportRow& row : rows) {
        if (kept.contains(group_of(row))) {
            folded.rows.push_back(std::move(row));
            continue;
        }
        std::vector<UsageReportRow>& sums = is_deleted(row) ? folded.deleted : folded.other;
        if (sums.empty() || sums.back().begin_ms != row.begin_ms) {
            sums.emplace_back().begin_ms = row.begin_ms;
        }
        sums.back().counters.merge(row.counters);
    }
    return folded;
}

}  // namespace tollgate
