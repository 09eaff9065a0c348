#include "gateway/life_of_a_request.h"

#include <cstdio>
#include <optional>
#include <string>

#include "gateway/api/answer.h"
#include "gateway/api/request_routing.h"
#include "gateway/attempt_keys.h"
#include "gateway/chat/dialect/responses/request_reader.h"
#include "gateway/chat/passed_request.h"
#include "gateway/chat/request_tags.h"
#include "gateway/check_caller.h"
#include "gateway/client/connection.h"
#include "gateway/client/decode_body.h"
#include "gateway/client/receive_body.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/exchange/generate_path.h"
#include "gateway/exchange/held_request.h"
#include "gateway/exchange/hold_estimate.h"
#include "gateway/exchange/resolve_model.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/note_attempt.h"
#include "gateway/off_loop.h"
#include "gateway/own_catalogue.h"
#include "gateway/plan_request.h"
#include "gateway/realtime/session_request.h"
#include "gateway/routing/candidate_walk.h"
#include "gateway/routing/health/retry_after.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/text/json_writer.h"
#include "gateway/upstream/add_in_dialect.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/upstream/fit_prompt.h"
#include "gateway/upstream/hedge.h"
#include "gateway/upstream/kept_answer.h"
#include "gateway/upstream/mend_prompt.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/translate_request.h"
#include "gateway/worker.h"
#include "store/fail_point.h"

namespace tollgate {
namespace {

// Large bodies cost the gateway much before they cost their sender anything: those of an organization that has nothing
// left are refused as soon as their size is known.
Error check_credit(const Principal& principal, std::uint64_t body_bytes) {
    if (body_bytes <= kMostBytesParsedOnLoop || principal.credit == nullptr) return {};
    const auto credit = principal.credit->snapshot();
    if (credit.balance() > credit.held) return {};
    if (principal.policy->provider_keys != nullptr && mode_of(principal) != ProjectMode::credits) return {};
    return {ErrorKind::insufficient_credits, "the organization has no credit left; a body of " +
                                                 std::to_string(body_bytes) + " bytes is not read without"};
}

Error parse_large_body(std::string_view body, std::size_t max_depth, const BodyNames& names, BodyFacts& facts) {
    JsonParser parser;
    if (parser.allocate(body.size(), max_depth) != simdjson::SUCCESS) {
        return {ErrorKind::overloaded, "no memory to parse the body"};
    }
    return parse_body(parser, body, max_depth, names, facts);
}

Error read_passed_body(Connection& connection, std::string_view body) {
    Exchange& request = connection.request;
    if (request.ask.api == ApiType::realtime) return read_session_request(request);
    if (is_of_account(request.ask.api)) return check_account_path(request.head.path);  // the body is the provider's
    return read_passed_request(body, request.head.content_type, connection.worker().config().limits.max_json_depth,
                               request.ask.body);
}

wire::Awaitable<Error> read_body_off_loop(Connection& connection, std::string_view body) {
    Exchange& request = connection.request;
    Error error;
    co_await off_loop(connection, [&] {
        error = passes_through(request.ask.api)
                    ? read_passed_body(connection, body)
                    : parse_large_body(body, connection.worker().config().limits.max_json_depth,
                                       body_names_of(request.ask.api), request.ask.body);
    });
    co_return error;
}

// While a request holds credit its connection knows: the worker's timer looks whether it is overdue.
class WatchedHold {
  public:
    WatchedHold(Connection& connection, HeldRequest& held) : connection_(connection) { connection.watch_hold(&held); }
    ~WatchedHold() { connection_.watch_hold(nullptr); }
    WatchedHold(const WatchedHold&) = delete;
    WatchedHold& operator=(const WatchedHold&) = delete;

  private:
    Connection& connection_;
};

// Whether a failed attempt may be followed by another one: nothing of an answer was sent to the client, which still
// waits.
bool may_try_again(Connection& connection, const Error& error) {
    const Exchange& request = connection.request;
    const auto timeout = std::chrono::milliseconds(connection.worker().config().timeouts.request_timeout_ms);
    const bool unanswered =
        request.reply.status_sent == 0 || (connection.events.open() && connection.events.may_begin_anew());
    return error.retry() != Retry::never && unanswered && !connection.client_gone() && !connection.abandoned() &&
           wire::Clock::now() < request.head.started + timeout;
}

// Nothing was generated, and the same endpoint may answer without what it refused.
bool may_ask_for_less(Connection& connection) {
    const Exchange& request = connection.request;
    return request.attempt.refused_stream_options && request.reply.status_sent == 0 && !connection.client_gone() &&
           !connection.abandoned();
}

constexpr int kOk = 200, kTooMany = 429;

// The last provider told of its own wait, and another one may be asked sooner.
void tell_soonest(const CandidateWalk& walk, std::size_t last, std::int64_t now_ms, Error& error) {
    if (error.kind() != ErrorKind::upstream_error || error.detail().status != kTooMany) return;
    const std::int64_t told_ms = retry_after_ms(error.detail().headers, wire::unix_ms_now());
    const std::int64_t soonest_ms = walk.soonest_beside(last, now_ms);
    if (told_ms > 0 && soonest_ms > 0 && soonest_ms - now_ms < told_ms) {
        error.detail().headers = retry_after_lines(soonest_ms - now_ms);
    }
}

// Whether the request must be written anew for the attempt's endpoint; else only what is added to it is.
bool needs_writing(Connection& connection) {
    Exchange& request = connection.request;
    request.attempt.translated = translates_request(request, body_of_attempt(connection));
    return request.attempt.translated;
}

// One attempt after another, along the plan, until one answers the client or no other try can help.
wire::Awaitable<Error> try_candidates(Connection& connection, HeldRequest& held, const Plan& plan) {
    Error error;
    Connect connect = Connect::reuse;
    wire::Clock::time_point began{};
    bool asks_less = false;
    ClientChat client;
    Worker& worker = connection.worker();
    CandidateWalk walk(plan.endpoints().first(held.candidates()), *worker.services().health,
                       worker.retry_budget(plan[0].endpoint->number, connection.request.principal.organization));
    Hedge hedge(connection, held, plan, walk);
    AttemptKeys keys(connection);
    for (std::size_t at = walk.first(wire::monotonic_ms(worker.tick_time()));;) {
        const bool asked = hedge.has_asked(at);
        connection.request.attempt = {.endpoint = plan[at].endpoint,
                                      .key = asked ? PickedKey() : keys.of(plan[at]),
                                      .began = began,
                                      .tried = worker.tick_time(),
                                      .without_stream_options = asks_less};
        held.use(at);
        if (!asked && may_be_shortened(connection.request)) {
            client.read_again();
            co_await fit_prompt(connection);
        }
        error = {};
        if (!asked && needs_writing(connection)) {
            error = co_await translate_request(connection, client);
        } else if (!asked) {
            if (may_be_mended(connection.request)) co_await mend_prompt(connection);
            if (adds_in_dialect(connection.request)) error = co_await add_in_dialect(connection, client);
        }
        if (!asked) note_changed_prompt(connection.request);
        const bool was_asked = asked || !error;
        Outcome<UpstreamAnswer> answer = std::unexpected(error);
        if (asked) {
            answer = co_await hedge.answer();
            keys.take(plan[at], connection.request.attempt.key);
        } else if (was_asked) {
            hedge.first_waits();
            answer = co_await dispatch(connection, *connection.request.attempt.key.credential, connect);
        }
        hedge.compare(answer);
        explain_shortened(connection.request);
        if (answer) {
            if (answer->status == kOk) client.forget();
            note_upstream_head(connection, *answer);
            if (asks_less && answer->status == kOk) learn_refused_stream_options(connection);
            error = co_await relay(connection, held, *answer);
        } else {
            error = answer.error();
        }
        note_attempt(connection, plan, at, error);
        asks_less = error && may_ask_for_less(connection);
        if (!error || (!asks_less && !may_try_again(connection, error))) co_return error;
        fail_point("after_failed_attempt");
        began = wire::Clock::now();
        if (asks_less || error.retry() == Retry::fresh_connection) {
            connect = asks_less ? Connect::reuse : Connect::fresh;
            worker.counters().upstream_retries.add();
        } else if (keys.change(error, walk)) {
            connect = Connect::reuse;
            worker.counters().key_changes.add();
        } else {
            connect = Connect::reuse;
            auto next = hedge.take_turn();
            const std::int64_t now_ms = wire::monotonic_ms(began);
            if (!next) next = was_asked ? walk.next(now_ms) : walk.pass_over(now_ms);
            if (!next) {
                tell_soonest(walk, at, now_ms, error);
                co_return error;
            }
            at = *next;
            if (!connection.request.attempt.outrun) worker.counters().failovers.add();
        }
    }
}

// How long the prompt is at that endpoint, about: as it is held for. Nobody is asked, and it costs nothing.
wire::Awaitable<Error> reply_count(Connection& connection, const CatalogueEndpoint& endpoint) {
    Exchange& request = connection.request;
    const std::int64_t tokens =
        estimate_hold(request, endpoint, connection.worker().config().credit).counted_prompt_tokens;
    JsonWriter json;
    json.object();
    if (request.ask.api == ApiType::responses) json.key("object").text("response.input_tokens");
    json.key(request.ask.api == ApiType::gemini ? "totalTokens" : "input_tokens").number(tokens).end();
    co_await reply_json(connection, kOk, json.take());
    co_return Error{};
}

// Authenticated inference, body in hand: the paid part.
wire::Awaitable<Error> infer(Connection& connection) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    // What is asked: validated whole, before anything is promised.
    const Contract& contract = request.head.operation->contract;
    request.ask.api = contract.api;
    request.ask.counts_only = contract.counts_only;
    std::string_view body = connection.in.view().substr(0, request.received.bytes);
    if (request.ask.api == ApiType::gemini) {
        body = counted_body(request.head, body, worker.config().limits.max_json_depth);
    }
    const bool passes = passes_through(request.ask.api);
    Error error;
    if (body.size() > kMostBytesParsedOnLoop) {
        error = check_credit(request.principal, body.size());
        if (!error) error = co_await read_body_off_loop(connection, body);
    } else if (passes) {
        error = read_passed_body(connection, body);
    } else {
        error = parse_body(worker.json, body, worker.config().limits.max_json_depth, body_names_of(request.ask.api),
                           request.ask.body);
    }
    if (!error && !request.head.tags.empty()) {
        error = add_tags(request.head.tags, "X-Tollgate-Tags", request.ask.body.tags);
    }
    if (!error && request.ask.api == ApiType::gemini) error = read_generate_path(request.head, request.ask);
    if (!error && request.ask.api == ApiType::responses) error = check_is_stateless(body);
    if (error) co_return error;
    // Which endpoints, in which order: defaults and aliases come before the price.
    if (request.catalogue != worker.catalogue()) request.catalogue = worker.catalogue();
    error = resolve_routing(body, request);
    if (!error) error = resolve_model(request, body, worker.config().llm);
    if (error) co_return error;
    request.choice.mode = mode_of(request.principal);
    if (request.choice.mode != ProjectMode::credits) {
        co_await see_own_endpoints(connection);
    }
    if (request.principal.policy->measure_repeats && !passes) {
        request.terms.request_digest = worker.services().request_digests.of(request, body);
    }
    if (request.ask.counts_only) {  // a count needs nobody's tools, nor anybody who looks at a picture
        request.ask.body.extras.clear();
        request.ask.body.media.clear();
    }
    auto plan = plan_request(request, body, sight_of(worker));
    if (!plan) co_return plan.error();
    if (request.ask.counts_only) co_return co_await reply_count(connection, *(*plan)[0].endpoint);
    if (!worker.services().ledger->accepting()) {
        co_return Error{ErrorKind::store_unavailable,
                        "the ledger is read-only; no request is taken until it can be written again"};
    }
    // An answer that was made before costs nothing; else the answer to this request may be kept.
    const Model& asked = *(*plan)[0].endpoint->model;
    std::optional<std::size_t> kept;
    if (request.head.cache.wanted) {
        kept = co_await look_for_kept(connection, *worker.services().response_cache, *plan);
    }
    // Credit is held before anything goes upstream; from here on a settlement is owed, whatever happens.
    request.terms.retention_class = request.principal.policy->retention_class;
    const auto candidates = kept ? plan->endpoints().subspan(*kept, 1) : plan->endpoints();
    request.attempt.endpoint = candidates.front();
    HeldRequest held(*worker.services().slots, worker.lane(), worker.counters());
    error = held.take(request, candidates, worker.config().credit);
    if (error && !kept) error = hold_for_own(request, held, *plan, std::move(error), worker.config().credit);
    SlotFile& slots = *worker.services().slots;
    if (error.kind() == ErrorKind::overloaded && slots.in_use() >= slots.slots()) worker.note_shedding();
    if (error) {
        keep_answer(connection, asked, error);
        explain(request, error);
        co_return error;
    }
    const WatchedHold watched(connection, held);
    error = kept ? co_await send_kept(connection, held) : co_await try_candidates(connection, held, *plan);
    keep_answer(connection, asked, error);
    connection.expect_nobody();
    explain(request, error);
    if (error && held.taken()) {
        request.reply.error = error.kind();
        if (request.reply.status_sent == 0) request.reply.status = status_of(error);
        co_await conclude_failed(connection, held, failed_ending(connection));
    }
    if (slots.scarce_for(worker.lane())) worker.services().ledger->wake();
    co_return error;
}

// Everything up to an answer; the error that is to be answered, if none has been.
wire::Awaitable<Error> serve_request(Connection& connection) {
    Exchange& request = connection.request;
    const bool draining = connection.worker().services().draining;
    if (draining) request.head.keep_alive = false;  // the connection may hear of it only after this
    Error error = check_method(request.head);
    if (!error) error = check_caller(connection.worker(), request);
    if (!error) error = check_anybody(connection);
    if (!error && draining) {
        error = {ErrorKind::shutting_down, "the gateway is shutting down"};
    }
    const bool takes_body = reads_body(request.head);
    if (!error && takes_body) error = check_coding(connection);
    // The body is read, or thrown away, before any answer: what follows it must be the next request. Without a key it
    // takes no memory, and is not decoded.
    const bool infers = request.head.operation != nullptr && request.head.operation->runs_on == RunsOn::exchange;
    if (!body_in_hand(connection)) {
        if (!error && infers) error = check_credit(request.principal, request.head.content_length);
        Error body_error;
        if (error || !takes_body) {
            body_error = co_await discard_body(connection);
        } else {
            body_error = co_await receive_body(connection);
        }
        if (body_error) error = body_error;
    }
    const bool coded = request.head.body_coding != wire::ContentCoding::identity;
    if (!error && takes_body && coded) error = co_await decode_body(connection);
    request.received.ready = wire::Clock::now();
    if (error) co_return error;
    if (infers) co_return co_await infer(connection);
    co_return co_await answer_api(connection);
}

// A fault of ours must not take the process, nor the request's record, with it.
wire::Awaitable<Error> serve_request_guarded(Connection& connection) {
    try {
        co_return co_await serve_request(connection);
    } catch (const std::exception& unexpected) {
        connection.worker().logger().error(
            "internal error in a request",
            {{"request", connection.request.head.request_id()}, {"what", unexpected.what()}});
    }
    connection.expect_nobody();
    connection.close_after = true;
    co_return Error{ErrorKind::internal, "internal error"};
}

}  // namespace

wire::Awaitable<void> life_of_a_request(Connection& connection) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    worker.counters().requests_running.add();
    const Error error = co_await serve_request_guarded(connection);
    if (error && request.reply.status_sent == 0) {
        co_await reply_error(connection, error);
    } else if (error && connection.events.open()) {
        co_await end_stream_with_error(connection, error);
    }
    connection.in.consume(request.received.bytes);
    release_body(connection);
    finish_request(connection);
    worker.counters().requests_running.subtract();
}

}  // namespace tollgate
