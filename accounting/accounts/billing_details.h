// To whom an organization's credit is invoiced, and who is asked about it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kMaxBillingTextBytes = 200;
inline constexpr std::size_t kMaxBillingAddressBytes = 1000;  // several lines

struct BillingDetails {
    std::string company = {}, address = {}, tax_id = {};
    std::string contact_name = {}, contact_email = {};
    bool operator==(const BillingDetails&) const = default;
};

// Absent: as it is. Empty: there is none.
struct BillingChange {
    std::optional<std::string> company = {}, address = {}, tax_id = {}, contact_name = {}, contact_email = {};
};
// Changes nothing, version included, where everything is so already. invalid names the field at fault.
Status update_billing(Change& change, const Id128& organization, const BillingChange& fields);

}  // namespace tollgate
