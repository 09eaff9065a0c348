#include "accounting/accounts/billing_details.h"

#include <utility>

#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"

namespace tollgate {

Status update_billing(Change& change, const Id128& organization, const BillingChange& fields) {
    const auto current = open_organization(change, organization);
    if (!current) return current.error();
    if (Status status = change.require_version((*current)->version); !status.ok()) return status;
    BillingDetails billing = billing_of(**current);
    const BillingDetails before = billing;
    billing.company = fields.company.value_or(billing.company);
    billing.address = fields.address.value_or(billing.address);
    billing.tax_id = fields.tax_id.value_or(billing.tax_id);
    billing.contact_name = fields.contact_name.value_or(billing.contact_name);
    billing.contact_email = fields.contact_email.value_or(billing.contact_email);
    if (!billing.contact_email.empty()) {
        if (auto email = normal_email("contact_email", billing.contact_email); !email) return email.error();
    }
    if (billing == before) return {};
    Organization changed = **current;
    changed.billing = std::make_shared<const BillingDetails>(std::move(billing));
    return update_organization(change, std::move(changed));
}

}  // namespace tollgate
