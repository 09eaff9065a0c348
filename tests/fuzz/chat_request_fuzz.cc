// A client's chat, written for upstreams of other dialects and for those of its own with any quirks: what is sent is
// JSON, and a chat that can be read again.
#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/chat/translation_need.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using tollgate::fuzz::require;

constexpr std::size_t kDepth = 64;
constexpr std::size_t kMoreDepth = 16;  // of what is written around the client's own

Quirks quirks_of(fuzz::Input& input) {
    Quirks quirks;
    for (unsigned i = 0; i < kQuirks; i += 8) {
        const std::uint8_t bits = input.byte();
        for (unsigned j = 0; j < 8 && i + j < kQuirks; ++j) {
            if ((bits >> j & 1) != 0) quirks.add(static_cast<Quirk>(i + j));
        }
    }
    return quirks;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const Quirks quirks = quirks_of(input);
    const std::uint8_t choice = input.byte();
    const std::string_view body = input.rest();
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || body[begin] != '{' || !is_json(body, kDepth)) return 0;
    needs_translation(quirks, body);
    ChatRequest request;
    if (read_chat_request(body, {}, request)) return 0;
    Target target{.model = "maker/\"model\"", .stream = (choice & 1) != 0, .output_bound = choice};
    target.reasoning = static_cast<ReasoningControl>(choice % 5);
    target.continues_answers = (choice & 2) != 0;
    target.quirks = quirks;
    for (const UpstreamDialect* const dialect : {&chat_upstream(), &messages_upstream(), &converse_upstream()}) {
        std::string out;
        TranslationNotes notes;
        if (const Error error = dialect->write_request(request, target, out, notes)) {
            require(error.kind() == ErrorKind::invalid_request, "a chat that cannot be sent is the client's");
            require(!error.detail().message.empty() && !error.detail().param.empty(), "the error names what it is");
            continue;
        }
        require(is_json(out, kDepth + kMoreDepth), "what is sent is JSON");
        if (dialect != &chat_upstream()) continue;
        ChatRequest again;
        require(!read_chat_request(out, {}, again), "what is sent is a chat");
        require(again.tools.size() <= request.tools.size(), "no tool is made up");
    }
    return 0;
}
