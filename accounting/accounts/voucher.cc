#include "accounting/accounts/voucher.h"

#include <array>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/typed_code.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// In the order of VoucherState's values.
constexpr std::array<std::string_view, 3> kStates = {"open", "used", "voided"};

template <class VoucherOf, class Fields>
void fields_of(VoucherOf& voucher, Fields& fields) {
    fields.number("amount", voucher.amount.value);
    fields.number("expires_ms", voucher.expires_ms);
    fields.number("credit_expires_ms", voucher.credit_expires_ms);
    fields.optional_text("batch", voucher.batch, kVoucherBatchBytes);
    fields.optional_text("note", voucher.note, kVoucherNoteBytes);
    fields.choice("state", voucher.state);
    fields.id("organization", voucher.organization);
    fields.optional_text("used_by", voucher.used_by, kMaxNameBytes);
    fields.number("used_ms", voucher.used_ms);
    fields.id("transaction", voucher.transaction);
    fields.number("version", voucher.version);
    fields.number("created_ms", voucher.created_ms);
}

std::string document_of(const Voucher& voucher) {
    DocumentWriter writer;
    fields_of(voucher, writer);
    return writer.take();
}

std::string document_key(const KeyDigest& code) { return voucher_document_key(to_hex(code)); }

// `before`: the document so far; empty for a new one.
void put_voucher(Change& change, Voucher voucher, std::string before) {
    ++voucher.version;
    change.put_document({}, document_key(voucher.code), std::move(before), document_of(voucher));
}

}  // namespace

std::string_view to_string(VoucherState state) { return kStates.at(static_cast<std::size_t>(state)); }

bool parse(std::string_view text, VoucherState& state) {
    for (std::size_t i = 0; i < kStates.size(); ++i) {
        if (kStates[i] != text) continue;
        state = static_cast<VoucherState>(i);
        return true;
    }
    return false;
}

bool Voucher::is_good(std::int64_t now_ms) const {
    const auto over = [now_ms](std::int64_t at_ms) { return at_ms != 0 && at_ms <= now_ms; };
    return state == VoucherState::open && !over(expires_ms) && !over(credit_expires_ms);
}

Result<Voucher> read_voucher(DocumentReader& reader, std::string_view document, std::string_view text) {
    Voucher voucher;
    reader.open(document, text);
    const auto code = parse_key_digest(reader.id_part(kVoucherDocumentPrefix));
    if (!code) reader.fail("the digest in its key is malformed");
    voucher.code = code.value_or(KeyDigest{});
    fields_of(voucher, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return voucher;
}

Result<Voucher> find_voucher(Store& store, const KeyDigest& code) {
    const std::string document = document_key(code);
    const auto text = store.get(Family::accounts, document);
    if (!text) {
        if (text.error().code() != StatusCode::not_found) return std::unexpected(text.error());
        return failure(StatusCode::not_found, "there is no such voucher");
    }
    DocumentReader reader;
    return read_voucher(reader, document, *text);
}

Result<MadeVoucher> create_voucher(Change& change, const NewVoucher& fields) {
    MadeVoucher made{.name = {}, .code = make_typed_code()};
    made.name = digest_key(made.code);
    Voucher voucher{.code = made.name,
                    .amount = fields.amount,
                    .expires_ms = fields.expires_ms,
                    .credit_expires_ms = fields.credit_expires_ms,
                    .batch = fields.batch,
                    .note = fields.note,
                    .created_ms = change.now_ms()};
    DocumentCheck check;
    fields_of(voucher, check);
    if (Status status = check.status(); !status.ok()) return std::unexpected(std::move(status));
    change.concerns({}, document_key(voucher.code));
    put_voucher(change, std::move(voucher), {});
    return made;
}

Status void_voucher(Change& change, const KeyDigest& code) {
    auto voucher = find_voucher(change.accounts().store(), code);
    if (!voucher) return voucher.error();
    if (Status status = change.require_version(voucher->version); !status.ok()) return status;
    if (voucher->state == VoucherState::used) return {StatusCode::conflict, "the voucher was used", "voucher_used"};
    if (voucher->state == VoucherState::voided) return {};
    std::string before = document_of(*voucher);
    voucher->state = VoucherState::voided;
    change.concerns({}, document_key(code));
    put_voucher(change, std::move(*voucher), std::move(before));
    return {};
}

void use_voucher(Change& change, Voucher voucher, const Id128& organization, const Id128& transaction) {
    std::string before = document_of(voucher);
    voucher.state = VoucherState::used;
    voucher.organization = organization;
    voucher.used_by = actor_of(change.caller());
    voucher.used_ms = change.now_ms();
    voucher.transaction = transaction;
    put_voucher(change, std::move(voucher), std::move(before));
}

}  // namespace tollgate
