#include "accounting/block_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "store/fail_point.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kRetentionClass = 0;  // the only one so far
constexpr std::size_t kFullBlockBytes = kMaxBlockBytes / 2;

std::uint32_t day_of(std::int64_t unix_ms) {
    using namespace std::chrono;
    return static_cast<std::uint32_t>(floor<days>(milliseconds(std::max<std::int64_t>(unix_ms, 0))).count());
}

}  // namespace

bool BlockWriter::full() const { return usage_.bytes() >= kFullBlockBytes || money_.bytes() >= kFullBlockBytes; }

Status BlockWriter::add_request(SlotIndex slot, std::span<const std::byte> open,
                                std::span<const std::byte> settlement) {
    const auto opened = decode_opened(open);
    if (!opened) return opened.error();
    const auto settled = decode_settled(settlement);
    if (!settled) return settled.error();
    const LedgerEntry entry = usage_entry(*opened, *settled);
    if (entry.leg_count > 0) {
        if (Status status = add_entry(entry); !status.ok()) return status;
    }
    const auto& id = opened->request.bytes;
    index_.min_request = usage_.rows() == 0 ? id : std::min(index_.min_request, id);
    index_.max_request = usage_.rows() == 0 ? id : std::max(index_.max_request, id);
    last_settled_ms_ = std::max(last_settled_ms_, settled->settled_ms);
    usage_.add(open, settlement);
    slots_in_block_.push_back(slot);
    return {};
}

Status BlockWriter::add_entry(const LedgerEntry& entry) {
    if (Status status = balances_.apply(entry); !status.ok()) return status;
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
    index_.rows = usage_.rows();
    index_.retention_class = kRetentionClass;
    index_.day = day_of(last_settled_ms_);
    if (usage_.rows() > 0) {
        FinishedBlock usage = usage_.finish(header.number);
        header.usage = usage.hash;
        batch_.put(Family::usage, usage_key({kRetentionClass, index_.day, header.number}), std::move(usage.value));
    }
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

    for (const SlotIndex slot : slots_in_block_) slots_.mark_taken(slot, end_.block);
    fail_point("before_journal_commit");
    const Status status = store_.commit(batch_, durability);
    fail_point("after_journal_commit");

    batch_.clear();
    index_ = {};
    last_settled_ms_ = 0;
    committed_slots_.swap(slots_in_block_);
    slots_in_block_.clear();
    if (!status.ok()) committed_slots_.clear();
    return status;
}

}  // namespace tollgate
