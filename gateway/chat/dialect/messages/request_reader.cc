#include "gateway/chat/dialect/messages/request_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/openai_names.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/gateway_members.h"
#include "gateway/chat/dialect/messages/block_reader.h"
#include "gateway/chat/dialect/messages/message_reader.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

// One that the API runs itself, or that it alone has the description of.
Error server_tool(Spelt type, Spelt name, const std::string& field) {
    std::string message = "'" + field + "' is a tool of Anthropic's own, " + plain(type);
    if (!name.empty() && !type.starts_with(name)) message += " ('" + plain(name) + "')";
    return unsupported_field(message + ", which the chosen model's provider does not have", field);
}

Error read_tool(Json value, std::uint32_t index, ChatRequest& request) {
    const std::string field = "tools[" + std::to_string(index) + "]";
    const Spelt type = spelt(member(value, "type"));
    Tool tool{.name = spelt(member(value, "name")),
              .description = spelt(member(value, "description")),
              .schema = member(value, "input_schema"),
              .strict = member(value, "strict"),
              .cache_control = member(value, "cache_control")};
    if (!type.empty() && !spells(type, "custom")) return server_tool(type, tool.name, field);
    if (tool.name.empty()) return invalid_field("'" + field + ".name' is required", field + ".name");
    if (!is_object(tool.schema)) {
        return invalid_field("'" + field + ".input_schema' must be an object", field + ".input_schema");
    }
    note_unknown_settings(
        value, "tools[]",
        std::array{"type"sv, "name"sv, "description"sv, "input_schema"sv, "strict"sv, "cache_control"sv}, request);
    if (!says_something(tool.strict)) tool.strict = {};
    if (!is_object(tool.cache_control)) tool.cache_control = {};
    request.tools.push_back(tool);
    return {};
}

Error read_tools(Json value, ChatRequest& request) {
    if (!is_array(value)) return invalid_field("'tools' must be a list", "tools");
    return read_elements(value, [&](Json tool, std::uint32_t index) { return read_tool(tool, index, request); });
}

struct NamedChoice {
    std::string_view name;
    ToolChoice::Kind kind;
};
constexpr std::array kChoices = {
    NamedChoice{"auto", ToolChoice::Kind::automatic},
    NamedChoice{"any", ToolChoice::Kind::required},
    NamedChoice{"tool", ToolChoice::Kind::named},
    NamedChoice{"none", ToolChoice::Kind::none},
};

Error read_tool_choice(Json value, ChatRequest& request) {
    ToolChoice& choice = request.tool_choice;
    const Spelt type = spelt(member(value, "type"));
    const auto known = std::ranges::find_if(kChoices, [&](const NamedChoice& one) { return spells(type, one.name); });
    if (known == kChoices.end()) {
        return invalid_field("'tool_choice.type' must be auto, any, tool or none", "tool_choice.type");
    }
    choice.kind = known->kind;
    choice.one_at_a_time = member(value, "disable_parallel_tool_use") == "true";
    if (choice.kind != ToolChoice::Kind::named) return {};
    choice.name = spelt(member(value, "name"));
    return choice.name.empty() ? invalid_field("'tool_choice.name' is required", "tool_choice.name") : Error();
}

Error read_thinking(Json value, ChatRequest& request) {
    ReasoningWish& wish = request.reasoning;
    const Spelt type = spelt(member(value, "type"));
    wish.field = "thinking";
    if (spells(type, "disabled")) {
        wish.effort = Effort::none;
    } else if (spells(type, "enabled")) {
        const auto tokens = whole_number(member(value, "budget_tokens"));
        if (!tokens || *tokens < 1) {
            return invalid_field("'thinking.budget_tokens' must be a whole number", "thinking.budget_tokens");
        }
        wish.tokens = *tokens;
    } else if (!spells(type, "adaptive")) {
        return invalid_field("'thinking.type' must be enabled, adaptive or disabled", "thinking.type");
    }
    // What is shown is a summary, however a provider makes it.
    if (const Json display = member(value, "display"); display != "\"summarized\"") {
        note_unknown_member("thinking", "display", display, request);
    }
    note_unknown_settings(value, "thinking", std::array{"type"sv, "budget_tokens"sv, "display"sv}, request);
    return {};
}

// Without thinking it says how much of everything the model is to do; others know it of reasoning only.
Error read_effort(Json value, ChatRequest& request) {
    constexpr std::string_view kField = "output_config.effort";
    const auto effort = effort_named(spelt(value));
    if (!effort || *effort < Effort::low) return invalid_field("'output_config.effort' is none that is known", kField);
    ReasoningWish& wish = request.reasoning;
    if (wish.effort == Effort::none) {
        request.unknown.push_back(kField);
    } else {
        wish.effort = *effort;
    }
    if (wish.field.empty()) wish.field = kField;
    return {};
}

Error read_format(Json value, std::string_view field, ChatRequest& request) {
    const Json schema = member(value, "schema");
    if (!spells(spelt(member(value, "type")), "json_schema") || !is_object(schema)) {
        return invalid_field("'" + std::string(field) + "' must be a json_schema with its schema", field);
    }
    note_unknown_settings(value, field, std::array{"type"sv, "schema"sv}, request);
    request.output.kind = OutputFormat::Kind::json_schema;
    request.output.schema = schema;
    request.output_field = field;
    return {};
}

Error read_output_config(Json value, ChatRequest& request) {
    note_unknown_settings(value, "output_config", std::array{"effort"sv, "format"sv}, request);
    if (const Json format = member(value, "format"); says_something(format)) {
        if (Error error = read_format(format, "output_config.format", request)) return error;
    }
    const Json effort = member(value, "effort");
    return says_something(effort) ? read_effort(effort, request) : Error();
}

Error read_stop(Json value, ChatRequest& request) {
    constexpr std::string_view kField = "stop_sequences";
    request.stop_field = kField;
    return read_texts(value, request.stop) ? Error()
                                           : invalid_field("'stop_sequences' must be a list of strings", kField);
}

Error read_metadata(Json value, ChatRequest& request) {
    note_unknown_settings(value, "metadata", std::array{"user_id"sv}, request);
    if (const Json user = member(value, "user_id"); says_something(user)) {
        request.set(Parameter::user, "metadata.user_id", user);
    }
    return {};
}

// In OpenAI's words, as all of them are kept.
Error read_service_tier(Json value, ChatRequest& request) {
    request.set(Parameter::service_tier, "service_tier", value == "\"standard_only\"" ? "\"default\"" : value);
    return {};
}

// Those that have the same name in OpenAI's API.
constexpr std::array kKnownParameters = {
    Parameter::temperature,
    Parameter::top_p,
    Parameter::top_k,
    Parameter::cache_control,
};

struct MemberReader {
    std::string_view name;
    Error (*read)(Json value, ChatRequest& request);
};
// In this order, whatever the body's: instructions stand before messages, and effort is a matter of thinking.
constexpr std::array kReaders = {
    MemberReader{"system", read_messages_system},
    MemberReader{"messages", read_messages_turns},
    MemberReader{"tools", read_tools},
    MemberReader{"tool_choice", read_tool_choice},
    MemberReader{"thinking", read_thinking},
    MemberReader{"output_config", read_output_config},
    MemberReader{"output_format",
                 [](Json value, ChatRequest& request) { return read_format(value, "output_format", request); }},
    MemberReader{"stop_sequences", read_stop},
    MemberReader{"metadata", read_metadata},
    MemberReader{"service_tier", read_service_tier},
};

// Of the stream itself, and those of the gateway.
bool is_of_the_exchange(std::string_view name) {
    return name == "model" || name == "stream" || name == "fallbacks" ||
           std::ranges::find(kGatewayOnly, name) != kGatewayOnly.end();
}

Error read_bound(Json value, ChatRequest& request) {
    const auto tokens = whole_number(value);
    if (!tokens || *tokens < 1) return invalid_field("'max_tokens' must be a whole number above 0", "max_tokens");
    request.output_bound = *tokens;
    return {};
}

}  // namespace

Error read_messages_request(std::string_view body, ChatRequest& request) {
    request.dialect = "messages";
    request.reasoning_name = "messages[].content[].thinking";
    std::array<Json, kReaders.size()> values{};
    Json bound;
    each_member(body.substr(std::min(body.find('{'), body.size())), [&](std::string_view name, Json value) {
        if (!says_something(value) || is_of_the_exchange(name)) return;
        const auto reader = std::ranges::find(kReaders, name, &MemberReader::name);
        const auto parameter = parameter_named(name, kKnownParameters);
        if (reader != kReaders.end()) {
            values[static_cast<std::size_t>(reader - kReaders.begin())] = value;
        } else if (parameter) {
            request.set(*parameter, openai_name(*parameter), value);
        } else if (name == "max_tokens") {
            bound = value;
        } else {
            request.unknown.push_back(request.keep(std::string(name)));
        }
    });
    if (!bound.empty()) {  // else a default may have one, and the API itself demands it
        if (Error error = read_bound(bound, request)) return error;
    }
    if (values[1].empty()) return invalid_field("'messages' is required", "messages");
    for (std::size_t i = 0; i < kReaders.size(); ++i) {
        if (values[i].empty()) continue;
        if (Error error = kReaders[i].read(values[i], request)) return error;
    }
    return {};
}

}  // namespace tollgate
