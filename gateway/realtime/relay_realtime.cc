// The answer to a request for a session: the connection becomes a WebSocket, and the session takes it.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/realtime/session.h"
#include "gateway/realtime/session_request.h"
#include "gateway/upstream/relay.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr int kSwitchingProtocols = 101;

wire::Awaitable<void> switch_protocols(Connection& connection) {
    Exchange& request = connection.request;
    request.head.keep_alive = true;  // the connection's fields are those of the switch
    connection.close_after = false;
    connection.out.clear();
    append_head(connection, connection.out, kSwitchingProtocols, {}, BodyFraming::until_close, 0,
                switching_fields(*request.head.upgrade));
    connection.close_after = true;  // no HTTP follows
    const std::array<std::string_view, 1> pieces{connection.out};
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
}

// What the session's own record and line in the log say.
void take_account(Connection& connection, HeldRequest& held, const RealtimeSession& session) {
    Exchange& request = connection.request;
    request.reply.status = kSwitchingProtocols;
    request.reply.error = session.ended_by();
    request.reply.cancelled = session.ended_by() == ErrorKind::client_closed_request;
    if (held.taken()) {  // no response used it
        Ending nothing;
        nothing.charge = false;
        held.settle(nothing);
    }
    request.reply.usage = session.turns().usage();
    request.reply.cost = session.turns().cost();
}

}  // namespace

wire::Awaitable<Error> relay_realtime(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    Exchange& request = connection.request;
    if (!answer.websocket) {
        answer.pool->discard(std::move(answer.connection));
        co_return Error{ErrorKind::upstream_invalid_response,
                        "provider " + answer.pool->provider().name + " answered without becoming a WebSocket"};
    }
    connection.watch_hold(nullptr);  // a session has limits of its own
    connection.expect_nobody();
    co_await switch_protocols(connection);
    WorkerCounters& counters = connection.worker().counters();
    counters.realtime_begun.add();
    const auto started = request.head.started;
    {
        const Counted open(counters.realtime_open);
        const auto session = std::make_unique<RealtimeSession>(connection, held, answer);
        co_await session->run();
        request.head.started = started;
        request.attempt.first_token = {};  // its first response's: how long the client thought before is no latency
        take_account(connection, held, *session);
        if (session->client_lost()) connection.client_left();
    }
    answer.pool->discard(std::move(answer.connection));
    if (source_of(request.reply.error) != ErrorSource::upstream) co_return Error{};
    Error broken(request.reply.error, "the provider broke the session off");  // for the endpoint's health: it was told
    broken.set_retry(Retry::never);
    co_return broken;
}

}  // namespace tollgate
