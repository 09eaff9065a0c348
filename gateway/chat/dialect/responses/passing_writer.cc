#include "gateway/chat/dialect/responses/passing_writer.h"

#include <algorithm>
#include <array>

#include "gateway/text/json_members.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

bool is_last(std::string_view type) {
    return type == "response.completed" || type == "response.incomplete" || type == "response.failed";
}

std::string usage_member(Json told, const ChargedUsage& usage) {
    std::string json;
    if (is_object(told)) {
        append_usage(told, usage, json, kResponsesUsage);
    } else {
        json = usage_json(usage.counts, usage.cost, kResponsesUsage);
    }
    return json;
}

// The response object at `begin` with the labels in place of its own, and the usage, if it is not null, in place of
// what stands there. What stays keeps its bytes.
void append_spliced(std::string_view text, TextSpan object, const AnswerOptions& options, const ChargedUsage* usage,
                    std::string& out) {
    const bool labels = options.inbound->labels_answers();
    bool has_usage = usage == nullptr;
    std::size_t copied = object.begin;
    JsonMembers members(text, object.begin);
    std::string unescaped_key;
    const auto replace = [&](TextSpan value, std::string_view by) {
        out.append(text, copied, value.begin - copied).append(by);
        copied = value.end;
    };
    while (const auto found = members.next()) {
        const std::string_view name = key_name(found->key.of(text), unescaped_key);
        if (name == "usage" && usage != nullptr) {
            replace(found->value, usage_member(found->value.of(text), *usage));
            has_usage = true;
        } else if (labels && (name == "id" || name == "model")) {
            std::string label;
            append_json_string(label, name == "id" ? options.generation : options.model);
            replace(found->value, label);
        }
    }
    const std::size_t brace = object.end - 1;
    out.append(text, copied, brace - copied);
    const auto separate = [&] {
        if (out.back() != '{') out += ',';
    };
    if (!has_usage) {
        separate();
        out += "\"usage\":" + usage_json(usage->counts, usage->cost, kResponsesUsage);
    }
    if (labels) {
        separate();
        out += "\"provider\":";
        append_json_string(out, options.provider);
    }
    out += text.substr(brace);
}

}  // namespace

void ResponsesPassingWriter::begin(const AnswerOptions& options) {
    options_ = options;
    added_.begin(options);
    id_.clear();
    events_ = 0;
    has_last_ = false;
    last_name_.clear();
    last_.clear();
}

void ResponsesPassingWriter::append_passed(std::string_view name, std::string_view data, const ChargedUsage* usage,
                                           std::string& out) const {
    if (!name.empty()) ((out += "event: ") += name) += '\n';
    out += "data: ";
    const bool spliced = usage != nullptr || options_.inbound->labels_answers();
    const auto response = spliced ? find_member(data, data.find('{'), "response") : std::nullopt;
    if (response && is_object(response->value.of(data))) {
        out.append(data, 0, response->value.begin);
        append_spliced(data.substr(0, response->value.end), response->value, options_, usage, out);
        out.append(data, response->value.end);
    } else {
        out += data;
    }
    out += "\n\n";
}

void ResponsesPassingWriter::pass(std::string_view name, std::string_view data, const AnswerDelta& facts,
                                  std::string& out) {
    ++events_;
    if (id_.empty()) id_ = facts.id;
    // Of the events that others may name only in their data, those that end an answer say how.
    const bool may_be_last = facts.finish_reasons > 0 || facts.usage.has_value();
    if (is_last(name) || (may_be_last && is_last(spelt(member(data, "type"))))) {
        has_last_ = true;
        last_name_ = name;
        last_ = data;
        return;
    }
    append_passed(name, data, nullptr, out);
}

void ResponsesPassingWriter::append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) {
    if (has_last_) {
        append_passed(last_name_, last_, &usage, out);
    } else {
        continue_stream(meter.facts().upstream_id);
        added_.append_end(meter, usage, out);
    }
}

void ResponsesPassingWriter::continue_stream(Spelt id) {
    if (events_ > 0) added_.continue_after(id, events_);
}

void ResponsesPassingWriter::append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) {
    continue_stream(meter.facts().upstream_id);
    added_.append_cut(meter, reason, out);
}

void ResponsesPassingWriter::append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) {
    added_.append_cut_end(meter, usage, out);
}

void ResponsesPassingWriter::append_error(const Error& error, std::string& out) {
    continue_stream(id_);
    added_.append_error(error, out);
}

void pass_responses_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                           std::string& out) {
    const std::size_t begin = std::min(body.find('{'), body.size());
    const std::size_t end = body.rfind('}');
    if (end == std::string_view::npos || end < begin) {
        out += body;
        return;
    }
    const TextSpan object{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end + 1)};
    append_spliced(body.substr(0, end + 1), object, options, &usage, out);
}

}  // namespace tollgate
