// Answers of Anthropic's Messages API, texts only: https://docs.anthropic.com/en/api/messages-streaming.
#include "bench/sample_upstream/answer.h"

namespace sample {

void Answer::open_named_event(std::string& out, std::string_view name) {
    ++events_;
    (((out += "event: ") += name) += "\ndata: {\"type\":\"") += name;
    out += '"';
}

void Answer::append_message_usage(std::string& out) const {
    const UsageFigures used = figures(completion_tokens());
    out += R"("usage":{"input_tokens":)" + std::to_string(used.prompt - used.cached);
    if (used.cached > 0) out += R"(,"cache_read_input_tokens":)" + std::to_string(used.cached);
    out += R"(,"output_tokens":)" + std::to_string(used.completion) + "}";
}

void Answer::append_message(std::string& out) const {
    (out += R"({"id":")") += id_;
    out += R"(","type":"message","role":"assistant","model":")";
    append_escaped(out, request_->model);
    out += R"(","content":[{"type":"text","text":")";
    for (std::uint32_t i = 0; i < pieces_; ++i) append_text_piece(out, i);
    out += R"("}],"stop_reason":")";
    out += finish_reason_ == "length" ? "max_tokens" : "end_turn";
    out += R"(","stop_sequence":null,)";
    append_message_usage(out);
    out += '}';
}

void Answer::append_message_start(std::string& out) {
    open_named_event(out, "message_start");
    ((out += R"(,"message":{"id":")") += id_) += R"(","type":"message","role":"assistant","model":")";
    append_escaped(out, request_->model);
    out += R"(","content":[],"stop_reason":null,"stop_sequence":null,)";
    append_message_usage(out);
    out += "}}\n\n";
    open_named_event(out, "content_block_start");
    out += R"(,"index":0,"content_block":{"type":"text","text":""}})";
    out += "\n\n";
}

void Answer::append_message_piece(std::string& out, std::uint32_t index) {
    open_named_event(out, "content_block_delta");
    out += R"(,"index":0,"delta":{"type":"text_delta","text":")";
    append_text_piece(out, index);
    out += "\"}}\n\n";
    sent_pieces_ = index + 1;
}

void Answer::append_message_end(std::string& out) {
    open_named_event(out, "content_block_stop");
    out += ",\"index\":0}\n\n";
    open_named_event(out, "message_delta");
    out += R"(,"delta":{"stop_reason":")";
    out += finish_reason_ == "length" ? "max_tokens" : "end_turn";
    out += R"(","stop_sequence":null},)";
    append_message_usage(out);
    out += "}\n\n";
    open_named_event(out, "message_stop");
    out += "}\n\n";
}

}  // namespace sample
