#include "bench/sample_upstream/response.h"

#include <cstdio>

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
    if (status == 200) {
        output += "HTTP/1.1 200 OK\r\n";
    } else {
        output += "HTTP/1.1 " + std::to_string(status) + " ";
        output += reason_phrase(status);
        output += "\r\n";
    }
    output += "Content-Type: ";
    output += content_type;
    output += "\r\nX-Request-Id: ";
    output += id;
    output += "\r\n";
    if (!keep_alive) output += "Connection: close\r\n";
}

void Response::append_length(std::size_t bytes) {
    char digits[24];
    auto length = std::snprintf(digits, sizeof digits, "%zu", bytes);
    output += "Content-Length: ";
    output.append(digits, static_cast<std::size_t>(length));
    output += "\r\n\r\n";
}

wire::Awaitable<Outcome> Response::send_json(std::uint32_t status, std::string_view extra_fields) {
    output.clear();
    append_head(status, "application/json");
    output += extra_fields;
    append_length(body.size());
    output += body;
    co_return co_await channel.send(output) ? Outcome::done : Outcome::left;
}

}  // namespace sample
