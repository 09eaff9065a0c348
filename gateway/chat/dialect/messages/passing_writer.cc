#include "gateway/chat/dialect/messages/passing_writer.h"

#include <algorithm>

#include "gateway/chat/dialect/messages/event_frames.h"
#include "gateway/chat/dialect/messages/usage_json.h"

namespace tollgate {

void MessagesPassingWriter::begin(const AnswerOptions& options) {
    options_ = options;
    open_.clear();
    for (std::string* text : {&delta_, &stop_, &cut_}) text->clear();
}

void MessagesPassingWriter::pass(std::string_view name, std::string_view data, const AnswerDelta& facts,
                                 std::string& out) {
    std::string type;
    if (name.empty()) {  // the type is its name
        type = plain(spelt(member(data.substr(std::min(data.find('{'), data.size())), "type")));
        name = type;
    }
    if (name == "message_stop") {
        stop_ = data;
        return;
    }
    if (name == "message_delta") {
        // One that ends the answer is not replaced by one that adds to the usage.
        if (delta_.empty() || facts.finish_reasons > 0) delta_ = data;
        return;
    }
    if (name == "message_start" && options_.inbound->labels_answers()) return pass_start(data, out);
    if (name == "content_block_start") note_block(data, true);
    if (name == "content_block_stop") note_block(data, false);
    append_frame(name, data, out);
}

void MessagesPassingWriter::append_ping(std::string& out) { append_frame("ping", R"({"type":"ping"})", out); }

void MessagesPassingWriter::append_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    std::string delta;
    append_with_usage(delta_.empty() ? R"({"type":"message_delta","delta":{}})" : delta_, usage, delta);
    append_frame("message_delta", delta, out);
    append_frame("message_stop", stop_.empty() ? kMessageStop : Json(stop_), out);
}

void MessagesPassingWriter::append_cut(const AnswerMeter& /*meter*/, std::string_view reason, std::string& out) {
    for (const std::int64_t index : open_) append_block_stop(index, out);
    open_.clear();
    cut_ = reason;
}

void MessagesPassingWriter::append_cut_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    append_message_delta({.reason = FinishReason::length}, cut_, messages_usage_json(usage.counts, usage.cost), out);
    append_frame("message_stop", kMessageStop, out);
}

void MessagesPassingWriter::append_error(const Error& error, std::string& out) {
    append_frame("error", options_.inbound->error_body(error, status_of(error)), out);
}

void MessagesPassingWriter::pass_start(std::string_view data, std::string& out) const {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    std::string event = R"({"type":"message_start","message":)";
    append_labelled(member(data, "message"), options_, event);
    append_frame("message_start", event + "}", out);
}

void MessagesPassingWriter::note_block(std::string_view data, bool opens) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    const auto index = whole_number(member(data, "index"));
    if (!index) return;
    std::erase(open_, *index);
    if (opens) open_.push_back(*index);
}

}  // namespace tollgate
