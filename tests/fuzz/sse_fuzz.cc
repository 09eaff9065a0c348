// A stream of events in random pieces: the same events as a reading line by line gives, whatever the pieces.
#include <algorithm>
#include <string>
#include <vector>

#include "gateway/chat/reader/sse.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;
using Step = tollgate::SseReader::Step;

constexpr std::size_t kMostBytes = 512;

struct Reading {
    std::vector<std::string> events;  // "name|data"; ":" is a comment
    bool too_large = false;
};

Reading read(std::string_view text, std::uint32_t seed) {
    tollgate::SseReader reader;
    reader.begin(kMostBytes);
    Reading result;
    while (!text.empty() && !result.too_large) {
        seed = seed * 1664525 + 1013904223;
        const std::string piece(text.substr(0, 1 + (seed >> 24) % 23));  // its own block: a sanitizer sees its end
        text.remove_prefix(piece.size());
        std::string_view bytes = piece;
        for (Step step = reader.next(bytes); step != Step::more; step = reader.next(bytes)) {
            result.too_large = step == Step::too_large;
            if (result.too_large) break;
            if (step == Step::comment) {
                result.events.emplace_back(":");
                continue;
            }
            require(!reader.data().empty(), "an event has data");
            require(reader.data().size() <= kMostBytes, "data is bounded");
            require(reader.name().size() <= tollgate::SseReader::kMostNameBytes, "names are bounded");
            result.events.push_back(std::string(reader.name()) + "|" + std::string(reader.data()));
        }
        require(result.too_large || bytes.empty(), "all bytes are taken");
    }
    return result;
}

std::string_view value_of(std::string_view line, std::size_t name_bytes) {
    line.remove_prefix(name_bytes);
    if (line.starts_with(' ')) line.remove_prefix(1);
    return line;
}

// Whether it is one bracket's, from its beginning to its end.
bool is_whole_object(std::string_view text) {
    std::string open, strings_removed;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (in_string && text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            in_string = !in_string;
        else if (!in_string)
            strings_removed += text[at];
    }
    if (in_string || !text.starts_with('{') || !text.ends_with('}')) return false;
    std::size_t depth = 0, closed = 0;
    for (const char c : strings_removed) {
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) ++closed;
        if (depth == 0 && closed > 1) return false;
    }
    return depth == 0 && closed == 1;
}

// As plainly as can be.
std::vector<std::string> read_plainly(std::string_view text) {
    for (const char mark : std::string_view("\xef\xbb\xbf")) {  // stripped byte by byte, so also a part of one
        if (!text.starts_with(mark)) break;
        text.remove_prefix(1);
    }
    std::vector<std::string> events;
    std::string name, data;
    bool has_data = false, has_comment = false;
    while (true) {
        const auto end = text.find_first_of("\r\n");
        if (end == std::string_view::npos) return events;
        const std::string_view line = text.substr(0, end);
        const std::string_view error = line.starts_with("error:") ? value_of(line, 6) : std::string_view();
        const bool alone = !has_data && (line.starts_with('{') || !error.empty());  // an event without being one
        if (alone) events.push_back(error.empty() ? name + "|" + std::string(line) : "error|" + std::string(error));
        if (line.starts_with(':')) has_comment = true;
        if (line.starts_with("event:")) name = value_of(line, 6).substr(0, tollgate::SseReader::kMostNameBytes);
        if (line.starts_with("data:")) {
            const std::string_view value = value_of(line, 5);
            const bool begins = value.starts_with('{') || value.starts_with("[DONE]");
            if (has_data && begins && is_whole_object(data)) {  // no empty line between two events
                events.push_back(name + "|" + data);
                name.clear();
                data.clear();
                has_data = has_comment = false;
            }
            if (has_data) data += ' ';
            data += value_of(line, 5);
            has_data = true;
        }
        if (line.empty()) {
            if (!data.empty()) events.push_back(name + "|" + data);
            if (!has_data && has_comment) events.emplace_back(":");
        }
        if (line.empty() || alone) {
            name.clear();
            data.clear();
            has_data = has_comment = false;
        }
        text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::uint32_t seed = input.byte();
    const std::string_view text = input.rest();
    const Reading one = read(text, seed), other = read(text, seed ^ 0x5a5a5a5a);
    if (!one.too_large && !other.too_large) require(one.events == other.events, "pieces make no difference");
    std::vector<std::string> plain = read_plainly(text);
    if (one.too_large) plain.resize(std::min(plain.size(), one.events.size()));
    require(one.events == plain, "the events are those of a plain reading");
    return 0;
}
