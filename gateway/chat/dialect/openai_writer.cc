#include "gateway/chat/dialect/openai_writer.h"

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kDone = "data: [DONE]\n\n";
constexpr std::size_t kMostIdBytes = 1024;  // of an upstream's

}  // namespace

void OpenAiWriter::begin(const AnswerOptions& options) {
    options_ = options;
    labels_.clear();
    usage_event_.clear();
    usage_.clear();
    if (!options.inbound->labels_answers()) return;
    labels_ += "\"id\":\"";
    labels_ += options.generation;
    labels_ += "\",\"provider\":";
    append_json_string(labels_, options.provider);
    labels_ += ",\"model\":";
    append_json_string(labels_, options.model);
}

void OpenAiWriter::append_ping(std::string& out) {
    out += ": ping\n";  // a single newline: no event is dispatched by it
}

void OpenAiWriter::append(std::string_view data, const OpenAiChunk& chunk, std::string& out) {
    if (chunk.usage_only) {
        if (shows_usage()) usage_event_ = data;
        return;
    }
    if (chunk.usage_value.size() > 0 && shows_usage()) {
        usage_event_.clear();
        usage_ = chunk.usage_value.of(data);
    }
    out += "data: ";
    const bool by_name = chunk.error_null || chunk.escaped_keys || labels();
    if (by_name || (chunk.usage && chunk.usage_cut.begin == 0)) {
        append_rewritten(data, labels_, nullptr, out);
    } else if (chunk.usage) {
        out.append(data, 0, chunk.usage_cut.begin).append(data, chunk.usage_cut.end);
    } else {
        out += data;
    }
    out += "\n\n";
}

void OpenAiWriter::append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) {
    if (!usage_event_.empty()) {
        out += "data: ";
        append_rewritten(usage_event_, labels_, &usage, out);
        out += "\n\n";
    } else if (shows_usage()) {
        append_usage_chunk(meter, usage, out);
    }
    usage_event_.clear();
    usage_.clear();
    if (!options_.last_member.empty()) {
        begin_chunk(meter, out);
        ((out += ",\"choices\":[],") += options_.last_member) += "}\n\n";
    }
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
    usage_event_.clear();
    usage_.clear();
}

void OpenAiWriter::append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) const {
    if (shows_usage()) append_usage_chunk(meter, usage, out);
    out += kDone;
}

void OpenAiWriter::append_error(const Error& error, std::string& out) const {
    const std::string body = options_.inbound->error_body(error, status_of(error));
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
        out += "\"id\":";
        const std::string id = unescaped("\"" + meter.facts().upstream_id + "\"", kMostIdBytes);
        append_json_string(out, id.empty() ? options_.generation : std::string_view(id));
        out += ",\"model\":";
        append_json_string(out, options_.model);
    }
    out += options_.text_completions ? ",\"object\":\"text_completion\"" : ",\"object\":\"chat.completion.chunk\"";
    out += ",\"created\":" + std::to_string(options_.created);
}

void OpenAiWriter::append_usage_chunk(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) const {
    begin_chunk(meter, out);
    out += ",\"choices\":[],\"usage\":";
    if (usage_.empty()) {
        out += usage_json(usage.counts, usage.cost);
    } else {
        append_usage(usage_, usage, out);
    }
    out += "}\n\n";
}

void append_rewritten(std::string_view object, std::string_view labels, const ChargedUsage* usage, std::string& out) {
    const std::size_t begin = out.size();
    out += '{';
    out += labels;
    const auto separate = [&out, begin] {
        if (out.size() > begin + 1) out += ',';
    };
    JsonMembers members(object, object.find('{'));
    std::string unescaped_key;
    bool shown = usage == nullptr;
    while (const auto member = members.next()) {
        const std::string_view name = key_name(member->key.of(object), unescaped_key);
        if (name == "error" || (name == "usage" && shown)) continue;
        if (!labels.empty() && (name == "id" || name == "model" || name == "provider")) continue;
        separate();
        if (name == "usage") {
            out += "\"usage\":";
            append_usage(member->value.of(object), *usage, out);
            shown = true;
        } else {
            out += object.substr(member->key.begin, member->value.end - member->key.begin);
        }
    }
    if (!shown) {
        separate();
        out += "\"usage\":" + usage_json(usage->counts, usage->cost);
    }
    out += '}';
}

}  // namespace tollgate
