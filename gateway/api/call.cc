#include "gateway/api/call.h"

#include <charconv>

#include "accounting/accounts/key_maker.h"
#include "accounting/ledger/transaction_request.h"
#include "gateway/api/step_up.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr Schema kNothing{"Nothing"};
constexpr std::string_view kOrganization = "organization";

const Schema& or_nothing(const Schema* schema) { return schema == nullptr ? kNothing : *schema; }

std::string_view body_of(const ApiRequest& request) {
    const Contract& contract = request.operation->contract;
    if (contract.body == nullptr || (contract.body_optional && request.body.empty())) return "{}";
    return request.body;
}

std::string_view query_of(const ApiRequest& request) {
    return request.operation->contract.query == nullptr ? std::string_view() : request.query;
}

ErrorKind kind_of(StatusCode code) {
    switch (code) {
        case StatusCode::not_found:
        case StatusCode::expired:
            return ErrorKind::not_found;
        case StatusCode::already_exists:
        case StatusCode::conflict:
            return ErrorKind::conflict;
        case StatusCode::denied:
            return ErrorKind::permission_denied;
        case StatusCode::stale:
            return ErrorKind::precondition_failed;
        case StatusCode::invalid:
        case StatusCode::full:
            return ErrorKind::invalid_request;
        default:
            return ErrorKind::store_unavailable;
    }
}

// The version in an ETag of versioned_answer(), also as proxies give it back: weak (W/"7"), without quotes, or with
// what they did to the body behind it ("7-gzip"). A version names one state, so that none of this makes a difference.
std::optional<std::int64_t> version_of_tag(std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() > 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
    std::int64_t version = 0;
    const char* const end = tag.data() + tag.size();
    const auto [stop, failed] = std::from_chars(tag.data(), end, version);
    if (failed != std::errc() || version < 0 || (stop != end && *stop != '-')) return std::nullopt;
    return version;
}

// The version that If-Match demands (RFC 9110, 13.1.1); "*" demands none.
Error expect_version(const std::string& if_match, Change& change) {
    if (if_match.empty() || if_match == "*") return {};
    const auto version = version_of_tag(if_match);
    if (!version) return {ErrorKind::invalid_request, "If-Match must be the ETag of an earlier answer, or *"};
    change.expect_version(*version);
    return {};
}

// A path that names no organization is about the caller's, which a person may switch.
std::string idempotency_route(const ApiRequest& request) {
    std::string route(request.operation->method);
    route.append(" ").append(request.path);
    if (!request.operation->names_organization()) route.append(" ").append(to_uuid(request.caller.organization));
    return route;
}

RepeatableCall repeatable(const ApiRequest& request) {
    return {.key = request.idempotency_key,
            .actor = via_of(request.caller),
            .route = idempotency_route(request),
            .body = request.body};
}

ApiAnswer answer_of(StoredAnswer stored) {
    ApiAnswer answer;
    answer.status = stored.status;
    answer.body = std::move(stored.body);
    answer.headers = std::move(stored.headers);
    return answer;
}

constexpr std::string_view kSecretOfKey = "key/";

// The key may be somebody else's by now. The secret of one that is gone is worth nothing.
bool may_see_again(const Call& call, std::string_view secret_of) {
    if (!secret_of.starts_with(kSecretOfKey)) return true;
    const auto digest = parse_key_digest(secret_of.substr(kSecretOfKey.size()));
    const KeyRecord* const key = digest ? call.directory->find_key(*digest) : nullptr;
    const Caller& caller = call.request.caller;
    if (key == nullptr || caller.is_operator()) return true;
    if (key->creator == caller.user) return true;
    if (acts_for_maker(key->kind) || key->kind == KeyKind::personal) return false;
    return !permit(*call.directory, caller, key->organization, Permission::manage_keys).own_only;
}

// What is done with a password is done again when it is called again: beside a digest of the body, which the store
// would keep for a day, a hash that is slow to guess by would be for nothing.
bool may_be_repeated(const ApiRequest& request) {
    const RunsOn where = request.operation->runs_on;
    return request.operation->handler.mutate != nullptr && where != RunsOn::passwords &&
           where != RunsOn::identity_providers && !request.idempotency_key.empty();
}

// What a call that repeats an earlier one by its Idempotency-Key returns, or why not; nullopt: it is new. Looked up
// before anything else, for the earlier one may have ended the caller's own standing. To a caller who has lost it no
// secret is shown again.
std::optional<ApiAnswer> repeated_answer(Call& call) {
    const ApiRequest& request = call.request;
    const std::size_t key_bytes = request.idempotency_key.size();
    if (!may_be_repeated(request)) return std::nullopt;
    if (key_bytes > kIdempotencyKeyBytes) {
        return api_error(ErrorKind::invalid_request,
                         "Idempotency-Key is longer than " + std::to_string(kIdempotencyKeyBytes) + " bytes");
    }
    auto earlier =
        find_answer(*call.services.store, call.services.accounts->vault(), repeatable(request), request.now_ms);
    if (!earlier) return api_error(earlier.error());
    std::optional<StoredAnswer>& stored = *earlier;
    if (!stored) return std::nullopt;
    if (!stored->secret_of.empty()) {
        if (Error refused = call.check_standing(*call.directory)) return api_error(std::move(refused));
        if (!may_see_again(call, stored->secret_of)) {
            return api_error(ErrorKind::not_found, "there is no such key of yours any more");
        }
    }
    return answer_of(std::move(*stored));
}

// Commits what the handler collected, unless its answer is an error. A call that repeats an earlier one by its
// Idempotency-Key returns that one's answer and changes nothing.
ApiAnswer mutate(Call& call) {
    const ApiRequest& request = call.request;
    const Operation& operation = *request.operation;
    Change change(*call.services.accounts, caller_of(call), std::string(operation.handler.action), request.now_ms);
    if (may_be_repeated(request)) {  // the same call may have been made since this one began
        auto earlier = change.find_answer(repeatable(request));
        if (!earlier) return api_error(earlier.error());
        if (std::optional<StoredAnswer>& stored = *earlier) return answer_of(std::move(*stored));
    }
    if (Error refused = call.check_standing(change.directory())) return api_error(std::move(refused));
    ApiAnswer answer;
    const bool looks_at_version = operation.method != "POST" || operation.contract.versioned;
    if (looks_at_version) answer.error = expect_version(request.if_match, change);
    if (!answer.error) answer = operation.handler.mutate(call, change);
    if (answer.error) return answer;
    change.set_answer(
        {.status = answer.status, .body = answer.body, .headers = answer.headers, .secret_of = answer.secret_of});
    if (const Status status = change.commit(); !status.ok()) return api_error(status);
    return answer;
}

}  // namespace

ApiAnswer api_error(Error error) {
    ApiAnswer answer;
    answer.error = std::move(error);
    return answer;
}

ApiAnswer api_error(ErrorKind kind, std::string message, std::string param) {
    return api_error(Error{kind, std::move(message), std::move(param)});
}

ApiAnswer no_organization_of_its_own() {
    return api_error(ErrorKind::invalid_request,
                     "the root key belongs to no organization: ask about one below /api/organizations/{id}");
}

ApiAnswer api_error(const Status& status) {
    ApiAnswer answer = api_error(kind_of(status.code()), status.message());
    if (answer.error.kind() == ErrorKind::store_unavailable) {
        answer.error.detail().message.insert(0, "the store cannot be used now: ");
    }
    if (!status.reason().empty()) {
        answer.error.detail().extra = JsonWriter().key("reason").text(status.reason()).take();
    }
    return answer;
}

std::string secret_of_key(const KeyDigest& key) { return std::string(kSecretOfKey) + to_hex(key); }

ApiAnswer json_answer(JsonWriter& json, int status) {
    ApiAnswer answer;
    answer.status = status;
    answer.body = json.take();
    return answer;
}

ApiAnswer versioned_answer(JsonWriter& json, std::int64_t version, int status) {
    ApiAnswer answer = json_answer(json, status);
    answer.headers = "etag: \"" + std::to_string(version) + "\"\r\n";
    return answer;
}

Call::Call(Services& all, const ApiRequest& asked)
    : services(all),
      request(asked),
      directory(all.accounts->directory()),
      query(query_of(asked), or_nothing(asked.operation->contract.query)),
      body(body_of(asked), or_nothing(asked.operation->contract.body)) {
    const auto id = asked.operation->names_organization() ? parse_uuid(path(kOrganization)) : asked.caller.organization;
    if (id) organization_ = directory->find_organization(*id);
}

std::string_view Call::path(std::string_view name) const {
    return path_value(request.operation->path, request.path, name);
}

ApiAnswer Call::refusal() const { return api_error(error()); }

namespace {

// What is still done with a deleted organization's money: late refunds, charge-backs and payments come all the same.
bool moves_credit(Permission permission) {
    return permission == Permission::grant_credit || permission == Permission::purchase_credit ||
           permission == Permission::transfer_credit;
}

bool is_change(const Operation& operation) {
    return operation.runs_on == RunsOn::accounts || operation.runs_on == RunsOn::outside ||
           operation.runs_on == RunsOn::passwords;
}

}  // namespace

// Of one that was deleted the operator may read the books and put them right; nothing else is done with it.
bool Call::is_visible(const Organization& organization, const Directory& now) const {
    const Organization* const found = now.find_organization(organization.id);
    if (found == nullptr) return false;
    if (!found->policy.closed()) return true;
    const Operation& operation = *request.operation;
    return request.caller.is_operator() && (!is_change(operation) || moves_credit(operation.guard.permission));
}

// A suspended one is to be read only, until the operator ends that.
Error Call::check_not_suspended(const Id128& organization, const Directory& now) const {
    const Operation& operation = *request.operation;
    const Organization* const found = now.find_organization(organization);
    const bool locked = found != nullptr && found->policy.suspended() && is_change(operation);
    if (!locked || request.caller.is_operator() || !row_of(operation.guard.permission).of_organization) return {};
    const Status status(StatusCode::denied, "the organization is suspended: it can be read, and not be changed",
                        "organization_suspended");
    return api_error(status).error;
}

Error Call::check_standing(const Directory& now) {
    const Guard& guard = request.operation->guard;
    if (guard.kind != Guard::Kind::permission) return {};
    const bool about_one = request.operation->names_organization();
    if (about_one && !request.named_organization.is_nil() &&
        parse_uuid(path(kOrganization)) != request.named_organization) {
        return {ErrorKind::invalid_request, "X-Org-Id names another organization than the path"};
    }
    // Another organization is as unknown as one that never was.
    const auto unknown = [] { return Error(ErrorKind::not_found, "there is no such organization"); };
    if (about_one && (organization_ == nullptr || !is_visible(*organization_, now))) return unknown();
    const Id128& id = about_one ? organization_->id : request.caller.organization;
    permit_ = tollgate::permit(now, request.caller, id, guard.permission);
    if (permit_.access == Access::granted) return check_not_suspended(id, now);
    if (permit_.access == Access::unknown_organization) return unknown();
    return api_error(denial_of(guard.permission, permit_.access)).error;
}

Caller caller_of(const Call& call) {
    Caller caller = call.request.caller;
    if (!call.proven || call.proven->occasion != Occasion::sign_in) return caller;
    caller.kind = CallerKind::session;
    caller.key = caller.secret = call.proven->secret.digest;
    caller.user = call.proven->user;
    return caller;
}

std::string idempotency_scope(const ApiRequest& request) {
    return via_of(request.caller) + " " + idempotency_route(request);
}

Status require_version(Call& call, Change& change, std::int64_t current) {
    const auto version = call.body.count("version", INT64_MAX).value_or(std::nullopt);
    if (version) change.expect_version(*version);
    return change.require_version(current);
}

namespace {

// The key that calls, and the person behind it, in the organization that the call is about.
void note_use(const Call& call) {
    const Caller& caller = call.request.caller;
    if (caller.kind == CallerKind::nobody) return;
    LastUses& last_uses = call.services.usage->last_uses();
    last_uses.note_key(caller.key, call.request.now_ms);
    const Guard& guard = call.request.operation->guard;
    const bool of_organization = guard.kind == Guard::Kind::permission && row_of(guard.permission).of_organization;
    if (caller.user.is_nil() || !of_organization || !call.has_organization()) return;
    const Id128& organization = call.organization().id;
    const bool belongs = call.directory->find_membership(organization, caller.user) != nullptr;
    if (belongs) last_uses.note_member(organization, caller.user, call.request.now_ms);
}

ApiAnswer run(Call& call) {
    const Operation& operation = *call.request.operation;
    if (auto repeated = repeated_answer(call)) return std::move(*repeated);
    if (Error refused = call.check_standing(*call.directory)) return api_error(std::move(refused));
    if (Error refused = check_step_up(call)) return api_error(std::move(refused));
    if (call.error()) return call.refusal();
    if (operation.handler.prove != nullptr) {
        if (Error refused = operation.handler.prove(call)) return api_error(std::move(refused));
    }
    return operation.handler.mutate != nullptr ? mutate(call) : operation.handler.read(call);
}

}  // namespace

std::optional<ApiRequest> as_operator(const Services& services, const ApiRequest& request) {
    const Operation& operation = *request.operation;
    if (request.caller.kind != CallerKind::session || operation.guard.kind != Guard::Kind::permission) return {};
    const auto named = parse_uuid(path_value(operation.path, request.path, kOrganization));
    const Id128 about = operation.names_organization() ? named.value_or(Id128{}) : request.caller.organization;
    const bool wishes = request.page != nullptr && request.page->as_operator;
    const auto directory = services.accounts->directory();
    if (!acts_as_operator(*directory, request.caller, about, operation.guard.permission, wishes)) return {};
    ApiRequest changed = request;
    changed.caller = as_operator(request.caller);
    return changed;
}

ApiAnswer answer_call(Services& services, const ApiRequest& asked) {
    const auto changed = as_operator(services, asked);
    const ApiRequest& request = changed ? *changed : asked;
    Call call(services, request);
    note_use(call);
    ApiAnswer answer = run(call);
    if (!answer.error) return answer;
    const bool unknown = call.permit().access == Access::unknown_organization;
    if (unknown || answer.error.kind() == ErrorKind::permission_denied) {
        note_refusal(services, *request.operation, request.path, request.caller,
                     unknown ? RefusalReason::unknown_organization : RefusalReason::permission_denied, request.now_ms);
    }
    return answer;
}

void note_refusal(Services& services, const Operation& operation, std::string_view path, const Caller& caller,
                  RefusalReason reason, std::int64_t now_ms) {
    const Guard& guard = operation.guard;
    Id128 about = caller.organization;
    if (guard.kind == Guard::Kind::permission && !row_of(guard.permission).of_organization) about = {};
    if (const std::string_view named = path_value(operation.path, path, kOrganization); !named.empty()) {
        const auto id = parse_uuid(named);
        if (!id || services.accounts->directory()->find_organization(*id) == nullptr) return;
        about = *id;
    }
    services.refusals->note(about, caller, operation.method, operation.path, reason, now_ms);
}

Error check_permission(const Operation& operation, CallerKind caller) {
    const Guard& guard = operation.guard;
    if (guard.kind != Guard::Kind::permission) return {};
    if (may_ever(caller, guard.permission)) return {};
    // Whether its person operates the instance is looked at where the call is answered.
    const bool may_operate = caller == CallerKind::session && may_ever(CallerKind::operator_session, guard.permission);
    if (may_operate) return {};
    return api_error(denial_of(guard.permission, Access::denied)).error;
}

}  // namespace tollgate
