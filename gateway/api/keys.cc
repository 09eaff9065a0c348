#include "gateway/api/keys.h"

#include "gateway/api/credits.h"
#include "gateway/api/key_makers.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// What a change may name, and figures that change by themselves.
constexpr std::initializer_list<std::string_view> kChangeable = {
    "name", "disabled", "limit", "limit_reset", "rules", "expires_at", "creator_user_id", "version"};
constexpr std::initializer_list<std::string_view> kMoving = {"previous_secret_expires_at",
                                                             "limit_remaining",
                                                             "last_used_at",
                                                             "usage",
                                                             "usage_daily",
                                                             "usage_weekly",
                                                             "usage_monthly",
                                                             "byok_usage",
                                                             "byok_usage_daily",
                                                             "byok_usage_weekly",
                                                             "byok_usage_monthly"};
constexpr std::string_view kRateLimitNote = "The key's own limit of requests. Others are in the x-ratelimit headers.";

// Those of which the caller may know what was spent: what is left of a common one tells what others did.
std::vector<KeyBudget> shown_budgets(const Call& call, const Directory& directory, const Organization& spent_in,
                                     const KeyRecord& key) {
    auto budgets = budgets_of(directory, *call.services.credits, spent_in, key, call.request.now_ms);
    if (sees_all_spending(call, spent_in)) return budgets;
    std::erase_if(budgets,
                  [](const KeyBudget& one) { return one.scope == "organization" || one.scope == "workspace"; });
    return budgets;
}

// The members of a key's object, without its braces, with what it spent of the credit of the call's organization. The
// key is of the directory.
void write_members(const Call& call, const Directory& directory, const KeyRecord& key, JsonWriter& json) {
    CreditTable& credits = *call.services.credits;
    const Organization& spent_in = call.organization();
    const std::int64_t now_ms = call.request.now_ms;
    const Spender* const spender = credits.find_key(spent_in.id, key.digest);
    const Spender state = spender != nullptr ? spent_in.credit->state_of(*spender, 0) : Spender(LimitScope::key);
    const WindowNumbers now = windows_at(now_ms);
    const Limits limits = key.limits;
    json.key("hash").text(to_hex(key.digest)).key("label").text(key_label(key.kind, key.ends));
    json.key("name").text(key.name);
    json.key("disabled").flag(key.disabled != Disabled::no).key("limit");
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("limit_remaining");
    const auto budgets = shown_budgets(call, directory, spent_in, key);
    const KeyBudget* const binding = binding_budget(budgets);
    binding == nullptr ? void(json.null()) : void(json.usd(binding->left()));
    json.key("limit_reset").text_or_null(reset_name(limits.reset));
    json.key("include_byok_in_limit").flag(false);
    json.key("usage").usd(state.spent.total);
    json.key("usage_daily").usd(state.charged_in(LimitReset::daily, now));
    json.key("usage_weekly").usd(state.charged_in(LimitReset::weekly, now));
    json.key("usage_monthly").usd(state.charged_in(LimitReset::monthly, now));
    for (const std::string_view name : {"byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"}) {
        json.key(name).number(0);
    }
    json.key("is_free_tier").flag(false).key("is_management_key").flag(key.kind == KeyKind::management);
    json.key("is_provisioning_key").flag(key.kind == KeyKind::management);
    json.key("kind").text(to_string(key.kind)).key("scopes").array();
    for (const std::string& scope : key.scopes.names()) json.text(scope);
    json.end();
    json.key("creator_user_id");
    key.creator.is_nil() ? json.null() : json.text(to_uuid(key.creator));
    json.key("organization_id");
    key.organization.is_nil() ? json.null() : json.text(to_uuid(key.organization));
    for (const std::string_view name : {"project_id", "workspace_id"}) {
        json.key(name);
        key.project.is_nil() ? json.null() : json.text(to_uuid(key.project));
    }
    json.key("created_at").time(key.created_ms);
    json.key("updated_at").time(key.updated_ms == key.created_ms ? 0 : key.updated_ms);
    json.key("last_used_at").time(call.services.usage->last_uses().of_key(key.digest));
    json.key("expires_at").time(key.expires_ms);
    write_previous_secret(call, key, json);
    json.key("external_user").null();
    json.key("rate_limit").object().key("requests").number(limits.requests_per_minute.value_or(-1));
    json.key("interval").text("1m").key("note").text(kRateLimitNote).end();
    write_key_rules(key.rules.get(), json);
    json.key("version").number(key.version);
}

ApiAnswer key_answer(const Call& call, const Directory& directory, const KeyRecord& key) {
    JsonWriter json;
    json.object().key("data");
    write_key(call, directory, key, json);
    json.end();
    return versioned_answer(json, key.version);
}

// The key that the path names, if it is the organization's and the caller's to see. It lives as long as the directory.
const KeyRecord* find_key(const Call& call, const Directory& directory) {
    const auto digest = parse_key_digest(call.path("key"));
    const KeyRecord* const key = digest ? directory.find_key(*digest) : nullptr;
    return key != nullptr && key->organization == call.organization().id && is_visible(call, *key) ? key : nullptr;
}

ApiAnswer no_such_key() { return api_error(ErrorKind::not_found, "there is no such key in this organization"); }

std::optional<Id128> optional_uuid(BodyFields& body, std::string_view name) {
    const std::string text = body.filled_text(name);
    if (text.empty()) return std::nullopt;
    const auto id = parse_uuid(text);
    if (!id) body.fail(name, "must be a UUID");
    return id;
}

KeyKind read_kind(BodyFields& body) {
    KeyKind kind = KeyKind::inference;
    const std::string text = body.filled_text("kind");
    const bool known = text.empty() || parse(text, kind);
    if (!known || kind == KeyKind::root || kind == KeyKind::personal) {
        body.fail("kind", "must be inference, management or service");
    }
    return kind;
}

}  // namespace

void write_key(const Call& call, const Directory& directory, const KeyRecord& key, JsonWriter& json) {
    json.object();
    write_members(call, directory, key, json);
    json.end();
}

void write_previous_secret(const Call& call, const KeyRecord& key, JsonWriter& json) {
    const KeySecrets* const secrets = key.secrets.get();
    const bool works = secrets != nullptr && secrets->previous_until_ms > call.request.now_ms;
    json.key("previous_secret_expires_at").time(works ? secrets->previous_until_ms : 0);
}

std::optional<bool> read_disabled(Call& call, const std::string& shown) {
    if (!call.body.has("disabled")) return std::nullopt;
    if (call.body.has("hash") && call.body.is_echo_of(shown, "disabled")) return std::nullopt;
    return call.body.flag("disabled");
}

std::optional<std::int64_t> read_changed_expiry(Call& call, const std::string& shown) {
    if (!call.body.has("expires_at") || call.body.is_echo_of(shown, "expires_at")) return std::nullopt;
    return call.body.time_after("expires_at", call.request.now_ms);
}

Result<NewKey> rotate(Call& call, Change& change, const KeyRecord& key, const std::optional<Id128>& maker) {
    if (Status status = require_version(call, change, key.version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const Rotation rotation{.grace_seconds = call.body.count("grace_seconds", kMostGraceSeconds).value_or(std::nullopt),
                            .creator = maker};
    if (rotation.grace_seconds == 0 && call.request.caller.key == key.digest) {
        call.body.fail("grace_seconds",
                       "must be above 0 where the key that calls is rotated: if the answer is lost, "
                       "the call is repeated with the secret of before");
    }
    if (maker && rotation.grace_seconds.value_or(0) > 0) {
        call.body.fail("grace_seconds", "must be 0 where the key gets another maker");
    }
    if (call.error()) return failure(StatusCode::invalid, {});
    return rotate_key(change, KeyDigest(key.digest), rotation);
}

ApiAnswer secret_answer(JsonWriter& json, const KeyRecord& made, int status) {
    ApiAnswer answer = versioned_answer(json, made.version, status);
    answer.secret_of = secret_of_key(made.digest);
    return answer;
}

bool is_visible(const Call& call, const KeyRecord& key) {
    return !call.permit().own_only || key.creator == call.request.caller.user;
}

namespace {

// What a list of keys is to have; what is absent admits everything.
struct KeyFilter {
    std::optional<Id128> project, creator;
    std::optional<bool> disabled;

    bool admits(const KeyRecord& key) const {
        return (!project || *project == key.project) && (!creator || *creator == key.creator) &&
               (!disabled || *disabled == (key.disabled != Disabled::no));
    }
};

KeyFilter read_key_filter(QueryFields& query) {
    KeyFilter filter{.project = query.uuid("project_id"), .creator = query.uuid("creator_user_id"), .disabled = {}};
    if (const std::string text = query.text("disabled"); !text.empty()) {
        filter.disabled = text == "true";
        if (text != "true" && text != "false") query.fail("disabled", "must be true or false");
    }
    return filter;
}

}  // namespace

namespace {

ApiAnswer new_secret_answer(const Call& call, const Directory& directory, const NewKey& made, int status) {
    const KeyRecord& key = *directory.find_key(made.digest);
    JsonWriter json;
    json.object().key("data");
    write_key(call, directory, key, json);
    json.key("key").text(made.plaintext).end();
    return secret_answer(json, key, status);
}

// Of a key that is handed over.
Id128 read_maker(Call& call) {
    const auto maker = optional_uuid(call.body, "creator_user_id");
    if (!maker) call.body.fail("creator_user_id", "must be a member of the organization");
    return maker.value_or(Id128{});
}

bool is_later(std::int64_t expires_ms, std::int64_t before_ms) {
    return before_ms != 0 && (expires_ms == 0 || expires_ms > before_ms);
}

// What the change needs beside the permission to change keys.
ApiAnswer check_change(const Call& call, const Directory& directory, const KeyRecord& key, const KeyChange& wanted) {
    if (wanted.expires_ms && is_later(*wanted.expires_ms, key.expires_ms)) {
        ApiAnswer refused = check_key_holder(call, directory, key, "prolongs", "expires_at");
        if (refused.error) return refused;
    }
    return wanted.creator ? check_key_maker(call, directory, key.kind, *wanted.creator) : ApiAnswer();
}

}  // namespace

ApiAnswer list_keys(Call& call) {
    const Page page = read_page(call);
    const KeyFilter filter = read_key_filter(call.query);
    if (call.error()) return call.refusal();
    JsonWriter json;
    auto keys = call.directory->keys_of(call.organization().id);
    std::erase_if(keys, [&](const KeyRecord* one) { return !is_visible(call, *one) || !filter.admits(*one); });
    const auto part = page_of(
        page, std::move(keys), [](const KeyRecord* one) { return std::tuple(one->created_ms, one->digest); },
        [](const KeyRecord* one) { return place_of(one->created_ms, to_hex(one->digest)); });
    write_page(part, [&](const KeyRecord* one) { write_key(call, *call.directory, *one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_key(Call& call, Change& change) {
    BodyFields& body = call.body;
    KeyFields key;
    key.name = body.required_text("name");
    key.kind = read_kind(body);
    const auto scopes = body.texts("scopes", kGivenScopes).value_or(std::vector<std::string>());
    key.limit = body.usd("limit").value_or(std::nullopt);
    key.reset = read_reset(body, key.limit);
    key.project = optional_uuid(body, body.has("workspace_id") ? "workspace_id" : "project_id");
    if (body.has("include_byok_in_limit") && body.flag("include_byok_in_limit")) {
        body.fail("include_byok_in_limit", "must be false: requests by an own provider key never count");
    }
    key.creator = optional_uuid(body, "creator_user_id").value_or(call.request.caller.user);
    key.expires_ms = body.time_after("expires_at", call.request.now_ms);
    key.rules = read_key_rules(call, {});
    if (call.error()) return call.refusal();
    const KeyKind may_as = body.has_value("scopes") ? KeyKind::service : key.kind;
    if (const ApiAnswer refused = check_key_maker(call, change.directory(), may_as, key.creator, "kind");
        refused.error) {
        return refused;
    }
    if (const auto parsed = parse_service_scopes(scopes)) {
        key.scopes = *parsed;
    } else {
        return api_error(parsed.error());
    }
    const auto made = create_key(change, call.organization().id, key);
    return made ? new_secret_answer(call, change.directory(), *made, 201) : api_error(made.error());
}

ApiAnswer show_key(Call& call) {
    const KeyRecord* const key = find_key(call, *call.directory);
    return key == nullptr ? no_such_key() : key_answer(call, *call.directory, *key);
}

ApiAnswer update_key(Call& call, Change& change) {
    const KeyRecord* const key = find_key(call, change.directory());
    if (key == nullptr) return no_such_key();
    if (const Status status = require_version(call, change, key->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_key(call, change.directory(), *key, shown);
    const std::string before = shown.take();
    call.body.check_echo(before, kChangeable, kMoving);
    KeyChange wanted;
    if (call.body.has("name")) wanted.name = call.body.required_text("name");
    wanted.disabled = read_disabled(call, before);
    wanted.limit = call.body.usd("limit");
    const Limits now = key->limits;
    const LimitReset reset = read_reset(call.body, wanted.limit.value_or(now.budget), now.reset);
    if (reset != now.reset) wanted.reset = reset;
    if (call.body.has("rules")) wanted.rules = read_key_rules(call, key->rules.value());
    wanted.expires_ms = read_changed_expiry(call, before);
    if (call.body.has("creator_user_id") && !call.body.is_echo_of(before, "creator_user_id")) {
        wanted.creator = read_maker(call);
    }
    if (call.error()) return call.refusal();
    ApiAnswer refused = check_change(call, change.directory(), *key, wanted);
    if (refused.error) return refused;
    const Status status = update_key(change, KeyDigest(key->digest), wanted);
    if (!status.ok()) return api_error(status);
    return key_answer(call, change.directory(), *find_key(call, change.directory()));
}

ApiAnswer delete_key(Call& call, Change& change) {
    const KeyRecord* const key = find_key(call, change.directory());
    if (key == nullptr) return no_such_key();
    const Status status = delete_key(change, KeyDigest(key->digest));
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

ApiAnswer rotate_key(Call& call, Change& change) {
    const KeyRecord* const key = find_key(call, change.directory());
    if (key == nullptr) return no_such_key();
    std::optional<Id128> maker;
    if (call.body.has("creator_user_id")) maker = read_maker(call);
    if (call.error()) return call.refusal();
    if (maker == key->creator) maker.reset();
    ApiAnswer refused = maker ? check_key_maker(call, change.directory(), key->kind, *maker)
                              : check_key_holder(call, change.directory(), *key, "rotates");
    if (refused.error) return refused;
    const auto made = rotate(call, change, *key, maker);
    if (call.error()) return call.refusal();
    return made ? new_secret_answer(call, change.directory(), *made, 200) : api_error(made.error());
}

ApiAnswer show_own_key(Call& call) {
    const KeyRecord* const key = call.directory->find_key(call.request.caller.key);
    if (key == nullptr) return api_error(ErrorKind::not_found, "this key no longer exists");
    const Organization* const organization = call.directory->find_organization(call.request.caller.organization);
    if (organization == nullptr) return no_credit_of_its_own();
    JsonWriter json;
    json.object().key("data").object();
    write_members(call, *call.directory, *key, json);
    const auto budgets = shown_budgets(call, *call.directory, *organization, *key);
    write_budgets(budgets, call.request.now_ms, json);
    json.key("allowed_data_regions").array().text("global").end().key("free_model_daily_requests").object();
    for (const Field& field : kDailyRequestsFields) json.key(field.name).number(0);
    json.end().end().end();
    return json_answer(json);
}

}  // namespace tollgate
