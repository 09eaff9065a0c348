#include "gateway/chat/dialect/responses/tool_reader.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kBetween = "__";
constexpr std::size_t kMostNameBytes = 64;  // of a function: OpenAI's and Anthropic's limit

bool is_taken(Spelt name, const ChatRequest& request) {
    return std::ranges::find(request.tools, name, &Tool::name) != request.tools.end();
}

// Two namespaces may have tools of one name.
Spelt flat_name(Spelt name, Spelt name_space, ChatRequest& request) {
    std::string flat(name);
    if (!name_space.empty()) flat = (std::string(name_space) + std::string(kBetween) + flat).substr(0, kMostNameBytes);
    std::string unique = flat;
    for (int n = 2; !name_space.empty() && is_taken(unique, request); ++n) {
        const std::string number = "_" + std::to_string(n);
        unique = flat.substr(0, kMostNameBytes - number.size()) + number;
    }
    return request.keep(std::move(unique));
}

// What it takes, for a model that knows functions only.
Spelt description_of_custom(Json tool, ChatRequest& request) {
    std::string text(spelt(member(tool, "description")));
    const Json format = member(tool, "format");
    const Spelt definition = spelt(member(format, "definition"));
    text += text.empty() ? "" : "\\n\\n";
    text += "`input` is the whole input of the tool, as plain text.";
    if (!definition.empty()) {
        ((text += " It must match this grammar (") += spelt(member(format, "syntax"))) += "):\\n";
        text += definition;
    }
    return request.keep(std::move(text));
}

Error read_custom(Json tool, Spelt name_space, ChatRequest& request) {
    static constexpr Json kSchema =
        R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false})";
    const Spelt name = spelt(member(tool, "name"));
    const Spelt flat = flat_name(name, name_space, request);
    note_unknown_settings(tool, "tools[]", std::array{"type"sv, "name"sv, "description"sv, "format"sv}, request);
    request.tools.push_back({.name = flat, .description = description_of_custom(tool, request), .schema = kSchema});
    request.echo.tools.push_back({std::string(flat), std::string(name), std::string(name_space), true});
    return {};
}

Error read_function(Json tool, Spelt name_space, ChatRequest& request) {
    const Spelt name = spelt(member(tool, "name"));
    const Spelt flat = name_space.empty() ? name : flat_name(name, name_space, request);
    const Json schema = member(tool, "parameters"), strict = member(tool, "strict");
    note_unknown_settings(
        tool, "tools[]", std::array{"type"sv, "name"sv, "description"sv, "parameters"sv, "strict"sv, "cache_control"sv},
        request);
    const Json mark = member(tool, "cache_control");
    request.tools.push_back({.name = flat,
                             .description = spelt(member(tool, "description")),
                             .schema = is_object(schema) ? schema : Json(),
                             .strict = says_something(strict) ? strict : Json(),
                             .cache_control = is_object(mark) ? mark : Json()});
    if (flat != name)
        request.echo.tools.push_back({std::string(flat), std::string(name), std::string(name_space), false});
    return {};
}

// Without it the model only lacks a source. The others run something that the client counts on.
bool may_be_left_out(Spelt type) { return type.starts_with("web_search"); }

Error read_tool(Json tool, Spelt name_space, const std::string& field, ChatRequest& request) {
    const Spelt type = spelt(member(tool, "type"));
    const bool custom = spells(type, "custom");
    if (custom || spells(type, "function")) {
        if (spelt(member(tool, "name")).empty())
            return invalid_field("'" + field + ".name' is required", field + ".name");
        return custom ? read_custom(tool, name_space, request) : read_function(tool, name_space, request);
    }
    if (name_space.empty() && spells(type, "namespace")) {
        const Spelt name = spelt(member(tool, "name"));
        if (name.empty()) return invalid_field("'" + field + ".name' is required", field + ".name");
        return read_elements(member(tool, "tools"), [&](Json inner, std::uint32_t index) {
            return read_tool(inner, name, field + ".tools[" + std::to_string(index) + "]", request);
        });
    }
    if (type.empty()) return invalid_field("'" + field + ".type' is required", field + ".type");
    if (may_be_left_out(type)) {
        request.unknown.push_back(request.keep("tools[]." + plain(type)));
        return {};
    }
    return unsupported_field(
        "'" + field + "' is of the type '" + plain(type) + "', which the chosen model's provider does not have", field);
}

// {"type":"allowed_tools","mode":…,"tools":[…]}: the others are not told of.
Error read_allowed(Json choice, ChatRequest& request) {
    std::vector<Spelt> allowed;
    each_element(member(choice, "tools"), [&](Json tool) {
        allowed.push_back(upstream_name(spelt(member(tool, "name")), spelt(member(tool, "namespace")), request));
    });
    std::erase_if(request.tools,
                  [&](const Tool& tool) { return std::ranges::find(allowed, tool.name) == allowed.end(); });
    const bool required = spells(spelt(member(choice, "mode")), "required");
    request.tool_choice.kind = required ? ToolChoice::Kind::required : ToolChoice::Kind::automatic;
    return {};
}

}  // namespace

Error read_response_tools(Json tools, ChatRequest& request) {
    if (!is_array(tools)) return invalid_field("'tools' must be a list", "tools");
    for (const bool namespaces : {false, true}) {  // names that are the client's own come first
        Error error = read_elements(tools, [&](Json tool, std::uint32_t index) {
            if (spells(spelt(member(tool, "type")), "namespace") != namespaces) return Error();
            return read_tool(tool, {}, "tools[" + std::to_string(index) + "]", request);
        });
        if (error) return error;
    }
    return {};
}

Error read_response_tool_choice(Json choice, ChatRequest& request) {
    using Kind = ToolChoice::Kind;
    ToolChoice& read = request.tool_choice;
    if (is_object(choice)) {
        const Spelt type = spelt(member(choice, "type"));
        if (spells(type, "allowed_tools")) return read_allowed(choice, request);
        if (!spells(type, "function") && !spells(type, "custom")) {
            return unsupported_field("'tool_choice' names a tool that the chosen model's provider does not have",
                                     "tool_choice");
        }
        const Spelt name = spelt(member(choice, "name"));
        if (name.empty()) return invalid_field("'tool_choice' names no tool", "tool_choice");
        read.kind = Kind::named;
        read.name = upstream_name(name, spelt(member(choice, "namespace")), request);
        return {};
    }
    struct Word {
        std::string_view word;
        Kind kind;
    };
    for (const Word& known :
         {Word{"auto", Kind::automatic}, Word{"none", Kind::none}, Word{"required", Kind::required}}) {
        if (!spells(spelt(choice), known.word)) continue;
        read.kind = known.kind;
        return {};
    }
    return invalid_field("'tool_choice' must be auto, none, required or a tool", "tool_choice");
}

Spelt upstream_name(Spelt name, Spelt name_space, ChatRequest& request) {
    if (name_space.empty()) return name;
    for (const RenamedTool& tool : request.echo.tools) {
        if (tool.name == name && tool.name_space == name_space) return request.keep(tool.upstream_name);
    }
    return flat_name(name, name_space, request);
}

Json arguments_of_text(Spelt text, ChatRequest& request) {
    return request.keep("{\"" + std::string(AnswerEcho::kTextMember) + "\":\"" + std::string(text) + "\"}");
}

}  // namespace tollgate
