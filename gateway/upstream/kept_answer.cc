#include "gateway/upstream/kept_answer.h"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "gateway/client/connection.h"
#include "gateway/exchange/cache_key.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/upstream/relay.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(100);  // whether a client that waits is still there
constexpr int kOk = 200;

// The timer of a request that waits, for whoever ends the wait: on another thread, and maybe when it is over.
struct Sleeper {
    wire::Executor executor;
    wire::Timer* timer;  // null: it waits no more. The worker only

    static void wake(const std::shared_ptr<Sleeper>& sleeper) {
        wire::asio::post(sleeper->executor, [sleeper] {
            if (sleeper->timer != nullptr) sleeper->timer->cancel();
        });
    }
};

wire::Awaitable<void> wait_for(Connection& connection, const ResponseCache::Wait& wait, Sleeper& sleeper) {
    const auto until = wire::Clock::now() + kLongestWaitForAnother;
    wire::Timer timer(connection.worker().io());
    sleeper.timer = &timer;
    connection.expect_news(static_cast<std::uint32_t>(std::chrono::milliseconds(kLongestWaitForAnother).count()));
    while (!wait.over() && !connection.abandoned() && wire::Clock::now() < until) {
        timer.expires_after(kLookAgain);
        (void)co_await timer.async_wait(wire::kAwait);
    }
    sleeper.timer = nullptr;
    connection.expect_nobody();
}

// Those whose answer the plan still allows: a policy may have changed since.
std::optional<std::size_t> maker_of(const CachedAnswer& answer, const Plan& plan) {
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const CatalogueEndpoint& endpoint = *plan[i].endpoint;
        if (endpoint.model->id == answer.model && endpoint.provider->name == answer.provider) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> use_answer(ResponseCache::Answer answer, const Plan& plan, std::int64_t now_ms,
                                      CacheUse& use) {
    if (answer == nullptr) return std::nullopt;
    const auto maker = maker_of(*answer, plan);
    if (!maker) return std::nullopt;
    constexpr std::int64_t kMsPerS = 1000;
    use.age_s = (now_ms - answer->stored_ms) / kMsPerS;
    use.ttl_s = (answer->expires_ms - now_ms + kMsPerS - 1) / kMsPerS;
    use.answer = std::move(answer);
    return maker;
}

// A model's whole answer, as it ends answers by itself, by the model that is asked first: what stood in for that one is
// not what the next who asks for it is to get.
bool may_be_kept(const Connection& connection, const Model& asked, const Error& error) {
    const Exchange& request = connection.request;
    const Reply& reply = request.reply;
    return !error && reply.error == ErrorKind::none && !reply.cancelled && !connection.client_gone() &&
           reply.status == kOk && reply.ended_by_model && request.attempt.endpoint->model == &asked;
}

// The answer as if it had just come: its body is in hand, and there is nobody to read from.
UpstreamAnswer as_it_came(Worker& worker, const Exchange& request, const CachedAnswer& kept) {
    UpstreamAnswer answer;
    answer.pool = &worker.pool(*request.attempt.endpoint);
    answer.connection = std::make_unique<UpstreamConnection>(wire::Socket(worker.io().get_executor()),
                                                             std::make_shared<PoolCounters>());
    answer.status = kOk;
    answer.framing = wire::Framing::length;
    answer.content_length = kept.body.size();
    answer.event_stream = kept.event_stream;
    answer.binary_events = kept.binary_events;
    wire::Buffer& in = answer.connection->in;
    kept.body.copy(in.room(kept.body.size()), kept.body.size());
    in.produced(kept.body.size());
    return answer;
}

}  // namespace

wire::Awaitable<std::optional<std::size_t>> look_for_kept(Connection& connection, ResponseCache& cache,
                                                          const Plan& plan) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    const CacheFields& asked = request.head.cache;
    const bool keeps_nothing = request.principal.policy->privacy.zdr || !cache.enabled();
    if (!asked.wanted || keeps_nothing || request.received.bytes > kMostCachedRequestBytes) co_return std::nullopt;
    const std::string_view body = connection.in.view().substr(0, request.received.bytes);
    const CacheKey key = cache_key(request, plan[0].endpoint->model->id, body);
    request.cache = std::make_unique<CacheUse>(cache);
    CacheUse& use = *request.cache;
    use.ttl_s = asked.ttl_s;
    std::optional<std::size_t> maker;
    if (!asked.clear) {
        const auto sleeper = std::make_shared<Sleeper>(worker.io().get_executor(), nullptr);
        auto found = cache.look(key, wire::monotonic_ms(wire::Clock::now()), [sleeper] { Sleeper::wake(sleeper); });
        if (found.wait) {
            worker.counters().cache_waits.add();
            co_await wait_for(connection, found.wait, *sleeper);
            found.answer = found.wait.answer();
            found.wait.leave();
        }
        maker = use_answer(std::move(found.answer), plan, wire::monotonic_ms(wire::Clock::now()), use);
        use.turn = std::move(found.turn);
    }
    if (!maker && !use.turn) use.turn = cache.make_anew(key);
    (maker ? worker.counters().cache_hits : worker.counters().cache_misses).add();
    co_return maker;
}

wire::Awaitable<Error> send_kept(Connection& connection, HeldRequest& held) {
    Exchange& request = connection.request;
    UpstreamAnswer answer = as_it_came(connection.worker(), request, *request.cache->answer);
    request.attempt.upstream_status = answer.status;
    request.attempt.binary_events = request.cache->answer->binary_events;
    request.attempt.translation = request.cache->answer->translation;
    RouteExplanation* const explanation = request.explanation.get();
    if (explanation != nullptr) explanation->answers_from_cache(*request.attempt.endpoint);
    held.use(0);
    co_return co_await relay(connection, held, answer);
}

void keep_answer(Connection& connection, const Model& asked, const Error& error) {
    CacheUse* const use = connection.request.cache.get();
    if (use == nullptr || !use->turn) return;
    ResponseCache::Answer answer;
    if (may_be_kept(connection, asked, error) && use->body.whole()) {
        const Exchange& request = connection.request;
        const std::int64_t now_ms = wire::monotonic_ms(wire::Clock::now());
        constexpr std::int64_t kMsPerS = 1000;
        answer = std::make_shared<CachedAnswer>(CachedAnswer{.organization = request.principal.organization,
                                                             .request = request.head.id,
                                                             .model = request.attempt.endpoint->model->id,
                                                             .provider = request.attempt.endpoint->provider->name,
                                                             .event_stream = use->event_stream,
                                                             .binary_events = request.attempt.binary_events,
                                                             .translation = request.attempt.translation,
                                                             .body = use->body.take(),
                                                             .stored_ms = now_ms,
                                                             .expires_ms = now_ms + use->ttl_s * kMsPerS});
    }
    use->turn.end(std::move(answer));
}

}  // namespace tollgate
