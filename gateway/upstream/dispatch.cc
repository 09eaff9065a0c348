#include "gateway/upstream/dispatch.h"

#include <span>
#include <utility>

#include "gateway/client/connection.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/text/buffered_text.h"
#include "gateway/upstream/silence.h"
#include "gateway/upstream/upload.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Of the features that a client tries, a provider is told of those of its own API only.
bool is_for(std::string_view line, const Provider& provider) {
    const bool messages = provider.dialect == &messages_upstream();
    return !(messages ? line.starts_with("openai-") : line.starts_with("anthropic-"));
}

void append_forwarded_lines(std::string_view lines, const Provider& provider, BufferedText& out) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n') + 1);
        if (is_for(line, provider)) out += line;
        lines.remove_prefix(line.size());
    }
}

// The client's own where its request passes as it came; it need not be the one that we write requests for.
std::string_view version_line(const Exchange& request, const Provider& provider) {
    const bool own = !provider.version_line.empty() && !request.attempt.translated && !request.head.api_version.empty();
    return own ? request.head.api_version : provider.version_line;
}

constexpr std::string_view kOpenAiPrefix = "/v1/";  // of the calls that pass through
constexpr std::string_view kJson = "application/json";

void append_target(const Exchange& request, BufferedText& out) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    const ModelCall call = model_call_of(request.ask.api);
    const std::string& model = endpoint.endpoint->upstream_model;
    if (call == ModelCall::passed) {
        const std::string_view path = request.head.path;
        endpoint.provider->append_passed_path(path.substr(kOpenAiPrefix.size()), model, out);
    } else {
        endpoint.provider->append_path(call, request.ask.body.stream, model, out);
    }
}

// What the body is, and what may come: of what passes through, only the provider can say it.
void append_types(const Exchange& request, BufferedText& out) {
    const bool passes = passes_through(request.ask.api);
    const std::string_view own = request.head.content_type;
    out += "content-type: ";
    out += passes && !own.empty() ? own : kJson;
    out += "\r\naccept: ";
    out += passes ? "*/*" : request.ask.body.stream ? "text/event-stream" : kJson;
}

// What authenticates a request that is signed as it leaves.
Error append_signature(const Exchange& request, const Credential& credential, std::string& lines) {
    std::string target;
    {
        BufferedText out(target);
        append_target(request, out);
    }
    return credential.append_lines({.method = "POST",
                                    .target = target,
                                    .host = request.attempt.endpoint->provider->host_header,
                                    .body = request.upstream_body.pieces(),
                                    .unix_ms = wire::unix_ms_now()},
                                   lines);
}

// upstream_auth_failed: there is nothing to sign it with.
Error write_request_head(const Exchange& request, const Credential& credential, std::string& to) {
    const Provider& provider = *request.attempt.endpoint->provider;
    std::string signature;
    if (credential.signer != nullptr) {
        if (Error error = append_signature(request, credential, signature)) return error;
    }
    to.clear();
    BufferedText out(to);
    out += "POST ";
    append_target(request, out);
    out += " HTTP/1.1\r\n";
    out += provider.fixed_headers;
    out += version_line(request, provider);
    out += credential.signer == nullptr ? std::string_view(credential.header_lines) : signature;
    append_forwarded_lines(request.head.forwarded, provider, out);
    append_types(request, out);
    out += "\r\ncontent-length: ";
    out.number(static_cast<std::int64_t>(request.upstream_body.size()));
    out += "\r\n\r\n";
    return {};
}

static_assert(1 + UpstreamBody::kMostPieces <= wire::kMaxGather);

// Views that stay valid as long as the connection carries the request. They are kept there, not in the frame of the
// coroutine, which stays within wire::FrameMemory::kMostBytes.
std::span<const std::string_view> gather(UpstreamConnection& upstream, const UpstreamBody& body) {
    std::size_t count = 0;
    upstream.pieces[count++] = upstream.out;
    for (const std::string_view piece : body.pieces()) upstream.pieces[count++] = piece;
    return std::span(upstream.pieces).first(count);
}

constexpr std::string_view kContentEncoding = "content-encoding";

// Several fields are one list: RFC 9110 5.3.
void take_codings(const wire::ResponseHead& head, UpstreamAnswer& answer) {
    for (const wire::HeaderField& field : std::span(head.fields).first(head.field_count)) {
        if (wire::equals_ignoring_case(field.name, kContentEncoding)) answer.codings.add(field.value);
    }
}

void take_head(const wire::ResponseHead& head, UpstreamAnswer& answer) {
    answer.status = head.status;
    answer.framing = head.framing;
    answer.content_length = head.content_length;
    answer.keep_alive = head.keep_alive;
    const std::string_view type = head.field("content-type");
    const auto is_of = [type](std::string_view kind) {
        return type.size() >= kind.size() && wire::equals_ignoring_case(type.substr(0, kind.size()), kind);
    };
    answer.event_stream = is_of("text/event-stream");
    answer.binary_events = is_of("application/vnd.amazon.eventstream");
    if (!head.field(kContentEncoding).empty()) take_codings(head, answer);
    if (head.status < 400) return;
    for (const std::string_view name : {"retry-after", "retry-after-ms", "x-should-retry"}) {
        const std::string_view value = head.field(name);
        if (!value.empty()) answer.retry_headers += std::string(name) + ": " + std::string(value) + "\r\n";
    }
}

// How the head of an answer is waited for: the client of a stream is shown signs of life.
Silence silence_of(Connection& connection) {
    const TimeoutsConfig& timeouts = connection.worker().config().timeouts;
    const bool shown = connection.request.ask.body.stream && connection.request.ask.api != ApiType::embeddings;
    return {timeouts.first_byte_timeout_ms, shown ? timeouts.keep_alive_comment_ms : 0,
            connection.worker().tick_time()};
}

constexpr std::size_t kHeadRoomBytes = 4096;
// A request of this size fits into a socket's buffer, so that writing it does not wait for the upstream.
constexpr std::size_t kMostWrittenBeforeReading = 64 * 1024;
constexpr int kStreamStatus = 200;  // of a reply that begins before its answer

enum class HeadStep : std::uint8_t { more, done, refused };

struct HeadReader {
    HeadStep step = HeadStep::more;
    bool answered = false;  // a byte of an answer has come
    std::size_t searched = 0;
    Error error{};  // when refused
};

// A head that can no longer become one is refused at once, not waited for. `judged`: bytes that were looked at before.
wire::HeadRefusal refuse_unfinished(std::string_view head, std::size_t judged, std::size_t most_bytes) {
    constexpr std::string_view kBeginning = "HTTP/1.";
    if (!head.starts_with(kBeginning.substr(0, head.size()))) return {400, "it does not begin with a version of HTTP"};
    if (head.size() >= most_bytes) return {431, "its head is too large"};
    return wire::judge_incomplete_head(head, judged);
}

// Looks for the final head in what has been received, past informational ones.
void take_heads(Connection& connection, std::size_t received, UpstreamAnswer& answer, HeadReader& reader) {
    wire::Buffer& in = answer.connection->in;
    const auto& limits = connection.worker().config().limits;
    wire::ResponseHead& head = connection.worker().response_head;
    in.produced(received);
    reader.answered = true;
    while (reader.step == HeadStep::more) {
        const std::size_t judged = std::exchange(reader.searched, in.size());
        const std::size_t end = wire::find_head_end(in.view(), judged);
        const auto refusal =
            end == 0 ? refuse_unfinished(in.view(), judged, limits.max_head_bytes)
                     : wire::parse_response_head(in.view().substr(0, end), limits.max_head_fields, false, head);
        if (refusal.status == 0 && end == 0) return;
        if (refusal.status != 0) {
            reader.error = {ErrorKind::upstream_invalid_response,
                            "provider " + answer.pool->provider().name +
                                " answered with something that is not HTTP: " + std::string(refusal.reason)};
            reader.step = HeadStep::refused;
        } else if (head.status >= 200) {
            take_head(head, answer);
            if (passes_through(connection.request.ask.api)) {
                connection.request.attempt.content_type = head.field("content-type");
            }
            reader.step = HeadStep::done;
        }
        in.consume(end);
        reader.searched = 0;
    }
    Exchange& request = connection.request;
    request.attempt.upstream_answered = wire::Clock::now();
    if (reader.step != HeadStep::done) return;
    request.attempt.upstream_status = answer.status;
    request.attempt.binary_events = answer.binary_events;
}

bool takes_stream_options(ApiType api) { return api == ApiType::chat || api == ApiType::completions; }

void build_body(Connection& connection, UpstreamBody& body) {
    const Exchange& request = connection.request;
    if (request.attempt.translated) return;  // it has been written
    const std::string_view text = connection.in.view().substr(0, request.received.bytes);
    const std::string& model = request.attempt.endpoint->endpoint->upstream_model;
    if (passes_through(request.ask.api)) return body.build_passed(text, request.ask.body, model);
    StreamOptions stream_options = StreamOptions::untouched;
    if (request.ask.body.stream && takes_stream_options(request.ask.api)) {
        const std::int64_t now_ms = wire::monotonic_ms(connection.worker().tick_time());
        const bool taken =
            !request.attempt.without_stream_options && request.attempt.endpoint->takes_stream_options(now_ms);
        stream_options = taken ? StreamOptions::ask_for_usage : StreamOptions::leave_out;
    }
    const Choice& choice = request.choice;
    Additions added;
    if (request.head.inbound->speaks_chat()) {
        added = {.members = choice.members, .first_message = choice.first_message};
    } else {
        added.members = choice.in_dialect;
    }
    added.bound.tokens = choice.output_bound > 0 ? choice.output_bound : request.terms.sent_output_bound;
    if (request.ask.api == ApiType::chat) {
        added.bound.parameter = request.attempt.endpoint->provider->output_bound_parameter;
    } else if (request.ask.api == ApiType::responses) {
        added.bound.parameter = OutputBoundParameter::max_output_tokens;
    }
    body.build(text, request.ask.body, model, stream_options, added);
}

wire::Awaitable<Outcome<std::unique_ptr<UpstreamConnection>>> connect_afresh(Connection& connection,
                                                                             UpstreamPool& pool) {
    Exchange& request = connection.request;
    connection.expect_connect(connection.worker().config().timeouts.connect_timeout_ms);
    connection.connecting = {};
    const auto began = wire::Clock::now();
    auto made = co_await pool.connect(connection.connecting);
    request.attempt.connecting_us += wire::us_between(began, wire::Clock::now());
    if (made) co_return std::move(*made);
    if (connection.stopped() || connection.client_gone())
        co_return std::unexpected(upstream_failure(connection, {}, {}));
    if (!connection.timed_out()) co_return std::unexpected(made.error());
    co_return problem(ErrorKind::upstream_timeout,
                      "provider " + pool.provider().name + " could not be connected to in time");
}

// Whether the upstream cannot have taken the request whole, so that it may be sent again: a POST is not idempotent
// (RFC 9110 9.2.2). Only what a reused connection is known for counts, that its provider closed it while the request
// was on its way. Then the end of the stream comes first, and some of the request stays unacknowledged. After a reset
// it is not known what was taken.
bool surely_not_taken(UpstreamConnection& upstream, const wire::ErrorCode& failed, bool written) {
    if (!upstream.reused) return false;
    if (!written) return true;
    return failed == wire::asio::error::eof && !upstream.stream.peer_has_all();
}

// Why there is no answer. `written`: all of the request has been given to the upstream's socket.
Error give_up(Connection& connection, UpstreamAnswer& answer, const HeadReader& reader, const wire::ErrorCode& failed,
              bool written) {
    Error error = failed ? upstream_failure(connection, answer.pool->provider().name, failed) : reader.error;
    const bool again = !reader.answered && error.kind() == ErrorKind::upstream_reset;
    if (again && surely_not_taken(*answer.connection, failed, written)) error.set_retry(Retry::fresh_connection);
    connection.expect_nobody();
    answer.pool->discard(std::move(answer.connection));
    return error;
}

// Sends the request on the answer's connection and reads the head. The frame of this coroutine must stay small enough
// to be recycled, so what only new connections need is in another.
wire::Awaitable<Outcome<UpstreamAnswer>> exchange_heads(Connection& connection, const Credential& credential,
                                                        UpstreamAnswer answer) {
    Exchange& request = connection.request;
    if (connection.abandoned()) {
        answer.pool->discard(std::move(answer.connection));
        co_return std::unexpected(upstream_failure(connection, {}, {}));
    }
    UpstreamConnection& upstream = *answer.connection;
    const TimeoutsConfig& timeouts = connection.worker().config().timeouts;
    build_body(connection, request.upstream_body);
    if (Error error = write_request_head(request, credential, upstream.out)) {
        answer.pool->discard(std::move(answer.connection));
        co_return std::unexpected(std::move(error));
    }
    connection.expect_upstream(upstream.stream, timeouts.first_byte_timeout_ms);
    const auto outgoing = gather(upstream, request.upstream_body);
    wire::ErrorCode failed;
    Silence silence = silence_of(connection);
    std::unique_ptr<Upload> upload;
    const std::size_t size = wire::size_of(outgoing);
    std::size_t taken = upstream.stream.write_now(outgoing, failed);
    if (!failed && taken < size && size <= kMostWrittenBeforeReading) {
        failed = co_await upstream.stream.write_rest(outgoing, taken);
        if (!failed) taken = size;
    } else if (!failed && taken < size) {
        upload = std::make_unique<Upload>(connection, upstream.stream, outgoing, taken,
                                          silence.next_wait_ms(connection.worker().tick_time()));
    }
    request.attempt.sent_upstream = wire::Clock::now();

    HeadReader reader;
    while (!failed && reader.step == HeadStep::more) {
        if (connection.abandoned()) {
            failed = wire::asio::error::operation_aborted;
            break;
        }
        const bool uploads = upload != nullptr && upload->running();
        connection.expect_upstream(upstream.stream, uploads ? timeouts.first_byte_timeout_ms
                                                            : silence.next_wait_ms(connection.worker().tick_time()));
        char* const to = upstream.in.room(kHeadRoomBytes);
        auto [error, bytes] = co_await upstream.stream.read_some(to, upstream.in.room_size());
        const bool nothing_came = error && connection.timed_out() && !connection.late();
        const bool sent = upload == nullptr || !upload->running();
        if (uploads) silence.heard(connection.worker().tick_time());  // it was no silence, but work
        if (nothing_came && !connection.client_gone() && sent && silence.goes_on(connection.worker().tick_time())) {
            connection.events.begin(connection, kStreamStatus);
            co_await connection.events.show_life(connection);
            silence.shown(connection.worker().tick_time());
            continue;
        }
        failed = error;
        if (!failed) take_heads(connection, bytes, answer, reader);
    }
    if (upload != nullptr) {
        // An answer that comes before the request was read ends the upload, and the connection with it.
        if (upload->running()) answer.keep_alive = false;
        upload->stop();
        co_await upload->wait();
        if (upload->complete()) taken = size;
    }
    if (reader.step == HeadStep::done) co_return answer;
    co_return std::unexpected(give_up(connection, answer, reader, failed, taken == size));
}

wire::Awaitable<Outcome<UpstreamAnswer>> exchange_on_new(Connection& connection, const Credential& credential,
                                                         UpstreamAnswer answer) {
    auto made = co_await connect_afresh(connection, *answer.pool);
    if (!made) co_return std::unexpected(made.error());
    answer.connection = std::move(*made);
    co_return co_await exchange_heads(connection, credential, std::move(answer));
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

wire::Awaitable<Outcome<UpstreamAnswer>> dispatch(Connection& connection, const Credential& credential,
                                                  Connect connect) {
    Worker& worker = connection.worker();
    UpstreamAnswer answer;
    answer.pool = &worker.pool(*connection.request.attempt.endpoint->provider);
    if (connect == Connect::reuse) answer.connection = answer.pool->take_idle(worker.tick_time());
    if (answer.connection == nullptr) return exchange_on_new(connection, credential, std::move(answer));
    return exchange_heads(connection, credential, std::move(answer));
}

}  // namespace tollgate
