// Heads of requests and answers. What is accepted has one framing, exactly one Host, and no byte that ends a line
// early.
#include <string>

#include "gateway/wire/http_head.h"
#include "tests/fuzz/input.h"

namespace tollgate::wire {
namespace {

using fuzz::require;

int count(const MessageHead& head, std::string_view name) {
    int found = 0;
    for (std::size_t i = 0; i < head.field_count; ++i) found += equals_ignoring_case(head.fields[i].name, name);
    return found;
}

void check(const MessageHead& head, std::string_view bytes) {
    require(head.head_bytes == bytes.size(), "the head is the whole of it");
    const int lengths = count(head, "content-length"), encodings = count(head, "transfer-encoding");
    require(lengths + encodings <= 1, "one framing field at most");
    if (encodings == 1) require(equals_ignoring_case(head.field("transfer-encoding"), "chunked"), "chunked is exact");
    for (std::size_t i = 0; i < head.field_count; ++i) {
        const HeaderField& field = head.fields[i];
        require(!field.name.empty() && field.name.find_first_of(" \t:\r\n") == std::string_view::npos,
                "names are tokens");
        require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
                "values are one line");
        require(field.value.empty() || (field.value.data() >= bytes.data() &&
                                        field.value.data() + field.value.size() <= bytes.data() + bytes.size()),
                "values lie in the input");
    }
}

void read_request(std::string_view bytes, std::size_t max_fields) {
    RequestHead head;
    if (parse_request_head(bytes, max_fields, head).status != 0) return;
    check(head, bytes);
    require(judge_incomplete_head(bytes, 0).status == 0, "no part of a good head is hopeless");
    require(head.field_count <= max_fields, "the limit of fields");
    require(count(head, "host") == 1 || (head.minor_version == 0 && count(head, "host") == 0), "one Host");
    require(head.framing != Framing::until_close, "requests are not ended by closing");
    require((head.framing == Framing::length) == (count(head, "content-length") == 1), "a length is used");
    require((head.framing == Framing::chunked) == (count(head, "transfer-encoding") == 1), "an encoding is used");
    require(!head.path.empty() && head.path.find_first_of(" ?#\r\n") == std::string_view::npos, "a path is only that");
}

void read_response(std::string_view bytes, std::size_t max_fields, bool to_head) {
    ResponseHead head;
    if (parse_response_head(bytes, max_fields, to_head, head).status != 0) return;
    check(head, bytes);
    require(head.status >= 100 && head.status <= 599, "statuses are in range");
    if (head.framing == Framing::until_close) require(!head.keep_alive, "what ends by closing is not kept");
}

}  // namespace
}  // namespace tollgate::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tollgate::wire;
    tollgate::fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    const std::size_t max_fields = choice >> 1;
    const std::string text(input.rest());  // its own block: reads behind it are seen
    const std::size_t end = find_head_end(text, 0);
    for (std::size_t split = 0; split < text.size(); split += 1 + text.size() / 8) {
        const std::size_t early = find_head_end(std::string_view(text).substr(0, split), 0);
        tollgate::fuzz::require(early == (end != 0 && split >= end ? end : 0),
                                "the end is where it is, whenever looked for");
        if (early == 0)
            tollgate::fuzz::require(find_head_end(text, split) == end, "the search may go on where it stopped");
    }
    judge_incomplete_head(text, 0);
    if (end == 0) return 0;
    const std::string head = text.substr(0, end);
    read_request(head, max_fields);
    read_response(head, max_fields, (choice & 1) != 0);
    return 0;
}
