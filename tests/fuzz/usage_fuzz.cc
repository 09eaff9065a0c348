// A report of usage, anywhere in an answer: what is billed is within the bounds whatever it says, and what the client
// is shown is JSON that says the same.
#include <simdjson.h>

#include <string>

#include "gateway/chat/dialect/usage.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/upstream/endings.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr tollgate::UsageBounds kBounds{
    .most_prompt = 1000, .most_completion = 500, .counted_prompt = 30, .counted_completion = 20};

std::int64_t number_in(const simdjson::dom::element& object, const char* name) {
    std::int64_t number = 0;
    if (object[name].get(number) != simdjson::SUCCESS) return 0;
    return number;
}

void check_shown(std::string_view object, const tollgate::BilledUsage& billed, bool was_json) {
    std::string shown;
    tollgate::append_usage(object, {.counts = billed.counts, .reported = billed.reported, .cost = "0.5"}, shown);
    static simdjson::dom::parser parser;
    simdjson::dom::element usage;
    if (parser.parse(shown).get(usage) != simdjson::SUCCESS) return require(!was_json, "what is shown is JSON");
    require(number_in(usage, "completion_tokens") == billed.counts.completion, "what is shown is what is charged");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const bool plain = (input.byte() & 1) != 0;
    const std::string text(input.rest());
    static simdjson::dom::parser parser;
    const bool is_json = parser.parse(text).error() == simdjson::SUCCESS;
    if (plain) {
        tollgate::PlainAnswer answer;
        if (inspect_answer(text, {.provider = "p"}, answer)) return 0;
        const auto ending =
            plain_ending({.counted_prompt_tokens = 30, .most_prompt = 1000, .most_output = 500}, text, answer);
        require(ending.usage.prompt >= 0 && ending.usage.prompt <= 1000, "the prompt is within the context");
        require(ending.usage.completion >= 0 && ending.usage.completion <= 500, "the completion is within its bound");
        return 0;
    }
    tollgate::ReportedUsage report;
    if (!tollgate::read_usage(text, report)) return 0;
    const tollgate::BilledUsage billed = billed_usage(report, kBounds);
    require(billed.counts.prompt >= 0 && billed.counts.prompt <= 1000, "the prompt is within the context");
    require(billed.counts.completion >= 0 && billed.counts.completion <= 500, "the completion is within its bound");
    require(billed.counts.cache_read + billed.counts.cache_write <= billed.counts.prompt,
            "the cache is part of the prompt");
    require(billed.counts.cache_write_1h >= 0 && billed.counts.cache_write_1h <= billed.counts.cache_write,
            "what is kept for an hour is part of what is written");
    require(billed.counts.reasoning <= billed.counts.completion, "reasoning is part of the completion");
    check_shown(text, billed, is_json);
    return 0;
}
