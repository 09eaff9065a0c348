#include "gateway/upstream/hedge.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "gateway/attempt_keys.h"
#include "gateway/client/connection.h"
#include "gateway/exchange/abandoned.h"
#include "gateway/note_attempt.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/upstream/add_in_dialect.h"
#include "gateway/upstream/endings.h"
#include "gateway/upstream/fetch_media.h"
#include "gateway/upstream/fit_prompt.h"
#include "gateway/upstream/mend_prompt.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/silence.h"
#include "gateway/upstream/translate_request.h"
#include "gateway/upstream/upstream_refusal.h"
#include "gateway/upstream/write_request.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr int kLeastUseless = 300;  // status
constexpr int kStreamStatus = 200;  // of a reply that begins before its answer

// As if that attempt, at that candidate, were the one in hand, for as long as this lives. Nothing is awaited meanwhile.
class InHand {
  public:
    InHand(Exchange& request, HeldRequest& held, Attempt& attempt, std::size_t candidate)
        : request_(request), held_(held), attempt_(attempt), before_(held.in_use()) {
        std::swap(request_.attempt, attempt_);
        held_.adopt(candidate);
    }
    ~InHand() {
        held_.adopt(before_);
        std::swap(request_.attempt, attempt_);
    }
    InHand(const InHand&) = delete;
    InHand& operator=(const InHand&) = delete;

  private:
    Exchange& request_;
    HeldRequest& held_;
    Attempt& attempt_;
    const std::size_t before_;
};

// Only what the platform pays for: the loser of an organization's own key would be that organization's.
bool pays_operator(const Candidate& candidate) { return candidate.credential == nullptr; }

// What passes through may change something at its provider, and what a provider's tools do costs beside the tokens.
bool may_be_made_twice(const Exchange& request) {
    return !passes_through(request.ask.api) && request.ask.body.extras.server_tools.empty() &&
           request.received.bytes <= Hedge::kMostBodyBytes;
}

// A hedge is written at once, on the loop.
bool may_be_asked(const Exchange& request, const Candidate& candidate) {
    const bool is_long = request.received.bytes > kMostBytesShortenedOnLoop;
    if (is_long && may_be_shortened(request.ask.body, *candidate.endpoint->endpoint)) return false;
    return pays_operator(candidate);
}

// What the attempt in hand, which another one was sooner than, is thought to cost: nobody but the platform pays it.
NanoUsd cost_of_outrun(const Exchange& request) {
    if (request.attempt.sent_upstream == wire::Clock::time_point{}) return {};
    const Ending ending = with_unseen(request, stream_ending(terms_of(request), StreamFacts{}));
    const Endpoint& endpoint = *request.attempt.endpoint->endpoint;
    return price_usage(ending.usage, endpoint.price_pair_for(ending.usage.prompt)).provider;
}

// The attempt in hand was not the first to answer: what became of it.
Error note_outrun(Connection& connection) {
    const Exchange& request = connection.request;
    connection.worker().counters().hedge_cost_nano.add(static_cast<std::uint64_t>(cost_of_outrun(request).value));
    Error error(ErrorKind::upstream_timeout, "provider " + request.attempt.endpoint->provider->name +
                                                 " had not begun to answer when another one did");
    error.set_retry(Retry::elsewhere);
    return error;
}

}  // namespace

EarlyAttempt::EarlyAttempt(Connection& connection, HeldRequest& held, const Plan& plan, CandidateWalk& walk)
    : connection_(connection),
      worker_(connection.worker()),
      held_(held),
      plan_(plan),
      walk_(walk),
      api_(connection.request.ask.api),
      changed_(worker_.io(), wire::Clock::time_point::max()) {}

bool EarlyAttempt::is_useful() const { return state_ == State::answered && answer_.status < kLeastUseless; }

void EarlyAttempt::first_waits() {
    first_waits_ = true;
    if (state_ != State::due) return;
    due_ = wire::Clock::now() + std::chrono::milliseconds(worker_.config().routing.hedge_after_ms);
}

void EarlyAttempt::first_has_waited() {
    first_waits_ = false;
    if (state_ == State::due) state_ = State::off;
}

void EarlyAttempt::tick(wire::Clock::time_point now) {
    if (!first_waits_) return;
    if (state_ == State::due && now >= due_) begin(now);
    // The first may be read on for what it costs; one is enough.
    if (is_made() && !has_turn_ && connection_.client_gone()) withdraw();
}

void EarlyAttempt::upstream_cancelled() {
    if (!has_turn_) return;
    connecting_.abandon();
    changed_.cancel();
}

void EarlyAttempt::begin(wire::Clock::time_point now) {
    state_ = State::off;
    const bool wanted = !connection_.client_gone() && !connection_.abandoned() && held_.taken();
    if (!wanted || worker_.counters().hedges_running.get() >= Hedge::kMostAtOnce) return;
    if (!pays_operator(plan_[held_.in_use()])) return;
    untried_ = walk_.beside(wire::monotonic_ms(now));
    if (!untried_ || !may_be_asked(connection_.request, plan_[*untried_]) || would_fetch(plan_[*untried_])) return;
    candidate_ = *untried_;
    AttemptKeys keys(connection_);
    attempt_ = {.endpoint = plan_[candidate_].endpoint, .key = keys.of(plan_[candidate_]), .began = now, .tried = now};
    state_ = State::running;
    counted_ = true;
    worker_.counters().hedges.add();
    worker_.counters().hedges_running.add();
    if (Error error = write()) return fail(std::move(error));
    wire::asio::co_spawn(worker_.io(), run(shared_from_this()), wire::asio::detached);
}

// What must be fetched for it takes its time, and is fetched for an attempt in turn alone.
bool EarlyAttempt::would_fetch(const Candidate& candidate) {
    const Exchange& request = connection_.request;
    if (!may_name_addresses(request, *candidate.endpoint->provider)) return false;
    return names_addresses(request, connection_.in.view().substr(0, request.received.bytes));
}

// A fault of ours ends this attempt alone.
Error EarlyAttempt::write() try {
    Exchange& request = connection_.request;
    const std::string_view text = connection_.in.view().substr(0, request.received.bytes);
    const InHand in_hand(request, held_, attempt_, candidate_);
    UpstreamBody body;
    if (may_be_shortened(request)) fit_prompt_on_loop(text, worker_.config().credit, request);
    const std::string_view sent = body_of_attempt(request, text);
    request.attempt.translated = translates_request(request, sent);
    ClientChat client;
    Error error;
    if (request.attempt.translated) {
        error = translate_on_loop(sent, request, client, body);
    } else {
        if (may_be_mended(request)) mend_prompt_on_loop(text, request);
        if (adds_in_dialect(request)) error = add_in_dialect_on_loop(text, request, client);
    }
    if (error) return error;
    note_changed_prompt(request);
    build_body(request, text, wire::monotonic_ms(worker_.tick_time()), body);
    error = write_request_head(request, body, *request.attempt.key.credential, outgoing_);
    for (const std::string_view piece : body.pieces()) outgoing_ += piece;
    return error;
} catch (const std::exception& unexpected) {
    worker_.logger().error("internal error in a hedge", {{"what", unexpected.what()}});
    return {ErrorKind::internal, "internal error"};
}

wire::Awaitable<bool> EarlyAttempt::connect() {
    answer_.pool = &worker_.pool(*attempt_.endpoint);
    answer_.connection = answer_.pool->take_idle(worker_.tick_time());
    if (answer_.connection == nullptr) {
        const auto began = wire::Clock::now();
        auto made = co_await answer_.pool->connect(connecting_);
        attempt_.connecting_us = wire::us_between(began, wire::Clock::now());
        if (!made) {
            error_ = made.error();
            co_return false;
        }
        answer_.connection = std::move(*made);
    }
    connecting_.stream = &answer_.connection->stream;
    co_return !connecting_.abandoned;
}

wire::Awaitable<wire::ErrorCode> EarlyAttempt::send() {
    const std::array<std::string_view, 1> pieces{outgoing_};
    wire::ErrorCode failed;
    std::size_t sent = answer_.connection->stream.write_now(pieces, failed);
    while (!failed && sent < outgoing_.size() && !connecting_.abandoned) {
        auto [error, bytes] = co_await answer_.connection->stream.write_some(pieces, sent);
        failed = error;
        sent += bytes;
    }
    attempt_.sent_upstream = wire::Clock::now();
    co_return failed;
}

wire::Awaitable<wire::ErrorCode> EarlyAttempt::read_head(HeadReader& reader) {
    UpstreamConnection& upstream = *answer_.connection;
    while (reader.step == HeadStep::more && !connecting_.abandoned) {
        char* const to = upstream.in.room(kHeadRoomBytes);
        auto [error, bytes] = co_await upstream.stream.read_some(to, upstream.in.room_size());
        if (error) co_return error;
        take_heads(worker_, bytes, attempt_, api_, answer_, reader);
    }
    co_return wire::ErrorCode{};
}

wire::Awaitable<void> EarlyAttempt::run(std::shared_ptr<EarlyAttempt> self) {
    if (self->state_ == State::over) co_return;
    HeadReader reader;
    wire::ErrorCode failed;
    const bool connected = co_await self->connect();
    if (connected) failed = co_await self->send();
    const bool sent = connected && !failed;
    if (sent) failed = co_await self->read_head(reader);
    self->connecting_.stream = nullptr;
    self->come_to_an_end(reader, failed, sent);
}

// It may have been withdrawn meanwhile, and its request be over.
void EarlyAttempt::come_to_an_end(HeadReader& reader, const wire::ErrorCode& failed, bool sent) {
    if (state_ != State::over && reader.step == HeadStep::done) {
        state_ = State::answered;
        end();
        if (!has_turn_ && is_useful()) connection_.outrun();
        return;
    }
    const bool again = answer_.connection != nullptr && !reader.answered && failed &&
                       surely_not_taken(*answer_.connection, failed, sent);
    if (answer_.connection != nullptr) answer_.pool->discard(std::move(answer_.connection));
    if (state_ == State::over) return;
    Error error = error_ ? std::move(error_) : std::move(reader.error);
    if (!error) {
        const std::string& provider = attempt_.endpoint->provider->name;
        error = {ErrorKind::upstream_reset, "provider " + provider + " broke the connection: " + failed.message()};
    }
    if (again) error.set_retry(Retry::fresh_connection);
    fail(std::move(error));
}

void EarlyAttempt::fail(Error error) {
    error_ = std::move(error);
    state_ = State::failed;
    end();
}

void EarlyAttempt::end() {
    if (std::exchange(counted_, false)) worker_.counters().hedges_running.subtract();
    changed_.cancel();
}

// Signs of life to the client are timed here, since what the connection expects in vain it cancels.
wire::Awaitable<Outcome<UpstreamAnswer>> EarlyAttempt::answer() {
    const TimeoutsConfig& timeouts = worker_.config().timeouts;
    has_turn_ = true;
    connection_.expect_news(timeouts.first_byte_timeout_ms);
    const bool shown = connection_.request.ask.body.stream;
    Silence silence(timeouts.first_byte_timeout_ms, shown ? timeouts.keep_alive_comment_ms : 0, worker_.tick_time());
    while (state_ == State::running && !connecting_.abandoned) {
        changed_.expires_after(std::chrono::milliseconds(silence.next_wait_ms(worker_.tick_time())));
        (void)co_await changed_.async_wait(wire::kAwait);
        if (state_ != State::running || connection_.client_gone() || !silence.sign_due(worker_.tick_time())) continue;
        connection_.events.begin(connection_, kStreamStatus);
        co_await connection_.events.show_life(connection_);
        silence.shown(worker_.tick_time());
    }
    const bool given_up = connecting_.abandoned || connection_.abandoned();
    const State was = std::exchange(state_, State::over);
    end();
    connection_.watch_beside(nullptr);
    connection_.request.attempt = attempt_;
    if (was == State::answered && !given_up) co_return std::move(answer_);
    if (was == State::answered) answer_.pool->discard(std::move(answer_.connection));
    Error error = given_up ? upstream_failure(connection_, attempt_.endpoint->provider->name, {}) : error_;
    connection_.expect_nobody();
    co_return std::unexpected(std::move(error));
}

void EarlyAttempt::withdraw() {
    connection_.watch_beside(nullptr);
    const bool made = is_made();
    const State was = std::exchange(state_, State::over);
    if (!made) return;
    connecting_.abandon();
    end();
    if (was == State::answered) answer_.pool->discard(std::move(answer_.connection));
    const bool refused = was == State::answered && answer_.status >= kLeastUseless;
    const bool failed = refused || (was == State::failed && error_.retry() != Retry::fresh_connection);
    if (failed) untried_.reset();
    if (held_.taken()) note(refused, was == State::failed);
}

void EarlyAttempt::note(bool refused, bool failed) {
    const Provider& provider = *attempt_.endpoint->provider;
    const InHand in_hand(connection_.request, held_, attempt_, candidate_);
    if (refused) {
        note_upstream_head(connection_, answer_);
        const UpstreamRefusal refusal{
            .status = answer_.status, .provider = provider.name, .retry_headers = answer_.retry_headers(), .body = {}};
        error_ = judge(refusal, *connection_.request.attempt.key.credential);
    } else if (!failed) {
        connection_.request.attempt.outrun = true;
        error_ = note_outrun(connection_);
    }
    note_attempt(connection_, plan_, candidate_, error_);
}

void Hedge::consider(HeldRequest& held, const Plan& plan, CandidateWalk& walk) {
    if (connection_.worker().config().routing.hedge_after_ms == 0) return;
    if (!may_be_made_twice(connection_.request)) return;
    early_ = std::make_shared<EarlyAttempt>(connection_, held, plan, walk);
    connection_.watch_beside(early_.get());
}

void Hedge::decide(Outcome<UpstreamAnswer>& first) {
    early_->first_has_waited();
    if (first && first->status < kLeastUseless) return early_->withdraw();
    if (first || !early_->is_useful()) return;
    connection_.request.attempt.outrun = true;
    connection_.worker().counters().hedges_won.add();
    first = std::unexpected(note_outrun(connection_));
}

}  // namespace tollgate
