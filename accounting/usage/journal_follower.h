// Follows the journal block by block, behind its writer, which does nothing for it. What is made of the rows (listings,
// sums, alerts, exports) is stored together with the follower's watermark, so that after a crash nothing is missing and
// nothing counts twice.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/journal.h"
#include "store/store.h"

namespace tollgate {

// One thread at a time.
class JournalFollower {
  public:
    // The rows are views, valid during the call. A block whose visit fails is visited again by the next advance().
    using Visit = std::function<Status(std::uint64_t block, std::span<const UsageRow> rows)>;

    // `watermark_key` is the follower's own, in Family::system. `store` must outlive it.
    JournalFollower(Store& store, std::string_view watermark_key) : store_(store), watermark_key_(watermark_key) {}

    // The last block whose outcome is stored; 0: none yet. corrupt if it is malformed.
    Result<std::uint64_t> stored() const;
    // Goes on behind that block.
    Status rewind();
    // The last block that was visited.
    std::uint64_t position() const { return position_; }
    // Visits every committed block behind the position, in order: with all its rows whose detail is still kept.
    Status advance(const Visit& visit);
    // To be committed with the outcome of every block up to the position.
    void put_watermark(WriteBatch& batch) const;

  private:
    Result<std::vector<BlockIndexEntry>> next_blocks(std::uint64_t last) const;  // some of them, at least one
    Status visit_next(const BlockIndexEntry& index, const Visit& visit);

    Store& store_;
    const std::string watermark_key_;
    std::uint64_t position_ = 0;
};

}  // namespace tollgate
