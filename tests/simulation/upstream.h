// A simulated upstream's answer to one request: an event stream of OpenAI's shape with the irregularities that real
// ones have, and what it must cost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/money/money.h"
#include "tests/simulation/random.h"

namespace tollgate::simulation {

struct Upstream {
    std::string text;
    std::size_t sent = 0;
    bool complete = false;  // it ends as a whole answer does
    TokenUsage usage;       // what must be charged for a complete answer

    // `prompt_estimate` is what is charged for the prompt if the answer has no usage.
    static Upstream make(Random& random, std::int64_t prompt_estimate, std::int64_t output_bound);
    std::string_view take(std::size_t bytes) {
        const std::string_view piece = std::string_view(text).substr(sent, bytes);
        sent += piece.size();
        return piece;
    }
    bool over() const { return sent == text.size(); }
};

inline Upstream Upstream::make(Random& random, std::int64_t prompt_estimate, std::int64_t output_bound) {
    enum Shape : std::uint8_t { plain, in_last_event, cumulative, twice, missing, broken, failed, kShapes };
    const auto shape = static_cast<Shape>(random.below(kShapes));
    Upstream upstream;
    // Sometimes more than was asked for: then the cost passes the hold.
    const std::int64_t tokens = random.one_in(10) ? output_bound * 3 : random.between(0, output_bound);
    upstream.usage = {.prompt = prompt_estimate + random.between(-2, 2), .completion = tokens};
    const std::int64_t words = random.one_in(4) ? random.between(3, 6) : 1;  // to an event: counted by their bytes
    std::string content;
    for (std::int64_t i = 0; i < words; ++i) content += "word";
    const auto usage_text = [&](std::int64_t completion) {
        return "\"usage\":{\"prompt_tokens\":" + std::to_string(upstream.usage.prompt) +
               ",\"completion_tokens\":" + std::to_string(completion) + "}";
    };
    for (std::int64_t i = 1; i <= tokens; ++i) {
        upstream.text += R"(data: {"id":"up-1","choices":[{"index":0,"delta":{"content":")" + content + R"("}}])";
        if (shape == cumulative) upstream.text += "," + usage_text(i);
        upstream.text += "}\n\n";
    }
    if (shape == failed) upstream.text += "data: {\"error\":{\"message\":\"overloaded\"}}\n\ndata: [DONE]\n\n";
    if (shape == broken || shape == failed) return upstream;
    upstream.complete = true;
    upstream.text += R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}])";
    if (shape == in_last_event || shape == cumulative) upstream.text += "," + usage_text(tokens);
    upstream.text += "}\n\n";
    if (shape == twice) upstream.text += "data: {\"choices\":[]," + usage_text(tokens / 2) + "}\n\n";
    if (shape == plain || shape == twice) upstream.text += "data: {\"choices\":[]," + usage_text(tokens) + "}\n\n";
    upstream.text += "data: [DONE]\n\n";
    if (random.one_in(8)) upstream.text += "data: [DONE]\n\n";  // a duplicated completion
    if (shape == missing) upstream.usage = {.prompt = prompt_estimate, .completion = tokens * words};
    return upstream;
}

}  // namespace tollgate::simulation
