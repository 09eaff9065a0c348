#include "accounting/ledger/journal_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {

Result<StoredRequest> StoredRequest::decode(std::span<const std::byte> open, std::span<const std::byte> settlement) {
    StoredRequest stored;
    stored.bytes_ = std::make_shared<const std::string>(text_of(open) + text_of(settlement));
    const auto own = std::as_bytes(std::span(*stored.bytes_));
    auto record = decode_record(own.first(open.size()), own.subspan(open.size()));
    if (!record) return std::unexpected(record.error());
    stored.record_ = *record;
    return stored;
}

Result<std::uint64_t> retained_from_day(Store& store, std::uint8_t retention_class) {
    const auto value = store.get(Family::system, retained_from_day_key(retention_class));
    if (!value) {
        if (value.error().code() == StatusCode::not_found) return 0;
        return std::unexpected(value.error());
    }
    const auto day = decode_u64(*value);
    if (!day) return failure(StatusCode::corrupt, "retention: the first kept day of a class is malformed");
    return *day;
}

Result<std::uint64_t> JournalReader::last_block() {
    const auto last = store_.last_before(Family::money, "", "");
    if (!last) {
        if (last.error().code() == StatusCode::not_found) return 0;
        return std::unexpected(last.error());
    }
    const auto number = parse_block_key(last->first);
    if (!number || *number == 0) return failure(StatusCode::corrupt, "money journal: malformed block key");
    return *number;
}

Status JournalReader::for_each_row(std::uint64_t block, const std::function<bool(const UsageRow&)>& visit) {
    const auto money_value = store_.get(Family::money, block_key(block));
    if (!money_value) return money_value.error();
    const auto money = MoneyBlock::read(*money_value, block);
    if (!money) return money.error();
    if (money->header().usage == BlockHash{}) return {};

    const auto index_value = store_.get(Family::block_index, block_key(block));
    if (!index_value) return Status(StatusCode::corrupt, "block " + std::to_string(block) + ": not in the block index");
    const auto index = decode_block_index(*index_value, block);
    if (!index) return index.error();
    if (usage_hash(index->usage) != money->header().usage) {
        return Status(StatusCode::corrupt,
                      "block " + std::to_string(block) + ": the usage hashes in its index are not those of its money");
    }
    Status expired;
    bool more = true;
    for (const UsagePart& part : index->usage) {
        Status status = more ? read_part(block, part, visit, more) : Status();
        if (status.code() == StatusCode::expired) {
            expired = std::move(status);
        } else if (!status.ok()) {
            return status;
        }
    }
    return expired;
}

Status JournalReader::read_part(std::uint64_t block, const UsagePart& part,
                                const std::function<bool(const UsageRow&)>& visit, bool& more) {
    const auto value = store_.get(Family::usage, usage_key({part.retention_class, part.day, block}));
    if (!value) {
        if (value.error().code() != StatusCode::not_found) return value.error();
        const auto from_day = retained_from_day(store_, part.retention_class);
        if (!from_day) return from_day.error();
        const std::string name = "usage block " + std::to_string(block);
        if (part.day < *from_day) return Status(StatusCode::expired, name + ": dropped at the end of its retention");
        return Status(StatusCode::corrupt, name + ": missing, and its retention has not ended");
    }
    auto usage = UsageBlock::read(*value, block, part.hash);
    if (!usage) return usage.error();
    while (const auto row = usage->next()) {
        more = visit(*row);
        if (!more) break;
    }
    return {};
}

// Block times never descend, so the index can be bisected.
Result<std::uint64_t> JournalReader::first_block_not_before(std::int64_t unix_ms, std::uint64_t last) {
    std::uint64_t low = 1, high = last + 1;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto value = store_.get(Family::block_index, block_key(middle));
        if (!value) return std::unexpected(value.error());
        const auto index = decode_block_index(*value, middle);
        if (!index) return std::unexpected(index.error());
        if (index->commit_ms < unix_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Status JournalReader::for_each_candidate(const Id128& request, std::uint64_t last,
                                         const std::function<bool(std::uint64_t block)>& visit) {
    const auto first = first_block_not_before(ulid_time_ms(request), last);
    if (!first) return first.error();
    const std::uint64_t end = std::min(last, *first + most_blocks_searched_ - 1) + 1;
    Status bad;
    const Status scanned = store_.scan(
        Family::block_index, block_key(*first), block_key(end), [&](std::string_view key, std::string_view value) {
            const std::uint64_t block = parse_block_key(key).value_or(0);
            const auto index = decode_block_index(value, block);
            if (!index) {
                bad = index.error();
                return false;
            }
            const bool may_have =
                !index->usage.empty() && index->min_request <= request.bytes && request.bytes <= index->max_request;
            return !may_have || visit(block);
        });
    return scanned.ok() ? bad : scanned;
}

Result<LedgerEntry> JournalReader::find_usage(const Id128& request, std::uint64_t last) {
    std::optional<LedgerEntry> found;
    Status bad;
    const Status scanned = for_each_candidate(request, last, [&](std::uint64_t number) {
        const auto value = store_.get(Family::money, block_key(number));
        auto block = value ? MoneyBlock::read(*value, number) : std::unexpected(value.error());
        if (!block) bad = block.error();
        while (bad.ok() && !found) {
            const auto bytes = block->next();
            if (!bytes) break;
            const auto entry = decode_ledger_entry(*bytes);
            if (!entry) bad = entry.error();
            if (entry && entry->kind == EntryKind::usage && entry->event == request) found = *entry;
        }
        return bad.ok() && !found;
    });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!bad.ok()) return std::unexpected(bad);
    if (!found) return failure(StatusCode::not_found, "request " + to_ulid(request) + ": moved no money here");
    return *found;
}

Result<StoredRequest> JournalReader::find(const Id128& request, std::uint64_t last) {
    std::optional<StoredRequest> found;
    Status bad, expired;
    const auto look_into = [&](std::uint64_t block) {
        return for_each_row(block, [&](const UsageRow& row) {
            const auto opened = decode_opened(row.open);
            if (opened && opened->request != request) return true;
            auto stored = StoredRequest::decode(row.open, row.settlement);
            if (!stored) {
                bad = stored.error();
            } else {
                found = std::move(*stored);
            }
            return false;
        });
    };
    const Status scanned = for_each_candidate(request, last, [&](std::uint64_t block) {
        const Status status = look_into(block);
        if (!status.ok()) (status.code() == StatusCode::expired ? expired : bad) = status;
        return bad.ok() && !found;
    });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!bad.ok()) return std::unexpected(bad);
    if (!found && !expired.ok()) return std::unexpected(expired);
    if (!found) return failure(StatusCode::not_found, "request " + to_ulid(request) + ": not known");
    return std::move(*found);
}

}  // namespace tollgate
