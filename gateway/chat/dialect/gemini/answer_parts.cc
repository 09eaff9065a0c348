#include "gateway/chat/dialect/gemini/answer_parts.h"

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

void end_part(Spelt signature, std::string& out) {
    if (!signature.empty()) ((out += ",\"thoughtSignature\":\"") += signature) += '"';
    out += '}';
}

}  // namespace

void GeminiCall::add(const AnswerEvent& event) {
    if (!event.value.empty()) {
        object = event.value;
    } else if (arguments.size() + event.text.size() <= kMostArgumentBytes) {
        arguments += event.text;
    }
}

void append_gemini_text(Spelt text, bool thought, Spelt signature, std::string& out) {
    ((out += "{\"text\":\"") += text) += '"';
    if (thought) out += ",\"thought\":true";
    end_part(signature, out);
}

void append_gemini_call(const GeminiCall& call, std::string& out) {
    out += "{\"functionCall\":{";
    if (!call.id.empty()) ((out += "\"id\":\"") += call.id) += "\",";
    ((out += "\"name\":\"") += call.name) += "\",\"args\":";
    if (is_object(call.object)) {
        append_arguments(call.object, {}, out);
    } else {
        append_arguments({}, call.object.empty() ? call.arguments : spell(call.object), out);
    }
    out += '}';
    end_part(call.signature, out);
}

void append_gemini_image(const AnswerEvent& event, Spelt signature, std::string& out) {
    ((out += R"({"inlineData":{"mimeType":")") += event.media_type) += "\",";
    ((out += "\"data\":\"") += event.text) += "\"}";
    end_part(signature, out);
}

std::string gemini_signature(const AnswerEvent& event) {
    if (event.format == ReasoningFormat::google) return std::string(event.text);
    return write_foreign_seal({.format = event.format,
                               .signature = event.kind == AnswerEvent::Kind::signature,
                               .text = std::string(event.text),
                               .id = std::string(event.id)});
}

void append_gemini_citations(const std::vector<std::string>& annotations, std::string& out) {
    if (annotations.empty()) return;
    out += ",\"groundingMetadata\":{\"groundingChunks\":[";
    for (const std::string& annotation : annotations) {
        const Json cited = cited_page(annotation);
        if (out.back() == '}') out += ',';
        ((out += R"({"web":{"uri":")") += spelt(member(cited, "url"))) += R"(","title":")";
        (out += spelt(member(cited, "title"))) += "\"}}";
    }
    out += "]}";
}

void append_gemini_labels(const AnswerOptions& options, Spelt id, std::string& out) {
    out += ",\"modelVersion\":";
    append_json_string(out, options.model);
    ((out += ",\"responseId\":\"") += id.empty() ? options.generation : id) += '"';
}

}  // namespace tollgate
