#include "gateway/check_caller.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "gateway/api/call.h"
#include "gateway/client/authenticate.h"
#include "gateway/client/connection.h"
#include "gateway/client/page_fields.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

void count(const Attribution& git, WorkerCounters& counters) {
    (git.routed_by == RoutedBy::git_claim ? counters.git_claimed : counters.git_fallback).add();
}

// Of a browser, where no key is presented. Where nobody need be known, a session that is over is as good as none.
Error check_session(Worker& worker, Exchange& request) {
    auto principal =
        authenticate_session(worker.directory(), *worker.services().credits, request.head, worker.config().accounts);
    if (principal) {
        request.principal = std::move(*principal);
    } else if (request.head.operation->guard.needs_key() || principal.error().kind() != ErrorKind::session_ended) {
        return principal.error();
    }
    return {};
}

Error check_key(Worker& worker, Exchange& request) {
    auto principal = authenticate(worker.directory(), *worker.services().credits, request.head);
    if (principal) {
        request.principal = std::move(*principal);
        return {};
    }
    const bool for_git = request.head.git != nullptr && request.head.calls_model();
    if (for_git && principal.error().kind() != ErrorKind::invalid_api_key) worker.counters().git_refused.add();
    return principal.error();
}

// Whether its key says who calls: a person, who manages an organization, or the operator. An inference key may be
// anybody's whom they let use a model.
bool is_known(CallerKind caller) {
    return caller == CallerKind::root_key || caller == CallerKind::management_key ||
           caller == CallerKind::personal_token || caller == CallerKind::session;
}

}  // namespace

Error check_method(const Head& head) {
    static constexpr std::array<std::string_view, 8> kKnown = {"GET",   "HEAD",   "POST",    "PUT",
                                                               "PATCH", "DELETE", "OPTIONS", "TRACE"};
    if (head.operation != nullptr) return {};
    if (std::ranges::find(kKnown, head.method) == kKnown.end()) {
        return {ErrorKind::method_not_implemented, "this method is not implemented"};
    }
    if (!head.route->known()) return {ErrorKind::not_found, "there is no such route; see docs/api.md"};
    if (head.method == "OPTIONS") return {};
    return {ErrorKind::method_not_allowed, "this route does not take this method"};
}

Error check_caller(Worker& worker, Exchange& request) {
    if (!reads_body(request.head)) return {};
    const PageFields* const page = request.head.page.get();
    const bool has_key = request.head.key_presented;
    if (Error refused = check_origin(page, *request.head.operation, has_key)) return refused;
    const bool has_session = !has_key && page != nullptr && page->session.has_value();
    if (!has_key && !has_session && !request.head.operation->guard.needs_key()) return {};
    if (has_key && request.head.operation->guard.kind == Guard::Kind::session) {
        return {ErrorKind::permission_denied, "only whoever is signed in calls this; a key calls models under /v1"};
    }
    if (Error refused = has_session ? check_session(worker, request) : check_key(worker, request)) return refused;
    if (request.principal.key == KeyDigest{}) return {};
    if (const Attribution* const git = request.principal.attribution.get()) count(*git, worker.counters());
    const Operation& operation = *request.head.operation;
    Error refused = check_permission(operation, caller_of(request.principal).kind);
    // Of a request for a model nobody is held to have tried more than that.
    if (refused && operation.guard.permission != Permission::infer) {
        note_refusal(worker.services(), operation, request.head.path, caller_of(request.principal),
                     RefusalReason::permission_denied, request.head.started_ms);
    }
    return refused;
}

Error check_anybody(Connection& connection) {
    const Exchange& request = connection.request;
    const Head& head = request.head;
    if (head.operation == nullptr || !head.operation->guard.lets_anybody()) return {};
    const bool somebody = request.principal.key != KeyDigest{};
    if (somebody && is_known(caller_of(request.principal).kind)) return {};
    Worker& worker = connection.worker();
    const std::int64_t now_ms = wire::monotonic_ms(worker.tick_time());
    if (head.address.is_unspecified() || worker.services().anonymous_rate.take(head.address, now_ms)) return {};
    Error error(ErrorKind::requests_rate_limited, "too many such calls from this address; try again in a minute");
    error.detail().headers = retry_after_lines(AnonymousRate::kMinuteMs);
    return error;
}

}  // namespace tollgate
