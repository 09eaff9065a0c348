// A client's body and what goes upstream for it: JSON again, with the members that came, our model, and the usage asked
// for.
#include <simdjson.h>

#include <string>

#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/chat/inbound.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::string_view kModel = "maker/\"model\"";

std::string joined(const tollgate::UpstreamBody& body) {
    std::string out;
    for (const auto piece : body.pieces()) out += piece;
    require(out.size() == body.size(), "the size is that of the pieces");
    return out;
}

void check_upstream(std::string_view text, const tollgate::BodyFacts& facts, bool ask_for_usage) {
    tollgate::UpstreamBody body;
    const auto options = ask_for_usage ? tollgate::StreamOptions::ask_for_usage : tollgate::StreamOptions::untouched;
    body.build(text, facts, kModel, options);
    const std::string out = joined(body);
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    require(parser.parse(out).get(object) == simdjson::SUCCESS, "what goes upstream is JSON");
    std::size_t members = 0, models = 0, kept = 0;
    bool has_options = false;
    for (const auto field : object) {
        ++members;
        if (field.key == "model") {
            ++models;
            require(std::string_view(field.value.get_string().value_unsafe()) == kModel, "the model is ours");
        }
        has_options = has_options || field.key == "stream_options";
    }
    for (const bool ours : facts.gateway_only) kept += !ours;
    require(models == 1, "one model goes upstream");
    require(members == kept + !facts.has_model + (ask_for_usage && !facts.has_stream_options),
            "no other member comes or goes");
    if (ask_for_usage) require(has_options, "usage is asked for");
    tollgate::BodyFacts again;
    const simdjson::padded_string padded(out);
    const auto error =
        tollgate::parse_body(parser, std::string_view(padded.data(), padded.size()), 64, tollgate::kChatNames, again);
    require(!error || facts.members.size() == tollgate::kMaxMembers || !facts.has_model,
            "what goes upstream is a body again");
    if (!error && ask_for_usage) require(again.include_usage, "the usage is asked for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    const simdjson::padded_string padded(input.rest());
    const std::string_view text(padded.data(), padded.size());
    static tollgate::JsonParser parser;
    tollgate::BodyFacts facts;
    static constexpr std::array kNames = {&tollgate::kChatNames,       &tollgate::kCompletionNames,
                                          &tollgate::kEmbeddingsNames, &tollgate::kMessagesNames,
                                          &tollgate::kResponsesNames,  &tollgate::kGeminiNames};
    const tollgate::BodyNames& names = *kNames[(choice >> 3U) % kNames.size()];
    const auto error = tollgate::parse_body(parser, text, 60, names, facts);
    if (error) {
        const auto& inbound = (choice & 4) != 0 ? tollgate::openrouter_inbound() : tollgate::openai_inbound();
        const std::string answer = inbound.error_body(error, 400);
        simdjson::dom::parser check;
        require(check.parse(answer).error() == simdjson::SUCCESS, "errors are JSON");
    } else {
        require(facts.prompt_bytes >= 0 && facts.prompt_extra_tokens >= 0 && facts.choices >= 1,
                "estimates are not negative");
        require(simdjson::validate_utf8(facts.model), "names are text");
        if (&names == &tollgate::kChatNames) {
            check_upstream(text, facts, true);
            check_upstream(text, facts, false);
        }
    }
    // The walker alone, on text that nobody has validated.
    const std::string raw(input.rest());
    const auto brace = raw.find('{');
    if (brace == std::string::npos) return 0;
    tollgate::JsonMembers members(raw, brace);
    for (std::size_t count = 0; const auto member = members.next(); ++count) {
        require(count <= raw.size() && member->value.end <= raw.size(), "the walk ends within the text");
    }
    return 0;
}
