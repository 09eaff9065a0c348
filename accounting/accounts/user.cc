#include "accounting/accounts/user.h"

#include <algorithm>
#include <array>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/identity.h"
#include "accounting/accounts/key.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/accounts/second_factors.h"
#include "accounting/accounts/session.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kStatuses = {"active", "suspended"};
constexpr std::array<std::string_view, 4> kVerifiers = {"nobody", "mail", "operator", "identity_provider"};
constexpr std::int64_t kMostOrganizations = 1'000'000;
constexpr std::size_t kMaxExternalIdBytes = 200;

template <class UserOf, class Fields>
void fields_of(UserOf& user, Fields& fields) {
    fields.text("email", user.email, kMaxEmailBytes);
    fields.name("name", user.name);
    fields.choice("verified_by", user.verified_by);
    fields.number("email_verified_ms", user.email_verified_ms);
    fields.id("personal_organization", user.personal_organization);
    fields.id("current_organization", user.current_organization);
    fields.choice("status", user.status);
    fields.count("most_organizations", user.most_organizations, kMostOrganizations);
    fields.flag("is_operator", user.is_operator);
    fields.number("password_set_ms", user.password_set_ms);
    fields.number("second_factor_ms", user.second_factor_ms);
    fields.optional_text("external_id", user.external_id, kMaxExternalIdBytes);
    fields.number("version", user.version);
    fields.number("created_ms", user.created_ms);
    fields.number("updated_ms", user.updated_ms);
}

std::string document_of(const User& user) {
    DocumentWriter writer;
    fields_of(user, writer);
    return writer.take();
}

std::string document_key(const Id128& user) { return user_document_key(to_uuid(user)); }

Status check_fields(const User& user) {
    DocumentCheck check;
    fields_of(user, check);
    return check.status();
}

// The normal form of the address, if nobody else has it.
Result<std::string> free_email(const Change& change, std::string_view text, const Id128& of) {
    auto email = normal_email("email", text);
    if (!email) return email;
    const User* const other = change.directory().find_user_by_email(*email);
    if (other == nullptr || other->id == of) return email;
    return failure(StatusCode::conflict, "another person has this e-mail address", "email_taken");
}

void verify(User& user, VerifiedBy by, std::int64_t now_ms) {
    if (user.verified_by == by) return;
    user.verified_by = by;
    user.email_verified_ms = by == VerifiedBy::nobody ? 0 : now_ms;
}

// "ann.lee@example.com" is "ann.lee".
std::string name_in(std::string_view email) {
    return std::string(email.substr(0, std::min(email.find('@'), kMaxNameBytes)));
}

// The organizations that would have no owner without this person.
std::string owned_alone(const Directory& directory, const User& user) {
    std::string names;
    for (const Id128& id : directory.organizations_of(user.id)) {
        if (id == user.personal_organization || !is_last_owner(directory, id, user.id)) continue;
        if (!names.empty()) names += ", ";
        names += directory.find_organization(id)->name;
    }
    return names;
}

// Where nobody operates the gateway but by the root key, nobody need.
Status check_not_last_operator(const Directory& directory, const User& leaving) {
    const std::size_t active = directory.operators().size();
    if (!leaving.acts_as_operator() || active != 1) return {};
    return {StatusCode::conflict, "the person is the last one who operates this gateway: name another one first",
            "last_operator"};
}

}  // namespace

std::string_view to_string(UserStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

bool parse(std::string_view text, UserStatus& status) { return parse_name(kStatuses, text, status); }

std::string_view to_string(VerifiedBy by) { return kVerifiers.at(static_cast<std::size_t>(by)); }

bool parse(std::string_view text, VerifiedBy& by) { return parse_name(kVerifiers, text, by); }

Result<User> read_user(DocumentReader& reader, std::string_view document, std::string_view text) {
    User user;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kUserDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    user.id = id.value_or(Id128{});
    fields_of(user, reader);
    if (normal_email("email", user.email) != user.email) {
        reader.fail("its address is not in the form in which addresses are compared");
    }
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return user;
}

void put_user(Change& change, User user) {
    const std::string document = document_key(user.id);
    const User* const before = change.directory().find_user(user.id);
    ++user.version;
    change.put_document({}, document, before != nullptr ? document_of(*before) : std::string(), document_of(user));
    change.concerns({}, document);
    change.edit().put(std::move(user));
}

Result<Id128> create_user(Change& change, const NewUser& fields) {
    User user;
    auto email = free_email(change, fields.email, {});
    if (!email) return std::unexpected(email.error());
    user.email = std::move(*email);
    user.name = fields.name.empty() ? name_in(user.email) : fields.name;
    user.external_id = fields.external_id;
    user.created_ms = user.updated_ms = change.now_ms();
    verify(user, fields.verified_by, change.now_ms());
    if (Status status = check_fields(user); !status.ok()) return std::unexpected(std::move(status));
    const Id128 id = user.id = make_uuid7(change.now_ms());
    const auto own = create_organization(change, {.name = user.name, .kind = OrganizationKind::personal});
    if (!own) return own;
    user.personal_organization = user.current_organization = *own;
    put_user(change, std::move(user));
    Status joined = add_member(change, *own, id, Role::owner, Seat::of_creation, JoinedBy::creation);
    if (!joined.ok()) return std::unexpected(std::move(joined));
    change.concerns({}, document_key(id));
    return id;
}

Status update_user(Change& change, const Id128& id, const UserChange& fields) {
    const User* const current = change.directory().find_user(id);
    if (current == nullptr) return {StatusCode::not_found, "there is no such person"};
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    User user = *current;
    user.name = fields.name.value_or(user.name);
    user.status = fields.status.value_or(user.status);
    user.is_operator = fields.is_operator.value_or(user.is_operator);
    if (!user.acts_as_operator()) {
        if (Status status = check_not_last_operator(change.directory(), *current); !status.ok()) return status;
    }
    user.most_organizations = fields.most_organizations.value_or(user.most_organizations);
    if (fields.email) {
        auto email = free_email(change, *fields.email, id);
        if (!email) return email.error();
        if (*email != user.email) {
            verify(user, VerifiedBy::nobody, change.now_ms());
            erase_person_link(change, id);  // it may have gone to the former address
        }
        user.email = std::move(*email);
    }
    if (fields.verified_by) verify(user, *fields.verified_by, change.now_ms());
    if (fields.current_organization) {
        const Membership* const member = change.directory().find_membership(*fields.current_organization, id);
        if (member == nullptr || member->status != MemberStatus::active) {
            return {StatusCode::not_found, "there is no such organization"};
        }
        user.current_organization = *fields.current_organization;
    }
    if (Status status = check_fields(user); !status.ok()) return status;
    if (document_of(user) == document_of(*current)) return {};
    user.updated_ms = change.now_ms();
    const bool turned = user.status != current->status;
    put_user(change, std::move(user));
    if (turned) follow_status(change, id);
    change.concerns({}, document_key(id));
    return {};
}

Status delete_user(Change& change, const Id128& id, bool forfeits_credit) {
    const User* const current = change.directory().find_user(id);
    if (current == nullptr) return {StatusCode::not_found, "there is no such person"};
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    const User user = *current;
    if (Status status = check_not_last_operator(change.directory(), user); !status.ok()) return status;
    if (const std::string alone = owned_alone(change.directory(), user); !alone.empty()) {
        return {StatusCode::conflict, "the person is the last owner of: " + alone, "last_owner"};
    }
    const Organization& own = *change.directory().find_organization(user.personal_organization);
    if (Status status = check_no_credit_left(own, forfeits_credit); !status.ok()) return status;
    close_organization(change, user.personal_organization);
    for (const Id128& organization : change.directory().organizations_of(id)) end_membership(change, organization, id);
    std::vector<KeyDigest> tokens;
    for (const KeyRecord* const token : change.directory().tokens_of(id)) tokens.push_back(token->digest);
    for (const KeyDigest& token : tokens) erase_key(change, token);
    if (Status status = erase_second_factors(change, id); !status.ok()) return status;
    end_sessions(change, id);
    erase_password(change, id);
    erase_person_link(change, id);
    if (Status status = erase_identities(change, id); !status.ok()) return status;
    DocumentWriter former;
    former.name("name", user.name);
    change.put_document({}, former_user_document_key(to_uuid(id)), {}, former.take());
    change.put_document({}, document_key(id), document_of(user), {});
    change.concerns({}, document_key(id));
    change.edit().erase_user(id);
    return {};
}

Result<std::string> name_of_user(const Directory& directory, Store& store, const Id128& id) {
    if (const User* const user = directory.find_user(id)) return user->name;
    const std::string document = former_user_document_key(to_uuid(id));
    const auto text = store.get(Family::accounts, document);
    if (!text) return text;
    DocumentReader reader;
    reader.open(document, *text);
    std::string name;
    reader.name("name", name);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return name;
}

}  // namespace tollgate
