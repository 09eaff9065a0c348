#include "gateway/chat/dialect/paid_extras.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tollgate {
namespace {

using simdjson::dom::element;

enum class Asks : std::uint8_t {
    tier,     // a string names a service tier
    tool,     // any value but those that switch it off asks for a tool
    tools,    // a list of tools
    outputs,  // a list of modalities
    body,     // an object of further members of the body: proxies merge them into it
};

struct Field {
    std::string_view name;
    Asks asks;
    std::string_view tool = {};  // its name in price lists
};

// Sources, read in November 2026. A row more is a field more.
constexpr std::array kFields = {
    // https://developers.openai.com/api/docs/guides/fast-mode; Groq's values:
    // https://console.groq.com/docs/service-tiers
    Field{"service_tier", Asks::tier},
    // Anthropic: https://platform.claude.com/docs/en/build-with-claude/fast-mode, .../data-residency
    Field{"speed", Asks::tier},
    Field{"inference_geo", Asks::tier},
    Field{"mcp_servers", Asks::tool, "mcp"},
    // https://platform.openai.com/docs/pricing, "Built-in tools"
    Field{"web_search_options", Asks::tool, "web_search"},
    Field{"modalities", Asks::outputs},
    // https://ai.google.dev/api/generate-content#Modality
    Field{"responseModalities", Asks::outputs},
    Field{"response_modalities", Asks::outputs},
    // xAI, priced by source: https://docs.x.ai/docs/guides/live-search
    Field{"search_parameters", Asks::tool, "web_search"},
    // https://www.alibabacloud.com/help/en/model-studio/web-search, .../qwen-code-interpreter
    Field{"enable_search", Asks::tool, "web_search"},
    Field{"enable_code_interpreter", Asks::tool, "code_interpreter"},
    // https://console.groq.com/docs/compound/built-in-tools. Its `search_settings` only limit a search.
    Field{"compound_custom", Asks::tool, "compound_custom"},
    // https://learn.microsoft.com/azure/ai-services/openai/references/on-your-data
    Field{"data_sources", Asks::tool, "data_sources"},
    Field{"dataSources", Asks::tool, "data_sources"},
    // https://docs.cohere.com/v1/reference/chat
    Field{"connectors", Asks::tool, "connectors"},
    // Baidu: https://cloud.baidu.com/doc/qianfan-api; also https://docs.inworld.ai/router/capabilities/web-search
    Field{"web_search", Asks::tool, "web_search"},
    // Hunyuan: https://cloud.tencent.com/document/product/1729/111007
    Field{"enable_enhancement", Asks::tool, "web_search"},
    Field{"force_search_enhancement", Asks::tool, "web_search"},
    // Gemini's tools, where a proxy takes them beside the list
    Field{"url_context", Asks::tool, "url_context"},
    Field{"google_search", Asks::tool, "web_search"},
    Field{"tools", Asks::tools},
    Field{"extra_body", Asks::body},
};

constexpr std::string_view kFlex = "flex";
constexpr std::array<std::string_view, 8> kOrdinaryTiers = {"auto", "default",   "standard", "standard_only",
                                                            kFlex,  "on_demand", "global",   "not_available"};

// Tools that the client itself runs.
constexpr std::array<std::string_view, 2> kClientTools = {"function", "custom"};
// A tool with one of these members is the client's, though no type says so.
constexpr std::array<std::string_view, 5> kClientMembers = {"function", "custom", "name", "function_declarations",
                                                            "functionDeclarations"};

// What tools are called in a list, as a type or, with Gemini, as a tool's only member; without versions, and in words
// joined by '_'. Sources as above, and https://ai.google.dev/gemini-api/docs/pricing,
// https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview.
struct ToolName {
    std::string_view name, tool;
};
constexpr std::array kToolNames = {
    ToolName{"web_search_preview", "web_search"},
    ToolName{"web_search", "web_search"},
    ToolName{"google_search", "web_search"},
    ToolName{"google_search_retrieval", "web_search"},
    ToolName{"google_maps", "web_search"},
    ToolName{"enterprise_web_search", "web_search"},
    ToolName{"browser_search", "web_search"},
    ToolName{"url_context", "url_context"},
    ToolName{"code_execution", "code_execution"},
    ToolName{"code_interpreter", "code_interpreter"},
    ToolName{"file_search", "file_search"},
    ToolName{"retrieval", "retrieval"},
    ToolName{"computer_use", "computer_use"},
    ToolName{"image_generation", "image_generation"},
    ToolName{"mcp", "mcp"},
};

template <class Names>
bool is_among(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

void add_output(std::string_view name, PaidExtras& extras) {
    const std::string_view kept = name.substr(0, kMostExtraNameBytes);
    if (extras.outputs.size() < kMostExtraNames && !is_among(extras.outputs, kept)) extras.outputs.emplace_back(kept);
}

void add_tool(std::string_view name, std::string_view field, PaidExtras& extras) {
    const std::string_view kept = name.substr(0, kMostExtraNameBytes);
    const bool known = std::ranges::find(extras.server_tools, kept, &ServerTool::name) != extras.server_tools.end();
    if (extras.server_tools.size() < kMostExtraNames && !known)
        extras.server_tools.push_back({std::string(kept), field});
}

// googleSearch is google_search.
std::string in_words(std::string_view name) {
    std::string words;
    for (const char c : name.substr(0, kMostExtraNameBytes)) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !words.empty()) words += '_';
        words += capital ? static_cast<char>(c | 0x20) : c;
    }
    return words;
}

// Versions of a tool have one price: "web_search_preview_2025_03_11", "code_execution_20250825".
std::string_view without_version(std::string_view type) {
    const std::size_t digits = type.find_last_not_of("0123456789_");
    return digits + 1 < type.size() && type[digits + 1] == '_' ? type.substr(0, digits + 1) : type;
}

// Its name in price lists; empty: it is in no table.
std::string_view known_tool(std::string_view name) {
    const std::string words = in_words(without_version(name));
    const auto found = std::ranges::find(kToolNames, words, &ToolName::name);
    return found == kToolNames.end() ? std::string_view() : found->tool;
}

void add_named(std::string_view name, std::string_view field, PaidExtras& extras) {
    const std::string_view known = known_tool(name);
    add_tool(known.empty() ? without_version(name) : known, field, extras);
}

// Moonshot's {"type":"builtin_function","function":{"name":"$web_search"}}.
std::string_view builtin_name(const simdjson::dom::object& tool) {
    std::string_view name = "builtin_function";
    (void)tool["function"]["name"].get(name);
    return name.starts_with('$') ? name.substr(1) : name;
}

void note_tool(const element& tool, std::string_view field, PaidExtras& extras);

// Of OpenAI's namespaces: what they hold are tools as well.
void note_inner_tools(const simdjson::dom::object& tool, std::string_view field, PaidExtras& extras) {
    for (const auto member : tool) {
        simdjson::dom::array inner;
        if (member.key != "tools" || member.value.get(inner) != simdjson::SUCCESS) continue;
        for (const auto one : inner) note_tool(one, field, extras);
    }
}

// Every member is looked at: a name may stand twice, and providers differ in which one they take.
void note_tool(const element& tool, std::string_view field, PaidExtras& extras) {
    std::string_view text;
    if (tool.get(text) == simdjson::SUCCESS) return add_named(text, field, extras);
    simdjson::dom::object object;
    if (tool.get(object) != simdjson::SUCCESS) return;
    bool named = false;  // as the client's, or by a type
    for (const auto member : object) {
        named = named || is_among(kClientMembers, member.key) || (member.key == "type" && member.value.is_string());
    }
    for (const auto member : object) {
        if (member.key == "type" && member.value.get(text) == simdjson::SUCCESS) {
            if (text == "builtin_function") text = builtin_name(object);
            if (text == "namespace") {
                note_inner_tools(object, field, extras);
            } else if (!is_among(kClientTools, text)) {
                add_named(text, field, extras);
            }
        } else if (member.key != "type" && (!named || !known_tool(member.key).empty())) {
            add_named(member.key, field, extras);
        }
    }
}

// null, false, nothing at all, {"mode":"off"} and {"enable":false} ask for nothing.
bool asks(const element& value) {
    bool flag = false;
    if (value.get(flag) == simdjson::SUCCESS) return flag;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return !text.empty();
    simdjson::dom::array list;
    if (value.get(list) == simdjson::SUCCESS) return list.size() > 0;
    simdjson::dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return !value.is_null();
    if (object["mode"].get(text) == simdjson::SUCCESS && text == "off") return false;
    for (const char* const name : {"enable", "enabled"}) {
        if (object[name].get(flag) == simdjson::SUCCESS && !flag) return false;
    }
    return true;
}

void note_tier(const element& value, std::string_view field, PaidExtras& extras) {
    std::string_view tier;
    if (value.get(tier) != simdjson::SUCCESS || tier.empty()) return;
    if (tier == kFlex) extras.wants_flex = true;
    if (is_among(kOrdinaryTiers, tier)) return;
    if (!extras.service_tier.empty()) extras.service_tier += '+';
    extras.service_tier += tier;
    if (extras.service_tier.size() > kMostExtraNameBytes) extras.service_tier.resize(kMostExtraNameBytes);
    extras.tier_field = field;
}

void note_tools(const element& value, std::string_view field, PaidExtras& extras) {
    simdjson::dom::array list;
    if (value.get(list) != simdjson::SUCCESS) return note_tool(value, field, extras);
    for (const element tool : list) note_tool(tool, field, extras);
}

// Gemini has its modalities in capitals.
bool is_text(std::string_view output) { return output == "text" || output == "TEXT"; }

void note_outputs(const element& value, PaidExtras& extras) {
    simdjson::dom::array list;
    std::string_view output;
    if (value.get(list) != simdjson::SUCCESS) return;
    for (const element modality : list) {
        if (modality.get(output) == simdjson::SUCCESS && !is_text(output)) add_output(output, extras);
    }
}

void note(std::string_view key, const element& value, bool inner, PaidExtras& extras) {
    const auto field = std::ranges::find(kFields, key, &Field::name);
    if (field == kFields.end()) return;
    switch (field->asks) {
        case Asks::tier:
            return note_tier(value, field->name, extras);
        case Asks::tool:
            if (asks(value)) add_tool(field->tool, field->name, extras);
            return;
        case Asks::tools:
            return note_tools(value, field->name, extras);
        case Asks::outputs:
            return note_outputs(value, extras);
        case Asks::body: {
            simdjson::dom::object members;
            if (inner || value.get(members) != simdjson::SUCCESS) return;
            for (const auto member : members) note(member.key, member.value, true, extras);
        }
    }
}

}  // namespace

void note_paid_extras(std::string_view key, const element& value, PaidExtras& extras) {
    note(key, value, false, extras);
}

}  // namespace tollgate
