#include "gateway/chat/dialect/chat/request_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/openai_names.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/chat/message_reader.h"
#include "gateway/chat/dialect/gateway_members.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

Error read_effort(Json value, std::string_view field, ReasoningWish& wish) {
    const auto effort = effort_named(spelt(value));
    if (!effort) return invalid_field("'" + std::string(field) + "' is no effort that is known", field);
    wish.field = field;
    wish.effort = *effort;
    return {};
}

// OpenRouter's: {"effort"|"max_tokens"|"enabled":…}.
Error read_reasoning(Json value, ChatRequest& request) {
    constexpr std::string_view kField = "reasoning";
    ReasoningWish& wish = request.reasoning;
    if (!is_object(value)) return invalid_field("'reasoning' must be an object", kField);
    wish.field = kField;
    note_unknown_settings(value, kField, std::array{"effort"sv, "max_tokens"sv, "enabled"sv}, request);
    if (member(value, "enabled") == "false") wish.effort = Effort::none;
    if (const Json effort = member(value, "effort"); says_something(effort)) {
        if (Error error = read_effort(effort, "reasoning.effort", wish)) return error;
        wish.field = kField;
    }
    const Json tokens = member(value, "max_tokens");
    if (!says_something(tokens)) return {};
    const auto number = whole_number(tokens);
    if (!number || *number < 0)
        return invalid_field("'reasoning.max_tokens' must be a whole number", "reasoning.max_tokens");
    wish.tokens = *number;
    return {};
}

Error read_stop(Json value, ChatRequest& request) {
    request.stop_field = "stop";
    if (is_text(value)) {
        request.stop.push_back(spelt(value));
        return {};
    }
    return read_texts(value, request.stop) ? Error()
                                           : invalid_field("'stop' must be a string or a list of strings", "stop");
}

Error read_tool(Json value, std::uint32_t index, ChatRequest& request) {
    const std::string field = "tools[" + std::to_string(index) + "]";
    const Json function = member(value, "function");
    const Json type = member(value, "type");  // some leave it out
    if ((says_something(type) && !spells(spelt(type), "function")) || !is_object(function)) {
        return invalid_field("'" + field + "' is no function, and its kind is not known by the chosen model's provider",
                             field);
    }
    Tool tool{.name = spelt(member(function, "name")),
              .description = spelt(member(function, "description")),
              .schema = member(function, "parameters"),
              .strict = member(function, "strict"),
              .cache_control = member(value, "cache_control")};
    if (tool.name.empty()) return invalid_field("'" + field + ".function.name' is required", field + ".function.name");
    note_unknown_settings(value, "tools[]", std::array{"type"sv, "function"sv, "cache_control"sv}, request);
    note_unknown_settings(function, "tools[].function",
                          std::array{"name"sv, "description"sv, "parameters"sv, "strict"sv}, request);
    if (!is_object(tool.schema)) tool.schema = {};
    if (!says_something(tool.strict)) tool.strict = {};
    if (!is_object(tool.cache_control)) tool.cache_control = {};
    request.tools.push_back(tool);
    return {};
}

Error read_tools(Json value, ChatRequest& request) {
    if (!is_array(value)) return invalid_field("'tools' must be a list", "tools");
    return read_elements(value, [&](Json tool, std::uint32_t index) { return read_tool(tool, index, request); });
}

Error read_tool_choice(Json value, ToolChoice& choice) {
    using Kind = ToolChoice::Kind;
    const Spelt word = spelt(value);
    const Json type = member(value, "type");  // some leave it out
    if (is_object(value) && (!says_something(type) || spells(spelt(type), "function"))) {
        choice.kind = Kind::named;
        choice.name = spelt(member(member(value, "function"), "name"));
        return choice.name.empty() ? invalid_field("'tool_choice' names no function", "tool_choice") : Error();
    }
    if (spells(word, "auto")) {
        choice.kind = Kind::automatic;
    } else if (spells(word, "none")) {
        choice.kind = Kind::none;
    } else if (spells(word, "required") || spells(word, "any")) {  // Mistral's word
        choice.kind = Kind::required;
    } else {
        return invalid_field("'tool_choice' must be auto, none, required or a function", "tool_choice");
    }
    return {};
}

Error read_response_format(Json value, ChatRequest& request) {
    using Kind = OutputFormat::Kind;
    const Spelt type = spelt(member(value, "type"));
    request.output_field = "response_format";
    if (spells(type, "text")) return {};
    if (spells(type, "json_object")) {
        request.output.kind = Kind::json_object;
        return {};
    }
    const Json named = member(value, "json_schema");
    const Json schema = member(named, "schema");
    if (!spells(type, "json_schema") || !is_object(schema)) {
        return invalid_field("'response_format' must be text, json_object or a json_schema with its schema",
                             "response_format");
    }
    request.output = {.kind = Kind::json_schema,
                      .name = spelt(member(named, "name")),
                      .description = spelt(member(named, "description")),
                      .schema = schema,
                      .strict = member(named, "strict")};
    return {};
}

// Of the stream itself, and those that the gateway sets anew.
bool is_of_the_exchange(std::string_view name) {
    return name == "model" || name == "stream" || name == "stream_options" ||
           std::ranges::find(kGatewayOnly, name) != kGatewayOnly.end();
}

Error read_bound(std::string_view name, Json value, ChatRequest& request) {
    const auto tokens = whole_number(value);
    if (!tokens) return invalid_field("'" + std::string(name) + "' must be a whole number", name);
    request.output_bound = std::max({request.output_bound, *tokens, std::int64_t{1}});
    return {};
}

Error read_member(std::string_view name, Json value, ChatRequest& request) {
    if (!says_something(value) || is_of_the_exchange(name)) return {};
    if (name == "messages") return read_messages(value, request);
    if (name == "tools") return read_tools(value, request);
    if (name == "tool_choice") return read_tool_choice(value, request.tool_choice);
    if (name == "response_format") return read_response_format(value, request);
    if (name == "stop") return read_stop(value, request);
    if (name == "reasoning") return read_reasoning(value, request);
    if (name == "reasoning_effort") return read_effort(value, "reasoning_effort", request.reasoning);
    if (name == "max_tokens" || name == "max_completion_tokens") return read_bound(name, value, request);
    if (name == "parallel_tool_calls") {
        request.tool_choice.one_at_a_time = value == "false";
        return {};
    }
    if (const auto parameter = parameter_named(name)) {
        request.set(*parameter, openai_name(*parameter), value);
    } else {
        request.unknown.push_back(request.keep(std::string(name)));
    }
    return {};
}

}  // namespace

Error read_chat_request(std::string_view body, const AddedMembers& added, ChatRequest& request) {
    Error error;
    each_member(body.substr(std::min(body.find('{'), body.size())), [&](std::string_view name, Json value) {
        if (!error) error = read_member(name, value, request);
    });
    return error ? error : add_members(added, request);
}

Error add_members(const AddedMembers& added, ChatRequest& request) {
    Error error;
    if (!added.first_message.empty()) {
        error = read_messages(request.keep("[" + std::string(added.first_message) + "]"), request);
        std::ranges::rotate(request.turns, request.turns.end() - 1);
    }
    if (error || added.members.empty()) return error;
    each_member(request.keep("{" + std::string(added.members.substr(1)) + "}"), [&](std::string_view name, Json value) {
        if (!error) error = read_member(name, value, request);
    });
    return error;
}

}  // namespace tollgate
