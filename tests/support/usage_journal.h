// Writes blocks of usage rows, and their entries of money, straight into a store, as the ledger would: for tests and
// benchmarks of what reads them.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/ledger/ledger_entry.h"
#include "accounting/ledger/usage_record.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "store/slot_file.h"
#include "store/store.h"

namespace tollgate {

using UsageSample = UsageRecord;

inline PricedCandidates only_candidate(std::string_view model, std::string_view provider) {
    PricedCandidates candidates;
    candidates.add({.model = model, .provider = provider});
    return candidates;
}

class UsageJournal {
  public:
    explicit UsageJournal(Store& store) : store_(store) {}

    std::uint64_t last() const { return last_; }

    // One block; its day is that of the last settlement in it.
    Status commit(const std::vector<UsageSample>& samples) {
        BlockIndexEntry index;
        std::map<std::uint8_t, UsageBlockBuilder> builders;
        std::int64_t settled_ms = 0;
        for (const UsageSample& sample : samples) {
            std::array<std::byte, kSlotOpenBytes> open;
            std::array<std::byte, kSlotSettlementBytes> settlement;
            const std::size_t open_bytes = encode(sample.opened, open);
            builders[sample.opened.retention_class].add(
                std::span(open).first(open_bytes), std::span(settlement).first(encode(sample.settled, settlement)));
            const LedgerEntry entry = usage_entry(sample);
            std::array<std::byte, kLedgerEntryBytes> bytes;
            if (entry.leg_count > 0) money_.add(std::span(bytes).first(encode(entry, bytes)));
            settled_ms = std::max(settled_ms, sample.settled.settled_ms);
            const auto& id = sample.opened.request.bytes;
            if (index.min_request == decltype(index.min_request){} || id < index.min_request) index.min_request = id;
            index.max_request = std::max(index.max_request, id);
        }
        WriteBatch batch;
        ++last_;
        const auto day = static_cast<std::uint32_t>(settled_ms / 86'400'000);
        for (auto& [retention_class, builder] : builders) {
            const std::uint32_t rows = builder.rows();
            FinishedBlock block = builder.finish(last_);
            index.usage.push_back({retention_class, day, rows, block.hash});
            batch.put(Family::usage, usage_key({retention_class, day, last_}), std::move(block.value));
        }
        index.commit_ms = commit_ms_ = std::max(commit_ms_, settled_ms);
        MoneyBlockHeader header;
        header.number = last_;
        header.commit_ms = commit_ms_;
        header.previous = previous_;
        header.usage = usage_hash(index.usage);
        FinishedBlock money = money_.finish(header);
        previous_ = money.hash;
        batch.put(Family::money, block_key(last_), std::move(money.value));
        batch.put(Family::block_index, block_key(last_), encode(index));
        return store_.commit(batch, Durability::process);
    }

  private:
    Store& store_;
    MoneyBlockBuilder money_;
    BlockHash previous_{};
    std::uint64_t last_ = 0;
    std::int64_t commit_ms_ = 0;  // never descends
};

}  // namespace tollgate
