#include "accounting/usage/journal_follower.h"

#include <utility>

#include "accounting/ledger/journal_reader.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kBlocksAtOnce = 1024;

}  // namespace

Result<std::uint64_t> JournalFollower::stored() const {
    const auto stored = store_.get(Family::system, watermark_key_);
    if (!stored && stored.error().code() == StatusCode::not_found) return 0;
    if (!stored) return std::unexpected(stored.error());
    const auto block = decode_u64(*stored);
    if (!block) return failure(StatusCode::corrupt, watermark_key_ + ": the block number is malformed");
    return *block;
}

Status JournalFollower::rewind() {
    const auto block = stored();
    if (!block) return block.error();
    position_ = *block;
    return {};
}

void JournalFollower::put_watermark(WriteBatch& batch) const {
    batch.put(Family::system, watermark_key_, encode_u64(position_));
}

Status JournalFollower::advance(const Visit& visit) {
    const auto last = JournalReader(store_).last_block();
    if (!last) return last.error();
    while (position_ < *last) {
        const auto next = next_blocks(*last);
        if (!next) return next.error();
        for (const BlockIndexEntry& index : *next) {
            if (Status status = visit_next(index, visit); !status.ok()) return status;
        }
    }
    return {};
}

Result<std::vector<BlockIndexEntry>> JournalFollower::next_blocks(std::uint64_t last) const {
    std::vector<BlockIndexEntry> next;
    Status bad;
    std::uint64_t expected = position_ + 1;
    const auto missing = [&] {
        return Status(StatusCode::corrupt, "block " + std::to_string(expected) + ": not in the block index");
    };
    const Status scanned = store_.scan(Family::block_index, block_key(expected), block_key(last + 1),
                                       [&](std::string_view key, std::string_view value) {
                                           auto index = decode_block_index(value, expected);
                                           if (parse_block_key(key) != expected) bad = missing();
                                           if (bad.ok() && !index) bad = index.error();
                                           if (!bad.ok()) return false;
                                           next.push_back(std::move(*index));
                                           ++expected;
                                           return next.size() < kBlocksAtOnce;
                                       });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (bad.ok() && next.empty()) bad = missing();
    if (!bad.ok()) return std::unexpected(bad);
    return next;
}

Status JournalFollower::visit_next(const BlockIndexEntry& index, const Visit& visit) {
    const std::uint64_t number = position_ + 1;
    std::vector<std::string> values;  // what the rows are views of, as is the next
    std::vector<UsageBlock> blocks;
    std::vector<UsageRow> rows;
    values.reserve(index.usage.size());
    for (const UsagePart& part : index.usage) {
        auto value = store_.get(Family::usage, usage_key({part.retention_class, part.day, number}));
        // Dropped by retention; if it should be there, verifying the journal says so.
        if (!value && value.error().code() == StatusCode::not_found) continue;
        if (!value) return value.error();
        auto block = UsageBlock::read(values.emplace_back(std::move(*value)), number);
        if (!block) return block.error();
        UsageBlock& kept = blocks.emplace_back(std::move(*block));
        while (const auto row = kept.next()) rows.push_back(*row);
    }
    if (Status status = visit(number, rows); !status.ok()) return status;
    position_ = number;
    return {};
}

}  // namespace tollgate
