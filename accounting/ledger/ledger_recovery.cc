#include "accounting/ledger/ledger_recovery.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "accounting/ledger/journal_reader.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kRestartedError = "gateway_restarted";

Status corrupt(const std::string& what) { return Status(StatusCode::corrupt, what); }

// Reads block `number` and checks its place in the chain; `apply` says whether its entries are not in the balances yet.
Status replay_block(std::uint64_t number, std::string_view value, bool chained, bool apply, JournaledBalances& balances,
                    JournalEnd& end) {
    auto block = MoneyBlock::read(value, number);
    if (!block) return block.error();
    if (chained) {
        if (Status status = block->verify_follows(end.hash); !status.ok()) return status;
    }
    end = {number, block->hash(), block->header().commit_ms};
    if (!apply) return {};
    while (const auto bytes = block->next()) {
        const auto entry = decode_ledger_entry(*bytes);
        const Status status = entry ? balances.apply(*entry, number) : entry.error();
        if (!status.ok())
            return Status(status.code(), "money block " + std::to_string(number) + ": " + status.message());
    }
    return {};
}

// Replays the blocks above the checkpoint. The checkpoint's own block is read for its hash: the chain is verified from
// there.
Result<JournalEnd> replay_journal(Store& store, std::uint64_t checkpoint, JournaledBalances& balances) {
    JournalEnd end;
    std::uint64_t expected = std::max<std::uint64_t>(checkpoint, 1);
    Status bad;
    const Status scanned =
        store.scan(Family::money, block_key(expected), "", [&](std::string_view key, std::string_view value) {
            const auto number = parse_block_key(key);
            if (!number || *number != expected) {
                bad = corrupt("money block " + std::to_string(expected) + ": missing");
                return false;
            }
            bad = replay_block(*number, value, *number != checkpoint, *number > checkpoint, balances, end);
            ++expected;
            return bad.ok();
        });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!bad.ok()) return std::unexpected(bad);
    if (end.block < checkpoint) {
        return failure(StatusCode::corrupt, "money block " + std::to_string(checkpoint) +
                                                ": missing, but the balance checkpoint is true for it");
    }
    return end;
}

// Which of the requests that slots hold are in the journal already.
class JournaledRequests {
  public:
    JournaledRequests(Store& store, std::uint64_t last_block)
        : store_(store), reader_(store), last_block_(last_block) {}

    // By the block that a slot says took it: enough while the slot file is what it was when the process ended.
    Result<bool> contains(std::uint64_t block, const Id128& request) {
        if (block == 0 || block > last_block_) return false;  // marked, but the commit never came
        auto found = blocks_.find(block);
        if (found == blocks_.end()) {
            auto requests = in_block(block);
            if (!requests) return std::unexpected(requests.error());
            found = blocks_.emplace(block, std::move(*requests)).first;
        }
        return found->second.contains(request);
    }

    // After a power cut a slot may be older than the block that took it and name none, or another. So the rest is
    // looked for in every block since they began; a block's range of ids spares reading most.
    Result<std::set<Id128>> find(const std::set<Id128>& wanted) {
        std::set<Id128> found;
        if (wanted.empty()) return found;
        const auto first = reader_.first_block_not_before(ulid_time_ms(*wanted.begin()), last_block_);
        if (!first) return std::unexpected(first.error());
        Status bad;
        const auto look_into = [&](std::string_view key, std::string_view value) {
            const std::uint64_t block = parse_block_key(key).value_or(0);
            const auto index = decode_block_index(value, block);
            if (!index) {
                bad = index.error();
            } else if (const auto least = wanted.lower_bound(Id128{index->min_request});
                       !index->usage.empty() && least != wanted.end() && least->bytes <= index->max_request) {
                const auto requests = in_block(block);
                if (!requests) bad = requests.error();
                if (requests) std::ranges::set_intersection(wanted, *requests, std::inserter(found, found.end()));
            }
            return bad.ok();
        };
        const Status scanned =
            store_.scan(Family::block_index, block_key(*first), block_key(last_block_ + 1), look_into);
        if (!scanned.ok()) return std::unexpected(scanned);
        if (!bad.ok()) return std::unexpected(bad);
        return found;
    }

  private:
    Result<std::set<Id128>> in_block(std::uint64_t block) {
        std::set<Id128> requests;
        Status bad;
        const Status read = reader_.for_each_row(block, [&](const UsageRow& row) {
            const auto opened = decode_opened(row.open);
            if (!opened) bad = opened.error();
            if (opened) requests.insert(opened->request);
            return bad.ok();
        });
        if (!bad.ok()) return std::unexpected(bad);
        if (read.code() == StatusCode::expired) {
            // Only a clock that leapt gets here. What was charged stands in the money; what was free may repeat.
            if (Status status = add_charged(block, requests); !status.ok()) return std::unexpected(status);
        } else if (!read.ok()) {
            return std::unexpected(read);
        }
        return requests;
    }

    Status add_charged(std::uint64_t number, std::set<Id128>& requests) {
        const auto value = store_.get(Family::money, block_key(number));
        if (!value) return value.error();
        auto block = MoneyBlock::read(*value, number);
        if (!block) return block.error();
        while (const auto bytes = block->next()) {
            const auto entry = decode_ledger_entry(*bytes);
            if (!entry) return entry.error();
            requests.insert(entry->event);
        }
        return {};
    }

    Store& store_;
    JournalReader reader_;
    const std::uint64_t last_block_;
    std::unordered_map<std::uint64_t, std::set<Id128>> blocks_;
};

struct LeftOvers {
    std::vector<LeftOverSlot> settled, open;  // those that the journal lacks
};

Result<LeftOvers> find_left_overs(Store& store, SlotFile& slots, std::uint64_t last_block) {
    JournaledRequests journaled(store, last_block);
    std::vector<std::pair<Id128, LeftOverSlot>> unmarked;
    std::set<Id128> wanted;
    const Status visited = slots.for_each_left_over([&](const LeftOverSlot& slot) -> Status {
        const auto opened = decode_opened(slot.open);
        if (!opened) {
            return Status(opened.error().code(),
                          "slot " + std::to_string(slot.index) + ": " + opened.error().message());
        }
        const auto known = journaled.contains(slot.block, opened->request);
        if (!known) return known.error();
        if (!*known) {
            unmarked.emplace_back(opened->request, slot);
            wanted.insert(opened->request);
        }
        return {};
    });
    if (!visited.ok()) return std::unexpected(visited);
    const auto known = journaled.find(wanted);
    if (!known) return std::unexpected(known.error());
    LeftOvers left;
    for (const auto& [request, slot] : unmarked) {
        if (!known->contains(request)) (slot.settled ? left.settled : left.open).push_back(slot);
    }
    return left;
}

// What a slot says after a power cut may be anything.
std::int64_t clamped(std::uint64_t value) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(value, kMost));
}

// A request that died with the process, as OrphanPolicy says.
RequestSettled settle_orphan(const RequestOpened& opened, const LeftOverSlot& slot, OrphanPolicy policy,
                             NanoUsd balance, std::int64_t now_ms) {
    RequestSettled settled;
    settled.settled_ms = now_ms;
    settled.error = kRestartedError;
    settled.latency_ms = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(now_ms - opened.created_ms, 0, std::numeric_limits<std::int32_t>::max()));
    const bool known = slot.candidate < opened.candidates.size();
    if (known) settled.candidate = slot.candidate;
    const PricedCandidate& candidate = opened.candidates[settled.candidate];
    settled.byok = candidate.own_key;
    // Nobody is charged by a candidate that there is not.
    if (!known || slot.progress == 0) return settled;
    settled.source = UsageSource::counted;
    settled.usage.prompt = candidate.counted_prompt;
    settled.usage.completion = clamped(slot.progress);
    const auto [price, provider_cost] = price_usage(settled.usage, candidate.prices);
    settled.provider_cost = provider_cost;
    if (policy == OrphanPolicy::free) return settled;
    const NanoUsd hold = slot.hold == 0 ? opened.hold : NanoUsd{clamped(slot.hold)};
    settled.cost = std::min(hold, price);
    settled.charged = std::min(settled.cost, balance);
    settled.overrun = settled.cost - settled.charged;
    return settled;
}

class Appender {
  public:
    Appender(JournaledBalances& balances, BlockWriter& writer, const LedgerOptions& options, std::int64_t now_ms,
             Recovered& recovered)
        : balances_(balances), writer_(writer), options_(options), now_ms_(now_ms), recovered_(recovered) {}

    Status append_settled(const LeftOverSlot& slot) {
        ++recovered_.settled;
        return append(slot, slot.settlement);
    }

    Status append_open(const LeftOverSlot& slot) {
        const auto opened = decode_opened(slot.open);
        if (!opened) return opened.error();
        std::array<std::byte, kSlotSettlementBytes> settlement;
        const NanoUsd balance = balances_.balance(opened->organization);
        const RequestSettled settled = settle_orphan(*opened, slot, options_.orphans, balance, now_ms_);
        ++recovered_.open;
        return append(slot, std::span(settlement).first(encode(settled, settlement)));
    }

    Status commit() {
        if (writer_.empty()) return {};
        recovered_.entries += writer_.entries();
        ++recovered_.blocks;
        return writer_.commit(now_ms_, options_.durability, false);
    }

  private:
    Status append(const LeftOverSlot& slot, std::span<const std::byte> settlement) {
        if (Status status = writer_.add_request(slot.index, slot.open, settlement); !status.ok()) {
            return Status(status.code(), "slot " + std::to_string(slot.index) + ": " + status.message());
        }
        return writer_.full() || writer_.entries() >= options_.max_entries_per_block ? commit() : Status();
    }

    JournaledBalances& balances_;
    BlockWriter& writer_;
    const LedgerOptions& options_;
    const std::int64_t now_ms_;
    Recovered& recovered_;
};

}  // namespace

Result<Recovered> recover(Store& store, SlotFile& slots, JournaledBalances& balances, BlockWriter& writer,
                          const LedgerOptions& options, std::int64_t now_ms) {
    const auto checkpoint = balances.load(store);
    if (!checkpoint) return std::unexpected(checkpoint.error());
    if (Status status = balances.check_lots(); !status.ok()) return std::unexpected(status);
    const auto end = replay_journal(store, *checkpoint, balances);
    if (!end) return std::unexpected(end.error());
    writer.resume(*end);
    const auto left = find_left_overs(store, slots, end->block);
    if (!left) return std::unexpected(left.error());

    Recovered recovered;
    Appender appender(balances, writer, options, now_ms, recovered);
    // What was settled comes first: its charges are facts, and an orphan gets at most what they leave.
    for (const LeftOverSlot& slot : left->settled) {
        if (Status status = appender.append_settled(slot); !status.ok()) return std::unexpected(status);
    }
    for (const LeftOverSlot& slot : left->open) {
        if (Status status = appender.append_open(slot); !status.ok()) return std::unexpected(status);
    }
    if (Status status = appender.commit(); !status.ok()) return std::unexpected(status);
    if (Status status = writer.commit(now_ms, options.durability, true); !status.ok()) return std::unexpected(status);
    slots.finish_recovery();
    return recovered;
}

}  // namespace tollgate
