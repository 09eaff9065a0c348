#include "gateway/chat/dialect/gemini/part_writer.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/chat/dialect/gemini/google_file.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;

bool is_google(const Part& part) { return part.format == ReasoningFormat::google; }

}  // namespace

void append_gemini_words(Spelt text, std::string& out) {
    separate(out);
    ((out += "{\"text\":\"") += text) += "\"}";
}

void GeminiParts::media(const Turn& turn, const Part& part) {
    static constexpr std::array<std::string_view, 6> kImages = {"image/png",  "image/jpeg", "image/webp",
                                                                "image/heic", "image/heif", "image/gif"};
    const Media& media = part.media;
    const bool data = media.source == Media::Source::data;
    if (part.kind == Kind::image && data && std::ranges::find(kImages, media.type) == kImages.end()) {
        return fail(unsupported_turn(request_, turn, "a picture of another kind than PNG, JPEG, WebP, HEIC or GIF"));
    }
    const bool own = is_google_file(media.value);
    if (media.source == Media::Source::file_id && !own) {
        return fail(unsupported_turn(request_, turn, kForeignFile));
    }
    if (media.source == Media::Source::url && !own && target_.quirks.has(Quirk::no_media_urls)) {
        return fail(unsupported_turn(request_, turn, "an address in place of data"));
    }
    if (!media.name.empty()) notes_.dropped.add("filename");
    const std::string_view type = !media.type.empty() || data ? media.type : media_type_of_address(media.value);
    separate(out_);
    out_ += data ? "{\"inlineData\":{" : "{\"fileData\":{";
    if (!type.empty()) ((out_ += "\"mimeType\":\"") += type) += "\",";
    ((out_ += data ? "\"data\":\"" : "\"fileUri\":\"") += media.value) += "\"}}";
}

void GeminiParts::id(Spelt id) {
    if (!id.empty()) ((out_ += "\"id\":\"") += id) += "\",";
}

// With the signature that was told before it, or with it.
void GeminiParts::end_part(const Part* part) {
    const bool call = part != nullptr && part->kind == Kind::tool_call;
    if (signature_.empty() && part != nullptr && is_google(*part)) signature_ = part->signature;
    const bool skips = call && !calls_before_ && signature_.empty() && target_.reasoning == ReasoningControl::level;
    if (skips) signature_ = kNoGeminiSignature;
    if (!signature_.empty()) ((out_ += ",\"thoughtSignature\":\"") += signature_) += '"';
    calls_before_ = calls_before_ || call;
    signature_ = {};
    out_ += '}';
}

void GeminiParts::call(const Turn& turn, const Part& part) {
    separate(out_);
    out_ += "{\"functionCall\":{";
    id(part.id);
    ((out_ += "\"name\":\"") += part.name) += "\",\"args\":";
    if (!append_arguments(part.argument_object, part.arguments, out_))
        notes_.changed.add(request_.field_of(turn) + ".tool_calls");
    out_ += '}';
    end_part(&part);
}

// The API believes its own signatures only.
void GeminiParts::reasoning(const Part& part) {
    if (!is_google(part)) {
        notes_.dropped.add(request_.reasoning_name);
    } else if (part.kind == Kind::sealed_reasoning) {
        end_of_model();
        signature_ = part.text;
    } else {
        separate(out_);
        ((out_ += "{\"text\":\"") += part.text) += R"(","thought":true)";
        if (!part.signature.empty()) ((out_ += ",\"thoughtSignature\":\"") += part.signature) += '"';
        out_ += '}';
    }
}

void GeminiParts::of_model(const Turn& turn, const Part& part) {
    switch (part.kind) {
        case Kind::text:
        case Kind::refusal:
            if (part.text.empty()) break;
            separate(out_);
            ((out_ += "{\"text\":\"") += part.text) += '"';
            end_part(&part);
            break;
        case Kind::tool_call:
            call(turn, part);
            break;
        case Kind::reasoning:
        case Kind::sealed_reasoning:
            reasoning(part);
            break;
        case Kind::image:
        case Kind::audio:
        case Kind::video:
        case Kind::file:
            media(turn, part);
            if (signature_.empty() || error_) break;
            out_.pop_back();
            end_part(&part);
            break;
        case Kind::tool_result:
            break;  // stands in the user's turn
    }
}

void GeminiParts::end_of_model() {
    if (signature_.empty()) return;
    separate(out_);
    out_ += R"({"text":"")";
    end_part(nullptr);
}

void GeminiParts::of_user(const Turn& turn, const Part& part) {
    switch (part.kind) {
        case Kind::text:
        case Kind::refusal:
            if (!part.text.empty()) append_gemini_words(part.text, out_);
            break;
        case Kind::image:
        case Kind::audio:
        case Kind::video:
        case Kind::file:
            media(turn, part);
            break;
        case Kind::tool_call:
        case Kind::tool_result:
        case Kind::reasoning:
        case Kind::sealed_reasoning:
            break;  // stand elsewhere
    }
}

void GeminiParts::instruction(const Turn& turn) {
    fail(write_instruction(request_, turn,
                           [&](const Part&, const std::string& text) { append_gemini_words(text, out_); }));
}

// An object; what is none is one's `output`, or its `error`: https://ai.google.dev/api/caching#FunctionResponse.
void GeminiParts::response(const Part& result) {
    const auto parts = parts_of(result);
    const auto texts = std::ranges::count(parts, Kind::text, &Part::kind);
    std::string object;
    if (texts == 1) object = object_in(std::ranges::find(parts, Kind::text, &Part::kind)->text);
    if (!object.empty() && !result.failed) {
        out_ += object;
        return;
    }
    ((out_ += "{\"") += result.failed ? "error" : "output") += "\":";
    if (!object.empty()) {
        out_ += object;
    } else {
        out_ += '"';
        bool first = true;
        for (const Part& part : parts) {
            if (part.kind != Kind::text) continue;
            if (!first) out_ += "\\n";
            first = false;
            out_ += part.text;
        }
        out_ += '"';
    }
    out_ += '}';
}

void GeminiParts::result(const Turn& turn, const Part& result, Spelt name) {
    separate(out_);
    out_ += "{\"functionResponse\":{";
    id(result.id);
    ((out_ += "\"name\":\"") += name) += "\",\"response\":";
    response(result);
    const auto parts = parts_of(result);
    const bool has_media = std::ranges::any_of(parts, [](const Part& part) { return part.kind != Kind::text; });
    if (has_media && media_in_results()) {
        out_ += ",\"parts\":[";
        for (const Part& part : parts) {
            if (part.kind != Kind::text) media(turn, part);
        }
        out_ += ']';
    }
    out_ += "}}";
}

void GeminiParts::media_of_result(const Turn& turn, const Part& result) {
    if (media_in_results()) return;
    for (const Part& part : parts_of(result)) {
        if (part.kind != Kind::text) media(turn, part);
    }
}

}  // namespace tollgate
