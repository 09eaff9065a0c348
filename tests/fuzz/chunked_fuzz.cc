// The chunked decoder: any split gives what the whole gives, and what it decodes can be written and decoded again.
#include <string>

#include "gateway/wire/chunked.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::wire::ChunkDecoder;
using State = ChunkDecoder::State;

struct Decoded {
    State state = State::more;
    std::string payload;
    std::size_t consumed = 0;
};

// `piece` bytes at a time; 0: all at once.
Decoded decode(std::string_view text, std::size_t piece) {
    ChunkDecoder decoder;
    Decoded result;
    std::string waiting;
    if (piece == 0) piece = text.size();
    for (std::size_t at = 0; at < text.size() && result.state == State::more; at += piece) {
        waiting += text.substr(at, piece);
        std::string buffer = waiting;
        const auto step = decoder.decode(buffer.data(), buffer.size());
        tollgate::fuzz::require(step.payload <= step.consumed && step.consumed <= buffer.size(),
                                "steps are within the input");
        result.state = step.state;
        result.payload.append(buffer, 0, step.payload);
        result.consumed += step.consumed;
        waiting.erase(0, step.consumed);
    }
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::size_t piece = input.byte();
    const std::string_view text = input.rest();
    const Decoded whole = decode(text, 0);
    const Decoded split = decode(text, piece + 1);
    tollgate::fuzz::require(split.state == whole.state, "the state is the same");
    if (whole.state != State::refused) {
        tollgate::fuzz::require(split.payload == whole.payload, "the payload is the same");
        tollgate::fuzz::require(split.consumed == whole.consumed, "the next message begins at the same byte");
    }
    if (whole.state == State::done && !whole.payload.empty()) {
        char head[18];
        std::string again(head, tollgate::wire::write_chunk_head(whole.payload.size(), head));
        again += whole.payload + "\r\n0\r\n\r\n";
        tollgate::fuzz::require(decode(again, 0).payload == whole.payload, "what we write we read");
    }
    return 0;
}
