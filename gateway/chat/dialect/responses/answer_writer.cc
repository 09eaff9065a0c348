#include "gateway/chat/dialect/responses/answer_writer.h"

#include "gateway/chat/dialect/responses/output.h"
#include "gateway/chat/dialect/responses/response_object.h"

namespace tollgate {

void write_responses_answer(std::span<const AnswerEvent> events, const AnswerOptions& options,
                            const ChargedUsage& usage, std::string& out) {
    ResponseOutput output;
    output.begin(options.generation, options.echo, SIZE_MAX);
    std::string_view id = options.generation;
    FinishReason reason = FinishReason::stop;
    std::int64_t sequence = 0;
    for (const AnswerEvent& event : events) {
        if (event.choice > 0) continue;  // the API knows one
        const bool own_id = event.kind == AnswerEvent::Kind::begin && !event.id.empty();
        if (own_id && !options.inbound->labels_answers()) id = event.id;
        if (event.kind == AnswerEvent::Kind::finish) reason = event.reason;
        output.append(event, sequence, nullptr);
    }
    const ResponseStatus status = status_of(reason, output.refused());
    output.close(status != ResponseStatus::completed, sequence, nullptr);
    const std::string items = output.items();
    append_response({.id = id, .status = status, .output = items, .usage = &usage}, options, out);
}

}  // namespace tollgate
