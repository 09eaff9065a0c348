// Organizations.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "gateway/api/call.h"
#include "gateway/api/openhands_paging.h"
#include "gateway/api/paging.h"

namespace tollgate {

// A page of them, in the order in which they were made.
PageOf<const Organization*> page_of_organizations(const Page& page, std::vector<const Organization*> all);
void write_organization(const Directory& directory, const Organization& organization, JsonWriter& json);

// That refusal of the accounts as an answer: credit_left names the balance.
ApiAnswer deletion_refused(const Call& call, const Status& status, const Id128& organization);

ApiAnswer list_organizations(Call& call);
ApiAnswer create_organization(Call& call, Change& change);
ApiAnswer show_organization(Call& call);
ApiAnswer update_organization(Call& call, Change& change);
ApiAnswer delete_organization(Call& call, Change& change);

inline constexpr Field kNameField = fields::text("name").from(1, 100).required().note("At most 100 bytes");
inline constexpr Field kSlugField = fields::text("slug").note("Lower-case letters and digits, with dashes between");
// What becomes of credit that is left at a deletion.
inline constexpr Field kForfeitField =
    fields::flag("forfeit").note("Also with credit left, which is taken from the balance; false if absent");
inline constexpr Field kForfeitedField = fields::usd("forfeited").note("Credit that was taken; a transaction shows it");

inline constexpr std::array kNewOrganizationFields = {
    kNameField,
    kSlugField.or_null().note("Made from the name if absent"),
    fields::uuid("owner_user_id").or_null().note("The operator names one, or none; a person is the owner"),
};
inline constexpr Schema kNewOrganization{"NewOrganization", kNewOrganizationFields};

inline constexpr std::array kOrganizationFields = {
    fields::uuid("id"),
    fields::text("name"),
    kSlugField,
    fields::text("kind").one_of("personal|team"),
    fields::text("status")
        .one_of("active|suspended|deleted")
        .note("The operator suspends, and ends that; deleted ones are shown to the operator only"),
    fields::time("created_at"),
    fields::time("updated_at"),
    fields::uuid("default_project_id"),
    fields::integer("version"),
};
inline constexpr Schema kOrganization{"Organization", kOrganizationFields};
inline constexpr std::array kOrganizationPageFields = {fields::list("data", kOrganization), kNextCursor};
inline constexpr Schema kOrganizationPage{"OrganizationPage", kOrganizationPageFields};

inline constexpr std::array kOrganizationsQueryFields = {
    kPageLimit, kPageCursor, kOtherPagingField,
    fields::text("name").note("A part of the name; capitals make no difference"),
    fields::text("status")
        .one_of("active|suspended|deleted")
        .note("Deleted ones for the operator only; all that are not deleted if absent")};
inline constexpr Schema kOrganizationsQuery{"OrganizationsQuery", kOrganizationsQueryFields};

// OpenHands' page of organizations, by name, and its words for them.
inline constexpr std::array kOrganizationItemFields = {
    fields::uuid("id"),
    fields::text("name"),
    kSlugField,
    fields::text("contact_name").or_null().note("Of the billing details; null also for those who may not see them"),
    fields::text("contact_email").or_null().note("The same"),
    fields::text("status").one_of("active|suspended|deleted"),
    fields::flag("is_personal"),
    fields::usd("credits").or_null().note("Always null, as in OpenHands' lists"),
    fields::flag("credits_available").note("Always false: credits are not looked up for lists"),
    fields::time("updated_at"),
};
inline constexpr Schema kOrganizationItem{"OrganizationItem", kOrganizationItemFields};
inline constexpr std::array kOrganizationItemPageFields = {
    fields::list("items", kOrganizationItem), kNextPageId,
    fields::uuid("current_org_id").or_null().note("That calls of the person are about where they name none")};
inline constexpr Schema kOrganizationItemPage{"OrganizationItemPage", kOrganizationItemPageFields};
inline constexpr std::array kOrganizationPagesFields = {fields::object("", kOrganizationPage),
                                                        fields::object("", kOrganizationItemPage)};
inline constexpr Schema kOrganizationPages{"OrganizationPages", kOrganizationPagesFields};  // the latter with page_id

inline constexpr Schema kOrganizationChange{"OrganizationChange", kOrganizationFields};
inline constexpr std::array kDeletionFields = {
    fields::text("confirm").note("The organization's name"),
    kForfeitField,
};
inline constexpr Schema kDeletion{"OrganizationDeletion", kDeletionFields};
inline constexpr std::array kOrganizationDeletedFields = {fields::flag("deleted"), kForfeitedField,
                                                          fields::object("organization", kOrganization)};
inline constexpr Schema kOrganizationDeleted{"OrganizationDeleted", kOrganizationDeletedFields};

}  // namespace tollgate
