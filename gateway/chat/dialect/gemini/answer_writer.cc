#include "gateway/chat/dialect/gemini/answer_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/dialect/gemini/answer_parts.h"
#include "gateway/chat/dialect/gemini/finish_reason.h"
#include "gateway/chat/dialect/gemini/usage_metadata.h"
#include "gateway/chat/model_call.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

// One choice's content, put together from its events.
class Candidate {
  public:
    void add(const AnswerEvent& event);
    void append(std::uint32_t index, std::string& out);

  private:
    void separate() {
        if (!parts_.empty()) parts_ += ',';
    }
    void add_text(const AnswerEvent& event, bool thought);
    void end_text();
    void end_signature();

    std::string parts_;  // whole ones
    std::string text_;   // of the one that is put together
    bool has_text_ = false, thought_ = false;
    std::uint32_t part_ = 0;
    std::string thought_signature_;  // of it, if it is a thought
    std::string signature_;          // of the part that follows
    std::vector<GeminiCall> calls_;  // stand last
    std::vector<std::string> citations_;
    FinishReason finish_ = FinishReason::none;
};

void Candidate::add_text(const AnswerEvent& event, bool thought) {
    if (!has_text_ || thought != thought_ || event.part != part_) end_text();
    if (thought && !has_text_) end_signature();  // it is of what stands before the thought
    has_text_ = true;
    thought_ = thought;
    part_ = event.part;
    if (event.kind == Kind::signature) {
        thought_signature_ = gemini_signature(event);
    } else {
        text_ += event.text;
    }
}

void Candidate::end_text() {
    if (!has_text_) return;
    separate();
    append_gemini_text(text_, thought_, thought_ ? thought_signature_ : signature_, parts_);
    (thought_ ? thought_signature_ : signature_).clear();
    text_.clear();
    has_text_ = false;
}

// One that no part follows.
void Candidate::end_signature() {
    if (signature_.empty()) return;
    separate();
    append_gemini_text({}, false, std::exchange(signature_, {}), parts_);
}

void Candidate::add(const AnswerEvent& event) {
    switch (event.kind) {
        case Kind::begin:
            break;
        case Kind::text:
        case Kind::refusal:
            add_text(event, false);
            break;
        case Kind::reasoning:
        case Kind::signature:
            add_text(event, true);
            break;
        case Kind::sealed_reasoning:
            end_text();
            end_signature();
            signature_ = gemini_signature(event);
            break;
        case Kind::call:
            end_text();
            calls_.push_back({.number = event.call,
                              .id = std::string(event.id),
                              .name = std::string(event.name),
                              .signature = std::exchange(signature_, {})});
            break;
        case Kind::arguments: {
            const auto call = std::ranges::find(calls_, event.call, &GeminiCall::number);
            if (call != calls_.end()) call->add(event);
            break;
        }
        case Kind::image:
            end_text();
            separate();
            append_gemini_image(event, std::exchange(signature_, {}), parts_);
            break;
        case Kind::citation:
            if (!cited_page(event.value).empty()) citations_.emplace_back(event.value);
            break;
        case Kind::finish:
            finish_ = event.reason;
            break;
    }
}

void Candidate::append(std::uint32_t index, std::string& out) {
    end_text();
    end_signature();
    for (const GeminiCall& call : calls_) {
        separate();
        append_gemini_call(call, parts_);
    }
    (out += R"({"content":{"parts":[)") += parts_;
    out += R"(],"role":"model"})";
    if (finish_ != FinishReason::none) ((out += ",\"finishReason\":\"") += gemini_finish(finish_)) += '"';
    out += ",\"index\":";
    append_number(out, index);
    append_gemini_citations(citations_, out);
    out += '}';
}

}  // namespace

void write_gemini_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                         std::string& out) {
    std::vector<Candidate> candidates(1);
    Spelt id;
    for (const AnswerEvent& event : events) {
        const std::size_t choice = std::min<std::size_t>(event.choice, kMostChoices - 1);
        if (choice >= candidates.size()) candidates.resize(choice + 1);
        candidates[choice].add(event);
        if (event.kind == Kind::begin) id = event.id;
    }
    out += "{\"candidates\":[";
    for (std::uint32_t i = 0; i < candidates.size(); ++i) {
        if (i > 0) out += ',';
        candidates[i].append(i, out);
    }
    out += "],\"usageMetadata\":";
    append_usage_metadata(usage, out);
    append_gemini_labels(options, id, out);
    out += '}';
}

}  // namespace tollgate
