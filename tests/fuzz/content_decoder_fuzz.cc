// Coded bytes, also of codings one over the other, in random pieces: the same text whatever the pieces, and never more
// than was asked for.
#include <string>
#include <vector>

#include "gateway/wire/stacked_decoder.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;
using tollgate::wire::ContentCoding;
using tollgate::wire::ContentDecoder;
using tollgate::wire::StackedDecoder;

constexpr std::size_t kMostText = std::size_t{1} << 20;

struct Decoded {
    std::string text;
    ContentDecoder::State state;
};

Decoded decode(ContentCoding coding, std::string_view coded, std::uint32_t seed) {
    ContentDecoder decoder(coding);
    std::string text;
    while (!coded.empty() && decoder.state() == ContentDecoder::State::more && text.size() < kMostText) {
        seed = seed * 1664525 + 1013904223;
        const std::string piece(coded.substr(0, 1 + (seed >> 24) % 61));  // its own block: a sanitizer sees its end
        coded.remove_prefix(piece.size());
        std::string_view left = piece;
        const std::size_t most = 1 + (seed >> 16) % 997;
        std::size_t before = 0, unread = 0;
        do {
            before = text.size();
            unread = left.size();
            decoder.decode(left, most, text);
            require(text.size() - before <= most, "no more than was asked for");
        } while ((text.size() > before || left.size() < unread) && text.size() < kMostText);
        require(left.empty() || text.size() >= kMostText, "all bytes are taken");
    }
    return {text, decoder.state()};
}

// What a stack gives, with pauses; the text is the same whatever the pieces.
std::string undo_stack(const std::vector<ContentCoding>& applied, std::string_view coded, std::size_t piece) {
    StackedDecoder decoder(applied);
    std::string text;
    while (!coded.empty() && decoder.state() == StackedDecoder::State::more && text.size() < kMostText) {
        std::string_view left = coded.substr(0, piece);
        coded.remove_prefix(left.size());
        do decoder.decode(left, kMostText, text);
        while (decoder.has_more() && text.size() < kMostText);
        require(left.empty() || text.size() >= kMostText, "all bytes are taken");
    }
    return decoder.state() == StackedDecoder::State::invalid ? std::string() : text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    constexpr ContentCoding kCodings[] = {ContentCoding::gzip, ContentCoding::deflate, ContentCoding::zstd,
                                          ContentCoding::br};
    constexpr std::uint8_t kStacked = 0x80;
    const std::uint8_t first = input.byte();
    const ContentCoding coding = kCodings[first % std::size(kCodings)];
    if ((first & kStacked) != 0) {
        const std::vector applied{coding, kCodings[first / std::size(kCodings) % std::size(kCodings)]};
        const std::size_t piece = 1 + input.byte();
        const std::string one = undo_stack(applied, input.rest(), piece), other = undo_stack(applied, input.rest(), 61);
        const std::size_t both = std::min(one.size(), other.size());
        require(one.substr(0, both) == other.substr(0, both), "pieces make no difference to a stack");
        return 0;
    }
    const std::uint32_t seed = input.byte();
    const std::string_view coded = input.rest();
    const Decoded one = decode(coding, coded, seed), other = decode(coding, coded, seed ^ 0x5a5a5a5a);
    // Of a malformed stream a part may come out before that is noticed.
    if (one.state == ContentDecoder::State::invalid || other.state == ContentDecoder::State::invalid) return 0;
    const std::size_t both = std::min(one.text.size(), other.text.size());
    require(one.text.substr(0, both) == other.text.substr(0, both), "pieces make no difference");
    return 0;
}
