#include "gateway/chat/dialect/chat/message_writer.h"

#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/chat/dialect/chat/content_writer.h"
#include "gateway/chat/dialect/chat/tool_ids.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;
using Turns = std::span<const Turn* const>;
using Pieces = std::vector<Piece>;

// Between the results of tools and what the user says next, where a provider wants an answer there.
constexpr std::string_view kBetween = R"({"role":"assistant","content":"OK."})";
constexpr Spelt kResultFollows = "The result is in the next message.";

bool is_words(const Part& part) { return part.kind == Kind::text || part.kind == Kind::refusal; }
bool is_google_signature(const Part& part) {
    return part.kind == Kind::sealed_reasoning && part.format == ReasoningFormat::google;
}
bool is_reasoning(const Part& part) { return part.kind == Kind::reasoning || part.kind == Kind::sealed_reasoning; }

class Messages {
  public:
    Messages(const ChatRequest& request, Quirks quirks, std::string& out, TranslationNotes& notes)
        : request_(request),
          quirks_(quirks),
          out_(out),
          notes_(notes),
          content_(request, quirks, out, notes),
          ids_(quirks.has(Quirk::short_tool_ids)) {}

    Error write(bool continues_answers);

  private:
    std::span<const Part> parts_of(const Turn& turn) const {
        return std::span(request_.parts).subspan(turn.begin, turn.end - turn.begin);
    }
    bool has(Quirk quirk) const { return quirks_.has(quirk); }
    bool says_anything(const Turn& turn) const;

    Piece piece(const Part& part, const Turn& turn);
    void begin(std::string_view role);
    Error message(std::string_view role, const Pieces& pieces, bool joined = false);
    Error system(Turns turns);
    Error user_side(Turns turns);
    Error results(Turns turns, Pieces& media);
    Error result(const Turn& turn, const Part& part, Pieces& media);
    Error user(Pieces& pieces);
    void note_instruction(const Turn& turn, Pieces& pieces);
    Error assistant(Turns turns, bool last);
    void reasoning(Turns turns, bool calls);
    void reasoning_text(std::string_view name, const std::vector<const Part*>& parts);
    void reasoning_details(const std::vector<const Part*>& parts);
    void calls(Turns turns);
    void call(const Part& part, Spelt signature);
    const Part& made(Spelt text) { return made_.emplace_back(Part{.text = text}); }
    const Part& made(std::string text) { return made(Spelt(texts_.emplace_back(std::move(text)))); }

    const ChatRequest& request_;
    const Quirks quirks_;
    std::string& out_;
    TranslationNotes& notes_;
    ContentWriter content_;
    ToolIds ids_;
    std::deque<Part> made_;
    std::deque<std::string> texts_;
};

// An answer that holds nothing but blanks, or reasoning, is none to most providers.
bool Messages::says_anything(const Turn& turn) const {
    return std::ranges::any_of(
        parts_of(turn), [](const Part& part) { return is_words(part) ? !is_blank(part.text) : !is_reasoning(part); });
}

// A file of text is sent as text: as files providers take PDFs alone.
Piece Messages::piece(const Part& part, const Turn& turn) {
    const Media& media = part.media;
    const bool text = part.kind == Kind::file && media.source == Media::Source::data && media.type.starts_with("text/");
    const auto bytes = text ? from_base64(plain(media.value)) : std::nullopt;
    if (!bytes || !simdjson::validate_utf8(bytes->data(), bytes->size())) return {&part, turn.message};
    std::string words = media.name.empty() ? std::string() : std::string(media.name) + "\\n\\n";
    Part& made = made_.emplace_back();
    made.text = texts_.emplace_back(std::move(words += spell(*bytes)));
    made.cache_control = part.cache_control;
    return {&made, turn.message};
}

void Messages::begin(std::string_view role) {
    if (out_.back() != '[') out_ += ',';
    ((out_ += "{\"role\":\"") += role) += '"';
}

Error Messages::message(std::string_view role, const Pieces& pieces, bool joined) {
    begin(role);
    out_ += ",\"content\":";
    if (Error error = content_.write(pieces, joined)) return error;
    out_ += '}';
    return {};
}

// Several are one, with the quirk.
Error Messages::system(Turns turns) {
    Pieces pieces;
    for (const Turn* turn : turns) {
        for (const Part& part : parts_of(*turn)) {
            if (part.kind != Kind::text) return unsupported_turn(request_, turn->message, kMoreThanText);
            pieces.push_back({&part, turn->message});
        }
    }
    const bool blank = std::ranges::all_of(pieces, [](const Piece& piece) { return is_blank(piece.part->text); });
    return blank ? Error() : message("system", pieces, turns.size() > 1);
}

// It keeps its place, as text that says what it is.
void Messages::note_instruction(const Turn& turn, Pieces& pieces) {
    for (const Part& part : parts_of(turn)) {
        Part marked = part;
        marked.text = texts_.emplace_back("<system>\\n" + std::string(part.text) + "\\n</system>");
        pieces.push_back({&made_.emplace_back(marked), turn.message});
    }
}

Error Messages::result(const Turn& turn, const Part& part, Pieces& media) {
    Pieces words;
    const std::size_t before = media.size();
    const std::string id = ids_.sent(part.id);
    for (std::uint32_t i = part.begin; i < part.end; ++i) {
        const Piece inner = piece(request_.result_parts[i], turn);
        if (is_words(*inner.part)) {
            words.push_back(inner);
            continue;
        }
        if (media.size() == before) media.push_back({&made("Result of the call " + id + ":"), turn.message});
        media.push_back(inner);
    }
    if (media.size() > before) {
        notes_.changed.add(std::string(request_.turns_field) + "[" + std::to_string(turn.message) + "].content");
        if (words.empty()) words.push_back({&made(kResultFollows), turn.message});
    }
    if (part.failed) notes_.dropped.add("is_error");
    if (!part.cache_control.empty() && !words.empty()) {
        Part marked = *words.back().part;
        marked.cache_control = part.cache_control;
        words.back().part = &made_.emplace_back(marked);
    }
    begin("tool");
    ((out_ += ",\"tool_call_id\":\"") += id) += "\",\"content\":";
    if (Error error = content_.write(words, false)) return error;
    out_ += '}';
    return {};
}

// Media, which the API does not take in a result, are left for the user's next message.
Error Messages::results(Turns turns, Pieces& media) {
    for (const Turn* turn : turns) {
        for (const Part& part : parts_of(*turn)) {
            if (part.kind != Kind::tool_result) continue;
            if (Error error = result(*turn, part, media)) return error;
        }
    }
    return {};
}

Error Messages::user(Pieces& pieces) {
    if (pieces.empty()) return {};
    Error error = message("user", pieces);
    pieces.clear();
    return error;
}

// What stands between two answers.
Error Messages::user_side(Turns turns) {
    const std::size_t before = out_.size();
    Pieces pieces;
    if (Error error = results(turns, pieces)) return error;
    bool asked = false;  // there is a user's message, behind which an instruction may stand
    bool between = out_.size() > before && has(Quirk::no_user_after_tool);
    const auto answer_between = [&] {
        if (!between) return;
        between = false;
        (out_ += ',') += kBetween;
        notes_.changed.add(request_.turns_field);
    };
    for (const Turn* turn : turns) {
        if (!has(Quirk::alternating_roles) && !pieces.empty()) {
            answer_between();
            if (Error error = user(pieces)) return error;
            asked = true;
        }
        const bool as_text = has(Quirk::one_system_message) || (has(Quirk::no_user_after_tool) && !asked);
        if (turn->role == Role::system && !as_text) {
            if (Error error = user(pieces)) return error;
            if (Error error = system({&turn, 1})) return error;
        } else if (turn->role == Role::system) {
            note_instruction(*turn, pieces);
        } else {
            for (const Part& part : parts_of(*turn)) {
                if (part.kind != Kind::tool_result) pieces.push_back(piece(part, *turn));
            }
        }
    }
    if (!pieces.empty()) answer_between();
    return user(pieces);
}

void Messages::reasoning_text(std::string_view name, const std::vector<const Part*>& parts) {
    ((out_ += ",\"") += name) += "\":\"";
    for (const Part* part : parts) {
        if (part->kind == Kind::reasoning) out_ += part->text;
    }
    out_ += '"';
}

// Of a turn, each with its own index.
void Messages::reasoning_details(const std::vector<const Part*>& parts) {
    if (parts.empty()) return;
    out_ += ",\"reasoning_details\":[";
    AnswerEvent event;
    for (const Part* part : parts) {
        if (event.part > 0) out_ += ',';
        event.format = part->format;
        // Google's is that of the call.
        const std::string id =
            is_google_signature(*part) && !part->id.empty() ? ids_.sent(part->id) : std::string(part->id);
        event.id = id;
        event.text = part->text;
        const bool sealed = part->kind == Kind::sealed_reasoning;
        event.kind = sealed ? AnswerEvent::Kind::sealed_reasoning : AnswerEvent::Kind::reasoning;
        append_reasoning_detail(event, out_, part->signature);
        ++event.part;
    }
    out_ += ']';
}

void Messages::reasoning(Turns turns, bool calls) {
    std::vector<const Part*> parts;
    bool shown = false;
    for (const Turn* turn : turns) {
        for (const Part& part : parts_of(*turn)) {
            if (!is_reasoning(part)) continue;
            if (has(Quirk::thought_signatures) && is_google_signature(part)) {
                if (part.id.empty()) append_google_signature(part.text, out_ += ',');
                continue;
            }
            parts.push_back(&part);
            shown = shown || part.kind == Kind::reasoning;
        }
    }
    if (has(Quirk::reasoning_details)) return reasoning_details(parts);
    bool sent = parts.empty();
    if (has(Quirk::reasoning_content) && calls) {
        reasoning_text("reasoning_content", parts);
        sent = true;
    } else if (has(Quirk::reasoning_member) && shown) {
        reasoning_text("reasoning", parts);
        sent = true;
    } else if (has(Quirk::thinking_parts)) {
        sent = sent || shown;  // it stands in the content
    }
    if (!sent) notes_.dropped.add(request_.reasoning_name);
}

// Arguments that the model did not write are an empty object: no text is no JSON.
void Messages::call(const Part& part, Spelt signature) {
    ((out_ += "{\"id\":\"") += ids_.sent(part.id)) += R"(","type":"function","function":{"name":")";
    (out_ += part.name) += R"(","arguments":")";
    if (!part.argument_object.empty()) {
        out_ += spell(part.argument_object);
    } else {
        out_ += is_blank(part.arguments) ? Spelt("{}") : part.arguments;
    }
    out_ += "\"}";
    if (!signature.empty()) append_google_signature(signature, out_ += ',');
    out_ += '}';
}

void Messages::calls(Turns turns) {
    out_ += ",\"tool_calls\":[";
    for (const Turn* turn : turns) {
        Spelt signature;  // of the call that follows
        for (const Part& part : parts_of(*turn)) {
            if (has(Quirk::thought_signatures) && is_google_signature(part) && !part.id.empty()) signature = part.text;
            if (part.kind != Kind::tool_call) continue;
            if (out_.back() != '[') out_ += ',';
            call(part, std::exchange(signature, {}));
        }
    }
    out_ += ']';
}

Error Messages::assistant(Turns turns, bool last) {
    Pieces pieces;
    bool calls_tools = false;
    for (const Turn* turn : turns) {
        for (const Part& part : parts_of(*turn)) {
            calls_tools = calls_tools || part.kind == Kind::tool_call;
            const bool thinking = part.kind == Kind::reasoning && has(Quirk::thinking_parts);
            const bool none = part.kind == Kind::tool_call || (is_reasoning(part) && !thinking);
            if (!none && !(is_words(part) && part.text.empty())) pieces.push_back({&part, turn->message});
        }
    }
    begin("assistant");
    out_ += ",\"content\":";
    if (pieces.empty()) {
        out_ += calls_tools && !has(Quirk::text_as_string) ? "null" : "\"\"";
    } else if (Error error = content_.write(pieces, false)) {
        return error;
    }
    reasoning(turns, calls_tools);
    if (calls_tools) calls(turns);
    if (last && !calls_tools && has(Quirk::prefix_last_answer)) out_ += ",\"prefix\":true";
    out_ += '}';
    return {};
}

Error Messages::write(bool continues_answers) {
    std::vector<const Turn*> kept;
    for (const Turn& turn : request_.turns) {
        if (turn.role != Role::assistant || says_anything(turn)) {
            kept.push_back(&turn);
        } else if (std::ranges::any_of(parts_of(turn), is_reasoning)) {
            notes_.dropped.add(request_.reasoning_name);
        }
    }
    const Turns turns(kept);
    const auto side_of = [](const Turn* turn) { return turn->role == Role::assistant; };
    std::size_t begin = 0;
    while (begin < turns.size() && turns[begin]->role == Role::system) ++begin;
    out_ += "\"messages\":[";
    if (has(Quirk::one_system_message) || has(Quirk::alternating_roles)) {
        if (Error error = system(turns.first(begin))) return error;
    } else {
        for (std::size_t i = 0; i < begin; ++i) {
            if (Error error = system(turns.subspan(i, 1))) return error;
        }
    }
    for (std::size_t end = begin; begin < turns.size(); begin = end) {
        const bool answers = side_of(turns[begin]);
        while (end < turns.size() && side_of(turns[end]) == answers) ++end;
        const Turns group = turns.subspan(begin, end - begin);
        const bool last = end == turns.size();
        if (last && answers && !continues_answers) {
            return unsupported_turn(request_, group.back()->message, kBegunAnswer);
        }
        const std::size_t step = answers && !has(Quirk::alternating_roles) ? 1 : group.size();
        for (std::size_t i = 0; i < group.size(); i += step) {
            const Turns some = group.subspan(i, step);
            Error error = answers ? assistant(some, last && i + step == group.size()) : user_side(some);
            if (error) return error;
        }
    }
    out_ += ']';
    return {};
}

}  // namespace

Error append_chat_messages(const ChatRequest& request, Quirks quirks, bool continues_answers, std::string& out,
                           TranslationNotes& notes) {
    return Messages(request, quirks, out, notes).write(continues_answers);
}

}  // namespace tollgate
