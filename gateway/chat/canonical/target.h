// What a request is written for: a model at an endpoint.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

// How a model is told to reason.
enum class ReasoningControl : std::uint8_t {
    none,      // it does not
    budget,    // by the tokens that it may take
    adaptive,  // by an effort, and it decides itself
    effort,    // by an effort
    level,     // by a level: Gemini 3
};

// What an upstream of a common dialect does otherwise than the dialect's maker: what it refuses, and what it takes
// besides. Configurations name them: see quirk_named().
enum class Quirk : std::uint8_t {
    // --- Messages
    one_system_message,  // the first message alone may be one: chat templates
    no_developer_role,   // instructions are `system`
    alternating_roles,   // neighbours of one role are one message
    no_user_after_tool,  // an assistant's turn stands between
    prefix_last_answer,  // an answer to be continued says so: `prefix`
    text_as_string,      // content without media is a string, not a list
    short_tool_ids,      // of calls: nine letters and digits
    cache_marks,         // it takes `cache_control`
    no_media_urls,       // pictures come as data
    document_url,        // a file is a part `document_url`
    file_urls,           // a file may come by its address, in `file_data`
    video,               // it takes `video_url`
    thought_signatures,  // of calls, in `extra_content`: Google

    // --- Reasoning of old turns; without any of them it is left out
    reasoning_content,  // it wants that of turns with calls, even an empty one
    reasoning_member,   // in `reasoning`
    reasoning_details,  // as OpenRouter has it
    thinking_parts,     // as parts of the content

    // --- How a model is told to reason, if not by `reasoning_effort`
    reasoning_object,   // `reasoning`: OpenRouter
    thinking_object,    // `thinking`: its type only
    enable_thinking,    // `enable_thinking` and `thinking_budget`; not together with a forced tool
    template_thinking,  // `enable_thinking`, in `chat_template_kwargs`

    // --- Tools and formats
    no_parallel_tool_calls,   // it does not take the member
    no_named_tool_choice,     // nor a function in `tool_choice`
    no_required_tool_choice,  // nor `required`
    any_for_required,         // `tool_choice` says `any`
    no_json_schema,           // `response_format` is text or json_object only
    no_json_object,           // or text or json_schema only
    openapi_schemas,          // Gemini: schemas are of OpenAPI's subset, not JSON Schema

    // --- Other members
    strict_members,     // it refuses members that it does not know
    sampling_extras,    // it takes `top_k`, `min_p` and `repetition_penalty`
    random_seed,        // as `seed` is called
    no_stream_options,  // it refuses them
};
inline constexpr unsigned kQuirks = static_cast<unsigned>(Quirk::no_stream_options) + 1;

class Quirks {
  public:
    constexpr bool has(Quirk quirk) const { return (bits_ >> static_cast<unsigned>(quirk) & 1U) != 0; }
    constexpr Quirks& add(Quirk quirk) {
        bits_ |= 1U << static_cast<unsigned>(quirk);
        return *this;
    }
    constexpr Quirks& operator|=(Quirks more) {
        bits_ |= more.bits_;
        return *this;
    }
    constexpr bool has_any(Quirks of) const { return (bits_ & of.bits_) != 0; }
    bool operator==(const Quirks&) const = default;

  private:
    static_assert(kQuirks <= 32);
    std::uint32_t bits_ = 0;
};

// Who serves Claude. On other clouds the path names the model and the body the version of the API, pictures come as
// data, and there is no caching without marks: https://docs.anthropic.com/en/api/claude-on-amazon-bedrock,
// https://docs.anthropic.com/en/api/claude-on-vertex-ai.
enum class ClaudeHost : std::uint8_t {
    anthropic,
    bedrock,  // by InvokeModel; the path says whether the answer streams, too
    vertex,
};

// The views are valid as long as the request is written.
struct Target {
    std::string_view model;  // the provider's name for it
    bool stream = false;
    std::int64_t output_bound = 0;    // tokens, for a request that names none; 0: the provider's own
    std::int64_t longest_output = 0;  // tokens that the model can give, where the API demands a bound; 0: unknown
    ReasoningControl reasoning = ReasoningControl::budget;
    bool continues_answers = true;            // the messages may end with the beginning of the answer
    bool max_completion_tokens = false;       // chat: the bound's newer name
    ClaudeHost host = ClaudeHost::anthropic;  // messages
    Quirks quirks{};
};

}  // namespace tollgate
