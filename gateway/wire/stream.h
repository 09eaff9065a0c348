// One TCP connection, plain or TLS, seen as bytes. Written at once where the socket takes the bytes, suspended
// otherwise. Cancelling is done on the socket (close_now, cancel), never on a coroutine.
#pragma once

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/wire/asio.h"

namespace tollgate::wire {

inline constexpr std::size_t kMaxGather = 16;  // pieces of one write

// Bytes of all pieces.
inline std::size_t size_of(std::span<const std::string_view> pieces) {
    std::size_t total = 0;
    for (const std::string_view piece : pieces) total += piece.size();
    return total;
}

class Stream {
  public:
    using ReadResult = std::tuple<ErrorCode, std::size_t>;

    explicit Stream(Socket socket) : socket_(std::move(socket)) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    Socket& socket() { return socket_; }
    int descriptor() { return socket_.native_handle(); }
    bool is_tls() const { return tls_ != nullptr; }

    Awaitable<ErrorCode> handshake_as_server(asio::ssl::context& context);
    // Verifies the certificate for `host`, which is also sent as SNI.
    Awaitable<ErrorCode> handshake_as_client(asio::ssl::context& context, const std::string& host);

    // At least one byte, or an error (end of file is asio::error::eof).
    Awaitable<ReadResult> read_some(char* data, std::size_t size);

    // Writes what the socket takes without waiting; returns the bytes taken. TLS takes none. `error` is set if it
    // failed.
    std::size_t write_now(std::span<const std::string_view> pieces, ErrorCode& error);
    // Writes what is left of `pieces` after `skip` bytes.
    Awaitable<ErrorCode> write_rest(std::span<const std::string_view> pieces, std::size_t skip);
    // At least one byte of that, or an error. Reading may go on beside it.
    Awaitable<ReadResult> write_some(std::span<const std::string_view> pieces, std::size_t skip);

    // Says that nothing more will be written: TLS close_notify, then FIN.
    Awaitable<ErrorCode> shut_down();
    void cancel();     // pending operations end with operation_aborted; the connection stays
    void close_now();  // pending operations end too
    bool is_open() const { return socket_.is_open(); }
    // True if the peer has closed or reset, or sent bytes nobody asked for. Looks without reading.
    bool peer_spoke_or_left();
    // True if the connection is broken and nothing is left to receive.
    bool is_broken();
    // Whether the peer's machine has acknowledged all that was sent, also on a connection that has ended since.
    bool peer_has_all();

  private:
    Socket socket_;
    std::unique_ptr<asio::ssl::stream<Socket&>> tls_;
    bool reports_what_is_left_ = false;  // receive_op.h
};

}  // namespace tollgate::wire
