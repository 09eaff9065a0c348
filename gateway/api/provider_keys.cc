#include "gateway/api/provider_keys.h"

#include <algorithm>

#include "gateway/api/provider_key_target.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::string_view kSkipHint = "; skip_test stores the key without a test";

void write_provider_key(const ProviderKey& key, JsonWriter& json) {
    json.object().key("id").text(to_uuid(key.id)).key("provider").text(key.provider).key("label").text(key.label);
    json.key("base_url").text_or_null(key.base_url).key("region").text_or_null(key.place.region);
    json.key("resource").text_or_null(key.place.resource).key("deployment").text_or_null(key.place.deployment);
    json.key("project").text_or_null(key.place.project).key("origin").text(key.origin);
    json.key("testable").flag(trial_of(key.provider).has_value());
    json.key("secret").text(masked_secret(key)).key("priority").number(key.priority);
    write_list("allowed_models", key.allowed_models, json);
    write_list("allowed_keys", key.allowed_keys, json);
    json.key("is_fallback").flag(key.is_fallback).key("disabled").flag(key.disabled).key("created_by_user_id");
    json.text_or_null(key.created_by.is_nil() ? std::string() : to_uuid(key.created_by));
    json.key("secret_set_at").time(key.secret_ms).key("created_at").time(key.created_ms);
    json.key("updated_at").time(key.updated_ms).key("version").number(key.version).end();
}

ApiAnswer provider_key_answer(const ProviderKey& key, int status = 200) {
    JsonWriter json;
    write_provider_key(key, json);
    return versioned_answer(json, key.version, status);
}

std::vector<std::string> read_list(BodyFields& body, std::string_view name) {
    return body.texts(name, kMostAllowed).value_or(std::vector<std::string>());
}

bool read_flag(BodyFields& body, std::string_view name) { return body.has(name) && body.flag(name); }

// The new secret in a change; empty: there is none. What was read and comes back masked is none.
std::string read_new_secret(BodyFields& body, const ProviderKey& current) {
    if (!body.has("secret")) return {};
    std::string secret = body.required_text("secret");
    if (!secret.starts_with(kSecretMask)) return secret;
    if (secret != masked_secret(current)) body.fail("secret", "is a masked one, and not of this key");
    return {};
}

// What the body names, in place of what there is.
ProviderPlace read_place(BodyFields& body, ProviderPlace place) {
    for (const auto& [name, part] : {std::pair{"region", &place.region},
                                     {"resource", &place.resource},
                                     {"deployment", &place.deployment},
                                     {"project", &place.project}}) {
        if (body.has(name)) *part = body.text(name);
    }
    return place;
}

std::string read_base_url(BodyFields& body, const ProviderKey& current) {
    return body.has("base_url") ? body.text("base_url") : current.base_url;
}

}  // namespace

ApiAnswer no_such_provider_key() {
    return api_error(ErrorKind::not_found, "there is no such provider key in this organization");
}

const ProviderKey* find_provider_key(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("provider_key"));
    return id ? directory.find_provider_key(call.organization().id, *id) : nullptr;
}

void write_list(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
    json.key(name);
    if (texts.empty()) return void(json.null());
    json.array();
    for (const std::string& one : texts) json.text(one);
    json.end();
}

ApiAnswer list_provider_keys(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    const auto part = page_of(
        page, call.directory->provider_keys_of(call.organization().id),
        [](const ProviderKey* one) { return std::tuple(one->created_ms, one->id); },
        [](const ProviderKey* one) { return place_of(one->created_ms, to_uuid(one->id)); });
    JsonWriter json;
    write_page(part, [&json](const ProviderKey* one) { write_provider_key(*one, json); }, json);
    return json_answer(json);
}

ApiAnswer show_provider_key(Call& call) {
    const ProviderKey* const key = find_provider_key(call, *call.directory);
    return key == nullptr ? no_such_provider_key() : provider_key_answer(*key);
}

Error try_new_provider_key(Call& call) {
    BodyFields& body = call.body;
    const std::string provider = body.required_text("provider");
    const SecretText secret(body.required_text("secret"));
    const bool skip = read_flag(body, "skip_test");
    if (call.error()) return call.error();
    const WantedTarget wanted{provider, body.text("base_url"), read_place(body, {})};
    return try_before_storing(call, wanted, skip ? std::string_view() : secret.text, kSkipHint);
}

ApiAnswer create_provider_key(Call& call, Change& change) {
    BodyFields& body = call.body;
    NewProviderKey fields{.provider = body.required_text("provider"),
                          .label = body.required_text("label"),
                          .priority = body.count("priority", kMostPriority).value_or(std::nullopt).value_or(0),
                          .allowed_models = read_list(body, "allowed_models"),
                          .allowed_keys = read_list(body, "allowed_keys"),
                          .is_fallback = read_flag(body, "is_fallback"),
                          .disabled = read_flag(body, "disabled")};
    const SecretText secret(body.required_text("secret"));
    const std::string base_url = body.text("base_url");
    fields.place = read_place(body, {});
    if (call.error()) return call.refusal();
    const auto target = target_of(call.services, {fields.provider, base_url, fields.place});
    if (!target) return api_error(target.error());
    fields.base_url = target->base_url;
    fields.origin = target->parts.origin();
    fields.secret = secret.text;
    const auto id = create_provider_key(change, call.organization().id, fields);
    if (!id) return api_error(id.error());
    return provider_key_answer(*change.directory().find_provider_key(call.organization().id, *id), 201);
}

Error try_changed_provider_key(Call& call) {
    const ProviderKey* const current = find_provider_key(call, *call.directory);
    if (current == nullptr) return {};  // the change says so
    BodyFields& body = call.body;
    const auto version = body.count("version", INT64_MAX).value_or(std::nullopt);
    if (version && *version != current->version) return {};  // the same
    const SecretText secret(read_new_secret(body, *current));
    const std::string base_url = read_base_url(body, *current);
    const ProviderPlace place = read_place(body, current->place);
    const bool skip = read_flag(body, "skip_test");
    if (call.error()) return call.error();
    const bool is_there = base_url == current->base_url && place == current->place;
    if (skip || (secret.text.empty() && is_there)) return {};
    const WantedTarget wanted{current->provider, base_url, place};
    if (!secret.text.empty()) return try_before_storing(call, wanted, secret.text, kSkipHint);
    const auto target = target_of(call.services, wanted);
    if (!target) return api_error(target.error()).error;
    if (!target->trial || target->parts.origin() != current->origin) return {};  // the change asks for the secret
    const auto stored = open_provider_key(call.services.accounts->vault(), *current, current->origin);
    if (!stored) return api_error(stored.error()).error;
    return refusal_of(try_at(call.services, *target, stored->text()), kSkipHint);
}

ApiAnswer update_provider_key(Call& call, Change& change) {
    const ProviderKey* const current = find_provider_key(call, change.directory());
    if (current == nullptr) return no_such_provider_key();
    BodyFields& body = call.body;
    if (const auto version = body.count("version", INT64_MAX).value_or(std::nullopt)) change.expect_version(*version);
    if (const Status status = change.require_version(current->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_provider_key(*current, shown);
    body.check_echo(shown.take(),
                    {"label", "secret", "base_url", "region", "resource", "deployment", "project", "priority",
                     "allowed_models", "allowed_keys", "is_fallback", "disabled", "version", "skip_test"});
    ProviderKeyChange wanted;
    const SecretText secret(read_new_secret(body, *current));
    if (!secret.text.empty()) wanted.secret = secret.text;
    if (body.has("label")) wanted.label = body.required_text("label");
    if (body.has("priority"))
        wanted.priority = body.count("priority", kMostPriority).value_or(std::nullopt).value_or(0);
    if (body.has("allowed_models")) wanted.allowed_models = read_list(body, "allowed_models");
    if (body.has("allowed_keys")) wanted.allowed_keys = read_list(body, "allowed_keys");
    if (body.has("is_fallback")) wanted.is_fallback = body.flag("is_fallback");
    if (body.has("disabled")) wanted.disabled = body.flag("disabled");
    const std::string base_url = read_base_url(body, *current);
    const ProviderPlace place = read_place(body, current->place);
    if (base_url != current->base_url || place != current->place) {
        const auto target = target_of(call.services, {current->provider, base_url, place});
        if (!target) return api_error(target.error());
        wanted.place = place;
        wanted.base = {.url = target->base_url, .origin = target->parts.origin()};
    }
    if (call.error()) return call.refusal();
    const Id128 organization = call.organization().id, id = current->id;
    const Status status = update_provider_key(change, organization, id, wanted);
    if (!status.ok()) return api_error(status);
    return provider_key_answer(*change.directory().find_provider_key(organization, id));
}

ApiAnswer delete_provider_key(Call& call, Change& change) {
    const ProviderKey* const key = find_provider_key(call, change.directory());
    if (key == nullptr) return no_such_provider_key();
    const Status status = delete_provider_key(change, call.organization().id, Id128(key->id));
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

ApiAnswer test_provider_key(Call& call) {
    const ProviderKey* const key = find_provider_key(call, *call.directory);
    if (key == nullptr) return no_such_provider_key();
    const auto target = target_of(call.services, {key->provider, key->base_url, key->place});
    if (!target) return api_error(target.error());
    const auto secret = open_provider_key(call.services.accounts->vault(), *key, target->parts.origin());
    if (!secret) return api_error(secret.error());
    JsonWriter json;
    if (!target->trial) {
        json.object().key("tested").flag(false).key("accepted").null().key("status").null().key("models").null();
        json.key("message").text("keys of this provider cannot be tried").end();
        return json_answer(json);
    }
    const TrialOutcome outcome = try_at(call.services, *target, secret->text());
    json.object().key("tested").flag(true).key("accepted").flag(outcome.accepted).key("status");
    outcome.status != 0 ? json.number(outcome.status) : json.null();
    json.key("models");
    outcome.models ? json.number(*outcome.models) : json.null();
    json.key("message").text_or_null(outcome.message).end();
    return json_answer(json);
}

}  // namespace tollgate
