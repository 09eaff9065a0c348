#include "gateway/api/presets.h"

#include <algorithm>
#include <span>

#include "gateway/routing/known_names.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer no_such_preset() { return api_error(ErrorKind::not_found, "there is no such preset in this organization"); }

// --- What is shown.

void write_content(const PresetContent& content, JsonWriter& json) {
    json.key("name").text_or_null(content.name).key("description").text_or_null(content.description);
    json.key("system_prompt").raw(content.system_prompt.empty() ? "null" : content.system_prompt);
    json.key("model").text_or_null(content.settings.model).key("models").array();
    for (const std::string& model : content.models) json.text(model);
    json.end().key("parameters");
    write_parameters(content.settings.parameters, json);
    json.key("provider");
    if (content.provider == nullptr) {
        json.null();
    } else {
        json.object();
        write_preferences(*content.provider, UnsetPreferences::leave_out, json);
        json.end();
    }
    json.key("cache_enabled");
    content.cache_enabled ? json.flag(*content.cache_enabled) : json.null();
    json.key("cache_ttl_seconds");
    content.cache_ttl_s ? json.number(*content.cache_ttl_s) : json.null();
}

void write_person(std::string_view name, const Id128& user, JsonWriter& json) {
    json.key(name);
    user.is_nil() ? json.null() : json.text(to_uuid(user));
}

void write_preset(const Call& call, const Preset& preset, JsonWriter& json) {
    const std::vector<std::string>& models = preset.content.models;
    const auto catalogue = call.services.catalogue.get();
    const NameScope scope{*catalogue, call.organization().policy};
    const bool available = std::ranges::any_of(
        models, [&](const std::string& name) { return judge_model(scope, name) == NamedModel::usable; });
    json.object().key("id").text(to_uuid(preset.id)).key("slug").text(preset.slug);
    write_content(preset.content, json);
    json.key("available");
    models.empty() ? json.null() : json.flag(available);
    write_person("created_by", preset.created_by, json);
    json.key("created_at").time(preset.created_ms).key("updated_at").time(preset.updated_ms);
    json.key("version").number(preset.version).end();
}

ApiAnswer preset_answer(const Call& call, const Preset& preset, int status = 200) {
    JsonWriter json;
    write_preset(call, preset, json);
    return versioned_answer(json, preset.version, status);
}

const Preset* find_preset(const Call& call, const Directory& directory) {
    return directory.find_preset(call.organization().id, call.path("preset"));
}

// --- What is set.

// Models are there when they are named; those that were there before may stay, whatever became of them.
std::vector<std::string> read_models(Call& call, const PresetContent& before) {
    BodyFields& body = call.body;
    std::vector<std::string> models = body.texts("models", kMostPresetModels, 0).value_or(std::vector<std::string>());
    const std::string model = body.text("model");
    if (!model.empty() && models.empty()) models = {model};
    if (!model.empty() && model != models.front()) body.fail("model", "must be the first of 'models'");
    const auto catalogue = call.services.catalogue.get();
    for (const std::string& name : models) {
        const bool known = std::ranges::find(before.models, name) != before.models.end();
        if (known || judge_model({*catalogue, call.organization().policy}, name) != NamedModel::unknown) continue;
        body.keep({ErrorKind::model_not_found,
                   "the model '" + std::string(cut_utf8(name, kModelNameBytes)) + "' does not exist here", "models"});
    }
    return models;
}

SharedProviderPreferences read_provider(Call& call, const PresetContent& before) {
    auto given = call.body.object("provider", kProviderPreferences);
    if (!given) return nullptr;
    const auto catalogue = call.services.catalogue.get();
    const ProviderPreferences none, &former = before.provider != nullptr ? *before.provider : none;
    const NameScope scope{*catalogue, call.organization().policy};
    ProviderPreferences preferences = read_preferences(*given, &scope, {}, former);
    call.body.keep(given->error());
    return share(std::move(preferences));
}

PresetContent read_content(Call& call, const PresetContent& before) {
    BodyFields& body = call.body;
    PresetContent content{.name = body.text("name"), .description = body.text("description")};
    const std::string prompt = body.text("system_prompt");
    if (prompt.size() > kMostSystemPromptBytes) {
        body.fail("system_prompt", "is longer than " + std::to_string(kMostSystemPromptBytes) + " bytes");
    } else if (!prompt.empty()) {
        append_json_string(content.system_prompt, prompt);
    }
    content.models = read_models(call, before);
    content.settings.parameters = read_parameters(body);
    content.provider = read_provider(call, before);
    if (body.has_value("cache_enabled")) content.cache_enabled = body.flag("cache_enabled");
    content.cache_ttl_s = body.count("cache_ttl_seconds", kMostPresetCacheTtlS).value_or(std::nullopt);
    if (content.cache_ttl_s == 0) body.fail("cache_ttl_seconds", "must be at least 1");
    return content;
}

// --- OpenRouter's.

void write_own_version(std::int64_t version, const PresetContent& content, std::int64_t created_ms, JsonWriter& json) {
    json.object().key("version").number(version);
    json.key("system_prompt").raw(content.system_prompt.empty() ? "null" : content.system_prompt);
    json.key("config").object();
    if (!content.settings.model.empty()) json.key("model").text(content.settings.model);
    if (content.models.size() > 1) {
        json.key("models").array();
        for (const std::string& model : content.models) json.text(model);
        json.end();
    }
    for (const NamedJson& one : content.settings.parameters) json.key(one.name).raw(one.json);
    if (content.provider != nullptr) {
        json.key("provider").object();
        write_preferences(*content.provider, UnsetPreferences::leave_out, json);
        json.end();
    }
    if (content.cache_enabled) json.key("cache_enabled").flag(*content.cache_enabled);
    if (content.cache_ttl_s) json.key("cache_ttl_seconds").number(*content.cache_ttl_s);
    json.end().key("created_at").time(created_ms).end();
}

void write_own_preset(const Preset& preset, JsonWriter& json) {
    const PresetContent& content = preset.content;
    json.object().key("id").text(to_uuid(preset.id));
    json.key("name").text(content.name.empty() ? preset.slug : content.name).key("slug").text(preset.slug);
    json.key("description").text_or_null(content.description).key("status").text("active");
    json.key("designated_version_id").text(std::to_string(preset.version)).key("designated_version");
    write_own_version(preset.version, content, preset.updated_ms, json);
    json.key("workspace_id").null();
    write_person("creator_user_id", preset.created_by, json);
    json.key("created_at").time(preset.created_ms).key("updated_at").time(preset.updated_ms).end();
}

struct PagePart {
    std::size_t offset, limit;
    template <class Item>
    std::span<const Item> of(const std::vector<Item>& all) const {
        const std::size_t begin = std::min(offset, all.size());
        return std::span(all).subspan(begin, std::min(limit, all.size() - begin));
    }
};
PagePart read_part(QueryFields& query) {
    return {.offset = query.number("offset", 0, INT32_MAX, 0), .limit = query.number("limit", 1, 100, 50)};
}

const Preset* find_own_preset(const Call& call) {
    return call.directory->find_preset(call.request.caller.organization, call.path("preset"));
}

}  // namespace

ApiAnswer list_presets(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    const auto part = page_of(
        page, call.directory->presets_of(call.organization().id),
        [](const Preset* one) { return std::tuple(one->created_ms, one->id); },
        [](const Preset* one) { return place_of(one->created_ms, to_uuid(one->id)); });
    JsonWriter json;
    write_page(part, [&](const Preset* one) { write_preset(call, *one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_preset(Call& call, Change& change) {
    std::string slug = call.body.required_text("slug");
    PresetContent content = read_content(call, {});
    if (call.error()) return call.refusal();
    const auto made = create_preset(change, call.organization().id, slug, std::move(content));
    if (!made) return api_error(made.error());
    return preset_answer(call, *change.directory().find_preset(call.organization().id, slug), 201);
}

ApiAnswer show_preset(Call& call) {
    const Preset* const preset = find_preset(call, *call.directory);
    return preset == nullptr ? no_such_preset() : preset_answer(call, *preset);
}

ApiAnswer update_preset(Call& call, Change& change) {
    const Preset* const current = find_preset(call, change.directory());
    if (current == nullptr) return no_such_preset();
    BodyFields& body = call.body;
    if (const auto version = body.count("version", INT64_MAX).value_or(std::nullopt)) change.expect_version(*version);
    if (const Status status = change.require_version(current->version); !status.ok()) return api_error(status);
    body.check_echo(preset_answer(call, *current).body,
                    {"name", "description", "system_prompt", "model", "models", "parameters", "provider",
                     "cache_enabled", "cache_ttl_seconds", "version"});
    PresetContent content = read_content(call, current->content);
    if (call.error()) return call.refusal();
    const Status status = update_preset(change, call.organization().id, call.path("preset"), std::move(content));
    return status.ok() ? preset_answer(call, *find_preset(call, change.directory())) : api_error(status);
}

ApiAnswer delete_preset(Call& call, Change& change) {
    const Status status = delete_preset(change, call.organization().id, call.path("preset"));
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

ApiAnswer list_preset_versions(Call& call) {
    const Preset* const preset = find_preset(call, *call.directory);
    if (preset == nullptr) return no_such_preset();
    const auto versions = versions_of(*call.services.store, *preset);
    if (!versions) return api_error(versions.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const PresetVersion& one : *versions) {
        json.object();
        write_content(one.content, json);
        write_person("created_by", one.created_by, json);
        json.key("created_at").time(one.created_ms).key("version").number(one.version).end();
    }
    json.end().end();
    return json_answer(json);
}

ApiAnswer list_own_presets(Call& call) {
    const PagePart part = read_part(call.query);
    if (call.error()) return call.refusal();
    const auto presets = call.directory->presets_of(call.request.caller.organization);
    JsonWriter json;
    json.object().key("data").array();
    for (const Preset* const one : part.of(presets)) write_own_preset(*one, json);
    json.end().key("total_count").number(static_cast<std::int64_t>(presets.size())).end();
    return json_answer(json);
}

ApiAnswer show_own_preset(Call& call) {
    const Preset* const preset = find_own_preset(call);
    if (preset == nullptr) return no_such_preset();
    JsonWriter json;
    json.object().key("data");
    write_own_preset(*preset, json);
    json.end();
    return json_answer(json);
}

ApiAnswer list_own_preset_versions(Call& call) {
    const PagePart part = read_part(call.query);
    if (call.error()) return call.refusal();
    const Preset* const preset = find_own_preset(call);
    if (preset == nullptr) return no_such_preset();
    const auto versions = versions_of(*call.services.store, *preset);
    if (!versions) return api_error(versions.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const PresetVersion& one : part.of(*versions)) {
        write_own_version(one.version, one.content, one.created_ms, json);
    }
    json.end().key("total_count").number(static_cast<std::int64_t>(versions->size())).end();
    return json_answer(json);
}

}  // namespace tollgate
