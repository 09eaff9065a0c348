#include "gateway/chat/dialect/chat/answer_parts.h"

#include "gateway/text/json_writer.h"

namespace tollgate {

void append_reasoning_detail(const AnswerEvent& event, std::string& out) {
    switch (event.kind) {
        case AnswerEvent::Kind::sealed_reasoning:
            out += R"({"type":"reasoning.encrypted",)";
            if (!event.id.empty()) ((out += R"("id":")") += event.id) += "\",";
            out += R"("data":")";
            break;
        case AnswerEvent::Kind::signature:
            out += R"({"type":"reasoning.text","signature":")";
            break;
        default:
            out += R"({"type":"reasoning.text","text":")";
            break;
    }
    ((((out += event.text) += R"(","format":")") += to_string(event.format)) += R"(","index":)");
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

}  // namespace tollgate
