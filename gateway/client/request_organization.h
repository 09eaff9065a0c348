// Which organization a request is about and, where it calls a model, billed to: one for the whole request.
#pragma once

#include <memory>

#include "accounting/accounts/directory.h"
#include "gateway/exchange/attribution.h"
#include "gateway/exchange/head.h"
#include "gateway/text/error.h"

namespace tollgate {

struct RequestOrganization {
    const Organization* organization = nullptr;           // null: the root key's; lives as long as the directory
    std::shared_ptr<const Attribution> attribution = {};  // null: a request that names no Git repository
};

// A key is bound to its organization. A personal token's is the one that X-Org-Id names, else its person's current one.
// A call of a model that names a Git repository is the organization's that has claimed it, where the caller may bill
// that one: a person who is a member, and a service key with the scope git:attribute. Else it is refused; but a person
// who is no member pays as without the name, unless the claim says otherwise. Contradictions are never resolved.
//   invalid_request    a field is malformed; X-Org-Id and the claim name different organizations
//   permission_denied  the caller may not bill the organization that is named, or that has the claim
Outcome<RequestOrganization> request_organization(const Directory& directory, const KeyRecord& key, const Head& head);

// Whether the personal token may call a model with the organization's credit: by its scopes, and as its person is a
// member there now.
Error check_may_infer(const Directory& directory, const KeyRecord& token, const Organization& organization);

}  // namespace tollgate
