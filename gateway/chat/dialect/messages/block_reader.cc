#include "gateway/chat/dialect/messages/block_reader.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

#include "gateway/chat/canonical/carried_reasoning.h"
#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/chat/message_reader.h"
#include "gateway/chat/dialect/messages/server_tool_text.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;

constexpr std::string_view kBlocks = "messages[].content[]";

// One block, and where it stands.
struct Block {
    Json json;
    Spelt type;
    std::string field;  // "messages[3].content[0]"
    const BlockList& list;

    Json operator[](std::string_view name) const { return member(json, name); }
    Part& add(Kind kind) const {
        const Json mark = member(json, "cache_control");
        return list.parts.emplace_back(Part{.kind = kind, .cache_control = is_object(mark) ? mark : Json()});
    }
    void note(std::vector<std::string_view>& names, std::string_view name) const {
        names.push_back(list.request.keep(std::string(kBlocks) + "." + std::string(name)));
    }
};

Error wants(const Block& block, std::string_view name, std::string_view what) {
    const std::string field = block.field + "." + std::string(name);
    return invalid_field("'" + field + "' must be " + std::string(what), field);
}

Error read_text(const Block& block) {
    const Json text = block["text"];
    if (!is_text(text)) return wants(block, "text", "a string");
    block.add(Kind::text).text = spelt(text);
    return {};
}

// What a source is besides base64: an address, a file's id, or text.
Error read_source(const Block& block, Media& media) {
    const Json source = block["source"];
    const Spelt type = spelt(member(source, "type"));
    ChatRequest& request = block.list.request;
    const auto take = [&](std::string_view name) {
        media.value = spelt(member(source, name));
        return media.value.empty() ? wants(block, "source." + std::string(name), "a string") : Error();
    };
    if (type == "base64") {
        media.type = request.media_type(plain(spelt(member(source, "media_type"))));
        return take("data");
    }
    if (type == "url") {
        if (Error error = take("url")) return error;
        return read_media_address(media.value, block.field, media, request);
    }
    if (type == "file") {
        media.source = Media::Source::file_id;
        return take("file_id");
    }
    if (type == "text") {
        if (Error error = take("data")) return error;
        media.type = "text/plain";
        media.value = request.keep(base64(plain(media.value)));
        return {};
    }
    return wants(block, "source.type", "one that is known");
}

Error read_image(const Block& block) { return read_source(block, block.add(Kind::image).media); }

// A document that is made of blocks becomes these.
Error read_content_of_document(const Block& block, Json content) {
    block.note(block.list.request.restated, "source.content");
    for (const std::string_view name : {"title", "context", "citations"}) {
        if (says_something(block[name])) block.note(block.list.request.unknown, name);
    }
    BlockList inner{BlockPlace::result, block.field + ".source.content", block.list.parts, block.list.request};
    if (!is_text(content) && !is_array(content)) return wants(block, "source.content", "a string or a list");
    return read_blocks(content, inner);
}

Error read_document(const Block& block) {
    const Json source = block["source"];
    if (spelt(member(source, "type")) == "content") return read_content_of_document(block, member(source, "content"));
    Part& part = block.add(Kind::file);
    part.media.name = spelt(block["title"]);
    part.context = spelt(block["context"]);
    if (!part.context.empty()) block.note(block.list.request.native, "context");
    if (const Json citations = block["citations"]; member(citations, "enabled") == "true") {
        part.citations = citations;
        block.note(block.list.request.native, "citations");
    }
    return read_source(block, part.media);
}

// A passage that a client's own search found: its title, its source and its texts.
Error read_search_result(const Block& block) {
    std::string text(spelt(block["title"]));
    (text += "\\n") += spelt(block["source"]);
    each_element(block["content"], [&](Json inner) { (text += "\\n") += spelt(member(inner, "text")); });
    block.add(Kind::text).text = block.list.request.keep(std::move(text));
    block.note(block.list.request.restated, "search_result");
    return {};
}

void add_carried(const CarriedReasoning& carried, Spelt text, std::vector<Part>& parts) {
    using Carried = CarriedReasoning::Kind;
    const bool sealed = carried.kind == Carried::sealed;
    if (!text.empty() || carried.kind == Carried::signature) {
        parts.push_back({.kind = Kind::reasoning,
                         .text = text,
                         .id = carried.id,
                         .format = carried.format,
                         .signature = sealed ? Spelt() : carried.data});
    }
    if (sealed) {
        parts.push_back(
            {.kind = Kind::sealed_reasoning, .text = carried.data, .id = carried.id, .format = carried.format});
    }
}

Error read_thinking(const Block& block) {
    const Spelt text = spelt(block["thinking"]), signature = spelt(block["signature"]);
    if (const auto carried = read_carried(signature)) {
        add_carried(*carried, text, block.list.parts);
        return {};
    }
    block.list.parts.push_back({.kind = Kind::reasoning,
                                .text = text,
                                .format = signature.empty() ? ReasoningFormat::unknown : ReasoningFormat::anthropic,
                                .signature = signature});
    return {};
}

// A signature of a call or a text stays as it is until the turn is whole: see place_signatures().
Error read_redacted_thinking(const Block& block) {
    const Json data = block["data"];
    if (!is_text(data)) return wants(block, "data", "a string");
    const auto carried = read_carried(spelt(data));
    if (carried && carried->kind <= CarriedReasoning::Kind::sealed) {
        add_carried(*carried, {}, block.list.parts);
    } else {
        block.list.parts.push_back(
            {.kind = Kind::sealed_reasoning, .text = spelt(data), .format = ReasoningFormat::anthropic});
    }
    return {};
}

Error read_tool_use(const Block& block) {
    const Json input = block["input"];
    const Spelt id = spelt(block["id"]), name = spelt(block["name"]);
    if (id.empty()) return wants(block, "id", "a string");
    if (name.empty()) return wants(block, "name", "a string");
    if (!is_object(input)) return wants(block, "input", "an object");
    Part& part = block.add(Kind::tool_call);
    part.id = id;
    part.name = name;
    part.argument_object = input;
    return {};
}

Error read_tool_result(const Block& block) {
    ChatRequest& request = block.list.request;
    const Json content = block["content"];
    const Spelt id = spelt(block["tool_use_id"]);
    if (id.empty()) return wants(block, "tool_use_id", "a string");
    Part& part = block.add(Kind::tool_result);
    part.id = id;
    part.failed = block["is_error"] == "true";
    part.begin = part.end = static_cast<std::uint32_t>(request.result_parts.size());
    if (!says_something(content)) return {};
    if (!is_text(content) && !is_array(content)) return wants(block, "content", "a string or a list");
    Error error = read_blocks(content, {BlockPlace::result, block.field + ".content", request.result_parts, request});
    part.end = static_cast<std::uint32_t>(request.result_parts.size());
    // A mark on a part of the result is one behind the result.
    for (std::uint32_t i = part.begin; i < part.end; ++i) {
        Json& mark = request.result_parts[i].cache_control;
        if (!mark.empty()) part.cache_control = mark;
        mark = {};
    }
    return error;
}

// Tools that are loaded when they are wanted: others are told of all of them at once, so only their names are left.
Error read_tool_reference(const Block& block) {
    const Spelt name = spelt(block["tool_name"]);
    if (name.empty()) return wants(block, "tool_name", "a string");
    block.add(Kind::text).text = name;
    block.note(block.list.request.restated, "tool_reference");
    return {};
}

Error read_tool_addition(const Block& block) {
    block.note(block.list.request.unknown, "tool_addition");
    return {};
}

Error read_server_tool(const Block& block) {
    block.add(Kind::text).text = block.list.request.keep(server_tool_text(block.json));
    block.note(block.list.request.restated, block.type);
    return {};
}

// In which lists a block may stand.
constexpr unsigned bit(BlockPlace place) { return 1U << static_cast<unsigned>(place); }
constexpr unsigned kAnswer = bit(BlockPlace::assistant), kResult = bit(BlockPlace::result);
constexpr unsigned kQuestion = bit(BlockPlace::user), kInstruction = bit(BlockPlace::system), kAll = ~0U;

struct BlockType {
    std::string_view name;
    Error (*read)(const Block& block);
    unsigned places;
    std::array<std::string_view, 6> members{};  // that are read; type and cache_control always
};
constexpr std::array kTypes = {
    BlockType{"text", read_text, kAll, {"text"}},
    BlockType{"image", read_image, kQuestion | kAnswer | kResult, {"source"}},
    BlockType{"document", read_document, kQuestion | kAnswer | kResult, {"source", "title", "context", "citations"}},
    BlockType{"search_result", read_search_result, kQuestion | kResult, {"source", "title", "content"}},
    BlockType{"thinking", read_thinking, kAnswer, {"thinking", "signature"}},
    BlockType{"redacted_thinking", read_redacted_thinking, kAnswer, {"data"}},
    BlockType{"tool_use", read_tool_use, kAnswer, {"id", "name", "input"}},
    BlockType{"tool_result", read_tool_result, kQuestion, {"tool_use_id", "content", "is_error"}},
    BlockType{"tool_reference", read_tool_reference, kResult, {"tool_name"}},
    BlockType{"tool_addition", read_tool_addition, kInstruction, {"tool"}},
};

void note_unknown_of_block(const Block& block, const BlockType& type) {
    each_member(block.json, [&](std::string_view name, Json value) {
        const bool known =
            name == "type" || name == "cache_control" || std::ranges::find(type.members, name) != type.members.end();
        // Citations that an answer had, and that lie in the texts now.
        if (!known && value != "[]") note_unknown_member(kBlocks, name, value, block.list.request);
    });
}

Error read_block(const Block& block) {
    const auto type = std::ranges::find_if(kTypes, [&](const BlockType& one) { return spells(block.type, one.name); });
    if (type == kTypes.end()) {
        const bool answer = (bit(block.list.place) & kAnswer) != 0;
        if (answer && is_of_server_tool(block.type)) return read_server_tool(block);
        return invalid_field("'" + block.field + "' is of a type that is not known", block.field + ".type");
    }
    if ((type->places & bit(block.list.place)) == 0) {
        return invalid_field("'" + block.field + "' cannot stand there", block.field + ".type");
    }
    note_unknown_of_block(block, *type);
    return type->read(block);
}

}  // namespace

Error read_blocks(Json content, const BlockList& list) {
    if (is_text(content)) {
        list.parts.push_back({.kind = Kind::text, .text = spelt(content)});
        return {};
    }
    return read_elements(content, [&](Json json, std::uint32_t index) {
        const Spelt type = spelt(member(json, "type"));
        return read_block({json, type, list.field + "[" + std::to_string(index) + "]", list});
    });
}

void place_signatures(Turn& turn, ChatRequest& request) {
    const auto first = request.parts.begin() + turn.begin;
    const auto signature_in = [](const Part& part) {
        const bool may_be = part.kind == Kind::sealed_reasoning && part.format == ReasoningFormat::anthropic;
        return may_be ? read_carried(part.text) : std::nullopt;
    };
    if (std::none_of(first, request.parts.end(), [&](const Part& part) { return signature_in(part).has_value(); })) {
        return;
    }
    std::vector<Part> parts;
    for (auto part = first; part != request.parts.end(); ++part) {
        const auto signature = signature_in(*part);
        if (!signature) {
            parts.push_back(*part);
            continue;
        }
        const bool of_call = signature->kind == CarriedReasoning::Kind::call;
        const auto owner = std::find_if(parts.rbegin(), parts.rend(), [&](const Part& one) {
            return of_call ? one.kind == Kind::tool_call && one.id == signature->id : one.kind == Kind::text;
        });
        parts.insert(owner == parts.rend() ? parts.end() : owner.base() - 1, {.kind = Kind::sealed_reasoning,
                                                                              .text = signature->data,
                                                                              .id = signature->id,
                                                                              .format = signature->format});
    }
    request.parts.erase(first, request.parts.end());
    request.parts.insert(request.parts.end(), parts.begin(), parts.end());
    turn.end = static_cast<std::uint32_t>(request.parts.size());
}

}  // namespace tollgate
