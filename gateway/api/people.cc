#include "gateway/api/people.h"

#include <algorithm>

#include "gateway/api/members.h"
#include "gateway/api/transactions.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

ApiAnswer no_such_user() { return api_error(ErrorKind::not_found, "there is no such user"); }

const User* user_of_path(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("user"));
    return id ? directory.find_user(*id) : nullptr;
}

ApiAnswer user_answer(const User& user) {
    JsonWriter json;
    write_user(user, json);
    return versioned_answer(json, user.version);
}

UserStatus read_status(BodyFields& body) {
    UserStatus status = UserStatus::active;
    if (!parse(body.text("status"), status)) body.fail("status", "must be active or suspended");
    return status;
}

// The organization that a new user joins at once, if the call names one.
struct Joining {
    Id128 organization;
    Role role = Role::member;
};
std::optional<Joining> read_joining(BodyFields& body) {
    auto organization = body.object("organization", kNewUserOrganization);
    if (!organization) return std::nullopt;
    Joining joining;
    const auto id = parse_uuid(organization->required_text("id"));
    if (!id) organization->fail("id", "must be a UUID");
    joining.organization = id.value_or(Id128{});
    joining.role = read_role(*organization);
    body.keep(organization->error());
    return joining;
}

void write_my_organizations(const Directory& directory, const User& user, JsonWriter& json) {
    std::vector<Id128> ids = directory.organizations_of(user.id);
    std::ranges::sort(ids);  // the oldest first
    json.key("organizations").array();
    for (const Id128& id : ids) {
        const Organization& organization = *directory.find_organization(id);
        const Membership& membership = *directory.find_membership(id, user.id);
        json.object().key("id").text(to_uuid(id)).key("name").text(organization.name);
        json.key("slug").text(organization.slug).key("kind").text(to_string(organization.kind));
        json.key("role").text(to_string(membership.role)).key("status").text(to_string(membership.status)).end();
    }
    json.end();
}

ApiAnswer my_answer(const Call& call, const Directory& directory) {
    const Caller& caller = call.request.caller;
    const User* const user = directory.find_user(caller.user);
    const bool by_session = caller.kind == CallerKind::session;
    const KeyRecord* const token = by_session ? nullptr : directory.find_key(caller.key);
    const Session* const session = by_session ? directory.find_session(caller.user, caller.key) : nullptr;
    if (user == nullptr || (token == nullptr && session == nullptr)) return no_such_user();
    JsonWriter json;
    json.object().key("user");
    write_user(*user, json);
    write_my_organizations(directory, *user, json);
    json.key("current_organization_id").text(to_uuid(user->current_organization)).key("token");
    token != nullptr ? write_token(call, *token, json) : void(json.null());
    json.key("session");
    session != nullptr ? write_session(call, *session, json) : void(json.null());
    json.end();
    return versioned_answer(json, user->version);
}

}  // namespace

bool has_in_address(std::string_view email, std::string_view part) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return !std::ranges::search(email, part, {}, lower, lower).empty() || part.empty();
}

void write_user(const User& user, JsonWriter& json) {
    json.object().key("id").text(to_uuid(user.id)).key("email").text(user.email);
    json.key("email_verified").flag(user.verified()).key("name").text(user.name);
    json.key("status").text(to_string(user.status)).key("is_operator").flag(user.is_operator);
    json.key("password_set_at").time(user.password_set_ms).key("second_factor_since").time(user.second_factor_ms);
    json.key("personal_organization_id").text(to_uuid(user.personal_organization));
    json.key("current_organization_id").text(to_uuid(user.current_organization)).key("most_organizations");
    user.most_organizations ? json.number(*user.most_organizations) : json.null();
    json.key("created_at").time(user.created_ms).key("updated_at").time(user.updated_ms);
    json.key("version").number(user.version).end();
}

ApiAnswer list_users(Call& call) {
    const Page page = read_page(call);
    const std::string part = call.query.text("email"), status_text = call.query.text("status");
    UserStatus status = UserStatus::active;
    if (!status_text.empty() && !parse(status_text, status)) {
        call.query.fail("status", "must be active or suspended");
    }
    if (call.error()) return call.refusal();
    auto users = call.directory->users();
    std::erase_if(users, [&](const User* one) {
        return !has_in_address(one->email, part) || (!status_text.empty() && one->status != status);
    });
    const auto part_of_list = page_of(
        page, std::move(users), [](const User* one) { return std::tuple(one->created_ms, one->id); },
        [](const User* one) { return place_of(one->created_ms, to_uuid(one->id)); });
    JsonWriter json;
    write_page(part_of_list, [&json](const User* one) { write_user(*one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_user(Call& call, Change& change) {
    BodyFields& body = call.body;
    NewUser wanted{.email = body.required_text("email"), .name = body.required_text("name")};
    if (body.has("verified") && body.flag("verified")) wanted.verified_by = VerifiedBy::the_operator;
    auto token = body.object("token", kNewUserToken);
    TokenFields token_fields;
    if (token) token_fields.name = token->required_text("name");
    if (token) body.keep(token->error());
    const auto joining = read_joining(body);
    if (call.error()) return call.refusal();
    const auto id = create_user(change, wanted);
    if (!id) return api_error(id.error());
    if (joining) {
        const Status added =
            add_member(change, joining->organization, *id, joining->role, Seat::taken, JoinedBy::the_operator);
        if (!added.ok()) return api_error(added);
    }
    std::optional<NewKey> made;
    if (token) {
        const auto key = create_token(change, *id, token_fields);
        if (!key) return api_error(key.error());
        made = *key;
    }
    change.concerns(Id128{}, user_document_key(to_uuid(*id)));
    JsonWriter json;
    json.object().key("user");
    write_user(*change.directory().find_user(*id), json);
    json.key("personal_token").text_or_null(made ? made->plaintext : std::string()).end();
    ApiAnswer answer = json_answer(json, 201);
    if (made) answer.secret_of = user_document_key(to_uuid(*id));
    return answer;
}

ApiAnswer show_user(Call& call) {
    const User* const user = user_of_path(call, *call.directory);
    return user == nullptr ? no_such_user() : user_answer(*user);
}

ApiAnswer update_user(Call& call, Change& change) {
    const User* const user = user_of_path(call, change.directory());
    if (user == nullptr) return no_such_user();
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, user->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_user(*user, shown);
    body.check_echo(shown.take(),
                    {"email", "name", "email_verified", "status", "is_operator", "most_organizations", "version"});
    UserChange wanted;
    if (body.has("email")) wanted.email = body.required_text("email");
    if (body.has("name")) wanted.name = body.required_text("name");
    if (body.has("email_verified")) {
        const bool verified = body.flag("email_verified");
        const bool repeated = verified == user->verified() && (!wanted.email || *wanted.email == user->email);
        // Who verified it stays, then.
        if (!repeated) wanted.verified_by = verified ? VerifiedBy::the_operator : VerifiedBy::nobody;
    }
    if (body.has("status")) wanted.status = read_status(body);
    if (body.has("is_operator")) wanted.is_operator = body.flag("is_operator");
    wanted.most_organizations = body.count("most_organizations", kMostPerMinute);
    if (call.error()) return call.refusal();
    const Id128 id = user->id;
    if (const Status status = update_user(change, id, wanted); !status.ok()) return api_error(status);
    return user_answer(*change.directory().find_user(id));
}

ApiAnswer delete_user(Call& call, Change& change) {
    const User* const user = user_of_path(call, change.directory());
    if (user == nullptr) return no_such_user();
    const Id128 id = user->id, own = user->personal_organization;
    const bool forfeits = call.body.has("forfeit") && call.body.flag("forfeit");
    if (call.error()) return call.refusal();
    if (const Status status = delete_user(change, id, forfeits); !status.ok()) {
        return deletion_refused(call, status, own);
    }
    const auto forfeited = forfeit(call, own, "forfeited: the person was deleted");
    if (!forfeited) return api_error(forfeited.error());
    JsonWriter json;
    json.object().key("deleted").flag(true).key("forfeited").usd(*forfeited).end();
    return json_answer(json);
}

ApiAnswer show_me(Call& call) { return my_answer(call, *call.directory); }

ApiAnswer update_me(Call& call, Change& change) {
    const ApiAnswer shown = my_answer(call, change.directory());
    if (shown.error) return shown;
    call.body.check_echo(shown.body, {"name", "token", "session"});  // these have their last use, which moves
    UserChange wanted;
    if (call.body.has("name")) wanted.name = call.body.required_text("name");
    if (call.error()) return call.refusal();
    const Status status = update_user(change, call.request.caller.user, wanted);
    return status.ok() ? my_answer(call, change.directory()) : api_error(status);
}

}  // namespace tollgate
