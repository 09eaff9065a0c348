#include "gateway/chat/answer_stream.h"

#include "gateway/chat/dialect/openai_chunk.h"

namespace tollgate {

void AnswerStream::begin(const Options& options) {
    reader_.begin(options.max_event_bytes);
    meter_.begin(options.choices);
    writer_.begin(options);
    max_event_bytes_ = options.max_event_bytes;
}

void AnswerStream::feed(std::string_view bytes, std::string& out) {
    while (!meter_.facts().invalid) {
        switch (reader_.next(bytes)) {
            case SseReader::Step::more:
                return;
            case SseReader::Step::event:
                take_event(reader_.data(), out);
                break;
            case SseReader::Step::comment:
                writer_.append_ping(out);
                break;
            case SseReader::Step::too_large:
                meter_.note_invalid();
                break;
        }
    }
}

void AnswerStream::take_event(std::string_view data, std::string& out) {
    while (data.ends_with(' ')) data.remove_suffix(1);  // Anthropic pads its JSON
    if (data.empty()) return;
    // After the end only a late usage is of interest.
    if (meter_.facts().done && data.find("\"usage\"") == std::string_view::npos) return;
    const OpenAiChunk chunk = read_openai_chunk(data);
    switch (chunk.kind) {
        case OpenAiChunk::Kind::done:
            meter_.note_done();
            return;
        case OpenAiChunk::Kind::comment:
            writer_.append_ping(out);
            return;
        case OpenAiChunk::Kind::invalid:
            meter_.add(chunk.delta);
            meter_.note_invalid();
            return;
        case OpenAiChunk::Kind::chunk:
            meter_.add(chunk.delta);
            if (chunk.delta.error) return;  // the error event is written at the end, in the client's dialect
            writer_.append(data, chunk, meter_.all_finished(), out);
            if (writer_.held_bytes() > max_event_bytes_) meter_.note_invalid();
    }
}

}  // namespace tollgate
