#include "gateway/api/actor_name.h"

#include "accounting/accounts/user.h"
#include "gateway/api/call.h"
#include "gateway/worker.h"

namespace tollgate {

std::string actor_name(const Call& call, std::string_view actor) {
    constexpr std::string_view kUser = "user:";
    const auto id = actor.starts_with(kUser) ? parse_uuid(actor.substr(kUser.size())) : std::nullopt;
    if (!id) return {};
    return name_of_user(*call.directory, *call.services.store, *id).value_or(std::string());
}

}  // namespace tollgate
