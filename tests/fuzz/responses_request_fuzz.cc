// A request for the Responses API, of any bytes: it is read or refused, and what is written of it is JSON again.
#include <string>

#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/dialect/responses/request_reader.h"
#include "gateway/chat/dialect/responses/request_writer.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;
constexpr std::size_t kMostDepth = 128;

// Writes what was read, as JSON.
template <class Write>
void write(const tollgate::ChatRequest& request, std::uint8_t options, Write&& write_request) {
    tollgate::Target target{.model = "m", .stream = (options & 1) != 0, .output_bound = 100};
    target.continues_answers = (options & 2) != 0;
    if ((options & 4) != 0) target.quirks.add(tollgate::Quirk::one_system_message);
    if ((options & 8) != 0) target.quirks.add(tollgate::Quirk::reasoning_content);
    if ((options & 16) != 0) target.reasoning = tollgate::ReasoningControl::effort;
    std::string out;
    tollgate::TranslationNotes notes;
    const tollgate::Error error = write_request(request, target, out, notes);
    require(static_cast<bool>(error) || tollgate::is_json(out, 2 * kMostDepth), "what is written is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::uint8_t options = input.byte();
    const std::string_view body = input.rest();
    if (!tollgate::is_json(body, kMostDepth)) return 0;
    tollgate::ChatRequest request;
    if (const tollgate::Error error = tollgate::read_responses_request(body, request)) {
        require(!error.detail().message.empty(), "an error says what is wrong");
        return 0;
    }
    require(tollgate::is_json("{\"x\":0" + request.echo.members + "}", kMostDepth), "what is repeated is JSON");
    write(request, options, tollgate::write_responses_request);
    write(request, options, tollgate::write_messages_request);
    return 0;
}
