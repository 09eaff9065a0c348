#include "gateway/chat/dialect/messages/answer_parts.h"

#include "gateway/chat/canonical/carried_reasoning.h"
#include "gateway/chat/canonical/cited_page.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

std::string_view stop_reason(const AnswerEnd& end) {
    constexpr std::string_view kWindow = "model_context_window_exceeded", kSequence = "stop_sequence";
    constexpr std::string_view kPause = "pause_turn";
    switch (end.reason) {
        case FinishReason::length:
            return end.native_reason == kWindow ? kWindow : "max_tokens";
        case FinishReason::tool_calls:
            return "tool_use";
        case FinishReason::content_filter:
        case FinishReason::error:  // the API has no word for it; this one no client takes for an end
            return "refusal";
        case FinishReason::none:
        case FinishReason::stop:
            break;
    }
    if (end.refused) return "refusal";
    if (!end.stop_sequence.empty() || end.native_reason == kSequence) return kSequence;
    return end.native_reason == kPause ? kPause : "end_turn";
}

// Of the one who answered, after other members.
void append_names(const AnswerOptions& options, std::string& out) {
    if (options.inbound->labels_answers()) {
        out += ",\"provider\":";
        append_json_string(out, options.provider);
    }
    out += ",\"model\":";
    append_json_string(out, options.model);
}

}  // namespace

void begin_message(const AnswerOptions& options, Spelt upstream_id, std::string& out) {
    const bool ours = options.inbound->labels_answers() || upstream_id.empty();
    ((out += "{\"id\":\"") += ours ? options.generation : upstream_id) += R"(","type":"message","role":"assistant")";
    append_names(options, out);
    out += ",\"content\":";
}

void append_stop(const AnswerEnd& end, std::string& out) {
    ((out += "\"stop_reason\":\"") += stop_reason(end)) += "\",\"stop_sequence\":";
    if (end.stop_sequence.empty()) {
        out += "null";
    } else {
        ((out += '"') += end.stop_sequence) += '"';
    }
}

void append_labelled(Json message, const AnswerOptions& options, std::string& out) {
    if (!options.inbound->labels_answers()) {
        out += message;
        return;
    }
    ((out += "{\"id\":\"") += options.generation) += '"';
    append_names(options, out);
    each_member(message, [&](std::string_view name, Json value) {
        if (name == "id" || name == "provider" || name == "model") return;
        append_json_string(out += ',', name);
        (out += ':') += value;
    });
    out += '}';
}

void append_signature(const AnswerEvent& event, std::string& out) {
    if (event.format == ReasoningFormat::anthropic) {
        out += event.text;
    } else {
        append_carried({.format = event.format, .id = event.id, .data = event.text}, out);
    }
}

void append_sealed(const AnswerEvent& event, std::string& out) {
    if (event.format == ReasoningFormat::anthropic) {
        out += event.text;
    } else {
        append_carried(
            {.kind = CarriedReasoning::Kind::sealed, .format = event.format, .id = event.id, .data = event.text}, out);
    }
}

void append_signature_beside(const AnswerEvent& event, Spelt call, std::string& out) {
    using Kind = CarriedReasoning::Kind;
    append_carried(
        {.kind = call.empty() ? Kind::text : Kind::call, .format = event.format, .id = call, .data = event.text}, out);
}

void append_image_block(const AnswerEvent& event, std::string& out) {
    ((out += R"({"type":"image","source":{"type":"base64","media_type":")") += event.media_type) += R"(","data":")";
    (out += event.text) += "\"}}";
}

void append_citation(Json annotation, std::string& out) {
    const Json page = cited_page(annotation);
    ((out += R"({"type":"web_search_result_location","url":")") += spelt(member(page, "url"))) += R"(","title":")";
    ((out += spelt(member(page, "title"))) += R"(","cited_text":")") += spelt(member(page, "content"));
    out += R"(","encrypted_index":""})";
}

}  // namespace tollgate
