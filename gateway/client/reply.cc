#include "gateway/client/reply.h"

#include <algorithm>
#include <charconv>

#include "gateway/client/connection.h"
#include "gateway/client/field_value.h"
#include "gateway/exchange/refusal.h"
#include "gateway/ops/request_log.h"
#include "gateway/text/buffered_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

// Time spent in the gateway: waiting for the client's body, for a connection and for the upstream is not counted, nor
// are attempts that failed before the one that is answered.
std::int64_t overhead_us(const Exchange& request) {
    const auto now = wire::Clock::now();
    constexpr wire::Clock::time_point kNever{};
    const auto begin = request.attempt.began != kNever    ? request.attempt.began
                       : request.received.ready != kNever ? request.received.ready
                                                          : request.head.started;
    if (request.attempt.upstream_answered == kNever) return wire::us_between(begin, now);
    return wire::us_between(begin, request.attempt.sent_upstream) - request.attempt.connecting_us +
           wire::us_between(request.attempt.upstream_answered, now);
}

void append_tollgate_fields(Exchange& request, BufferedText& out) {
    out += "x-request-id: ";
    out += request.head.request_id();
    out += "\r\nx-generation-id: ";
    out += request.head.generation_id();
    out += "\r\n";
    if (request.principal.policy != nullptr) {
        out += "x-tollgate-organization: ";
        out += request.principal.policy->organization_text;
        out += "\r\n";
    }
    if (request.principal.attribution != nullptr) {
        out += "x-tollgate-routed-by: ";
        out += to_string(request.principal.attribution->routed_by);
        out += "\r\n";
    }
    if (request.attempt.endpoint != nullptr) {
        out += "x-tollgate-provider: ";
        append_field_value(request.attempt.endpoint->provider->name, out);
        out += "\r\nx-tollgate-model: ";
        append_field_value(request.attempt.endpoint->model->id, out);
        out += "\r\n";
    }
    if (request.choice.model.level != LlmLevel::none) {
        out += "x-tollgate-model-source: ";
        out += to_string(request.choice.model.level);
        out += "\r\n";
    }
    if (request.terms.sent_output_bound > 0) {
        out += "x-tollgate-max-tokens: ";
        out.number(request.terms.sent_output_bound);
        out += "\r\n";
    }
    static const TranslationNotes kNone;
    const TranslatedRequest* const translation = request.attempt.translation.get();
    const TranslationNotes& notes = translation == nullptr ? kNone : translation->notes;
    if (request.ask.body.removed != 0 || !notes.dropped.empty()) {
        std::string removed;
        append_removed(request.ask.body, removed);
        if (!removed.empty() && !notes.dropped.empty()) removed += ", ";
        (((out += "x-tollgate-removed-fields: ") += removed) += notes.dropped.text()) += "\r\n";
    }
    if (!notes.changed.empty()) ((out += "x-tollgate-changed-fields: ") += notes.changed.text()) += "\r\n";
    if (request.cache != nullptr) {
        std::string fields;
        append_cache_fields(*request.cache, fields);
        out += fields;
    }
    request.reply.overhead_us = overhead_us(request);
    out += "x-tollgate-overhead-us: ";
    out.number(request.reply.overhead_us);
    out += "\r\n";
    append_rate_limits(request.terms, out);
}

}  // namespace

BodyFraming open_ended_framing(Connection& connection) {
    if (connection.request.head.minor_version >= 1) return BodyFraming::chunked;
    connection.close_after = true;
    return BodyFraming::until_close;
}

void append_head(Connection& connection, std::string& to, int status, std::string_view content_type,
                 BodyFraming framing, std::size_t content_length, std::string_view extra) {
    Exchange& request = connection.request;
    request.reply.status = status;
    request.reply.status_sent = status;
    BufferedText out(to);
    out += "HTTP/1.1 ";
    out.number(status);
    out += ' ';
    out += reason_of(status);
    out += "\r\ndate: ";
    out += connection.worker().http_date();
    if (!content_type.empty()) {
        out += "\r\ncontent-type: ";
        out += content_type;
    }
    out += "\r\n";
    if (framing == BodyFraming::length && status != 204 && status != 304) {
        out += "content-length: ";
        out.number(static_cast<std::int64_t>(content_length));
        out += "\r\n";
    } else if (framing == BodyFraming::chunked) {
        out += "transfer-encoding: chunked\r\n";
    }
    append_tollgate_fields(request, out);
    out += request.head.cors_fields;
    out += extra;
    if (connection.close_after || !request.head.keep_alive) {
        out += "connection: close\r\n";
    } else if (request.head.minor_version == 0) {
        out += "connection: keep-alive\r\n";
    }
    out += "\r\n";
}

wire::Awaitable<void> reply_json(Connection& connection, int status, std::string_view body, std::string_view extra,
                                 std::string_view content_type) {
    std::string& out = connection.out;
    out.clear();
    append_head(connection, out, status, status == 204 ? std::string_view() : content_type, BodyFraming::length,
                body.size(), extra);
    const std::array<std::string_view, 2> pieces{out, connection.request.head.head_only ? std::string_view() : body};
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
}

wire::Awaitable<void> reply_error(Connection& connection, const Error& error) {
    Exchange& request = connection.request;
    request.reply.error = error.kind();
    request.reply.status = status_of(error);
    if (connection.client_gone()) co_return;
    std::string extra(error_headers(error.kind()));
    if (error.kind() == ErrorKind::method_not_allowed) {
        extra += "allow: " + request.head.route->allow() + "\r\n";
    }
    extra += error.detail().headers;
    const std::string body = request.head.inbound->error_body(error, request.reply.status);
    co_await reply_json(connection, request.reply.status, body, extra);
}

void finish_request(Connection& connection) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    if (connection.client_gone() && request.reply.error == ErrorKind::none && request.reply.cancelled) {
        request.reply.status = status_of(ErrorKind::client_closed_request);
    }
    const std::int64_t duration_us = wire::us_between(request.head.started, wire::Clock::now());
    count_request(worker, request, duration_us);
    if (worker.services().access_log->enabled()) log_request(worker, request, duration_us);
}

}  // namespace tollgate
