#include "bench/sample_upstream/channel.h"

#include <poll.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "bench/sample_upstream/http_request.h"

namespace sample {
namespace {

namespace asio = wire::asio;

constexpr std::size_t kInitialBufferBytes = 4096;
constexpr auto kWatchAgain = std::chrono::milliseconds(20);

}  // namespace

Channel::Channel(wire::Socket socket, asio::ssl::context* tls)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      watch_timer_(socket_.get_executor()),
      input_(kInitialBufferBytes) {
    wire::ErrorCode ignored;
    socket_.set_option(wire::Tcp::no_delay(true), ignored);
    auto peer = socket_.remote_endpoint(ignored);
    peer_ = peer.address().to_string() + ":" + std::to_string(peer.port());
    if (tls) tls_.emplace(socket_, *tls);
}

wire::Awaitable<bool> Channel::handshake() {
    if (!tls_) co_return true;
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, wire::kAwait);
    co_return !error;
}

wire::Awaitable<bool> Channel::read_more() {
    // simdjson reads past the end of the body, so that much room always stays behind it.
    if (input_.size() - filled_ <= simdjson::SIMDJSON_PADDING) input_.resize(input_.size() * 2);
    auto room = asio::buffer(input_.data() + filled_, input_.size() - filled_ - simdjson::SIMDJSON_PADDING);
    auto [error, bytes] = tls_ ? co_await tls_->async_read_some(room, wire::kAwait)
                               : co_await socket_.async_read_some(room, wire::kAwait);
    filled_ += bytes;
    co_return !error;
}

Channel::Read Channel::malformed(std::string why) {
    error_ = std::move(why);
    return Read::malformed;
}

wire::Awaitable<Channel::Read> Channel::read_head() {
    std::size_t searched = 0;
    std::size_t head_end = std::string_view::npos;
    while (true) {
        std::string_view have(input_.data(), filled_);
        head_end = have.find("\r\n\r\n", searched > 3 ? searched - 3 : 0);
        if (head_end != std::string_view::npos) break;
        searched = filled_;
        if (filled_ > kMaxHeadBytes) co_return malformed("the head is too long");
        if (!co_await read_more()) co_return Read::closed;
    }
    head_bytes_ = head_end + 4;
    auto parsed = parse_request_head(head());
    co_return parsed ? Read::request : malformed(parsed.error());
}

wire::Awaitable<Channel::Read> Channel::read_body() {
    auto head = parse_request_head({input_.data(), head_bytes_});
    if (!head) co_return malformed(head.error());
    if (head->expects_continue && !co_await send("HTTP/1.1 100 Continue\r\n\r\n")) co_return Read::closed;
    if (head->chunked) co_return co_await read_chunked_body();
    co_return co_await read_sized_body(head->content_length);
}

wire::Awaitable<Channel::Read> Channel::read_sized_body(std::uint64_t content_length) {
    if (content_length > kMaxBodyBytes) co_return malformed("the body is too long");
    body_bytes_ = static_cast<std::size_t>(content_length);
    request_bytes_ = head_bytes_ + body_bytes_;
    if (input_.size() < request_bytes_ + simdjson::SIMDJSON_PADDING) {
        input_.resize(request_bytes_ + 2 * simdjson::SIMDJSON_PADDING);
    }
    while (filled_ < request_bytes_) {
        if (!co_await read_more()) co_return Read::closed;
    }
    co_return Read::request;
}

wire::Awaitable<Channel::Read> Channel::read_chunked_body() {
    ChunkedBody body;
    while (true) {
        auto state = body.decode(input_.data() + head_bytes_, filled_ - head_bytes_);
        if (state == ChunkedBody::State::done) break;
        if (state == ChunkedBody::State::bad || body.body_bytes() > kMaxBodyBytes) {
            co_return malformed("the chunked body is malformed or too long");
        }
        if (!co_await read_more()) co_return Read::closed;
    }
    body_bytes_ = body.body_bytes();
    request_bytes_ = head_bytes_ + body.consumed_bytes();
    co_return Read::request;
}

// Bytes behind the request belong to the next one.
void Channel::drop_request() {
    std::memmove(input_.data(), input_.data() + request_bytes_, filled_ - request_bytes_);
    filled_ -= request_bytes_;
}

wire::Awaitable<bool> Channel::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (gone_) co_return false;
        auto rest = asio::buffer(bytes.data(), bytes.size());
        auto [error, sent] = tls_ ? co_await tls_->async_write_some(rest, wire::kAwait)
                                  : co_await socket_.async_write_some(rest, wire::kAwait);
        if (error) {
            gone_ = true;
            co_return false;
        }
        bytes.remove_prefix(sent);
    }
    co_return true;
}

wire::Awaitable<bool> Channel::wait_until(wire::Clock::time_point when) {
    if (!gone_ && when > wire::Clock::now()) {
        timer_.expires_at(when);
        co_await timer_.async_wait(wire::kAwait);
    }
    co_return !gone_;
}

wire::Awaitable<bool> Channel::pause_ms(std::uint32_t ms) {
    if (ms == 0) co_return !gone_;
    co_return co_await wait_until(wire::Clock::now() + std::chrono::milliseconds(ms));
}

wire::Awaitable<void> Channel::wait_until_gone() {
    while (!gone_) co_await wait_until(wire::Clock::now() + std::chrono::hours(1));
}

void Channel::start_watch() {
    watching_ = true;
    watch(++watch_generation_);
}

void Channel::stop_watch() {
    if (!watching_) return;
    watching_ = false;
    ++watch_generation_;
    wire::ErrorCode ignored;
    socket_.cancel(ignored);
    watch_timer_.cancel();
}

void Channel::watch(std::uint64_t generation) {
    socket_.async_wait(wire::Socket::wait_read,
                       [this, self = shared_from_this(), generation](const wire::ErrorCode& error) {
                           if (!error && generation == watch_generation_) on_readable(generation);
                       });
}

void Channel::on_readable(std::uint64_t generation) {
    pollfd state{socket_.native_handle(), POLLRDHUP, 0};
    ::poll(&state, 1, 0);
    if ((state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
        gone_ = true;
        timer_.cancel();
        wire::ErrorCode ignored;
        socket_.cancel(ignored);
        return;
    }
    // Bytes of a next request: they stay readable, so look again later rather than spin.
    watch_timer_.expires_after(kWatchAgain);
    watch_timer_.async_wait([this, self = shared_from_this(), generation](const wire::ErrorCode& error) {
        if (!error && generation == watch_generation_) watch(generation);
    });
}

wire::Awaitable<void> Channel::close(bool properly) {
    if (tls_ && properly && !gone_) (void)co_await tls_->async_shutdown(wire::kAwait);
    wire::ErrorCode ignored;
    socket_.close(ignored);
}

void Channel::reset() {
    wire::ErrorCode ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

}  // namespace sample
