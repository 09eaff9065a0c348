// What an API handler takes and gives.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "accounting/accounts/change.h"
#include "accounting/accounts/refusals.h"
#include "accounting/usage/live_usage.h"
#include "gateway/api/body_fields.h"
#include "gateway/api/query_fields.h"
#include "gateway/api/routes.h"
#include "gateway/api/sign_in_proofs.h"
#include "gateway/client/page_fields.h"
#include "gateway/exchange/exchange.h"
#include "gateway/single_sign_on/sign_in_fault.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

struct Services;

// A request on its way to the thread that answers it: a copy, since its connection belongs to a worker.
struct ApiRequest {
    const Operation* operation = nullptr;
    std::string path, query, body;
    std::string idempotency_key, if_match;
    std::string accept_encoding{}, if_none_match{};  // of who asks for a file
    Id128 named_organization = {};                   // by X-Org-Id; nil: none
    const Inbound* inbound = &openai_inbound();
    Principal principal;
    Caller caller;
    std::shared_ptr<const PageFields> page{};  // null: no browser's
    wire::IpAddress address{};                 // of the client; unspecified: not known
    std::int64_t now_ms = 0;                   // Unix time
};

struct ApiAnswer {
    int status = 200;
    std::string body;
    std::string headers;  // further lines, with CRLF
    std::string_view content_type = "application/json";
    // Set if the body holds a secret: what it belongs to, such as secret_of_key(). Such a body is stored sealed or not
    // at all.
    std::string secret_of;
    Error error;                                  // if set, it is the answer
    std::shared_ptr<LiveUsage::Watcher> watcher;  // if set, what it sees is (gateway/api/live_activity.h)
};

ApiAnswer api_error(Error error);
ApiAnswer api_error(ErrorKind kind, std::string message, std::string param = {});
// What the root key is told that asks about its own organization.
ApiAnswer no_organization_of_its_own();
// A status of the store, the ledger or the accounts as the caller should see it; its reason is a member of the error.
ApiAnswer api_error(const Status& status);
std::string secret_of_key(const KeyDigest& key);
// The answer whose body the text is; it is empty afterwards.
ApiAnswer json_answer(JsonWriter& json, int status = 200);
// The same about an entity of this version, which the answer's ETag names.
ApiAnswer versioned_answer(JsonWriter& json, std::int64_t version, int status = 200);

// One request at its handler: what the path names and what came with it, checked against the operation's schemas.
class Call {
  public:
    Call(Services& services, const ApiRequest& request);

    Services& services;
    const ApiRequest& request;
    // The accounts as they were when the call began. Pointers into it live as long as the call; what a change makes is
    // looked up in a new one.
    const std::shared_ptr<const Directory> directory;
    QueryFields query;  // empty if the operation has none
    BodyFields body;    // the same
    // Made by Handler::prove for the change that follows it.
    std::optional<ProvenPerson> proven;              // who signs in, or proves again who he is
    std::string password_hash;                       // of the password that somebody chose
    std::optional<ProviderSignIn> provider_sign_in;  // of who comes back from an identity provider

    std::string_view path(std::string_view name) const;  // a parameter of the path
    // The organization in the path; where the path has none, the caller's, if he has one: the root key doesn't.
    const Organization& organization() const { return *organization_; }
    bool has_organization() const { return organization_ != nullptr; }
    // What the caller may of it, where the operation needs a permission.
    const Permit& permit() const { return permit_; }
    // The refusal, if a field read so far is wrong.
    const Error& error() const { return query.error() ? query.error() : body.error(); }
    ApiAnswer refusal() const;
    // Whether the caller may call about this organization, as the directory has both: what permit() says then. Asked
    // before the handler runs.
    Error check_standing(const Directory& now);

  private:
    bool is_visible(const Organization& organization, const Directory& now) const;
    Error check_not_suspended(const Id128& organization, const Directory& now) const;

    const Organization* organization_ = nullptr;
    Permit permit_;
};

// What else a change of the call is made by: whoever has just proven who he is, by the session that begins for him.
Caller caller_of(const Call& call);

// What an Idempotency-Key belongs to beside the organization: the caller's key or token, the method and the path.
std::string idempotency_scope(const ApiRequest& request);

// The version that the body or If-Match demands, if one does: stale if the entity has another.
Status require_version(Call& call, Change& change, std::int64_t current);

// The same request as the operator makes it, where the session of a person who operates the instance acts so
// (permission.h); nullopt: it is made as it came.
std::optional<ApiRequest> as_operator(const Services& services, const ApiRequest& request);

// Runs the operation's handler, on the thread that it asks for. What the caller may is looked at here, in the newest
// accounts; a change looks again when no other one can be made.
ApiAnswer answer_call(Services& services, const ApiRequest& request);

// Counts a refused act among those of the organization that the path names, or the caller's; of the instance, where the
// permission is of none.
void note_refusal(Services& services, const Operation& operation, std::string_view path, const Caller& caller,
                  RefusalReason reason, std::int64_t now_ms);

// Whether such a caller may call at all; about which organization is looked at by answer_call().
Error check_permission(const Operation& operation, CallerKind caller);

}  // namespace tollgate
