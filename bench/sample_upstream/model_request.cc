#include "bench/sample_upstream/model_request.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sample {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t kFnvOffset = 1469598103934665603ull;
constexpr std::uint64_t kFnvPrime = 1099511628211ull;

std::uint64_t hash(std::string_view text, std::uint64_t seed = kFnvOffset) {
    for (unsigned char c : text) seed = (seed ^ c) * kFnvPrime;
    return seed;
}

// What a request says of tools, until all of it is read.
struct Tools {
    std::optional<dom::element> list;
    std::optional<dom::element> choice;
    bool answered = false;  // the last message is a tool's result
};

std::string_view text_of(dom::element value) {
    std::string_view text;
    if (value.get(text)) return {};
    return text;
}

void copy_bounded(std::string& to, std::string_view from) {
    to.assign(from.substr(0, std::min(from.size(), kMaxEchoBytes)));
    // The cut must not stand inside a UTF-8 sequence.
    if (to.size() < from.size()) {
        while (!to.empty() && (static_cast<unsigned char>(to.back()) & 0xC0u) == 0x80u) to.pop_back();
        if (!to.empty() && static_cast<unsigned char>(to.back()) >= 0xC0u) to.pop_back();
    }
}

// A content is a string, or an array of parts of which the text ones count.
void read_content(ModelRequest& request, dom::element content, bool is_user) {
    if (content.is_string()) {
        auto text = text_of(content);
        request.content_bytes += text.size();
        if (is_user) copy_bounded(request.text, text);
        return;
    }
    dom::array parts;
    if (content.get(parts)) return;
    if (is_user) request.text.clear();
    for (auto part : parts) {
        std::string_view text;
        if (part["text"].get(text)) continue;
        request.content_bytes += text.size();
        if (is_user && request.text.size() + text.size() < kMaxEchoBytes) request.text += text;
    }
}

bool read_messages(ModelRequest& request, dom::element value, bool& ends_in_tool) {
    dom::array messages;
    if (value.get(messages)) return false;
    for (auto message : messages) {
        dom::object fields;
        if (message.get(fields)) return false;
        std::string_view role;
        dom::element content;
        bool has_content = false;
        for (auto field : fields) {
            if (field.key == "role") role = text_of(field.value);
            if (field.key == "content") {
                content = field.value;
                has_content = true;
            }
        }
        ends_in_tool = role == "tool";
        if (has_content) read_content(request, content, role == "user");
    }
    return true;
}

void append_sample_value(std::string& out, dom::element schema, std::string_view text) {
    std::string_view type;
    if (schema["type"].get(type)) type = "string";
    dom::element choice;
    if (!schema["enum"].at(0).get(choice) && choice.is_string()) {
        out += '"';
        append_escaped(out, text_of(choice));
        out += '"';
    } else if (type == "integer" || type == "number") {
        out += '1';
    } else if (type == "boolean") {
        out += "true";
    } else if (type == "array") {
        out += "[]";
    } else if (type == "object") {
        out += "{}";
    } else {
        out += '"';
        append_escaped(out, text.substr(0, std::min<std::size_t>(text.size(), 64)));
        out += '"';
    }
}

void fill_arguments(ModelRequest& request, dom::element function) {
    auto& out = request.tool_arguments;
    out = "{";
    dom::array required;
    if (!function["parameters"]["required"].get(required)) {
        for (auto name : required) {
            if (out.size() > 1) out += ',';
            out += '"';
            append_escaped(out, text_of(name));
            out += "\":";
            dom::element schema;
            if (function["parameters"]["properties"][text_of(name)].get(schema)) {
                out += "\"\"";
            } else {
                append_sample_value(out, schema, request.text);
            }
        }
    }
    out += '}';
}

// The call is made where the caller demands one, or the user's text names a tool, and not again on the tool's result.
void choose_tool(ModelRequest& request, const Tools& tools) {
    dom::array list;
    if (!tools.list || tools.list->get(list)) return;
    std::string_view wanted;
    bool demanded = false;
    if (tools.choice) {
        demanded = text_of(*tools.choice) == "required" || !(*tools.choice)["function"]["name"].get(wanted);
        if (text_of(*tools.choice) == "none") return;
    }
    for (auto tool : list) {
        dom::element function;
        if (tool["function"].get(function)) continue;
        std::string_view name;
        if (function["name"].get(name)) continue;
        bool mentioned = !tools.answered && request.text.find(name) != std::string::npos;
        bool chosen = demanded ? (wanted.empty() || wanted == name) : mentioned;
        if (request.tool_named && !chosen) continue;
        request.tool_named = true;
        request.tool_name.assign(name);
        fill_arguments(request, function);
        if (chosen) {
            request.calls_tool = true;
            return;
        }
    }
}

void read_inputs(ModelRequest& request, dom::element value) {
    if (value.is_string()) {
        auto text = text_of(value);
        request.content_bytes += text.size();
        request.inputs.push_back(hash(text));
        return;
    }
    dom::array items;
    if (value.get(items)) return;
    std::uint64_t tokens_hash = kFnvOffset;
    bool is_tokens = false;
    for (auto item : items) {
        std::uint64_t token = 0;
        if (!item.get(token)) {
            tokens_hash = (tokens_hash ^ token) * kFnvPrime;
            is_tokens = true;
            ++request.input_tokens;
        } else {
            read_inputs(request, item);
        }
    }
    if (is_tokens) request.inputs.push_back(tokens_hash);
}

void read_prompt(ModelRequest& request, dom::element value) {
    if (value.is_string()) {
        auto text = text_of(value);
        request.content_bytes += text.size();
        copy_bounded(request.text, text);
        return;
    }
    dom::array items;
    if (value.get(items)) return;
    for (auto item : items) {
        if (item.is_uint64() || item.is_int64()) ++request.input_tokens;
        read_prompt(request, item);
    }
}

std::uint32_t bounded(dom::element value) {
    std::uint64_t number = 0;
    if (value.get(number)) return UINT32_MAX;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
}

bool is_input(Endpoint endpoint, std::string_view key) {
    if (endpoint == Endpoint::chat || endpoint == Endpoint::messages) return key == "messages";
    return key == (endpoint == Endpoint::completions ? "prompt" : "input");
}

bool read_input(ModelRequest& request, Endpoint endpoint, dom::element value, Tools& tools) {
    if (endpoint == Endpoint::chat || endpoint == Endpoint::messages)
        return read_messages(request, value, tools.answered);
    if (endpoint == Endpoint::completions) {
        read_prompt(request, value);
        return true;
    }
    read_inputs(request, value);
    return !request.inputs.empty();
}

void take_script(ModelRequest& request, std::string_view words) {
    request.script.assign(words);
    request.has_script = true;
}

void read_option(ModelRequest& request, std::string_view key, dom::element value, Tools& tools) {
    std::string_view text;
    bool flag = false;
    if (key == "model") {
        request.model.assign(text_of(value));
    } else if (key == "stream") {
        if (!value.get(flag)) request.stream = flag;
    } else if (key == "stream_options") {
        if (!value["include_usage"].get(flag)) request.include_usage = flag;
    } else if (key == "max_tokens" || key == "max_completion_tokens") {
        request.max_tokens = std::min(request.max_tokens, bounded(value));
    } else if (key == "metadata") {
        if (!value["sample"].get(text)) take_script(request, text);
        if (!value["user_id"].get(text) && text.starts_with("sample:")) take_script(request, text.substr(7));
    } else if (key == "user") {
        text = text_of(value);
        if (text.starts_with("sample:") && !request.has_script) take_script(request, text.substr(7));
    } else if (key == "tools") {
        tools.list = value;
    } else if (key == "tool_choice") {
        tools.choice = value;
    } else if (key == "encoding_format") {
        request.base64 = text_of(value) == "base64";
    } else if (key == "dimensions") {
        request.dimensions = bounded(value);
    }
}

}  // namespace

std::string_view endpoint_name(Endpoint endpoint) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Endpoint::count)> kNames{
        "chat/completions", "completions", "messages", "embeddings",     "models",      "models/{id}", "health",
        "script",           "play",        "stats",    "stats/requests", "stats/bills", "stats/reset", "unknown"};
    return kNames[static_cast<std::size_t>(endpoint)];
}

Endpoint route(std::string_view path, std::string_view& rest) {
    if (path.starts_with("/v1/")) path.remove_prefix(3);
    if (path == "/chat/completions") return Endpoint::chat;
    if (path == "/completions") return Endpoint::completions;
    if (path == "/messages") return Endpoint::messages;
    if (path == "/embeddings") return Endpoint::embeddings;
    if (path == "/models") return Endpoint::models;
    if (path.starts_with("/models/")) {
        rest = path.substr(8);
        return Endpoint::model;
    }
    if (path == "/health") return Endpoint::health;
    if (path == "/script") return Endpoint::script;
    if (path == "/play") return Endpoint::play;
    if (path == "/stats") return Endpoint::stats;
    if (path == "/stats/requests") return Endpoint::stats_requests;
    if (path == "/stats/bills") return Endpoint::stats_bills;
    if (path == "/stats/reset") return Endpoint::stats_reset;
    return Endpoint::unknown;
}

void ModelRequest::clear() {
    model.clear();
    text.clear();
    script.clear();
    tool_name.clear();
    tool_arguments.clear();
    inputs.clear();
    has_script = stream = include_usage = calls_tool = tool_named = base64 = false;
    content_bytes = input_tokens = 0;
    max_tokens = UINT32_MAX;
    dimensions = kDefaultDimensions;
}

std::expected<void, std::string> ModelRequest::read(Endpoint endpoint, std::string_view body, dom::parser& parser) {
    clear();
    dom::element document;
    if (auto error = parser.parse(body.data(), body.size(), false).get(document)) {
        return std::unexpected(std::string("the body is not JSON: ") + simdjson::error_message(error));
    }
    dom::object fields;
    if (document.get(fields)) return std::unexpected("the body is not a JSON object");
    Tools tools;
    bool has_input = false;
    for (auto field : fields) {
        if (is_input(endpoint, field.key)) {
            has_input = read_input(*this, endpoint, field.value, tools);
            if (!has_input) return std::unexpected(std::string(field.key) + " is empty or of a wrong shape");
        } else {
            read_option(*this, field.key, field.value, tools);
        }
    }
    if (dimensions == 0 || dimensions > kMaxDimensions) return std::unexpected("dimensions is not in 1..4096");
    if (model.empty()) return std::unexpected("you must provide a model parameter");
    if (!has_input) return std::unexpected("the request has no messages, prompt or input");
    if (tools.list) choose_tool(*this, tools);
    return {};
}

std::uint32_t ModelRequest::prompt_tokens() const {
    return static_cast<std::uint32_t>((content_bytes + 3) / 4 + input_tokens);
}

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::size_t clean_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, clean_from, i - clean_from);
        clean_from = i + 1;
        out += '\\';
        if (c == '"' || c == '\\') {
            out += static_cast<char>(c);
        } else if (c == '\n') {
            out += 'n';
        } else {
            out += "u00";
            out += kHex[c >> 4];
            out += kHex[c & 15u];
        }
    }
    out.append(text, clean_from, text.size() - clean_from);
}

}  // namespace sample
