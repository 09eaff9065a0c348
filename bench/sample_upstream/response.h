// One HTTP response of the sample upstream as it is put together and sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/sample_upstream/channel.h"

namespace sample {

// How an answer ended. Everything but `done` closes the connection.
enum class Outcome : std::uint8_t { done, left, cut, reset };

struct Response {
    explicit Response(Channel& to) : channel(to) {}

    // An empty content type is left out.
    void append_head(std::uint32_t status, std::string_view content_type);
    void append_length(std::size_t bytes);  // and the end of the head
    // Sends `body` whole, as JSON or as what the second names.
    wire::Awaitable<Outcome> send_json(std::uint32_t status, std::string_view extra_fields = {});
    wire::Awaitable<Outcome> send_body(std::uint32_t status, std::string_view content_type,
                                       std::string_view extra_fields);

    Channel& channel;
    std::string id;
    std::string output;  // framed bytes to write
    std::string body;    // a JSON body, or events not yet framed
    bool keep_alive = true;
    std::string_view line_end = "\r\n";  // of the head's lines
};

}  // namespace sample
