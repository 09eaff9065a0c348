#include "gateway/config/llm.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "gateway/chat/dialect/llm_parameters.h"
#include "gateway/config/section.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// A text in quotes is a JSON string, another one what it would be in JSON.
void append_scalar(const YAML::Node& value, std::string& json) {
    const std::string text = expanded_text(value, "a parameter");
    constexpr std::string_view kQuoted = "!";
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (value.IsNull()) {
        json += "null";
    } else if (value.Tag() != kQuoted && is_number) {
        json += text;
    } else {
        append_json_string(json, text);
    }
}

void append_value(const YAML::Node& value, std::string& json) {
    if (!value.IsSequence()) return append_scalar(value, json);
    json += '[';
    for (const auto& item : value) {
        if (json.back() != '[') json += ',';
        append_scalar(item, json);
    }
    json += ']';
}

void read_parameters(const YAML::Node& node, LlmParameters& parameters) {
    if (!node.IsMap()) throw ConfigProblem{line_of(node), "parameters must be a mapping"};
    std::string json = "{";
    for (const auto& member : node) {
        if (json.size() > 1) json += ',';
        append_json_string(json, member.first.as<std::string>());
        json += ':';
        append_value(member.second, json);
    }
    json += '}';
    parameters.clear();
    const Error error = read_llm_parameters(json, [&](std::string_view name, std::string value) {
        parameters.push_back({std::string(name), std::move(value)});
    });
    if (error) throw ConfigProblem{line_of(node), error.detail().message};
    std::ranges::sort(parameters, {}, &NamedJson::name);
}

std::string lines_of(const LlmParameters& parameters) {
    std::string lines;
    for (const NamedJson& one : parameters) lines += one.name + ": " + one.json + "\n";
    return lines;
}

}  // namespace

void describe_llm(Section& section, LlmSettings& llm) {
    section.text("model", llm.model, "of requests that name none; empty: they are refused", {"openai/gpt-5.5", true});
    section.text("provider", llm.provider, "that is tried first for it", {"openai", true});
    section.nested(
        "parameters", "that requests get which do not have them: docs/defaults.md",
        [&llm](const YAML::Node& node) { read_parameters(node, llm.parameters); }, "    # temperature: 0.7\n",
        [&llm] { return lines_of(llm.parameters); });
    section.check([&llm]() -> std::string {
        return llm.model.empty() && !llm.provider.empty() ? "llm.provider needs llm.model" : "";
    });
}

}  // namespace tollgate
