#include "accounting/transactions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "accounting/byte_codec.h"
#include "accounting/journal_reader.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// A record of version 1 was a grant's: transaction, amount, time, note.
constexpr std::uint8_t kGrantRecordVersion = 1;
constexpr std::uint8_t kRecordVersion = 2;  // transaction, organization, digest of the content, checksum
constexpr std::size_t kRecordChecksumBytes = 8;
constexpr std::size_t kRecordBytes = 1 + 2 * 16 + 32 + kRecordChecksumBytes;
constexpr std::string_view kTransactionScope = "grant";  // all kinds; the name is from when there was one
constexpr std::uint8_t kRefundedVersion = 1;
constexpr std::size_t kRefundedBytes = 1 + 8;

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Status refuse(std::string_view kind, const std::string& why, StatusCode code = StatusCode::invalid) {
    return {code, std::string(kind) + ": " + why};
}

std::string_view name_of(TransactionKind kind) {
    switch (kind) {
        case TransactionKind::purchase:
            return "purchase";
        case TransactionKind::confirm_purchase:
            return "confirm";
        case TransactionKind::cancel_purchase:
            return "cancel";
        case TransactionKind::grant:
            return "grant";
        case TransactionKind::usage_refund:
            return "usage refund";
        case TransactionKind::payment_refund:
            return "payment refund";
        case TransactionKind::transfer:
            return "transfer";
        case TransactionKind::adjustment:
            return "adjustment";
        case TransactionKind::charge_back:
            return "charge-back";
        case TransactionKind::expiry:
            return "expiry";
    }
    return "transaction";
}

KeyDigest content_of(const TransactionRequest& request) {
    std::array<std::byte, 1 + 3 * 16 + 8 + 4 + 8> bytes;
    ByteWriter writer(bytes);
    writer.integer(static_cast<std::uint8_t>(request.kind));
    for (const Id128& id : {request.organization, request.counterparty, request.reference}) writer.bytes(id.bytes);
    writer.integer(request.amount.value);
    writer.integer(request.priority);
    writer.integer(request.expires_ms);
    return digest_key(text_of(std::span(bytes).first(writer.size())));
}

std::string record_key(const TransactionRequest& request) {
    return idempotency_key(kTransactionScope, to_uuid(request.organization) + request.idempotency_key);
}

// The first bytes of the SHA-256 of what stands before them: nothing else in the store would give a flip away.
std::array<std::uint8_t, kRecordChecksumBytes> checksum_of(std::string_view record) {
    const KeyDigest digest = digest_key(record.substr(0, kRecordBytes - kRecordChecksumBytes));
    std::array<std::uint8_t, kRecordChecksumBytes> checksum;
    std::copy_n(digest.bytes.begin(), checksum.size(), checksum.begin());
    return checksum;
}

std::string encode_record(const Id128& transaction, const TransactionRequest& request) {
    std::array<std::byte, kRecordBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kRecordVersion);
    writer.bytes(transaction.bytes);
    writer.bytes(request.organization.bytes);
    writer.bytes(content_of(request).bytes);
    writer.bytes(checksum_of(text_of(std::span(bytes).first(writer.size()))));
    return text_of(bytes);
}

std::string encode_refunded(NanoUsd amount) {
    std::array<std::byte, kRefundedBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kRefundedVersion);
    writer.integer(amount.value);
    return text_of(bytes);
}

// What was given back of a request's charge or of a purchase so far.
Result<NanoUsd> refunded_of(Store& store, const Id128& organization, const Id128& of) {
    const auto value = store.get(Family::transactions, refunded_key(organization.bytes, of.bytes));
    if (!value) {
        if (value.error().code() == StatusCode::not_found) return NanoUsd{};
        return std::unexpected(value.error());
    }
    ByteReader reader(std::as_bytes(std::span(*value)));
    const auto version = reader.integer<std::uint8_t>();
    const NanoUsd amount{reader.integer<std::int64_t>()};
    if (version == kRefundedVersion && reader.ok()) return amount;
    return failure(version > kRefundedVersion ? StatusCode::too_new : StatusCode::corrupt,
                   "refunds of " + to_ulid(of) + ": malformed row");
}

EntryKind entry_kind(TransactionKind kind) {
    switch (kind) {
        case TransactionKind::grant:
            return EntryKind::grant;
        case TransactionKind::usage_refund:
            return EntryKind::usage_refund;
        case TransactionKind::payment_refund:
            return EntryKind::payment_refund;
        case TransactionKind::transfer:
            return EntryKind::transfer;
        case TransactionKind::adjustment:
        case TransactionKind::charge_back:
            return EntryKind::adjustment;
        case TransactionKind::expiry:
            return EntryKind::expiry;
        default:
            return EntryKind::purchase;
    }
}

}  // namespace

// A transaction on its way into the block.
struct Transactions::Draft {
    LedgerEntry entry;  // without legs: nothing moves
    HistoryRow row;     // of the organization
    std::optional<HistoryRow> counterparty_row;
    std::vector<Incoming> incoming;
    NanoUsd taken;                    // from the organization's credit; given back if the draft is not booked
    std::optional<NanoUsd> refunded;  // of entry.reference, in all
    bool booked_before = false;       // the state says so, without an idempotency key
};

Status check(const TransactionRequest& request, std::int64_t now_ms) {
    using enum TransactionKind;
    const std::string_view name = name_of(request.kind);
    const bool about_purchase = request.kind == confirm_purchase || request.kind == cancel_purchase;
    const bool refund = request.kind == usage_refund || request.kind == payment_refund;
    const bool refers = about_purchase || refund || request.kind == charge_back;
    if (request.kind == expiry) return refuse(name, "is booked by the ledger itself");
    if (request.kind == adjustment) {
        if (request.amount == NanoUsd{} || request.amount.value == INT64_MIN) return refuse(name, "the amount is zero");
    } else if (!about_purchase && (request.amount < NanoUsd{} || (request.amount == NanoUsd{} && !refund))) {
        return refuse(name, "the amount is not above zero");
    }
    if (refers && request.reference.is_nil()) return refuse(name, "it does not say of what");
    if (request.kind == transfer && (request.counterparty.is_nil() || request.counterparty == request.organization)) {
        return refuse(name, "it needs another organization to go to");
    }
    if (request.priority < 0 || request.priority > kMaxLotPriority) {
        return refuse(name, "the priority is not within 0 and " + std::to_string(kMaxLotPriority));
    }
    if (request.expires_ms != 0 && request.kind != grant) return refuse(name, "only grants expire");
    if (request.expires_ms != 0 && request.expires_ms <= now_ms) return refuse(name, "it would have expired already");
    if (request.idempotency_key.size() > kIdempotencyKeyBytes) {
        return refuse(name, "the idempotency key is longer than " + std::to_string(kIdempotencyKeyBytes) + " bytes");
    }
    if (request.note.size() > kTransactionNoteBytes) {
        return refuse(name, "the note is longer than " + std::to_string(kTransactionNoteBytes) + " bytes");
    }
    return {};
}

Result<TransactionRecord> decode_transaction_record(std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    const auto version = reader.integer<std::uint8_t>();
    if (version > kRecordVersion) return failure(StatusCode::too_new, "idempotency record: of a newer version");
    TransactionRecord record;
    record.transaction.bytes = reader.bytes<16>();
    if (version == kGrantRecordVersion) {
        record.grant = NanoUsd{reader.integer<std::int64_t>()};
        record.at_ms = reader.integer<std::int64_t>();
    } else {
        record.organization.bytes = reader.bytes<16>();
        record.content.bytes = reader.bytes<32>();
        const auto checksum = reader.bytes<kRecordChecksumBytes>();
        if (!reader.ok() || reader.left() != 0 || checksum != checksum_of(value)) {
            return failure(StatusCode::corrupt, "idempotency record: malformed");
        }
    }
    if (version == 0 || !reader.ok()) return failure(StatusCode::corrupt, "idempotency record: malformed");
    return record;
}

NanoUsd Transactions::in_flight(const Id128& organization) const {
    const auto snapshot = credits_.organization(organization).snapshot();
    return balances_.balance(organization) - (snapshot.balance() - snapshot.held);
}

NanoUsd Transactions::take(Draft& draft, NanoUsd most) {
    const NanoUsd taken = credits_.organization(draft.entry.organization).take_back(most);
    draft.taken += taken;
    return taken;
}

Status Transactions::room_for(const Id128& organization, NanoUsd amount) const {
    NanoUsd sum;
    if (__builtin_add_overflow(balances_.granted(organization).value, amount.value, &sum.value)) {
        return {StatusCode::full, "the organization's total credit would be out of range"};
    }
    if (balances_.lots().of(organization).size() >= kMaxLotsPerOrganization) {
        return {StatusCode::full, "the organization has " + std::to_string(kMaxLotsPerOrganization) +
                                      " lots of credit that are not used up, the most there may be"};
    }
    return {};
}

Result<TransactionResult> Transactions::answer(const Id128& organization, const Id128& transaction) {
    const auto row = find_transaction(store_, organization, transaction);
    if (!row) return std::unexpected(row.error());
    return TransactionResult{transaction, true, row->amount, row->balance_after};
}

Result<std::optional<TransactionResult>> Transactions::answer_before(const TransactionRequest& request,
                                                                     const std::string& key) {
    const auto known = store_.get(Family::idempotency, key);
    if (!known) {
        if (known.error().code() == StatusCode::not_found) return std::nullopt;
        return std::unexpected(known.error());
    }
    const auto record = decode_transaction_record(*known);
    if (!record) return std::unexpected(record.error());
    if (!record->grant && record->content == content_of(request)) {
        auto before = answer(request.organization, record->transaction);
        if (!before) return std::unexpected(before.error());
        return *before;
    }
    if (record->grant && request.kind == TransactionKind::grant && *record->grant == request.amount) {
        return TransactionResult{record->transaction, true, *record->grant, balances_.balance(request.organization)};
    }
    return failure(StatusCode::already_exists, std::string(name_of(request.kind)) +
                                                   ": this idempotency key was used for another transaction, " +
                                                   to_ulid(record->transaction));
}

Result<TransactionResult> Transactions::add(const TransactionRequest& request, const Id128& id, std::int64_t now_ms) {
    const std::string key = request.idempotency_key.empty() ? std::string() : record_key(request);
    if (!key.empty()) {
        const auto before = answer_before(request, key);
        if (!before) return std::unexpected(before.error());
        if (*before) return **before;
    }
    Draft draft;
    draft.entry.kind = draft.row.kind = entry_kind(request.kind);
    draft.entry.event = draft.row.transaction = id;
    draft.entry.at_ms = draft.row.at_ms = now_ms;
    draft.entry.organization = request.organization;
    draft.entry.reference = draft.row.reference = request.reference;
    draft.row.asked = request.amount;
    draft.row.note = request.note;
    draft.row.actor = request.actor;
    if (!key.empty()) std::copy(key.begin(), key.end(), draft.row.record.bytes.begin());
    Status status = this->draft(request, draft);
    if (status.ok() && draft.booked_before) return answer(request.organization, request.reference);
    if (status.ok()) status = book(draft);
    if (!status.ok()) {
        credits_.organization(request.organization).grant(draft.taken);
        return std::unexpected(status);
    }
    if (!key.empty()) {
        writer_.batch().put(Family::idempotency, key, encode_record(draft.row.transaction, request));
    }
    return TransactionResult{draft.row.transaction, false, draft.row.amount, draft.row.balance_after};
}

Status Transactions::draft(const TransactionRequest& request, Draft& draft) {
    switch (request.kind) {
        case TransactionKind::purchase:
            return draft_purchase(request, draft);
        case TransactionKind::confirm_purchase:
        case TransactionKind::cancel_purchase:
            return draft_end_of_purchase(request, draft);
        case TransactionKind::usage_refund:
            return draft_usage_refund(request, draft);
        case TransactionKind::payment_refund:
            return draft_payment_refund(request, draft);
        case TransactionKind::transfer:
            return draft_transfer(request, draft);
        case TransactionKind::adjustment:
            return draft_adjustment(request, draft);
        case TransactionKind::charge_back:
            return draft_charge_back(request, draft);
        case TransactionKind::grant:
        case TransactionKind::expiry:
            break;
    }
    if (Status status = room_for(request.organization, request.amount); !status.ok()) return status;
    draft.entry.priority = draft.row.priority = request.priority;
    draft.entry.expires_ms = draft.row.expires_ms = request.expires_ms;
    draft.entry.add_leg(AccountKind::organization_available, request.organization, request.amount);
    draft.entry.add_leg(AccountKind::platform_grants, {}, -request.amount);
    draft.row.amount = request.amount;
    draft.incoming.push_back({request.organization, request.amount, {}});
    return {};
}

Status Transactions::draft_purchase(const TransactionRequest& request, Draft& draft) {
    draft.entry.add_leg(AccountKind::organization_pending, request.organization, request.amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, -request.amount);
    draft.row.state = TransactionState::pending;
    draft.row.amount = request.amount;
    return {};
}

Status Transactions::draft_end_of_purchase(const TransactionRequest& request, Draft& draft) {
    const bool confirm = request.kind == TransactionKind::confirm_purchase;
    const TransactionState wanted = confirm ? TransactionState::done : TransactionState::cancelled;
    const auto purchase = find_transaction(store_, request.organization, request.reference);
    if (!purchase) return purchase.error();
    if (purchase->kind != EntryKind::purchase) {
        return refuse(name_of(request.kind), to_ulid(request.reference) + " is no purchase", StatusCode::not_found);
    }
    if (purchase->state == wanted) {
        draft.booked_before = true;
        return {};
    }
    if (purchase->state != TransactionState::pending) {
        return refuse(name_of(request.kind),
                      "the purchase was " + std::string(confirm ? "cancelled" : "confirmed") + " before",
                      StatusCode::already_exists);
    }
    const NanoUsd amount = purchase->amount;
    if (confirm) {
        if (Status status = room_for(request.organization, amount); !status.ok()) return status;
        draft.incoming.push_back({request.organization, amount, {}});
    }
    draft.entry.add_leg(AccountKind::organization_pending, request.organization, -amount);
    if (confirm) {
        draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    } else {
        draft.entry.add_leg(AccountKind::platform_cash, {}, amount);
    }
    const std::string note = request.note;
    draft.row = *purchase;
    draft.row.state = wanted;
    if (!note.empty()) draft.row.note = note;
    return {};
}

Status Transactions::draft_usage_refund(const TransactionRequest& request, Draft& draft) {
    const auto usage = JournalReader(store_).find_usage(request.reference, writer_.end().block);
    if (!usage) return usage.error();
    if (usage->organization != request.organization) {
        return refuse("usage refund", "request " + to_ulid(request.reference) + " is not known in this organization",
                      StatusCode::not_found);
    }
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    const NanoUsd charged = -usage->moved(AccountKind::organization_available, request.organization);
    const NanoUsd left = charged - *refunded;
    const NanoUsd amount = request.amount == NanoUsd{} ? left : request.amount;
    if (amount > left || amount == NanoUsd{}) {
        return refuse("usage refund", "of the " + to_usd(charged) + " USD that the request was charged, " +
                                          to_usd(left) + " USD are left to refund");
    }
    if (Status status = room_for(request.organization, {}); !status.ok()) return status;
    draft.entry.project = draft.row.project = usage->project;
    draft.entry.member = usage->member;
    draft.entry.key = usage->key;
    draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    draft.entry.add_leg(AccountKind::platform_revenue, {}, -amount);
    draft.row.amount = amount;
    draft.refunded = *refunded + amount;
    draft.incoming.push_back({request.organization, {}, amount});
    return {};
}

Status Transactions::draft_payment_refund(const TransactionRequest& request, Draft& draft) {
    const auto purchase = find_transaction(store_, request.organization, request.reference);
    if (!purchase) return purchase.error();
    if (purchase->kind != EntryKind::purchase || purchase->state != TransactionState::done) {
        return refuse("payment refund", to_ulid(request.reference) + " is no confirmed purchase");
    }
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    const NanoUsd left =
        balances_.lots().spare(request.organization, request.reference, in_flight(request.organization));
    const NanoUsd amount = request.amount == NanoUsd{} ? left : request.amount;
    if (amount > left || amount == NanoUsd{} || take(draft, amount) != amount) {
        return refuse("payment refund", "of the purchase " + to_usd(left) + " USD are left that no request holds");
    }
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, amount);
    draft.row.amount = -amount;
    draft.refunded = *refunded + amount;
    return {};
}

Status Transactions::draft_transfer(const TransactionRequest& request, Draft& draft) {
    if (Status status = room_for(request.counterparty, request.amount); !status.ok()) return status;
    const NanoUsd left = balances_.lots().spare_purchased(request.organization, in_flight(request.organization));
    if (request.amount > left || take(draft, request.amount) != request.amount) {
        return refuse("transfer",
                      "only purchased credit can be transferred; " + to_usd(left) + " USD of it are not used or held");
    }
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -request.amount);
    draft.entry.add_leg(AccountKind::organization_available, request.counterparty, request.amount);
    draft.row.amount = -request.amount;
    draft.row.counterparty = request.counterparty;
    draft.counterparty_row = draft.row;
    draft.counterparty_row->amount = draft.counterparty_row->asked = request.amount;
    draft.counterparty_row->counterparty = request.organization;
    draft.incoming.push_back({request.counterparty, request.amount, {}});
    return {};
}

Status Transactions::draft_adjustment(const TransactionRequest& request, Draft& draft) {
    NanoUsd amount = request.amount;
    if (amount > NanoUsd{}) {
        if (Status status = room_for(request.organization, amount); !status.ok()) return status;
        draft.incoming.push_back({request.organization, amount, {}});
    } else {
        amount = -take(draft, -amount);
    }
    draft.entry.reference = draft.row.reference = {};
    draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    draft.entry.add_leg(AccountKind::platform_adjustments, {}, -amount);
    draft.row.amount = amount;
    return {};
}

Status Transactions::draft_charge_back(const TransactionRequest& request, Draft& draft) {
    const auto purchase = find_transaction(store_, request.organization, request.reference);
    if (!purchase) return purchase.error();
    if (purchase->kind != EntryKind::purchase || purchase->state != TransactionState::done) {
        return refuse("charge-back", to_ulid(request.reference) + " is no confirmed purchase");
    }
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    if (request.amount > purchase->amount - *refunded) {
        return refuse("charge-back", "of the purchase " + to_usd(purchase->amount - *refunded) +
                                         " USD are not paid "
                                         "back yet");
    }
    const NanoUsd taken = take(draft, request.amount);
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -taken);
    draft.entry.add_leg(AccountKind::platform_losses, {}, taken - request.amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, request.amount);
    draft.row.amount = -taken;
    draft.row.asked = -request.amount;
    draft.refunded = *refunded + request.amount;
    return {};
}

Status Transactions::book(Draft& draft) {
    const Id128& organization = draft.entry.organization;
    if (draft.entry.leg_count > 0) {
        if (Status status = writer_.add_entry(draft.entry); !status.ok()) return status;
    }
    const auto put = [&](const Id128& of, HistoryRow& row) {
        row.balance_after = balances_.balance(of);
        writer_.batch().put(Family::transactions, history_key(of.bytes, row.transaction.bytes), encode(row));
    };
    put(organization, draft.row);
    if (draft.counterparty_row) put(draft.row.counterparty, *draft.counterparty_row);
    if (draft.refunded) {
        writer_.batch().put(Family::transactions, refunded_key(organization.bytes, draft.entry.reference.bytes),
                            encode_refunded(*draft.refunded));
    }
    incoming_.insert(incoming_.end(), draft.incoming.begin(), draft.incoming.end());
    return {};
}

Result<bool> Transactions::expire(const CreditLots::Named& lot, const Id128& id, std::int64_t now_ms) {
    const NanoUsd spare = balances_.lots().spare(lot.organization, lot.transaction, in_flight(lot.organization));
    Draft draft;
    draft.entry.kind = draft.row.kind = EntryKind::expiry;
    draft.entry.event = draft.row.transaction = id;
    draft.entry.at_ms = draft.row.at_ms = now_ms;
    draft.entry.organization = lot.organization;
    draft.entry.reference = draft.row.reference = lot.transaction;
    const NanoUsd taken = take(draft, spare);
    if (taken == NanoUsd{}) return false;
    draft.entry.add_leg(AccountKind::organization_available, lot.organization, -taken);
    draft.entry.add_leg(AccountKind::platform_grants, {}, taken);
    draft.row.amount = draft.row.asked = -taken;
    if (Status status = book(draft); !status.ok()) return std::unexpected(status);
    return true;
}

void Transactions::committed() {
    for (const Incoming& incoming : incoming_) {
        OrganizationCredit& credit = credits_.organization(incoming.organization);
        if (incoming.granted != NanoUsd{}) credit.grant(incoming.granted);
        if (incoming.refunded != NanoUsd{}) credit.refund_usage(incoming.refunded);
    }
    incoming_.clear();
}

}  // namespace tollgate
