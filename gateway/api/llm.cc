#include "gateway/api/llm.h"

#include <algorithm>

#include "gateway/routing/choose_model.h"
#include "gateway/routing/endpoint_name.h"
#include "gateway/routing/known_names.h"
#include "gateway/routing/model_address.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostAllowedModels = 256;

// As the change leaves it.
const OrganizationPolicy& policy_of(const Call& call, const Directory& directory) {
    return directory.find_organization(call.organization().id)->policy;
}

// The one that the path names, if it is the organization's. It lives as long as the directory, as does the next.
const Project* find_project(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("project"));
    const Project* const project = id ? directory.find_project(*id) : nullptr;
    return project != nullptr && project->organization == call.organization().id ? project : nullptr;
}

const Membership* find_member(const Call& call, const Directory& directory) {
    const std::string_view named = call.path("member");
    const auto id = named.empty() ? std::optional(call.request.caller.user) : parse_uuid(named);
    return id ? directory.find_membership(call.organization().id, *id) : nullptr;
}

ApiAnswer no_such_project() { return api_error(ErrorKind::not_found, "there is no such project in this organization"); }
ApiAnswer no_such_member() { return api_error(ErrorKind::not_found, "there is no such member in this organization"); }

// --- What is shown.

void write_parameters(std::span<const NamedJson* const> parameters, JsonWriter& json) {
    json.object();
    for (const NamedJson* const one : parameters) json.key(one->name).raw(one->json);
    json.end();
}

void write_available(const Call& call, const OrganizationPolicy& policy, std::string_view model, JsonWriter& json) {
    json.key("available");
    if (model.empty()) return void(json.null());
    const auto catalogue = call.services.catalogue.get();
    json.flag(judge_model({*catalogue, policy}, model) == NamedModel::usable);
}

void write_settings(const Call& call, const OrganizationPolicy& policy, const SharedLlmSettings& shared,
                    std::int64_t version, JsonWriter& json) {
    const LlmSettings settings = shared ? *shared : LlmSettings();
    json.key("model").text_or_null(settings.model).key("provider").text_or_null(settings.provider).key("parameters");
    write_parameters(settings.parameters, json);
    write_available(call, policy, settings.model, json);
    json.key("version").number(version);
}

std::string llm_json(const Call& call, const Organization& organization) {
    const OrganizationPolicy& policy = organization.policy;
    JsonWriter json;
    json.object();
    write_settings(call, policy, policy.llm, organization.version, json);
    json.key("allow_overrides").flag(policy.allow_overrides).key("allowed_models").array();
    for (const std::string& model : policy.allowed_models) json.text(model);
    json.end().end();
    return json.take();
}

std::string project_json(const Call& call, const Directory& directory, const Project& project) {
    JsonWriter json;
    json.object();
    write_settings(call, policy_of(call, directory), project.llm, project.version, json);
    json.end();
    return json.take();
}

void write_effective(const Call& call, const Directory& directory, const Membership& member, const Project* project,
                     JsonWriter& json) {
    const OrganizationPolicy& policy = policy_of(call, directory);
    const LlmChoice choice = choose_model({.asked = {},
                                           .own_members = {},
                                           .member = policy.allow_overrides ? member.llm.get() : nullptr,
                                           .project = project != nullptr ? project->llm.get() : nullptr,
                                           .organization = policy.llm.get(),
                                           .instance = &call.services.config.llm});
    const ChosenModel& chosen = choice.model;
    json.object().key("model").text_or_null(chosen.model).key("provider").text_or_null(chosen.provider);
    json.key("parameters");
    write_parameters(choice.parameters, json);
    json.key("source").text_or_null(chosen.level == LlmLevel::none ? std::string_view() : to_string(chosen.level));
    write_available(call, policy, chosen.model, json);
    json.end();
}

const Project* default_project(const Directory& directory, const Id128& organization) {
    const auto projects = directory.projects_of(organization);
    const auto found = std::ranges::find_if(projects, &Project::is_default);
    return found == projects.end() ? nullptr : *found;
}

ApiAnswer json_of_version(std::string body, std::int64_t version) {
    JsonWriter json;
    json.raw(body);
    return versioned_answer(json, version);
}

ApiAnswer member_answer(const Call& call, const Directory& directory, const Membership& member,
                        const Project* project) {
    const OrganizationPolicy& policy = policy_of(call, directory);
    JsonWriter json;
    json.object();
    write_settings(call, policy, member.llm, member.version, json);
    json.key("overrides_allowed").flag(policy.allow_overrides).key("effective");
    write_effective(call, directory, member, project, json);
    json.end();
    return versioned_answer(json, member.version);
}

ApiAnswer member_answer(const Call& call, const Directory& directory) {
    return member_answer(call, directory, *find_member(call, directory),
                         default_project(directory, call.organization().id));
}

// --- What is set.

// A model that is new here must be one that can be called; what was stored may come back whatever became of it.
void check_model(Call& call, const LlmSettings& wanted, const OrganizationPolicy& rules) {
    const auto catalogue = call.services.catalogue.get();
    BodyFields& body = call.body;
    if (wanted.model.empty()) {
        if (!wanted.provider.empty()) body.fail("provider", "needs 'model'");
        return;
    }
    const std::string name(cut_utf8(wanted.model, kModelNameBytes));
    const NamedModel judged = judge_model({*catalogue, rules}, wanted.model);
    if (judged == NamedModel::unknown) {
        body.keep({ErrorKind::model_not_found, "the model '" + name + "' does not exist here", "model"});
    } else if (judged == NamedModel::not_allowed) {
        body.keep({ErrorKind::model_not_allowed, "the model '" + name + "' is not one that the organization allows",
                   "model"});
    } else if (!wanted.provider.empty()) {
        const auto is_meant = [&](const CatalogueEndpoint& one) { return is_of_provider(wanted.provider, one); };
        const bool served = std::ranges::any_of(find_model(*catalogue, wanted.model).endpoints, is_meant);
        if (!served) body.fail("provider", "does not serve this model here");
    }
}

// What becomes of settings that the body does not name.
enum class Unnamed : std::uint8_t { cleared, kept };

// Those of the body in place of those of the same name; null removes one.
LlmParameters merged_parameters(BodyFields& body, LlmParameters parameters) {
    const auto given = body.object("parameters", kLlmParameterSet);
    if (!given) return body.has("parameters") ? LlmParameters() : parameters;
    body.keep(given->error());
    std::erase_if(parameters, [&](const NamedJson& one) { return given->has(one.name); });
    for (NamedJson& one : read_parameters(body)) parameters.push_back(std::move(one));
    std::ranges::sort(parameters, {}, &NamedJson::name);
    return parameters;
}

LlmSettings read_settings(Call& call, const SharedLlmSettings& before, const OrganizationPolicy& rules,
                          Unnamed unnamed) {
    BodyFields& body = call.body;
    const LlmSettings was = before ? *before : LlmSettings();
    LlmSettings wanted;
    if (unnamed == Unnamed::cleared) {
        if (!body.has("model")) body.fail("model", "is required; null leaves it to another level");
        wanted = {.model = body.text("model"), .provider = body.text("provider")};
        wanted.parameters = read_parameters(body);
    } else {
        wanted.model = body.has("model") ? body.text("model") : was.model;
        if (wanted.model == was.model) wanted.provider = was.provider;  // else it was another model's
        if (body.has("provider")) wanted.provider = body.text("provider");
        wanted.parameters = merged_parameters(body, was.parameters);
    }
    if (wanted.model != was.model || wanted.provider != was.provider) check_model(call, wanted, rules);
    return wanted;
}

// By their ids; what was allowed before stays allowed, whatever became of it.
std::vector<std::string> read_allowed(Call& call, const std::vector<std::string>& before) {
    const auto named = call.body.texts("allowed_models", kMostAllowedModels, 0);
    if (!named) return before;
    const auto catalogue = call.services.catalogue.get();
    std::vector<std::string> ids;
    for (const std::string& name : *named) {
        const auto id = model_id({*catalogue, call.organization().policy}, name);
        if (!id && std::ranges::find(before, name) == before.end()) {
            call.body.fail("allowed_models",
                           "names '" + std::string(cut_utf8(name, kModelNameBytes)) + "', which does not exist here");
        }
        ids.push_back(id.value_or(name));
    }
    std::ranges::sort(ids);
    return ids;
}

// The version that the body names counts as If-Match; what else was read may come back as it was.
Status expect_version(Call& call, Change& change, std::int64_t current) {
    const auto version = call.body.count("version", INT64_MAX).value_or(std::nullopt);
    if (version) change.expect_version(*version);
    return change.require_version(current);
}

}  // namespace

void write_parameters(const LlmParameters& parameters, JsonWriter& json) {
    json.object();
    for (const NamedJson& one : parameters) json.key(one.name).raw(one.json);
    json.end();
}

LlmParameters read_parameters(BodyFields& body) {
    LlmParameters parameters;
    const std::string_view text = body.json("parameters");
    if (text.empty()) return parameters;
    body.keep(read_llm_parameters(text, [&parameters](std::string_view name, std::string json) {
        parameters.push_back({std::string(name), std::move(json)});
    }));
    std::ranges::sort(parameters, {}, &NamedJson::name);
    return parameters;
}

ApiAnswer show_llm(Call& call) {
    return json_of_version(llm_json(call, call.organization()), call.organization().version);
}

namespace {

ApiAnswer store_llm(Call& call, Change& change, Unnamed unnamed) {
    const Organization& current = *change.directory().find_organization(call.organization().id);
    const Id128 id = current.id;
    if (const Status status = expect_version(call, change, current.version); !status.ok()) return api_error(status);
    call.body.check_echo(llm_json(call, current),
                         {"model", "provider", "parameters", "version", "allow_overrides", "allowed_models"});
    OrganizationPolicy rules = current.policy;
    rules.allowed_models = read_allowed(call, current.policy.allowed_models);
    if (call.body.has_value("allow_overrides")) rules.allow_overrides = call.body.flag("allow_overrides");
    LlmSettings settings = read_settings(call, current.policy.llm, rules, unnamed);
    if (call.error()) return call.refusal();
    const Status status = set_llm(change, id,
                                  {.settings = std::move(settings),
                                   .allow_overrides = rules.allow_overrides,
                                   .allowed_models = std::move(rules.allowed_models)});
    if (!status.ok()) return api_error(status);
    const Organization& changed = *change.directory().find_organization(id);
    return json_of_version(llm_json(call, changed), changed.version);
}

}  // namespace

ApiAnswer set_llm(Call& call, Change& change) { return store_llm(call, change, Unnamed::cleared); }
ApiAnswer change_llm(Call& call, Change& change) { return store_llm(call, change, Unnamed::kept); }

ApiAnswer show_project_llm(Call& call) {
    const Project* const project = find_project(call, *call.directory);
    if (project == nullptr) return no_such_project();
    return json_of_version(project_json(call, *call.directory, *project), project->version);
}

namespace {

ApiAnswer store_project_llm(Call& call, Change& change, Unnamed unnamed) {
    const Project* const current = find_project(call, change.directory());
    if (current == nullptr) return no_such_project();
    const Id128 id = current->id;
    if (const Status status = expect_version(call, change, current->version); !status.ok()) return api_error(status);
    call.body.check_echo(project_json(call, change.directory(), *current),
                         {"model", "provider", "parameters", "version"});
    LlmSettings settings = read_settings(call, current->llm, policy_of(call, change.directory()), unnamed);
    if (call.error()) return call.refusal();
    const Status status = set_project_llm(change, id, std::move(settings));
    if (!status.ok()) return api_error(status);
    const Project& changed = *change.directory().find_project(id);
    return json_of_version(project_json(call, change.directory(), changed), changed.version);
}

}  // namespace

ApiAnswer set_project_llm(Call& call, Change& change) { return store_project_llm(call, change, Unnamed::cleared); }
ApiAnswer change_project_llm(Call& call, Change& change) { return store_project_llm(call, change, Unnamed::kept); }

ApiAnswer clear_project_llm(Call& call, Change& change) {
    const Project* const current = find_project(call, change.directory());
    if (current == nullptr) return no_such_project();
    const Id128 id = current->id;
    if (const Status status = set_project_llm(change, id, {}); !status.ok()) return api_error(status);
    const Project& changed = *change.directory().find_project(id);
    return json_of_version(project_json(call, change.directory(), changed), changed.version);
}

ApiAnswer show_member_llm(Call& call) {
    const Directory& directory = *call.directory;
    const Membership* const member = find_member(call, directory);
    if (member == nullptr) return no_such_member();
    const std::string named = call.query.text("project_id");
    if (named.empty()) return member_answer(call, directory);
    const auto id = parse_uuid(named);
    const Project* const project = id ? directory.find_project(*id) : nullptr;
    if (project == nullptr || project->organization != call.organization().id) return no_such_project();
    return member_answer(call, directory, *member, project);
}

namespace {

ApiAnswer store_own_llm(Call& call, Change& change, Unnamed unnamed) {
    const Membership* const current = find_member(call, change.directory());
    if (current == nullptr) return no_such_member();
    const Id128 user = current->user;
    if (const Status status = expect_version(call, change, current->version); !status.ok()) return api_error(status);
    call.body.check_echo(member_answer(call, change.directory()).body,
                         {"model", "provider", "parameters", "version", "effective"});
    LlmSettings settings = read_settings(call, current->llm, policy_of(call, change.directory()), unnamed);
    if (call.error()) return call.refusal();
    const Status status = set_member_llm(change, call.organization().id, user, std::move(settings));
    return status.ok() ? member_answer(call, change.directory()) : api_error(status);
}

}  // namespace

ApiAnswer set_own_llm(Call& call, Change& change) { return store_own_llm(call, change, Unnamed::cleared); }
ApiAnswer change_own_llm(Call& call, Change& change) { return store_own_llm(call, change, Unnamed::kept); }

ApiAnswer clear_member_llm(Call& call, Change& change) {
    const Membership* const current = find_member(call, change.directory());
    if (current == nullptr) return no_such_member();
    const Status status = set_member_llm(change, call.organization().id, Id128(current->user), {});
    return status.ok() ? member_answer(call, change.directory()) : api_error(status);
}

}  // namespace tollgate
