// A provider's error in any shape or none: what the client gets is JSON, bounded, and without the provider's key.
#include <simdjson.h>

#include <string>

#include "gateway/chat/inbound.h"
#include "gateway/upstream/upstream_refusal.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::size_t kMostBytes = 64 * 1024;  // of what is told of an error, in either flavour

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const tollgate::Credential kCredential{"authorization: Bearer sk-secret\r\n"};
    static simdjson::dom::parser parser;
    tollgate::fuzz::Input input(data, size);
    const int status = 300 + input.byte();
    const std::string_view body = input.rest();
    const tollgate::Error error =
        judge({.status = status, .provider = "p", .retry_headers = {}, .body = body, .whole = true}, kCredential);
    require(static_cast<bool>(error), "it is an error");
    for (const tollgate::Inbound* inbound : {&tollgate::openai_inbound(), &tollgate::openrouter_inbound()}) {
        const std::string told = inbound->error_body(error, status_of(error));
        require(told.size() <= kMostBytes, "what is told is bounded");
        require(told.find("sk-secret") == std::string::npos, "no key is told");
        require(parser.parse(told).error() == simdjson::SUCCESS, "what is told is JSON");
    }
    return 0;
}
