// Requests for credit: members ask, owners, admins or the operator decide. What the operator approves is granted; what
// others approve is a purchase of the organization.
#pragma once

#include <array>

#include "accounting/accounts/credit_request.h"
#include "gateway/api/call.h"
#include "gateway/api/transactions.h"

namespace tollgate {

ApiAnswer create_credit_request(Call& call, Change& change);
ApiAnswer list_credit_requests(Call& call);
ApiAnswer show_credit_request(Call& call);
ApiAnswer approve_credit_request(Call& call);
ApiAnswer decline_credit_request(Call& call, Change& change);
ApiAnswer withdraw_credit_request(Call& call, Change& change);

inline constexpr Field kCreditRequestNote = fields::text("note").from(0, kCreditRequestNoteBytes).or_null();
inline constexpr std::array kNewCreditRequestFields = {kAmountField, kCreditRequestNote};
inline constexpr Schema kNewCreditRequest{"NewCreditRequest", kNewCreditRequestFields};
inline constexpr std::array kApprovalFields = {
    fields::usd("amount").or_null().note("In place of what was asked for; absent: that"), kCreditRequestNote};
inline constexpr Schema kApproval{"CreditApproval", kApprovalFields};
inline constexpr std::array kDeclineFields = {kCreditRequestNote};
inline constexpr Schema kDecline{"CreditDecline", kDeclineFields};

inline constexpr Field kCreditRequestState = fields::text("state").one_of("pending|approved|declined|withdrawn");
inline constexpr std::array kCreditRequestsQueryFields = {kPageLimit, kPageCursor, kCreditRequestState};
inline constexpr Schema kCreditRequestsQuery{"CreditRequestsQuery", kCreditRequestsQueryFields};
inline constexpr std::array kCreditRequestFields = {
    fields::uuid("id"),
    fields::uuid("user_id").note("Who asks"),
    fields::text("user_name").or_null(),
    fields::usd("amount"),
    fields::text("note").or_null(),
    kCreditRequestState,
    fields::usd("approved_amount").or_null(),
    fields::text("decided_by").or_null().note("As the audit names who did"),
    fields::text("decided_by_name").or_null().note("If that is a person"),
    fields::time("decided_at").or_null(),
    fields::text("decision_note").or_null(),
    fields::text("transaction_id").or_null().note("The purchase or grant that it became"),
    fields::text("transaction_state").or_null().one_of("done|pending|cancelled").note("A purchase may be cancelled"),
    fields::time("created_at"),
    fields::integer("version"),
};
inline constexpr Schema kCreditRequest{"CreditRequest", kCreditRequestFields};
inline constexpr std::array kCreditRequestPageFields = {fields::list("data", kCreditRequest), kNextCursor};
inline constexpr Schema kCreditRequestPage{"CreditRequestPage", kCreditRequestPageFields};

}  // namespace tollgate
