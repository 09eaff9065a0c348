// AWS's event stream: bytes of any kind, and frames whose checksums are right with headers and payloads of any kind,
// one of their bits flipped or not. Pieces make no difference, bounds hold, and a damaged frame gives no event.
#include <string>
#include <vector>

#include "gateway/chat/reader/aws_event_stream.h"
#include "tests/fuzz/input.h"
#include "tests/unit/gateway/chat/reader/aws_frames.h"

namespace {

using tollgate::fuzz::require;
using Step = tollgate::AwsEventStreamReader::Step;

constexpr std::size_t kMostBytes = 512;

struct Reading {
    std::vector<std::string> events;
    Step end = Step::more;
    bool cut_off = false;
    bool operator==(const Reading&) const = default;
};

Reading read(std::string_view text, std::uint32_t seed) {
    tollgate::AwsEventStreamReader reader;
    reader.begin(kMostBytes);
    Reading result;
    while (!text.empty() && result.end == Step::more) {
        seed = seed * 1664525 + 1013904223;
        const std::string piece(text.substr(0, 1 + (seed >> 24) % 37));  // its own block: a sanitizer sees its end
        text.remove_prefix(piece.size());
        std::string_view bytes = piece;
        Step step = reader.next(bytes);
        for (; step == Step::event; step = reader.next(bytes)) {
            require(reader.failed() || reader.data().size() <= kMostBytes, "data is bounded");
            require(!reader.name().empty(), "an event has a name");
            require(reader.data().find_first_of("\r\n") == std::string_view::npos, "data is one line");
            result.events.push_back(std::string(reader.name()) + "|" + std::string(reader.data()));
        }
        result.end = step;
        require(step != Step::more || bytes.empty(), "all bytes are taken");
    }
    result.cut_off = reader.in_event();
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace frames = tollgate::aws_frames;
    tollgate::fuzz::Input input(data, size);
    const std::uint32_t seed = input.byte();
    const std::uint8_t kind = input.byte(), at = input.byte();
    const std::string text(input.rest());
    std::string stream = text;
    if (kind % 4 == 1) stream = frames::event(text.substr(0, at % 16), text);
    if (kind % 4 == 2) stream = frames::exception(text.substr(0, at % 16), text);
    if (kind % 4 == 3) stream = frames::frame(text.substr(0, at), text.substr(std::min<std::size_t>(at, text.size())));
    if (kind % 4 != 0) stream += frames::event("last", "{}");
    const Reading one = read(stream, seed);
    require(one == read(stream, seed ^ 0x5a5a5a5a), "pieces make no difference");
    if (kind % 4 == 0 || stream.empty()) return 0;
    const std::size_t flipped = at * 31U % (stream.size() - frames::event("last", "{}").size());
    stream[flipped] = static_cast<char>(stream[flipped] ^ (1 << (seed & 7)));
    require(read(stream, seed).events.empty(), "a damaged frame gives no event");
    return 0;
}
