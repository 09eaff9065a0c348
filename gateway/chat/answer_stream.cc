#include "gateway/chat/answer_stream.h"

#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/chat/dialect/provider_error.h"

namespace tollgate {

void AnswerStream::begin(const Options& options) {
    reader_.begin(options.max_event_bytes);
    repeated_.forget();
    meter_.begin();
    calls_ = nullptr;
    writer_.begin(options);
    translation_ = needs_translation(options) ? std::make_unique<Translation>(options) : nullptr;
}

void AnswerStream::take_comment(std::string& out) {
    translation_ ? translation_->writer().append_ping(out) : OpenAiWriter::append_ping(out);
}

void AnswerStream::feed(std::string_view bytes, std::string& out) {
    if (translation_ && translation_->binary()) return translation_->feed(bytes, meter_, out);
    while (!meter_.facts().invalid) {
        switch (reader_.next(bytes)) {
            case SseReader::Step::more:
                return;
            case SseReader::Step::event:
                take_event(reader_.data(), out);
                break;
            case SseReader::Step::comment:
                take_comment(out);
                break;
            case SseReader::Step::too_large:
                meter_.note_too_large();
                break;
        }
    }
}

// Only events with calls, and the ends of choices behind them, are looked at once more.
bool AnswerStream::mend_calls(std::string_view& data, OpenAiChunk& chunk) {
    const bool ends = calls_ != nullptr && chunk.delta.finish_reasons > 0;
    if (chunk.kind != OpenAiChunk::Kind::chunk || chunk.delta.error || !(chunk.calls || ends)) return false;
    if (calls_ == nullptr) calls_ = std::make_unique<PassedCalls>();
    if (!calls_->mend(data, mended_)) return false;
    data = mended_;
    chunk = read_openai_chunk(data);
    return true;
}

void AnswerStream::take_event(std::string_view data, std::string& out) {
    data = event_payload(data);
    if (data.empty()) return;
    if (translation_) return translation_->take(reader_.name(), data, meter_, out);
    // After the end only a late usage is of interest.
    if (meter_.facts().done && data.find("\"usage\"") == std::string_view::npos) return;
    const bool named_error = reader_.name() == "error";
    OpenAiChunk chunk;
    if (named_error || !repeated_.read(data, chunk)) {
        chunk = read_openai_chunk(data);
        const bool mended = mend_calls(data, chunk);
        if (mended) {
            repeated_.forget();
        } else {
            repeated_.learn(data, chunk);
        }
    }
    if (named_error && chunk.kind != OpenAiChunk::Kind::done) return meter_.note_error(read_provider_error(data));
    switch (chunk.kind) {
        case OpenAiChunk::Kind::done:
            meter_.note_done();
            return;
        case OpenAiChunk::Kind::comment:
            writer_.append_ping(out);
            return;
        case OpenAiChunk::Kind::invalid:
            meter_.note_invalid();
            return;
        case OpenAiChunk::Kind::chunk:
            meter_.add(chunk.delta);
            // The error event is written at the end, in the client's dialect.
            if (chunk.delta.error) return meter_.note_error(read_provider_error(data));
            writer_.append(data, chunk, out);
    }
}

}  // namespace tollgate
