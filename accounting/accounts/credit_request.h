// What members ask of those who buy credit for the organization. A request is decided once. They are documents alone,
// not in the directory: the ledger stores an approval in its own batch, with what it books.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kCreditRequestNoteBytes = 1000;
inline constexpr std::size_t kMostPendingCreditRequests = 10;  // of one person in one organization

enum class CreditRequestState : std::uint8_t { pending, approved, declined, withdrawn };
std::string_view to_string(CreditRequestState state);
bool parse(std::string_view text, CreditRequestState& state);  // false, and `state` unchanged: it is none of the names

struct CreditRequest {
    Id128 organization = {}, id = {};
    Id128 user = {};  // who asks
    NanoUsd amount = {};
    std::string note = {};
    CreditRequestState state = CreditRequestState::pending;
    NanoUsd approved = {};        // may be another amount
    std::string decided_by = {};  // actor_of()
    std::string decision_note = {};
    std::int64_t decided_ms = 0;  // 0: it is not
    Id128 transaction = {};       // that was booked for it
    std::int64_t version = 0;     // one more with each change; 1 is the first
    std::int64_t created_ms = 0;
};

// not_found if the organization has none such.
Result<CreditRequest> find_credit_request(Store& store, const Id128& organization, const Id128& id);
// All of the organization, the oldest first.
Result<std::vector<CreditRequest>> credit_requests_of(Store& store, const Id128& organization);

// By the person who calls. conflict limit_reached: too many of his wait already; invalid: the note is too long.
Result<CreditRequest> create_credit_request(Change& change, const Id128& organization, NanoUsd amount,
                                            const std::string& note);

// What is decided. `transaction` and `approved` are an approval's.
struct Decision {
    CreditRequestState state = CreditRequestState::declined;
    std::string note = {};
    NanoUsd approved = {};
    Id128 transaction = {};
};
// Whether it is still to be decided: conflict already_decided.
Status check_pending(const CreditRequest& request);
// Stores the decision of the caller on one that is pending, and returns it as it is then.
CreditRequest decide(Change& change, CreditRequest request, const Decision& decision);

}  // namespace tollgate
