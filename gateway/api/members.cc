#include "gateway/api/members.h"

#include <algorithm>

#include "accounting/accounts/permission.h"
#include "gateway/api/step_up.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer no_such_member() { return api_error(ErrorKind::not_found, "there is no such member in this organization"); }

// The one that the path names. It lives as long as the directory.
const Membership* find_member(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("member"));
    return id ? directory.find_membership(call.organization().id, *id) : nullptr;
}

// Whether the caller sees limits of others than himself.
bool sees_limits(const Call& call, const Directory& directory) {
    const Permit limits = permit(directory, call.request.caller, call.organization().id, Permission::manage_limits);
    return limits.access == Access::granted;
}

void write_member(const Call& call, const Directory& directory, const Membership& member, bool with_limits,
                  JsonWriter& json) {
    const User* const user = directory.find_user(member.user);
    json.object().key("user_id").text(to_uuid(member.user)).key("email").text(user->email).key("name").text(user->name);
    json.key("role").text(to_string(member.role)).key("status").text(to_string(member.status));
    json.key("joined_at").time(member.joined_ms).key("last_active_at");
    json.time(call.services.usage->last_uses().of_member(member.organization, member.user)).key("limits");
    const Caller& caller = call.request.caller;
    if (with_limits || (caller.is_person() && caller.user == member.user)) {
        json.object();
        write_limits(member.limits, json);
        json.end();
    } else {
        json.null();
    }
    json.key("version").number(member.version).end();
}

ApiAnswer member_answer(const Call& call, const Directory& directory, const Membership& member, int status = 200) {
    JsonWriter json;
    write_member(call, directory, member, sees_limits(call, directory), json);
    return versioned_answer(json, member.version, status);
}

struct MemberFilter {
    std::string email;
    std::optional<Role> role = {};
    std::optional<MemberStatus> status = {};
};

MemberFilter read_filter(QueryFields& query) {
    MemberFilter filter{.email = query.text("email")};
    if (const std::string text = query.text("role"); !text.empty()) {
        Role role = Role::none;
        if (!parse(text, role)) query.fail("role", "must be owner, admin or member");
        filter.role = role;
    }
    if (const std::string text = query.text("status"); !text.empty()) {
        MemberStatus status = MemberStatus::active;
        if (!parse(text, status)) query.fail("status", "must be active or suspended");
        filter.status = status;
    }
    return filter;
}

std::vector<const Membership*> filtered_members(const Call& call, const MemberFilter& filter) {
    auto members = call.directory->members_of(call.organization().id);
    std::erase_if(members, [&](const Membership* one) {
        return (filter.role && one->role != *filter.role) || (filter.status && one->status != *filter.status) ||
               !has_in_address(call.directory->find_user(one->user)->email, filter.email);
    });
    return members;
}

struct OpenHandsRole {
    Role role;
    int id, rank;
};
constexpr OpenHandsRole kOpenHandsRoles[] = {{Role::owner, 1, 10}, {Role::admin, 2, 20}, {Role::member, 3, 1000}};

// As OpenHands lists members.
ApiAnswer page_of_items(const Call& call, const PageId& page, std::vector<const Membership*> members) {
    std::ranges::sort(members, {}, &Membership::user);
    JsonWriter json;
    json.object().key("items").array();
    for (const Membership* const one : page.items_of(members)) {
        const OpenHandsRole& role = *std::ranges::find(kOpenHandsRoles, one->role, &OpenHandsRole::role);
        json.object().key("user_id").text(to_uuid(one->user));
        json.key("email").text(call.directory->find_user(one->user)->email).key("role_id").number(role.id);
        json.key("role").text(to_string(one->role)).key("role_rank").number(role.rank);
        json.key("status").text(one->status == MemberStatus::active ? "active" : "inactive").end();
    }
    page.write_numbers(json.end());
    page.write_next(members.size(), json);
    return json_answer(json.end());
}

// The user that the body names, by id or by address.
const User* read_user(BodyFields& body, const Directory& directory) {
    const std::string id = body.filled_text("user_id"), email = body.filled_text("email");
    if (id.empty() == email.empty()) {
        body.fail("user_id", "or 'email' is required, and not both");
        return nullptr;
    }
    if (!email.empty()) {
        const auto normal = normal_email("email", email);
        if (!normal) body.fail("email", "is no address");
        return normal ? directory.find_user_by_email(*normal) : nullptr;
    }
    const auto parsed = parse_uuid(id);
    if (!parsed) body.fail("user_id", "must be a UUID");
    return parsed ? directory.find_user(*parsed) : nullptr;
}

}  // namespace

Role read_role(BodyFields& body) {
    Role role = Role::member;
    if (!body.has_value("role")) return role;
    if (!parse(body.text("role"), role)) body.fail("role", "must be owner, admin, member or developer");
    return role;
}

ApiAnswer list_members(Call& call) {
    const auto by_number = read_page_id_if_any(call, kUsualMemberItems);
    const Page page = by_number ? Page{} : read_page(call);
    const MemberFilter filter = read_filter(call.query);
    if (call.error()) return call.refusal();
    if (by_number) return page_of_items(call, *by_number, filtered_members(call, filter));
    const auto part = page_of(
        page, filtered_members(call, filter),
        [](const Membership* one) { return std::tuple(one->joined_ms, one->user); },
        [](const Membership* one) { return place_of(one->joined_ms, to_uuid(one->user)); });
    const bool with_limits = sees_limits(call, *call.directory);
    JsonWriter json;
    write_page(
        part, [&](const Membership* one) { write_member(call, *call.directory, *one, with_limits, json); }, json);
    return json_answer(json);
}

ApiAnswer count_members(Call& call) {
    const MemberFilter filter{.email = call.query.text("email")};
    if (call.error()) return call.refusal();
    JsonWriter json;
    json.number(static_cast<std::int64_t>(filtered_members(call, filter).size()));
    return json_answer(json);
}

ApiAnswer show_member(Call& call) {
    const Membership* const member = find_member(call, *call.directory);
    return member == nullptr ? no_such_member() : member_answer(call, *call.directory, *member);
}

ApiAnswer add_member(Call& call, Change& change) {
    BodyFields& body = call.body;
    const User* const user = read_user(body, change.directory());
    const Role role = read_role(body);
    const bool over_limit = body.has("over_limit") && body.flag("over_limit");
    if (call.error()) return call.refusal();
    if (user == nullptr) return api_error(ErrorKind::not_found, "there is no such user");
    const Id128 organization = call.organization().id, id = user->id;
    const Status added =
        add_member(change, organization, id, role, over_limit ? Seat::over_limit : Seat::taken, JoinedBy::the_operator);
    if (!added.ok()) return api_error(added);
    return member_answer(call, change.directory(), *change.directory().find_membership(organization, id), 201);
}

ApiAnswer update_member(Call& call, Change& change) {
    const Membership* const member = find_member(call, change.directory());
    if (member == nullptr) return no_such_member();
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, member->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_member(call, change.directory(), *member, sees_limits(call, change.directory()), shown);
    body.check_echo(shown.take(), {"role", "status", "version"}, {"last_active_at"});
    std::optional<Role> role;
    if (body.has("role")) {
        role = Role::member;
        if (!parse(body.text("role"), *role)) body.fail("role", "must be owner, admin, member or developer");
    }
    std::optional<MemberStatus> status;
    if (body.has("status")) {
        status = MemberStatus::active;
        if (!parse(body.text("status"), *status)) body.fail("status", "must be active or suspended");
    }
    if (call.error()) return call.refusal();
    // Making and unmaking owners.
    if (member->role == Role::owner || role == Role::owner) {
        if (Error old = check_young_proof(call)) return api_error(std::move(old));
    }
    const Id128 organization = call.organization().id, user = member->user;
    if (const Status changed = update_member(change, organization, user, {.role = role, .status = status});
        !changed.ok()) {
        return api_error(changed);
    }
    return member_answer(call, change.directory(), *change.directory().find_membership(organization, user));
}

// Whoever may remove nobody may still leave.
ApiAnswer remove_member(Call& call, Change& change) {
    const Membership* const member = find_member(call, change.directory());
    if (member == nullptr) return no_such_member();
    const Id128 organization = call.organization().id, user = member->user;
    const Caller& caller = call.request.caller;
    const bool leaves = caller.is_person() && caller.user == user;
    if (call.permit().own_only && !leaves) {
        return api_error(ErrorKind::permission_denied, std::string(row_of(Permission::remove_members).denial));
    }
    if (member->role == Role::owner) {
        if (Error old = check_young_proof(call)) return api_error(std::move(old));
    }
    const auto disabled = remove_member(change, organization, user);
    if (!disabled) return api_error(disabled.error());
    JsonWriter json;
    json.object().key("removed").flag(true);
    json.key("keys_disabled").number(static_cast<std::int64_t>(*disabled)).end();
    return json_answer(json);
}

ApiAnswer show_own_membership(Call& call) {
    const Caller& caller = call.request.caller;
    const Id128& organization = call.organization().id;
    const Membership* const member =
        caller.is_person() ? call.directory->find_membership(organization, caller.user) : nullptr;
    if (member == nullptr) return no_such_member();
    const Standing standing = standing_of(*call.directory, caller, organization);
    const Role role = standing.lacks_second_factor ? standing.role : member->role;
    JsonWriter json;
    json.object().key("org_id").text(to_uuid(organization)).key("user_id").text(to_uuid(caller.user));
    json.key("email").text(call.directory->find_user(caller.user)->email);
    json.key("role").text(to_string(member->role)).key("permissions").array();
    std::vector<std::string_view> names;
    for (const PermissionRow& row : permissions()) {
        if (right_of(row, role) != Right::no) names.push_back(row.name);
    }
    std::ranges::sort(names);
    for (const std::string_view name : names) json.text(name);
    json.end().key("status").text(to_string(member->status)).key("limits").object();
    write_limits(member->limits, json);
    return versioned_answer(json.end().end(), member->version);
}

ApiAnswer switch_to_organization(Call& call, Change& change) {
    const Id128 organization = call.organization().id;
    const Status status = update_user(change, call.request.caller.user, {.current_organization = organization});
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    write_organization(change.directory(), *change.directory().find_organization(organization), json);
    return json_answer(json);
}

ApiAnswer list_permissions(Call&) {
    JsonWriter json;
    json.object().key("data").array();
    for (const PermissionRow& row : permissions()) {
        json.object().key("permission").text(row.name).key("operator").text(to_string(row.operators));
        json.key("owner").text(to_string(row.owner)).key("admin").text(to_string(row.admin));
        json.key("member").text(to_string(row.member)).key("management_key").text(to_string(row.management_key));
        json.key("inference_key").text(to_string(row.inference_key));
        json.key("service_key").text(to_string(row.service_key)).key("scope").text(to_string(row.scope)).end();
    }
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
