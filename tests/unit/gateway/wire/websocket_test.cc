#include "gateway/wire/websocket.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "gateway/wire/websocket_handshake.h"

namespace tollgate::wire {
namespace {

using Found = WebSocketReader::Found;
using Peer = WebSocketReader::Peer;
using namespace std::string_literals;

constexpr std::size_t kMost = 1000;
constexpr WebSocketMask kMask = {0x37, 0xfa, 0x21, 0x3d};

struct Seen {
    std::vector<std::string> messages, controls;
    Found last = Found::more;
    std::uint16_t code = 0;
    bool text = false;
};

// The bytes in parts of that size.
Seen read(const std::string& bytes, Peer peer, std::size_t part_bytes, std::size_t most = kMost) {
    WebSocketReader reader(peer, most);
    Buffer in(16);
    Seen seen;
    for (std::size_t at = 0; at < bytes.size() && seen.last != Found::refused; at += part_bytes) {
        const std::string part = bytes.substr(at, part_bytes);
        std::memcpy(in.room(part.size()), part.data(), part.size());
        in.produced(part.size());
        while (true) {
            seen.last = reader.next(in);
            if (seen.last == Found::message) {
                const auto payload = reader.payload(in);
                seen.messages.emplace_back(payload.data(), payload.size());
                seen.text = reader.is_text();
                reader.consume_message(in);
                continue;
            }
            if (seen.last == Found::more || seen.last == Found::refused) break;
            seen.controls.emplace_back(reader.control());
            if (seen.last == Found::close) break;
        }
    }
    seen.code = reader.close_code();
    return seen;
}

std::string frame(WebSocketOpcode opcode, std::string payload, const WebSocketMask* mask = nullptr, bool last = true) {
    std::string out(kMostFrameHeadBytes, '\0');
    out.resize(write_frame_head(opcode, payload.size(), mask, out.data()));
    if (!last) out[0] = static_cast<char>(out[0] & 0x7f);
    if (mask != nullptr) apply_mask(payload, *mask);
    return out + payload;
}

// RFC 6455, section 5.7, whatever the parts are that the bytes come in.
TEST(WebSocket, ReadsTheExamplesOfTheRfc) {
    const std::string unmasked("\x81\x05\x48\x65\x6c\x6c\x6f", 7);
    const std::string masked("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
    const std::string in_parts("\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f", 9);
    const std::string ping("\x89\x05\x48\x65\x6c\x6c\x6f", 7);
    const std::string pong("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
    const std::string binary = "\x82\x7e\x01\x00"s + std::string(256, 'x');
    const std::string long_binary = "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, 'x');
    for (const std::size_t part : {1, 2, 3, 7, 100000}) {
        EXPECT_EQ(read(unmasked, Peer::server, part).messages, std::vector{"Hello"s});
        EXPECT_TRUE(read(unmasked, Peer::server, part).text);
        EXPECT_EQ(read(masked, Peer::client, part).messages, std::vector{"Hello"s});
        EXPECT_EQ(read(in_parts, Peer::server, part).messages, std::vector{"Hello"s});
        EXPECT_EQ(read(ping, Peer::server, part).controls, std::vector{"Hello"s});
        EXPECT_EQ(read(pong, Peer::client, part).controls, std::vector{"Hello"s});
        EXPECT_EQ(read(binary, Peer::server, part).messages, std::vector{std::string(256, 'x')});
        EXPECT_FALSE(read(binary, Peer::server, part).text);
        EXPECT_EQ(read(long_binary, Peer::server, part, 65536).messages, std::vector{std::string(65536, 'x')});
    }
}

TEST(WebSocket, WritesTheExamplesOfTheRfc) {
    EXPECT_EQ(frame(WebSocketOpcode::text, "Hello"), std::string("\x81\x05\x48\x65\x6c\x6c\x6f", 7));
    EXPECT_EQ(frame(WebSocketOpcode::text, "Hello", &kMask),
              std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
    EXPECT_EQ(frame(WebSocketOpcode::binary, std::string(256, 'x')).substr(0, 4), "\x82\x7e\x01\x00"s);
    EXPECT_EQ(frame(WebSocketOpcode::binary, std::string(65536, 'x')).substr(0, 10),
              "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

// Section 1.3.
TEST(WebSocket, AnswersTheHandshakeOfTheRfc) {
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_TRUE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
    EXPECT_FALSE(is_websocket_key("dGhlIHNhbXBsZSBub25j"));
    EXPECT_FALSE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=\n"));
    EXPECT_FALSE(is_websocket_key(""));
    const std::string key = new_websocket_key();
    EXPECT_TRUE(is_websocket_key(key));
    EXPECT_NE(key, new_websocket_key());
}

TEST(WebSocket, ControlFramesMayStandInsideAMessage) {
    const std::string bytes =
        frame(WebSocketOpcode::text, "one ", &kMask, false) + frame(WebSocketOpcode::ping, "are you there", &kMask) +
        frame(WebSocketOpcode::continuation, "", &kMask, false) + frame(WebSocketOpcode::pong, "", &kMask) +
        frame(WebSocketOpcode::continuation, "message", &kMask) + frame(WebSocketOpcode::text, "another", &kMask);
    for (std::size_t part = 1; part <= bytes.size(); ++part) {
        const Seen seen = read(bytes, Peer::client, part);
        EXPECT_EQ(seen.messages, (std::vector{"one message"s, "another"s})) << part;
        EXPECT_EQ(seen.controls, (std::vector{"are you there"s, ""s})) << part;
        EXPECT_EQ(seen.last, Found::more) << part;
    }
}

struct Refusal {
    const char* what;
    std::string bytes;
    std::uint16_t code;
    Peer peer = Peer::server;
};

TEST(WebSocket, RefusesWhatBreaksTheProtocol) {
    const std::string open = frame(WebSocketOpcode::text, "a", nullptr, false);
    const Refusal kRefusals[] = {
        {"a reserved bit", "\xc1\x00"s, 1002},
        {"an unknown opcode", "\x83\x00"s, 1002},
        {"an unknown control opcode", "\x8b\x00"s, 1002},
        {"a client without a mask", "\x81\x00"s, 1002, Peer::client},
        {"a server with one", "\x81\x80\x01\x02\x03\x04"s, 1002},
        {"a ping in parts", "\x09\x00"s, 1002},
        {"a long ping", "\x89\x7e\x00\x7e"s + std::string(126, 'x'), 1002},
        {"16 bits for a short length", "\x82\x7e\x00\x7d"s, 1002},
        {"64 bits for a middling length", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, 1002},
        {"a negative length", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s, 1002},
        {"a continuation of nothing", frame(WebSocketOpcode::continuation, "a"), 1002},
        {"a message in a message", open + frame(WebSocketOpcode::text, "b"), 1002},
        {"a long message", "\x82\x7e\x03\xe9"s, 1009},
        {"a message that grows long", open + "\x80\x7e\x03\xe8"s, 1009},
        {"a message of all lengths", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, 1009},
        {"a text that is no UTF-8", frame(WebSocketOpcode::text, "\xff"), 1007},
        {"a character cut by the end", open + frame(WebSocketOpcode::continuation, "\xc3"), 1007},
        {"half a close code", "\x88\x01\x03"s, 1002},
        {"a close code that is none", "\x88\x02\x03\xed"s, 1002},
        {"a close code of nobody", "\x88\x02\x00\x00"s, 1002},
        {"a reason that is no UTF-8", "\x88\x03\x03\xe8\xff"s, 1007},
    };
    for (const Refusal& one : kRefusals) {
        for (const std::size_t part : {std::size_t{1}, one.bytes.size()}) {
            const Seen seen = read(one.bytes, one.peer, part);
            EXPECT_EQ(seen.last, Found::refused) << one.what;
            EXPECT_EQ(seen.code, one.code) << one.what;
        }
    }
}

TEST(WebSocket, ACharacterMayBeCutByAFrame) {
    const std::string bytes =
        frame(WebSocketOpcode::text, "caf\xc3", nullptr, false) + frame(WebSocketOpcode::continuation, "\xa9");
    EXPECT_EQ(read(bytes, Peer::server, 1).messages, std::vector{"café"s});
}

TEST(WebSocket, ACloseSaysItsCodeAndReason) {
    Seen seen = read(
        "\x88\x05\x03\xf0"
        "bad"s,
        Peer::server, 1);
    EXPECT_EQ(seen.last, Found::close);
    EXPECT_EQ(seen.code, 1008);
    EXPECT_EQ(seen.controls, std::vector{"bad"s});
    seen = read("\x88\x00"s, Peer::server, 1);
    EXPECT_EQ(seen.last, Found::close);
    EXPECT_EQ(seen.code, close_code::kNone);
    EXPECT_EQ(close_payload(close_code::kNone, "unsaid"), "");
    EXPECT_EQ(close_payload(1008, "bad"),
              "\x03\xf0"
              "bad"s);
    // 123 bytes fit beside the code, and no half character.
    EXPECT_EQ(close_payload(1000, std::string(122, 'a') + "é").size(), 124U);
}

// A flood of small frames costs no more memory than a message may have, and no time for what was read before.
TEST(WebSocket, ManySmallFramesStayInASmallBuffer) {
    WebSocketReader reader(Peer::server, kMost);
    Buffer in(4096);
    const std::string part = frame(WebSocketOpcode::continuation, "", nullptr, false);
    std::string bytes = frame(WebSocketOpcode::text, "x", nullptr, false);
    for (int round = 0; round < 1000; ++round) {
        std::memcpy(in.room(bytes.size()), bytes.data(), bytes.size());
        in.produced(bytes.size());
        ASSERT_EQ(reader.next(in), Found::more);
        ASSERT_LE(in.size(), 8U);
        bytes.clear();
        for (int i = 0; i < 100; ++i) bytes += part;
    }
    EXPECT_LE(in.capacity(), 4096U);
}

TEST(WebSocket, MasksInAnyAlignment) {
    const std::string text = "the quick brown fox jumps over the lazy dog";
    for (std::size_t begin = 0; begin < 9; ++begin) {
        std::string masked = text.substr(begin);
        apply_mask(masked, kMask);
        for (std::size_t i = 0; i < masked.size(); ++i) {
            EXPECT_EQ(static_cast<unsigned char>(masked[i]),
                      static_cast<unsigned char>(text[begin + i]) ^ kMask[i % 4]);
        }
    }
}

}  // namespace
}  // namespace tollgate::wire
