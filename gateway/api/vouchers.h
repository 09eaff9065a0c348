// Vouchers: made, listed and voided by the operator, redeemed by owners and admins for their organization.
#pragma once

#include <array>

#include "accounting/accounts/voucher.h"
#include "gateway/api/call.h"
#include "gateway/api/transactions.h"

namespace tollgate {

ApiAnswer create_vouchers(Call& call, Change& change);
ApiAnswer list_vouchers(Call& call);
ApiAnswer show_voucher(Call& call);
ApiAnswer void_voucher(Call& call, Change& change);
ApiAnswer redeem_voucher(Call& call);

inline constexpr std::int64_t kMostVouchers = 1000;  // made by one call

inline constexpr std::array kNewVouchersFields = {
    kAmountField,
    fields::integer("count").from(1, kMostVouchers).or_null().note("How many; 1 if absent"),
    fields::time("expires_at").or_null().note("Of the codes; null: never"),
    fields::time("credit_expires_at").or_null().note("Of the credit that they give; null: never"),
    fields::text("batch").from(0, kVoucherBatchBytes).or_null(),
    fields::text("note").from(0, kVoucherNoteBytes).or_null(),
};
inline constexpr Schema kNewVouchers{"NewVouchers", kNewVouchersFields};
inline constexpr Field kVoucherId = fields::key_hash("id").note("The SHA-256 of the code");
inline constexpr std::array kVoucherCodeFields = {kVoucherId, fields::text("code").note("Shown this once")};
inline constexpr Schema kVoucherCode{"VoucherCode", kVoucherCodeFields};
inline constexpr std::array kVoucherCodesFields = {fields::list("data", kVoucherCode)};
inline constexpr Schema kVoucherCodes{"VoucherCodes", kVoucherCodesFields};

inline constexpr Field kVoucherStateField = fields::text("state").one_of("open|used|voided|expired");
inline constexpr std::array kVouchersQueryFields = {
    kPageLimit, kPageCursor, kVoucherStateField,
    fields::text("batch").from(1, kVoucherBatchBytes).note("The whole name of the batch")};
inline constexpr Schema kVouchersQuery{"VouchersQuery", kVouchersQueryFields};
inline constexpr std::array kVoucherFields = {
    kVoucherId,
    fields::usd("amount"),
    kVoucherStateField,
    fields::time("expires_at").or_null(),
    fields::time("credit_expires_at").or_null(),
    fields::text("batch").or_null(),
    fields::text("note").or_null(),
    fields::uuid("used_by_organization").or_null(),
    fields::text("used_by").or_null().note("As the audit names who did"),
    fields::time("used_at").or_null(),
    fields::text("transaction_id").or_null(),
    fields::time("created_at"),
    fields::integer("version"),
};
inline constexpr Schema kVoucher{"Voucher", kVoucherFields};
inline constexpr std::array kVoucherPageFields = {fields::list("data", kVoucher), kNextCursor};
inline constexpr Schema kVoucherPage{"VoucherPage", kVoucherPageFields};

inline constexpr std::array kVoucherVoidedFields = {fields::flag("voided")};
inline constexpr Schema kVoucherVoided{"VoucherVoided", kVoucherVoidedFields};

inline constexpr std::array kRedeemFields = {
    fields::text("code").required().from(1, 100).note("Capitals, dashes and blanks make no difference")};
inline constexpr Schema kRedeem{"Redeem", kRedeemFields};

}  // namespace tollgate
