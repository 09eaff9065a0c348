#include "accounting/verify/ledger_verifier.h"

#include <algorithm>
#include <map>
#include <string>

#include "accounting/ledger/journal_reader.h"
#include "accounting/ledger/journaled_balances.h"
#include "accounting/money/byte_codec.h"
#include "accounting/verify/transactions_verifier.h"
#include "accounting/verify/usage_verifier.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

using Difference = std::optional<LedgerDifference>;

std::string hex(const BlockHash& hash) { return to_hex(KeyDigest{hash}); }

std::uint32_t utc_day(std::int64_t unix_ms) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(unix_ms, 0) / 86'400'000);
}

class Verifier {
  public:
    Verifier(Store& store, const std::function<void(std::uint64_t, std::uint64_t)>& progress)
        : store_(store), progress_(progress) {}

    VerifyReport run() {
        Difference first = read_watermark();
        if (!first) first = TransactionsVerifier::announce_refunds(store_, report_.reference);
        if (!first) first = usage_.begin(store_);
        if (!first) first = check_money();
        if (!first) first = check_strays();
        if (!first) first = transactions_.check_rows(store_);
        if (!first) first = usage_.check(store_, report_.blocks);
        report_.idempotency_records = transactions_.idempotency_records();
        report_.indexed_block = usage_.indexed_block();
        report_.rollups = usage_.rollups(), report_.listed_requests = usage_.listed_rows();
        report_.difference = std::move(first);
        report_.entries = report_.reference.entries();
        return std::move(report_);
    }

  private:
    // --- Differences
    Difference damage(const Status& status, std::uint64_t entry = 0) const {
        return LedgerDifference{.block = block_, .entry = entry, .what = status.message()};
    }
    LedgerDifference differ(std::string what, std::string expected = {}, std::string found = {},
                            std::uint64_t entry = 0) const {
        return LedgerDifference{.block = block_,
                                .entry = entry,
                                .what = std::move(what),
                                .expected = std::move(expected),
                                .found = std::move(found)};
    }
    Difference compare(const std::string& what, NanoUsdSum expected, NanoUsdSum found, std::uint64_t entry = 0,
                       std::string account = {}) const {
        if (expected == found) return std::nullopt;
        auto difference = differ(what, to_string(expected), to_string(found), entry);
        difference.account = std::move(account);
        return difference;
    }

    Difference read_watermark();
    Difference check_money();
    Difference check_block(std::string_view value);
    Difference check_entries(MoneyBlock& block);
    Difference check_usage(const MoneyBlockHeader& header, const BlockIndexEntry& index);
    Difference check_part(const UsagePart& part, bool& whole);
    Difference check_row(const UsageRow& row, std::uint64_t number, std::uint8_t retention_class);
    Difference check_row_entry(const UsageRecord& record, std::uint64_t number);
    Difference check_balances();
    Difference check_spenders(CreditTable& stored);
    Difference check_strays();
    const Id128& provider_of(std::string_view name);

    Store& store_;
    const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
    VerifyReport report_;
    std::uint64_t block_ = 0;                 // being checked
    std::map<Id128, LedgerEntry> unmatched_;  // the block's usage entries whose row has not been seen
    struct Rows {                             // what the block's rows say together
        bool any = false;
        std::array<std::uint8_t, 16> least{}, greatest{};
        std::int64_t last_settled_ms = 0;
    } rows_;
    IdSet free_requests_;  // rows that moved no money, and so have no entry
    TransactionsVerifier transactions_;
    UsageVerifier usage_;
    std::map<std::string, Id128, std::less<>> providers_;
};

Difference Verifier::read_watermark() {
    const auto stored = store_.get(Family::system, kCheckpointBlockKey);
    if (!stored) return stored.error().code() == StatusCode::not_found ? std::nullopt : damage(stored.error());
    const auto block = decode_u64(*stored);
    if (!block) return differ("balance checkpoint: its block number is malformed");
    report_.checkpoint_block = *block;
    return std::nullopt;
}

Difference Verifier::check_money() {
    std::uint64_t last = 0;
    if (const auto newest = store_.last_before(Family::money, "", ""); newest) {
        last = parse_block_key(newest->first).value_or(0);
    } else if (newest.error().code() != StatusCode::not_found) {
        return damage(newest.error());
    }
    if (report_.checkpoint_block == 0) {  // then no balance may be stored
        if (Difference found = check_balances()) return found;
    }
    Difference first;
    const Status scanned = store_.scan(Family::money, "", "", [&](std::string_view key, std::string_view value) {
        const auto number = parse_block_key(key);
        block_ = report_.blocks + 1;
        if (!number || *number != block_) {
            first = differ("money block is missing", std::to_string(block_),
                           number ? std::to_string(*number) : "a malformed key");
            return false;
        }
        first = check_block(value);
        if (first) return false;
        report_.blocks = block_;
        if (block_ == report_.checkpoint_block) first = check_balances();
        if (progress_) progress_(block_, last);
        return !first;
    });
    if (first) return first;
    if (!scanned.ok()) return damage(scanned);
    block_ = 0;
    if (report_.checkpoint_block > report_.blocks) {
        return differ("the balance checkpoint is true for a block that the journal lacks",
                      std::to_string(report_.checkpoint_block),
                      "a journal that ends with " + std::to_string(report_.blocks));
    }
    return std::nullopt;
}

Difference Verifier::check_block(std::string_view value) {
    auto block = MoneyBlock::read(value, block_);
    if (!block) return damage(block.error());
    const MoneyBlockHeader& header = block->header();
    if (header.previous != report_.last_hash) {
        return differ("money block: the chain is broken, the hash of the block before it is another",
                      hex(report_.last_hash), hex(header.previous));
    }
    if (header.commit_ms < report_.last_commit_ms) {
        return compare("money block: its time is before that of the block before it", report_.last_commit_ms,
                       header.commit_ms);
    }
    report_.last_hash = block->hash();
    report_.last_commit_ms = header.commit_ms;
    if (report_.first_commit_ms == 0) report_.first_commit_ms = header.commit_ms;

    const auto stored = store_.get(Family::block_index, block_key(block_));
    if (!stored && stored.error().code() == StatusCode::not_found) return differ("the block is not in the block index");
    if (!stored) return damage(stored.error());
    const auto index = decode_block_index(*stored, block_);
    if (!index) return damage(index.error());
    if (Difference found = compare("block index: time", header.commit_ms, index->commit_ms)) return found;
    if (Difference found = check_entries(*block)) return found;
    return check_usage(header, *index);
}

Difference Verifier::check_entries(MoneyBlock& block) {
    unmatched_.clear();
    std::uint64_t number = 0;
    while (const auto bytes = block.next()) {
        ++number;
        const auto entry = decode_ledger_entry(*bytes);
        if (!entry) return damage(entry.error(), number);
        if (auto found = report_.reference.add(*entry)) {
            found->block = block_;
            found->entry = number;
            return found;
        }
        transactions_.add(*entry);
        if (entry->kind == EntryKind::usage) unmatched_.emplace(entry->event, *entry);
    }
    return std::nullopt;
}

Difference Verifier::check_usage(const MoneyBlockHeader& header, const BlockIndexEntry& index) {
    if (const BlockHash hash = usage_hash(index.usage); hash != header.usage) {
        return differ("block index: its usage hashes are not those of the money block", hex(header.usage), hex(hash));
    }
    rows_ = {};
    bool whole = true;
    for (const UsagePart& part : index.usage) {
        if (Difference found = check_part(part, whole)) return found;
    }
    if (!whole) return std::nullopt;  // what rows have been dropped cannot be told any more
    if (!unmatched_.empty()) {
        return differ("usage entry " + to_ulid(unmatched_.begin()->first) + " has no usage row");
    }
    for (const UsagePart& part : index.usage) {
        if (Difference found = compare("block index: day", utc_day(rows_.last_settled_ms), part.day)) return found;
    }
    if (rows_.least != index.min_request || rows_.greatest != index.max_request) {
        return differ("block index: first and last request", to_ulid({rows_.least}) + " " + to_ulid({rows_.greatest}),
                      to_ulid({index.min_request}) + " " + to_ulid({index.max_request}));
    }
    return std::nullopt;
}

Difference Verifier::check_part(const UsagePart& part, bool& whole) {
    const auto value = store_.get(Family::usage, usage_key({part.retention_class, part.day, block_}));
    if (!value && value.error().code() == StatusCode::not_found) {
        const auto from_day = retained_from_day(store_, part.retention_class);
        if (!from_day) return damage(from_day.error());
        if (part.day >= *from_day) return differ("usage block is missing, and its retention has not ended");
        whole = false;
        usage_.add_expired(block_, part);
        ++report_.expired_usage_blocks;
        return std::nullopt;
    }
    if (!value) return damage(value.error());
    auto usage = UsageBlock::read(*value, block_, part.hash);
    if (!usage) return damage(usage.error());
    std::uint64_t number = 0;
    while (const auto row = usage->next()) {
        if (Difference found = check_row(*row, ++number, part.retention_class)) return found;
    }
    ++report_.usage_blocks;
    report_.requests += number;
    return compare("block index: rows", static_cast<std::int64_t>(number), part.rows);
}

Difference Verifier::check_row(const UsageRow& row, std::uint64_t number, std::uint8_t retention_class) {
    const auto record = decode_record(row.open, row.settlement);
    if (!record) return damage(record.error(), number);
    const RequestOpened& opened = record->opened;
    const RequestSettled& settled = record->settled;
    if (Difference found = compare("usage row: retention class", retention_class, opened.retention_class, number)) {
        return found;
    }
    usage_.add(block_, utc_day(settled.settled_ms), *record, row);
    const auto& id = opened.request.bytes;
    rows_.least = rows_.any ? std::min(rows_.least, id) : id;
    rows_.greatest = rows_.any ? std::max(rows_.greatest, id) : id;
    rows_.any = true;
    rows_.last_settled_ms = std::max(rows_.last_settled_ms, settled.settled_ms);

    const bool moved_money = settled.cost != NanoUsd{} || settled.provider_cost != NanoUsd{};
    if (moved_money) return check_row_entry(*record, number);
    if (report_.reference.knows(opened.request) || !free_requests_.insert(opened.request)) {
        return differ("usage row of request " + to_ulid(opened.request) +
                          ": it moved no money, but the request is in the journal already",
                      {}, {}, number);
    }
    return std::nullopt;
}

const Id128& Verifier::provider_of(std::string_view name) {
    const auto known = providers_.find(name);
    if (known != providers_.end()) return known->second;
    return providers_.emplace(name, provider_account(name)).first->second;
}

Difference Verifier::check_row_entry(const UsageRecord& record, std::uint64_t number) {
    const RequestOpened& opened = record.opened;
    const RequestSettled& settled = record.settled;
    const std::string row = "usage row of request " + to_ulid(opened.request);
    const auto found = unmatched_.find(opened.request);
    if (found == unmatched_.end()) {
        return differ(row + ": it moved money, but no entry of its block is its own", "one entry", "none", number);
    }
    const LedgerEntry entry = found->second;
    unmatched_.erase(found);
    if (entry.organization != opened.organization || entry.project != opened.project || entry.member != opened.member ||
        entry.key != opened.key || entry.at_ms != settled.settled_ms) {
        return differ(row + ": its entry names another organization, project, member, key or time", {}, {}, number);
    }
    std::map<ReferenceLedger::Account, std::int64_t> legs;  // what is left of the entry when the row is taken off
    for (const Leg& leg : entry.legs()) legs[{leg.account, leg.owner}] += leg.amount.value;
    const Id128 provider = settled.provider_cost == NanoUsd{} ? Id128{} : provider_of(answered(record).provider);
    const std::pair<ReferenceLedger::Account, NanoUsd> expected[] = {
        {{AccountKind::organization_available, opened.organization}, -settled.charged},
        {{AccountKind::platform_overrun, {}}, -settled.overrun},
        {{AccountKind::platform_revenue, {}}, settled.cost},
        {{AccountKind::provider_cost, provider}, -settled.provider_cost},
        {{AccountKind::provider_payable, provider}, settled.provider_cost},
    };
    for (const auto& [account, amount] : expected) {
        const std::int64_t in_entry = legs[account];
        if (in_entry != amount.value) {
            return compare(row + ": its entry moved another amount than the row says", amount.value, in_entry, number,
                           account_name(account.first, account.second));
        }
        legs.erase(account);
    }
    if (legs.empty()) return std::nullopt;
    const auto& [account, amount] = *legs.begin();
    return compare(row + ": its entry moved money that the row does not know", 0, amount, number,
                   account_name(account.first, account.second));
}

// The journal is replayed up to the checkpoint's block when this is called.
Difference Verifier::check_balances() {
    JournaledBalances balances;
    const auto loaded = balances.load(store_);
    if (!loaded) return damage(loaded.error());
    CreditTable stored;
    balances.restore_into(stored);

    std::map<Id128, OrganizationCredit::Snapshot> organizations;
    stored.for_each([&](const OrganizationCredit& credit) { organizations[credit.id()] = credit.snapshot(); });
    for (const auto& [id, expected] : report_.reference.organizations()) {
        const auto& found = organizations[id];
        const std::string account = account_name(AccountKind::organization_available, id);
        auto difference = compare("balance checkpoint: granted", expected.granted, found.granted.value, 0, account);
        if (!difference) difference = compare("balance checkpoint: used", expected.used, found.used.value, 0, account);
        if (difference) return difference;
        organizations.erase(id);
    }
    if (!organizations.empty()) {
        auto difference = differ("balance checkpoint: a balance of an organization that is in no entry");
        difference.account = account_name(AccountKind::organization_available, organizations.begin()->first);
        return difference;
    }
    if (Difference found = check_spenders(stored)) return found;
    return transactions_.check_checkpoint(store_, balances.lots(), report_.reference);
}

Difference Verifier::check_spenders(CreditTable& stored) {
    std::size_t known = 0, found = 0;
    stored.for_each_spender([&](const Spender& spender) {
        if (spender.spent != SpendWindows{}) ++found;  // others are only named
    });
    const auto check = [&](const std::string& who, const ReferenceLedger::Spend& expected,
                           const SpendWindows& in_store) -> Difference {
        if (to_string(in_store) == to_string(expected)) return std::nullopt;
        return differ("balance checkpoint: what " + who + " spent (total; days, weeks, months)", to_string(expected),
                      to_string(in_store));
    };
    for (const auto& [id, organization] : report_.reference.organizations()) {
        auto& spender = stored.organization(id).spender();
        if (Difference bad = check("organization " + to_uuid(id), organization.spent, spender.spent)) return bad;
    }
    for (const auto& [id, spend] : report_.reference.projects()) {
        if (Difference bad = check("project " + to_uuid(id), spend, stored.project(id).spent)) return bad;
        ++known;
    }
    for (const auto& [id, spend] : report_.reference.members()) {
        auto& spender = stored.member(id.first, id.second);
        if (Difference bad = check("member " + to_uuid(id.second), spend, spender.spent)) return bad;
        ++known;
    }
    for (const auto& [id, spend] : report_.reference.keys()) {
        auto& spender = stored.key(id.first, id.second);
        if (Difference bad = check("key " + to_hex(id.second), spend, spender.spent)) return bad;
        ++known;
    }
    return compare("balance checkpoint: projects, members and keys that spent", static_cast<std::int64_t>(known),
                   static_cast<std::int64_t>(found));
}

// Index rows and usage blocks that no money block knows.
Difference Verifier::check_strays() {
    Difference first;
    std::uint64_t seen = 0;
    const auto visit = [&](Family family, const char* name, const auto& block_of) {
        seen = 0;
        const Status scanned = store_.scan(family, "", "", [&](std::string_view key, std::string_view) {
            const std::uint64_t block = block_of(key);
            ++seen;
            if (block != 0 && block <= report_.blocks) return true;
            first = differ(std::string(name) + " of a block that the journal lacks",
                           "a block up to " + std::to_string(report_.blocks), std::to_string(block));
            return false;
        });
        if (!first && !scanned.ok()) first = damage(scanned);
    };
    block_ = 0;
    visit(Family::block_index, "block index row",
          [](std::string_view key) { return parse_block_key(key).value_or(0); });
    if (!first) {
        visit(Family::usage, "usage block",
              [](std::string_view key) { return parse_usage_key(key).value_or(UsageKey{}).block; });
    }
    if (!first && seen != report_.usage_blocks) {
        first = compare("usage blocks that are not where their block's index says",
                        static_cast<std::int64_t>(report_.usage_blocks), static_cast<std::int64_t>(seen));
    }
    return first;
}

}  // namespace

VerifyReport verify_ledger(Store& store, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    return Verifier(store, progress).run();
}

}  // namespace tollgate
