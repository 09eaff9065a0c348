#include "gateway/wire/stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "gateway/wire/receive_op.h"
#include "gateway/wire/system_calls.h"

namespace tollgate::wire {
namespace {

constexpr std::size_t kJoinedBytes = 1024;

using Buffers = std::array<asio::const_buffer, kMaxGather>;

// The part of `pieces` behind `skip` bytes; unused entries stay empty.
Buffers rest_of(std::span<const std::string_view> pieces, std::size_t skip) {
    Buffers buffers;
    std::size_t used = 0;
    for (std::string_view piece : pieces) {
        const std::size_t drop = std::min(skip, piece.size());
        skip -= drop;
        piece.remove_prefix(drop);
        if (!piece.empty() && used < buffers.size()) buffers[used++] = asio::const_buffer(piece.data(), piece.size());
    }
    return buffers;
}

// Small pieces are joined first: that is cheaper than a message header and its vector, which the kernel has to fetch.
// Never inlined: bench/floor counts writes by its calls.
[[gnu::noinline]] ssize_t send_pieces(int descriptor, std::span<const std::string_view> pieces) {
    constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
    if (pieces.size() == 1) return send_bytes(descriptor, pieces.front().data(), pieces.front().size(), kFlags);
    const std::size_t total = size_of(pieces);
    if (total <= kJoinedBytes) {
        std::array<char, kJoinedBytes> joined;
        char* end = joined.data();
        for (const std::string_view piece : pieces) end = std::copy(piece.begin(), piece.end(), end);
        return send_bytes(descriptor, joined.data(), total, kFlags);
    }
    std::array<iovec, kMaxGather> vectors;
    std::size_t count = 0;
    for (const std::string_view piece : pieces) {
        if (!piece.empty() && count < vectors.size())
            vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    return send_message(descriptor, message, kFlags);
}

}  // namespace

Awaitable<ErrorCode> Stream::handshake_as_server(asio::ssl::context& context) {
    tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, context);
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kAwait);
    co_return error;
}

Awaitable<ErrorCode> Stream::handshake_as_client(asio::ssl::context& context, const std::string& host) {
    tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, context);
    SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
    tls_->set_verify_mode(asio::ssl::verify_peer);
    tls_->set_verify_callback(asio::ssl::host_name_verification(host));
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kAwait);
    co_return error;
}

Awaitable<Stream::ReadResult> Stream::read_some(char* data, std::size_t size) {
    if (tls_ != nullptr) return tls_->async_read_some(asio::buffer(data, size), kAwait);
    if (!reports_what_is_left_) {
        report_what_is_left(descriptor());
        reports_what_is_left_ = true;
    }
    return socket_.async_read_some(ReceiveBuffer(data, size), kAwait);
}

std::size_t Stream::write_now(std::span<const std::string_view> pieces, ErrorCode& error) {
    if (tls_ != nullptr) return 0;
    const ssize_t sent = send_pieces(descriptor(), pieces);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        error = ErrorCode(errno, boost::system::system_category());
    return 0;
}

Awaitable<ErrorCode> Stream::write_rest(std::span<const std::string_view> pieces, std::size_t skip) {
    const Buffers buffers = rest_of(pieces, skip);
    if (tls_ != nullptr) {
        auto [error, bytes] = co_await asio::async_write(*tls_, buffers, kAwait);
        co_return error;
    }
    auto [error, bytes] = co_await asio::async_write(socket_, buffers, kAwait);
    co_return error;
}

Awaitable<Stream::ReadResult> Stream::write_some(std::span<const std::string_view> pieces, std::size_t skip) {
    const Buffers buffers = rest_of(pieces, skip);
    if (tls_ != nullptr) co_return co_await tls_->async_write_some(buffers, kAwait);
    co_return co_await socket_.async_write_some(buffers, kAwait);
}

Awaitable<ErrorCode> Stream::shut_down() {
    if (tls_ != nullptr) {
        auto [error] = co_await tls_->async_shutdown(kAwait);
        co_return error;
    }
    ErrorCode error;
    socket_.shutdown(Socket::shutdown_send, error);
    co_return error;
}

void Stream::cancel() {
    ErrorCode ignored;
    socket_.cancel(ignored);
}

void Stream::close_now() {
    ErrorCode ignored;
    socket_.close(ignored);
}

bool Stream::is_broken() {
    char byte = 0;
    return receive_bytes(descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno != EAGAIN &&
           errno != EWOULDBLOCK;
}

bool Stream::peer_has_all() {
    int unacknowledged = 0;
    return ::ioctl(descriptor(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0;
}

bool Stream::peer_spoke_or_left() {
    char byte = 0;
    const ssize_t seen = receive_bytes(descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace tollgate::wire
