#include "gateway/chat/dialect/gemini/event_writer.h"

#include <algorithm>
#include <utility>

#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/dialect/gemini/finish_reason.h"
#include "gateway/chat/dialect/gemini/usage_metadata.h"
#include "gateway/chat/model_call.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

using Kind = AnswerEvent::Kind;

void GeminiFraming::open(std::string& out) {
    if (as_list_) {
        out += begun_ ? ",\n" : "[";
    } else {
        out += "data: ";
    }
    begun_ = true;
}

void GeminiFraming::close(std::string& out) { out += as_list_ ? "" : "\n\n"; }

void GeminiFraming::end(std::string& out) {
    if (as_list_) out += begun_ ? "]" : "[]";
}

void GeminiEventWriter::begin(const AnswerOptions& options) {
    options_ = options;
    framing_.begin(options.as_list);
    id_.clear();
    choices_.clear();
}

GeminiEventWriter::Choice& GeminiEventWriter::choice_of(const AnswerEvent& event) {
    const std::size_t choice = std::min<std::size_t>(event.choice, kMostChoices - 1);
    if (choice >= choices_.size()) choices_.resize(choice + 1);
    return choices_[choice];
}

void GeminiEventWriter::begin_part(std::string& out) {
    framing_.open(out);
    out += R"({"candidates":[{"content":{"parts":[)";
}

void GeminiEventWriter::end_part(std::uint32_t choice, std::string& out) {
    out += R"(],"role":"model"},"index":)";
    append_number(out, choice);
    out += "}]";
    append_gemini_labels(options_, id_, out);
    out += '}';
    framing_.close(out);
}

void GeminiEventWriter::text(const AnswerEvent& event, bool thought, std::string& out) {
    std::string& signature = choice_of(event).signature;
    if (thought) flush_signature(event.choice, out);  // it is of what stands before the thought
    begin_part(out);
    append_gemini_text(event.text, thought, thought ? Spelt() : Spelt(signature), out);
    end_part(event.choice, out);
    if (!thought) signature.clear();
}

// One that no part follows.
void GeminiEventWriter::flush_signature(std::uint32_t choice, std::string& out) {
    std::string& signature = choices_[choice].signature;
    if (signature.empty()) return;
    begin_part(out);
    append_gemini_text({}, false, signature, out);
    end_part(choice, out);
    signature.clear();
}

void GeminiEventWriter::flush_calls(std::uint32_t choice, std::string& out) {
    std::vector<GeminiCall>& calls = choices_[choice].calls;
    if (calls.empty()) return;
    begin_part(out);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i > 0) out += ',';
        append_gemini_call(calls[i], out);
    }
    end_part(choice, out);
    calls.clear();
}

void GeminiEventWriter::append(const AnswerEvent& event, std::string& out) {
    Choice& choice = choice_of(event);
    switch (event.kind) {
        case Kind::begin:
            id_ = event.id;
            break;
        case Kind::text:
        case Kind::refusal:
            text(event, false, out);
            break;
        case Kind::reasoning:
            text(event, true, out);
            break;
        case Kind::signature:
            begin_part(out);
            append_gemini_text({}, true, gemini_signature(event), out);
            end_part(event.choice, out);
            break;
        case Kind::sealed_reasoning:
            flush_signature(event.choice, out);
            choice.signature = gemini_signature(event);
            break;
        case Kind::call:
            choice.calls.push_back({.number = event.call,
                                    .id = std::string(event.id),
                                    .name = std::string(event.name),
                                    .signature = std::exchange(choice.signature, {})});
            break;
        case Kind::arguments: {
            const auto call = std::ranges::find(choice.calls, event.call, &GeminiCall::number);
            if (call != choice.calls.end()) call->add(event);
            break;
        }
        case Kind::image:
            begin_part(out);
            append_gemini_image(event, choice.signature, out);
            end_part(event.choice, out);
            choice.signature.clear();
            break;
        case Kind::citation:
            if (choice.citations.size() < kMostCitations && !cited_page(event.value).empty()) {
                choice.citations.emplace_back(event.value);
            }
            break;
        case Kind::finish:
            choice.finish = event.reason;  // more may follow
            break;
    }
}

// The last response: why each choice ended, and the usage.
void GeminiEventWriter::append_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    for (std::uint32_t choice = 0; choice < choices_.size(); ++choice) {
        flush_calls(choice, out);
        flush_signature(choice, out);
    }
    framing_.open(out);
    out += "{\"candidates\":[";
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        const Choice& choice = choices_[i];
        if (choice.finish == FinishReason::none) continue;
        if (out.back() == '}') out += ',';
        out += R"({"content":{"parts":[{"text":""}],"role":"model"},"finishReason":")";
        (out += gemini_finish(choice.finish)) += "\",\"index\":";
        append_number(out, static_cast<std::int64_t>(i));
        append_gemini_citations(choice.citations, out);
        out += '}';
    }
    out += "],";
    append_usage(usage, out);
    framing_.end(out);
}

void GeminiEventWriter::append_usage(const ChargedUsage& usage, std::string& out) {
    out += "\"usageMetadata\":";
    append_usage_metadata(usage, out);
    append_gemini_labels(options_, id_, out);
    out += '}';
    framing_.close(out);
}

std::string gemini_cut(const AnswerOptions& options, const AnswerMeter& meter, Spelt id, std::string_view reason) {
    std::string out = "{\"candidates\":[";
    for (std::size_t choice = 0; choice < static_cast<std::size_t>(options.choices); ++choice) {
        if (meter.is_finished(choice)) continue;  // it has its reason
        if (out.back() == '}') out += ',';
        out += R"({"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"MAX_TOKENS","index":)";
        append_number(out, static_cast<std::int64_t>(choice));
        out += '}';
    }
    out += ']';
    append_gemini_labels(options, id, out);
    ((out += ",\"tollgate\":{\"cut\":\"") += reason) += "\"}}";
    return out;
}

void GeminiEventWriter::append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) {
    framing_.open(out);
    out += gemini_cut(options_, meter, id_, reason);
    framing_.close(out);
}

void GeminiEventWriter::append_cut_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    framing_.open(out);
    out += '{';
    append_usage(usage, out);
    framing_.end(out);
}

void GeminiEventWriter::append_error(const Error& error, std::string& out) {
    framing_.open(out);
    out += options_.inbound->error_body(error, status_of(error));
    framing_.close(out);
    framing_.end(out);
}

}  // namespace tollgate
