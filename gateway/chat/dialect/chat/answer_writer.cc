#include "gateway/chat/dialect/chat/answer_writer.h"

#include <algorithm>

#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

// One choice's message, from its events.
class Message {
  public:
    Message(std::span<const AnswerEvent> events, std::uint32_t choice) : events_(events), choice_(choice) {}

    bool has(Kind kind) const {
        return std::ranges::any_of(events_, [&](const AnswerEvent& event) { return is(event, kind); });
    }
    // The fragments of a kind, as one text.
    void append_texts(Kind kind, std::string& out) const {
        out += '"';
        for (const AnswerEvent& event : events_) {
            if (is(event, kind)) out += event.text;
        }
        out += '"';
    }
    // Of each part one detail, with all of its text and its signature. Google's signatures are for OpenRouter's
    // clients.
    void append_reasoning_details(bool with_googles, std::string& out) const;
    // Google's signature of a call, or of the message if `id` is empty; null: there is none.
    const AnswerEvent* google_signature(Spelt id) const {
        const auto found = std::ranges::find_if(events_, [&](const AnswerEvent& event) {
            return event.choice == choice_ && is_google_signature(event) && event.id == id;
        });
        return found == events_.end() ? nullptr : &*found;
    }
    void append_calls(std::string& out) const;
    void append_images(std::string& out) const;
    void append_citations(std::string& out) const;
    const AnswerEvent* finish() const {
        const auto found =
            std::ranges::find_if(events_, [&](const AnswerEvent& event) { return is(event, Kind::finish); });
        return found == events_.end() ? nullptr : &*found;
    }

  private:
    bool is(const AnswerEvent& event, Kind kind) const { return event.kind == kind && event.choice == choice_; }
    void append_part(Kind kind, std::uint32_t part, std::string& out) const {
        for (const AnswerEvent& event : events_) {
            if (is(event, kind) && event.part == part) out += event.text;
        }
    }

    std::span<const AnswerEvent> events_;
    const std::uint32_t choice_;
};

void end_detail(const AnswerEvent& event, std::string& out) {
    ((out += R"(,"format":")") += to_string(event.format)) += R"(","index":)";
    append_number(out, event.part);
    out += '}';
}

void Message::append_reasoning_details(bool with_googles, std::string& out) const {
    const std::size_t begin = out.size();
    out += ",\"reasoning_details\":[";
    std::int64_t last = -1;
    for (const AnswerEvent& event : events_) {
        const bool shown = is(event, Kind::reasoning) || is(event, Kind::signature);
        if (!shown && !is(event, Kind::sealed_reasoning)) continue;
        if (is_google_signature(event) && !with_googles) continue;
        if (event.part == last) continue;
        last = event.part;
        if (out.back() != '[') out += ',';
        if (!shown) {
            append_reasoning_detail(event, out);
            continue;
        }
        out += is_summarized(event.format) ? R"({"type":"reasoning.summary","summary":")"
                                           : R"({"type":"reasoning.text","text":")";
        append_part(Kind::reasoning, event.part, out);
        out += '"';
        if (is_summarized(event.format)) {  // it has no signature
            end_detail(event, out);
            continue;
        }
        out += ",\"signature\":";
        const std::size_t before = out.size();
        out += '"';
        append_part(Kind::signature, event.part, out);
        if (out.size() == before + 1) {
            out.replace(before, 1, "null");
        } else {
            out += '"';
        }
        end_detail(event, out);
    }
    if (out.back() == '[') {
        out.resize(begin);
    } else {
        out += ']';
    }
}

void Message::append_calls(std::string& out) const {
    out += '[';
    for (const AnswerEvent& call : events_) {
        if (!is(call, Kind::call)) continue;
        if (out.back() != '[') out += ',';
        ((out += "{\"id\":\"") += call.id) += R"(","type":"function","function":{"name":")";
        (out += call.name) += R"(","arguments":")";
        for (const AnswerEvent& event : events_) {
            if (!is(event, Kind::arguments) || event.call != call.call) continue;
            out += event.value.empty() ? std::string(event.text) : spell(event.value);
        }
        out += "\"}";
        if (const auto* const signature = google_signature(call.id))
            append_google_signature(signature->text, out += ',');
        out += '}';
    }
    out += ']';
}

void Message::append_images(std::string& out) const {
    out += '[';
    for (const AnswerEvent& event : events_) {
        if (!is(event, Kind::image)) continue;
        if (out.back() != '[') out += ',';
        append_image(event, out);
    }
    out += ']';
}

void Message::append_citations(std::string& out) const {
    const std::size_t begin = out.size();
    for (const AnswerEvent& event : events_) {
        const Json page = is(event, Kind::citation) ? cited_page(event.value) : Json();
        if (page.empty()) continue;
        out += out.size() == begin ? ",\"annotations\":[" : ",";
        append_annotation_of_page(page, out);
    }
    if (out.size() > begin) out += ']';
}

void append_choice(const Message& message, std::uint32_t index, const Inbound& inbound, std::string& out) {
    out += "{\"index\":";
    append_number(out, index);
    out += R"(,"message":{"role":"assistant","content":)";
    // Without any text it is null where calls take its place.
    if (message.has(Kind::text) || !message.has(Kind::call)) {
        message.append_texts(Kind::text, out);
    } else {
        out += "null";
    }
    out += ",\"refusal\":";
    if (message.has(Kind::refusal)) {
        message.append_texts(Kind::refusal, out);
    } else {
        out += "null";
    }
    if (message.has(Kind::reasoning)) {
        ((out += ",\"") += reasoning_name(inbound)) += "\":";
        message.append_texts(Kind::reasoning, out);
    }
    message.append_reasoning_details(inbound.labels_answers(), out);
    if (const auto* const signature = message.google_signature({})) {
        append_google_signature(signature->text, out += ',');
    }
    if (message.has(Kind::image)) {
        out += ",\"images\":";
        message.append_images(out);
    }
    message.append_citations(out);
    if (message.has(Kind::call)) {
        out += ",\"tool_calls\":";
        message.append_calls(out);
    }
    const AnswerEvent* const finish = message.finish();
    out += "},\"logprobs\":null,\"finish_reason\":";
    out += finish == nullptr ? "null" : "\"" + std::string(to_string(finish->reason)) + "\"";
    if (finish != nullptr && inbound.labels_answers()) {
        ((out += ",\"native_finish_reason\":\"") += finish->native_reason) += '"';
    }
    out += '}';
}

}  // namespace

void write_chat_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                       std::string& out) {
    const bool labels = options.inbound->labels_answers();
    std::uint32_t last_choice = 0;
    std::string_view id = options.generation;
    for (const AnswerEvent& event : events) {
        last_choice = std::max(last_choice, event.choice);
        if (event.kind == Kind::begin && !labels && !event.id.empty()) id = event.id;
    }
    ((out += "{\"id\":\"") += id) += R"(","object":"chat.completion","created":)";
    append_number(out, options.created);
    out += ",\"model\":";
    append_json_string(out, options.model);
    if (labels) {
        out += ",\"provider\":";
        append_json_string(out, options.provider);
    }
    out += ",\"choices\":[";
    for (std::uint32_t choice = 0; choice <= last_choice; ++choice) {
        if (choice > 0) out += ',';
        append_choice(Message(events, choice), choice, *options.inbound, out);
    }
    out += "],\"usage\":";
    out += usage_json(usage.counts, usage.cost);
    out += '}';
}

}  // namespace tollgate
