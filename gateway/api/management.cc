#include "gateway/api/management.h"

#include <algorithm>

#include "gateway/api/account.h"
#include "gateway/api/activity.h"
#include "gateway/api/body_fields.h"
#include "gateway/api/limits.h"
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

using Handler = ApiAnswer (*)(const Call&);

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

ApiAnswer create_organization(const Call& call) {
    BodyFields fields(call.request.body, {"name"});
    const std::string name = fields.required_text("name");
    if (fields.error()) return fields.refusal();
    const auto id = call.services.accounts->create_organization({name}, call.request.now_ms);
    if (!id) return api_error(id.error());
    const auto directory = call.services.accounts->directory();
    JsonWriter json;
    write_organization(*directory, *directory->find_organization(*id), json);
    return json_answer(json, 201);
}

ApiAnswer list_organizations(const Call& call) {
    const auto directory = call.services.accounts->directory();
    JsonWriter json;
    json.object().key("data").array();
    for (const Organization* organization : directory->organizations()) {
        write_organization(*directory, *organization, json);
    }
    json.end().end();
    return json_answer(json);
}

ApiAnswer show_organization(const Call& call) {
    const auto directory = call.services.accounts->directory();
    JsonWriter json;
    write_organization(*directory, *directory->find_organization(call.organization), json);
    return json_answer(json);
}

ApiAnswer create_project(const Call& call) {
    BodyFields fields(call.request.body, {"name"});
    const std::string name = fields.required_text("name");
    if (fields.error()) return fields.refusal();
    const auto id = call.services.accounts->create_project(call.organization, name, call.request.now_ms);
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_project(*call.services.accounts->directory()->find_project(*id), json);
    return json_answer(json, 201);
}

ApiAnswer list_projects(const Call& call) {
    const auto directory = call.services.accounts->directory();
    JsonWriter json;
    json.object().key("data").array();
    for (const Project* project : directory->projects_of(call.organization)) write_project(*project, json);
    json.end().end();
    return json_answer(json);
}

ApiAnswer create_key(const Call& call) {
    BodyFields fields(call.request.body,
                      {"name", "kind", "project_id", "creator_user_id", "limit", "limit_reset", "expires_at"});
    Accounts::KeyFields key;
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
    const auto made = call.services.accounts->create_key(call.organization, key, call.request.now_ms);
    if (!made) return api_error(made.error());
    JsonWriter json;
    json.object().key("data");
    write_key(*call.services.accounts->directory()->find_key(made->digest), call.request.now_ms, json);
    json.key("key").text(made->plaintext).end();
    return json_answer(json, 201);
}

ApiAnswer list_keys(const Call& call) {
    const auto directory = call.services.accounts->directory();
    JsonWriter json;
    json.object().key("data").array();
    for (const KeyRecord* key : directory->keys_of(call.organization)) write_key(*key, call.request.now_ms, json);
    json.end().end();
    return json_answer(json);
}

// The key that the path names, if it is the organization's.
const KeyRecord* find_key(const Call& call) {
    const auto digest = parse_key_digest(call.item);
    const KeyRecord* const key = digest ? call.services.accounts->directory()->find_key(*digest) : nullptr;
    return key != nullptr && key->organization == call.organization ? key : nullptr;
}

ApiAnswer no_such_key() { return api_error(ErrorKind::not_found, "there is no such key in this organization"); }

ApiAnswer show_key(const Call& call) {
    const KeyRecord* const key = find_key(call);
    if (key == nullptr) return no_such_key();
    JsonWriter json;
    json.object().key("data");
    write_key(*key, call.request.now_ms, json);
    json.end();
    return json_answer(json);
}

ApiAnswer update_key(const Call& call) {
    const auto digest = parse_key_digest(call.item);
    if (!digest || find_key(call) == nullptr) return no_such_key();
    BodyFields fields(call.request.body, {"name", "disabled", "limit", "limit_reset"});
    Accounts::KeyChange change;
    if (fields.has("name")) change.name = fields.required_text("name");
    if (fields.has("disabled")) change.disabled = fields.flag("disabled");
    change.limit = fields.usd("limit");
    if (fields.has("limit_reset")) {
        change.reset = parse_reset(fields.text("limit_reset"));
        if (!change.reset) fields.fail("limit_reset", "must be daily, weekly, monthly or null");
    }
    if (fields.error()) return fields.refusal();
    const Status status = call.services.accounts->update_key(*digest, change, call.request.now_ms);
    return status.ok() ? show_key(call) : api_error(status);
}

ApiAnswer delete_key(const Call& call) {
    const auto digest = parse_key_digest(call.item);
    if (!digest || find_key(call) == nullptr) return no_such_key();
    const Status status = call.services.accounts->delete_key(*digest);
    if (!status.ok()) return api_error(status);
    ApiAnswer answer;
    answer.body = R"({"deleted":true})";
    return answer;
}

ApiAnswer show_llm(const Call& call) {
    const auto directory = call.services.accounts->directory();
    const OrganizationPolicy& policy = *directory->find_organization(call.organization)->policy;
    JsonWriter json;
    json.object().key("model");
    policy.default_model.empty() ? json.null() : json.text(policy.default_model);
    json.key("provider");
    policy.default_provider.empty() ? json.null() : json.text(policy.default_provider);
    json.end();
    return json_answer(json);
}

ApiAnswer set_llm(const Call& call) {
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
    const Status status =
        call.services.accounts->set_llm_default(call.organization, model, provider, call.request.now_ms);
    return status.ok() ? show_llm(call) : api_error(status);
}

ApiAnswer show_retention(const Call& call) {
    const auto directory = call.services.accounts->directory();
    const RetentionPolicy& retention = call.services.config.retention;
    const auto& own = directory->find_organization(call.organization)->policy->retention_class;
    const std::uint8_t number = own.value_or(retention.default_class);
    const auto named = std::ranges::find(retention.classes, number, &RetentionClass::number);
    JsonWriter json;
    json.object().key("class").text(named != retention.classes.end() ? named->name : std::to_string(number));
    json.key("days").number(retention.days_of(number)).key("default").flag(!own).end();
    return json_answer(json);
}

ApiAnswer set_retention(const Call& call) {
    BodyFields fields(call.request.body, {"class"});
    if (!fields.has("class")) fields.fail("class", "is required; null is the configuration's default");
    const std::string name = fields.text("class");
    const auto& classes = call.services.config.retention.classes;
    const auto named = std::ranges::find(classes, name, &RetentionClass::name);
    if (!name.empty() && named == classes.end()) fields.fail("class", "is none of the configuration's classes");
    if (fields.error()) return fields.refusal();
    const auto number = name.empty() ? std::nullopt : std::optional(named->number);
    const Status status = call.services.accounts->set_retention_class(call.organization, number, call.request.now_ms);
    return status.ok() ? show_retention(call) : api_error(status);
}

ApiAnswer show_credit_policy(const Call& call) {
    const auto directory = call.services.accounts->directory();
    const OrganizationPolicy& own = *directory->find_organization(call.organization)->policy;
    const CreditConfig& otherwise = call.services.config.credit;
    const bool owe = own.on_exhausted.value_or(otherwise.on_exhausted) == OnExhausted::owe;
    JsonWriter json;
    json.object().key("on_exhausted").text(owe ? "owe" : "cut");
    json.key("overdraft_cap").usd(own.overdraft_cap.value_or(otherwise.overdraft_cap));
    json.key("default").flag(!own.on_exhausted && !own.overdraft_cap).end();
    return json_answer(json);
}

ApiAnswer set_credit_policy(const Call& call) {
    BodyFields fields(call.request.body, {"on_exhausted", "overdraft_cap"});
    const std::string name = fields.text("on_exhausted");
    std::optional<OnExhausted> on_exhausted;
    if (name == "cut") on_exhausted = OnExhausted::cut;
    if (name == "owe") on_exhausted = OnExhausted::owe;
    if (!name.empty() && !on_exhausted) fields.fail("on_exhausted", "must be cut, owe or null");
    const auto overdraft_cap = fields.usd("overdraft_cap").value_or(std::nullopt);
    if (fields.error()) return fields.refusal();
    const Status status =
        call.services.accounts->set_credit_policy(call.organization, on_exhausted, overdraft_cap, call.request.now_ms);
    return status.ok() ? show_credit_policy(call) : api_error(status);
}

struct Row {
    std::string_view method, collection;
    bool item;
    Handler handler;
};

constexpr std::array kHandlers = {
    Row{"GET", "", false, show_organization},
    Row{"POST", "projects", false, create_project},
    Row{"GET", "projects", false, list_projects},
    Row{"POST", "keys", false, create_key},
    Row{"GET", "keys", false, list_keys},
    Row{"GET", "keys", true, show_key},
    Row{"PATCH", "keys", true, update_key},
    Row{"DELETE", "keys", true, delete_key},
    Row{"PUT", "llm", false, set_llm},
    Row{"GET", "llm", false, show_llm},
    Row{"PUT", "retention", false, set_retention},
    Row{"GET", "retention", false, show_retention},
    Row{"PUT", "credit_policy", false, set_credit_policy},
    Row{"GET", "credit_policy", false, show_credit_policy},
};

ApiAnswer handle(Services& services, const ApiRequest& request) {
    std::string_view path = request.path;
    path.remove_prefix(std::string_view("/api/organizations").size());
    Call call{services, request, {}, {}};
    const std::string_view organization = take_segment(path);
    if (organization.empty()) {
        if (request.method == "POST") return create_organization(call);
        if (request.method == "GET") return list_organizations(call);
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
        return row.handler(call);
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
    if (request.principal.kind != KeyKind::root) {
        return api_error(ErrorKind::permission_denied, "only the root key may manage organizations");
    }
    return handle(services, get);
}

}  // namespace tollgate
