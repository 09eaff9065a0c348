#include "gateway/wire/websocket.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace tollgate::wire {
namespace {

constexpr unsigned kFinal = 0x80, kReserved = 0x70, kOpcode = 0x0f, kMasked = 0x80, kLength = 0x7f;
constexpr std::uint64_t kLength16 = 126, kLength64 = 127;  // markers: the length follows
constexpr std::size_t kShortHead = 2, kMaskBytes = 4;

bool is_known(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }
bool is_control(WebSocketOpcode opcode) { return opcode >= WebSocketOpcode::close; }

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

char* put_big_endian(std::uint64_t value, std::size_t bytes, char* out) {
    for (std::size_t i = bytes; i-- > 0;) *out++ = static_cast<char>(value >> (8 * i));
    return out;
}

}  // namespace

bool is_close_code(std::uint16_t code) {
    constexpr std::uint16_t kNeverSent[] = {1004, 1005, 1006};
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && std::ranges::find(kNeverSent, code) == std::end(kNeverSent);
}

void apply_mask(std::span<char> payload, const WebSocketMask& mask) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, mask.data(), kMaskBytes);
    std::memcpy(reinterpret_cast<char*>(&eight) + kMaskBytes, mask.data(), kMaskBytes);
    std::size_t at = 0;
    for (; at + sizeof eight <= payload.size(); at += sizeof eight) {
        std::uint64_t word = 0;
        std::memcpy(&word, payload.data() + at, sizeof word);
        word ^= eight;
        std::memcpy(payload.data() + at, &word, sizeof word);
    }
    for (; at < payload.size(); ++at) payload[at] = static_cast<char>(payload[at] ^ mask[at % kMaskBytes]);
}

std::size_t write_frame_head(WebSocketOpcode opcode, std::size_t payload_bytes, const WebSocketMask* mask, char* out) {
    char* at = out;
    const unsigned masked = mask == nullptr ? 0 : kMasked;
    *at++ = static_cast<char>(kFinal | static_cast<unsigned>(opcode));
    if (payload_bytes < kLength16) {
        *at++ = static_cast<char>(masked | payload_bytes);
    } else if (payload_bytes <= 0xffff) {
        *at++ = static_cast<char>(masked | kLength16);
        at = put_big_endian(payload_bytes, 2, at);
    } else {
        *at++ = static_cast<char>(masked | kLength64);
        at = put_big_endian(payload_bytes, 8, at);
    }
    if (mask != nullptr) at = std::copy(mask->begin(), mask->end(), at);
    return static_cast<std::size_t>(at - out);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    if (code == close_code::kNone) return {};
    std::size_t size = std::min(reason.size(), kMostControlBytes - 2);
    while (size > 0 && size < reason.size() && (static_cast<unsigned char>(reason[size]) & 0xc0) == 0x80) --size;
    std::string payload(2, '\0');
    put_big_endian(code, 2, payload.data());
    return payload.append(reason.substr(0, size));
}

WebSocketReader::Found WebSocketReader::refuse(std::uint16_t code, std::string_view why) {
    close_code_ = code;
    refusal_ = why;
    return Found::refused;
}

// False: it is refused. A head that is not whole has no bytes.
bool WebSocketReader::read_head(std::string_view bytes, FrameHead& head) {
    if (bytes.size() < kShortHead) return true;
    const unsigned first = static_cast<unsigned char>(bytes[0]), second = static_cast<unsigned char>(bytes[1]);
    const auto wrong = [this](std::string_view why) {
        refuse(close_code::kProtocolError, why);
        return false;
    };
    if ((first & kReserved) != 0) return wrong("a frame of an extension that was not agreed on");
    if (!is_known(first & kOpcode)) return wrong("a frame of an unknown kind");
    head.opcode = static_cast<WebSocketOpcode>(first & kOpcode);
    head.last = (first & kFinal) != 0;
    const bool masked = (second & kMasked) != 0;
    if (masked != (peer_ == Peer::client)) return wrong(masked ? "a masked frame" : "a frame without a mask");
    head.payload_bytes = second & kLength;
    if (is_control(head.opcode) && (!head.last || head.payload_bytes > kMostControlBytes)) {
        return wrong("a control frame in parts or too long");
    }
    std::size_t size = kShortHead;
    if (head.payload_bytes >= kLength16) {
        const std::size_t length_bytes = head.payload_bytes == kLength16 ? 2 : 8;
        if (bytes.size() < size + length_bytes) return true;
        const std::uint64_t length = big_endian(bytes.substr(size, length_bytes));
        if (length < (length_bytes == 2 ? kLength16 : 0x10000) || length >> 63 != 0) {
            return wrong("a length that is not written shortest");
        }
        head.payload_bytes = length;
        size += length_bytes;
    }
    if (masked) {
        if (bytes.size() < size + kMaskBytes) return true;
        std::memcpy(head.mask.data(), bytes.data() + size, kMaskBytes);
        size += kMaskBytes;
    }
    head.head_bytes = size;
    return check_order(head);
}

bool WebSocketReader::check_order(const FrameHead& head) {
    if (is_control(head.opcode)) return true;
    if ((head.opcode == WebSocketOpcode::continuation) != in_message_) {
        refuse(close_code::kProtocolError,
               in_message_ ? "a message inside a message" : "a continuation without a message");
        return false;
    }
    if (head.payload_bytes <= most_ - size_) return true;
    refuse(close_code::kTooLarge, "a message that is too large");
    return false;
}

WebSocketReader::Found WebSocketReader::next(Buffer& in) {
    while (true) {
        const std::string_view left = in.view().substr(at_);
        FrameHead head;
        if (!read_head(left, head)) return Found::refused;
        if (head.head_bytes == 0) return wait_for(in, 1);
        const std::size_t frame_bytes = head.head_bytes + static_cast<std::size_t>(head.payload_bytes);
        if (left.size() < frame_bytes) return wait_for(in, frame_bytes - left.size());
        if (peer_ == Peer::client) {
            apply_mask({in.data() + at_ + head.head_bytes, static_cast<std::size_t>(head.payload_bytes)}, head.mask);
        }
        if (is_control(head.opcode)) return take_control(in, head);
        if (!take_data(in, head)) continue;
        if (text_ && !simdjson::validate_utf8(in.data() + begin_, size_)) {
            return refuse(close_code::kNotUtf8, "a text that is not UTF-8");
        }
        return Found::message;
    }
}

WebSocketReader::Found WebSocketReader::take_control(Buffer& in, const FrameHead& head) {
    std::string_view payload = in.view().substr(at_ + head.head_bytes, head.payload_bytes);
    at_ += head.head_bytes + payload.size();
    const auto keep = [this](std::string_view text) {
        std::ranges::copy(text, control_.begin());
        control_size_ = text.size();
    };
    if (head.opcode != WebSocketOpcode::close) {
        keep(payload);
        return head.opcode == WebSocketOpcode::ping ? Found::ping : Found::pong;
    }
    close_code_ = close_code::kNone;
    if (payload.size() == 1) return refuse(close_code::kProtocolError, "a close without a whole code");
    if (!payload.empty()) {
        close_code_ = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
        payload.remove_prefix(2);
        if (!is_close_code(close_code_)) return refuse(close_code::kProtocolError, "a close with a code that is none");
        if (!simdjson::validate_utf8(payload)) return refuse(close_code::kNotUtf8, "a reason that is not UTF-8");
    }
    keep(payload);
    return Found::close;
}

// The first frame's payload stays where it is; those of the others move up to it, each byte once.
bool WebSocketReader::take_data(Buffer& in, const FrameHead& head) {
    const auto size = static_cast<std::size_t>(head.payload_bytes);
    if (!in_message_) {
        begin_ = at_ + head.head_bytes;
        size_ = 0;
        text_ = head.opcode == WebSocketOpcode::text;
    } else if (size > 0) {
        std::memmove(in.data() + begin_ + size_, in.data() + at_ + head.head_bytes, size);
    }
    size_ += size;
    at_ += head.head_bytes + size;
    in_message_ = !head.last;
    return head.last;
}

// What is used up goes, so that the buffer never holds more than a message and what was received last.
WebSocketReader::Found WebSocketReader::wait_for(Buffer& in, std::size_t bytes) {
    if (!in_message_) {
        in.consume(at_);
        begin_ = size_ = at_ = 0;
    } else if (const std::size_t end = begin_ + size_; at_ > end) {
        in.cut(end, at_ - end);
        at_ = end;
    }
    missing_ = bytes;
    return Found::more;
}

void WebSocketReader::consume_message(Buffer& in) {
    in.consume(at_);
    begin_ = size_ = at_ = 0;
}

}  // namespace tollgate::wire
