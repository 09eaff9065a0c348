#include "gateway/chat/dialect/messages/message_writer.h"

#include <algorithm>
#include <array>
#include <span>

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

constexpr std::size_t kMostDepth = 128;  // of the JSON in a call's arguments
constexpr std::string_view kMoreThanText = "more than text in an instruction";

std::string message_field(const Turn& turn) { return "messages[" + std::to_string(turn.message) + "]"; }

Error cannot(const Turn& turn, std::string_view what) {
    Error error(
        ErrorKind::invalid_request,
        "'" + message_field(turn) + "' has " + std::string(what) + ", which the chosen model's provider does not take",
        message_field(turn));
    error.set_retry(Retry::elsewhere);
    return error;
}

void separate(std::string& out) {
    if (out.back() != '[' && out.back() != '{') out += ',';
}

// `"name":` and a string that is spelt already.
void append_text(std::string& out, std::string_view name, Spelt text) {
    separate(out);
    ((((out += '"') += name) += "\":\"") += text) += '"';
}

void append_value(std::string& out, std::string_view name, Json value) {
    separate(out);
    (((out += '"') += name) += "\":") += value;
}

void begin_block(std::string& out, std::string_view type) {
    separate(out);
    ((out += "{\"type\":\"") += type) += '"';
}

void end_block(std::string& out, Json cache_control) {
    if (!cache_control.empty()) append_value(out, "cache_control", cache_control);
    out += '}';
}

void append_text_block(std::string& out, Spelt text, Json cache_control) {
    begin_block(out, "text");
    append_text(out, "text", text);
    end_block(out, cache_control);
}

// Writes one turn's or several turns' blocks. The first error stays.
class Blocks {
  public:
    Blocks(const ChatRequest& request, std::string& out, TranslationNotes& notes)
        : request_(request), out_(out), notes_(notes) {}

    void result(const Turn& turn, const Part& part);
    void part(const Turn& turn, const Part& part);
    // An instruction that does not stand at the beginning: it keeps its place, as text that says what it is.
    void instruction(const Turn& turn);

    const Error& error() const { return error_; }

  private:
    void media(const Turn& turn, const Part& part);
    void call(const Turn& turn, const Part& part);
    void reasoning(const Part& part);
    void fail(Error error) {
        if (!error_) error_ = std::move(error);
    }

    const ChatRequest& request_;
    std::string& out_;
    TranslationNotes& notes_;
    Error error_;
};

void Blocks::media(const Turn& turn, const Part& part) {
    static constexpr std::array<std::string_view, 4> kImages = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    const Media& media = part.media;
    if (part.kind == Kind::audio) return fail(cannot(turn, "sound"));
    if (part.kind == Kind::video) return fail(cannot(turn, "a video"));
    if (media.source == Media::Source::file_id) return fail(cannot(turn, "the id of another provider's file"));
    const bool image = part.kind == Kind::image;
    if (media.source == Media::Source::data) {
        const bool known =
            image ? std::ranges::find(kImages, media.type) != kImages.end() : media.type == "application/pdf";
        if (!known)
            return fail(cannot(turn, image ? "a picture of another kind than PNG, JPEG, GIF or WebP"
                                           : "a file of another kind than PDF"));
    }
    begin_block(out_, image ? "image" : "document");
    if (media.source == Media::Source::data) {
        out_ += R"(,"source":{"type":"base64","media_type":")";
        (out_ += media.type) += '"';
        append_text(out_, "data", media.value);
    } else {
        out_ += R"(,"source":{"type":"url")";
        append_text(out_, "url", media.value);
    }
    out_ += '}';
    if (!image && !media.name.empty()) append_text(out_, "title", media.name);
    end_block(out_, part.cache_control);
}

// Arguments that are no object, because the model wrote none or was cut off, are told as they are.
void Blocks::call(const Turn& turn, const Part& part) {
    begin_block(out_, "tool_use");
    append_text(out_, "id", messages_tool_id(part.id));
    append_text(out_, "name", part.name);
    if (!part.argument_object.empty()) {
        append_value(out_, "input", part.argument_object);
    } else if (is_blank(part.arguments)) {
        append_value(out_, "input", "{}");
    } else {
        std::string json = plain(part.arguments);
        json.erase(0, std::min(json.find_first_not_of(" \t\r\n"), json.size()));
        if (json.starts_with('{') && is_json(json, kMostDepth)) {
            append_value(out_, "input", json);
        } else {
            ((out_ += R"(,"input":{"invalid_arguments":")") += part.arguments) += "\"}";
            notes_.changed.add(message_field(turn) + ".tool_calls");
        }
    }
    end_block(out_, part.cache_control);
}

// The API believes its own signatures only.
void Blocks::reasoning(const Part& part) {
    const bool sealed = part.kind == Kind::sealed_reasoning;
    if (part.format != ReasoningFormat::anthropic || (!sealed && part.signature.empty())) {
        notes_.dropped.add("reasoning_details");
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

void Blocks::result(const Turn& turn, const Part& part) {
    begin_block(out_, "tool_result");
    append_text(out_, "tool_use_id", messages_tool_id(part.id));
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
    if (part.failed) append_value(out_, "is_error", "true");
    end_block(out_, part.cache_control);
}

void Blocks::part(const Turn& turn, const Part& part) {
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

void Blocks::instruction(const Turn& turn) {
    for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
        const Part& part = request_.parts[i];
        if (part.kind != Kind::text) {
            fail(cannot(turn, kMoreThanText));
        } else if (!is_blank(part.text)) {
            append_text_block(out_, "<system>\\n" + std::string(part.text) + "\\n</system>", part.cache_control);
        }
    }
}

bool is_assistant(const Turn& turn) { return turn.role == Role::assistant; }

// Whether turns have anything but blank text.
bool says_anything(const ChatRequest& request, std::span<const Turn> turns) {
    for (const Turn& turn : turns) {
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            const Part& part = request.parts[i];
            const bool text = part.kind == Kind::text || part.kind == Kind::refusal;
            if (!text || !is_blank(part.text)) return true;
        }
    }
    return false;
}

}  // namespace

std::string messages_tool_id(Spelt id) {
    constexpr std::string_view kMapped = "tg-", kDigits = "0123456789abcdef";
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    const auto is_good = [&](char c) { return is_plain(c) || c == '_'; };
    if (!id.empty() && std::ranges::all_of(id, is_good) && !id.starts_with(kMapped)) return std::string(id);
    std::string mapped(kMapped);
    for (const char c : plain(id)) {
        if (is_plain(c)) {
            mapped += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((mapped += '_') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
    return mapped;
}

std::size_t leading_instructions(const ChatRequest& request) {
    const auto first = std::ranges::find_if(request.turns, [](const Turn& turn) { return turn.role != Role::system; });
    return static_cast<std::size_t>(first - request.turns.begin());
}

Error append_system(const ChatRequest& request, std::string& out) {
    const std::size_t before = out.size();
    out += ",\"system\":[";
    const std::size_t empty = out.size();
    for (std::size_t t = 0; t < leading_instructions(request); ++t) {
        for (std::uint32_t i = request.turns[t].begin; i < request.turns[t].end; ++i) {
            const Part& part = request.parts[i];
            if (part.kind != Kind::text) return cannot(request.turns[t], kMoreThanText);
            if (!is_blank(part.text)) append_text_block(out, part.text, part.cache_control);
        }
    }
    if (out.size() == empty) {
        out.resize(before);
    } else {
        out += ']';
    }
    return {};
}

Error append_messages(const ChatRequest& request, bool continues_answers, std::string& out, TranslationNotes& notes) {
    out += "\"messages\":[";
    const std::span<const Turn> turns = std::span(request.turns).subspan(leading_instructions(request));
    bool answer_last = false;
    for (std::size_t begin = 0, end = 0; begin < turns.size(); begin = end) {
        const bool assistant = is_assistant(turns[begin]);
        while (end < turns.size() && is_assistant(turns[end]) == assistant) ++end;
        const auto group = turns.subspan(begin, end - begin);
        if (!says_anything(request, group)) {
            if (assistant) continue;  // it said nothing
            return {ErrorKind::invalid_request, "'" + message_field(group.front()) + "' has no text",
                    message_field(group.front())};
        }
        separate(out);
        (((out += "{\"role\":\"") += assistant ? "assistant" : "user") += "\",\"content\":[");
        Blocks blocks(request, out, notes);
        for (const Turn& turn : group) {
            for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
                if (request.parts[i].kind == Kind::tool_result) blocks.result(turn, request.parts[i]);
            }
        }
        for (const Turn& turn : group) {
            if (turn.role == Role::system) {
                blocks.instruction(turn);
                continue;
            }
            for (std::uint32_t i = turn.begin; i < turn.end; ++i) blocks.part(turn, request.parts[i]);
        }
        if (blocks.error()) return blocks.error();
        out += "]}";
        answer_last = assistant;
    }
    out += ']';
    if (answer_last && !continues_answers) {
        return cannot(turns.back(), "the beginning of an answer as the last message");
    }
    return {};
}

bool lacks_reasoning(const ChatRequest& request) {
    bool results = false, calls = false, reasons = false;
    for (auto turn = request.turns.rbegin(); turn != request.turns.rend(); ++turn) {
        if (turn->role == Role::system) continue;
        for (std::uint32_t i = turn->begin; i < turn->end; ++i) {
            const Part& part = request.parts[i];
            results = results || part.kind == Kind::tool_result;
            calls = calls || part.kind == Kind::tool_call;
            const bool own = part.format == ReasoningFormat::anthropic &&
                             (part.kind == Kind::sealed_reasoning || !part.signature.empty());
            reasons = reasons || own;
        }
        if (turn->role == Role::user && !results) return false;  // the last exchange is not with tools
        if (turn->role == Role::assistant) return calls && !reasons;
    }
    return false;
}

}  // namespace tollgate
