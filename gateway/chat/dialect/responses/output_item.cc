#include "gateway/chat/dialect/responses/output_item.h"

#include "gateway/chat/canonical/spelt_json.h"

namespace tollgate {
namespace {

using Kind = OutputItem::Kind;

std::string_view type_of(Kind kind) {
    switch (kind) {
        case Kind::message:
            return "message";
        case Kind::reasoning:
            return "reasoning";
        case Kind::call:
            return "function_call";
        case Kind::custom_call:
            return "custom_tool_call";
        case Kind::image:
            return "image_generation_call";
    }
    return {};
}

}  // namespace

void append_part(const OutputItem& item, std::string& out) {
    if (item.kind == Kind::reasoning) {
        out += item.summary ? R"({"type":"summary_text")" : R"({"type":"reasoning_text")";
        append_text(out, "text", item.text);
        out += '}';
    } else if (item.refusal) {
        out += R"({"type":"refusal")";
        append_text(out, "refusal", item.text);
        out += '}';
    } else {
        out += R"({"type":"output_text")";
        append_text(out, "text", item.text);
        ((out += ",\"annotations\":[") += item.annotations) += R"(],"logprobs":[]})";
    }
}

void append_item(const OutputItem& item, std::string_view status, std::string& out) {
    ((out += "{\"type\":\"") += type_of(item.kind)) += '"';
    append_text(out, "id", item.id);
    switch (item.kind) {
        case Kind::message:
            append_text(out, "status", status);
            ((out += R"(,"role":"assistant","content":[)") += item.parts) += ']';
            break;
        case Kind::reasoning:
            ((out += ",\"summary\":[") += item.summary ? item.parts : std::string()) += ']';
            if (!item.summary && !item.parts.empty()) ((out += ",\"content\":[") += item.parts) += ']';
            if (!item.sealed.empty()) append_text(out, "encrypted_content", item.sealed);
            break;
        case Kind::call:
        case Kind::custom_call:
            append_text(out, "status", status);
            append_text(out, "call_id", item.call_id);
            append_text(out, "name", item.name);
            if (!item.name_space.empty()) append_text(out, "namespace", item.name_space);
            append_text(out, item.kind == Kind::call ? "arguments" : "input", item.text);
            break;
        case Kind::image:
            append_text(out, "status", status);
            append_text(out, "result", item.text);
            break;
    }
    out += '}';
}

void append_annotation(Json annotation, std::string& out) {
    const Json inner = member(annotation, "url_citation");
    if (!is_object(inner)) {
        out += annotation;
        return;
    }
    out += R"({"type":"url_citation")";
    each_member(inner, [&](std::string_view name, Json value) {
        if (name != "type") (((out += ",\"") += spell(name)) += "\":") += value;
    });
    out += '}';
}

}  // namespace tollgate
