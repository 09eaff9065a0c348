#include "accounting/usage/usage_chunks.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "store/big_endian.h"

namespace tollgate {
namespace {

// Large enough to compress well, small enough that a page of rows reads one or two.
constexpr std::size_t kChunkBytes = 64u << 10;
constexpr std::size_t kGroupBytes = 256;  // what a group costs beside its rows
constexpr std::size_t kPlaceBytes = 8 + 4;
constexpr std::uint64_t kLastBlock = std::numeric_limits<std::uint64_t>::max();

UsagePosition place_of(std::uint32_t day, std::span<const std::byte> open) {
    const auto* bytes = reinterpret_cast<const char*>(open.data());
    return {
        .day = day, .block = read_big_endian<std::uint64_t>(bytes), .row = read_big_endian<std::uint32_t>(bytes + 8)};
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

std::size_t UsageChunks::GroupKeyHash::operator()(const GroupKey& key) const {
    std::uint64_t hash;  // the random half of a UUIDv7
    std::memcpy(&hash, key.organization.bytes.data() + 8, sizeof hash);
    return static_cast<std::size_t>(hash ^ (std::uint64_t{key.day} << 8) ^ key.retention_class);
}

void UsageChunks::add(const UsagePosition& position, const RequestOpened& opened, const UsageRow& row) {
    auto [found, fresh] = groups_.try_emplace({opened.retention_class, position.day, opened.organization});
    Group& group = found->second;
    if (fresh) bytes_ += kGroupBytes;
    const std::size_t at = group.open.size();
    append_big_endian(group.open, position.block);
    append_big_endian(group.open, position.row);
    group.open.append(reinterpret_cast<const char*>(row.open.data()), row.open.size());
    group.open.append(reinterpret_cast<const char*>(row.settlement.data()), row.settlement.size());
    group.parts.push_back({.at = static_cast<std::uint32_t>(at),
                           .open_bytes = static_cast<std::uint32_t>(kPlaceBytes + row.open.size()),
                           .settlement_bytes = static_cast<std::uint32_t>(row.settlement.size())});
    bytes_ += group.open.size() - at + sizeof(Group::Part);
    if (group.open.size() < kChunkBytes) return;
    bytes_ -= group.open.size() + group.parts.size() * sizeof(Group::Part);
    group.sealed.push_back(seal(group));
    bytes_ += group.sealed.back().value.size() + sizeof(Chunk);
    group.open.clear();
    group.parts.clear();
}

UsageChunks::Chunk UsageChunks::seal(const Group& group) {
    const auto rows = bytes_of(group.open);
    for (const auto& part : group.parts) {
        builder_.add(rows.subspan(part.at, part.open_bytes),
                     rows.subspan(part.at + part.open_bytes, part.settlement_bytes));
    }
    const UsagePosition first = place_of(0, rows);
    return {.block = first.block, .row = first.row, .value = builder_.finish(first.block).value};
}

std::string UsageChunks::key_of(const GroupKey& group, const Chunk& chunk) {
    return organization_usage_key({.retention_class = group.retention_class,
                                   .day = group.day,
                                   .organization = group.organization.bytes,
                                   .block = chunk.block,
                                   .row = chunk.row});
}

void UsageChunks::add_to(WriteBatch& batch) {
    for (const auto& [key, group] : groups_) {
        for (const Chunk& chunk : group.sealed) batch.put(Family::organization_usage, key_of(key, chunk), chunk.value);
        if (group.parts.empty()) continue;
        Chunk last = seal(group);
        batch.put(Family::organization_usage, key_of(key, last), std::move(last.value));
    }
}

void UsageChunks::clear() {
    groups_.clear();
    bytes_ = 0;
}

Result<std::vector<UsageChunks::Days>> UsageChunks::days() const {
    std::vector<Days> all;
    for (std::uint8_t retention_class = 0; retention_class < kMaxRetentionClasses; ++retention_class) {
        std::optional<Days> found;
        const auto include = [&](std::uint32_t day) {
            if (!found) found = Days{retention_class, day, day};
            found->first = std::min(found->first, day);
            found->last = std::max(found->last, day);
        };
        for (const auto& [key, group] : groups_) {
            if (key.retention_class == retention_class) include(key.day);
        }
        const std::string begin = usage_day_begin(retention_class, 0);
        const std::string end = usage_day_begin(static_cast<std::uint8_t>(retention_class + 1), 0);
        const Status scanned = store_.scan(Family::organization_usage, begin, end, [&](std::string_view key, auto) {
            if (const auto parsed = parse_organization_usage_key(key)) include(parsed->day);
            return false;
        });
        if (!scanned.ok()) return std::unexpected(scanned);
        const auto last = store_.last_before(Family::organization_usage, begin, end);
        if (!last && last.error().code() != StatusCode::not_found) return std::unexpected(last.error());
        if (last) {
            if (const auto parsed = parse_organization_usage_key(last->first)) include(parsed->day);
        }
        if (found) all.push_back(*found);
    }
    return all;
}

// One retention class of one day: its chunks one after the other, in the order asked for.
class UsageChunks::Lane {
  public:
    Lane(const UsageChunks& chunks, const GroupKey& key, Order order, const UsagePosition& bound)
        : store_(chunks.store_), key_(key), order_(order), bound_(bound), inside_(bound.day == key.day) {
        const auto found = chunks.groups_.find(key);
        if (found != chunks.groups_.end()) group_ = &found->second;
        if (order == Order::newest_first) {
            next_key_ = inside_ ? key_at(bound.block, bound.row) : last_key();
        } else {
            next_key_ = inside_ ? key_at(bound.block, bound.row) : key_at(0, 0);
        }
    }

    // The next row that is left; nullptr when there is none, or something is wrong: see status().
    const Visited* head() {
        while (rows_.empty() && status_.ok() && load()) {
        }
        return rows_.empty() ? nullptr : &rows_.back();
    }
    void pop() { rows_.pop_back(); }
    const Status& status() const { return status_; }
    bool precedes(const UsagePosition& a, const UsagePosition& b) const {
        return order_ == Order::newest_first ? b < a : a < b;
    }

  private:
    std::string key_at(std::uint64_t block, std::uint32_t row) const {
        return organization_usage_key({.retention_class = key_.retention_class,
                                       .day = key_.day,
                                       .organization = key_.organization.bytes,
                                       .block = block,
                                       .row = row});
    }
    std::string last_key() const { return key_at(kLastBlock, std::numeric_limits<std::uint32_t>::max()); }

    // The next chunk; false when there is none.
    bool load() {
        const bool loaded = order_ == Order::newest_first ? load_open() || load_sealed() || load_stored_before()
                                                          : load_stored_after() || load_sealed() || load_open();
        if (order_ == Order::oldest_first) std::ranges::reverse(rows_);
        return loaded && status_.ok();
    }

    bool load_open() {
        if (group_ == nullptr || open_taken_ || group_->parts.empty()) return false;
        open_taken_ = true;
        const auto rows = bytes_of(group_->open);
        for (const auto& part : group_->parts) {
            take({.open = rows.subspan(part.at, part.open_bytes),
                  .settlement = rows.subspan(part.at + part.open_bytes, part.settlement_bytes)});
        }
        return true;
    }

    bool load_sealed() {
        if (group_ == nullptr || sealed_taken_ == group_->sealed.size()) return false;
        const std::size_t place = sealed_taken_++;
        const Chunk& chunk = group_->sealed[order_ == Order::newest_first ? group_->sealed.size() - 1 - place : place];
        return read(chunk.value, chunk.block);
    }

    // The newest stored chunk that begins below next_key_.
    bool load_stored_before() {
        auto stored = store_.last_before(Family::organization_usage, key_at(0, 0), next_key_);
        if (!stored) {
            if (stored.error().code() != StatusCode::not_found) status_ = stored.error();
            return false;
        }
        next_key_ = std::move(stored->first);
        value_ = std::move(stored->second);
        return read_stored(next_key_);
    }

    // The oldest one that begins there or later; before the first, the one that the bound may lie in.
    bool load_stored_after() {
        if (inside_ && !begun_) {
            begun_ = true;
            const std::string bound_key = next_key_;
            if (load_stored_before() || !status_.ok()) {
                next_key_ = bound_key;
                return true;
            }
        }
        std::string found;
        const Status scanned =
            store_.scan(Family::organization_usage, next_key_, last_key(), [&](std::string_view key, auto value) {
                found = key;
                value_ = value;
                return false;
            });
        if (!scanned.ok()) status_ = scanned;
        if (found.empty() || !scanned.ok()) return false;
        next_key_ = found + '\0';
        return read_stored(found);
    }

    bool read_stored(std::string_view key) {
        if (const auto parsed = parse_organization_usage_key(key)) return read(value_, parsed->block);
        status_ = {StatusCode::corrupt, "usage by organization: malformed key"};
        return false;
    }

    bool read(std::string_view value, std::uint64_t number) {
        auto block = UsageBlock::read(value, number);
        if (!block) {
            status_ = block.error();
            return false;
        }
        block_.emplace(std::move(*block));
        while (const auto row = block_->next()) take(*row);
        return status_.ok();
    }

    void take(const UsageRow& row) {
        if (row.open.size() < kPlaceBytes) {
            status_ = {StatusCode::corrupt, "usage by organization: a row without its place"};
            return;
        }
        const UsagePosition position = place_of(key_.day, row.open);
        if ((position < bound_) != (order_ == Order::newest_first)) return;
        rows_.push_back({position, {.open = row.open.subspan(kPlaceBytes), .settlement = row.settlement}});
    }

    Store& store_;
    const GroupKey key_;
    const Order order_;
    const UsagePosition bound_;
    const bool inside_;  // the bound is one of this day
    const Group* group_ = nullptr;
    std::size_t sealed_taken_ = 0;
    bool open_taken_ = false, begun_ = false;
    std::string next_key_;  // where the chunks in the store that are left end or begin
    std::string value_;     // of the chunk in rows_
    std::optional<UsageBlock> block_;
    std::vector<Visited> rows_;  // the next one is at the back
    Status status_;
};

Status UsageChunks::visit_day(const Id128& organization, std::uint32_t day, std::span<const Days> days, Order order,
                              const UsagePosition& bound, const std::function<bool(const Visited&)>& visit) const {
    std::vector<Lane> lanes;
    lanes.reserve(days.size());
    for (const Days& of : days) {
        if (day < of.first || day > of.last) continue;
        lanes.emplace_back(*this, GroupKey{of.retention_class, day, organization}, order, bound);
    }
    for (;;) {
        Lane* next = nullptr;
        for (Lane& lane : lanes) {
            const Visited* const head = lane.head();
            if (!lane.status().ok()) return lane.status();
            if (head == nullptr) continue;
            if (next == nullptr || lane.precedes(head->position, next->head()->position)) next = &lane;
        }
        if (next == nullptr || !visit(*next->head())) return {};
        next->pop();
    }
}

}  // namespace tollgate
