#include "accounting/ledger/block_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "store/fail_point.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

static_assert(kMaxRetentionClasses <= kMaxUsageParts);
constexpr std::size_t kRowOverheadBytes = 8;
constexpr std::size_t kFullBlockBytes = kMaxBlockBytes / 2;

std::uint32_t day_of(std::int64_t unix_ms) {
    using namespace std::chrono;
    return static_cast<std::uint32_t>(floor<days>(milliseconds(std::max<std::int64_t>(unix_ms, 0))).count());
}

}  // namespace

bool BlockWriter::full() const { return row_bytes_ >= kFullBlockBytes || money_.bytes() >= kFullBlockBytes; }

Status BlockWriter::add_request(SlotIndex slot, std::span<const std::byte> open,
                                std::span<const std::byte> settlement) {
    const auto record = decode_record(open, settlement);
    if (!record) return record.error();
    const RequestOpened& opened = record->opened;
    const LedgerEntry entry = usage_entry(*record);
    if (entry.leg_count > 0) {
        if (Status status = add_entry(entry); !status.ok()) return status;
    }
    const auto& id = opened.request.bytes;
    index_.min_request = rows_ == 0 ? id : std::min(index_.min_request, id);
    index_.max_request = rows_ == 0 ? id : std::max(index_.max_request, id);
    last_settled_ms_ = std::max(last_settled_ms_, record->settled.settled_ms);
    usage_[opened.retention_class].add(open, settlement);
    ++rows_;
    row_bytes_ += open.size() + settlement.size() + kRowOverheadBytes;
    slots_in_block_.push_back(slot);
    return {};
}

Status BlockWriter::add_entry(const LedgerEntry& entry) {
    if (Status status = balances_.apply(entry, end_.block + 1); !status.ok()) return status;
    std::array<std::byte, kLedgerEntryBytes> bytes;
    money_.add(std::span(bytes).first(encode(entry, bytes)));
    return {};
}

void BlockWriter::put_block(std::int64_t commit_ms) {
    MoneyBlockHeader header;
    header.number = end_.block + 1;
    header.commit_ms = commit_ms;
    header.previous = end_.hash;
    index_.commit_ms = commit_ms;
    const std::uint32_t day = day_of(last_settled_ms_);
    for (std::uint8_t retention_class = 0; retention_class < kMaxRetentionClasses && rows_ > 0; ++retention_class) {
        UsageBlockBuilder& builder = usage_[retention_class];
        if (builder.rows() == 0) continue;
        const std::uint32_t rows = builder.rows();
        FinishedBlock usage = builder.finish(header.number);
        index_.usage.push_back({.retention_class = retention_class, .day = day, .rows = rows, .hash = usage.hash});
        batch_.put(Family::usage, usage_key({retention_class, day, header.number}), std::move(usage.value));
    }
    header.usage = usage_hash(index_.usage);
    rows_ = 0;
    row_bytes_ = 0;
    FinishedBlock money = money_.finish(header);
    batch_.put(Family::money, block_key(header.number), std::move(money.value));
    batch_.put(Family::block_index, block_key(header.number), encode(index_));
    end_ = {header.number, money.hash, commit_ms};
}

Status BlockWriter::commit(std::int64_t now_ms, Durability durability, bool with_checkpoint) {
    if (!empty()) {
        // find_request looks for the first block whose time is not before the id's: hold to it when clocks step back.
        put_block(std::max({now_ms, end_.commit_ms, ulid_time_ms(Id128{index_.max_request})}));
    }
    if (with_checkpoint && balances_.changed()) balances_.add_checkpoint(batch_, end_.block);
    if (batch_.empty()) return {};
    durability_ = durability;
    return write();
}

Status BlockWriter::retry() { return pending_ ? write() : Status(); }

Status BlockWriter::write() {
    for (const SlotIndex slot : slots_in_block_) slots_.mark_taken(slot, end_.block);
    fail_point("before_journal_commit");
    Status status = store_.commit(batch_, durability_);
    fail_point("after_journal_commit");
    pending_ = !status.ok();
    if (pending_) return status;

    committed_block_ = end_.block;
    batch_.clear();
    index_ = {};
    last_settled_ms_ = 0;
    committed_slots_.swap(slots_in_block_);
    slots_in_block_.clear();
    return {};
}

}  // namespace tollgate
