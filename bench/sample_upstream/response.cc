#include "bench/sample_upstream/response.h"

#include <string>

namespace sample {
namespace {

std::string_view reason_phrase(std::uint32_t status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        default:
            return "Sample";
    }
}

}  // namespace

void Response::append_head(std::uint32_t status, std::string_view content_type) {
    output += "HTTP/1.1 " + std::to_string(status) + " ";
    output += reason_phrase(status);
    output += line_end;
    if (!content_type.empty()) {
        output += "Content-Type: ";
        output += content_type;
        output += line_end;
    }
    output += "X-Request-Id: ";
    output += id;
    output += line_end;
    if (keep_alive) return;
    output += "Connection: close";
    output += line_end;
}

void Response::append_length(std::size_t bytes) {
    output += "Content-Length: " + std::to_string(bytes);
    output += line_end;
    output += line_end;
}

wire::Awaitable<Outcome> Response::send_json(std::uint32_t status, std::string_view extra_fields) {
    return send_body(status, "application/json", extra_fields);
}

wire::Awaitable<Outcome> Response::send_body(std::uint32_t status, std::string_view content_type,
                                             std::string_view extra_fields) {
    output.clear();
    append_head(status, content_type);
    output += extra_fields;
    append_length(body.size());
    output += body;
    co_return co_await channel.send(output) ? Outcome::done : Outcome::left;
}

}  // namespace sample
