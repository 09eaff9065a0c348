#include "tests/simulation/books.h"

#include "accounting/ledger/journal_reader.h"

namespace tollgate::simulation {
namespace {

bool is_usage(const LedgerEntry& entry) { return entry.kind == EntryKind::usage; }

NanoUsd sum_of(const LedgerEntry& entry, AccountKind account) {
    NanoUsd sum;
    for (const Leg& leg : entry.legs()) {
        if (leg.account == account) sum += leg.amount;
    }
    return sum;
}

template <class Id>
std::string text(char scope, const Id& id) {
    return scope + std::string(id.bytes.begin(), id.bytes.end());
}

}  // namespace

std::string organization_name(const Id128& id) { return text('o', id); }
std::string project_name(const Id128& id) { return text('p', id); }
std::string member_name(const Id128& organization, const Id128& user) {
    return text('m', organization) + text('u', user);
}
std::string key_name(const KeyDigest& digest) { return text('k', digest); }

void Books::read(Store& store) {
    std::vector<std::pair<std::uint64_t, std::string>> found;
    const Status status = store.scan(Family::money, block_key(blocks_ + 1), "", [&](auto key, auto value) {
        found.emplace_back(parse_block_key(key).value_or(0), value);
        return true;
    });
    REQUIRE(status.ok(), "I7", status.message());
    for (const auto& [number, value] : found) {
        REQUIRE(number == blocks_ + 1, "I7", "block " + std::to_string(blocks_ + 1) + " is missing");
        read_block(store, number, value);
        blocks_ = number;
    }
}

void Books::read_block(Store& store, std::uint64_t number, std::string_view value) {
    auto block = MoneyBlock::read(value, number);
    REQUIRE(block.has_value(), "I7", block ? "" : block.error().message());
    REQUIRE(block->header().previous == last_hash_, "I7", "block " + std::to_string(number) + " breaks the chain");
    last_hash_ = block->hash();
    std::map<Id128, LedgerEntry> usages;
    while (const auto bytes = block->next()) {
        const auto entry = decode_ledger_entry(*bytes);
        REQUIRE(entry.has_value(), "I5", entry ? "" : entry.error().message());
        take_entry(*entry);
        if (is_usage(*entry)) {
            REQUIRE(usages.emplace(entry->event, *entry).second, "I3", to_ulid(entry->event) + " is charged twice");
        }
    }
    const BlockHash& usage = block->header().usage;
    const bool whole = usage == BlockHash{} || read_usage(store, number, usage, usages);
    REQUIRE(usages.empty() || !whole, "I3", "a charge without its request's record");
}

void Books::take_entry(const LedgerEntry& entry) {
    NanoUsd sum;
    for (const Leg& leg : entry.legs()) sum += leg.amount;
    REQUIRE(sum == NanoUsd{}, "I5", "the legs of " + to_ulid(entry.event) + " do not sum to zero");
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        BookedTotals& totals = totals_[leg.owner];
        const bool of_usage = is_usage(entry) || entry.kind == EntryKind::usage_refund;
        (of_usage ? totals.used : totals.granted) += of_usage ? -leg.amount : leg.amount;
        REQUIRE(totals.used <= totals.granted && totals.used >= NanoUsd{}, "I1",
                to_ulid(entry.event) + " takes a balance below zero");
    }
    lots_.take(entry);
    if (!is_usage(entry)) return take_transaction(entry);
    const std::pair charge{ulid_time_ms(entry.event), -sum_of(entry, AccountKind::organization_available)};
    if (charge.second == NanoUsd{}) return;  // what only the provider is owed
    for (const std::string& spender : {organization_name(entry.organization), project_name(entry.project),
                                       member_name(entry.organization, entry.member), key_name(entry.key)}) {
        charges_[spender].push_back(charge);
    }
}

void Books::take_transaction(const LedgerEntry& entry) {
    BookedTransaction booked{.kind = entry.kind,
                             .event = entry.event,
                             .organization = entry.organization,
                             .reference = entry.reference,
                             .counterparty = {},
                             .moved = entry.moved(AccountKind::organization_available, entry.organization),
                             .pending = sum_of(entry, AccountKind::organization_pending),
                             .lost = -sum_of(entry, AccountKind::platform_losses),
                             .priority = entry.priority,
                             .expires_ms = entry.expires_ms};
    for (const Leg& leg : entry.legs()) {
        const bool other = leg.account == AccountKind::organization_available && leg.owner != entry.organization;
        if (other) booked.counterparty = leg.owner;
    }
    REQUIRE(transactions_.emplace(entry.event, booked).second, "I3",
            "transaction " + to_ulid(entry.event) + " is booked twice");
    new_transactions_.push_back(entry.event);
}

bool Books::read_usage(Store& store, std::uint64_t number, const BlockHash& hash,
                       std::map<Id128, LedgerEntry>& usages) {
    const auto index_value = store.get(Family::block_index, block_key(number));
    REQUIRE(index_value.has_value(), "I7", "block " + std::to_string(number) + " has no index");
    const auto index = decode_block_index(*index_value, number);
    REQUIRE(index.has_value(), "I7", index ? "" : index.error().message());
    REQUIRE(usage_hash(index->usage) == hash, "I7", "block " + std::to_string(number) + ": another usage hash");
    bool whole = true;
    for (const UsagePart& part : index->usage) {
        const UsageKey key{part.retention_class, part.day, number};
        const auto value = store.get(Family::usage, usage_key(key));
        if (!value) {
            const auto kept_from = retained_from_day(store, part.retention_class);
            REQUIRE(kept_from && part.day < *kept_from, "I21", "block " + std::to_string(number) + " has no usage");
            whole = false;
            continue;
        }
        auto block = UsageBlock::read(*value, number, part.hash);
        REQUIRE(block.has_value(), "I7", block ? "" : block.error().message());
        while (const auto row = block->next()) take_row(key, *row, usages);
    }
    return whole;
}

void Books::take_row(const UsageKey& part, const UsageRow& row, std::map<Id128, LedgerEntry>& usages) {
    const auto record = decode_record(row.open, row.settlement);
    REQUIRE(record, "I7", "a record does not decode");
    const RequestOpened* const opened = &record->opened;
    const RequestSettled* const settled = &record->settled;
    const std::string id = to_ulid(opened->request);
    BookedRequest request{.part = part,
                          .organization = opened->organization,
                          .project = opened->project,
                          .member = opened->member,
                          .key = opened->key,
                          .created_ms = opened->created_ms,
                          .provider = std::string(answered(*record).provider),
                          .usage = settled->usage,
                          .cost = settled->cost,
                          .charged = settled->charged,
                          .overrun = settled->overrun,
                          .orphan = settled->error == "gateway_restarted"};
    REQUIRE(request.charged + request.overrun == request.cost, "I8", id + ": charged and overrun are not the cost");
    LedgerEntry entry;
    if (const auto found = usages.find(opened->request); found != usages.end()) {
        entry = found->second;
        usages.erase(found);
        REQUIRE(entry.organization == request.organization && entry.key == request.key &&
                    entry.project == request.project && entry.member == request.member,
                "I10", id + " is charged to another than its record says");
    }
    REQUIRE(-sum_of(entry, AccountKind::organization_available) == request.charged, "I4",
            id + ": its entry charges other than its record");
    REQUIRE(-sum_of(entry, AccountKind::platform_overrun) == request.overrun, "I8", id + ": its overrun is not booked");
    REQUIRE(sum_of(entry, AccountKind::platform_revenue) == request.cost, "I4", id + ": its revenue is not its cost");
    REQUIRE(requests_.emplace(opened->request, request).second, "I3", id + " has two records");
    new_requests_.push_back(opened->request);
}

BookedTotals Books::totals(const Id128& organization) const {
    const auto found = totals_.find(organization);
    return found == totals_.end() ? BookedTotals{} : found->second;
}

}  // namespace tollgate::simulation
