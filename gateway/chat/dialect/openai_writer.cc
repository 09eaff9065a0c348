#include "gateway/chat/dialect/openai_writer.h"

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kDone = "data: [DONE]\n\n";

}  // namespace

void OpenAiWriter::begin(const AnswerOptions& options) {
    options_ = options;
    labels_.clear();
    held_.clear();
    usage_insert_at_ = std::string::npos;
    usage_was_empty_ = holding_ = false;
    if (!options.inbound->labels_answers()) return;
    labels_ += "\"id\":\"";
    labels_ += options.generation;
    labels_ += "\",\"provider\":";
    append_json_string(labels_, options.provider);
    labels_ += ",\"model\":";
    append_json_string(labels_, options.model);
}

void OpenAiWriter::append_ping(std::string& out) const {
    if (!holding_) out += ": ping\n";  // a single newline: no event is dispatched by it
}

void OpenAiWriter::append(std::string_view data, const OpenAiChunk& chunk, bool usage_is_final, std::string& out) {
    // Usage in the middle (cumulative reports) is left out, not held.
    if (chunk.usage_object && (chunk.usage_only || usage_is_final)) holding_ = true;
    if (chunk.usage_only && !shows_usage()) return;
    std::string& to = holding_ ? held_ : out;
    const bool cut_usage = chunk.usage_null || (chunk.usage_object && (!shows_usage() || !holding_));
    const bool usage_stays = !chunk.usage_object && !chunk.usage_null;
    to += "data: ";
    if (usage_stays && !chunk.error_null && !labels()) {
        to += data;
    } else if (cut_usage && !chunk.error_null && !labels() && chunk.usage_cut.begin > 0) {
        to.append(data, 0, chunk.usage_cut.begin).append(data, chunk.usage_cut.end);
    } else {
        rewrite(data, cut_usage, to);
    }
    to += "\n\n";
}

// Member by member: with the labels, without `error` (null, or this event would not be written) and what usage is cut.
void OpenAiWriter::rewrite(std::string_view data, bool cut_usage, std::string& out) {
    out += '{';
    out += labels_;
    JsonMembers members(data, 0);
    while (const auto member = members.next()) {
        const std::string_view key = member->key.of(data);
        if (key == "\"usage\"" && cut_usage) continue;
        if (key == "\"error\"") continue;
        if (labels() && (key == "\"id\"" || key == "\"model\"" || key == "\"provider\"")) continue;
        if (out.back() != '{') out += ',';
        out += data.substr(member->key.begin, member->value.end - member->key.begin);
        if (key == "\"usage\"" && holding_) {
            usage_insert_at_ = out.size() - 1;
            usage_was_empty_ = JsonMembers(data, member->value.begin).next() == std::nullopt;
        }
    }
    out += '}';
}

void OpenAiWriter::append_held(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost,
                               std::string& out) {
    if (usage_insert_at_ != std::string::npos) {
        out.append(held_, 0, usage_insert_at_);
        out += usage_was_empty_ ? "\"cost\":" : ",\"cost\":";
        out += cost;
        out.append(held_, usage_insert_at_);
    } else {
        out += held_;
        if (shows_usage()) append_usage_chunk(meter, usage, cost, out);
    }
    held_.clear();
    out += kDone;
}

void OpenAiWriter::append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) {
    begin_chunk(meter, out);
    out += ",\"choices\":[";
    for (std::size_t choice = 0; choice < static_cast<std::size_t>(options_.choices); ++choice) {
        if (meter.is_finished(choice)) continue;  // it has its reason
        if (out.back() == '}') out += ',';
        out += "{\"index\":" + std::to_string(choice);
        out += options_.text_completions ? ",\"text\":\"\"" : ",\"delta\":{}";
        out += ",\"finish_reason\":\"length\"}";
    }
    out += "],\"tollgate\":{\"cut\":\"" + std::string(reason) + "\"}}\n\n";
    held_.clear();
}

void OpenAiWriter::append_cut_end(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost,
                                  std::string& out) const {
    if (shows_usage()) append_usage_chunk(meter, usage, cost, out);
    out += kDone;
}

void OpenAiWriter::append_error(const Error& error, std::string& out) const {
    const std::string body = options_.inbound->error_body(error, status_of(error.kind()));
    out += "data: ";
    if (!labels()) {
        out += body;
    } else {  // a chunk that holds the error's member, and says "error" where SDKs look for the finish reason
        out += "{\"id\":\"";
        out += options_.generation;
        out +=
            "\",\"object\":\"chat.completion.chunk\",\"created\":" + std::to_string(options_.created) + ",\"model\":";
        append_json_string(out, options_.model);
        out += ",\"provider\":";
        append_json_string(out, options_.provider);
        out += "," + body.substr(1, body.size() - 2) +
               ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}";
    }
    out += "\n\n";
}

// The beginning of an event of our own, up to its choices.
void OpenAiWriter::begin_chunk(const AnswerMeter& meter, std::string& out) const {
    out += "data: {";
    if (labels()) {
        out += labels_;
    } else {
        out += "\"id\":\"" + meter.facts().upstream_id + "\"";  // still escaped
        out += ",\"model\":";
        append_json_string(out, options_.model);
    }
    out += options_.text_completions ? ",\"object\":\"text_completion\"" : ",\"object\":\"chat.completion.chunk\"";
    out += ",\"created\":" + std::to_string(options_.created);
}

void OpenAiWriter::append_usage_chunk(const AnswerMeter& meter, const TokenCounts& usage, std::string_view cost,
                                      std::string& out) const {
    begin_chunk(meter, out);
    out += ",\"choices\":[],\"usage\":" + usage_json(usage, cost) + "}\n\n";
}

std::string usage_json(const TokenCounts& usage, std::string_view cost) {
    return "{\"prompt_tokens\":" + std::to_string(usage.prompt) +
           ",\"completion_tokens\":" + std::to_string(usage.completion) +
           ",\"total_tokens\":" + std::to_string(usage.prompt + usage.completion) + ",\"cost\":" + std::string(cost) +
           "}";
}

}  // namespace tollgate
