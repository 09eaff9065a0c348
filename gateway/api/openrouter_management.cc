#include "gateway/api/openrouter_management.h"

#include <algorithm>
#include <tuple>

#include "gateway/worker.h"

namespace tollgate {
namespace {

// The project whose keys are asked for; nullptr: the organization has no such one.
const Project* workspace_of(const Call& call, const std::optional<Id128>& id) {
    const auto projects = call.directory->projects_of(call.organization().id);
    if (!id) return projects.empty() ? nullptr : projects.front();
    const auto found = std::ranges::find(projects, *id, &Project::id);
    return found == projects.end() ? nullptr : *found;
}

// "true" or "false"; the latter if it is absent.
bool read_flag(QueryFields& query, std::string_view name) {
    const std::string text = query.text(name);
    if (!text.empty() && text != "true" && text != "false") query.fail(name, "must be true or false");
    return text == "true";
}

std::pair<std::string_view, std::string_view> first_and_last(std::string_view name) {
    const std::size_t space = std::min(name.find(' '), name.size());
    const std::string_view rest = name.substr(space);
    return {name.substr(0, space), rest.substr(std::min(rest.find_first_not_of(' '), rest.size()))};
}

}  // namespace

ApiAnswer list_workspace_keys(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const std::uint32_t offset = call.query.number("offset", 0, kMostOffset, 0);
    const auto wanted = call.query.uuid("workspace_id");
    const bool with_disabled = read_flag(call.query, "include_disabled");
    const bool with_expired = read_flag(call.query, "include_expired");
    if (call.error()) return call.refusal();
    const Project* const workspace = workspace_of(call, wanted);
    if (workspace == nullptr) {
        return api_error(ErrorKind::not_found, "there is no such workspace in this organization", "workspace_id");
    }
    auto keys = call.directory->keys_of(call.organization().id);
    std::erase_if(keys, [&](const KeyRecord* one) {
        const bool disabled = one->disabled != Disabled::no;
        const bool expired = one->expires_ms != 0 && one->expires_ms <= call.request.now_ms;
        const bool hidden = (disabled && !with_disabled) || (expired && !with_expired);
        return hidden || one->project != workspace->id || !is_visible(call, *one);
    });
    JsonWriter json;
    json.object().key("data").array();
    const auto order = [](const KeyRecord* one) { return std::tuple(one->created_ms, one->digest); };
    for (const KeyRecord* one : offset_page(std::move(keys), offset, kOffsetPage, order)) {
        write_key(call, *call.directory, *one, json);
    }
    json.end().end();
    return json_answer(json);
}

ApiAnswer create_workspace_key(Call& call, Change& change) {
    return call.has_organization() ? create_key(call, change) : no_organization_of_its_own();
}

ApiAnswer show_workspace_key(Call& call) {
    return call.has_organization() ? show_key(call) : no_organization_of_its_own();
}

ApiAnswer update_workspace_key(Call& call, Change& change) {
    return call.has_organization() ? update_key(call, change) : no_organization_of_its_own();
}

ApiAnswer delete_workspace_key(Call& call, Change& change) {
    return call.has_organization() ? delete_key(call, change) : no_organization_of_its_own();
}

ApiAnswer rotate_workspace_key(Call& call, Change& change) {
    return call.has_organization() ? rotate_key(call, change) : no_organization_of_its_own();
}

ApiAnswer list_organization_members(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const std::uint32_t offset = call.query.number("offset", 0, kMostOffset, 0);
    const std::uint32_t limit = call.query.number("limit", 1, kOffsetPage, kOffsetPage);
    if (call.error()) return call.refusal();
    auto members = call.directory->members_of(call.organization().id);
    const auto count = static_cast<std::int64_t>(members.size());
    JsonWriter json;
    json.object().key("data").array();
    const auto order = [](const Membership* one) { return std::tuple(one->joined_ms, one->user); };
    for (const Membership* one : offset_page(std::move(members), offset, limit, order)) {
        const User& user = *call.directory->find_user(one->user);
        const auto [first, last] = first_and_last(user.name);
        json.object().key("id").text(to_uuid(user.id)).key("email").text(user.email);
        json.key("first_name").text_or_null(first).key("last_name").text_or_null(last);
        json.key("role").text(one->role == Role::member ? "org:member" : "org:admin").end();
    }
    json.end().key("total_count").number(count).end();
    return json_answer(json);
}

}  // namespace tollgate
