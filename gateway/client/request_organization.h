// Which organization a request is about and, where it calls a model, billed to: one for the whole request.
#pragma once

#include "accounting/accounts/directory.h"
#include "gateway/exchange/head.h"
#include "gateway/text/error.h"

namespace tollgate {

// A key is bound to its organization. A personal token's is the one that X-Org-Id names, else its person's current one.
// Null for the root key. Pointers live as long as the directory.
//   invalid_request    X-Org-Id is no UUID
//   permission_denied  it names an organization that the key is not bound to, or that the person is no active member of
Outcome<const Organization*> request_organization(const Directory& directory, const KeyRecord& key, const Head& head);

// Whether the personal token may call a model with the organization's credit: by its scopes, and as its person is a
// member there now.
Error check_may_infer(const Directory& directory, const KeyRecord& token, const Organization& organization);

}  // namespace tollgate
