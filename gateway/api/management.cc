#include "gateway/api/management.h"

#include <algorithm>

#include "gateway/api/account.h"
#include "gateway/api/activity.h"
#include "gateway/api/body_fields.h"
#include "gateway/api/limits.h"
#include "gateway/api/mutation.h"
#include "gateway/api/transactions.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// One call, its path taken apart: /api/organizations/{organization}/{collection}/{item}.
struct Call {
    Services& services;
    const ApiRequest& request;
    Id128 organization;
    std::string item;
};

using Read = ApiAnswer (*)(const Call&, const Directory&);
using Mutation = ApiAnswer (*)(const Call&, Change&);

void write_organization(const Directory& directory, const Organization& organization, JsonWriter& json) {
    json.object().key("id").text(to_uuid(organization.id)).key("name").text(organization.name);
    json.key("slug").text(organization.slug).key("created_at").text(rfc3339(organization.created_ms));
    for (const Project* project : directory.projects_of(organization.id)) {
        if (project->is_default) json.key("default_project_id").text(to_uuid(project->id));
    }
    json.end();
}

void write_project(const Project& project, JsonWriter& json) {
    json.object().key("id").text(to_uuid(project.id)).key("name").text(project.name);
    json.key("is_default").flag(project.is_default).key("created_at").text(rfc3339(project.created_ms)).end();
}

ApiAnswer create_organization(const Call& call, Change& change) {
    BodyFields fields(call.request.body, {"name"});
    const std::string name = fields.required_text("name");
    if (fields.error()) return fields.refusal();
    const auto id = create_organization(change, name);
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_organization(change.directory(), *change.directory().find_organization(*id), json);
    return json_answer(json, 201);
}

ApiAnswer list_organizations(const Call&, const Directory& directory) {
    JsonWriter json;
    json.object().key("data").array();
    for (const Organization* organization : directory.organizations()) {
        write_organization(directory, *organization, json);
    }
    json.end().end();
    return json_answer(json);
}

ApiAnswer show_organization(const Call& call, const Directory& directory) {
    JsonWriter json;
    write_organization(directory, *directory.find_organization(call.organization), json);
    return json_answer(json);
}

ApiAnswer create_project(const Call& call, Change& change) {
    BodyFields fields(call.request.body, {"name"});
    const std::string name = fields.required_text("name");
    if (fields.error()) return fields.refusal();
    const auto id = create_project(change, call.organization, name);
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_project(*change.directory().find_project(*id), json);
    return json_answer(json, 201);
}

ApiAnswer list_projects(const Call& call, const Directory& directory) {
    JsonWriter json;
    json.object().key("data").array();
    for (const Project* project : directory.projects_of(call.organization)) write_project(*project, json);
    json.end().end();
    return json_answer(json);
}

ApiAnswer create_key(const Call& call, Change& change) {
    BodyFields fields(call.request.body,
                      {"name", "kind", "project_id", "creator_user_id", "limit", "limit_reset", "expires_at"});
    KeyFields key;
    key.name = fields.required_text("name");
    if (const std::string kind = fields.text("kind"); !kind.empty()) {
        if (kind != "inference" && kind != "management") fields.fail("kind", "must be inference or management");
        if (kind == "management") key.kind = KeyKind::management;
    }
    key.limit = fields.usd("limit").value_or(std::nullopt);
    const auto reset = parse_reset(fields.text("limit_reset"));
    if (!reset) fields.fail("limit_reset", "must be daily, weekly, monthly or null");
    if (const std::string project = fields.text("project_id"); !project.empty()) {
        key.project = parse_uuid(project);
        if (!key.project) fields.fail("project_id", "must be a UUID");
    }
    if (const std::string creator = fields.text("creator_user_id"); !creator.empty()) {
        const auto id = parse_uuid(creator);
        if (!id) fields.fail("creator_user_id", "must be a UUID");
        key.creator = id.value_or(Id128{});
    }
    key.expires_ms = fields.time_after("expires_at", call.request.now_ms);
    if (fields.error() || !reset) return fields.refusal();
    key.reset = *reset;
    const auto made = create_key(change, call.organization, key);
    if (!made) return api_error(made.error());
    JsonWriter json;
    json.object().key("data");
    write_key(*change.directory().find_key(made->digest), call.request.now_ms, json);
    json.key("key").text(made->plaintext).end();
    ApiAnswer answer = json_answer(json, 201);
    answer.secret_of = "key/" + to_hex(made->digest);
    return answer;
}

ApiAnswer list_keys(const Call& call, const Directory& directory) {
    JsonWriter json;
    json.object().key("data").array();
    for (const KeyRecord* key : directory.keys_of(call.organization)) write_key(*key, call.request.now_ms, json);
    json.end().end();
    return json_answer(json);
}

// The key that the path names, if it is the organization's.
const KeyRecord* find_key(const Call& call, const Directory& directory) {
    const auto digest = parse_key_digest(call.item);
    const KeyRecord* const key = digest ? directory.find_key(*digest) : nullptr;
    return key != nullptr && key->organization == call.organization ? key : nullptr;
}

ApiAnswer no_such_key() { return api_error(ErrorKind::not_found, "there is no such key in this organization"); }

ApiAnswer show_key(const Call& call, const Directory& directory) {
    const KeyRecord* const key = find_key(call, directory);
    if (key == nullptr) return no_such_key();
    JsonWriter json;
    json.object().key("data");
    write_key(*key, call.request.now_ms, json);
    json.end();
    return json_answer(json);
}

ApiAnswer update_key(const Call& call, Change& change) {
    const auto digest = parse_key_digest(call.item);
    if (!digest || find_key(call, change.directory()) == nullptr) return no_such_key();
    BodyFields fields(call.request.body, {"name", "disabled", "limit", "limit_reset"});
    KeyChange wanted;
    if (fields.has("name")) wanted.name = fields.required_text("name");
    if (fields.has("disabled")) wanted.disabled = fields.flag("disabled");
    wanted.limit = fields.usd("limit");
    if (fields.has("limit_reset")) {
        wanted.reset = parse_reset(fields.text("limit_reset"));
        if (!wanted.reset) fields.fail("limit_reset", "must be daily, weekly, monthly or null");
    }
    if (fields.error()) return fields.refusal();
    const Status status = update_key(change, *digest, wanted);
    return status.ok() ? show_key(call, change.directory()) : api_error(status);
}

ApiAnswer delete_key(const Call& call, Change& change) {
    const auto digest = parse_key_digest(call.item);
    if (!digest || find_key(call, change.directory()) == nullptr) return no_such_key();
    const Status status = delete_key(change, *digest);
    if (!status.ok()) return api_error(status);
    ApiAnswer answer;
    answer.body = R"({"deleted":true})";
    return answer;
}

ApiAnswer show_llm(const Call& call, const Directory& directory) {
    const OrganizationPolicy& policy = directory.find_organization(call.organization)->policy;
    JsonWriter json;
    json.object().key("model");
    policy.default_model.empty() ? json.null() : json.text(policy.default_model);
    json.key("provider");
    policy.default_provider.empty() ? json.null() : json.text(policy.default_provider);
    json.end();
    return json_answer(json);
}

ApiAnswer set_llm(const Call& call, Change& change) {
    BodyFields fields(call.request.body, {"model", "provider"});
    if (!fields.has("model")) fields.fail("model", "is required; null clears the default");
    const std::string model = fields.text("model");
    const std::string provider = fields.text("provider");
    if (fields.error()) return fields.refusal();
    const auto endpoints = call.services.catalogue->find(model);
    if (!model.empty() && endpoints.empty()) {
        return api_error(ErrorKind::model_not_found,
                         "the model '" + std::string(cut_utf8(model, kModelNameBytes)) + "' does not exist here",
                         "model");
    }
    const bool served = std::any_of(endpoints.begin(), endpoints.end(), [&provider](const CatalogueEndpoint& endpoint) {
        return endpoint.provider->name == provider;
    });
    if (!provider.empty() && !served) {
        return api_error(ErrorKind::invalid_request, "the provider does not serve this model here", "provider");
    }
    const Status status = set_llm_default(change, call.organization, model, provider);
    return status.ok() ? show_llm(call, change.directory()) : api_error(status);
}

ApiAnswer show_retention(const Call& call, const Directory& directory) {
    const RetentionPolicy& retention = call.services.config.retention;
    const auto& own = directory.find_organization(call.organization)->policy.retention_class;
    const std::uint8_t number = own.value_or(retention.default_class);
    const auto named = std::ranges::find(retention.classes, number, &RetentionClass::number);
    JsonWriter json;
    json.object().key("class").text(named != retention.classes.end() ? named->name : std::to_string(number));
    json.key("days").number(retention.days_of(number)).key("default").flag(!own).end();
    return json_answer(json);
}

ApiAnswer set_retention(const Call& call, Change& change) {
    BodyFields fields(call.request.body, {"class"});
    if (!fields.has("class")) fields.fail("class", "is required; null is the configuration's default");
    const std::string name = fields.text("class");
    const auto& classes = call.services.config.retention.classes;
    const auto named = std::ranges::find(classes, name, &RetentionClass::name);
    if (!name.empty() && named == classes.end()) fields.fail("class", "is none of the configuration's classes");
    if (fields.error()) return fields.refusal();
    const auto number = name.empty() ? std::nullopt : std::optional(named->number);
    const Status status = set_retention_class(change, call.organization, number);
    return status.ok() ? show_retention(call, change.directory()) : api_error(status);
}

ApiAnswer show_credit_policy(const Call& call, const Directory& directory) {
    const OrganizationPolicy& own = directory.find_organization(call.organization)->policy;
    const CreditConfig& otherwise = call.services.config.credit;
    JsonWriter json;
    json.object().key("on_exhausted").text(to_string(own.on_exhausted.value_or(otherwise.on_exhausted)));
    json.key("overdraft_cap").usd(own.overdraft_cap.value_or(otherwise.overdraft_cap));
    json.key("default").flag(!own.on_exhausted && !own.overdraft_cap).end();
    return json_answer(json);
}

ApiAnswer set_credit_policy(const Call& call, Change& change) {
    BodyFields fields(call.request.body, {"on_exhausted", "overdraft_cap"});
    const std::string name = fields.text("on_exhausted");
    std::optional<OnExhausted> on_exhausted;
    if (OnExhausted named{}; parse(name, named)) on_exhausted = named;
    if (!name.empty() && !on_exhausted) fields.fail("on_exhausted", "must be cut, owe or null");
    const auto overdraft_cap = fields.usd("overdraft_cap").value_or(std::nullopt);
    if (fields.error()) return fields.refusal();
    const Status status = set_credit_policy(change, call.organization, on_exhausted, overdraft_cap);
    return status.ok() ? show_credit_policy(call, change.directory()) : api_error(status);
}

// Either reads or changes; a change's action is what the audit entry calls it.
struct Row {
    std::string_view method, collection;
    bool item;
    Permission permission;
    Read read;
    Mutation mutation = nullptr;
    std::string_view action = {};
};

using enum Permission;
constexpr std::array kHandlers = {
    Row{"GET", "", false, see_settings, show_organization},
    Row{"POST", "projects", false, manage_projects, nullptr, create_project, "project.create"},
    Row{"GET", "projects", false, see_settings, list_projects},
    Row{"POST", "keys", false, manage_keys, nullptr, create_key, "key.create"},
    Row{"GET", "keys", false, see_settings, list_keys},
    Row{"GET", "keys", true, see_settings, show_key},
    Row{"PATCH", "keys", true, manage_keys, nullptr, update_key, "key.update"},
    Row{"DELETE", "keys", true, manage_keys, nullptr, delete_key, "key.delete"},
    Row{"PUT", "llm", false, manage_settings, nullptr, set_llm, "llm.update"},
    Row{"GET", "llm", false, see_settings, show_llm},
    Row{"PUT", "retention", false, manage_settings, nullptr, set_retention, "retention.update"},
    Row{"GET", "retention", false, see_settings, show_retention},
    Row{"PUT", "credit_policy", false, manage_settings, nullptr, set_credit_policy, "credit_policy.update"},
    Row{"GET", "credit_policy", false, see_settings, show_credit_policy},
};

ApiAnswer run(const Call& call, const Row& row) {
    ApiAnswer refused;
    refused.error = check_access(call.services, call.request.caller, row.permission, call.organization);
    if (refused.error) return refused;
    if (row.read != nullptr) return row.read(call, *call.services.accounts->directory());
    return mutate(call.services, call.request, std::string(row.action),
                  [&](Change& change) { return row.mutation(call, change); });
}

ApiAnswer handle(Services& services, const ApiRequest& request) {
    std::string_view path = request.path;
    path.remove_prefix(std::string_view("/api/organizations").size());
    Call call{services, request, {}, {}};
    const std::string_view organization = take_segment(path);
    if (organization.empty()) {
        if (request.method == "POST") {
            return mutate(services, request, "organization.create",
                          [&](Change& change) { return create_organization(call, change); });
        }
        if (request.method == "GET") return list_organizations(call, *services.accounts->directory());
        return api_error(ErrorKind::method_not_allowed, "this route does not take this method");
    }
    const auto id = parse_uuid(organization);
    const bool exists = id && services.accounts->directory()->find_organization(*id) != nullptr;
    if (exists) {
        if (auto answer = answer_limits(services, request, *id, path)) return std::move(*answer);
    }
    const std::string_view collection = take_segment(path);
    call.item = take_segment(path);
    bool known = false;
    for (const Row& row : kHandlers) {
        if (row.collection != collection || row.item == call.item.empty() || !path.empty()) continue;
        known = true;
        if (row.method != request.method) continue;
        if (!exists) {
            return api_error(ErrorKind::not_found, "there is no such organization");
        }
        call.organization = *id;
        return run(call, row);
    }
    if (known) return api_error(ErrorKind::method_not_allowed, "this route does not take this method");
    return api_error(ErrorKind::not_found, "there is no such route; see docs/api.md");
}

}  // namespace

ApiAnswer manage(Services& services, const ApiRequest& request) {
    ApiRequest get = request;
    if (get.method == "HEAD") get.method = "GET";
    if (auto answer = answer_transactions(services, get)) return std::move(*answer);
    if (auto answer = answer_usage(services, get)) return std::move(*answer);
    if (!has_permission(request.caller, Permission::manage_organizations)) {
        return api_error(ErrorKind::permission_denied, std::string(denial(Permission::manage_organizations)));
    }
    return handle(services, get);
}

}  // namespace tollgate
