#include "gateway/api/tokens.h"

#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer no_such_token() { return api_error(ErrorKind::not_found, "there is no such token of yours"); }

// The token that the path names, if it is the caller's.
const KeyRecord* my_token(const Call& call, const Directory& directory) {
    const auto digest = parse_key_digest(call.path("key"));
    const KeyRecord* const key = digest ? directory.find_key(*digest) : nullptr;
    const bool mine = key != nullptr && key->kind == KeyKind::personal && key->creator == call.request.caller.user;
    return mine ? key : nullptr;
}

ApiAnswer token_answer(const Call& call, const KeyRecord& token) {
    JsonWriter json;
    json.object().key("data");
    write_token(call, token, json);
    json.end();
    return versioned_answer(json, token.version);
}

TokenFields read_token(Call& call) {
    BodyFields& body = call.body;
    TokenFields token{.name = body.required_text("name")};
    if (const auto names = body.texts("scopes", kGivenScopes)) {
        const auto scopes = parse_token_scopes(*names);
        if (!scopes) body.fail("scopes", scopes.error().message());
        token.scopes = scopes.value_or(token.scopes);
    }
    if (body.has("may_infer")) token.may_infer = body.flag("may_infer");
    token.expires_ms = body.time_after("expires_at", call.request.now_ms);
    return token;
}

ApiAnswer new_secret_answer(const Call& call, const Directory& directory, const NewKey& made, int status) {
    const KeyRecord& token = *directory.find_key(made.digest);
    JsonWriter json;
    json.object().key("data");
    write_token(call, token, json);
    json.key("token").text(made.plaintext).end();
    return secret_answer(json, token, status);
}

ApiAnswer create_token_answer(const Call& call, Change& change, const Id128& user, const TokenFields& token) {
    const auto made = create_token(change, user, token);
    return made ? new_secret_answer(call, change.directory(), *made, 201) : api_error(made.error());
}

}  // namespace

void write_token(const Call& call, const KeyRecord& token, JsonWriter& json) {
    json.object().key("hash").text(to_hex(token.digest)).key("label").text(key_label(token.kind, token.ends));
    json.key("name").text(token.name).key("scopes").array();
    for (const std::string& scope : token.scopes.names()) json.text(scope);
    json.end().key("may_infer").flag(token.may_infer).key("disabled").flag(token.disabled != Disabled::no);
    json.key("created_at").time(token.created_ms).key("expires_at").time(token.expires_ms);
    json.key("last_used_at").time(call.services.usage->last_uses().of_key(token.digest));
    write_previous_secret(call, token, json);
    json.key("version").number(token.version).end();
}

ApiAnswer list_my_tokens(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    const auto part = page_of(
        page, call.directory->tokens_of(call.request.caller.user),
        [](const KeyRecord* one) { return std::tuple(one->created_ms, one->digest); },
        [](const KeyRecord* one) { return place_of(one->created_ms, to_hex(one->digest)); });
    JsonWriter json;
    write_page(part, [&](const KeyRecord* one) { write_token(call, *one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_my_token(Call& call, Change& change) {
    const TokenFields wanted = read_token(call);
    return call.error() ? call.refusal() : create_token_answer(call, change, call.request.caller.user, wanted);
}

ApiAnswer show_my_token(Call& call) {
    const KeyRecord* const token = my_token(call, *call.directory);
    return token == nullptr ? no_such_token() : token_answer(call, *token);
}

ApiAnswer update_my_token(Call& call, Change& change) {
    const KeyRecord* const token = my_token(call, change.directory());
    if (token == nullptr) return no_such_token();
    if (const Status status = require_version(call, change, token->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_token(call, *token, shown);
    const std::string before = shown.take();
    call.body.check_echo(before, {"name", "disabled", "expires_at", "version"},
                         {"last_used_at", "previous_secret_expires_at"});
    KeyChange wanted;
    if (call.body.has("name")) wanted.name = call.body.required_text("name");
    wanted.disabled = read_disabled(call, before);
    wanted.expires_ms = read_changed_expiry(call, before);
    if (call.error()) return call.refusal();
    const Status status = update_key(change, KeyDigest(token->digest), wanted);
    return status.ok() ? token_answer(call, *my_token(call, change.directory())) : api_error(status);
}

ApiAnswer delete_my_token(Call& call, Change& change) {
    const KeyRecord* const token = my_token(call, change.directory());
    if (token == nullptr) return no_such_token();
    if (const Status status = delete_key(change, KeyDigest(token->digest)); !status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

ApiAnswer rotate_my_token(Call& call, Change& change) {
    const KeyRecord* const token = my_token(call, change.directory());
    if (token == nullptr) return no_such_token();
    const auto made = rotate(call, change, *token);
    if (call.error()) return call.refusal();
    return made ? new_secret_answer(call, change.directory(), *made, 200) : api_error(made.error());
}

ApiAnswer create_token_of_user(Call& call, Change& change) {
    const auto id = parse_uuid(call.path("user"));
    const User* const user = id ? change.directory().find_user(*id) : nullptr;
    if (user == nullptr) return api_error(ErrorKind::not_found, "there is no such user");
    const TokenFields wanted = read_token(call);
    return call.error() ? call.refusal() : create_token_answer(call, change, Id128(user->id), wanted);
}

}  // namespace tollgate
