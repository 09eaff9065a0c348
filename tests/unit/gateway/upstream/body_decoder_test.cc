// A response's body out of the bytes received, for each framing and however they are split.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "gateway/upstream/body_reader.h"

namespace tollgate {
namespace {

using State = BodyDecoder::State;

struct Decoded {
    std::string payload, left;
    State state = State::more;
    bool operator==(const Decoded&) const = default;
};

// Receives `bytes` in pieces of `size`; the payload piles up at the front of the buffer.
Decoded decode(BodyDecoder decoder, const std::string& bytes, std::size_t size, bool closes = false) {
    wire::Buffer in(16);
    std::size_t in_hand = 0;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        const std::string piece = bytes.substr(at, size);
        std::memcpy(in.room(piece.size()), piece.data(), piece.size());
        in.produced(piece.size());
        in_hand += decoder.decode(in, in_hand, false);
    }
    if (closes) in_hand += decoder.decode(in, in_hand, true);
    return {std::string(in.view().substr(0, in_hand)), std::string(in.view().substr(in_hand)), decoder.state()};
}

TEST(BodyDecoder, DecodesEveryFramingHoweverItIsSplit) {
    struct Row {
        BodyDecoder decoder;
        std::string bytes;
        bool closes;
        Decoded expected;
    };
    const BodyDecoder ten(wire::Framing::length, 10), chunked(wire::Framing::chunked, 0),
        until_close(wire::Framing::until_close, 0);
    const std::vector<Row> rows = {
        {ten, "0123456789", false, {"0123456789", "", State::ended}},
        {ten, "012345678", false, {"012345678", "", State::more}},
        {ten, "0123456789next", false, {"0123456789", "next", State::ended}},
        {chunked, "4\r\n0123\r\n6;x=y\r\n456789\r\n0\r\n\r\n", false, {"0123456789", "", State::ended}},
        {chunked, "4\r\n0123\r\n0\r\n\r\nnext", false, {"0123", "next", State::ended}},
        {chunked, "4\r\n0123\r\n", false, {"0123", "", State::more}},
        {until_close, "0123", false, {"0123", "", State::more}},
        {until_close, "0123", true, {"0123", "", State::ended}},
    };
    for (const Row& row : rows) {
        for (const std::size_t size : {1u, 2u, 3u, 7u, 100u}) {
            EXPECT_EQ(decode(row.decoder, row.bytes, size, row.closes), row.expected) << row.bytes << " by " << size;
        }
    }
}

TEST(BodyDecoder, WhatHasNoBodyHasEndedBeforeItBegan) {
    EXPECT_EQ(BodyDecoder(wire::Framing::none, 0).state(), State::ended);
    EXPECT_EQ(BodyDecoder(wire::Framing::length, 0).state(), State::ended);
    EXPECT_EQ(BodyDecoder(wire::Framing::chunked, 0).state(), State::more);
    EXPECT_EQ(BodyDecoder(wire::Framing::until_close, 0).state(), State::more);
    EXPECT_EQ(decode(BodyDecoder(wire::Framing::none, 0), "next", 4).left, "next");
}

TEST(BodyDecoder, RefusesChunksThatAreMalformed) {
    BodyDecoder decoder(wire::Framing::chunked, 0);
    const Decoded decoded = decode(decoder, "zz\r\n", 100);
    EXPECT_EQ(decoded.state, State::refused);
    EXPECT_EQ(decoded.payload, "");
}

}  // namespace
}  // namespace tollgate
