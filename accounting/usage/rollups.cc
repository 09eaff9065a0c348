#include "accounting/usage/rollups.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "accounting/money/byte_codec.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kRollupVersion = 1;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kQuarterHourMs = 15 * kMinuteMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

// --- Histogram bins. Bin 0 counts less than a millisecond, bin i > 0 from 1.2^(i-1) to 1.2^i.
constexpr double kBinGrowth = 1.2;
constexpr std::size_t kBins = 128;  // 1.2^127 ms: more years than anybody waits

const std::array<double, kBins>& bin_ends() {
    static const std::array<double, kBins> ends = [] {
        std::array<double, kBins> made;
        for (std::size_t i = 0; i < kBins; ++i) made[i] = std::pow(kBinGrowth, static_cast<double>(i));
        return made;
    }();
    return ends;
}

std::uint8_t bin_of(std::int64_t milliseconds) {
    const auto& ends = bin_ends();
    const auto end = std::ranges::upper_bound(ends, static_cast<double>(milliseconds));
    return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(end - ends.begin(), kBins - 1));
}

std::int64_t middle_of(std::uint8_t bin) {
    if (bin == 0) return 0;
    return std::llround(std::pow(kBinGrowth, bin - 0.5));
}

// --- Integers of seven bits a byte.
void append_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    out.push_back(static_cast<char>(value));
}

std::uint64_t read_number(ByteReader& reader) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto byte = reader.integer<std::uint8_t>();
        value |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) break;
    }
    return value;
}

void append_text(std::string& out, std::string_view text) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(text.size())));
    out.append(text);
}

template <std::size_t N>
void append_bytes(std::string& out, const std::array<std::uint8_t, N>& bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// The counters in the order in which they are stored.
template <class Counters>
auto numbers_of(Counters& counters) {
    return std::array{&counters.requests,
                      &counters.client_errors,
                      &counters.server_errors,
                      &counters.cancelled,
                      &counters.streamed,
                      &counters.cache_hits,
                      &counters.byok,
                      &counters.prompt_tokens,
                      &counters.completion_tokens,
                      &counters.cache_read_tokens,
                      &counters.cache_write_tokens,
                      &counters.cache_write_1h_tokens,
                      &counters.reasoning_tokens,
                      &counters.cost_nano,
                      &counters.charged_nano,
                      &counters.provider_cost_nano,
                      &counters.byok_cost_nano};
}

void append_histogram(std::string& out, const LatencyHistogram& histogram) {
    append_number(out, histogram.bins().size());
    for (const auto& bin : histogram.bins()) {
        out.push_back(static_cast<char>(bin.index));
        append_number(out, bin.count);
    }
}

void read_histogram(ByteReader& reader, LatencyHistogram& histogram) {
    const std::uint64_t bins = read_number(reader);
    for (std::uint64_t i = 0; i < bins && reader.ok(); ++i) {
        const auto index = reader.integer<std::uint8_t>();
        histogram.add_bin(index, read_number(reader));
    }
}

std::string row_key(RollupGrain grain, std::uint32_t bucket, const RollupDimensions& dimensions) {
    std::string text;
    append_bytes(text, dimensions.project.bytes);
    append_bytes(text, dimensions.member.bytes);
    append_bytes(text, dimensions.key.bytes);
    append_text(text, dimensions.model);
    append_text(text, dimensions.provider);
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    RollupKey key{.grain = static_cast<std::uint8_t>(grain),
                  .day = rollup_day_of(grain, bucket),
                  .organization = dimensions.organization.bytes,
                  .bucket = bucket,
                  .dimensions = {}};
    std::copy_n(digest.begin(), key.dimensions.size(), key.dimensions.begin());
    return rollup_key(key);
}

// Sums of a long history end at the largest number rather than below zero.
void add_saturated(std::int64_t& sum, std::int64_t more) {
    if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

std::uint64_t word_of(const void* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

}  // namespace

void LatencyHistogram::add(std::int64_t milliseconds) { add_bin(bin_of(std::max<std::int64_t>(milliseconds, 0)), 1); }

void LatencyHistogram::insert_bin(std::uint8_t bin, std::uint64_t count) {
    const auto at = std::ranges::lower_bound(bins_, bin, {}, &Bin::index);
    if (at != bins_.end() && at->index == bin) {
        at->count += count;
    } else {
        bins_.insert(at, {bin, count});
    }
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
    auto at = bins_.begin();
    for (const Bin& bin : other.bins_) {  // both ascend: one walk
        while (at != bins_.end() && at->index < bin.index) ++at;
        if (at != bins_.end() && at->index == bin.index) {
            at->count += bin.count;
        } else {
            at = bins_.insert(at, bin);
        }
    }
}

LatencyHistogram LatencySum::histogram() const {
    LatencyHistogram histogram;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] > 0) histogram.add_bin(static_cast<std::uint8_t>(i), counts_[i]);
    }
    return histogram;
}

std::uint64_t LatencyHistogram::count() const {
    std::uint64_t total = 0;
    for (const Bin& bin : bins_) total += bin.count;
    return total;
}

std::int64_t LatencyHistogram::quantile(double part) const {
    const std::uint64_t total = count();
    if (total == 0) return -1;
    const auto rank = static_cast<std::uint64_t>(std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(total)));
    std::uint64_t below = 0;
    for (const Bin& bin : bins_) {
        below += bin.count;
        if (below >= std::max<std::uint64_t>(rank, 1)) return middle_of(bin.index);
    }
    return middle_of(bins_.back().index);
}

void RollupCounters::add(const UsageRecord& record) {
    const RequestSettled& settled = record.settled;
    ++requests;
    if (settled.cancelled) {
        ++cancelled;
    } else if (settled.http_status >= 500 || settled.http_status == 0) {
        ++server_errors;
    } else if (settled.http_status >= 400) {
        ++client_errors;
    }
    streamed += record.opened.streamed ? 1 : 0;
    cache_hits += settled.cache_hit ? 1 : 0;
    byok += settled.byok ? 1 : 0;
    add_saturated(prompt_tokens, settled.usage.prompt);
    add_saturated(completion_tokens, settled.usage.completion);
    add_saturated(cache_read_tokens, settled.usage.cache_read);
    add_saturated(cache_write_tokens, settled.usage.cache_write);
    add_saturated(cache_write_1h_tokens, settled.usage.cache_write_1h);
    add_saturated(reasoning_tokens, settled.usage.reasoning);
    add_saturated(cost_nano, settled.cost.value);
    add_saturated(charged_nano, settled.charged.value);
    add_saturated(provider_cost_nano, settled.provider_cost.value);
    if (settled.byok) add_saturated(byok_cost_nano, settled.provider_cost.value);
    latency.add(settled.latency_ms);
    if (settled.first_token_ms >= 0) first_token.add(settled.first_token_ms);
}

void RollupCounters::add_numbers(const RollupCounters& other) {
    const auto mine = numbers_of(*this);
    const auto theirs = numbers_of(other);
    for (std::size_t i = 0; i < mine.size(); ++i) add_saturated(*mine[i], *theirs[i]);
}

void RollupCounters::merge(const RollupCounters& other) {
    add_numbers(other);
    latency.merge(other.latency);
    first_token.merge(other.first_token);
}

std::int64_t milliseconds_of(RollupGrain grain) {
    switch (grain) {
        case RollupGrain::minute:
            return kMinuteMs;
        case RollupGrain::quarter_hour:
            return kQuarterHourMs;
        case RollupGrain::hour:
            return kHourMs;
        case RollupGrain::day:
            return kDayMs;
    }
    return kDayMs;
}

std::uint32_t bucket_of(RollupGrain grain, std::int64_t unix_ms) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(unix_ms, 0) / milliseconds_of(grain));
}

std::int64_t bucket_begin_ms(RollupGrain grain, std::uint32_t bucket) { return bucket * milliseconds_of(grain); }

std::uint32_t rollup_day_of(RollupGrain grain, std::uint32_t bucket) {
    return grain == RollupGrain::day ? 0 : bucket_of(RollupGrain::day, bucket_begin_ms(grain, bucket));
}

std::string encode_rollup(const RollupDimensions& dimensions, const RollupCounters& counters) {
    std::string out;
    out.reserve(256);
    out.push_back(static_cast<char>(kRollupVersion));
    append_bytes(out, dimensions.project.bytes);
    append_bytes(out, dimensions.member.bytes);
    append_bytes(out, dimensions.key.bytes);
    append_text(out, dimensions.model);
    append_text(out, dimensions.provider);
    for (const std::int64_t* number : numbers_of(counters)) append_number(out, static_cast<std::uint64_t>(*number));
    append_histogram(out, counters.latency);
    append_histogram(out, counters.first_token);
    return out;
}

Status decode_rollup(std::string_view value, RollupDimensions& dimensions, RollupCounters& counters) {
    ByteReader reader(std::as_bytes(std::span(value)));
    const auto version = reader.integer<std::uint8_t>();
    dimensions.project.bytes = reader.bytes<16>();
    dimensions.member.bytes = reader.bytes<16>();
    dimensions.key.bytes = reader.bytes<32>();
    dimensions.model = reader.text();
    dimensions.provider = reader.text();
    counters.latency.clear();
    counters.first_token.clear();
    for (std::int64_t* number : numbers_of(counters)) *number = static_cast<std::int64_t>(read_number(reader));
    read_histogram(reader, counters.latency);
    read_histogram(reader, counters.first_token);
    if (version > kRollupVersion) return {StatusCode::too_new, "rollup row: written by a newer version"};
    if (version == 0 || !reader.ok()) return {StatusCode::corrupt, "rollup row: malformed"};
    return {};
}

// Key digests are random already; the rest tells apart what one key does.
std::size_t Rollups::KeyHash::operator()(const Key& key) const {
    const RollupDimensions& of = key.dimensions;
    std::uint64_t hash = word_of(of.key.bytes.data()) ^ (std::uint64_t{key.minute} * 0x9e3779b97f4a7c15u);
    hash ^= word_of(of.organization.bytes.data() + 8);
    hash ^= std::hash<std::string_view>()(of.model) * 31;
    hash ^= std::hash<std::string_view>()(of.provider) * 131;
    return static_cast<std::size_t>(hash ^ (hash >> 29));
}

void Rollups::add(const UsageRecord& record) {
    const RequestOpened& opened = record.opened;
    const PricedCandidate& by = answered(record);
    Key key{.minute = bucket_of(RollupGrain::minute, record.settled.settled_ms),
            .dimensions = {opened.organization, opened.project, opened.member, opened.key, by.model, by.provider}};
    auto found = pending_.find(key);
    if (found == pending_.end()) {
        auto texts = std::make_unique<std::string>(by.model);
        texts->append(by.provider);
        key.dimensions.model = std::string_view(*texts).substr(0, by.model.size());
        key.dimensions.provider = std::string_view(*texts).substr(by.model.size());
        found = pending_.emplace(key, Entry{.texts = std::move(texts), .counters = {}}).first;
    }
    found->second.counters.add(record);
}

void Rollups::fold(RollupGrain grain, Absolute& rows) const {
    for (const auto& [key, entry] : pending_) {
        const std::uint32_t bucket = bucket_of(grain, bucket_begin_ms(RollupGrain::minute, key.minute));
        auto& row = rows[row_key(grain, bucket, key.dimensions)];
        row.first = key.dimensions;
        row.second.merge(entry.counters);
    }
}

Status Rollups::add_to(WriteBatch& batch) const {
    Absolute rows;
    for (const RollupGrain grain :
         {RollupGrain::minute, RollupGrain::quarter_hour, RollupGrain::hour, RollupGrain::day}) {
        fold(grain, rows);
    }
    for (auto& [key, row] : rows) {
        const auto stored = store_.get(Family::rollups, key);
        if (stored) {
            RollupDimensions dimensions;
            RollupCounters counters;
            if (Status status = decode_rollup(*stored, dimensions, counters); !status.ok()) return status;
            row.second.merge(counters);
        } else if (stored.error().code() != StatusCode::not_found) {
            return stored.error();
        }
        batch.put(Family::rollups, key, encode_rollup(row.first, row.second));
    }
    return {};
}

Status Rollups::visit(const Id128& organization, RollupGrain grain, std::uint32_t from, std::uint32_t to,
                      const Visit& visit) const {
    bool more = true;
    const Visit ask = [&](const RollupRow& row) { return more = visit(row); };
    if (Status status = visit_stored(organization, grain, from, to, ask); !status.ok() || !more) return status;
    visit_pending(organization, grain, bucket_begin_ms(grain, from), bucket_begin_ms(grain, to), ask);
    return {};
}

Status Rollups::visit_stored(const Id128& organization, RollupGrain grain, std::uint32_t from, std::uint32_t to,
                             const Visit& visit) const {
    if (from >= to) return {};
    Status bad;
    bool more = true;
    RollupCounters counters;
    const auto visit_row = [&](std::string_view key, std::string_view value) {
        const auto parsed = parse_rollup_key(key);
        RollupRow row{.dimensions = {}, .grain = grain, .bucket = parsed ? parsed->bucket : 0, .counters = &counters};
        row.dimensions.organization = organization;
        bad = parsed ? decode_rollup(value, row.dimensions, counters)
                     : Status(StatusCode::corrupt, "rollup row: malformed key");
        more = bad.ok() && visit(row);
        return more;
    };
    const std::uint32_t last_day = rollup_day_of(grain, to - 1);
    for (std::uint32_t day = rollup_day_of(grain, from); day <= last_day && more; ++day) {
        const auto tag = static_cast<std::uint8_t>(grain);
        const Status scanned = store_.scan(Family::rollups, rollup_bucket_begin(tag, day, organization.bytes, from),
                                           rollup_bucket_begin(tag, day, organization.bytes, to), visit_row);
        if (!scanned.ok()) return scanned;
    }
    return bad;
}

void Rollups::visit_pending(const Id128& organization, RollupGrain grain, std::int64_t from_ms, std::int64_t to_ms,
                            const Visit& visit) const {
    for (const auto& [key, entry] : pending_) {
        const std::int64_t minute_ms = bucket_begin_ms(RollupGrain::minute, key.minute);
        if (key.dimensions.organization != organization || minute_ms < from_ms || minute_ms >= to_ms) continue;
        if (!visit({key.dimensions, grain, bucket_of(grain, minute_ms), &entry.counters})) return;
    }
}

}  // namespace tollgate
