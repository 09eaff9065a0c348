#include "gateway/chat/dialect/chat/answer_parts.h"

#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

ReasoningFormat reasoning_format_named(Spelt name) {
    for (const auto format : {ReasoningFormat::anthropic, ReasoningFormat::openai_responses, ReasoningFormat::google,
                              ReasoningFormat::xai_responses, ReasoningFormat::bedrock}) {
        if (name.starts_with(to_string(format))) return format;
    }
    return ReasoningFormat::unknown;
}

void append_reasoning_detail(const AnswerEvent& event, std::string& out, Spelt signature) {
    switch (event.kind) {
        case AnswerEvent::Kind::sealed_reasoning:
            out += R"({"type":"reasoning.encrypted","data":")";
            break;
        case AnswerEvent::Kind::signature:
            out += R"({"type":"reasoning.text","signature":")";
            break;
        default:
            out += is_summarized(event.format) ? R"({"type":"reasoning.summary","summary":")"
                                               : R"({"type":"reasoning.text","text":")";
            break;
    }
    (out += event.text) += '"';
    if (!signature.empty()) ((out += ",\"signature\":\"") += signature) += '"';
    if (!event.id.empty()) ((out += ",\"id\":\"") += event.id) += '"';
    ((out += ",\"format\":\"") += to_string(event.format)) += "\",\"index\":";
    append_number(out, event.part);
    out += '}';
}

void append_google_signature(Spelt signature, std::string& out) {
    ((out += R"("extra_content":{"google":{"thought_signature":")") += signature) += "\"}}";
}

void append_image(const AnswerEvent& event, std::string& out) {
    out += R"({"type":"image_url","image_url":{"url":"data:)";
    ((((out += event.media_type) += ";base64,") += event.text) += "\"}}");
}

void append_annotation_of_page(Json page, std::string& out) {
    out += R"({"type":"url_citation","url_citation":{)";
    each_member(page, [&](std::string_view name, Json value) {
        if (name == "type") return;
        if (out.back() != '{') out += ',';
        (((out += '"') += spell(name)) += "\":") += value;
    });
    out += "}}";
}

}  // namespace tollgate
