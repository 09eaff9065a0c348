// A request of a client of Anthropic's Messages API: whatever it says, it is understood or refused by the name of a
// field, and what is written for an upstream, of this dialect or of chat completions, is JSON.
#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::size_t kMostDepth = 64;

void check(const tollgate::ChatRequest& request, const tollgate::UpstreamDialect& to,
           tollgate::ReasoningControl reasoning) {
    tollgate::TranslationNotes notes;
    std::string sent;
    const tollgate::Target target{.model = "m", .output_bound = 4096, .reasoning = reasoning};
    if (const auto error = to.write_request(request, target, sent, notes)) {
        require(!error.detail().param.empty(), "what cannot be sent is named");
        return;
    }
    // Arguments that were text may be nested on their own.
    require(tollgate::is_json(sent, 4 * kMostDepth), "what is sent is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const auto reasoning = static_cast<tollgate::ReasoningControl>(input.byte() % 5);
    const std::string body(input.rest());
    if (!body.starts_with('{') || !tollgate::is_json(body, kMostDepth)) return 0;
    tollgate::ChatRequest request;
    if (const auto error = tollgate::messages_client().read_request(body, request)) {
        require(error.kind() == tollgate::ErrorKind::invalid_request, "it is the client's fault");
        require(!error.detail().param.empty(), "what cannot be understood is named");
        return 0;
    }
    check(request, tollgate::messages_upstream(), reasoning);
    check(request, tollgate::chat_upstream(), reasoning);
    return 0;
}
