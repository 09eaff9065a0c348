// Mail about an organization's money, where it wants to be told: that its balance is low, and that a budget (its own, a
// project's, a member's or a key's) is nearly or wholly spent.
//
// Each is said once: a document says so, stored with the mail, and is there as long as it holds. A budget is said to be
// nearly spent and wholly spent once in each of its windows. One that is nearly spent counts as wholly spent from the
// first request that it refuses: what is left would never be spent. One that is not says once that it refused. Owners
// and admins are told everything; whoever is asked about bills, of the balance; a member, of his own budget and those
// of keys that he made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/status.h"

namespace tollgate {

class Accounts;

inline constexpr std::int64_t kNearlySpentPercent = 80;
inline constexpr std::size_t kMostAlertReceivers = 50;  // of one mail's content

// Compares what stands with what was said, and queues mail for what is new. Where nobody can be mailed, or everybody
// got as many mails as he may for today, it is said when somebody can. The first failure; other organizations are
// looked at all the same. For one thread at a time.
Status look_for_alerts(Accounts& accounts, std::int64_t now_ms);

}  // namespace tollgate
