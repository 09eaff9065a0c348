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

// What an upstream of a common dialect does otherwise than the dialect's maker.
enum class Quirk : std::uint8_t {
    one_system_message,      // the first message alone may be one: chat templates
    strict_members,          // it refuses members that it does not know
    reasoning_content,       // it wants the reasoning of old turns that have calls, in `reasoning_content`
    reasoning_member,        // it names reasoning `reasoning`
    no_user_after_tool,      // an assistant's turn stands between: Mistral
    no_developer_role,       // instructions are `system`
    short_tool_ids,          // of calls: nine letters and digits, Mistral's
    no_parallel_tool_calls,  // it does not take the member
    no_named_tool_choice,    // nor a function in `tool_choice`
    no_json_schema,          // `response_format` is text or json_object only
    any_for_required,        // `tool_choice` says `any`
    no_media_urls,           // pictures and files come as data
    no_stream_options,       // it refuses them
    openapi_schemas,         // Gemini: schemas are of OpenAPI's subset, not JSON Schema
};

class Quirks {
  public:
    constexpr bool has(Quirk quirk) const { return (bits_ >> static_cast<unsigned>(quirk) & 1U) != 0; }
    constexpr Quirks& add(Quirk quirk) {
        bits_ |= 1U << static_cast<unsigned>(quirk);
        return *this;
    }
    bool operator==(const Quirks&) const = default;

  private:
    std::uint32_t bits_ = 0;
};

// The views are valid as long as the request is written.
struct Target {
    std::string_view model;  // the provider's name for it
    bool stream = false;
    std::int64_t output_bound = 0;    // tokens, for a request that names none; 0: the provider's own
    std::int64_t longest_output = 0;  // tokens that the model can give, where the API demands a bound; 0: unknown
    ReasoningControl reasoning = ReasoningControl::budget;
    bool continues_answers = true;       // the messages may end with the beginning of the answer
    bool max_completion_tokens = false;  // chat: the bound's newer name
    Quirks quirks{};
};

}  // namespace tollgate
