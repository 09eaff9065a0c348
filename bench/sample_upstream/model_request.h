// What the sample upstream needs of an OpenAI request body, copied out so that the parser can be used by the next
// connection. Objects are reused from request to request and keep their capacity.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sample {

inline constexpr std::size_t kMaxEchoBytes = 16 * 1024;
inline constexpr std::uint64_t kMaxDimensions = 4096;
inline constexpr std::uint32_t kDefaultDimensions = 64;

enum class Endpoint : std::uint8_t {
    chat,
    completions,
    messages,  // Anthropic's: texts only
    embeddings,
    models,
    model,
    health,
    script,
    play,
    stats,
    stats_requests,
    stats_bills,
    stats_reset,
    unknown,
    count
};
std::string_view endpoint_name(Endpoint endpoint);
// With or without the prefix /v1. For Endpoint::model, `rest` is the model's id.
Endpoint route(std::string_view path, std::string_view& rest);

struct ModelRequest {
    std::string model;
    std::string text;    // the last user message, or the prompt, at most kMaxEchoBytes
    std::string script;  // metadata.sample, or user after "sample:"
    bool has_script = false;
    bool stream = false;
    bool include_usage = false;
    std::uint64_t content_bytes = 0;  // of all message contents, prompts or inputs
    std::uint64_t input_tokens = 0;   // inputs given as token arrays
    std::uint32_t max_tokens = UINT32_MAX;

    bool calls_tool = false;  // the caller forces a call, or the text names a tool
    bool tool_named = false;  // a function was offered: tool_name and tool_arguments are set
    std::string tool_name;
    std::string tool_arguments;  // JSON text that fills the required parameters

    std::vector<std::uint64_t> inputs;  // hashes of the embeddings' inputs
    std::uint32_t dimensions = kDefaultDimensions;
    bool base64 = false;

    void clear();
    // `body` is followed by SIMDJSON_PADDING readable bytes. The error is a sentence for a 400.
    std::expected<void, std::string> read(Endpoint endpoint, std::string_view body, simdjson::dom::parser& parser);
    // Published rule: the bytes of all contents divided by four, rounded up; given tokens count as they are.
    std::uint32_t prompt_tokens() const;
};

// Appends `text` as the inside of a JSON string.
void append_escaped(std::string& out, std::string_view text);

}  // namespace sample
