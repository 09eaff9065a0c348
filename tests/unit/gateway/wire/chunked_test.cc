#include "gateway/wire/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate::wire {
namespace {

using State = ChunkDecoder::State;

struct Decoded {
    State state = State::more;
    std::string payload;
    std::string rest;  // not consumed
    std::string_view reason;
};

// Feeds `pieces` the way a connection does: what is not consumed stays in front of what comes.
Decoded decode(const std::vector<std::string_view>& pieces) {
    ChunkDecoder decoder;
    Decoded result;
    for (const auto piece : pieces) {
        result.rest += piece;
        if (result.state != State::more) continue;
        std::string buffer = result.rest;
        const auto step = decoder.decode(buffer.data(), buffer.size());
        result.state = step.state;
        EXPECT_LE(step.payload, step.consumed);
        result.payload += buffer.substr(0, step.payload);
        result.rest.erase(0, step.consumed);
    }
    result.reason = decoder.reason();
    return result;
}

Decoded decode(std::string_view text) { return decode(std::vector{text}); }

constexpr std::string_view kMessage =
    "5\r\nhello\r\n0A;name=\"quoted\" ; x\r\n, world!\r\n\r\n1\r\n \r\n000\r\nX-Checksum: 12\r\nServer-Timing: "
    "a\r\n\r\n";
constexpr std::string_view kPayload = "hello, world!\r\n ";

TEST(Chunked, ChunksAreJoined) {
    const Decoded result = decode(std::string(kMessage) + "GET / HTTP/1.1");
    EXPECT_EQ(result.state, State::done);
    EXPECT_EQ(result.payload, kPayload);
    EXPECT_EQ(result.rest, "GET / HTTP/1.1") << "the next message is left alone";
}

TEST(Chunked, EverySplitGivesTheSame) {
    const std::string text = std::string(kMessage) + "next";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            const std::string_view all = text;
            const Decoded result =
                decode({all.substr(0, first), all.substr(first, second - first), all.substr(second)});
            ASSERT_EQ(result.state, State::done) << first << ' ' << second;
            ASSERT_EQ(result.payload, kPayload) << first << ' ' << second;
            ASSERT_EQ(result.rest, "next") << first << ' ' << second;
        }
    }
}

TEST(Chunked, BytesOneByOneGiveTheSame) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < kMessage.size(); ++at) pieces.push_back(kMessage.substr(at, 1));
    const Decoded result = decode(pieces);
    EXPECT_EQ(result.state, State::done);
    EXPECT_EQ(result.payload, kPayload);
    EXPECT_EQ(result.rest, "");
}

TEST(Chunked, AnUnfinishedMessageWantsMore) {
    for (std::size_t size = 0; size < kMessage.size(); ++size) {
        ASSERT_EQ(decode(kMessage.substr(0, size)).state, State::more) << size;
    }
}

TEST(Chunked, RefusalsAreTheSameAtEverySplit) {
    using namespace std::string_literals;
    const std::string rows[] = {
        "\r\n",
        "x\r\n",
        " 5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "-5\r\n",
        "0x5\r\nhello\r\n",
        "5 \r\nhello\r\n",
        "5\nhello\r\n",
        "5\rhello\r\n\n",
        "5 x\r\nhello\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhello\n",
        "5\r\nhello\rX",
        "5\r\nhello!!",
        "5\r\nhello\r\n\r\n",
        "1234567890abcdef\r\n",
        "ffffffffffffffff\r\n",
        "00000000000000000\r\n\r\n",
        "5;a=\x01\r\nhello\r\n",
        "5;a\0b\r\nhello\r\n"s,
        "5;a\rb\r\nhello\r\n",
        "5;\x7f\r\nhello\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\n: empty\r\n\r\n",
        "0\r\nX-Name : a\r\n\r\n",
        "0\r\n folded: a\r\n\r\n",
        "0\r\nX: a\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\ntransfer-encoding: chunked\r\n\r\n",
        "0\r\nHost: a\r\n\r\n",
        "0\r\nAuthorization: Bearer x\r\n\r\n",
        "0\r\nX-Api-Key: x\r\n\r\n",
        "0\r\nConnection: close\r\n\r\n",
        "0\r\n\n",
    };
    for (const auto& text : rows) {
        for (std::size_t split = 0; split <= text.size(); ++split) {
            const std::string_view all = text;
            const Decoded result = decode({all.substr(0, split), all.substr(split)});
            ASSERT_EQ(result.state, State::refused) << testing::PrintToString(text) << " split at " << split;
            ASSERT_FALSE(result.reason.empty());
        }
    }
}

TEST(Chunked, PayloadBeforeTheFaultIsStillHanded) {
    const Decoded result = decode("5\r\nhello\r\nx\r\n");
    EXPECT_EQ(result.state, State::refused);
    EXPECT_EQ(result.payload, "hello");
}

TEST(Chunked, ExtensionsAreBounded) {
    const std::string fits = "1;" + std::string(kMaxChunkLineBytes - 3, 'x') + "\r\na\r\n0\r\n\r\n";
    EXPECT_EQ(decode(fits).payload, "a");
    const std::string too_long = "1;" + std::string(kMaxChunkLineBytes, 'x') + "\r\na\r\n0\r\n\r\n";
    EXPECT_EQ(decode(too_long).state, State::refused);
    const std::string endless = "1;" + std::string(200'000, 'x');
    EXPECT_EQ(decode(endless).state, State::refused) << "refused before the line ends";
}

TEST(Chunked, TheLimitOfALineIsTheSameInOnePieceAndInMany) {
    for (const std::size_t bytes : {kMaxChunkLineBytes - 1, kMaxChunkLineBytes, kMaxChunkLineBytes + 1}) {
        const std::string text = "1;" + std::string(bytes - 3, 'x') + "\r\na\r\n0\r\n\r\n";
        std::vector<std::string_view> pieces;
        for (std::size_t at = 0; at < text.size(); ++at) pieces.push_back(std::string_view(text).substr(at, 1));
        EXPECT_EQ(decode(text).state, decode(pieces).state) << bytes;
    }
}

TEST(Chunked, TrailersAreBounded) {
    std::string trailers;
    while (trailers.size() + 105 < kMaxTrailerBytes) trailers += "X-Name: " + std::string(90, 'x') + "\r\n";
    EXPECT_EQ(decode("0\r\n" + trailers + "\r\n").state, State::done);
    EXPECT_EQ(decode("0\r\n" + trailers + trailers + "\r\n").state, State::refused);
}

TEST(Chunked, LargeChunksPassWithoutBeingHeld) {
    ChunkDecoder decoder;
    char head[] = "fffffffff\r\n";
    auto step = decoder.decode(head, sizeof head - 1);
    EXPECT_EQ(step.consumed, sizeof head - 1);
    for (int i = 0; i < 100; ++i) {
        std::string data(10'000, 'x');
        step = decoder.decode(data.data(), data.size());
        ASSERT_EQ(step.state, State::more);
        ASSERT_EQ(step.payload, data.size());
        ASSERT_EQ(step.consumed, data.size());
    }
}

TEST(Chunked, ResetForgetsTheMessage) {
    ChunkDecoder decoder;
    std::string bad = "x\r\n";
    EXPECT_EQ(decoder.decode(bad.data(), bad.size()).state, State::refused);
    decoder.reset();
    EXPECT_EQ(decoder.reason(), "");
    std::string good = "1\r\na\r\n0\r\n\r\n";
    EXPECT_EQ(decoder.decode(good.data(), good.size()).state, State::done);
}

TEST(Chunked, HeadsAreHexadecimal) {
    const std::pair<std::size_t, std::string_view> rows[] = {
        {1, "1\r\n"}, {10, "a\r\n"}, {255, "ff\r\n"}, {4096, "1000\r\n"}, {SIZE_MAX, "ffffffffffffffff\r\n"}};
    for (const auto& [size, expected] : rows) {
        char out[18];
        EXPECT_EQ(std::string_view(out, write_chunk_head(size, out)), expected);
    }
}

}  // namespace
}  // namespace tollgate::wire
