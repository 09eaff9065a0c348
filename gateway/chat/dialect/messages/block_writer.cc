#include "gateway/chat/dialect/messages/block_writer.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;

void begin_block(std::string& out, std::string_view type) {
    separate(out);
    ((out += "{\"type\":\"") += type) += '"';
}

void end_block(std::string& out, Json cache_control) {
    if (!cache_control.empty()) append_member(out, "cache_control", cache_control);
    out += '}';
}

// What a file's base64 says, spelt; nothing where that is no text.
std::optional<std::string> text_of(Spelt data) {
    const auto bytes = from_base64(plain(data));
    if (!bytes || !simdjson::validate_utf8(bytes->data(), bytes->size())) return std::nullopt;
    return spell(*bytes);
}

}  // namespace

void append_text_block(std::string& out, Spelt text, Json cache_control) {
    begin_block(out, "text");
    append_text(out, "text", text);
    end_block(out, cache_control);
}

// Returns whether the media can be sent.
bool ContentBlockWriter::source(const Turn& turn, const Part& part) {
    static constexpr std::array<std::string_view, 4> kImages = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    const Media& media = part.media;
    const bool image = part.kind == Kind::image;
    const auto append = [&](std::string_view type, std::string_view name, Spelt value) {
        ((out_ += R"(,"source":{"type":")") += type) += '"';
        if (name == "data") append_text(out_, "media_type", type == "text" ? "text/plain" : media.type);
        append_text(out_, name, value);
        out_ += '}';
        return true;
    };
    if (media.source == Media::Source::url) return append("url", "url", media.value);
    if (media.source == Media::Source::file_id) {
        // An id is its provider's own.
        if (request_.dialect == "messages") return append("file", "file_id", media.value);
        fail(unsupported_turn(request_, turn, kForeignFile));
    } else if (image ? std::ranges::find(kImages, media.type) != kImages.end() : media.type == "application/pdf") {
        return append("base64", "data", media.value);
    } else if (image) {
        fail(unsupported_turn(request_, turn, "a picture of another kind than PNG, JPEG, GIF or WebP"));
    } else if (const auto text = media.type.starts_with("text/") ? text_of(media.value) : std::nullopt) {
        return append("text", "data", *text);
    } else {
        fail(unsupported_turn(request_, turn, "a file of another kind than PDF or text"));
    }
    return false;
}

void ContentBlockWriter::media(const Turn& turn, const Part& part) {
    if (part.kind == Kind::audio) return fail(unsupported_turn(request_, turn, "sound"));
    if (part.kind == Kind::video) return fail(unsupported_turn(request_, turn, "a video"));
    if (part.kind == Kind::image && turn.role == Turn::Role::assistant)
        return fail(unsupported_turn(request_, turn, "a picture in an answer"));
    begin_block(out_, part.kind == Kind::image ? "image" : "document");
    if (!source(turn, part)) return;
    if (part.kind == Kind::file) {
        if (!part.media.name.empty()) append_text(out_, "title", part.media.name);
        if (!part.context.empty()) append_text(out_, "context", part.context);
        if (!part.citations.empty()) append_member(out_, "citations", part.citations);
    }
    end_block(out_, part.cache_control);
}

void ContentBlockWriter::call(const Turn& turn, const Part& part) {
    begin_block(out_, "tool_use");
    append_text(out_, "id", ids_.of_call(part.id));
    append_text(out_, "name", part.name);
    out_ += ",\"input\":";
    if (!append_arguments(part.argument_object, part.arguments, out_))
        notes_.changed.add(request_.field_of(turn) + ".tool_calls");
    end_block(out_, part.cache_control);
}

// The API believes its own signatures only.
void ContentBlockWriter::reasoning(const Part& part) {
    const bool sealed = part.kind == Kind::sealed_reasoning;
    if (part.format != ReasoningFormat::anthropic || (!sealed && part.signature.empty())) {
        notes_.dropped.add(request_.reasoning_name);
    } else if (sealed) {
        begin_block(out_, "redacted_thinking");
        append_text(out_, "data", part.text);
        out_ += '}';
    } else {
        begin_block(out_, "thinking");
        append_text(out_, "thinking", part.text);
        append_text(out_, "signature", part.signature);
        out_ += '}';
    }
}

void ContentBlockWriter::result(const Turn& turn, const Part& part) {
    begin_block(out_, "tool_result");
    append_text(out_, "tool_use_id", ids_.of_result(part.id));
    const auto parts = std::span(request_.result_parts).subspan(part.begin, part.end - part.begin);
    if (parts.size() == 1 && parts[0].kind == Kind::text) {
        append_text(out_, "content", parts[0].text);
    } else if (!parts.empty()) {
        out_ += ",\"content\":[";
        for (const Part& inner : parts) {
            if (inner.kind != Kind::text) {
                media(turn, inner);
            } else if (!inner.text.empty()) {
                append_text_block(out_, inner.text, {});
            }
        }
        out_ += ']';
    }
    if (part.failed) append_member(out_, "is_error", "true");
    end_block(out_, part.cache_control);
}

void ContentBlockWriter::part(const Turn& turn, const Part& part) {
    switch (part.kind) {
        case Kind::text:
        case Kind::refusal:
            if (!part.text.empty()) append_text_block(out_, part.text, part.cache_control);
            break;
        case Kind::image:
        case Kind::audio:
        case Kind::video:
        case Kind::file:
            media(turn, part);
            break;
        case Kind::tool_call:
            call(turn, part);
            break;
        case Kind::tool_result:
            break;  // see result()
        case Kind::reasoning:
        case Kind::sealed_reasoning:
            reasoning(part);
            break;
    }
}

void ContentBlockWriter::instruction(const Turn& turn) {
    fail(write_instruction(request_, turn, [&](const Part& part, const std::string& text) {
        append_text_block(out_, text, part.cache_control);
    }));
}

}  // namespace tollgate
