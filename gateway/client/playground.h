// The chat of the pages: a person's session calls a model of an organization, and chooses for whom. What is chosen has
// its rights and limits, and is billed, as if its own key had been sent; no secret of it goes through the browser.
#pragma once

#include <memory>

#include "accounting/accounts/directory.h"
#include "gateway/exchange/exchange.h"

namespace tollgate {

// By the query: `key=` a key's public id, that the person may see and manage; `project=`; or neither, for the default
// project. Both at once fail.
//   not_found          the organization, project or key is not the person's
//   permission_denied  the membership or the organization is suspended, the key is disabled or expired, or calls no
//                      models, or the project is archived
Outcome<Principal> playground_principal(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                        const Head& head, std::shared_ptr<const Session> session);

}  // namespace tollgate
