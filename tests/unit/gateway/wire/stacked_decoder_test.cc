// Codings one over the other, however their bytes come.
#include "gateway/wire/stacked_decoder.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/unit/gateway/wire/coded_text.h"

namespace tollgate::wire {
namespace {

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
