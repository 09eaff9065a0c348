#include "gateway/chat/dialect/chat/event_writer.h"

#include <algorithm>

#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

using Kind = AnswerEvent::Kind;

void ChatEventWriter::begin(const AnswerOptions& options) {
    options_ = options;
    ends_.begin(options);
    head_.clear();
    signature_.clear();
    finishes_.clear();
}

// As OpenAiWriter writes the events that it adds.
void ChatEventWriter::begin_chunk(std::uint32_t choice, std::string& out) const {
    ((out += head_) += "{\"index\":");
    append_number(out, choice);
    out += ",\"delta\":{";
}

void ChatEventWriter::append_delta(const AnswerEvent& event, std::string& out) const {
    if (is_google_signature(event) && event.id.empty()) {
        append_google_signature(event.text, out);
        if (!options_.inbound->labels_answers()) return;
        out += ',';
    }
    switch (event.kind) {
        case Kind::begin:
            out += R"("role":"assistant","content":"")";
            break;
        case Kind::text:
            ((out += "\"content\":\"") += event.text) += '"';
            break;
        case Kind::refusal:
            ((out += "\"refusal\":\"") += event.text) += '"';
            break;
        case Kind::reasoning:
            ((((out += '"') += reasoning_name(*options_.inbound)) += "\":\"") += event.text) += "\",";
            [[fallthrough]];
        case Kind::signature:
        case Kind::sealed_reasoning:
            out += "\"reasoning_details\":[";
            append_reasoning_detail(event, out);
            out += ']';
            break;
        case Kind::call:
            out += "\"tool_calls\":[{\"index\":";
            append_number(out, event.call);
            ((out += ",\"id\":\"") += event.id) += R"(","type":"function","function":{"name":")";
            (out += event.name) += R"(","arguments":""})";
            if (!signature_.empty()) append_google_signature(signature_, out += ',');
            out += "}]";
            break;
        case Kind::arguments:
            out += "\"tool_calls\":[{\"index\":";
            append_number(out, event.call);
            out += ",\"function\":{\"arguments\":";
            if (event.value.empty()) {
                ((out += '"') += event.text) += '"';
            } else {
                append_json_string(out, event.value);
            }
            out += "}}]";
            break;
        case Kind::image:
            out += "\"images\":[";
            append_image(event, out);
            out += ']';
            break;
        case Kind::citation:
            append_annotation_of_page(cited_page(event.value), out += "\"annotations\":[");
            out += ']';
            break;
        case Kind::finish:
            break;
    }
}

void ChatEventWriter::append(const AnswerEvent& event, std::string& out) {
    if (event.kind == Kind::begin && head_.empty()) {
        const bool labels = options_.inbound->labels_answers();
        head_ = "data: {\"id\":\"";
        head_ += labels || event.id.empty() ? options_.generation : event.id;
        head_ += R"(","object":"chat.completion.chunk","created":)" + std::to_string(options_.created) + ",\"model\":";
        append_json_string(head_, options_.model);
        if (labels) {
            head_ += ",\"provider\":";
            append_json_string(head_, options_.provider);
        }
        head_ += ",\"choices\":[";
    }
    if (is_google_signature(event) && !event.id.empty()) {
        signature_ = event.text;
        if (!options_.inbound->labels_answers()) return;
    }
    if (event.kind == Kind::finish) return note_finish(event);
    if (event.kind == Kind::citation && cited_page(event.value).empty()) return;
    begin_chunk(event.choice, out);
    append_delta(event, out);
    if (event.kind == Kind::call) signature_.clear();
    out += "},\"finish_reason\":null}]}\n\n";
}

// The last one of a choice counts.
void ChatEventWriter::note_finish(const AnswerEvent& event) {
    const auto known = std::ranges::find(finishes_, event.choice, &Finish::choice);
    Finish& finish = known != finishes_.end() ? *known : finishes_.emplace_back(Finish{.choice = event.choice});
    finish.reason = event.reason;
    finish.native_reason = event.native_reason;
}

void ChatEventWriter::append_finishes(std::string& out) {
    for (const Finish& finish : finishes_) {
        begin_chunk(finish.choice, out);
        ((out += "},\"finish_reason\":\"") += to_string(finish.reason)) += '"';
        if (options_.inbound->labels_answers()) {
            ((out += ",\"native_finish_reason\":\"") += finish.native_reason) += '"';
        }
        out += "}]}\n\n";
    }
    finishes_.clear();
}

}  // namespace tollgate
