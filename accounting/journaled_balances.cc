#include "accounting/journaled_balances.h"

#include <array>
#include <span>
#include <string>

#include "accounting/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kBalanceVersion = 1;
constexpr std::size_t kOrganizationBalanceBytes = 1 + 3 * 8;
constexpr std::size_t kKeySpendBytes = 1 + 8 * 8;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

template <std::size_t N>
std::string text_of(const std::array<std::byte, N>& bytes, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

std::string encode_organization(std::uint64_t block, NanoUsd granted, NanoUsd used) {
    std::array<std::byte, kOrganizationBalanceBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kBalanceVersion);
    writer.integer(block);
    writer.integer(granted.value);
    writer.integer(used.value);
    return text_of(bytes, writer.size());
}

std::string encode_key(std::uint64_t block, const SpendWindows& spent) {
    std::array<std::byte, kKeySpendBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kBalanceVersion);
    writer.integer(block);
    for (const NanoUsd amount : {spent.total, spent.day, spent.week, spent.month}) writer.integer(amount.value);
    for (const std::int64_t number : {spent.day_number, spent.week_number, spent.month_number}) writer.integer(number);
    return text_of(bytes, writer.size());
}

SpendWindows read_windows(ByteReader& reader) {
    SpendWindows spent;
    for (NanoUsd* amount : {&spent.total, &spent.day, &spent.week, &spent.month}) {
        amount->value = reader.integer<std::int64_t>();
    }
    for (std::int64_t* number : {&spent.day_number, &spent.week_number, &spent.month_number}) {
        *number = reader.integer<std::int64_t>();
    }
    return spent;
}

}  // namespace

Result<std::uint64_t> JournaledBalances::load(Store& store) {
    const auto watermark = store.get(Family::system, kCheckpointBlockKey);
    if (!watermark) {
        if (watermark.error().code() == StatusCode::not_found) return 0;
        return std::unexpected(watermark.error());
    }
    const auto block = decode_u64(*watermark);
    if (!block) return failure(StatusCode::corrupt, "balance checkpoint: its block number is malformed");

    Status bad;
    const Status scanned = store.scan(Family::balances, "", "", [&](std::string_view key, std::string_view value) {
        ByteReader reader(bytes_of(value));
        const auto version = reader.integer<std::uint8_t>();
        const auto true_for = reader.integer<std::uint64_t>();
        const auto organization = parse_organization_balance_key(key);
        const auto digest = parse_key_balance_key(key);
        if (organization) {
            OrganizationBalance& balance = organizations_[Id128{*organization}];
            balance.granted.value = reader.integer<std::int64_t>();
            balance.used.value = reader.integer<std::int64_t>();
            if (balance.used > balance.granted) bad = {StatusCode::corrupt, "balance checkpoint: a balance below zero"};
        } else if (digest) {
            keys_[KeyDigest{*digest}].spent = read_windows(reader);
        }
        if (version > kBalanceVersion) bad = {StatusCode::too_new, "balance checkpoint: written by a newer version"};
        if ((!organization && !digest) || version == 0 || !reader.ok() || true_for > *block) {
            bad = {StatusCode::corrupt, "balance checkpoint: malformed row"};
        }
        return bad.ok();
    });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!bad.ok()) return std::unexpected(bad);
    return *block;
}

Status JournaledBalances::apply(const LedgerEntry& entry) {
    const bool usage = entry.kind == EntryKind::usage || entry.kind == EntryKind::usage_refund;
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        OrganizationBalance& balance = organizations_[leg.owner];
        std::int64_t& side = usage ? balance.used.value : balance.granted.value;
        const bool overflow = usage ? __builtin_sub_overflow(side, leg.amount.value, &side)
                                    : __builtin_add_overflow(side, leg.amount.value, &side);
        if (overflow || balance.used > balance.granted) {
            return Status(StatusCode::corrupt, "entry " + to_ulid(entry.event) + " takes organization " +
                                                   to_uuid(leg.owner) + " below zero");
        }
        balance.changed = true;
        changed_ = true;
        if (!usage) continue;
        KeySpend& key = keys_[entry.key];
        key.spent.add(-leg.amount, entry.at_ms);
        key.changed = true;
    }
    return {};
}

NanoUsd JournaledBalances::balance(const Id128& organization) const {
    const auto found = organizations_.find(organization);
    return found == organizations_.end() ? NanoUsd{} : found->second.granted - found->second.used;
}

NanoUsd JournaledBalances::granted(const Id128& organization) const {
    const auto found = organizations_.find(organization);
    return found == organizations_.end() ? NanoUsd{} : found->second.granted;
}

void JournaledBalances::add_checkpoint(WriteBatch& batch, std::uint64_t block) {
    for (auto& [id, balance] : organizations_) {
        if (!balance.changed) continue;
        balance.changed = false;
        batch.put(Family::balances, organization_balance_key(id.bytes),
                  encode_organization(block, balance.granted, balance.used));
    }
    for (auto& [digest, key] : keys_) {
        if (!key.changed) continue;
        key.changed = false;
        batch.put(Family::balances, key_balance_key(digest.bytes), encode_key(block, key.spent));
    }
    batch.put(Family::system, std::string(kCheckpointBlockKey), encode_u64(block));
    changed_ = false;
}

void JournaledBalances::restore_into(CreditTable& credits) const {
    for (const auto& [id, balance] : organizations_) credits.organization(id).restore(balance.granted, balance.used);
    for (const auto& [digest, key] : keys_) credits.key(digest).spent = key.spent;
}

}  // namespace tollgate
