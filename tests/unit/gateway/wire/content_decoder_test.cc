#include "gateway/wire/content_decoder.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include <string>

#include "tests/unit/gateway/wire/coded_text.h"

namespace tollgate::wire {
namespace {

// Feeds `piece` bytes at a time.
std::string decoded(ContentDecoder& decoder, std::string_view input, std::size_t piece) {
    std::string out;
    while (!input.empty()) {
        std::string_view part = input.substr(0, piece);
        input.remove_prefix(part.size());
        while (!part.empty()) decoder.decode(part, 100, out);
    }
    std::string_view nothing;
    while (decoder.state() == ContentDecoder::State::more) {
        const std::size_t before = out.size();
        decoder.decode(nothing, 100, out);
        if (out.size() == before) break;
    }
    return out;
}

class EveryCoding : public testing::TestWithParam<ContentCoding> {};

TEST_P(EveryCoding, IsUndoneWhateverThePieces) {
    const std::string text = sample_text(), bytes = coded(GetParam(), text);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, bytes.size()}) {
        ContentDecoder decoder(GetParam());
        EXPECT_EQ(decoded(decoder, bytes, piece), text) << piece;
        EXPECT_TRUE(decoder.may_end());
    }
}

TEST_P(EveryCoding, IsNotEndedWhenItIsCutOff) {
    const std::string text = sample_text(), bytes = coded(GetParam(), text);
    ContentDecoder decoder(GetParam());
    decoded(decoder, std::string_view(bytes).substr(0, bytes.size() - 9), 100);
    EXPECT_EQ(decoder.state(), ContentDecoder::State::more);
    EXPECT_FALSE(decoder.may_end());
}

TEST_P(EveryCoding, RefusesOtherBytes) {
    ContentDecoder decoder(GetParam());
    std::string out;
    std::string_view input = "{\"choices\": \"this is no compressed text, and it is long enough to be told from one\"}";
    decoder.decode(input, 1000, out);
    EXPECT_EQ(decoder.state(), ContentDecoder::State::invalid);
}

TEST_P(EveryCoding, NeverGivesMoreThanAskedFor) {
    const std::string bytes = coded(GetParam(), std::string(std::size_t{16} << 20, 'a'));
    ContentDecoder decoder(GetParam());
    std::string out;
    std::string_view input = bytes;
    decoder.decode(input, 50'000, out);
    EXPECT_EQ(out.size(), 50'000U);
    EXPECT_EQ(decoder.state(), ContentDecoder::State::more);
}

INSTANTIATE_TEST_SUITE_P(All, EveryCoding,
                         testing::Values(ContentCoding::gzip, ContentCoding::deflate, ContentCoding::zstd,
                                         ContentCoding::br));

TEST(ContentDecoder, TakesDeflateWithoutZlibsHeader) {
    ContentDecoder decoder(ContentCoding::deflate);
    EXPECT_EQ(decoded(decoder, deflated("some text, some text", -MAX_WBITS), 3), "some text, some text");
    EXPECT_EQ(decoder.state(), ContentDecoder::State::ended);
}

class EveryCodingOfStreams : public testing::TestWithParam<ContentCoding> {};

TEST_P(EveryCodingOfStreams, TakesOneAfterAnotherWhateverThePieces) {
    const std::string one = coded(GetParam(), "one "), empty = coded(GetParam(), ""), two = coded(GetParam(), "two");
    std::string bytes = one + empty;
    bytes += two;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, one.size(), one.size() + 1, bytes.size()}) {
        ContentDecoder decoder(GetParam());
        EXPECT_EQ(decoded(decoder, bytes, piece), "one two") << piece;
        EXPECT_TRUE(decoder.may_end()) << piece;
    }
    ContentDecoder decoder(GetParam());
    EXPECT_EQ(decoded(decoder, std::string_view(bytes).substr(0, bytes.size() - 5), 3).substr(0, 4), "one ");
    EXPECT_FALSE(decoder.may_end());
}

TEST_P(EveryCodingOfStreams, IgnoresWhatElseFollows) {
    const std::string one = coded(GetParam(), "one");
    const std::string bytes = one + "no stream of that coding";
    for (const std::size_t piece : {std::size_t{1}, one.size(), bytes.size()}) {
        ContentDecoder decoder(GetParam());
        EXPECT_EQ(decoded(decoder, bytes, piece), "one") << piece;
        EXPECT_TRUE(decoder.may_end()) << piece;
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryCodingOfStreams, testing::Values(ContentCoding::gzip, ContentCoding::zstd));

TEST(ContentDecoder, RefusesAWindowLargerThanTheLimit) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 25);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    const std::string text(std::size_t{40} << 20, 'b');
    std::string bytes(ZSTD_compressBound(text.size()), '\0');
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer to{bytes.data(), bytes.size(), 0};
    ZSTD_compressStream2(context, &to, &in, ZSTD_e_continue);
    ZSTD_compressStream2(context, &to, &in, ZSTD_e_end);
    ZSTD_freeCCtx(context);
    ContentDecoder decoder(ContentCoding::zstd);
    std::string out;
    std::string_view input = std::string_view(bytes).substr(0, to.pos);
    decoder.decode(input, 1000, out);
    EXPECT_EQ(decoder.state(), ContentDecoder::State::invalid);
}

TEST(ContentCodingOf, KnowsNamesInAnyCase) {
    EXPECT_EQ(content_coding(""), ContentCoding::identity);
    EXPECT_EQ(content_coding(" identity "), ContentCoding::identity);
    EXPECT_EQ(content_coding("GZip"), ContentCoding::gzip);
    EXPECT_EQ(content_coding("x-gzip"), ContentCoding::gzip);
    EXPECT_EQ(content_coding("deflate"), ContentCoding::deflate);
    EXPECT_EQ(content_coding("zstd"), ContentCoding::zstd);
    EXPECT_EQ(content_coding("br"), ContentCoding::br);
}

TEST(ContentCodingOf, KnowsNoOthersAndNoTwoAtOnce) {
    EXPECT_EQ(content_coding("compress"), ContentCoding::unknown);
    EXPECT_EQ(content_coding("gzip, gzip"), ContentCoding::unknown);
}

}  // namespace
}  // namespace tollgate::wire
