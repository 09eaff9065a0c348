#include "accounting/ledger/ledger_entry.h"

#include <algorithm>
#include <string>

#include "accounting/money/byte_codec.h"

namespace tollgate {
namespace {

// Version, kind, flags, then the fields in the order in which encode() writes them.
constexpr std::uint8_t kEntryVersion = 1;
constexpr std::uint8_t kReferenceFlag = 1;  // reference, priority and expiry stand behind the key; usages have none

struct KindName {
    EntryKind kind;
    std::string_view name;
};
constexpr std::array kKindNames = {
    KindName{EntryKind::purchase, "purchase"},
    KindName{EntryKind::grant, "grant"},
    KindName{EntryKind::usage, "usage"},
    KindName{EntryKind::usage_refund, "usage_refund"},
    KindName{EntryKind::payment_refund, "payment_refund"},
    KindName{EntryKind::transfer, "transfer"},
    KindName{EntryKind::adjustment, "adjustment"},
    KindName{EntryKind::expiry, "expiry"},
};

struct AccountName {
    AccountKind kind;
    std::string_view name;
};
constexpr std::array kAccountNames = {
    AccountName{AccountKind::organization_available, "organization:available"},
    AccountName{AccountKind::platform_revenue, "platform:revenue"},
    AccountName{AccountKind::platform_overrun, "platform:overrun"},
    AccountName{AccountKind::platform_grants, "platform:grants"},
    AccountName{AccountKind::platform_cash, "platform:cash"},
    AccountName{AccountKind::provider_cost, "provider:cost"},
    AccountName{AccountKind::provider_payable, "provider:payable"},
    AccountName{AccountKind::suspense, "suspense"},
    AccountName{AccountKind::organization_pending, "organization:pending"},
    AccountName{AccountKind::platform_adjustments, "platform:adjustments"},
    AccountName{AccountKind::platform_losses, "platform:losses"},
};

// Wide enough that no number of legs overflows it.
__extension__ using Int128 = __int128;

bool balanced(const LedgerEntry& entry) {
    Int128 sum = 0;
    for (const Leg& leg : entry.legs()) sum += leg.amount.value;
    return entry.leg_count >= 2 && sum == 0;
}

bool known(EntryKind kind) { return kind >= EntryKind::purchase && kind <= EntryKind::expiry; }
bool known(AccountKind kind) {
    return kind >= AccountKind::organization_available && kind <= AccountKind::platform_losses;
}

bool is_short(const LedgerEntry& entry) {
    return entry.reference.is_nil() && entry.priority == kDefaultLotPriority && entry.expires_ms == 0;
}

}  // namespace

std::string_view to_string(EntryKind kind) {
    const auto found = std::ranges::find(kKindNames, kind, &KindName::kind);
    return found == kKindNames.end() ? "unknown" : found->name;
}

std::optional<EntryKind> parse_entry_kind(std::string_view text) {
    const auto found = std::ranges::find(kKindNames, text, &KindName::name);
    return found == kKindNames.end() ? std::nullopt : std::optional(found->kind);
}

std::string_view to_string(AccountKind kind) {
    const auto found = std::ranges::find(kAccountNames, kind, &AccountName::kind);
    return found == kAccountNames.end() ? "unknown" : found->name;
}

void LedgerEntry::add_leg(AccountKind account, const Id128& owner, NanoUsd amount) {
    if (amount == NanoUsd{}) return;
    if (leg_count == kMaxLegs) money_violation("an entry has too many legs");
    legs_room[leg_count++] = {account, owner, amount};
}

NanoUsd LedgerEntry::moved(AccountKind account, const Id128& owner) const {
    NanoUsd sum;
    for (const Leg& leg : legs()) {
        if (leg.account == account && leg.owner == owner) sum += leg.amount;
    }
    return sum;
}

Id128 provider_account(std::string_view provider) {
    const KeyDigest digest = digest_key(provider);
    Id128 id;
    std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

LedgerEntry usage_entry(const UsageRecord& record) {
    const RequestOpened& opened = record.opened;
    const RequestSettled& settled = record.settled;
    LedgerEntry entry;
    entry.kind = EntryKind::usage;
    entry.event = opened.request;
    entry.at_ms = settled.settled_ms;
    entry.organization = opened.organization;
    entry.project = opened.project;
    entry.member = opened.member;
    entry.key = opened.key;
    entry.add_leg(AccountKind::organization_available, opened.organization, -settled.charged);
    entry.add_leg(AccountKind::platform_overrun, {}, -settled.overrun);
    entry.add_leg(AccountKind::platform_revenue, {}, settled.cost);
    if (settled.provider_cost != NanoUsd{}) {
        const Id128 provider = provider_account(answered(record).provider);
        entry.add_leg(AccountKind::provider_cost, provider, -settled.provider_cost);
        entry.add_leg(AccountKind::provider_payable, provider, settled.provider_cost);
    }
    return entry;
}

LedgerEntry grant_entry(const Id128& transaction, const Id128& organization, NanoUsd amount, std::int64_t at_ms) {
    LedgerEntry entry;
    entry.kind = EntryKind::grant;
    entry.event = transaction;
    entry.at_ms = at_ms;
    entry.organization = organization;
    entry.add_leg(AccountKind::organization_available, organization, amount);
    entry.add_leg(AccountKind::platform_grants, {}, -amount);
    return entry;
}

std::size_t encode(const LedgerEntry& entry, std::span<std::byte> out) {
    if (!balanced(entry)) money_violation("the legs of an entry do not sum to zero");
    ByteWriter writer(out);
    writer.integer(kEntryVersion);
    writer.integer(static_cast<std::uint8_t>(entry.kind));
    writer.integer(is_short(entry) ? std::uint8_t{0} : kReferenceFlag);
    writer.bytes(entry.event.bytes);
    writer.integer(entry.at_ms);
    writer.bytes(entry.organization.bytes);
    writer.bytes(entry.project.bytes);
    writer.bytes(entry.member.bytes);
    writer.bytes(entry.key.bytes);
    if (!is_short(entry)) {
        writer.bytes(entry.reference.bytes);
        writer.integer(entry.priority);
        writer.integer(entry.expires_ms);
    }
    writer.integer(static_cast<std::uint8_t>(entry.leg_count));
    for (const Leg& leg : entry.legs()) {
        writer.integer(static_cast<std::uint8_t>(leg.account));
        writer.bytes(leg.owner.bytes);
        writer.integer(leg.amount.value);
    }
    return writer.size();
}

Result<LedgerEntry> decode_ledger_entry(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    const auto version = reader.integer<std::uint8_t>();
    if (reader.ok() && version > kEntryVersion) {
        return failure(StatusCode::too_new, "ledger entry: version " + std::to_string(version));
    }
    LedgerEntry entry;
    entry.kind = static_cast<EntryKind>(reader.integer<std::uint8_t>());
    const auto flags = reader.integer<std::uint8_t>();
    entry.event.bytes = reader.bytes<16>();
    entry.at_ms = reader.integer<std::int64_t>();
    entry.organization.bytes = reader.bytes<16>();
    entry.project.bytes = reader.bytes<16>();
    entry.member.bytes = reader.bytes<16>();
    entry.key.bytes = reader.bytes<32>();
    if (flags == kReferenceFlag) {
        entry.reference.bytes = reader.bytes<16>();
        entry.priority = reader.integer<std::int32_t>();
        entry.expires_ms = reader.integer<std::int64_t>();
    }
    const std::size_t legs = reader.integer<std::uint8_t>();
    if (!reader.ok() || version == 0 || flags > kReferenceFlag || !known(entry.kind) || legs > LedgerEntry::kMaxLegs ||
        reader.left() != legs * kLegBytes) {
        return failure(StatusCode::corrupt, "ledger entry: malformed");
    }
    for (std::size_t i = 0; i < legs; ++i) {
        Leg& leg = entry.legs_room[i];
        leg.account = static_cast<AccountKind>(reader.integer<std::uint8_t>());
        leg.owner.bytes = reader.bytes<16>();
        leg.amount.value = reader.integer<std::int64_t>();
        if (!known(leg.account)) return failure(StatusCode::corrupt, "ledger entry: unknown account kind");
    }
    entry.leg_count = legs;
    if (!balanced(entry)) {
        return failure(StatusCode::corrupt, "ledger entry " + to_ulid(entry.event) + ": its legs do not sum to zero");
    }
    return entry;
}

}  // namespace tollgate
