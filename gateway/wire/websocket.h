// WebSocket frames (RFC 6455, section 5) without extensions: a reader that joins the frames of a message in place, and
// what writes a frame. Sans I/O.
//
// Two designs were weighed. Beast's websocket::stream owns its socket, buffers and ping policy, needs our two kinds of
// connection wrapped in its stream concepts, copies every message, and its templates compile for long. A codec of our
// own is some two hundred lines that a fuzzer reaches, leaves a message where it was received, and lets it go out from
// there. So it is the latter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/wire/buffer.h"

namespace tollgate::wire {

enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

inline constexpr std::size_t kMostControlBytes = 125;  // of the payload of a close, ping or pong

// Section 7.4.1, as far as the gateway says them itself.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000, kGoingAway = 1001, kProtocolError = 1002, kUnsupported = 1003,
                               kNone = 1005, kNotUtf8 = 1007, kPolicy = 1008, kTooLarge = 1009, kInternal = 1011,
                               kTryLater = 1013;
}
// Whether a peer may send the code.
bool is_close_code(std::uint16_t code);

using WebSocketMask = std::array<unsigned char, 4>;

// Masks or unmasks in place: it is the same.
void apply_mask(std::span<char> payload, const WebSocketMask& mask);

inline constexpr std::size_t kMostFrameHeadBytes = 14;
// The head of a whole message's only frame. `mask` is null for what a server sends. Returns the bytes written.
std::size_t write_frame_head(WebSocketOpcode opcode, std::size_t payload_bytes, const WebSocketMask* mask, char* out);
// The payload of a close; kNone: an empty one. A reason that is too long is cut, on a UTF-8 boundary.
std::string close_payload(std::uint16_t code, std::string_view reason);

class WebSocketReader {
  public:
    enum class Peer : std::uint8_t { client, server };  // whose frames these are: a client's are masked, and only those
    enum class Found : std::uint8_t {
        more,     // of the next frame, some is missing
        message,  // whole: see payload(); then consume_message()
        ping,     // control() has its payload
        pong,
        close,    // close_code() and control(), the reason
        refused,  // close_code() says why; nothing more is to be read
    };

    WebSocketReader(Peer peer, std::size_t most_message_bytes) : peer_(peer), most_(most_message_bytes) {}

    // What the bytes in hand, which stay in `in`, hold next. Not to be called between a message and its consumption.
    Found next(Buffer& in);
    // Of the message: unmasked, in one piece, in `in`. It may be changed.
    std::span<char> payload(Buffer& in) const { return {in.data() + begin_, size_}; }
    bool is_text() const { return text_; }
    void consume_message(Buffer& in);

    std::string_view control() const { return {control_.data(), control_size_}; }
    std::uint16_t close_code() const { return close_code_; }
    std::string_view refusal() const { return refusal_; }  // why, in words of ours
    std::size_t missing() const { return missing_; }       // bytes, after `more`: at least so many

  private:
    struct FrameHead {
        WebSocketOpcode opcode = WebSocketOpcode::continuation;
        bool last = false;
        std::size_t head_bytes = 0;  // 0: it is not whole
        std::uint64_t payload_bytes = 0;
        WebSocketMask mask{};
    };

    bool read_head(std::string_view bytes, FrameHead& head);
    bool check_order(const FrameHead& head);
    Found take_control(Buffer& in, const FrameHead& head);
    bool take_data(Buffer& in, const FrameHead& head);  // true: the message is whole
    Found wait_for(Buffer& in, std::size_t bytes);
    Found refuse(std::uint16_t code, std::string_view why);

    const Peer peer_;
    const std::size_t most_;
    // In `in`: the message's payload so far, then maybe what is used up, then what is to be read.
    std::size_t begin_ = 0, size_ = 0, at_ = 0;
    bool in_message_ = false, text_ = false;
    std::array<char, kMostControlBytes> control_{};
    std::size_t control_size_ = 0;
    std::uint16_t close_code_ = 0;
    std::string_view refusal_;
    std::size_t missing_ = 0;
};

}  // namespace tollgate::wire
