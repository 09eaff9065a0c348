// A client's socket, plain or TLS, as the sample upstream uses it: whole requests in, bytes out, waiting, and noticing
// meanwhile that the client has left.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/asio.h"

namespace sample {

namespace wire = tollgate::wire;

class Channel : public std::enable_shared_from_this<Channel> {
  public:
    enum class Read { request, closed, malformed };

    // With a TLS context, handshake() comes first.
    Channel(wire::Socket socket, wire::asio::ssl::context* tls);

    wire::Awaitable<bool> handshake();
    // At `request`, head() is valid until drop_request(), and body() once that was read too; at `malformed`, error()
    // says why.
    wire::Awaitable<Read> read_head();
    wire::Awaitable<Read> read_body();
    std::string_view head() const { return {input_.data(), head_bytes_}; }
    // SIMDJSON_PADDING readable bytes stand behind it.
    std::string_view body() const { return {input_.data() + head_bytes_, body_bytes_}; }
    const std::string& error() const { return error_; }
    void drop_request();

    // These answer false once the client is gone.
    wire::Awaitable<bool> send(std::string_view bytes);
    wire::Awaitable<bool> wait_until(wire::Clock::time_point when);
    wire::Awaitable<bool> pause_ms(std::uint32_t ms);
    wire::Awaitable<void> wait_until_gone();
    bool gone() const { return gone_; }

    // Between these two, end of file or a reset from the client ends every wait and write.
    void start_watch();
    void stop_watch();

    wire::Awaitable<void> close(bool properly);
    void reset();  // RST

    const std::string& peer() const { return peer_; }

  private:
    wire::Awaitable<bool> read_more();
    wire::Awaitable<Read> read_sized_body(std::uint64_t content_length);
    wire::Awaitable<Read> read_chunked_body();
    Read malformed(std::string why);
    void watch(std::uint64_t generation);
    void on_readable(std::uint64_t generation);

    wire::Socket socket_;
    std::optional<wire::asio::ssl::stream<wire::Socket&>> tls_;
    wire::Timer timer_;
    wire::Timer watch_timer_;
    std::string peer_;
    std::string error_;
    std::vector<char> input_;
    std::size_t filled_ = 0;
    std::size_t head_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    std::size_t request_bytes_ = 0;  // head and framed body, as they stood on the wire
    std::uint64_t watch_generation_ = 0;
    bool watching_ = false;
    bool gone_ = false;
};

}  // namespace sample
