#include "gateway/chat/dialect/responses/input_writer.h"

#include <algorithm>
#include <span>

#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/responses/call_id.h"
#include "gateway/chat/dialect/responses/encrypted_reasoning.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

// The last turns of the assistant in which nothing is said: left out, or the model would be asked to go on with it.
std::span<const Turn> without_empty_end(const ChatRequest& request) {
    std::span<const Turn> turns(request.turns);
    const auto says_nothing = [&](const Turn& turn) {
        if (turn.role != Role::assistant) return false;
        const auto parts = std::span(request.parts).subspan(turn.begin, turn.end - turn.begin);
        return std::ranges::all_of(parts,
                                   [](const Part& part) { return part.kind == Kind::text && is_blank(part.text); });
    };
    while (!turns.empty() && says_nothing(turns.back())) turns = turns.first(turns.size() - 1);
    return turns;
}

class Items {
  public:
    Items(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes) {}

    Error write() {
        const std::span<const Turn> turns = without_empty_end(request_);
        out_ += "\"input\":[";
        std::size_t first = 0;
        if (target_.quirks.has(Quirk::one_system_message)) first = joined_instructions(turns);
        bool answers = false;
        for (const Turn& turn : turns.subspan(first)) {
            turn_ = &turn;
            if (turn.role == Role::assistant && !answers) ids_.begin_answer();
            answers = turn.role == Role::assistant;
            write_turn();
        }
        out_ += ']';
        if (!error_ && !target_.continues_answers && !turns.empty() && begins_answer(turns.back())) {
            turn_ = &turns.back();
            cannot(kBegunAnswer);
        }
        return std::move(error_);
    }

  private:
    void cannot(std::string_view what) {
        if (!error_) error_ = unsupported_turn(request_, *turn_, what);
    }

    bool begins_answer(const Turn& turn) const {
        return turn.role == Role::assistant && turn.begin < turn.end && request_.parts[turn.end - 1].kind == Kind::text;
    }

    // Several leading instructions as one. Returns how many turns they are.
    std::size_t joined_instructions(std::span<const Turn> turns) {
        std::size_t count = 0;
        std::string text;
        for (; count < turns.size() && turns[count].role == Role::system; ++count) {
            for (std::uint32_t i = turns[count].begin; i < turns[count].end; ++i) {
                if (request_.parts[i].kind != Kind::text) return 0;
                if (!text.empty()) text += "\\n\\n";
                text += request_.parts[i].text;
            }
        }
        if (!text.empty()) ((out_ += R"({"role":"system","content":")") += text) += "\"}";
        return count;
    }

    // Texts and media that stand together are one message; calls, results and reasoning are items of their own.
    void write_turn() {
        const auto parts = std::span(request_.parts).subspan(turn_->begin, turn_->end - turn_->begin);
        for (std::size_t i = 0; i < parts.size();) {
            switch (parts[i].kind) {
                case Kind::tool_call:
                    call(parts[i++]);
                    break;
                case Kind::tool_result:
                    result(parts[i++]);
                    break;
                case Kind::reasoning:
                case Kind::sealed_reasoning:
                    i += reasoning(parts.subspan(i));
                    break;
                default:
                    i += message(parts.subspan(i));
                    break;
            }
        }
    }

    static bool is_content(const Part& part) {
        return part.kind != Kind::tool_call && part.kind != Kind::tool_result && part.kind != Kind::reasoning &&
               part.kind != Kind::sealed_reasoning;
    }

    std::size_t message(std::span<const Part> parts) {
        const auto end = std::ranges::find_if_not(parts, is_content);
        const auto content = parts.first(static_cast<std::size_t>(end - parts.begin()));
        const bool assistant = turn_->role == Role::assistant;
        const auto is_empty = [](const Part& part) { return part.kind == Kind::text && part.text.empty(); };
        if (assistant && std::ranges::all_of(content, is_empty)) return content.size();
        separate(out_);
        // In full where OpenAI takes less: llama.cpp's server does not.
        out_ += assistant                   ? R"({"type":"message","role":"assistant")"
                : turn_->role == Role::user ? R"({"role":"user")"
                                            : R"({"role":"system")";
        if (!assistant && content.size() == 1 && content[0].kind == Kind::text) {
            append_text(out_, "content", content[0].text);
            note_mark(content[0]);
        } else {
            out_ += ",\"content\":[";
            for (const Part& part : content) content_part(part, assistant);
            out_ += ']';
        }
        out_ += '}';
        return content.size();
    }

    // OpenAI caches without marks.
    void note_mark(const Part& part) {
        if (!part.cache_control.empty()) notes_.dropped.add("cache_control");
    }

    void content_part(const Part& part, bool assistant) {
        note_mark(part);
        switch (part.kind) {
            case Kind::text:
                separate(out_);
                out_ += assistant ? R"({"type":"output_text")" : R"({"type":"input_text")";
                append_text(out_, "text", part.text);
                out_ += '}';
                break;
            case Kind::refusal:
                separate(out_);
                out_ += R"({"type":"refusal")";
                append_text(out_, "refusal", part.text);
                out_ += '}';
                break;
            case Kind::image:
            case Kind::file:
                media(part);
                break;
            case Kind::audio:
                cannot("sound");
                break;
            case Kind::video:
                cannot("a video");
                break;
            default:
                break;
        }
    }

    void media(const Part& part) {
        const Media& media = part.media;
        const bool image = part.kind == Kind::image, data = media.source == Media::Source::data;
        if (media.source == Media::Source::url && target_.quirks.has(Quirk::no_media_urls))
            return cannot("an address in place of data");
        // Clients of this API alone have ids that mean something here.
        if (media.source == Media::Source::file_id && request_.dialect != "responses") return cannot(kForeignFile);
        separate(out_);
        out_ += image ? R"({"type":"input_image")" : R"({"type":"input_file")";
        if (media.source == Media::Source::file_id) {
            append_text(out_, "file_id", media.value);
        } else if (data) {
            ((out_ += image ? ",\"image_url\":\"data:" : ",\"file_data\":\"data:") += media.type) += ";base64,";
            (out_ += media.value) += '"';
        } else {
            append_text(out_, image ? "image_url" : "file_url", media.value);
        }
        if (!image && (!media.name.empty() || data)) {  // the API wants a name beside data
            const std::string_view unnamed = media.type == "application/pdf" ? "file.pdf" : "file";
            append_text(out_, "filename", media.name.empty() ? unnamed : media.name);
        }
        out_ += '}';
    }

    void call(const Part& part) {
        separate(out_);
        out_ += R"({"type":"function_call")";
        append_text(out_, "call_id", ids_.of_call(part.id));
        append_text(out_, "name", part.name);
        if (!part.argument_object.empty()) {
            out_ += ",\"arguments\":";
            append_json_string(out_, part.argument_object);
        } else {
            append_text(out_, "arguments", part.arguments.empty() ? "{}" : part.arguments);
        }
        out_ += '}';
        note_mark(part);
    }

    void result(const Part& part) {
        const auto inner = std::span(request_.result_parts).subspan(part.begin, part.end - part.begin);
        separate(out_);
        out_ += R"({"type":"function_call_output")";
        append_text(out_, "call_id", ids_.of_result(part.id));
        if (inner.empty() || (inner.size() == 1 && inner[0].kind == Kind::text)) {
            append_text(out_, "output", inner.empty() ? Spelt() : inner[0].text);
        } else {
            out_ += ",\"output\":[";
            for (const Part& one : inner) content_part(one, false);
            out_ += ']';
        }
        out_ += '}';
        if (part.failed) notes_.dropped.add("is_error");
        note_mark(part);
    }

    // An item of the provider's own, with all that belongs to it. What another one sealed or signed means nothing here;
    // plain reasoning goes to those only that want it back.
    std::size_t reasoning(std::span<const Part> parts) {
        const Part& first = parts.front();
        const bool own = first.format == ReasoningFormat::openai_responses;
        if (!own) {
            const bool wanted = first.kind == Kind::reasoning && target_.quirks.has(Quirk::reasoning_content);
            if (!wanted) {
                notes_.dropped.add(request_.reasoning_name);
                return 1;
            }
            separate(out_);
            ((out_ += R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":")") +=
             first.text) += "\"}]}";
            return 1;
        }
        std::size_t count = 0;
        while (count < parts.size() && parts[count].kind == Kind::reasoning && parts[count].format == first.format)
            ++count;
        const bool sealed =
            count < parts.size() && parts[count].kind == Kind::sealed_reasoning && parts[count].format == first.format;
        if (!sealed) {  // the API would look for it among what it has stored
            notes_.dropped.add(request_.reasoning_name);
            return count;
        }
        separate(out_);
        out_ += R"({"type":"reasoning")";
        if (!parts[count].id.empty()) append_text(out_, "id", parts[count].id);
        out_ += ",\"summary\":[";
        for (const Part& part : parts.first(count)) {
            separate(out_);
            ((out_ += R"({"type":"summary_text","text":")") += part.text) += "\"}";
        }
        ((out_ += R"(],"encrypted_content":")") += parts[count].text) += "\"}";
        return count + 1;
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    CallIds ids_{responses_call_id};
    const Turn* turn_ = nullptr;
    Error error_;
};

}  // namespace

Error append_response_input(const ChatRequest& request, const Target& target, std::string& out,
                            TranslationNotes& notes) {
    return Items(request, target, out, notes).write();
}

}  // namespace tollgate
