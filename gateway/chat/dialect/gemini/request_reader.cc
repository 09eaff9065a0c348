#include "gateway/chat/dialect/gemini/request_reader.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/object_schema.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/gateway_members.h"
#include "gateway/chat/dialect/gemini/content_reader.h"
#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/chat/dialect/gemini/schema_subset.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

struct NamedParameter {
    std::string_view name;
    std::string_view full_name;
    Parameter parameter;
};
constexpr std::array kSettings = {
    NamedParameter{"temperature", "generationConfig.temperature", Parameter::temperature},
    NamedParameter{"topP", "generationConfig.topP", Parameter::top_p},
    NamedParameter{"topK", "generationConfig.topK", Parameter::top_k},
    NamedParameter{"frequencyPenalty", "generationConfig.frequencyPenalty", Parameter::frequency_penalty},
    NamedParameter{"presencePenalty", "generationConfig.presencePenalty", Parameter::presence_penalty},
    NamedParameter{"seed", "generationConfig.seed", Parameter::seed},
    NamedParameter{"candidateCount", "generationConfig.candidateCount", Parameter::choices},
    NamedParameter{"responseLogprobs", "generationConfig.responseLogprobs", Parameter::logprobs},
    NamedParameter{"logprobs", "generationConfig.logprobs", Parameter::top_logprobs},
    NamedParameter{"responseModalities", "generationConfig.responseModalities", Parameter::modalities},
    NamedParameter{"speechConfig", "generationConfig.speechConfig", Parameter::audio},
};

// --- Tools

constexpr std::string_view kTools = "tools[]", kDeclarations = "tools[].functionDeclarations[]";

Error read_declaration(Json declaration, ChatRequest& request) {
    Tool tool;
    each_field(declaration, [&](std::string_view name, Json value) {
        if (name == "name") {
            tool.name = spelt(value);
        } else if (name == "description") {
            tool.description = spelt(value);
        } else if (name == "parametersJsonSchema" && is_object(value)) {
            tool.schema = value;
        } else if (name == "parameters" && is_object(value)) {
            tool.schema = request.keep(json_schema_of_gemini(value));
        } else {
            note_unknown_setting(kDeclarations, name, value, request);
        }
    });
    if (tool.name.empty()) return invalid_field("'tools[].functionDeclarations[].name' is required", kDeclarations);
    request.tools.push_back(tool);
    return {};
}

// Tools that Google runs itself are known by no one else.
Error read_tool(Json tool, ChatRequest& request) {
    Error error;
    each_field(tool, [&](std::string_view name, Json value) {
        if (name != "functionDeclarations") return note_unknown_setting(kTools, name, value, request);
        each_element(value, [&](Json declaration) {
            if (!error) error = read_declaration(declaration, request);
        });
    });
    return error;
}

Error read_tools(Json value, ChatRequest& request) {
    if (is_object(value)) return read_tool(value, request);
    if (!is_array(value)) return invalid_field("'tools' must be a list", "tools");
    return read_elements(value, [&](Json tool, std::uint32_t) { return read_tool(tool, request); });
}

// What may be called is all that is declared: further tools are left out, not told of.
void keep_allowed(const std::vector<Spelt>& allowed, ChatRequest& request) {
    if (allowed.empty()) return;
    std::erase_if(request.tools,
                  [&](const Tool& tool) { return std::ranges::find(allowed, tool.name) == allowed.end(); });
}

// Others refuse a strict function whose schema is open, as most of Google's are.
void mark_strict(ChatRequest& request) {
    bool all = true;
    for (Tool& tool : request.tools) {
        const bool strict = !tool.schema.empty() && is_strict_schema(tool.schema);
        if (strict) tool.strict = "true";
        all = all && strict;
    }
    if (!all) request.restated.push_back("toolConfig.functionCallingConfig.mode");
}

Error read_calling(Json config, ChatRequest& request) {
    using Kind = ToolChoice::Kind;
    constexpr std::string_view kField = "toolConfig.functionCallingConfig";
    ToolChoice& choice = request.tool_choice;
    std::string mode;
    std::vector<Spelt> allowed;
    each_field(config, [&](std::string_view name, Json value) {
        if (name == "mode") {
            mode = ascii_lower(plain(spelt(value)));
        } else if (name == "allowedFunctionNames") {
            each_element(value, [&](Json one) { allowed.push_back(spelt(one)); });
        } else {
            note_unknown_setting(kField, name, value, request);
        }
    });
    if (mode == "none") {
        choice.kind = Kind::none;
    } else if (mode == "any") {
        choice.kind = allowed.size() == 1 ? Kind::named : Kind::required;
        if (allowed.size() == 1) choice.name = allowed.front();
        if (allowed.size() > 1) keep_allowed(allowed, request);
    } else if (mode == "auto" || mode == "validated") {
        choice.kind = Kind::automatic;
        if (mode == "auto") return {};
        keep_allowed(allowed, request);
        mark_strict(request);
    } else if (!mode.empty() && mode != "mode_unspecified") {
        return invalid_field("'" + std::string(kField) + ".mode' must be AUTO, ANY, NONE or VALIDATED", kField);
    }
    return {};
}

Error read_tool_config(Json value, ChatRequest& request) {
    Error error;
    each_field(value, [&](std::string_view name, Json config) {
        if (name != "functionCallingConfig") return note_unknown_setting("toolConfig", name, config, request);
        if (!error) error = read_calling(config, request);
    });
    return error;
}

// --- The generation's settings

struct NamedLevel {
    std::string_view name;
    Effort effort;
};
constexpr std::array kLevels = {
    NamedLevel{"minimal", Effort::minimal},
    NamedLevel{"low", Effort::low},
    NamedLevel{"medium", Effort::medium},
    NamedLevel{"high", Effort::high},
    NamedLevel{"thinking_level_unspecified", Effort::unset},
};

Error read_thinking(Json value, ChatRequest& request) {
    constexpr std::string_view kField = "generationConfig.thinkingConfig";
    const auto [level, budget, shown] =
        fields_of(value, std::array<std::string_view, 3>{"thinkingLevel", "thinkingBudget", "includeThoughts"});
    ReasoningWish& wish = request.reasoning;
    if (says_something(level)) {
        const std::string word = ascii_lower(plain(spelt(level)));
        const auto found = std::ranges::find(kLevels, std::string_view(word), &NamedLevel::name);
        if (found == kLevels.end())
            return invalid_field("'" + std::string(kField) + ".thinkingLevel' is not known", kField);
        wish.effort = found->effort;
    }
    if (says_something(budget)) {
        const auto tokens = whole_number(budget);
        if (!tokens)
            return invalid_field("'" + std::string(kField) + ".thinkingBudget' must be a whole number", kField);
        if (*tokens == 0) wish.effort = Effort::none;
        wish.tokens = std::max<std::int64_t>(*tokens, 0);  // -1: the model decides
    }
    if (says_something(level) || says_something(budget) || shown == "true") wish.field = kField;
    return {};
}

Error read_stops(Json value, ChatRequest& request) {
    request.stop_field = "generationConfig.stopSequences";
    return read_texts(value, request.stop)
               ? Error()
               : invalid_field("'generationConfig.stopSequences' must be a list of strings", request.stop_field);
}

// JSON is asked for by its type; a schema alone has no effect.
Error read_output(Json type, Json schema, Json json_schema, ChatRequest& request) {
    constexpr std::string_view kType = "generationConfig.responseMimeType";
    const std::string word = ascii_lower(plain(spelt(type)));
    if (word == "application/json") {
        const Json whole = is_object(json_schema) ? json_schema : is_object(schema) ? schema : Json();
        request.output_field = whole.empty()          ? kType
                               : whole == json_schema ? "generationConfig.responseJsonSchema"
                                                      : "generationConfig.responseSchema";
        request.output.kind = whole.empty() ? OutputFormat::Kind::json_object : OutputFormat::Kind::json_schema;
        request.output.schema =
            whole.empty() || whole == json_schema ? whole : Json(request.keep(json_schema_of_gemini(whole)));
        return {};
    }
    if (!word.empty() && word != "text/plain") request.unknown.push_back(kType);  // text/x.enum
    if (is_object(schema) || is_object(json_schema)) request.unknown.push_back("generationConfig.responseSchema");
    return {};
}

// The API writes its kinds of output in capitals.
void read_modalities(Json value, ChatRequest& request) {
    request.set(Parameter::modalities, "generationConfig.responseModalities",
                request.keep(ascii_lower(std::string(value))));
}

Error read_generation(Json value, ChatRequest& request) {
    Error error;
    Json type, schema, json_schema;
    each_field(value, [&](std::string_view name, Json member) {
        if (!says_something(member) || error) return;
        const auto known = std::ranges::find(kSettings, name, &NamedParameter::name);
        if (name == "maxOutputTokens") {
            const auto tokens = whole_number(member);
            if (!tokens)
                error = invalid_field("'generationConfig.maxOutputTokens' must be a whole number", "generationConfig");
            request.output_bound = std::max<std::int64_t>(tokens.value_or(1), 1);
        } else if (name == "stopSequences") {
            error = read_stops(member, request);
        } else if (name == "thinkingConfig") {
            error = read_thinking(member, request);
        } else if (name == "responseMimeType") {
            type = member;
        } else if (name == "responseSchema") {
            schema = member;
        } else if (name == "responseJsonSchema") {
            json_schema = member;
        } else if (name == "responseModalities") {
            read_modalities(member, request);
        } else if (known != kSettings.end()) {
            request.set(known->parameter, known->full_name, member);
        } else {
            note_unknown_setting("generationConfig", name, member, request);
        }
    });
    return error ? error : read_output(type, schema, json_schema, request);
}

// What is kept at Google cannot be told to others.
Error refuse_cached_content() {
    return unsupported_field("'cachedContent' is kept by its provider, and has no meaning for the chosen model's",
                             "cachedContent");
}

// Members by their names; those whose order matters are read in it.
struct Members {
    Json contents{}, instruction{}, tools{}, tool_config{}, generation{};
};

Error read_members(const Members& members, ChatRequest& request) {
    if (says_something(members.instruction)) {
        if (Error error = read_gemini_instruction(members.instruction, request)) return error;
    }
    if (Error error = read_gemini_contents(members.contents, request)) return error;
    if (says_something(members.tools)) {
        if (Error error = read_tools(members.tools, request)) return error;
    }
    if (Error error = read_tool_config(members.tool_config, request)) return error;
    return read_generation(members.generation, request);
}

bool is_of_the_exchange(std::string_view name) {
    return name == "model" || std::ranges::find(kGatewayOnly, name) != kGatewayOnly.end();
}

}  // namespace

Error read_gemini_request(std::string_view body, ChatRequest& request) {
    Members members;
    request.turns_field = "contents";
    request.reasoning_name = "contents[].parts[].thought";
    bool cached = false;
    each_field(body.substr(std::min(body.find('{'), body.size())), [&](std::string_view name, Json value) {
        if (!says_something(value) || is_of_the_exchange(name)) return;
        if (name == "contents") {
            members.contents = value;
        } else if (name == "systemInstruction") {
            members.instruction = value;
        } else if (name == "tools") {
            members.tools = value;
        } else if (name == "toolConfig") {
            members.tool_config = value;
        } else if (name == "generationConfig") {
            members.generation = value;
        } else if (name == "labels") {
            request.set(Parameter::metadata, "labels", value);
        } else if (name == "serviceTier") {
            request.set(Parameter::service_tier, "serviceTier", value);
        } else if (name == "cachedContent") {
            cached = true;
        } else {
            request.unknown.push_back(request.keep(std::string(name)));  // safetySettings and what is newer
        }
    });
    return cached ? refuse_cached_content() : read_members(members, request);
}

}  // namespace tollgate
