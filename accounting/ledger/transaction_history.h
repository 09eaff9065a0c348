// What people see of the ledger: a row for every transaction of an organization, usage as one row per UTC day and
// project. A row stands where its credit moved: a purchase that is confirmed later moves there. Rows are written in one
// batch with the journal's block (usage: with the checkpoint); what they say of money is in the journal too, notes and
// actors are only here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/ledger/ledger_entry.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

inline constexpr std::size_t kTransactionNoteBytes = 1000;
inline constexpr std::size_t kTransactionActorBytes = 128;
inline constexpr std::size_t kMaxHistoryPage = 1000;            // rows
inline constexpr std::size_t kMaxHistoryRowsExamined = 10'000;  // for one page

// The numbers are stored: never reuse one.
enum class TransactionState : std::uint8_t { done = 1, pending = 2, cancelled = 3 };
std::string_view to_string(TransactionState state);
std::optional<TransactionState> parse_transaction_state(std::string_view text);

struct HistoryRow {
    Id128 transaction;  // ULID; of a day's usage it ends the day and names the project
    Id128 place;        // ULID that rows are listed by: the transaction's, or that of a purchase's confirmation
    EntryKind kind = EntryKind::grant;
    TransactionState state = TransactionState::done;
    NanoUsd amount;         // moved, as the organization sees it; of a pending or cancelled purchase what would move
    NanoUsd asked;          // differs from `amount` where less could be taken
    NanoUsd balance_after;  // as journaled: requests that run then still hold some of it. As read_history() lists
                            // usage: after all of its day
    std::uint64_t journal_position = 0;      // of the entry that left this balance (JournaledBalances::position())
    Id128 reference, counterparty, project;  // nil: none
    std::int64_t at_ms = 0;                  // Unix time when the credit moved; usage: of the day's last
    std::int64_t created_ms = 0;             // Unix time when it was asked for; earlier than `at_ms` for some purchases
    std::int64_t expires_ms = 0;
    std::int32_t priority = kDefaultLotPriority;
    std::uint64_t requests = 0;  // usage
    KeyDigest record;            // the key of its idempotency record; all zero: it came without one
    std::string actor, note;
    std::string confirmed_by;  // a purchase; empty: it is not confirmed
    bool operator==(const HistoryRow&) const = default;
};
std::string encode(const HistoryRow& row);
Result<HistoryRow> decode_history_row(const Id128& place, std::string_view value);

struct HistoryQuery {
    Id128 organization;
    std::optional<EntryKind> kind = {};
    std::optional<TransactionState> state = {};
    std::string actor = {};                                         // of the row; empty: any
    std::int64_t from_ms = 0;                                       // of the row's time, Unix ms
    std::int64_t to_ms = std::numeric_limits<std::int64_t>::max();  // exclusive
    std::optional<Id128> before = {};                               // a page's `next`
    std::size_t limit = 100;                                        // rows, at most kMaxHistoryPage
};
struct HistoryPage {
    std::vector<HistoryRow> rows;  // newest first
    // Where the next page begins; absent: that was all. A page that few rows match may be short, or empty, and have it.
    std::optional<Id128> next;
};
Result<HistoryPage> read_history(Store& store, const HistoryQuery& query);
// Writes it at its place. A row that has moved there is found by its transaction all the same.
void put_history_row(const Id128& organization, const HistoryRow& row, WriteBatch& batch);
// not_found if the organization has no such transaction.
Result<HistoryRow> find_transaction(Store& store, const Id128& organization, const Id128& transaction);

// The rows of usage, absolute and true for the checkpoint they are written with. Used by the thread that applies the
// journal.
class UsageDays {
  public:
    // Rows continue from those in the store, which must outlive this. Without a checkpoint nothing there counts: all
    // are made again from the journal's beginning.
    void resume(Store& store, bool has_checkpoint) {
        store_ = &store;
        stored_rows_count_ = has_checkpoint;
    }
    Status add(const LedgerEntry& usage, NanoUsd charged, NanoUsd balance_after, std::uint64_t journal_position);
    void add_checkpoint(WriteBatch& batch);

  private:
    struct Day {
        Id128 organization, transaction;
        bool operator==(const Day&) const = default;
    };
    struct DayHash {
        std::size_t operator()(const Day& day) const;
    };
    struct Sum {
        NanoUsd charged, balance_after;
        std::uint64_t journal_position = 0;
        std::uint64_t requests = 0;
        std::int64_t at_ms = 0;
        Id128 project;
        bool changed = false;
    };
    Status read_stored(const Day& day, Sum& sum);

    Store* store_ = nullptr;
    bool stored_rows_count_ = false;
    std::unordered_map<Day, Sum, DayHash> sums_;
};

}  // namespace tollgate
