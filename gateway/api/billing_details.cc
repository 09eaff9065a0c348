#include "gateway/api/billing_details.h"

#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer billing_answer(const Organization& organization) {
    const BillingDetails billing = billing_of(organization);
    JsonWriter json;
    json.object().key("company").text_or_null(billing.company).key("address").text_or_null(billing.address);
    json.key("tax_id").text_or_null(billing.tax_id).key("contact_name").text_or_null(billing.contact_name);
    json.key("contact_email").text_or_null(billing.contact_email);
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

}  // namespace

ApiAnswer show_billing(Call& call) { return billing_answer(call.organization()); }

ApiAnswer change_billing_details(Call& call, Change& change) {
    BodyFields& body = call.body;
    const auto changed = [&body](std::string_view name) {
        return body.has(name) ? std::optional(body.text(name)) : std::nullopt;
    };
    const BillingChange wanted{.company = changed("company"),
                               .address = changed("address"),
                               .tax_id = changed("tax_id"),
                               .contact_name = changed("contact_name"),
                               .contact_email = changed("contact_email")};
    const Id128 id = call.organization().id;
    const Organization& current = *change.directory().find_organization(id);
    if (const Status status = require_version(call, change, current.version); !status.ok()) return api_error(status);
    if (call.error()) return call.refusal();
    const Status status = update_billing(change, id, wanted);
    return status.ok() ? billing_answer(*change.directory().find_organization(id)) : api_error(status);
}

}  // namespace tollgate
