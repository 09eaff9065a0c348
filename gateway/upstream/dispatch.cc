#include "gateway/upstream/dispatch.h"

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::string_view path_of(ApiType api) {
    switch (api) {
        case ApiType::completions:
            return "/completions";
        case ApiType::embeddings:
            return "/embeddings";
        default:
            return "/chat/completions";
    }
}

void write_request_head(const RequestContext& request, std::string& out) {
    const Provider& provider = *request.endpoint->provider;
    out.clear();
    out += "POST ";
    out += provider.base_path;
    out += path_of(request.api);
    out += " HTTP/1.1\r\n";
    out += provider.fixed_headers;
    out += "content-type: application/json\r\naccept: ";
    out += request.body.stream ? "text/event-stream" : "application/json";
    out += "\r\ncontent-length: ";
    out += std::to_string(request.upstream_body.size());
    out += "\r\n\r\n";
}

// Why an attempt failed, and whether a byte of an answer had come.
struct Attempt {
    Error error;
    bool answered = false;
};

// The pieces of the request as they go out.
std::size_t gather(const Connection& connection, std::array<std::string_view, wire::kMaxGather>& pieces) {
    std::size_t count = 0;
    pieces[count++] = connection.out;
    for (const std::string_view piece : connection.request.upstream_body.pieces()) pieces[count++] = piece;
    return count;
}

void take_head(const wire::ResponseHead& head, UpstreamAnswer& answer) {
    answer.status = head.status;
    answer.framing = head.framing;
    answer.content_length = head.content_length;
    answer.keep_alive = head.keep_alive;
    const std::string_view type = head.field("content-type");
    constexpr std::string_view kEvents = "text/event-stream";
    answer.event_stream =
        type.size() >= kEvents.size() && wire::equals_ignoring_case(type.substr(0, kEvents.size()), kEvents);
    if (head.status < 400) return;
    for (const std::string_view name : {"retry-after", "retry-after-ms", "x-should-retry"}) {
        const std::string_view value = head.field(name);
        if (!value.empty()) answer.retry_headers += std::string(name) + ": " + std::string(value) + "\r\n";
    }
}

enum class HeadStep : std::uint8_t { more, done, refused };

// Looks for the final head in what has been received, past informational ones.
HeadStep take_heads(Connection& connection, UpstreamAnswer& answer, std::size_t& searched, Error& error) {
    wire::Buffer& in = answer.connection->in;
    const auto& limits = connection.worker().config().limits;
    wire::ResponseHead& head = connection.worker().response_head;
    while (true) {
        const std::size_t end = wire::find_head_end(in.view(), searched);
        searched = in.size();
        if (end == 0 && in.size() < limits.max_head_bytes) return HeadStep::more;
        const auto refusal =
            end == 0 ? wire::HeadRefusal{431, "its head is too large"}
                     : wire::parse_response_head(in.view().substr(0, end), limits.max_head_fields, false, head);
        if (refusal.status != 0) {
            error = {ErrorKind::upstream_invalid_response,
                     "provider " + answer.pool->provider().name +
                         " answered with something that is not HTTP: " + std::string(refusal.reason)};
            return HeadStep::refused;
        }
        if (head.status >= 200) take_head(head, answer);
        in.consume(end);
        searched = 0;
        if (head.status >= 200) return HeadStep::done;
    }
}

wire::Awaitable<Attempt> attempt_once(Connection& connection, UpstreamAnswer& answer) {
    RequestContext& request = connection.request;
    UpstreamConnection& upstream = *answer.connection;
    const std::string& provider = answer.pool->provider().name;
    write_request_head(request, connection.out);
    connection.expect_upstream(upstream.stream, connection.worker().config().timeouts.first_byte_timeout_ms);
    std::array<std::string_view, wire::kMaxGather> pieces;
    const auto outgoing = std::span(pieces).first(gather(connection, pieces));
    Attempt attempt;
    wire::ErrorCode failed;
    const std::size_t taken = upstream.stream.write_now(outgoing, failed);
    if (!failed && taken < connection.out.size() + request.upstream_body.size()) {
        failed = co_await upstream.stream.write_rest(outgoing, taken);
    }
    request.sent_upstream = wire::Clock::now();
    std::size_t searched = 0;
    while (!failed) {
        if (connection.abandoned()) {
            failed = wire::asio::error::operation_aborted;
            break;
        }
        char* const to = upstream.in.room(4096);
        auto [error, bytes] = co_await upstream.stream.read_some(to, upstream.in.room_size());
        failed = error;
        if (failed) break;
        upstream.in.produced(bytes);
        attempt.answered = true;
        const HeadStep step = take_heads(connection, answer, searched, attempt.error);
        if (step == HeadStep::more) continue;
        request.upstream_answered = wire::Clock::now();
        co_return attempt;
    }
    attempt.error = upstream_failure(connection, provider, failed);
    co_return attempt;
}

}  // namespace

Error upstream_failure(Connection& connection, const std::string& provider, const wire::ErrorCode& error) {
    if (connection.stopped())
        return {ErrorKind::shutting_down, "the gateway was stopped before the answer was complete"};
    if (connection.client_gone()) return {ErrorKind::client_closed_request, "the client left"};
    if (connection.timed_out()) {
        return {ErrorKind::upstream_timeout, "provider " + provider + " did not answer in time"};
    }
    const std::string what =
        error == wire::asio::error::eof ? "closed the connection" : "broke the connection: " + error.message();
    return {ErrorKind::upstream_reset, "provider " + provider + " " + what};
}

wire::Awaitable<Outcome<UpstreamAnswer>> dispatch(Connection& connection) {
    RequestContext& request = connection.request;
    Worker& worker = connection.worker();
    const bool ask_for_usage = request.body.stream && request.api != ApiType::embeddings;
    OutputBound bound{.tokens = request.sent_output_bound};
    if (request.api == ApiType::chat) bound.parameter = request.endpoint->provider->output_bound_parameter;
    request.upstream_body.build(connection.in.view().substr(0, request.body_bytes), request.body,
                                request.endpoint->endpoint->upstream_model, ask_for_usage, bound);
    UpstreamAnswer answer;
    answer.pool = &worker.pool(*request.endpoint->provider);
    answer.connection = answer.pool->take_idle(worker.tick_time());
    while (true) {
        if (answer.connection == nullptr) {
            connection.expect_connect(worker.config().timeouts.connect_timeout_ms);
            connection.connecting = {};
            const auto began = wire::Clock::now();
            auto made = co_await answer.pool->connect(connection.connecting);
            request.connecting_us += wire::us_between(began, wire::Clock::now());
            if (!made && connection.stopped()) co_return std::unexpected(upstream_failure(connection, {}, {}));
            if (!made && connection.client_gone()) {
                co_return problem(ErrorKind::client_closed_request, "the client left");
            }
            if (!made && connection.timed_out()) {
                co_return problem(ErrorKind::upstream_timeout, "provider " + request.endpoint->provider->name +
                                                                   " could not be connected to in time");
            }
            if (!made) co_return std::unexpected(made.error());
            answer.connection = std::move(*made);
        }
        if (connection.abandoned()) {
            answer.pool->discard(std::move(answer.connection));
            co_return std::unexpected(upstream_failure(connection, {}, {}));
        }
        const Attempt attempt = co_await attempt_once(connection, answer);
        if (!attempt.error) break;
        const bool again =
            answer.connection->reused && !attempt.answered && attempt.error.kind() == ErrorKind::upstream_reset;
        connection.expect_nobody();
        answer.pool->discard(std::move(answer.connection));
        if (!again) co_return std::unexpected(attempt.error);
        worker.counters().upstream_retries.add();
    }
    request.upstream_status = answer.status;
    connection.response_chunks.reset();
    co_return answer;
}

}  // namespace tollgate
