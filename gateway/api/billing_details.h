// To whom an organization's credit is invoiced.
#pragma once

#include <array>

#include "accounting/accounts/billing_details.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_billing(Call& call);
ApiAnswer change_billing_details(Call& call, Change& change);

inline constexpr Field billing_text(std::string_view name, std::int64_t most) {
    return fields::text(name).from(0, most).or_null();
}
inline constexpr Field kBillingCompany = billing_text("company", kMaxBillingTextBytes),
                       kBillingAddress = billing_text("address", kMaxBillingAddressBytes),
                       kBillingTaxId = billing_text("tax_id", kMaxBillingTextBytes),
                       kBillingContact = billing_text("contact_name", kMaxBillingTextBytes),
                       kBillingEmail = billing_text("contact_email", kMaxEmailBytes);
inline constexpr std::array kBillingChangeFields = {kBillingCompany.note("null: none, as of the others"),
                                                    kBillingAddress.note("In one line"),
                                                    kBillingTaxId,
                                                    kBillingContact,
                                                    kBillingEmail,
                                                    fields::integer("version")};
inline constexpr Schema kBillingChange{"BillingChange", kBillingChangeFields};
inline constexpr std::array kBillingFields = {kBillingCompany, kBillingAddress, kBillingTaxId,
                                              kBillingContact, kBillingEmail,   fields::integer("version")};
inline constexpr Schema kBilling{"Billing", kBillingFields};

}  // namespace tollgate
