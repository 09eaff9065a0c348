#include "gateway/client/request_organization.h"

#include <utility>

#include "accounting/accounts/permission.h"
#include "gateway/client/git_fields.h"
#include "gateway/text/json_writer.h"

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

// Without regard to a Git repository.
Outcome<const Organization*> own_organization(const Directory& directory, const KeyRecord& key, const Id128& named) {
    if (key.kind == KeyKind::root) return nullptr;
    if (key.kind != KeyKind::personal) {
        if (named.is_nil() || named == key.organization) return directory.find_organization(key.organization);
        return std::unexpected(denied("this API key is not authorized for the organization that X-Org-Id names"));
    }
    if (named.is_nil()) {
        return directory.find_organization(directory.find_user(key.creator)->current_organization);
    }
    const Membership* const member = directory.find_membership(named, key.creator);
    // Whether there is such an organization is not said.
    if (member == nullptr) return std::unexpected(denied("you are no member of the organization that X-Org-Id names"));
    if (member->status != MemberStatus::active) {
        return std::unexpected(denied("your membership of the organization that X-Org-Id names is suspended"));
    }
    return directory.find_organization(named);
}

Role role_now(const Directory& directory, const Id128& user, const Id128& organization) {
    const Caller person{.kind = CallerKind::personal_token, .user = user};
    return standing_of(directory, person, organization).role;
}

// Whether the key may bill that organization instead of its own. Its maker must be an owner or admin still, and a
// member there: so no tenant spends another one's credit. The operator's keys may bill all.
bool may_attribute(const Directory& directory, const KeyRecord& key, const Id128& organization) {
    if (key.kind != KeyKind::service || !key.scopes.contains(Scope::git_attribute)) return false;
    if (key.creator.is_nil()) return true;
    return role_now(directory, key.creator, key.organization) >= Role::admin &&
           role_now(directory, key.creator, organization) != Role::none;
}

enum class Bills : std::uint8_t { claimer, own, nobody };

// Whom the caller may bill for a Git organization that another organization than his own has claimed.
Bills billed_for(const Directory& directory, const KeyRecord& key, const GitClaim& claim) {
    if (key.kind != KeyKind::personal) {
        return may_attribute(directory, key, claim.organization) ? Bills::claimer : Bills::nobody;
    }
    const Membership* const member = directory.find_membership(claim.organization, key.creator);
    if (member == nullptr) return claim.outsiders == GitOutsiders::fallback ? Bills::own : Bills::nobody;
    return member->status == MemberStatus::active ? Bills::claimer : Bills::nobody;
}

// Why it is nobody. The organization is not named: the caller may have nothing to do with it.
Error unbillable(const Directory& directory, const KeyRecord& key, const GitClaim& claim) {
    const std::string which = "'" + claim.name.path + "' at " + claim.name.host + " is claimed by an organization ";
    std::string message = which + "that you are no member of";
    std::string_view reason = "git_org_not_member";
    if (key.kind != KeyKind::personal) {
        message = which + "that this API key may not bill";
        reason = "git_not_attributable";
    } else if (directory.find_membership(claim.organization, key.creator) != nullptr) {
        message = which + "in which your membership is suspended";
        reason = "member_suspended";
    }
    Error error(ErrorKind::permission_denied, std::move(message));
    error.detail().extra = JsonWriter().key("reason").text(reason).take();
    return error;
}

Outcome<RequestOrganization> attributed(const Directory& directory, const KeyRecord& key, const GitFields& fields,
                                        const Organization& own, bool named) {
    auto source = git_source(fields);
    if (!source) return std::unexpected(source.error());
    Attribution attribution{.name = std::move(source->organization), .repository = std::move(source->repository)};
    const Organization* organization = &own;
    if (const GitClaim* const claim = directory.find_covering_claim(attribution.name)) {
        Bills bills = Bills::claimer;
        if (claim->organization != own.id) {
            if (named) {
                return problem(ErrorKind::invalid_request,
                               "X-Org-Id names another organization than the one that has claimed '" +
                                   claim->name.path + "' at " + claim->name.host,
                               std::string(kNameField));
            }
            bills = billed_for(directory, key, *claim);
        }
        if (bills == Bills::nobody) return std::unexpected(unbillable(directory, key, *claim));
        if (bills == Bills::claimer) {
            organization = directory.find_organization(claim->organization);
            attribution.name = claim->name;
            attribution.claim = claim->id;
            attribution.routed_by = RoutedBy::git_claim;
        }
    }
    return RequestOrganization{organization, std::make_shared<const Attribution>(std::move(attribution))};
}

}  // namespace

Outcome<RequestOrganization> request_organization(const Directory& directory, const KeyRecord& key, const Head& head) {
    const auto named = named_organization(head);
    if (!named) return std::unexpected(named.error());
    const auto own = own_organization(directory, key, *named);
    if (!own) return std::unexpected(own.error());
    if (head.git == nullptr || !head.calls_model()) return RequestOrganization{*own};
    if (*own == nullptr) return RequestOrganization{};
    return attributed(directory, key, *head.git, **own, !named->is_nil());
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
