// Copies of usage rows, gathered by organization and day of settlement, so that an organization's requests can be
// listed without reading everybody's. Rows wait here, packed, until a flush; then they are chunks in
// Family::organization_usage.
//
// A chunk is a usage block (store/journal.h) numbered as its first row's block, whose rows' open halves are preceded by
// the row's place: block u64, row u32. Chunks of one organization and day don't overlap, and the keys ascend with them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/ledger/usage_record.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

// The place of a row among its organization's rows; newer ones are greater. Block and row are those of the journal.
struct UsagePosition {
    std::uint32_t day = 0;  // of settlement
    std::uint64_t block = 0;
    std::uint32_t row = 0;
    auto operator<=>(const UsagePosition&) const = default;
};

// Not thread-safe.
class UsageChunks {
  public:
    explicit UsageChunks(Store& store) : store_(store) {}

    // `position.day` must be the day of settlement; positions of one organization and day must ascend.
    void add(const UsagePosition& position, const RequestOpened& opened, const UsageRow& row);
    std::size_t bytes() const { return bytes_; }  // of memory, about
    // Puts what waits into `batch`, which must be committed before clear(). Changes nothing here.
    void add_to(WriteBatch& batch);
    void clear();

    // The days in which a retention class has anything, of any organization.
    struct Days {
        std::uint8_t retention_class;
        std::uint32_t first, last;
    };
    Result<std::vector<Days>> days() const;  // at most one of each class

    struct Visited {
        UsagePosition position;
        UsageRow row;
    };
    // Visits an organization's rows of one day until `visit` returns false: those below `bound`, the newest first, or
    // those from `bound` on, the oldest first. `days` is the result of days().
    enum class Order : std::uint8_t { newest_first, oldest_first };
    Status visit_day(const Id128& organization, std::uint32_t day, std::span<const Days> days, Order order,
                     const UsagePosition& bound, const std::function<bool(const Visited&)>& visit) const;

  private:
    struct GroupKey {
        std::uint8_t retention_class;
        std::uint32_t day;
        Id128 organization;
        bool operator==(const GroupKey&) const = default;
    };
    struct GroupKeyHash {
        std::size_t operator()(const GroupKey& key) const;
    };
    struct Chunk {
        std::uint64_t block;
        std::uint32_t row;
        std::string value;
    };
    // Rows of a chunk that is not full yet: as they came.
    struct Group {
        std::vector<Chunk> sealed;
        std::string open;  // places and rows, one after the other
        struct Part {
            std::uint32_t at, open_bytes, settlement_bytes;  // the place is inside open_bytes
        };
        std::vector<Part> parts;
    };
    class Lane;

    Chunk seal(const Group& group);
    static std::string key_of(const GroupKey& group, const Chunk& chunk);

    Store& store_;
    std::unordered_map<GroupKey, Group, GroupKeyHash> groups_;
    UsageBlockBuilder builder_;  // empty between calls: its memory is used again
    std::size_t bytes_ = 0;
};

}  // namespace tollgate
