// Codings one over the other, however their bytes come.
#include "gateway/wire/stacked_decoder.h"

#include <brotli/encode.h>
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

namespace tollgate::wire {
namespace {

std::string deflated(std::string_view text, int window_bits) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string coded(ContentCoding coding, std::string_view text) {
    constexpr int kGzip = MAX_WBITS + 16;
    if (coding == ContentCoding::gzip) return deflated(text, kGzip);
    if (coding == ContentCoding::deflate) return deflated(text, MAX_WBITS);
    if (coding == ContentCoding::zstd) {
        std::string out(ZSTD_compressBound(text.size()), '\0');
        out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
        return out;
    }
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
    std::string out(size, '\0');
    EXPECT_EQ(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                                    reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                    reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_TRUE);
    out.resize(size);
    return out;
}

// Feeds `piece` bytes at a time.
std::string decoded(StackedDecoder& decoder, std::string_view input, std::size_t piece) {
    std::string out;
    while (!input.empty()) {
        std::string_view part = input.substr(0, piece);
        input.remove_prefix(part.size());
        while (!part.empty()) decoder.decode(part, 100, out);
    }
    std::string_view nothing;
    while (decoder.state() == StackedDecoder::State::more) {
        decoder.decode(nothing, 100, out);
        if (!decoder.has_more()) break;
    }
    return out;
}

std::string sample_text() {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += R"({"choices":[)" + std::to_string(i * 7919) + "]}\n";
    return text;
}

std::string coded(const std::vector<ContentCoding>& applied, std::string text) {
    for (const ContentCoding coding : applied) text = coded(coding, text);
    return text;
}

TEST(StackedDecoder, UndoesCodingsOneOverTheOther) {
    using enum ContentCoding;
    const std::string text = sample_text();
    for (const auto& applied : {std::vector{gzip, gzip}, {br, gzip}, {gzip, zstd}, {deflate, br, zstd}}) {
        const std::string bytes = coded(applied, text);
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, bytes.size()}) {
            StackedDecoder decoder(applied);
            EXPECT_EQ(decoded(decoder, bytes, piece), text);
            EXPECT_TRUE(decoder.may_end());
        }
        StackedDecoder cut(applied);
        decoded(cut, std::string_view(bytes).substr(0, bytes.size() - 40), 100);
        EXPECT_FALSE(cut.may_end());
    }
}

TEST(StackedDecoder, ACodingThatWasUndoneOrNamedTwiceIsPassedOver) {
    using enum ContentCoding;
    const std::string text = sample_text();
    const auto decoded_as = [&](const std::vector<ContentCoding>& named, const std::string& bytes) {
        StackedDecoder decoder(named);
        std::string out = decoded(decoder, bytes, 100);
        EXPECT_TRUE(decoder.may_end());
        return out;
    };
    EXPECT_EQ(decoded_as({gzip, gzip}, coded(gzip, text)), text);
    EXPECT_EQ(decoded_as({zstd, zstd}, coded(zstd, text)), text);
    EXPECT_EQ(decoded_as({gzip}, text), text);
    EXPECT_EQ(decoded_as({gzip}, coded(gzip, text)), text);
}

struct Exploded {
    std::size_t written = 0, calls = 0;
    StackedDecoder::State state;
};

Exploded explode(const std::string& bytes) {
    StackedDecoder decoder(std::vector{ContentCoding::gzip, ContentCoding::gzip});
    Exploded exploded{};
    std::string_view input = bytes;
    bool goes_on = true;
    for (std::string out; goes_on; out.clear()) {
        decoder.decode(input, std::size_t{1} << 20, out);
        EXPECT_LE(out.size(), std::size_t{1} << 20);
        exploded.written += out.size();
        ++exploded.calls;
        goes_on = decoder.has_more();
    }
    EXPECT_TRUE(input.empty());
    exploded.state = decoder.state();
    return exploded;
}

TEST(StackedDecoder, RefusesABombOfStackedCodings) {
    using enum ContentCoding;
    const std::string bytes = coded({gzip, gzip}, std::string(std::size_t{128} << 20, 'a'));
    const Exploded exploded = explode(bytes);
    EXPECT_EQ(exploded.state, StackedDecoder::State::bomb);
    EXPECT_LE(exploded.written, StackedDecoder::kFreeBytes + bytes.size() * StackedDecoder::kMostExpansion + (1 << 20));
}

TEST(StackedDecoder, PausesWhereMuchIsDecodedAndNothingComesOut) {
    std::string inner = coded(ContentCoding::gzip, "").substr(0, 10);  // a header, then empty blocks
    for (std::size_t i = 0; i < (std::size_t{8} << 20); ++i) inner.append("\x00\x00\x00\xff\xff", 5);
    const Exploded exploded = explode(coded(ContentCoding::gzip, inner));
    EXPECT_EQ(exploded.written, 0U);
    EXPECT_GE(exploded.calls, inner.size() / StackedDecoder::kMostAtOnce);
}

TEST(StackedDecoder, WhatGzipCanDoIsNoBomb) {
    const std::string text(std::size_t{128} << 20, 'a'), bytes = coded(ContentCoding::gzip, text);
    StackedDecoder decoder(std::vector{ContentCoding::gzip});
    std::string out;
    std::string_view input = bytes;
    decoder.decode(input, text.size() + 1, out);
    EXPECT_TRUE(decoder.may_end());
    EXPECT_EQ(out.size(), text.size());
}

TEST(ContentCodings, AreThoseOfAllFieldsInTheirOrder) {
    ContentCodings codings;
    codings.add("identity , GZip,, br");
    codings.add("");
    codings.add("x-gzip");
    EXPECT_THAT(codings.applied(), testing::ElementsAre(ContentCoding::gzip, ContentCoding::br, ContentCoding::gzip));
    EXPECT_FALSE(codings.too_many());
    codings.add("identity");
    EXPECT_FALSE(codings.too_many());
    codings.add("gzip");
    EXPECT_TRUE(codings.too_many());
    EXPECT_EQ(codings.applied().size(), ContentCodings::kMost);
    ContentCodings odd;
    odd.add("utf-8, gzip");
    EXPECT_THAT(odd.applied(), testing::ElementsAre(ContentCoding::gzip));
}

}  // namespace
}  // namespace tollgate::wire
