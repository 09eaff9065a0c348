// The body of an upstream's response: read, decoded as its framing and its content coding say, and its connection
// released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/exchange/cache_use.h"
#include "gateway/text/error.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/wire/asio.h"
#include "gateway/wire/buffer.h"
#include "gateway/wire/chunked.h"
#include "gateway/wire/http_head.h"
#include "gateway/wire/stacked_decoder.h"
#include "gateway/wire/stream.h"

namespace tollgate {

class Connection;

// Finds a body's payload in the bytes received. Does no I/O.
class BodyDecoder {
  public:
    enum class State : std::uint8_t { more, ended, refused };

    BodyDecoder(wire::Framing framing, std::uint64_t content_length);

    // Decodes what `in` holds behind its first `offset` bytes, in place, and returns how many bytes of payload then
    // stand there. `closed`: the peer will send nothing more.
    std::size_t decode(wire::Buffer& in, std::size_t offset, bool closed);
    State state() const { return state_; }
    std::string_view reason() const { return chunks_.reason(); }  // why it was refused
    wire::Framing framing() const { return framing_; }

  private:
    wire::Framing framing_;
    State state_ = State::more;
    std::uint64_t bytes_left_;  // of a body whose length is known
    wire::ChunkDecoder chunks_;
};

// At once, so that a client that reads slowly keeps no more waiting here.
inline constexpr std::size_t kMostRead = 256 * 1024;

// What one read brought.
struct BodyPart {
    std::string_view payload;  // behind what was in hand; valid until the next read, consume() or release()
    bool end = false;
    Error error{};
};

// Payload stays in hand, at the front of the connection's buffer or, of a coded body, in a buffer of its own, until it
// is consumed. Connection and answer must outlive the reader.
class BodyReader {
  public:
    BodyReader(Connection& connection, UpstreamAnswer& answer);

    // The next part is `reader.must_read() ? reader.take(co_await reader.read()) : reader.take()`. Reading and taking
    // are two calls because a coroutine around them would cost a frame a read. `timeout_ms` 0: the configured gap.
    bool must_read() const { return must_read_; }
    wire::Awaitable<wire::Stream::ReadResult> read(std::uint32_t timeout_ms = 0);
    BodyPart take(const wire::Stream::ReadResult& read = {});

    bool ended() const;
    std::string_view in_hand() const;
    void consume(std::size_t bytes);
    // Room for as many bytes, so that a body of known length is received without growing.
    void reserve(std::size_t bytes) { answer_.connection->in.reserve(bytes); }
    // Gives back room that what is in hand does not need.
    void shrink() { answer_.connection->in.shrink_to(in_hand().size() + kMostRead); }

    // The connection is done with, and so is what is in hand. It is kept for other requests if the answer is `whole`;
    // where only the end of its framing is missing, that is read in the background first.
    void release(bool whole);

  private:
    // Of a body with a content coding: the bytes in hand are what has been decoded.
    struct Coded {
        wire::StackedDecoder decoder;
        bool too_many;  // codings: nothing is decoded
        std::string text{};
        std::uint32_t since_turn = 0;  // steps, without other connections having their turn
        bool ended = false;
    };

    BodyPart take_framed(const wire::Stream::ReadResult& read);
    BodyPart decode(BodyPart coded);
    wire::Awaitable<wire::Stream::ReadResult> give_turn();
    Error malformed(std::string_view what) const;

    Connection& connection_;
    UpstreamAnswer& answer_;
    GatheredBody* const gathered_;  // for the cache; null: nobody wants it
    BodyDecoder decoder_;
    std::unique_ptr<Coded> coded_;
    std::size_t bytes_in_hand_ = 0;  // in the connection's buffer
    bool must_read_;                 // false: bytes came with the head, or are still to be decoded
};

}  // namespace tollgate
