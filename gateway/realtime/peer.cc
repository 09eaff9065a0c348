#include "gateway/realtime/peer.h"

#include <openssl/rand.h>
#include <poll.h>

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

constexpr std::size_t kLeastRoom = 4096, kMostRoom = std::size_t{256} << 10;  // of one read
constexpr std::size_t kKeptBytes = 16384;                                     // of a buffer, between messages
constexpr std::size_t kMostPostedBytes = 65536;

// A mask must not be predictable (RFC 6455, section 5.3). Random bytes are drawn for many at once.
wire::WebSocketMask next_mask() {
    thread_local std::array<wire::WebSocketMask, 64> masks;
    thread_local std::size_t used = masks.size();
    if (used == masks.size()) {
        RAND_bytes(masks.front().data(), sizeof masks);
        used = 0;
    }
    return masks[used++];
}

}  // namespace

RealtimePeer::RealtimePeer(wire::WebSocketReader::Peer who, wire::Stream& stream, wire::Buffer& in,
                           std::size_t most_message_bytes, MemoryBudget& memory, const Id128& organization)
    : who_(who),
      stream_(stream),
      in_(in),
      reader_(who, most_message_bytes),
      memory_(memory),
      organization_(organization),
      turn_(stream.socket().get_executor()) {
    turn_.expires_at(wire::Clock::time_point::max());
}

// Whether there is memory for more of the frame that is coming.
bool RealtimePeer::make_room() {
    const std::size_t room = std::clamp(reader_.missing(), kLeastRoom, kMostRoom);
    const std::size_t wanted = in_.size() + room;
    if (wanted > MemoryBudget::kSmallBytes && !memory_.grow_to(organization_, held_, wanted)) return false;
    in_.room(room);
    return true;
}

wire::Awaitable<RealtimePeer::Received> RealtimePeer::receive() {
    using Found = wire::WebSocketReader::Found;
    while (!stopped_) {
        switch (reader_.next(in_)) {
            case Found::message:
                if (reader_.is_text()) co_return Received::message;
                binary_ = true;
                consume();
                co_return Received::refused;
            case Found::close:
                closed_ = true;
                co_return Received::closed;
            case Found::refused:
                co_return Received::refused;
            case Found::ping:
                co_await post(Opcode::pong, reader_.control());
                continue;
            case Found::pong:
                continue;
            case Found::more:
                break;
        }
        if (!make_room()) co_return Received::no_memory;
        silent_since_ = wire::Clock::now();
        auto [failed, bytes] = co_await stream_.read_some(in_.room(1), in_.room_size());
        silent_since_ = wire::Clock::time_point::max();
        if (!failed) in_.produced(bytes);  // also what came as it was stopped: it may be resumed
        if (stopped_ || failed == wire::asio::error::operation_aborted) break;
        if (failed || bytes == 0) {
            broken_ = true;
            co_return Received::ended;
        }
    }
    co_return Received::stopped;
}

void RealtimePeer::consume() {
    reader_.consume_message(in_);
    if (held_ == 0) return;
    in_.shrink_to(kKeptBytes);
    memory_.give_back(organization_, held_);
}

void RealtimePeer::stop_reading() {
    stopped_ = true;
    if (!writing_) stream_.cancel();
}

bool RealtimePeer::is_gone() {
    pollfd look{stream_.descriptor(), 0, 0};
    if (::poll(&look, 1, 0) <= 0 || (look.revents & (POLLHUP | POLLERR)) == 0) return false;
    return broken_ || stream_.is_broken();  // what came before is still to be read
}

void RealtimePeer::give_up() {
    stopped_ = broken_ = true;
    stream_.cancel();
}

wire::Awaitable<void> RealtimePeer::take_turn() {
    while (writing_) (void)co_await turn_.async_wait(wire::kAwait);
    writing_ = true;
}

// Lets the next one write, when all that was posted meanwhile is sent.
wire::Awaitable<void> RealtimePeer::flush() {
    std::string frames;
    while (!broken_ && (!posted_.empty() || !pong_.empty())) {
        frames.swap(posted_);
        frames += pong_;
        posted_.clear();
        pong_.clear();
        const std::string_view piece = frames;
        co_await write({&piece, 1});
        frames.clear();
    }
    writing_ = false;
    turn_.cancel();
    if (stopped_) stream_.cancel();  // the read that stop_reading() left alone
}

wire::Awaitable<void> RealtimePeer::write(std::span<const std::string_view> pieces) {
    const std::size_t total = wire::size_of(pieces);
    wire::ErrorCode error;
    std::size_t written = broken_ ? total : stream_.write_now(pieces, error);
    while (!error && written < total) {
        stuck_since_ = wire::Clock::now();
        auto [failed, bytes] = co_await stream_.write_some(pieces, written);
        error = failed;
        written += bytes;
    }
    stuck_since_ = wire::Clock::time_point::max();
    if (error) broken_ = true;
}

wire::Awaitable<bool> RealtimePeer::send(std::span<char> payload) {
    co_await take_turn();
    std::array<char, wire::kMostFrameHeadBytes> head;
    std::size_t head_bytes = 0;
    if (who_ == wire::WebSocketReader::Peer::server) {
        const wire::WebSocketMask mask = next_mask();
        head_bytes = wire::write_frame_head(Opcode::text, payload.size(), &mask, head.data());
        wire::apply_mask(payload, mask);
    } else {
        head_bytes = wire::write_frame_head(Opcode::text, payload.size(), nullptr, head.data());
    }
    const std::array<std::string_view, 2> pieces = {std::string_view(head.data(), head_bytes),
                                                    std::string_view(payload.data(), payload.size())};
    co_await write(pieces);
    co_await flush();
    co_return !broken_;
}

void RealtimePeer::append_frame(Opcode opcode, std::string_view payload, std::string& to) {
    std::array<char, wire::kMostFrameHeadBytes> head;
    const bool masked = who_ == wire::WebSocketReader::Peer::server;
    const wire::WebSocketMask mask = masked ? next_mask() : wire::WebSocketMask{};
    to.append(head.data(), wire::write_frame_head(opcode, payload.size(), masked ? &mask : nullptr, head.data()));
    const std::size_t begin = to.size();
    to += payload;
    if (masked) wire::apply_mask(std::span(to).subspan(begin), mask);
}

wire::Awaitable<void> RealtimePeer::post(Opcode opcode, std::string_view payload) {
    if (opcode == Opcode::pong) {
        pong_.clear();
        append_frame(opcode, payload, pong_);
    } else if (posted_.size() + payload.size() > kMostPostedBytes) {
        give_up();  // it takes nothing of what it is told
    } else {
        append_frame(opcode, payload, posted_);
    }
    if (writing_) co_return;
    writing_ = true;
    co_await flush();
}

}  // namespace tollgate
