#include "gateway/api/key_makers.h"

#include "accounting/accounts/key_maker.h"
#include "gateway/api/step_up.h"
#include "gateway/worker.h"

namespace tollgate {

ApiAnswer check_key_maker(const Call& call, const Directory& directory, KeyKind kind, const Id128& creator,
                          std::string_view param) {
    const Caller& caller = call.request.caller;
    const auto may = [&](Permission permission) {
        return permit(directory, caller, call.organization().id, permission);
    };
    const bool powerful = kind != KeyKind::inference;
    const Access access = may(Permission::manage_management_keys).access;
    if (powerful && access == Access::denied_by_scope) {
        return api_error(denial_of(Permission::manage_management_keys, access));
    }
    if (powerful && access != Access::granted) {
        return api_error(ErrorKind::permission_denied, "only owners and admins may have management and service keys",
                         std::string(param));
    }
    if (powerful) {
        if (Error old = check_young_proof(call)) return api_error(std::move(old));
    }
    const bool for_another = creator != caller.user && !caller.is_operator();
    if (for_another && (powerful || may(Permission::manage_keys).own_only)) {
        return api_error(ErrorKind::permission_denied, "you may name nobody but yourself as the maker of such a key",
                         "creator_user_id");
    }
    if (creator.is_nil() || directory.find_membership(call.organization().id, creator) != nullptr) return {};
    return api_error(ErrorKind::invalid_request, "'creator_user_id' must be a member of the organization",
                     "creator_user_id");
}

ApiAnswer check_key_holder(const Call& call, const Directory& directory, const KeyRecord& key, std::string_view verb,
                           std::string_view param) {
    const Caller& caller = call.request.caller;
    if (!acts_for_maker(key.kind)) return {};
    if (Error old = check_young_proof(call)) return api_error(std::move(old));
    if (caller.is_operator()) return {};
    const Access access = permit(directory, caller, call.organization().id, Permission::manage_management_keys).access;
    if (access == Access::denied_by_scope) return api_error(denial_of(Permission::manage_management_keys, access));
    if (!caller.is_person() || caller.user != key.creator) {
        return api_error(
            ErrorKind::permission_denied,
            "only its maker in person, or the operator, " + std::string(verb) + " a management or service key",
            std::string(param));
    }
    if (access == Access::granted) return {};
    return api_error(ErrorKind::permission_denied,
                     "only owners and admins may have management and service keys: its maker is none any more",
                     std::string(param));
}

}  // namespace tollgate
