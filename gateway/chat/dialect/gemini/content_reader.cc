#include "gateway/chat/dialect/gemini/content_reader.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/chat/dialect/gemini/google_file.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;

Kind kind_of(std::string_view media_type) {
    if (media_type.starts_with("image/")) return Kind::image;
    if (media_type.starts_with("audio/")) return Kind::audio;
    if (media_type.starts_with("video/")) return Kind::video;
    return Kind::file;
}

// Of a call it has the call's id.
bool is_google_seal(const Part& part) {
    return part.kind == Kind::sealed_reasoning && part.format == ReasoningFormat::google;
}

constexpr std::string_view kParts = "contents[].parts[]";

// The members of a part: https://ai.google.dev/api/caching#Part.
struct PartFields {
    Json text{}, thought{}, signature{}, call{}, result{}, data{}, file{}, code{}, code_result{};
};
struct NamedField {
    std::string_view name;
    Json PartFields::* field;
};
constexpr std::array kFields = {
    NamedField{"text", &PartFields::text},
    NamedField{"thought", &PartFields::thought},
    NamedField{"thoughtSignature", &PartFields::signature},
    NamedField{"functionCall", &PartFields::call},
    NamedField{"functionResponse", &PartFields::result},
    NamedField{"inlineData", &PartFields::data},
    NamedField{"fileData", &PartFields::file},
    NamedField{"executableCode", &PartFields::code},
    NamedField{"codeExecutionResult", &PartFields::code_result},
};

class Reader {
  public:
    explicit Reader(ChatRequest& request) : request_(request) {}

    Error content(Json content, std::uint32_t index);
    // That of an instruction.
    Error instruction(Json content);

  private:
    Error part(Json part, const std::string& field);
    Error parts(Json content, const std::string& field);
    void text(const PartFields& fields);
    void seal(const PartFields& fields);
    Error call(Json call, const std::string& field);
    Error result(Json result, const std::string& field);
    void response(Json response, Part& result);
    bool media(Json data, Json file, std::vector<Part>& parts);
    Spelt call_of(Spelt name, Spelt id);
    bool joins_thought(const PartFields& fields, Spelt signature);

    ChatRequest& request_;
    struct OpenCall {
        Spelt id;
        bool unnamed = false;  // it came without one
    };

    std::map<Spelt, std::deque<OpenCall>> open_calls_;  // by name: those that wait for their results
    std::uint32_t index_ = 0;                           // of the content
    std::uint32_t calls_ = 0;                           // in it
    std::size_t first_part_ = 0;                        // of it, or of the answer of which it is a piece
};

Error Reader::content(Json content, std::uint32_t index) {
    const std::string field = std::string(request_.turns_field) + "[" + std::to_string(index) + "]";
    const Spelt role = spelt(tollgate::field(content, "role"));
    index_ = index;
    calls_ = 0;
    Turn turn{.begin = static_cast<std::uint32_t>(request_.parts.size()), .message = index};
    // Pieces of a stream may stand in contents of their own.
    const bool goes_on = !request_.turns.empty() && request_.turns.back().role == Turn::Role::assistant;
    if (role != "model" || !goes_on) first_part_ = turn.begin;
    if (role == "model") {
        turn.role = Turn::Role::assistant;
        if (!goes_on) open_calls_.clear();
    } else if (role == "system") {
        turn.role = Turn::Role::system;
    } else if (!role.empty() && role != "user" && role != "function") {
        return invalid_field("'" + field + ".role' is none that is known", field + ".role");
    }
    const Error error = parts(content, field);
    turn.end = static_cast<std::uint32_t>(request_.parts.size());
    request_.turns.push_back(turn);
    return error;
}

Error Reader::instruction(Json content) {
    Turn turn{.role = Turn::Role::system, .begin = static_cast<std::uint32_t>(request_.parts.size())};
    first_part_ = turn.begin;
    if (is_text(content)) request_.parts.push_back({.kind = Kind::text, .text = spelt(content)});
    const Error error = parts(content, "systemInstruction");
    turn.end = static_cast<std::uint32_t>(request_.parts.size());
    if (turn.end > turn.begin) request_.turns.push_back(turn);
    return error;
}

Error Reader::parts(Json content, const std::string& field) {
    const Json list = tollgate::field(content, "parts");
    if (is_object(list)) return part(list, field + ".parts");
    Error error;
    std::size_t at = 0;
    each_element(list, [&](Json one) {
        const std::string here = field + ".parts[" + std::to_string(at++) + "]";
        if (!error) error = part(one, here);
    });
    return error;
}

Error Reader::part(Json part, const std::string& field) {
    PartFields fields;
    each_field(part, [&](std::string_view name, Json value) {
        const auto known = std::ranges::find(kFields, name, &NamedField::name);
        if (known != kFields.end()) {
            fields.*known->field = value;
        } else if (says_something(value)) {
            request_.unknown.push_back(request_.keep(std::string(kParts) + "." + std::string(name)));
        }
    });
    if (is_text(fields.text)) {
        text(fields);
        return {};
    }
    seal(fields);
    if (is_object(fields.call)) return call(fields.call, field);
    if (is_object(fields.result)) return result(fields.result, field);
    if (media(fields.data, fields.file, request_.parts)) return {};
    // What its own tools did stays as text.
    const Json code = tollgate::field(fields.code, "code"), output = tollgate::field(fields.code_result, "output");
    for (const Json words : {code, output}) {
        if (is_text(words)) request_.parts.push_back({.kind = Kind::text, .text = spelt(words)});
    }
    if (!is_object(part)) return invalid_field("'" + field + "' must be an object", field);
    return {};
}

// What stands on a part and must come back: it is told before the part.
void Reader::seal(const PartFields& fields) {
    const Spelt signature = spelt(fields.signature);
    if (signature.empty() || signature == kNoGeminiSignature) return;
    Part part{.kind = Kind::sealed_reasoning, .text = signature, .format = ReasoningFormat::google};
    if (auto foreign = read_foreign_seal(signature)) {
        part.text = request_.keep(std::move(foreign->text));
        part.id = request_.keep(std::move(foreign->id));
        part.format = foreign->format;
    } else if (is_object(fields.call)) {
        part.id = spelt(field(fields.call, "id"));
    }
    request_.parts.push_back(part);
}

// A stream gives a thought in pieces, and clients send them back so; another provider's signature is of the whole.
bool Reader::joins_thought(const PartFields& fields, Spelt signature) {
    if (request_.parts.size() <= first_part_) return false;
    Part& last = request_.parts.back();
    if (last.kind != Kind::reasoning || !last.signature.empty()) return false;
    const auto foreign = read_foreign_seal(signature);
    if (!signature.empty() && !foreign) return false;
    last.text = request_.keep(std::string(last.text) + std::string(spelt(fields.text)));
    if (!foreign) return true;
    last.format = foreign->format;
    last.signature = request_.keep(foreign->text);
    return true;
}

void Reader::text(const PartFields& fields) {
    if (fields.thought != "true") {
        seal(fields);
        if (!spelt(fields.text).empty()) request_.parts.push_back({.kind = Kind::text, .text = spelt(fields.text)});
        return;
    }
    const Spelt signature = spelt(fields.signature);
    if (joins_thought(fields, signature)) return;
    Part part{
        .kind = Kind::reasoning, .text = spelt(fields.text), .format = ReasoningFormat::google, .signature = signature};
    if (const auto foreign = read_foreign_seal(signature)) {
        part.format = foreign->format;
        part.signature = request_.keep(foreign->text);
    }
    request_.parts.push_back(part);
}

Error Reader::call(Json call, const std::string& field) {
    const auto [id, name, args] = fields_of(call, std::array<std::string_view, 3>{"id", "name", "args"});
    if (spelt(name).empty()) return invalid_field("'" + field + ".functionCall.name' is required", field);
    Part part{.kind = Kind::tool_call,
              .id = spelt(id),
              .name = spelt(name),
              .argument_object = is_object(args) ? args : Json("{}")};
    if (part.id.empty()) {
        part.id = request_.keep("call_" + std::to_string(index_) + "_" + std::to_string(calls_));
        if (request_.parts.size() > first_part_ && is_google_seal(request_.parts.back())) {
            request_.parts.back().id = part.id;
        }
    }
    ++calls_;
    open_calls_[part.name].push_back({.id = part.id, .unnamed = spelt(id).empty()});
    request_.parts.push_back(part);
    return {};
}

// An id that is a call's tells. Otherwise results come in the order of the calls of their name; gemini-cli makes ids
// for the results of calls that have none.
Spelt Reader::call_of(Spelt name, Spelt id) {
    const auto named = open_calls_.find(name);
    if (named == open_calls_.end()) return id;
    std::deque<OpenCall>& open = named->second;
    auto call = std::ranges::find(open, id, &OpenCall::id);
    if (call == open.end()) call = std::ranges::find(open, true, &OpenCall::unnamed);
    if (call == open.end()) call = open.begin();
    if (call == open.end()) return id;
    id = call->id;
    open.erase(call);
    return id;
}

Error Reader::result(Json value, const std::string& field) {
    static constexpr std::array<std::string_view, 4> kNames = {"id", "name", "response", "parts"};
    const auto [id, name, response, parts] = fields_of(value, kNames);
    Part result{.kind = Kind::tool_result, .id = call_of(spelt(name), spelt(id))};
    if (result.id.empty()) return invalid_field("'" + field + "' is the response of no call before it", field);
    result.begin = static_cast<std::uint32_t>(request_.result_parts.size());
    this->response(response, result);
    bool good = true;
    each_element(parts, [&](Json part) {
        const auto [data, file] = fields_of(part, std::array<std::string_view, 2>{"inlineData", "fileData"});
        good = media(data, file, request_.result_parts) && good;
    });
    result.end = static_cast<std::uint32_t>(request_.result_parts.size());
    request_.parts.push_back(result);
    return good ? Error() : invalid_field("'" + field + "' holds what is no data", field);
}

// What the function said stands in `output` or `error`, or is the whole object.
void Reader::response(Json response, Part& result) {
    Json only;
    std::size_t members = 0;
    std::string name;
    each_member(response, [&](std::string_view member, Json value) {
        only = value;
        name = member;
        ++members;
    });
    result.failed = members == 1 && name == "error";
    Part text{.kind = Kind::text};
    if (members == 1 && is_text(only) && (result.failed || name == "output" || name == "result")) {
        text.text = spelt(only);
    } else if (result.failed) {
        text.text = request_.keep(spell(only));
    } else if (says_something(response)) {
        text.text = request_.keep(spell(response));
    }
    request_.result_parts.push_back(text);
}

bool Reader::media(Json data, Json file, std::vector<Part>& parts) {
    const bool here = is_object(data);
    if (!here && !is_object(file)) return false;
    static constexpr std::array<std::string_view, 4> kNames = {"mimeType", "data", "fileUri", "displayName"};
    const auto [quoted_type, bytes, uri, name] = fields_of(here ? data : file, kNames);
    const Spelt type = request_.media_type(plain(spelt(quoted_type)));
    Part part{.kind = kind_of(type)};
    part.media.type = type;
    part.media.name = spelt(name);
    part.media.value = spelt(here ? bytes : uri);
    if (!here) part.media.source = is_google_file(spelt(uri)) ? Media::Source::file_id : Media::Source::url;
    parts.push_back(part);
    return !part.media.value.empty();
}

}  // namespace

Error read_gemini_contents(Json contents, ChatRequest& request) {
    Reader reader(request);
    if (is_text(contents)) {
        const auto at = static_cast<std::uint32_t>(request.parts.size());
        request.parts.push_back({.kind = Kind::text, .text = spelt(contents)});
        request.turns.push_back({.begin = at, .end = at + 1});
        return {};
    }
    if (is_object(contents)) return reader.content(contents, 0);
    if (!is_array(contents)) return invalid_field("'contents' must be a list", "contents");
    Error error =
        read_elements(contents, [&](Json content, std::uint32_t index) { return reader.content(content, index); });
    join_summaries(request);
    return error;
}

Error read_gemini_instruction(Json content, ChatRequest& request) { return Reader(request).instruction(content); }

}  // namespace tollgate
