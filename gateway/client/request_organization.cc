#include "gateway/client/request_organization.h"

#include <optional>

namespace tollgate {
namespace {

constexpr std::string_view kNameField = "X-Org-Id";

// The organization that the head names; nil: none.
Outcome<Id128> named_organization(const Head& head) {
    if (head.organization.empty()) return Id128{};
    const auto id = parse_uuid(head.organization);
    if (id) return *id;
    return problem(ErrorKind::invalid_request, "X-Org-Id must be a UUID", std::string(kNameField));
}

Error denied(std::string message) {
    return {ErrorKind::permission_denied, std::move(message), std::string(kNameField)};
}

Outcome<const Organization*> of_person(const Directory& directory, const KeyRecord& token, const Id128& named) {
    const User& person = *directory.find_user(token.creator);
    if (named.is_nil()) return directory.find_organization(person.current_organization);
    const Membership* const member = directory.find_membership(named, person.id);
    // Whether there is such an organization is not said.
    if (member == nullptr) return std::unexpected(denied("you are no member of the organization that X-Org-Id names"));
    if (member->status != MemberStatus::active) {
        return std::unexpected(denied("your membership of the organization that X-Org-Id names is suspended"));
    }
    return directory.find_organization(named);
}

}  // namespace

Outcome<const Organization*> request_organization(const Directory& directory, const KeyRecord& key, const Head& head) {
    const auto named = named_organization(head);
    if (!named) return std::unexpected(named.error());
    if (key.kind == KeyKind::root) return nullptr;
    if (key.kind == KeyKind::personal) return of_person(directory, key, *named);
    if (!named->is_nil() && *named != key.organization) {
        return std::unexpected(denied("this API key is not authorized for the organization that X-Org-Id names"));
    }
    return directory.find_organization(key.organization);
}

Error check_may_infer(const Directory& directory, const KeyRecord& token, const Organization& organization) {
    if (!token.may_infer || !token.scopes.contains(Scope::infer)) {
        return {ErrorKind::permission_denied, "this personal token may not call models"};
    }
    const Membership* const member = directory.find_membership(organization.id, token.creator);
    if (member != nullptr && member->status == MemberStatus::active) return {};
    return {ErrorKind::permission_denied, "your membership of the organization is suspended"};
}

}  // namespace tollgate
