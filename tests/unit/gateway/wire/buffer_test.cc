#include "gateway/wire/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace tollgate {
namespace {

TEST(Buffer, BytesComeOutAsTheyWentIn) {
    wire::Buffer buffer(8);
    std::string written, read;
    for (int round = 0; round < 2000; ++round) {
        const std::string piece(static_cast<std::size_t>(round % 37), static_cast<char>('a' + round % 26));
        std::memcpy(buffer.room(piece.size()), piece.data(), piece.size());
        buffer.produced(piece.size());
        written += piece;
        const std::size_t take = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(round * 7 % 41));
        read += buffer.view().substr(0, take);
        buffer.consume(take);
    }
    read += buffer.view();
    EXPECT_EQ(read, written);
}

TEST(Buffer, CutRemovesFromTheMiddle) {
    wire::Buffer buffer(16);
    std::memcpy(buffer.room(8), "abcdefgh", 8);
    buffer.produced(8);
    buffer.consume(1);
    buffer.cut(2, 3);
    EXPECT_EQ(buffer.view(), "bcgh");
    buffer.cut(0, 4);
    EXPECT_TRUE(buffer.empty());
}

TEST(Buffer, ShrinksOnlyWhatFits) {
    wire::Buffer buffer(16);
    buffer.room(10'000);
    EXPECT_GE(buffer.capacity(), 10'000u);
    std::memset(buffer.room(100), 'x', 100);
    buffer.produced(100);
    buffer.shrink_to(50);
    EXPECT_GE(buffer.capacity(), 10'000u);
    buffer.consume(60);
    buffer.shrink_to(50);
    EXPECT_EQ(buffer.capacity(), 50u);
    EXPECT_EQ(buffer.view(), std::string(40, 'x'));
}

}  // namespace
}  // namespace tollgate
