#include "gateway/chat/dialect/chat/message_reader.h"

#include <algorithm>
#include <array>
#include <map>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kDataScheme = "data:";
constexpr std::size_t kMostMediaTypeBytes = 256;  // of what stands before the data

constexpr std::string_view kMessages = "messages[]", kContent = "messages[].content[]";

// Data without the head that says what they are, as OpenAI's API takes those of files: base64 tells it as well, by what
// it begins with. An address does not begin so.
struct Magic {
    std::string_view base64, type;
};
constexpr std::array kMagics = {
    Magic{"JVBERi", "application/pdf"}, Magic{"iVBORw0KGgo", "image/png"}, Magic{"/9j/", "image/jpeg"},
    Magic{"R0lGODdh", "image/gif"},     Magic{"R0lGODlh", "image/gif"},    Magic{"UklGR", "image/webp"},
};

// Where a part stands, and to which list it is added.
struct Place {
    ChatRequest& request;
    std::vector<Part>& parts;
    std::string field;  // "messages[3].content[0]"
};

Error read_media(Place& place, Part::Kind kind, Spelt address, Json part) {
    Part& added = place.parts.emplace_back();
    added.kind = kind;
    added.cache_control = member(part, "cache_control");
    if (address.empty()) return invalid_field("'" + place.field + "' has no data and no address", place.field);
    return read_media_address(address, place.field, added.media, place.request);
}

Error read_audio(Place& place, Json part) {
    const Json audio = member(part, "input_audio");
    const Spelt data = spelt(member(audio, "data"));
    if (data.empty()) return invalid_field("'" + place.field + "' has no data", place.field);
    Part& added = place.parts.emplace_back();
    added.kind = Part::Kind::audio;
    added.cache_control = member(part, "cache_control");
    added.media.value = data;
    added.media.type = place.request.media_type("audio/" + plain(spelt(member(audio, "format"))));
    return {};
}

Error read_file(Place& place, Json part) {
    const Json file = member(part, "file");
    const Spelt id = spelt(member(file, "file_id"));
    if (!id.empty()) {
        Part& added = place.parts.emplace_back();
        added.kind = Part::Kind::file;
        added.cache_control = member(part, "cache_control");
        added.media = {.source = Media::Source::file_id, .type = {}, .value = id, .name = {}};
        return {};
    }
    if (Error error = read_media(place, Part::Kind::file, spelt(member(file, "file_data")), part)) return error;
    place.parts.back().media.name = spelt(member(file, "filename"));
    return {};
}

// An address in a string, or in an object's `url`.
Spelt address_of(Json value) { return is_object(value) ? spelt(member(value, "url")) : spelt(value); }

void note_unknown_of_part(Json part, ChatRequest& request) {
    static constexpr std::array<std::string_view, 11> kKnown = {
        "type", "text",          "refusal",  "image_url",    "video_url",    "input_audio",
        "file", "cache_control", "thinking", "document_url", "document_name"};
    each_member(part, [&](std::string_view name, Json value) {
        if (std::ranges::find(kKnown, name) == kKnown.end()) note_unknown_member(kContent, name, value, request);
        if (name == "image_url" && is_object(value)) {
            const Json detail = member(value, "detail");
            if (detail != R"("auto")") note_unknown_member(kContent, "image_url.detail", detail, request);
        }
    });
}

// Mistral's: {"type":"document_url","document_url":…,"document_name":…}
Error read_document(Place& place, Json part) {
    const Spelt address = address_of(member(part, "document_url"));
    if (Error error = read_media(place, Part::Kind::file, address, part)) return error;
    place.parts.back().media.name = spelt(member(part, "document_name"));
    return {};
}

// Mistral's: {"type":"thinking","thinking":[{"type":"text","text":…}]}
void read_thinking(Place& place, Json part) {
    const Json thinking = member(part, "thinking");
    if (is_text(thinking)) place.parts.push_back({.kind = Part::Kind::reasoning, .text = spelt(thinking)});
    each_element(thinking, [&](Json piece) {
        place.parts.push_back({.kind = Part::Kind::reasoning, .text = spelt(member(piece, "text"))});
    });
}

Error read_part(Place& place, Json part) {
    note_unknown_of_part(part, place.request);
    const std::string type = plain(spelt(member(part, "type")));
    if (type == "text" || type == "input_text" || type == "output_text" || type == "refusal") {
        Part& added = place.parts.emplace_back();
        added.kind = type == "refusal" ? Part::Kind::refusal : Part::Kind::text;
        added.text = spelt(member(part, type == "refusal" ? "refusal" : "text"));
        added.cache_control = member(part, "cache_control");
        return {};
    }
    if (type == "image_url") return read_media(place, Part::Kind::image, address_of(member(part, "image_url")), part);
    if (type == "video_url") return read_media(place, Part::Kind::video, address_of(member(part, "video_url")), part);
    if (type == "input_audio") return read_audio(place, part);
    if (type == "file") return read_file(place, part);
    if (type == "document_url") return read_document(place, part);
    if (type == "thinking") {
        read_thinking(place, part);
        return {};
    }
    return invalid_field("'" + place.field + "' is of a type that is not known", place.field + ".type");
}

Error read_content(Json content, std::vector<Part>& parts, const std::string& message, ChatRequest& request) {
    const std::string field = message + ".content";
    if (is_text(content)) {
        parts.push_back({.kind = Part::Kind::text, .text = spelt(content)});
        return {};
    }
    if (!says_something(content)) return {};
    if (!is_array(content)) return invalid_field("'" + field + "' must be a string or a list", field);
    return read_elements(content, [&](Json part, std::uint32_t index) {
        Place place{request, parts, field + "[" + std::to_string(index) + "]"};
        Error error = read_part(place, part);
        if (!error && !parts.empty() && !is_object(parts.back().cache_control)) parts.back().cache_control = {};
        return error;
    });
}

struct Message {
    std::string field;  // "messages[3]"
    Json role{}, content{}, tool_calls{}, tool_call_id{}, refusal{}, reasoning{}, reasoning_content{},
        reasoning_details{}, extra_content{};
};

struct NamedMember {
    std::string_view name;
    Json Message::* member;
};
constexpr std::array kMembers = {
    NamedMember{"role", &Message::role},
    NamedMember{"content", &Message::content},
    NamedMember{"tool_calls", &Message::tool_calls},
    NamedMember{"tool_call_id", &Message::tool_call_id},
    NamedMember{"refusal", &Message::refusal},
    NamedMember{"reasoning", &Message::reasoning},
    NamedMember{"reasoning_content", &Message::reasoning_content},
    NamedMember{"reasoning_details", &Message::reasoning_details},
    NamedMember{"extra_content", &Message::extra_content},
};

Message message_of(Json json, std::uint32_t index, ChatRequest& request) {
    Message message{.field = "messages[" + std::to_string(index) + "]"};
    each_member(json, [&](std::string_view name, Json value) {
        const auto known = std::ranges::find(kMembers, name, &NamedMember::name);
        if (known != kMembers.end()) {
            message.*known->member = value;
        } else {
            note_unknown_member(kMessages, name, value, request);
        }
    });
    return message;
}

// Google's, of a call or of the message: as answers had it.
Spelt google_signature(Json extra_content) {
    return spelt(member(member(extra_content, "google"), "thought_signature"));
}

using Signatures = std::map<Spelt, Spelt>;  // by the call's id

void add_google_signature(Spelt signature, Spelt call_id, ChatRequest& request) {
    if (signature.empty()) return;
    request.parts.push_back(
        {.kind = Part::Kind::sealed_reasoning, .text = signature, .id = call_id, .format = ReasoningFormat::google});
}

// OpenRouter's `reasoning_details`, as answers had them; else the plain text of it under one of its names.
// Google's signatures of calls, which OpenRouter's clients have among the details, are kept for the calls.
void read_reasoning(const Message& message, Signatures& signatures, ChatRequest& request) {
    const std::size_t before = request.parts.size();
    each_element(message.reasoning_details, [&](Json detail) {
        const Spelt type = spelt(member(detail, "type"));
        const ReasoningFormat format = reasoning_format_named(spelt(member(detail, "format")));
        if (spells(type, "reasoning.encrypted")) {
            const Spelt data = spelt(member(detail, "data")), id = spelt(member(detail, "id"));
            const bool googles = format == ReasoningFormat::google;
            if (googles && !id.empty()) {
                signatures[id] = data;
            } else if (!googles || google_signature(message.extra_content).empty()) {  // else it is told there
                request.parts.push_back(
                    {.kind = Part::Kind::sealed_reasoning, .text = data, .id = id, .format = format});
            }
        } else if (spells(type, "reasoning.text") || spells(type, "reasoning.summary")) {
            const std::string_view name = spells(type, "reasoning.text") ? "text" : "summary";
            request.parts.push_back({.kind = Part::Kind::reasoning,
                                     .text = spelt(member(detail, name)),
                                     .id = spelt(member(detail, "id")),
                                     .format = format,
                                     .signature = spelt(member(detail, "signature"))});
        }
    });
    if (request.parts.size() != before) return;
    for (const Json text : {message.reasoning, message.reasoning_content}) {
        if (spelt(text).empty()) continue;
        request.parts.push_back({.kind = Part::Kind::reasoning, .text = spelt(text)});
        return;
    }
}

Error read_tool_calls(const Message& message, const Signatures& signatures, ChatRequest& request) {
    Error error;
    std::size_t index = 0;
    each_element(message.tool_calls, [&](Json call) {
        const Json function = member(call, "function");
        const std::string here = message.field + ".tool_calls[" + std::to_string(index++) + "]";
        if (error) return;
        if (!is_object(function)) {
            error = invalid_field("'" + here + "' is no call of a function", here);
            return;
        }
        const Json arguments = member(function, "arguments");
        const Spelt id = spelt(member(call, "id"));
        const auto kept = signatures.find(id);
        const Spelt signature = google_signature(member(call, "extra_content"));
        add_google_signature(signature.empty() && kept != signatures.end() ? kept->second : signature, id, request);
        request.parts.push_back({.kind = Part::Kind::tool_call,
                                 .id = id,
                                 .name = spelt(member(function, "name")),
                                 .arguments = spelt(arguments),
                                 .argument_object = is_object(arguments) ? arguments : Json()});
    });
    return error;
}

Error read_assistant(const Message& message, ChatRequest& request) {
    Signatures signatures;
    read_reasoning(message, signatures, request);
    add_google_signature(google_signature(message.extra_content), {}, request);
    if (Error error = read_content(message.content, request.parts, message.field, request)) return error;
    const Spelt refusal = spelt(message.refusal);
    if (!refusal.empty()) request.parts.push_back({.kind = Part::Kind::refusal, .text = refusal});
    return read_tool_calls(message, signatures, request);
}

Error read_tool_result(const Message& message, ChatRequest& request) {
    Part result{.kind = Part::Kind::tool_result, .id = spelt(message.tool_call_id)};
    const std::string id_field = message.field + ".tool_call_id";
    if (result.id.empty()) return invalid_field("'" + id_field + "' is required", id_field);
    result.begin = static_cast<std::uint32_t>(request.result_parts.size());
    if (Error error = read_content(message.content, request.result_parts, message.field, request)) return error;
    result.end = static_cast<std::uint32_t>(request.result_parts.size());
    // A mark on a part of the result is one behind the result.
    for (std::uint32_t i = result.begin; i < result.end; ++i) {
        Json& mark = request.result_parts[i].cache_control;
        if (!mark.empty()) result.cache_control = mark;
        mark = {};
    }
    request.parts.push_back(result);
    return {};
}

Error read_message(Json json, std::uint32_t index, ChatRequest& request) {
    const Message message = message_of(json, index, request);
    const Spelt role = spelt(message.role);
    Turn turn{.begin = static_cast<std::uint32_t>(request.parts.size()), .message = index};
    Error error;
    if (spells(role, "assistant")) {
        turn.role = Turn::Role::assistant;
        error = read_assistant(message, request);
    } else if (spells(role, "tool")) {
        error = read_tool_result(message, request);
    } else if (spells(role, "user") || spells(role, "system") || spells(role, "developer")) {
        if (!spells(role, "user")) turn.role = Turn::Role::system;
        error = read_content(message.content, request.parts, message.field, request);
    } else {
        const std::string field = message.field + ".role";
        return invalid_field("'" + field + "' is none that is known", field);
    }
    turn.end = static_cast<std::uint32_t>(request.parts.size());
    request.turns.push_back(turn);
    return error;
}

}  // namespace

Error read_media_address(Spelt address, std::string_view field, Media& media, ChatRequest& request) {
    const auto bare =
        std::ranges::find_if(kMagics, [address](const Magic& one) { return address.starts_with(one.base64); });
    if (bare != kMagics.end()) {
        media = {.source = Media::Source::data, .type = bare->type, .value = address, .name = media.name};
        return {};
    }
    if (ascii_lower(std::string(address.substr(0, kDataScheme.size()))) != kDataScheme) {
        media.source = Media::Source::url;
        media.value = address;
        return {};
    }
    const auto comma = address.find(',');
    const bool told = comma <= kMostMediaTypeBytes;  // or there is none
    const std::string head = told ? ascii_lower(plain(address.substr(0, comma))) : std::string();
    if (!head.ends_with(";base64")) {
        return invalid_field("'" + std::string(field) + "' holds data that are not base64", field);
    }
    media.source = Media::Source::data;
    media.type = request.media_type(head.substr(kDataScheme.size(), head.find(';') - kDataScheme.size()));
    media.value = address.substr(comma + 1);
    return {};
}

Error read_messages(Json list, ChatRequest& request) {
    return read_elements(list,
                         [&](Json message, std::uint32_t index) { return read_message(message, index, request); });
}

}  // namespace tollgate
