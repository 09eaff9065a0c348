#include "gateway/api/security_settings.h"

#include "accounting/accounts/organization.h"
#include "gateway/api/policies.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer security_settings_answer(const Organization& organization) {
    JsonWriter json;
    json.object().key("owners_need_second_factor").flag(organization.policy.owners_need_second_factor);
    json.key("version").number(organization.version).end();
    return versioned_answer(json, organization.version);
}

}  // namespace

ApiAnswer show_security_settings(Call& call) { return security_settings_answer(call.organization()); }

ApiAnswer set_security_settings(Call& call, Change& change) {
    const Organization& before = organization_after(call, change);
    if (const Status status = require_version(call, change, before.version); !status.ok()) return api_error(status);
    const bool needed = call.body.flag("owners_need_second_factor");
    if (call.error()) return call.refusal();
    const Status status = set_owners_need_second_factor(change, call.organization().id, needed);
    return status.ok() ? security_settings_answer(organization_after(call, change)) : api_error(status);
}

}  // namespace tollgate
