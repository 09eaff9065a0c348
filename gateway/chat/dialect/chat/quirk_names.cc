#include "gateway/chat/dialect/chat/quirk_names.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

using enum Quirk;

struct NamedQuirk {
    Quirk quirk;
    std::string_view name;
};
constexpr std::array<NamedQuirk, kQuirks> kNames = {{
    {one_system_message, "one-system-message"},
    {no_developer_role, "no-developer-role"},
    {alternating_roles, "alternating-roles"},
    {no_user_after_tool, "no-user-after-tool"},
    {prefix_last_answer, "prefix-last-answer"},
    {text_as_string, "text-as-string"},
    {short_tool_ids, "short-tool-ids"},
    {cache_marks, "cache-marks"},
    {no_media_urls, "no-media-urls"},
    {document_url, "document-url"},
    {file_urls, "file-urls"},
    {video, "video"},
    {thought_signatures, "thought-signatures"},
    {reasoning_content, "reasoning-content"},
    {reasoning_member, "reasoning-member"},
    {reasoning_details, "reasoning-details"},
    {thinking_parts, "thinking-parts"},
    {reasoning_object, "reasoning-object"},
    {thinking_object, "thinking-object"},
    {enable_thinking, "enable-thinking"},
    {template_thinking, "template-thinking"},
    {no_parallel_tool_calls, "no-parallel-tool-calls"},
    {no_named_tool_choice, "no-named-tool-choice"},
    {no_required_tool_choice, "no-required-tool-choice"},
    {any_for_required, "any-for-required"},
    {no_json_schema, "no-json-schema"},
    {no_json_object, "no-json-object"},
    {openapi_schemas, "openapi-schemas"},
    {strict_members, "strict-members"},
    {sampling_extras, "sampling-extras"},
    {random_seed, "random-seed"},
    {no_stream_options, "no-stream-options"},
}};

}  // namespace

std::string_view to_string(Quirk quirk) {
    const auto found = std::ranges::find(kNames, quirk, &NamedQuirk::quirk);
    return found == kNames.end() ? std::string_view() : found->name;
}

std::optional<Quirk> quirk_named(std::string_view name) {
    const auto found = std::ranges::find(kNames, name, &NamedQuirk::name);
    return found == kNames.end() ? std::nullopt : std::optional(found->quirk);
}

}  // namespace tollgate
