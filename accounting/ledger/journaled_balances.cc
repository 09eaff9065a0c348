#include "accounting/ledger/journaled_balances.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kBalanceVersion = 1;
constexpr std::size_t kOrganizationBalanceBytes = 1 + 3 * 8;
constexpr std::size_t kSpentBytes = 1 + 8 + 8 + 3 * 2 * 16;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

SpenderId spender_id(char prefix, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
    SpenderId id;
    id.bytes.front() = static_cast<std::uint8_t>(prefix);
    std::ranges::copy(first, id.bytes.begin() + 1);
    std::ranges::copy(second, id.bytes.end() - static_cast<std::ptrdiff_t>(second.size()));
    return id;
}

SpenderId organization_id(const Id128& id) { return spender_id(kOrganizationSpenderPrefix, Id128{}.bytes, id.bytes); }
SpenderId project_id(const Id128& id) { return spender_id(kProjectSpenderPrefix, Id128{}.bytes, id.bytes); }
SpenderId member_id(const Id128& organization, const Id128& user) {
    return spender_id(kMemberSpenderPrefix, organization.bytes, user.bytes);
}
SpenderId key_id(const Id128& organization, const KeyDigest& digest) {
    return spender_id(kKeySpenderPrefix, organization.bytes, digest.bytes);
}

std::string encode_organization(std::uint64_t block, NanoUsd granted, NanoUsd used) {
    std::array<std::byte, kOrganizationBalanceBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kBalanceVersion);
    writer.integer(block);
    writer.integer(granted.value);
    writer.integer(used.value);
    return text_of(std::span(bytes).first(writer.size()));
}

std::string encode_spent(std::uint64_t block, const SpendWindows& spent) {
    std::array<std::byte, kSpentBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kBalanceVersion);
    writer.integer(block);
    writer.integer(spent.total.value);
    for (const auto& [last, before] : spent.recent) {
        for (const SpendWindows::Window& window : {last, before}) {
            writer.integer(window.number);
            writer.integer(window.charged.value);
        }
    }
    return text_of(std::span(bytes).first(writer.size()));
}

SpendWindows read_windows(ByteReader& reader) {
    SpendWindows spent;
    spent.total.value = reader.integer<std::int64_t>();
    for (auto& [last, before] : spent.recent) {
        for (SpendWindows::Window* const window : {&last, &before}) {
            window->number = reader.integer<std::int64_t>();
            window->charged.value = reader.integer<std::int64_t>();
        }
    }
    return spent;
}

}  // namespace

Result<std::uint64_t> JournaledBalances::load(Store& store) {
    const auto watermark = store.get(Family::system, kCheckpointBlockKey);
    usage_days_.resume(store, watermark.has_value());
    if (!watermark) {
        if (watermark.error().code() == StatusCode::not_found) return 0;
        return std::unexpected(watermark.error());
    }
    const auto block = decode_u64(*watermark);
    if (!block) return failure(StatusCode::corrupt, "balance checkpoint: its block number is malformed");
    position_ = ((*block + 1) << kPositionBits) - 1;  // of what is in the checkpoint none is later

    Status bad;
    const Status scanned = store.scan(Family::balances, "", "", [&](std::string_view key, std::string_view value) {
        ByteReader reader(bytes_of(value));
        const auto version = reader.integer<std::uint8_t>();
        const auto true_for = reader.integer<std::uint64_t>();
        const auto organization = parse_organization_balance_key(key);
        const bool spender = is_spender_balance_key(key);
        const auto lot = parse_credit_lot_key(key);
        if (organization) {
            OrganizationBalance& balance = organizations_[Id128{*organization}];
            balance.granted.value = reader.integer<std::int64_t>();
            balance.used.value = reader.integer<std::int64_t>();
            if (balance.used > balance.granted) bad = {StatusCode::corrupt, "balance checkpoint: a balance below zero"};
        } else if (spender) {
            SpenderId id;
            std::copy(key.begin(), key.end(), id.bytes.begin());
            spenders_[id].windows = read_windows(reader);
        } else if (lot && reader.ok()) {
            const auto rest = bytes_of(value).last(reader.left());
            bad = lots_.load(Id128{lot->organization}, Id128{lot->ulid}, rest);
        }
        if (version > kBalanceVersion) bad = {StatusCode::too_new, "balance checkpoint: written by a newer version"};
        if ((!organization && !spender && !lot) || version == 0 || !reader.ok() || true_for > *block) {
            bad = {StatusCode::corrupt, "balance checkpoint: malformed row"};
        }
        return bad.ok();
    });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!bad.ok()) return std::unexpected(bad);
    return *block;
}

Status JournaledBalances::check_lots() const {
    for (const auto& [id, balance] : organizations_) {
        const NanoUsd left = balance.granted - balance.used;
        if (lots_.total(id) == left) continue;
        return Status(StatusCode::corrupt, "balance checkpoint: organization " + to_uuid(id) + " has " + to_usd(left) +
                                               " USD, its lots of credit sum to " + to_usd(lots_.total(id)));
    }
    return {};
}

Status JournaledBalances::apply(const LedgerEntry& entry, std::uint64_t block) {
    position_ = std::max(position_ + 1, block << kPositionBits);
    if (Status status = apply_to_organizations(entry); !status.ok()) return status;
    if (Status status = lots_.apply(entry); !status.ok()) return status;
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        const NanoUsd after = balance(leg.owner);
        if (lots_.total(leg.owner) != after) money_violation("an organization's lots do not sum to its balance");
        if (entry.kind != EntryKind::usage) continue;
        if (Status status = usage_days_.add(entry, -leg.amount, after, position_); !status.ok()) return status;
    }
    return {};
}

Status JournaledBalances::apply_to_organizations(const LedgerEntry& entry) {
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
        // A refund gives the organization its credit back; it opens no limit again that was used up.
        if (entry.kind != EntryKind::usage) continue;
        // The window of a budget is the one at admission, when the request got its id.
        const WindowNumbers admitted = windows_at(ulid_time_ms(entry.event));
        add_spent(organization_id(entry.organization), -leg.amount, admitted);
        add_spent(project_id(entry.project), -leg.amount, admitted);
        if (!entry.member.is_nil()) add_spent(member_id(entry.organization, entry.member), -leg.amount, admitted);
        add_spent(key_id(entry.organization, entry.key), -leg.amount, admitted);
    }
    return {};
}

void JournaledBalances::add_spent(const SpenderId& spender, NanoUsd amount, const WindowNumbers& admitted) {
    Spent& spent = spenders_[spender];
    spent.windows.enter(admitted);
    spent.windows.charge(amount, admitted);
    spent.changed = true;
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
    for (auto& [id, spent] : spenders_) {
        if (!spent.changed) continue;
        spent.changed = false;
        batch.put(Family::balances, std::string(id.bytes.begin(), id.bytes.end()), encode_spent(block, spent.windows));
    }
    lots_.add_checkpoint(batch, block);
    usage_days_.add_checkpoint(batch);
    batch.put(Family::system, std::string(kCheckpointBlockKey), encode_u64(block));
    changed_ = false;
}

void JournaledBalances::restore_into(CreditTable& credits) const {
    for (const auto& [id, balance] : organizations_) credits.organization(id).restore(balance.granted, balance.used);
    for (const auto& [id, spent] : spenders_) {
        Id128 first, second;
        std::copy_n(id.bytes.begin() + 1, first.bytes.size(), first.bytes.begin());
        std::copy_n(id.bytes.end() - 16, second.bytes.size(), second.bytes.begin());
        KeyDigest digest;
        std::copy_n(id.bytes.end() - 32, digest.bytes.size(), digest.bytes.begin());
        switch (id.bytes.front()) {
            case kOrganizationSpenderPrefix:
                credits.organization(second).spender().spent = spent.windows;
                break;
            case kProjectSpenderPrefix:
                credits.project(second).spent = spent.windows;
                break;
            case kMemberSpenderPrefix:
                credits.member(first, second).spent = spent.windows;
                break;
            default:
                credits.key(first, digest).spent = spent.windows;
        }
    }
}

}  // namespace tollgate
