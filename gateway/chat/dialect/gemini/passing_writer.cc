#include "gateway/chat/dialect/gemini/passing_writer.h"

#include <algorithm>

#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/chat/dialect/gemini/usage_metadata.h"

namespace tollgate {
namespace {

constexpr std::string_view kUsage = "usageMetadata";

bool is_usage(std::string_view key) {
    std::string unescaped_key, room;
    return camel_case(key_name(key, unescaped_key), room) == kUsage;
}

// The bytes of a response with `usage` in place of its own, or at its end; null: without any. What is its own is
// `provider`, or what a response before it had.
void append_response(std::string_view data, const ChargedUsage* usage, Json provider, std::string& out) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    JsonMembers members(data, 0);
    out += '{';
    while (const auto found = members.next()) {
        if (is_usage(found->key.of(data))) {
            provider = found->value.of(data);
            continue;
        }
        if (out.back() != '{') out += ',';
        out += data.substr(found->key.begin, found->value.end - found->key.begin);
    }
    if (usage != nullptr) {
        if (out.back() != '{') out += ',';
        out += "\"usageMetadata\":";
        append_passed_usage_metadata(provider, *usage, out);
    }
    out += '}';
}

Json usage_of(std::string_view data) { return field(data, kUsage); }

}  // namespace

void GeminiPassingWriter::begin(const AnswerOptions& options) {
    options_ = options;
    framing_.begin(options.as_list);
    finished_.reset();
    held_.clear();
    held_bytes_ = 0;
    usage_.clear();
}

void GeminiPassingWriter::write(std::string_view data, const ChargedUsage* usage, std::string& out) {
    framing_.open(out);
    append_response(data, usage, usage_, out);
    framing_.close(out);
}

void GeminiPassingWriter::pass(std::string_view /*name*/, std::string_view data, const AnswerDelta& facts,
                               std::string& out) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    if (facts.usage) usage_ = usage_of(data);
    finished_ |= facts.finished;
    const bool last = finished_.count() >= static_cast<std::size_t>(std::max<std::int64_t>(options_.choices, 1));
    const bool says_more = facts.text.bytes > 0 || facts.text.other_output;
    if (says_more || held_bytes_ + data.size() > kMostHeldBytes) let_go(out);  // some say "STOP" in every response
    if (!last) return write(data, nullptr, out);
    held_bytes_ += data.size();
    held_.emplace_back(data);
}

void GeminiPassingWriter::let_go(std::string& out) {
    for (const std::string& data : held_) write(data, nullptr, out);
    held_.clear();
    held_bytes_ = 0;
}

void GeminiPassingWriter::append_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    const std::string last = held_.empty() ? "{}" : std::move(held_.back());
    if (!held_.empty()) held_.pop_back();
    let_go(out);
    write(last, &usage, out);
    framing_.end(out);
}

void GeminiPassingWriter::append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) {
    held_.clear();
    write(gemini_cut(options_, meter, meter.facts().upstream_id, reason), nullptr, out);
}

void GeminiPassingWriter::append_cut_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    write("{}", &usage, out);
    framing_.end(out);
}

void GeminiPassingWriter::append_error(const Error& error, std::string& out) {
    framing_.open(out);
    out += options_.inbound->error_body(error, status_of(error));
    framing_.close(out);
    framing_.end(out);
}

void pass_gemini_answer(std::string_view body, const AnswerOptions& /*options*/, const ChargedUsage& usage,
                        std::string& out) {
    body.remove_prefix(std::min(body.find_first_of("{["), body.size()));
    if (is_object(body)) return append_response(body, &usage, {}, out);
    // Of a list the last has all that was used.
    std::vector<Json> responses;
    each_element(body, [&](Json response) { responses.push_back(response); });
    out += '[';
    for (std::size_t i = 0; i < responses.size(); ++i) {
        if (i > 0) out += ',';
        append_response(responses[i], i + 1 == responses.size() ? &usage : nullptr, {}, out);
    }
    out += ']';
}

}  // namespace tollgate
