#include "gateway/chat/translation.h"

#include <utility>

#include "gateway/chat/canonical/tool_names.h"
#include "gateway/chat/dialect/provider_error.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostDepth = 128;  // of an event's JSON: bodies of requests may be as deep

}  // namespace

const UpstreamDialect& upstream_of(const AnswerOptions& options) {
    return options.upstream == nullptr ? chat_upstream() : *options.upstream;
}

bool needs_translation(const AnswerOptions& options) {
    return !options.inbound->speaks_chat() || options.upstream != nullptr;
}

Translation::Translation(const AnswerOptions& options)
    : options_(options), upstream_(upstream_of(options)), reader_(upstream_.event_reader()) {
    const ClientDialect& client = options.inbound->dialect();
    if (client.name() == upstream_.name()) {
        std::unique_ptr<PassingWriter> passing = client.passing_writer();
        passing_ = passing.get();
        writer_ = std::move(passing);
    } else {
        writer_ = client.event_writer();
    }
    writer_->begin(options);
    if (!options.binary_events) return;
    frames_ = std::make_unique<AwsEventStreamReader>();
    frames_->begin(options.max_event_bytes);
}

// It has no events that could pass.
void Translation::expect_whole() {
    whole_ = true;
    if (std::exchange(passing_, nullptr) == nullptr) return;
    writer_ = options_.inbound->dialect().event_writer();
    writer_->begin(options_);
}

void Translation::feed(std::string_view bytes, AnswerMeter& meter, std::string& out) {
    while (!meter.facts().invalid && !meter.facts().error_event) {
        switch (frames_->next(bytes)) {
            case AwsEventStreamReader::Step::more:
                return;
            case AwsEventStreamReader::Step::event:
                take(frames_->failed() ? "error" : frames_->name(), frames_->data(), meter, out);
                break;
            case AwsEventStreamReader::Step::too_large:
                return meter.note_too_large();
            case AwsEventStreamReader::Step::corrupt:
                return meter.note_invalid();
        }
    }
}

AnswerRead read_event(EventReader& reader, std::string_view name, std::string_view data, AnswerDelta& facts,
                      std::vector<AnswerEvent>& events) {
    if (data.starts_with(':')) return AnswerRead::ping;  // a comment that someone wrapped as data
    if (data == "[DONE]") {
        const AnswerRead read = reader.read(name, data, facts, events);
        return read == AnswerRead::invalid ? AnswerRead::ping : read;  // most dialects have no such end
    }
    if (!is_json(data, kMostDepth)) return AnswerRead::invalid;
    if (name == "error") return AnswerRead::error;
    return reader.read(name, data, facts, events);
}

void note_event(AnswerRead read, std::string_view data, const AnswerDelta& facts, AnswerMeter& meter) {
    switch (read) {
        case AnswerRead::event:
            return meter.add(facts);
        case AnswerRead::done:
            meter.add(facts);
            return meter.note_done();
        case AnswerRead::ping:
            return;
        case AnswerRead::error:
            return meter.note_error(read_provider_error(data));
        case AnswerRead::invalid:
            return meter.note_invalid();
    }
}

void Translation::take(std::string_view name, std::string_view data, AnswerMeter& meter, std::string& out) {
    if (meter.facts().done) return;
    AnswerDelta facts;
    events_.clear();
    AnswerRead read = AnswerRead::invalid;
    if (!whole_ && repeated_.read(name, data, facts, events_) && reader_->goes_on(events_.back())) {
        read = AnswerRead::event;
    } else if (!whole_) {
        facts = {};
        events_.clear();
        read = read_event(*reader_, name, data, facts, events_);
        repeated_.learn(name, data, facts, events_);
    } else if (is_json(data, kMostDepth)) {
        read = upstream_.read_answer(data, facts, events_);
        if (read == AnswerRead::event) read = AnswerRead::done;
    }
    note_event(read, data, facts, meter);
    if (read == AnswerRead::ping) return writer_->append_ping(out);
    if (read != AnswerRead::event && read != AnswerRead::done) return;
    if (passing_ != nullptr) return passing_->pass(name, data, facts, out);
    restore_tool_names(options_.echo, options_.inbound->dialect().name(), events_);
    for (const AnswerEvent& event : events_) writer_->append(event, out);
}

}  // namespace tollgate
