#include "accounting/verify/usage_verifier.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <functional>
#include <limits>
#include <utility>

#include "accounting/ledger/journal_reader.h"
#include "accounting/money/byte_codec.h"
#include "accounting/usage/usage_index.h"
#include "store/big_endian.h"

namespace tollgate {
namespace {

using Difference = std::optional<LedgerDifference>;

constexpr std::array kSumNames = {"requests",
                                  "prompt tokens",
                                  "completion tokens",
                                  "cache read tokens",
                                  "cache write tokens",
                                  "1h cache write tokens",
                                  "reasoning tokens",
                                  "cost",
                                  "charged",
                                  "provider cost",
                                  "latencies"};
constexpr auto kDayGrain = static_cast<std::uint8_t>(RollupGrain::day);
constexpr std::size_t kGroupBytes = 1 + 4 + 16;  // of a chunk's key: class, day and organization
constexpr std::size_t kPlaceBytes = 8 + 4;       // before a listed row: block and row

Difference differ(std::string what, std::string expected = {}, std::string found = {}) {
    return LedgerDifference{.what = std::move(what), .expected = std::move(expected), .found = std::move(found)};
}

std::string date_of(std::uint32_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    const auto two_digits = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
    return std::to_string(int{date.year()}) + two_digits(unsigned{date.month()}) + two_digits(unsigned{date.day()});
}

// What a sum is found by; name_of() reads it back.
std::string sum_key(std::uint32_t day, const RollupDimensions& of) {
    std::array<std::byte, 4 + 3 * 16 + 32 + 2 * 256> bytes;
    ByteWriter writer(bytes);
    writer.integer(std::byteswap(day));
    for (const Id128& id : {of.organization, of.project, of.member}) writer.bytes(id.bytes);
    writer.bytes(of.key.bytes);
    for (const std::string_view text : {of.model, of.provider}) writer.text(text, 255);
    return text_of(std::span(bytes).first(writer.size()));
}

std::string name_of(const std::string& sum_key) {
    ByteReader reader(std::as_bytes(std::span(sum_key)));
    std::string name = "rollup of " + date_of(std::byteswap(reader.integer<std::uint32_t>()));
    for (const char* what : {", organization ", ", project ", ", member "}) {
        name += what + to_uuid(Id128{reader.bytes<16>()});
    }
    name += ", key " + to_hex(KeyDigest{reader.bytes<32>()});
    for (const char* what : {", model ", ", provider "}) name += what + std::string(reader.text());
    return name;
}

std::string listing_name(std::string_view group) {
    Id128 organization;
    std::copy_n(group.begin() + 5, organization.bytes.size(), organization.bytes.begin());
    return "listing of " + date_of(read_big_endian<std::uint32_t>(group.data() + 1)) + ", organization " +
           to_uuid(organization) + ", retention class " + std::to_string(read_big_endian<std::uint8_t>(group.data()));
}

// Of a row's content and block. Sums of them do not depend on the order; mixed, so that halves that are exchanged
// between rows give another sum.
std::uint64_t digest_of(std::uint64_t block, std::string_view open, std::string_view settlement) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;
    const std::hash<std::string_view> hash;
    std::uint64_t digest = hash(open) * kOdd + hash(settlement) + block;
    digest = (digest ^ (digest >> 32)) * kOdd;
    return digest ^ (digest >> 29);
}

std::string_view text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The rows of chunks that follow each other by key.
struct ChunkReader {
    std::string group;  // of the last chunk
    std::uint64_t block = 0;
    std::uint32_t row = 0;  // the last row's place in `block`
    bool begun = false;

    // Adds the chunk's rows up.
    template <class Add>
    Difference read(std::string_view value, const OrganizationUsageKey& key, const Add& add) {
        const std::string name = listing_name(group);
        auto chunk = UsageBlock::read(value, key.block);
        if (!chunk) return differ(name + ": " + chunk.error().message());
        bool first = true;
        while (const auto next = chunk->next()) {
            const std::string_view open = text(next->open);
            if (open.size() < kPlaceBytes) return differ(name + ": a row without its place");
            const auto in_block = read_big_endian<std::uint64_t>(open.data());
            const auto place = read_big_endian<std::uint32_t>(open.data() + 8);
            if (first && (in_block != key.block || place != key.row)) {
                return differ(name + ": rows that are not where their key says");
            }
            if (begun && std::pair(in_block, place) <= std::pair(block, row)) {
                return differ(name + ": its rows are not in order, or one is there twice");
            }
            block = in_block, row = place, begun = true, first = false;
            add(digest_of(in_block, open.substr(kPlaceBytes), text(next->settlement)));
        }
        return std::nullopt;
    }
};

}  // namespace

Difference UsageVerifier::begin(Store& store) {
    const auto block = stored_watermark(store);
    if (!block) return differ(block.error().message());
    indexed_block_ = *block;
    for (std::uint8_t number = 0; number < kMaxRetentionClasses; ++number) {
        const auto from_day = retained_from_day(store, number);
        if (!from_day) return differ(from_day.error().message());
        kept_from_day_[number] = *from_day;
    }
    return std::nullopt;
}

void UsageVerifier::add(std::uint64_t block, std::uint32_t day, const UsageRecord& record, const UsageRow& row) {
    if (block > indexed_block_) return;
    const RequestOpened& opened = record.opened;
    const RequestSettled& settled = record.settled;
    const PricedCandidate& by = answered(record);
    const TokenUsage& usage = settled.usage;
    const Sums one = {1,
                      usage.prompt,
                      usage.completion,
                      usage.cache_read,
                      usage.cache_write,
                      usage.cache_write_1h,
                      usage.reasoning,
                      settled.cost.value,
                      settled.charged.value,
                      settled.provider_cost.value,
                      1};
    Sums& sums =
        sums_[sum_key(day, {opened.organization, opened.project, opened.member, opened.key, by.model, by.provider})];
    for (std::size_t i = 0; i < kSums; ++i) {  // as rollups do, a long history ends at the largest number
        if (__builtin_add_overflow(sums[i], one[i], &sums[i])) sums[i] = std::numeric_limits<std::int64_t>::max();
    }
    if (may_be_dropped(opened.retention_class, day)) return;
    const std::string chunk_key = organization_usage_key({.retention_class = opened.retention_class,
                                                          .day = day,
                                                          .organization = opened.organization.bytes,
                                                          .block = block,
                                                          .row = 0});
    Listing& listing = listings_[chunk_key.substr(0, kGroupBytes)];
    ++listing.rows;
    listing.digest += digest_of(block, text(row.open), text(row.settlement));
}

void UsageVerifier::add_expired(std::uint64_t block, const UsagePart& part) {
    if (block <= indexed_block_) last_expired_day_ = std::max(last_expired_day_.value_or(0), part.day);
}

Difference UsageVerifier::check(Store& store, std::uint64_t last_block) {
    if (indexed_block_ > last_block) {
        return differ("the usage index is true for a block that the journal lacks", std::to_string(indexed_block_),
                      "a journal that ends with " + std::to_string(last_block));
    }
    if (Difference first = check_rollups(store)) return first;
    return check_listings(store);
}

Difference UsageVerifier::check_rollup(std::string_view key, std::string_view value) {
    const auto parsed = parse_rollup_key(key);
    if (!parsed || parsed->day != 0) return differ("rollup row: malformed key");
    RollupDimensions dimensions;
    RollupCounters counters;
    if (const Status status = decode_rollup(value, dimensions, counters); !status.ok()) {
        return differ(status.message());
    }
    dimensions.organization = Id128{parsed->organization};
    const std::string name = sum_key(parsed->bucket, dimensions);
    const auto known = sums_.find(name);
    const Sums expected = known == sums_.end() ? Sums{} : known->second;
    const Sums found = {counters.requests,
                        counters.prompt_tokens,
                        counters.completion_tokens,
                        counters.cache_read_tokens,
                        counters.cache_write_tokens,
                        counters.cache_write_1h_tokens,
                        counters.reasoning_tokens,
                        counters.cost_nano,
                        counters.charged_nano,
                        counters.provider_cost_nano,
                        static_cast<std::int64_t>(counters.latency.count())};
    const bool may_count_more = last_expired_day_ && parsed->bucket <= *last_expired_day_;
    for (std::size_t i = 0; i < kSums; ++i) {
        if (found[i] == expected[i] || (may_count_more && found[i] > expected[i])) continue;
        return differ(name_of(name) + ": " + kSumNames[i],
                      (may_count_more ? "at least " : "") + std::to_string(expected[i]), std::to_string(found[i]));
    }
    ++rollups_;
    if (known != sums_.end()) sums_.erase(known);
    return std::nullopt;
}

Difference UsageVerifier::check_rollups(Store& store) {
    Difference first;
    const Status scanned = store.scan(Family::rollups, rollup_day_begin(kDayGrain, 0),
                                      rollup_day_begin(kDayGrain + 1, 0), [&](std::string_view key, auto value) {
                                          first = check_rollup(key, value);
                                          return !first;
                                      });
    if (first) return first;
    if (!scanned.ok()) return differ(scanned.message());
    if (sums_.empty()) return std::nullopt;
    const auto missing = std::ranges::min_element(sums_, {}, [](const auto& sum) -> const auto& { return sum.first; });
    return differ(name_of(missing->first) + ": it is missing; requests", std::to_string(missing->second[0]), "0");
}

Difference UsageVerifier::check_listing(const std::string& group, const Listing& found) {
    const auto known = listings_.find(group);
    const Listing expected = known == listings_.end() ? Listing{} : known->second;
    if (found.rows != expected.rows) {
        return differ(listing_name(group) + ": rows", std::to_string(expected.rows), std::to_string(found.rows));
    }
    if (found != expected) return differ(listing_name(group) + ": its rows are not those of the journal");
    listed_rows_ += static_cast<std::uint64_t>(found.rows);
    if (known != listings_.end()) listings_.erase(known);
    return std::nullopt;
}

Difference UsageVerifier::check_listings(Store& store) {
    Difference first;
    ChunkReader reader;
    Listing found;
    const auto end_of_group = [&]() -> Difference {
        return found.rows == 0 ? std::nullopt : check_listing(reader.group, found);
    };
    const Status scanned = store.scan(Family::organization_usage, "", "", [&](std::string_view key, auto value) {
        const auto parsed = parse_organization_usage_key(key);
        if (!parsed || parsed->retention_class >= kMaxRetentionClasses) {
            first = differ("listings: malformed key");
        } else if (!may_be_dropped(parsed->retention_class, parsed->day)) {
            if (!key.starts_with(reader.group) || reader.group.empty()) {
                first = end_of_group();
                found = {};
                reader = {.group = std::string(key.substr(0, kGroupBytes))};
            }
            const auto add = [&](std::uint64_t digest) { ++found.rows, found.digest += digest; };
            if (!first) first = reader.read(value, *parsed, add);
        }
        return !first;
    });
    if (!first && !scanned.ok()) first = differ(scanned.message());
    if (!first) first = end_of_group();
    if (first || listings_.empty()) return first;
    const auto missing =
        std::ranges::min_element(listings_, {}, [](const auto& one) -> const auto& { return one.first; });
    return differ(listing_name(missing->first) + ": rows", std::to_string(missing->second.rows), "0");
}

}  // namespace tollgate
