// Answers to the client: heads from an allow-list of ours, errors from the one map, and what every request leaves
// behind.
#pragma once

#include <string>
#include <string_view>

#include "gateway/text/error.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;
struct Exchange;

enum class BodyFraming : std::uint8_t { length, chunked, until_close };

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kEventStreamType = "text/event-stream; charset=utf-8";

// Appends status line and header fields with the empty line to `out`. `extra` holds whole lines with CRLF.
void append_head(Connection& connection, std::string& out, int status, std::string_view content_type,
                 BodyFraming framing, std::size_t content_length, std::string_view extra = {});
// Chunked for HTTP/1.1, delimited by closing for HTTP/1.0.
BodyFraming open_ended_framing(Connection& connection);

wire::Awaitable<void> reply_json(Connection& connection, int status, std::string_view body, std::string_view extra = {},
                                 std::string_view content_type = kJsonType);
wire::Awaitable<void> reply_error(Connection& connection, const Error& error);

// Counts and logs; for every request, once, when it is over.
void finish_request(Connection& connection);

}  // namespace tollgate
