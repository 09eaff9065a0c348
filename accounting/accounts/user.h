// People: what is stored of them and the rules of changing it. Each has a personal organization of his own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Directory;
class Store;

enum class UserStatus : std::uint8_t { active, suspended };
std::string_view to_string(UserStatus status);
bool parse(std::string_view text, UserStatus& status);

// Who says that the address is the person's.
enum class VerifiedBy : std::uint8_t { nobody, mail, the_operator, identity_provider };
std::string_view to_string(VerifiedBy by);
bool parse(std::string_view text, VerifiedBy& by);

struct User {
    Id128 id = {};
    std::string email = {};  // normal_email(); no two people have the same
    std::string name = {};
    VerifiedBy verified_by = VerifiedBy::nobody;
    std::int64_t email_verified_ms = 0;  // 0: it is not
    Id128 personal_organization = {};    // he is its only member
    Id128 current_organization = {};     // that his calls are about where they name none; he is a member
    UserStatus status = UserStatus::active;
    std::optional<std::int64_t> most_organizations = {};  // that he may make; empty: as many as everybody
    bool is_operator = false;                             // his session may what the root key may
    std::int64_t password_set_ms = 0;                     // 0: he has none (password.h)
    std::int64_t second_factor_ms = 0;                    // since when he has one; 0: none (second_factors.h)
    std::string external_id = {};                         // where he was imported from; empty: he was not
    std::int64_t version = 0;                             // one more with each change; 1 is the first
    std::int64_t created_ms = 0, updated_ms = 0;

    bool verified() const { return email_verified_ms != 0; }
    bool acts_as_operator() const { return is_operator && status == UserStatus::active; }
};

// From the document's key and text.
Result<User> read_user(DocumentReader& reader, std::string_view document, std::string_view text);
// Stores the person with his next version.
void put_user(Change& change, User user);

struct NewUser {
    std::string email = {};
    std::string name = {};  // empty: what the address begins with
    VerifiedBy verified_by = VerifiedBy::nobody;
    std::string external_id = {};
};
// With his personal organization, its default project and his membership in it. conflict email_taken.
Result<Id128> create_user(Change& change, const NewUser& fields);

struct UserChange {
    std::optional<std::string> name = {};
    std::optional<std::string> email = {};       // is not verified then
    std::optional<VerifiedBy> verified_by = {};  // of the address as it is afterwards; nobody: it is not
    std::optional<bool> is_operator = {};
    std::optional<UserStatus> status = {};           // a suspended person's tokens and keys fail
    std::optional<Id128> current_organization = {};  // not_found unless he is an active member
    std::optional<std::optional<std::int64_t>> most_organizations = {};
};
// Changes nothing, version included, where everything is so already. conflict email_taken; last_operator: somebody must
// be left who operates the gateway, where anybody does.
Status update_user(Change& change, const Id128& id, const UserChange& fields);

// With his memberships, tokens and personal organization; the keys that he made are disabled. His name is kept for
// reports. Credit of the personal organization that is forfeited is the caller's to book, before the commit. conflict
// last_owner, naming the organizations that would be left without an owner; conflict credit_left, last_operator.
Status delete_user(Change& change, const Id128& id, bool forfeits_credit = false);

// Of a person that there is, or was; not_found if there never was one.
Result<std::string> name_of_user(const Directory& directory, Store& store, const Id128& id);

}  // namespace tollgate
