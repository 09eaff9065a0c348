// Requests of Google's clients, of any JSON: what is written of them is JSON, for Google's API and for another.
#include <string>

#include "gateway/chat/dialect/gemini/request_reader.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "gateway/chat/dialect/gemini/schema_subset.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kDeeper = 512;  // what is put around what was read

tollgate::Target target_of(std::uint8_t choice) {
    tollgate::Target target{.model = "m", .output_bound = 99};
    target.reasoning = static_cast<tollgate::ReasoningControl>(choice % 5);
    target.continues_answers = (choice & 8) != 0;
    if ((choice & 16) != 0) target.quirks.add(tollgate::Quirk::openapi_schemas);
    return target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const tollgate::Target target = target_of(input.byte());
    const std::string_view body = input.rest();
    if (!tollgate::is_json(body, kMostDepth)) return 0;
    for (const std::string& schema : {tollgate::gemini_json_schema(body), tollgate::gemini_openapi_schema(body),
                                      tollgate::json_schema_of_gemini(body)}) {
        require(tollgate::is_json(schema, kDeeper), "a schema is JSON");
    }
    tollgate::ChatRequest request;
    if (tollgate::read_gemini_request(body, request)) return 0;
    tollgate::TranslationNotes notes;
    std::string out;
    if (!tollgate::write_gemini_request(request, target, out, notes)) {
        require(tollgate::is_json(out, kDeeper), "a request for Google's API is JSON");
    }
    out.clear();
    if (!tollgate::write_messages_request(request, target, out, notes)) {
        require(tollgate::is_json(out, kDeeper), "a request for another API is JSON");
    }
    return 0;
}
