#include "gateway/api/byok.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "gateway/api/provider_key_target.h"
#include "gateway/api/provider_keys.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::string_view kNoHint = {};

void write_byok_key(const ProviderKey& key, JsonWriter& json) {
    json.object().key("id").text(to_uuid(key.id)).key("provider").text(key.provider).key("name").text(key.label);
    json.key("label").text(masked_secret(key)).key("sort_order").number(key.priority);
    json.key("workspace_id").null().key("created_at").time(key.created_ms);
    write_list("allowed_models", key.allowed_models, json);
    write_list("allowed_api_key_hashes", key.allowed_keys, json);
    json.key("allowed_user_ids")
        .null()
        .key("declared_zdr")
        .null()
        .key("declared_region")
        .null()
        .key("disabled")
        .flag(key.disabled);
    json.key("is_byok_only").flag(false).key("is_fallback").flag(key.is_fallback);
    json.key("is_required").flag(false).end();
}

ApiAnswer byok_answer(const ProviderKey& key, int status = 200) {
    JsonWriter json;
    json.object().key("data");
    write_byok_key(key, json);
    json.end();
    return versioned_answer(json, key.version, status);
}

// An error of provider keys in the words of this API.
Error in_byok_words(Error error) {
    if (!error) return error;
    using Words = std::pair<std::string_view, std::string_view>;
    static constexpr std::array kWords = {
        Words("secret: ", "key: "), Words("label: ", "name: "), Words("allowed_keys: ", "allowed_api_key_hashes: "),
        Words("the organization has a provider key of this label", "the organization has a provider key of this name")};
    std::string& message = error.detail().message;
    for (const auto& [theirs, ours] : kWords) {
        if (!message.starts_with(theirs)) continue;
        message.replace(0, theirs.size(), ours);
        return error;
    }
    for (const std::string_view name : {"base_url: ", "region: ", "resource: ", "deployment: ", "project: "}) {
        if (!message.starts_with(name)) continue;
        message.insert(0, "a key of this provider needs what has no field here (");
        message.append("): use /api/organizations/{organization}/provider-keys");
        break;
    }
    return error;
}

ApiAnswer byok_error(const Status& status) {
    ApiAnswer answer = api_error(status);
    answer.error = in_byok_words(std::move(answer.error));
    return answer;
}

bool read_flag(BodyFields& body, std::string_view name) { return body.has(name) && body.flag(name); }

std::vector<std::string> read_list(BodyFields& body, std::string_view name) {
    return body.texts(name, kMostAllowed).value_or(std::vector<std::string>());
}

void refuse_what_is_not_there(BodyFields& body) {
    for (const std::string_view name : {"is_required", "is_byok_only"}) {
        if (read_flag(body, name)) {
            body.fail(name, "must be false: a project of the mode api-keys is what spends no credit");
        }
    }
    if (body.has_value("allowed_user_ids")) {
        body.fail("allowed_user_ids", "must be null: allowed_api_key_hashes says who may use a provider key");
    }
    if (const std::string region = body.filled_text("declared_region"); !region.empty() && region != "global") {
        body.fail("declared_region", "must be null or global: the gateway has no regions");
    }
    if (body.has_value("declared_zdr")) {
        body.fail("declared_zdr", "must be null: the operator says which providers retain nothing");
    }
}

// A name that none of the organization's other keys has: the provider's, or that with a number. `self` is nil of a key
// that is yet to come.
std::string free_label(const Directory& directory, const Id128& organization, const std::string& provider,
                       const Id128& self = {}) {
    auto keys = directory.provider_keys_of(organization);
    std::erase_if(keys, [&self](const ProviderKey* one) { return one->id == self; });
    std::string label = provider;
    for (std::size_t number = 2; std::ranges::find(keys, label, &ProviderKey::label) != keys.end(); ++number) {
        label = provider + " " + std::to_string(number);
    }
    return label;
}

bool has_project(const Call& call, const Id128& id) {
    const auto projects = call.directory->projects_of(call.organization().id);
    return std::ranges::find(projects, id, &Project::id) != projects.end();
}

}  // namespace

ApiAnswer list_byok_keys(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const std::uint32_t offset = call.query.number("offset", 0, kMostOffset, 0);
    const std::uint32_t limit = call.query.number("limit", 1, kOffsetPage, kUsualByokPage);
    const std::string provider = call.query.text("provider");
    const auto workspace = call.query.uuid("workspace_id");
    if (call.error()) return call.refusal();
    if (workspace && !has_project(call, *workspace)) {
        return api_error(ErrorKind::not_found, "there is no such workspace in this organization", "workspace_id");
    }
    auto keys = call.directory->provider_keys_of(call.organization().id);
    std::erase_if(keys, [&](const ProviderKey* one) { return !provider.empty() && one->provider != provider; });
    const auto count = static_cast<std::int64_t>(keys.size());
    const auto order = [](const ProviderKey* one) {
        return std::tuple(std::string_view(one->provider), one->is_fallback, one->priority, one->created_ms, one->id);
    };
    JsonWriter json;
    json.object().key("data").array();
    for (const ProviderKey* one : offset_page(std::move(keys), offset, limit, order)) write_byok_key(*one, json);
    json.end().key("total_count").number(count).end();
    return json_answer(json);
}

ApiAnswer show_byok_key(Call& call) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const ProviderKey* const key = find_provider_key(call, *call.directory);
    return key == nullptr ? no_such_provider_key() : byok_answer(*key);
}

Error try_new_byok_key(Call& call) {
    if (!call.has_organization()) return {};  // what stores says so
    BodyFields& body = call.body;
    const std::string provider = body.required_text("provider");
    const SecretText secret(body.required_text("key"));
    refuse_what_is_not_there(body);
    if (call.error()) return call.error();
    return in_byok_words(try_before_storing(call, {provider, {}, {}}, secret.text, kNoHint));
}

ApiAnswer create_byok_key(Call& call, Change& change) {
    if (!call.has_organization()) return no_organization_of_its_own();
    BodyFields& body = call.body;
    const Id128 organization = call.organization().id;
    NewProviderKey fields{.provider = body.required_text("provider"),
                          .label = body.text("name"),
                          .allowed_models = read_list(body, "allowed_models"),
                          .allowed_keys = read_list(body, "allowed_api_key_hashes"),
                          .is_fallback = read_flag(body, "is_fallback"),
                          .disabled = read_flag(body, "disabled")};
    const SecretText secret(body.required_text("key"));
    refuse_what_is_not_there(body);
    if (body.has_value("workspace_id")) {
        body.fail("workspace_id", "must be null: provider keys are of the whole organization");
    }
    if (call.error()) return call.refusal();
    const auto target = target_of(call.services, {fields.provider, {}, {}});
    if (!target) return byok_error(target.error());
    if (fields.label.empty()) fields.label = free_label(change.directory(), organization, fields.provider);
    fields.origin = target->parts.origin();
    fields.secret = secret.text;
    const auto id = create_provider_key(change, organization, fields);
    if (!id) return byok_error(id.error());
    return byok_answer(*change.directory().find_provider_key(organization, *id), 201);
}

Error try_changed_byok_key(Call& call) {
    const ProviderKey* const current = call.has_organization() ? find_provider_key(call, *call.directory) : nullptr;
    if (current == nullptr || !call.body.has("key")) return {};  // what changes it says the rest
    const SecretText secret(call.body.required_text("key"));
    refuse_what_is_not_there(call.body);
    if (call.error()) return call.error();
    const WantedTarget wanted{current->provider, current->base_url, current->place};
    return in_byok_words(try_before_storing(call, wanted, secret.text, kNoHint));
}

ApiAnswer update_byok_key(Call& call, Change& change) {
    if (!call.has_organization()) return no_organization_of_its_own();
    const ProviderKey* const current = find_provider_key(call, change.directory());
    if (current == nullptr) return no_such_provider_key();
    if (const Status status = change.require_version(current->version); !status.ok()) return api_error(status);
    BodyFields& body = call.body;
    const Id128 organization = call.organization().id, id = current->id;
    JsonWriter shown;
    write_byok_key(*current, shown);
    body.check_echo(shown.take(),
                    {"name", "key", "allowed_models", "allowed_api_key_hashes", "allowed_user_ids", "declared_zdr",
                     "declared_region", "disabled", "is_byok_only", "is_fallback", "is_required"});
    refuse_what_is_not_there(body);
    ProviderKeyChange wanted;
    const SecretText secret(body.has("key") ? body.required_text("key") : std::string());
    if (!secret.text.empty()) wanted.secret = secret.text;
    if (body.has("name")) {  // null: as if it had never had one
        const std::string name = body.text("name");
        wanted.label = name.empty() ? free_label(change.directory(), organization, current->provider, id) : name;
    }
    if (body.has("allowed_models")) wanted.allowed_models = read_list(body, "allowed_models");
    if (body.has("allowed_api_key_hashes")) wanted.allowed_keys = read_list(body, "allowed_api_key_hashes");
    if (body.has("is_fallback")) wanted.is_fallback = body.flag("is_fallback");
    if (body.has("disabled")) wanted.disabled = body.flag("disabled");
    if (call.error()) return call.refusal();
    const Status status = update_provider_key(change, organization, id, wanted);
    if (!status.ok()) return byok_error(status);
    return byok_answer(*change.directory().find_provider_key(organization, id));
}

ApiAnswer delete_byok_key(Call& call, Change& change) {
    return call.has_organization() ? delete_provider_key(call, change) : no_organization_of_its_own();
}

}  // namespace tollgate
