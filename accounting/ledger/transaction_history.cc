#include "accounting/ledger/transaction_history.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kHistoryVersion = 1;
constexpr std::size_t kHistoryFixedBytes =
    1 + 2 + 3 * 8 + 8 + 4 * 16 + 3 * 8 + 4 + 8 + 32 + 2 * (1 + kTransactionActorBytes);
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kMostUlidMs = (std::int64_t{1} << 48) - 2 * kDayMs;

// The time of a ULID, as its first six bytes have it.
void put_ulid_time(Id128& id, std::int64_t unix_ms) {
    for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (8 * (5 - i)));
}

// Sorts after every transaction of its day; a project's id ends in random bytes.
Id128 day_id(std::int64_t unix_ms, const Id128& project) {
    Id128 id = project;
    const std::int64_t day = std::max<std::int64_t>(unix_ms, 0) / kDayMs;
    put_ulid_time(id, day * kDayMs + kDayMs - 1);
    return id;
}

bool admits(const HistoryQuery& query, const HistoryRow& row) {
    return (!query.kind || row.kind == *query.kind) && (!query.state || row.state == *query.state) &&
           (query.actor.empty() || row.actor == query.actor) && row.at_ms >= query.from_ms && row.at_ms < query.to_ms;
}

// The first id after all rows of that time: of a day's usage it ends the day.
Id128 id_after_day_of(std::int64_t unix_ms) {
    Id128 id;
    put_ulid_time(id, (unix_ms / kDayMs + 1) * kDayMs);
    return id;
}

}  // namespace

std::string_view to_string(TransactionState state) {
    switch (state) {
        case TransactionState::done:
            return "done";
        case TransactionState::pending:
            return "pending";
        case TransactionState::cancelled:
            return "cancelled";
    }
    return "unknown";
}

std::optional<TransactionState> parse_transaction_state(std::string_view text) {
    for (const auto state : {TransactionState::done, TransactionState::pending, TransactionState::cancelled}) {
        if (to_string(state) == text) return state;
    }
    return std::nullopt;
}

std::string encode(const HistoryRow& row) {
    std::array<std::byte, kHistoryFixedBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kHistoryVersion);
    writer.integer(static_cast<std::uint8_t>(row.kind));
    writer.integer(static_cast<std::uint8_t>(row.state));
    for (const NanoUsd amount : {row.amount, row.asked, row.balance_after}) writer.integer(amount.value);
    writer.integer(row.journal_position);
    for (const Id128& id : {row.transaction, row.reference, row.counterparty, row.project}) writer.bytes(id.bytes);
    writer.integer(row.at_ms);
    writer.integer(row.created_ms);
    writer.integer(row.expires_ms);
    writer.integer(row.priority);
    writer.integer(row.requests);
    writer.bytes(row.record.bytes);
    writer.text(row.actor, kTransactionActorBytes);
    writer.text(row.confirmed_by, kTransactionActorBytes);
    return text_of(std::span(bytes).first(writer.size())) + row.note;
}

Result<HistoryRow> decode_history_row(const Id128& place, std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    const std::string name = "transaction at " + to_ulid(place);
    const auto version = reader.integer<std::uint8_t>();
    if (version > kHistoryVersion) return failure(StatusCode::too_new, name + ": written by a newer version");
    HistoryRow row;
    row.place = place;
    row.kind = static_cast<EntryKind>(reader.integer<std::uint8_t>());
    row.state = static_cast<TransactionState>(reader.integer<std::uint8_t>());
    for (NanoUsd* amount : {&row.amount, &row.asked, &row.balance_after}) {
        amount->value = reader.integer<std::int64_t>();
    }
    row.journal_position = reader.integer<std::uint64_t>();
    for (Id128* id : {&row.transaction, &row.reference, &row.counterparty, &row.project}) {
        id->bytes = reader.bytes<16>();
    }
    row.at_ms = reader.integer<std::int64_t>();
    row.created_ms = reader.integer<std::int64_t>();
    row.expires_ms = reader.integer<std::int64_t>();
    row.priority = reader.integer<std::int32_t>();
    row.requests = reader.integer<std::uint64_t>();
    row.record.bytes = reader.bytes<32>();
    row.actor = reader.text();
    row.confirmed_by = reader.text();
    const bool known = to_string(row.kind) != "unknown" && to_string(row.state) != "unknown";
    if (version == 0 || !reader.ok() || !known) return failure(StatusCode::corrupt, name + ": malformed row");
    row.note = value.substr(value.size() - reader.left());
    return row;
}

namespace {

// What the day of this usage left, whatever came last in it: its rows of usage stand in the order of their projects,
// above all else of the day.
Result<NanoUsd> balance_after_day(Store& store, const Id128& organization, std::int64_t usage_ms) {
    const std::string begin = history_key(organization.bytes, Id128{}.bytes);
    std::string end = history_key(organization.bytes, id_after_day_of(usage_ms).bytes);
    HistoryRow last;
    for (bool usage = true; usage;) {
        const auto found = store.last_before(Family::transactions, begin, end);
        if (!found && found.error().code() == StatusCode::not_found) break;
        if (!found) return std::unexpected(found.error());
        auto row = decode_history_row({}, found->second);
        if (!row) return std::unexpected(row.error());
        usage = row->kind == EntryKind::usage;
        end = found->first;
        if (row->journal_position > last.journal_position) last = std::move(*row);
    }
    return last.balance_after;
}

// Of usage rows as they are listed, one day after the other.
class BalancesAfterDays {
  public:
    BalancesAfterDays(Store& store, const Id128& organization) : store_(store), organization_(organization) {}

    Status set(HistoryRow& usage) {
        const std::int64_t day_end_ms = ulid_time_ms(usage.place);
        if (day_end_ms != day_end_ms_) {
            const auto balance = balance_after_day(store_, organization_, day_end_ms);
            if (!balance) return balance.error();
            balance_ = *balance;
            day_end_ms_ = day_end_ms;
        }
        usage.balance_after = balance_;
        return {};
    }

  private:
    Store& store_;
    const Id128& organization_;
    std::int64_t day_end_ms_ = -1;
    NanoUsd balance_;
};

}  // namespace

Result<HistoryPage> read_history(Store& store, const HistoryQuery& query) {
    const Id128& organization = query.organization;
    const std::string begin = history_key(organization.bytes, Id128{}.bytes);
    std::string end = prefix_end(std::string_view(begin).substr(0, begin.size() - sizeof(Id128)));
    if (query.before) end = history_key(organization.bytes, query.before->bytes);
    if (query.to_ms < kMostUlidMs)
        end = std::min(end, history_key(organization.bytes, id_after_day_of(query.to_ms).bytes));
    HistoryPage page;
    BalancesAfterDays balances(store, organization);
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxHistoryPage);
    for (std::size_t examined = 0; examined < kMaxHistoryRowsExamined && page.rows.size() < limit; ++examined) {
        const auto found = store.last_before(Family::transactions, begin, end);
        if (!found) {
            page.next.reset();
            if (found.error().code() == StatusCode::not_found) return page;
            return std::unexpected(found.error());
        }
        const auto ids = parse_history_key(found->first);
        if (!ids) return failure(StatusCode::corrupt, "transaction history: malformed key");
        auto row = decode_history_row(Id128{ids->ulid}, found->second);
        if (!row) return std::unexpected(row.error());
        if (ulid_time_ms(row->place) < query.from_ms) {  // as are all that follow
            page.next.reset();
            return page;
        }
        page.next = row->place;
        end = found->first;
        if (!admits(query, *row)) continue;
        if (row->kind == EntryKind::usage) {
            if (Status status = balances.set(*row); !status.ok()) return std::unexpected(status);
        }
        page.rows.push_back(std::move(*row));
    }
    return page;
}

Result<HistoryRow> find_transaction(Store& store, const Id128& organization, const Id128& transaction) {
    Id128 place = transaction;
    auto value = store.get(Family::transactions, history_key(organization.bytes, place.bytes));
    if (!value && value.error().code() == StatusCode::not_found) {
        const auto moved = store.get(Family::transactions, moved_row_key(organization.bytes, transaction.bytes));
        if (moved && moved->size() == place.bytes.size()) {
            std::ranges::copy(*moved, place.bytes.begin());
            value = store.get(Family::transactions, history_key(organization.bytes, place.bytes));
        }
    }
    if (value) return decode_history_row(place, *value);
    if (value.error().code() != StatusCode::not_found) return std::unexpected(value.error());
    return failure(StatusCode::not_found, "transaction " + to_ulid(transaction) + ": not known in this organization");
}

void put_history_row(const Id128& organization, const HistoryRow& row, WriteBatch& batch) {
    batch.put(Family::transactions, history_key(organization.bytes, row.place.bytes), encode(row));
    if (row.place == row.transaction) return;
    batch.erase(Family::transactions, history_key(organization.bytes, row.transaction.bytes));
    batch.put(Family::transactions, moved_row_key(organization.bytes, row.transaction.bytes),
              std::string(row.place.bytes.begin(), row.place.bytes.end()));
}

std::size_t UsageDays::DayHash::operator()(const Day& day) const {
    std::size_t organization, transaction;
    std::memcpy(&organization, day.organization.bytes.data() + 8, sizeof organization);
    std::memcpy(&transaction, day.transaction.bytes.data() + 8, sizeof transaction);
    return organization ^ (transaction * 31);
}

Status UsageDays::read_stored(const Day& day, Sum& sum) {
    if (store_ == nullptr || !stored_rows_count_) return {};
    const auto row = find_transaction(*store_, day.organization, day.transaction);
    if (!row) return row.error().code() == StatusCode::not_found ? Status() : row.error();
    sum.charged = -row->amount;
    sum.requests = row->requests;
    return {};
}

Status UsageDays::add(const LedgerEntry& usage, NanoUsd charged, NanoUsd balance_after,
                      std::uint64_t journal_position) {
    const Day day{usage.organization, day_id(usage.at_ms, usage.project)};
    const auto [found, made] = sums_.try_emplace(day);
    Sum& sum = found->second;
    if (made) {
        if (Status status = read_stored(day, sum); !status.ok()) return status;
        sum.project = usage.project;
    }
    sum.charged += charged;
    sum.balance_after = balance_after;
    sum.journal_position = journal_position;
    sum.at_ms = std::max(sum.at_ms, usage.at_ms);
    ++sum.requests;
    sum.changed = true;
    return {};
}

void UsageDays::add_checkpoint(WriteBatch& batch) {
    // Unchanged for one checkpoint means written by one before it: what comes later reads the row again.
    std::erase_if(sums_, [](const auto& day) { return !day.second.changed; });
    for (auto& [day, sum] : sums_) {
        HistoryRow row;
        row.transaction = row.place = day.transaction;
        row.kind = EntryKind::usage;
        row.amount = row.asked = -sum.charged;
        row.balance_after = sum.balance_after;
        row.journal_position = sum.journal_position;
        row.project = sum.project;
        row.at_ms = row.created_ms = sum.at_ms;
        row.requests = sum.requests;
        put_history_row(day.organization, row, batch);
        sum.changed = false;
    }
    stored_rows_count_ = true;
}

}  // namespace tollgate
