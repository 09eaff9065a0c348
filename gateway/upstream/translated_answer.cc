#include "gateway/upstream/translated_answer.h"

#include <utility>

#include "gateway/chat/canonical/tool_names.h"
#include "gateway/chat/dialect/gemini/embeddings.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/upstream/upstream_refusal.h"

namespace tollgate {

TranslatedAnswer::TranslatedAnswer(const AnswerOptions& options, const AnswerSource& source, std::size_t max_depth)
    : options_(options), source_(source), max_depth_(max_depth), upstream_(upstream_of(options)) {
    meter_.begin();
    sse_.begin(options.max_event_bytes);
}

Error TranslatedAnswer::invalid(std::string_view what) const {
    return {ErrorKind::upstream_invalid_response,
            "provider " + std::string(source_.provider) + " sent " + std::string(what)};
}

Error TranslatedAnswer::reported(std::optional<ProviderError> said) const {
    static const Credential kNone;
    return judge_reported(std::move(said), source_.provider,
                          source_.credential == nullptr ? kNone : *source_.credential);
}

bool TranslatedAnswer::write_vectors(const ChargedUsage& usage, std::string& out) const {
    const VectorFormat format = options_.base64_vectors ? VectorFormat::base64 : VectorFormat::numbers;
    return write_embeddings_answer(body_, options_.model, format, usage, out);
}

// Vectors are written once to see that they can be: what follows is the settlement.
AnswerRead TranslatedAnswer::read_body(AnswerDelta& facts) {
    if (!options_.embeddings) return upstream_.read_answer(body_, facts, events_);
    const AnswerRead read = read_gemini_embeddings(body_, facts);
    std::string trial;
    return read == AnswerRead::event && !write_vectors({}, trial) ? AnswerRead::invalid : read;
}

Error TranslatedAnswer::read(std::string_view body) {
    body_ = body;
    if (!is_json(body, max_depth_)) return invalid("a body that is not a JSON object");
    AnswerDelta facts;
    switch (read_body(facts)) {
        case AnswerRead::error:
            return reported(read_provider_error(body));
        case AnswerRead::invalid:
        case AnswerRead::ping:
            return read_provider_error(body) ? reported(read_provider_error(body)) : invalid("JSON without an answer");
        case AnswerRead::event:
        case AnswerRead::done:
            break;
    }
    restore_tool_names(options_.echo, options_.inbound->dialect().name(), events_);
    meter_.add(facts);
    meter_.note_done();
    added_ = std::move(facts.kept);
    return {};
}

bool TranslatedAnswer::take(std::string_view part) {
    if (!reader_) reader_ = upstream_.event_reader();
    while (!facts().invalid && !facts().error_event && !facts().done) {
        const SseReader::Step step = sse_.next(part);
        if (step == SseReader::Step::more) return true;
        if (step == SseReader::Step::too_large) meter_.note_too_large();
        if (step != SseReader::Step::event) continue;
        AnswerDelta delta;
        events_.clear();
        const AnswerRead read = read_event(*reader_, sse_.name(), sse_.data(), delta, events_);
        note_event(read, sse_.data(), delta, meter_);
        restore_tool_names(options_.echo, options_.inbound->dialect().name(), events_);
        for (const AnswerEvent& event : events_) kept_.add(event);
    }
    return false;
}

Error TranslatedAnswer::finish() {
    if (facts().error_event) return reported(facts().error);
    if (facts().invalid) return invalid("an event that is not JSON, not of its API, or too large");
    if (!facts().done && facts().finish_reason.empty()) {
        return {ErrorKind::upstream_incomplete,
                "provider " + std::string(source_.provider) + " ended the stream before the answer was complete"};
    }
    events_.assign(kept_.events().begin(), kept_.events().end());
    return {};
}

void TranslatedAnswer::write(const ChargedUsage& usage, std::string& out) const {
    const ClientDialect& client = options_.inbound->dialect();
    if (options_.embeddings) {
        (void)write_vectors(usage, out);
    } else if (client.name() == upstream_.name() && !body_.empty()) {
        client.pass_answer(body_, options_, usage, out);
    } else {
        client.write_answer(events_, options_, usage, out);
    }
}

}  // namespace tollgate
