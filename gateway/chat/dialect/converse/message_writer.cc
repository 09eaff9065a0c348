#include "gateway/chat/dialect/converse/message_writer.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/converse/document_names.h"
#include "gateway/chat/dialect/converse/media_formats.h"
#include "gateway/chat/dialect/converse/tool_id.h"
#include "gateway/chat/dialect/messages/message_writer.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

// The API takes no blank text. Of a result that has none, and of a document that stands alone:
constexpr Spelt kNoOutput = "(no output)", kDocument = "document";

void append_text_block(std::string& out, Spelt text) {
    separate(out);
    out += '{';
    append_text(out, "text", text);
    out += '}';
}

// How a kind of media is told, and what is said of one that is not.
struct MediaKind {
    Kind kind;
    std::string_view name;
    std::span<const MediaFormat> formats;
    std::string_view wrong_format;
};
constexpr std::array kMediaKinds = {
    MediaKind{Kind::image, "image", kImageFormats, "a picture of another kind than PNG, JPEG, GIF or WebP"},
    MediaKind{Kind::file, "document", kDocumentFormats, "a file of another kind than PDF, text or an office document"},
    MediaKind{Kind::video, "video", kVideoFormats, "a video of a format that is not known"},
    MediaKind{Kind::audio, "audio", kAudioFormats, "sound of a format that is not known"},
};

std::string_view format_of(const MediaKind& kind, std::string_view type) {
    const auto found = std::ranges::find(kind.formats, type, &MediaFormat::type);
    return found == kind.formats.end() ? std::string_view() : found->format;
}

// Of a file in S3: by the end of its name.
std::string_view format_of_address(const MediaKind& kind, Spelt address) {
    const auto dot = address.rfind('.');
    const Spelt end = dot == Spelt::npos ? Spelt() : address.substr(dot + 1);
    const auto found = std::ranges::find(kind.formats, end == "jpg" ? "jpeg" : end, &MediaFormat::format);
    return found == kind.formats.end() ? std::string_view() : found->format;
}

// Signed reasoning is Claude's; what it seals goes by the API as bytes.
bool takes_reasoning(const Part& part) {
    if (part.kind == Kind::reasoning) return part.format == ReasoningFormat::anthropic && !part.signature.empty();
    return part.format == ReasoningFormat::anthropic || part.format == ReasoningFormat::bedrock;
}

// Of the whole conversation.
struct Names {
    DocumentNames documents;
    CallIds calls{converse_tool_id};
};

// Writes one turn's or several turns' blocks. The first error stays.
class Blocks {
  public:
    Blocks(const ChatRequest& request, Names& names, std::string& out, TranslationNotes& notes)
        : request_(request), names_(names), out_(out), notes_(notes), begin_(out.size()) {}

    void result(const Turn& turn, const Part& part);
    void part(const Turn& turn, const Part& part);
    // An instruction that does not stand at the beginning: it keeps its place, as text that says what it is.
    void instruction(const Turn& turn);

    // What the message must have besides.
    void end();

    const Error& error() const { return error_; }

  private:
    void media(const Turn& turn, const Part& part);
    void source(const Media& media);
    void call(const Turn& turn, const Part& part);
    void reasoning(const Part& part);
    void note_signature(const Part& part);
    void cache_point(const Turn& turn, const Part& part, std::size_t block);
    void fail(Error error) {
        if (!error_) error_ = std::move(error);
    }

    const ChatRequest& request_;
    Names& names_;
    std::string& out_;
    TranslationNotes& notes_;
    const std::size_t begin_;          // of the blocks
    bool has_text_ = false;            // there is one, and not in a result alone
    const Media* document_ = nullptr;  // the first one, wherever it stands
    Error error_;
};

void Blocks::media(const Turn& turn, const Part& part) {
    const MediaKind& kind = *std::ranges::find(kMediaKinds, part.kind, &MediaKind::kind);
    const Media& media = part.media;
    const bool stored = media.source == Media::Source::url && media.value.starts_with("s3:");
    if (media.source == Media::Source::file_id) return fail(unsupported_turn(request_, turn, kForeignFile));
    if (media.source == Media::Source::url && !stored) {
        return fail(unsupported_turn(request_, turn, "the address of a file instead of its data"));
    }
    const std::string_view format =
        stored && media.type.empty() ? format_of_address(kind, media.value) : format_of(kind, media.type);
    if (format.empty()) return fail(unsupported_turn(request_, turn, kind.wrong_format));
    separate(out_);
    ((out_ += "{\"") += kind.name) += "\":{";
    append_text(out_, "format", format);
    if (part.kind == Kind::file && document_ == nullptr) document_ = &media;
    if (part.kind == Kind::file) append_text(out_, "name", names_.documents.next(media.name));
    source(media);
    out_ += "}}";
}

void Blocks::source(const Media& media) {
    if (media.source == Media::Source::data) {
        out_ += R"(,"source":{)";
        append_text(out_, "bytes", media.value);
        out_ += '}';
    } else {
        out_ += R"(,"source":{"s3Location":{)";
        append_text(out_, "uri", media.value);
        out_ += "}}";
    }
}

// The API takes no document without a text beside it.
void Blocks::end() {
    if (document_ == nullptr || has_text_) return;
    append_text_block(out_, is_blank(document_->name) ? kDocument : document_->name);
}

// Of a call or a text: Gemini's.
void Blocks::note_signature(const Part& part) {
    if (!part.signature.empty()) notes_.dropped.add(request_.reasoning_name);
}

void Blocks::call(const Turn& turn, const Part& part) {
    separate(out_);
    out_ += R"({"toolUse":{)";
    append_text(out_, "toolUseId", names_.calls.of_call(part.id));
    append_text(out_, "name", part.name);
    out_ += ",\"input\":";
    if (!append_arguments(part.argument_object, part.arguments, out_))
        notes_.changed.add(request_.field_of(turn) + ".tool_calls");
    out_ += "}}";
}

void Blocks::reasoning(const Part& part) {
    if (!takes_reasoning(part)) return notes_.dropped.add(request_.reasoning_name);
    separate(out_);
    if (part.kind == Kind::sealed_reasoning) {
        const bool anthropic = part.format == ReasoningFormat::anthropic;
        out_ += R"({"reasoningContent":{)";
        append_text(out_, "redactedContent", anthropic ? base64(plain(part.text)) : std::string(part.text));
        out_ += "}}";
    } else {
        out_ += R"({"reasoningContent":{"reasoningText":{)";
        append_text(out_, "text", part.text);
        append_text(out_, "signature", part.signature);
        out_ += "}}}";
    }
}

// Right behind a document of text the API refuses a mark: it goes before it, where something stands there.
void Blocks::cache_point(const Turn& turn, const Part& part, std::size_t block) {
    if (part.cache_control.empty()) return;
    const bool text = part.kind == Kind::file && part.media.type != "application/pdf";
    if (!text) {
        separate(out_);
        return append_cache_point(out_, part.cache_control);
    }
    if (block == begin_) return notes_.dropped.add(request_.field_of(turn) + ".content[].cache_control");
    std::string point = ",";
    append_cache_point(point, part.cache_control);
    out_.insert(block, point);
    notes_.changed.add(request_.field_of(turn) + ".content[].cache_control");
}

void Blocks::result(const Turn& turn, const Part& part) {
    separate(out_);
    out_ += R"({"toolResult":{)";
    append_text(out_, "toolUseId", names_.calls.of_result(part.id));
    out_ += ",\"content\":[";
    const auto parts = std::span(request_.result_parts).subspan(part.begin, part.end - part.begin);
    for (const Part& inner : parts) {
        if (inner.kind != Kind::text) {
            if (inner.kind == Kind::audio) fail(unsupported_turn(request_, turn, "sound in the result of a tool"));
            media(turn, inner);
        } else if (!is_blank(inner.text)) {
            append_text_block(out_, inner.text);
        }
    }
    if (out_.ends_with('[')) append_text_block(out_, kNoOutput);
    out_ += ']';
    if (part.failed) append_text(out_, "status", "error");
    out_ += "}}";
    cache_point(turn, part, out_.size());
}

void Blocks::part(const Turn& turn, const Part& part) {
    const std::size_t block = out_.size();
    switch (part.kind) {
        case Kind::text:
        case Kind::refusal:
            note_signature(part);
            if (is_blank(part.text)) return;
            append_text_block(out_, part.text);
            has_text_ = true;
            break;
        case Kind::image:
        case Kind::audio:
        case Kind::video:
        case Kind::file:
            media(turn, part);
            break;
        case Kind::tool_call:
            note_signature(part);
            call(turn, part);
            break;
        case Kind::tool_result:
            return;  // see result()
        case Kind::reasoning:
        case Kind::sealed_reasoning:
            return reasoning(part);
    }
    cache_point(turn, part, block);
}

void Blocks::instruction(const Turn& turn) {
    fail(write_instruction(request_, turn, [&](const Part& part, const std::string& text) {
        const std::size_t block = out_.size();
        append_text_block(out_, text);
        has_text_ = true;
        cache_point(turn, part, block);
    }));
}

// Whether it has anything but blank text.
bool says_anything(const ChatRequest& request, const Turn& turn) {
    return std::ranges::any_of(parts_of(request, turn), [](const Part& part) {
        const bool text = part.kind == Kind::text || part.kind == Kind::refusal;
        return !text || !is_blank(part.text);
    });
}

// The blocks of neighbouring turns of one role.
Error append_group(const ChatRequest& request, std::span<const Turn> group, Names& names, std::string& out,
                   TranslationNotes& notes) {
    Blocks blocks(request, names, out, notes);
    write_side(request, group, blocks);
    blocks.end();
    return blocks.error();
}

}  // namespace

void append_cache_point(std::string& out, Json cache_control) {
    out += R"({"cachePoint":{"type":"default")";
    const Spelt ttl = spelt(member(cache_control, "ttl"));
    if (!ttl.empty()) append_text(out, "ttl", ttl);
    out += "}}";
}

Error append_converse_system(const ChatRequest& request, std::string& out) {
    const std::size_t before = out.size();
    out += ",\"system\":[";
    const std::size_t empty = out.size();
    for (std::size_t t = 0; t < leading_instructions(request); ++t) {
        for (std::uint32_t i = request.turns[t].begin; i < request.turns[t].end; ++i) {
            const Part& part = request.parts[i];
            if (part.kind != Kind::text) return unsupported_turn(request, request.turns[t], kMoreThanText);
            if (is_blank(part.text)) continue;
            append_text_block(out, part.text);
            if (part.cache_control.empty()) continue;
            out += ',';
            append_cache_point(out, part.cache_control);
        }
    }
    if (out.size() == empty) {
        out.resize(before);
    } else {
        out += ']';
    }
    return {};
}

Error append_converse_messages(const ChatRequest& request, bool continues_answers, std::string& out,
                               TranslationNotes& notes) {
    out += "\"messages\":[";
    const std::vector<Turn> turns = told_turns(request, notes);
    Names names;
    if (!turns.empty() && is_assistant(turns.front())) {
        out += R"({"role":"user","content":[)";
        append_text_block(out, kBeforeAnswer);
        out += "]}";
        notes.changed.add(request.turns_field);
    }
    for (std::size_t begin = 0, end = 0; begin < turns.size(); begin = end) {
        const bool assistant = is_assistant(turns[begin]);
        while (end < turns.size() && is_assistant(turns[end]) == assistant) ++end;
        const auto group = std::span(turns).subspan(begin, end - begin);
        const auto speaks = [&](const Turn& turn) { return says_anything(request, turn); };
        if (!assistant && std::ranges::none_of(group, speaks)) {
            const std::string field = request.field_of(group.front());
            return invalid_field("'" + field + "' has no text", field);
        }
        if (assistant) names.calls.begin_answer();
        separate(out);
        (((out += "{\"role\":\"") += assistant ? "assistant" : "user") += "\",\"content\":[");
        if (Error error = append_group(request, group, names, out, notes)) return error;
        out += "]}";
    }
    out += ']';
    if (turns.empty() || !is_assistant(turns.back()) || continues_answers) return {};
    return unsupported_turn(request, turns.back(), kBegunAnswer);
}

}  // namespace tollgate
