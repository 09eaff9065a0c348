#include "gateway/chat/dialect/chat/content_writer.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Source = Media::Source;

// "mp3" of "audio/mpeg".
std::string_view audio_format(std::string_view type) {
    struct Named {
        std::string_view subtype, format;
    };
    static constexpr std::array kFormats = {Named{"mpeg", "mp3"}, Named{"x-wav", "wav"}, Named{"wave", "wav"},
                                            Named{"vnd.wave", "wav"}, Named{"x-m4a", "m4a"}};
    const std::string_view subtype = type.substr(std::min(type.find('/') + 1, type.size()));
    const auto found = std::ranges::find(kFormats, subtype, &Named::subtype);
    return found == kFormats.end() ? subtype : found->format;
}

}  // namespace

// Providers that do not know OpenAI's later words take a refusal for text.
bool ContentWriter::is_text(const Part& part) const {
    const bool refusals = !quirks_.has(Quirk::strict_members) && !quirks_.has(Quirk::no_developer_role);
    return part.kind == Kind::text || (part.kind == Kind::refusal && !refusals);
}

// Where it has no effect the client is told.
bool ContentWriter::keeps_mark(const Part& part) {
    if (part.cache_control.empty()) return false;
    if (!quirks_.has(Quirk::cache_marks)) notes_.dropped.add("cache_control");
    return quirks_.has(Quirk::cache_marks);
}

// data:image/png;base64,… or the address itself, in quotes.
void ContentWriter::address(const Media& media) {
    out_ += '"';
    if (media.source == Source::data) {
        out_ += "data:";
        out_ += media.type.empty() ? "application/octet-stream" : media.type;
        out_ += ";base64,";
    }
    (out_ += media.value) += '"';
}

Error ContentWriter::image(const Piece& piece) {
    const Media& media = piece.part->media;
    if (media.source == Source::file_id) return cannot(piece, kForeignFile);
    if (media.source == Source::url && quirks_.has(Quirk::no_media_urls)) {
        return cannot(piece, "a picture by its address");
    }
    out_ += R"({"type":"image_url","image_url":{"url":)";
    address(media);
    out_ += '}';
    return {};
}

Error ContentWriter::audio(const Piece& piece) {
    const Media& media = piece.part->media;
    if (media.source != Source::data) return cannot(piece, "a sound by its address");
    ((out_ += R"({"type":"input_audio","input_audio":{"data":")") += media.value) += R"(","format":")";
    (out_ += audio_format(media.type)) += "\"}";
    return {};
}

Error ContentWriter::video(const Piece& piece) {
    const Media& media = piece.part->media;
    if (!quirks_.has(Quirk::video) || media.source == Source::file_id) return cannot(piece, "a video");
    out_ += R"({"type":"video_url","video_url":{"url":)";
    address(media);
    out_ += '}';
    return {};
}

Error ContentWriter::file(const Piece& piece) {
    const Media& media = piece.part->media;
    const bool foreign = !request_.dialect.empty() && request_.dialect != "chat" && request_.dialect != "responses";
    if (media.source == Source::file_id && (foreign || quirks_.has(Quirk::document_url))) {
        return cannot(piece, kForeignFile);
    }
    if (quirks_.has(Quirk::document_url)) {
        out_ += R"({"type":"document_url","document_url":)";
        address(media);
        if (!media.name.empty()) ((out_ += ",\"document_name\":\"") += media.name) += '"';
        return {};
    }
    if (media.source == Source::url && !quirks_.has(Quirk::file_urls)) {
        return cannot(piece, "a file by its address");
    }
    out_ += R"({"type":"file","file":{)";
    if (media.source == Source::file_id) {
        ((out_ += "\"file_id\":\"") += media.value) += "\"}";
        return {};
    }
    std::string_view name = media.name;
    // OpenAI wants one with the data.
    if (name.empty() && !quirks_.has(Quirk::file_urls)) name = media.type == "application/pdf" ? "file.pdf" : "file";
    if (!name.empty()) ((out_ += "\"filename\":\"") += name) += "\",";
    out_ += "\"file_data\":";
    address(media);
    out_ += '}';
    return {};
}

Error ContentWriter::part(const Piece& piece) {
    const Part& part = *piece.part;
    Error error;
    switch (part.kind) {
        case Kind::text:
        case Kind::refusal:
            out_ += is_text(part) ? R"({"type":"text","text":")" : R"({"type":"refusal","refusal":")";
            (out_ += part.text) += '"';
            break;
        case Kind::reasoning:
            ((out_ += R"({"type":"thinking","thinking":[{"type":"text","text":")") += part.text) += "\"}]";
            break;
        case Kind::image:
            error = image(piece);
            break;
        case Kind::audio:
            error = audio(piece);
            break;
        case Kind::video:
            error = video(piece);
            break;
        case Kind::file:
            error = file(piece);
            break;
        case Kind::tool_call:
        case Kind::tool_result:
        case Kind::sealed_reasoning:
            return {};  // no content
    }
    if (keeps_mark(part)) (out_ += ",\"cache_control\":") += part.cache_control;
    out_ += '}';
    return error;
}

Error ContentWriter::write(std::span<const Piece> pieces, bool joined) {
    const bool words = std::ranges::all_of(pieces, [this](const Piece& piece) { return is_text(*piece.part); });
    bool marked = false;
    for (const Piece& piece : pieces) marked = keeps_mark(*piece.part) || marked;
    if (words && !marked && (pieces.size() <= 1 || joined || quirks_.has(Quirk::text_as_string))) {
        out_ += '"';
        for (const Piece& piece : pieces) {
            if (piece.part != pieces.front().part) out_ += "\\n\\n";
            out_ += piece.part->text;
        }
        out_ += '"';
        return {};
    }
    out_ += '[';
    for (const Piece& piece : pieces) {
        if (out_.back() != '[') out_ += ',';
        if (Error error = part(piece)) return error;
    }
    out_ += ']';
    return {};
}

}  // namespace tollgate
