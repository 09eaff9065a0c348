#include "gateway/chat/dialect/messages/event_frames.h"

#include "gateway/text/json_writer.h"

namespace tollgate {

void append_frame(std::string_view name, Json data, std::string& out) {
    (((out += "event: ") += name) += "\ndata: ") += data;
    out += "\n\n";
}

void append_block_start(std::uint32_t index, Json content, std::string& out) {
    out += "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":";
    append_number(out, index);
    ((out += ",\"content_block\":") += content) += "}\n\n";
}

void append_block_stop(std::int64_t index, std::string& out) {
    out += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":";
    append_number(out, index);
    out += "}\n\n";
}

void append_delta(std::uint32_t index, std::string_view type, std::string_view name, Spelt text, std::string& out) {
    out += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":";
    append_number(out, index);
    ((out += ",\"delta\":{\"type\":\"") += type) += "\",\"";
    (((out += name) += "\":\"") += text) += "\"}}\n\n";
}

void append_message_delta(const AnswerEnd& end, std::string_view cut, Json usage, std::string& out) {
    out += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{";
    append_stop(end, out);
    (out += "},\"usage\":") += usage;
    if (!cut.empty()) ((out += R"(,"tollgate":{"cut":")") += cut) += "\"}";
    out += "}\n\n";
}

}  // namespace tollgate
