// Credit, and what moved it.
#pragma once

#include "gateway/api/allowances.h"
#include "gateway/api/credit_requests.h"
#include "gateway/api/credits.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/transactions.h"
#include "gateway/api/vouchers.h"

namespace tollgate::rows {

// What moves credit once.
constexpr Contract books(const Schema& body, bool body_optional = false) {
    return {.body = &body,
            .answer = &kBooked,
            .status = 201,
            .repeat_status = kStatusOfRepeat,
            .body_optional = body_optional};
}

// clang-format off
inline constexpr Operation kCreditRoutes[] = {
    {kGet, "/api/organizations/{organization}/credits", "organization_credits", see_billing, readers, {show_credits},
     "Show the balance", {.answer = &kCredits}},
    {kPost, "/api/organizations/{organization}/credits", "organization_credits", grant_credit, accounts, {add_credit},
     "Grant credit", books(kGrantBody)},
    {kGet, "/api/organizations/{organization}/credit-lots", "credit_lots", see_billing, readers, {list_lots},
     "List credit that is not used up, in the order of its use", {.query = &kPageQuery, .answer = &kLotList}},
    {kGet, "/api/organizations/{organization}/purchases", "purchases", see_billing, readers, {list_purchases},
     "List purchases, the newest first", {.query = &kPurchasesQuery, .answer = &kTransactionPage, .csv = true}},
    {kPost, "/api/organizations/{organization}/purchases", "purchases", purchase_credit, accounts, {begin_purchase},
     "Begin a purchase of credit", books(kAmountBody)},
    {kPost, "/api/organizations/{organization}/purchases/{purchase}/confirm", "purchase_confirm",
     grant_credit, accounts, {confirm_purchase},
     "Confirm a pending purchase", books(kNoteBody, true)},
    {kPost, "/api/organizations/{organization}/purchases/{purchase}/cancel", "purchase_cancel",
     purchase_credit, accounts, {cancel_purchase},
     "Cancel a pending purchase", books(kNoteBody, true)},
    {kPost, "/api/organizations/{organization}/refunds", "refunds", grant_credit, accounts, {refund},
     "Refund a request or a purchase", books(kRefundBody)},
    {kPost, "/api/organizations/{organization}/transfers", "transfers", transfer_credit, accounts, {transfer},
     "Transfer purchased credit to another organization",
     books(kTransferBody)},
    {kPost, "/api/organizations/{organization}/adjustments", "adjustments", grant_credit, accounts, {adjust},
     "Adjust the balance", books(kAdjustmentBody)},
    {kPost, "/api/organizations/{organization}/chargebacks", "chargebacks", grant_credit, accounts, {charge_back},
     "Book a charge-back of a purchase", books(kChargeBackBody)},
    {kGet, "/api/organizations/{organization}/transactions", "transactions",
     see_billing, readers, {list_transactions},
     "List what moved the balance, the newest first",
     {.query = &kTransactionsQuery, .answer = &kTransactionPage, .csv = true}},
    {kPost, "/api/organizations/{organization}/vouchers/redeem", "voucher_redeem",
     Permission::redeem_voucher, accounts, {tollgate::redeem_voucher},
     "Redeem a voucher for the organization", books(kRedeem)},
    {kPost, "/api/organizations/{organization}/credit-requests", "credit_requests",
     request_credit, accounts, {create_credit_request, "credit_request.create"},
     "Ask for credit", {.body = &kNewCreditRequest, .answer = &kCreditRequest, .status = 201}},
    {kGet, "/api/organizations/{organization}/credit-requests", "credit_requests",
     see_credit_requests, readers, {list_credit_requests},
     "List requests for credit, the oldest first", {.query = &kCreditRequestsQuery, .answer = &kCreditRequestPage}},
    {kGet, "/api/organizations/{organization}/credit-requests/{credit_request}", "credit_request",
     see_credit_requests, readers, {show_credit_request},
     "Show a request for credit", {.answer = &kCreditRequest}},
    {kPost, "/api/organizations/{organization}/credit-requests/{credit_request}/approve", "credit_request_approve",
     decide_credit_requests, accounts, {approve_credit_request},
     "Approve a request for credit", {.body = &kApproval, .answer = &kCreditRequest, .body_optional = true}},
    {kPost, "/api/organizations/{organization}/credit-requests/{credit_request}/decline", "credit_request_decline",
     decide_credit_requests, accounts, {decline_credit_request, "credit_request.decline"},
     "Decline a request for credit", {.body = &kDecline, .answer = &kCreditRequest, .body_optional = true}},
    {kPost, "/api/organizations/{organization}/credit-requests/{credit_request}/withdraw", "credit_request_withdraw",
     request_credit, accounts, {withdraw_credit_request, "credit_request.withdraw"},
     "Withdraw one's own request for credit", {.answer = &kCreditRequest}},
    {kPost, "/api/vouchers", "vouchers", manage_instance, accounts, {create_vouchers, "voucher.create"},
     "Make vouchers", {.body = &kNewVouchers, .answer = &kVoucherCodes, .status = 201}},
    {kGet, "/api/vouchers", "vouchers", manage_instance, readers, {list_vouchers},
     "List vouchers, the oldest first", {.query = &kVouchersQuery, .answer = &kVoucherPage}},
    {kGet, "/api/vouchers/{voucher}", "voucher", manage_instance, readers, {show_voucher},
     "Show a voucher", {.answer = &kVoucher}},
    {kDelete, "/api/vouchers/{voucher}", "voucher", manage_instance, accounts, {void_voucher, "voucher.void"},
     "Void a voucher that was not used", {.answer = &kVoucherVoided}},
    {kGet, "/api/organizations/{organization}/allowances", "organization_allowances",
     see_billing, readers, {list_allowances},
     "List an organization's allowances, the oldest first", {.query = &kPageQuery, .answer = &kAllowancePage}},
    {kPost, "/api/allowances", "allowances", manage_instance, accounts, {create_allowance, "allowance.create"},
     "Give an organization credit anew in each window",
     {.body = &kNewAllowance, .answer = &kAllowance, .status = 201}},
    {kGet, "/api/allowances", "allowances", manage_instance, readers, {list_allowances},
     "List all allowances, the oldest first", {.query = &kPageQuery, .answer = &kAllowancePage}},
    {kGet, "/api/allowances/{allowance}", "allowance", manage_instance, readers, {show_allowance},
     "Show an allowance", {.answer = &kAllowance}},
    {kPatch, "/api/allowances/{allowance}", "allowance",
     manage_instance, accounts, {update_allowance, "allowance.update"},
     "Change, end or pause an allowance", {.body = &kAllowanceChange, .answer = &kAllowance}},
    {kDelete, "/api/allowances/{allowance}", "allowance",
     manage_instance, accounts, {delete_allowance, "allowance.delete"},
     "End an allowance; what was granted stays", {.answer = &kAllowanceDeleted}},
};
// clang-format on

}  // namespace tollgate::rows
