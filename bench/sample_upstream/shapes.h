// The shapes in which providers write what OpenAI writes otherwise: figures of usage, and errors. Each name stands for
// what that provider's API reference shows (read 2026-11-28).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sample {

enum class UsageShape : std::uint8_t {
    openai,        // usage.prompt_tokens, …, with details
    input_output,  // usage.input_tokens and output_tokens, details of the same names: OpenAI's other API
    anthropic,     // the same, and the cached tokens beside the input's
    mistral,       // usage.num_cached_tokens
    together,      // usage.cached_tokens (also Moonshot)
    deepseek,      // usage.prompt_cache_hit_tokens and prompt_cache_miss_tokens
    moonshot,      // the usage stands in the choice
    groq,          // x_groq.usage
    gemini,        // usageMetadata; thoughts beside the candidates
    hidden,        // reasoning in the total only, as Gemini's endpoint for OpenAI's clients has it
    total,         // usage.total_tokens only (Voyage)
    cohere,        // meta.tokens and meta.billed_units
    llama_cpp,     // timings.prompt_n, predicted_n, cache_n
    ollama,        // prompt_eval_count, eval_count at the top
    openrouter,    // OpenAI's with cost and is_byok
    strings,       // OpenAI's with numbers as texts
    absurd,        // 10^9 of each
    negative,
};

enum class ErrorShape : std::uint8_t {
    openai,       // {"error":{"message",…}}
    text_member,  // {"error":"…"}
    object,       // {"object":"error","message",…}: Mistral's, vLLM's
    message,      // {"message"}
    detail,       // {"detail":"…"}
    detail_list,  // {"detail":[{"loc","msg","type"}]}: FastAPI's
    list,         // [{"error":{"message","status"}}]: Google's
    anthropic,    // {"type":"error","error":{"type","message"}}
    errors,       // {"errors":[{"message"}]}
    base_resp,    // {"base_resp":{"status_code","status_msg"}}: MiniMax's
    text,
    html,
    empty,
};

enum class ContentType : std::uint8_t { right, events, json, text, octets, none };

struct UsageFigures {
    std::uint64_t prompt = 0;
    std::uint64_t completion = 0;  // reasoning counted in
    std::uint64_t cached = 0;      // part of the prompt
    std::uint64_t reasoning = 0;
};

// Appends the member or members, each with a comma before it, that stand at the top of an answer or a chunk. Nothing
// where the shape puts them into the choice.
void append_usage_members(std::string& out, UsageShape shape, const UsageFigures& figures);
// The same for what stands in the choice.
void append_choice_usage(std::string& out, UsageShape shape, const UsageFigures& figures);

// Appends {"error":{...}} as OpenAI shapes it. An empty code is null.
void append_error_object(std::string& out, std::string_view message, std::string_view type, std::string_view code);
std::string_view error_type(std::uint32_t status);

// The body of an error, and the media type that belongs to it.
void append_error_body(std::string& out, ErrorShape shape, std::uint32_t status, std::string_view message,
                       std::string_view type, std::string_view code);
std::string_view error_media_type(ErrorShape shape);

// `right` is the type that an honest answer has; empty: the field is left out.
std::string_view media_type(ContentType asked, std::string_view right);

// `bytes` as gzip has them.
std::string gzip(std::string_view bytes);

}  // namespace sample
