#include "gateway/realtime/turns.h"

#include <algorithm>
#include <utility>

#include "gateway/client/authenticate.h"
#include "gateway/client/connection.h"
#include "gateway/own_catalogue.h"
#include "gateway/plan_request.h"
#include "gateway/realtime/session_request.h"
#include "gateway/upstream/relay.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr int kOk = 200;  // of the record of a response

// Who asks and for what, as the session's own request has it.
void copy_request(const Exchange& session, std::int64_t context_tokens, Exchange& to) {
    to.head.route = session.head.route;
    to.head.operation = session.head.operation;
    to.head.inbound = session.head.inbound;
    to.head.organization = session.head.organization;
    to.head.git = session.head.git;
    to.head.app = session.head.app;
    to.head.app_title = session.head.app_title;
    to.head.session = session.head.session;
    to.head.presented_key = session.head.presented_key;
    to.head.key_presented = session.head.key_presented;
    to.ask.api = session.ask.api;
    to.ask.body.model = session.ask.body.model;
    to.ask.body.session = session.ask.body.session;
    to.ask.body.tags = session.ask.body.tags;
    to.ask.body.prompt_is_text = false;
    to.ask.body.prompt_extra_tokens = context_tokens + kUnseenTokens;
    to.choice.model = session.choice.model;
    to.catalogue = session.catalogue;
    to.attempt.endpoint = session.attempt.endpoint;
    to.attempt.upstream_status = session.attempt.upstream_status;
}

void add(const TokenUsage& one, TokenUsage& to) {
    for (std::int64_t TokenUsage::* const count :
         {&TokenUsage::prompt, &TokenUsage::completion, &TokenUsage::cache_read, &TokenUsage::cache_write,
          &TokenUsage::cache_write_1h, &TokenUsage::reasoning}) {
        to.*count += one.*count;
    }
}

// What was heard of it, where its provider does not say what it used.
Ending counted_ending(const Exchange& request, std::int64_t spoken_tokens) {
    Ending ending;
    ending.usage = {.prompt = request.terms.counted_prompt_tokens, .completion = spoken_tokens};
    ending.source = UsageSource::counted;
    return ending;
}

Ending nothing_made() {
    Ending ending;
    ending.charge = false;
    return ending;
}

std::int64_t output_held_for(const Exchange& request, const CreditConfig& config) {
    return estimate_hold(request, *request.attempt.endpoint, config).output_tokens;
}

Error exhausted(ErrorKind kind) { return {kind, "the credit for this session is used up"}; }

}  // namespace

RealtimeTurns::RealtimeTurns(Connection& connection, HeldRequest& first)
    : connection_(connection), endpoint_{connection.request.attempt.endpoint} {
    Turn turn;
    turn.exchange = &connection.request;
    turn.hold = &first;
    turn.held_output = output_held_for(connection.request, connection.worker().config().credit);
    turns_.push_back(std::move(turn));
}

RealtimeTurns::~RealtimeTurns() = default;

Outcome<RealtimeTurns::Turn> RealtimeTurns::reserve(std::int64_t context_tokens) {
    Worker& worker = connection_.worker();
    Turn turn;
    turn.own = std::make_unique<Own>(*worker.services().slots, worker.lane(), worker.counters());
    turn.exchange = &turn.own->exchange;
    turn.hold = &turn.own->hold;
    const std::int64_t unix_ms = wire::unix_ms_now();
    turn.exchange->begin(worker.next_id(unix_ms), wire::Clock::now(), unix_ms);
    copy_request(connection_.request, context_tokens, *turn.exchange);
    auto principal = authenticate(worker.directory(), *worker.services().credits, turn.exchange->head);
    if (!principal) return std::unexpected(principal.error());
    turn.exchange->principal = std::move(*principal);
    turn.exchange->terms.retention_class = turn.exchange->principal.policy->retention_class;
    turn.exchange->choice.mode = mode_of(turn.exchange->principal);
    if (Error error = check_route(*turn.exchange)) return std::unexpected(std::move(error));
    if (!worker.services().ledger->accepting()) {
        return problem(ErrorKind::store_unavailable, "the ledger is read-only until it can be written again");
    }
    if (Error error = turn.hold->reserve(*turn.exchange, endpoint_, worker.config().credit)) {
        return std::unexpected(std::move(error));
    }
    turn.held_output = output_held_for(*turn.exchange, worker.config().credit);
    turn.reserved = true;
    return turn;
}

// Rules may have changed since the session was begun: whether it may still go where it goes.
Error RealtimeTurns::check_route(Exchange& request) {
    const auto plan = plan_request(request, {}, sight_of(connection_.worker()));
    if (!plan) return plan.error();
    const auto endpoints = plan->endpoints();
    if (std::ranges::find(endpoints, request.attempt.endpoint) != endpoints.end()) return {};
    return {ErrorKind::no_allowed_provider, "the session's provider is not allowed any more"};
}

Error RealtimeTurns::provide(std::size_t count, std::int64_t context_tokens) {
    const Exchange& session = connection_.request;
    if (Error error = check_credential(*connection_.worker().directory(), session.principal, *endpoint_.front())) {
        return error;
    }
    const auto is_free = [](const Turn& turn) { return turn.response.empty(); };
    auto free = static_cast<std::size_t>(std::ranges::count_if(turns_, is_free));
    for (; free < count; ++free) {
        auto turn = reserve(context_tokens);
        if (!turn) return turn.error();
        turns_.push_back(std::move(*turn));
    }
    // What is no longer waited for; the destructor gives the credit back.
    for (std::size_t i = turns_.size(); i-- > 0 && free > count;) {
        if (!is_free(turns_[i]) || !turns_[i].reserved) continue;
        turns_.erase(turns_.begin() + static_cast<std::ptrdiff_t>(i));
        --free;
    }
    return {};
}

Error RealtimeTurns::cover(std::int64_t added_tokens) {
    const CreditConfig& config = connection_.worker().config().credit;
    for (Turn& turn : turns_) {
        if (!turn.response.empty()) continue;
        turn.added = std::max<std::int64_t>(added_tokens - kUnseenTokens, 0);
        if (turn.added == 0 || turn.hold->covers(turn.held_output + turn.added, config)) continue;
        return exhausted(turn.hold->cut_by());
    }
    return {};
}

bool RealtimeTurns::begin(std::string_view response, std::int64_t context_tokens) {
    Turn* const turn = find({});
    if (turn == nullptr) return false;
    turn->response = response;
    Exchange& request = *turn->exchange;
    if (turn->reserved) {
        turn->hold->open_reserved(connection_.worker().config().credit);
        turn->hold->use(0);
        turn->reserved = false;
    }
    request.head.started = wire::Clock::now();
    request.attempt.sent_upstream = wire::Clock::now();
    const std::int64_t most = request.attempt.endpoint->endpoint->context_length;
    request.terms.counted_prompt_tokens = most > 0 ? std::min(context_tokens, most) : context_tokens;
    return true;
}

Error RealtimeTurns::progress(std::string_view response, std::int64_t spoken_tokens) {
    Turn* const turn = find(response);
    if (turn == nullptr) return {};
    turn->exchange->attempt.note_first_token();
    turn->hold->progress(spoken_tokens);
    if (turn->hold->covers(spoken_tokens + turn->added, connection_.worker().config().credit)) return {};
    return exhausted(turn->hold->cut_by());
}

wire::Awaitable<bool> RealtimeTurns::settle(const ServerEvent& done, std::int64_t spoken_tokens) {
    Turn* const turn = find(done.id);
    if (turn == nullptr) co_return false;
    Ending ending = counted_ending(*turn->exchange, spoken_tokens);
    if (done.has_usage) {
        PlainAnswer told;
        told.has_usage = true;
        told.usage = done.usage;
        ending = plain_ending(terms_of(*turn->exchange), {}, told);
    } else if (done.finish.empty()) {
        ending.charge = !connection_.worker().config().credit.zero_completion_insurance;
        if (spoken_tokens == 0) ending = nothing_made();
    }
    ending.finish_reason = done.finish.empty() ? std::string_view("error") : done.finish;
    ending.upstream_id = done.id;
    turn->exchange->reply.status = kOk;
    co_return co_await conclude(*turn, ending);
}

wire::Awaitable<void> RealtimeTurns::settle_cut(std::string_view response, std::int64_t spoken_tokens, ErrorKind why) {
    Turn* const turn = find(response);
    if (turn == nullptr) co_return;
    Exchange& request = *turn->exchange;
    Ending ending = counted_ending(request, spoken_tokens);
    // A provider that failed is not paid for it, as in streams; whoever left pays for what was made.
    if (source_of(why) == ErrorSource::upstream) {
        ending.charge = !connection_.worker().config().credit.zero_completion_insurance;
        if (spoken_tokens == 0) ending = nothing_made();
    }
    ending.upstream_id = response;
    request.reply.cancelled = why == ErrorKind::client_closed_request;
    request.reply.error = why;
    request.reply.status = status_of(why);
    (void)co_await conclude(*turn, ending);
}

// The turn is gone afterwards.
wire::Awaitable<bool> RealtimeTurns::conclude(Turn& turn, const Ending& ending) {
    Worker& worker = connection_.worker();
    HeldRequest& hold = *turn.hold;
    hold.settle(ending);
    add(turn.exchange->reply.usage, usage_);
    cost_ += turn.exchange->reply.cost;
    worker.counters().realtime_responses.add();
    const std::uint64_t ticket = hold.ticket();
    std::erase_if(turns_, [&hold](const Turn& one) { return one.hold == &hold; });
    if (!worker.settles_to_disk()) co_return true;
    co_return co_await worker.settled_on_disk(ticket);
}

RealtimeTurns::Turn* RealtimeTurns::find(std::string_view response) {
    const auto found = std::ranges::find(turns_, response, &Turn::response);
    return found == turns_.end() ? nullptr : &*found;
}

}  // namespace tollgate
