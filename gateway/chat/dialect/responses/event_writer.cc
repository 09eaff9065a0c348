#include "gateway/chat/dialect/responses/event_writer.h"

#include "gateway/chat/dialect/responses/response_error.h"

namespace tollgate {

using Kind = AnswerEvent::Kind;

namespace {

std::string_view last_event(ResponseStatus status) {
    if (status == ResponseStatus::completed) return "response.completed";
    return status == ResponseStatus::failed ? "response.failed" : "response.incomplete";
}

bool breaks_off(FinishReason reason) {
    return reason == FinishReason::length || reason == FinishReason::content_filter || reason == FinishReason::error;
}

}  // namespace

void ResponsesEventWriter::begin(const AnswerOptions& options) {
    options_ = options;
    id_.clear();
    cut_.clear();
    sequence_ = 0;
    started_ = false;
    reason_ = FinishReason::none;
    output_.begin(options.generation, options.echo, kMostKeptBytes);
}

void ResponsesEventWriter::continue_after(Spelt id, std::int64_t events) {
    id_ = options_.inbound->labels_answers() || id.empty() ? options_.generation : id;
    sequence_ = events;
    started_ = true;
}

void ResponsesEventWriter::append_response_event(std::string_view type, const ResponseObject& response,
                                                 std::string& out) {
    EventFrame(type, sequence_, &out).written("response", [&](std::string& into) {
        append_response(response, options_, into);
    });
}

void ResponsesEventWriter::start(Spelt id, std::string& out) {
    if (started_) return;
    continue_after(id, 0);
    append_response_event("response.created", {.id = id_}, out);
    append_response_event("response.in_progress", {.id = id_}, out);
}

void ResponsesEventWriter::append(const AnswerEvent& event, std::string& out) {
    if (event.choice > 0) return;  // the API knows one
    start(event.kind == Kind::begin ? event.id : Spelt(), out);
    if (event.kind == Kind::finish) {
        reason_ = event.reason;  // more may follow
        return;
    }
    output_.append(event, sequence_, &out);
}

void ResponsesEventWriter::append_ping(std::string& out) {
    out += ": ping\n";  // a single newline: no event is dispatched by it
}

void ResponsesEventWriter::append_last(const ChargedUsage& usage, std::string& out) {
    const ResponseStatus status = status_of(reason_, output_.refused());
    const bool whole = reason_ == FinishReason::none ? status == ResponseStatus::completed : !breaks_off(reason_);
    output_.close(!whole, sequence_, &out);
    const std::string items = output_.items();
    append_response_event(last_event(status),
                          {.id = id_, .status = status, .output = items, .usage = &usage, .cut = cut_}, out);
}

void ResponsesEventWriter::append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) {
    start(meter.facts().upstream_id, out);
    append_last(usage, out);
}

void ResponsesEventWriter::append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) {
    start(meter.facts().upstream_id, out);
    cut_ = reason;
    reason_ = FinishReason::length;
    output_.close(true, sequence_, &out);
}

void ResponsesEventWriter::append_cut_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    append_last(usage, out);
}

void ResponsesEventWriter::append_error(const Error& error, std::string& out) {
    start({}, out);
    {
        EventFrame frame("error", sequence_, &out);
        append_error_members(error, frame);
    }
    const std::string object = response_error(error);
    append_response_event("response.failed", {.id = id_, .status = ResponseStatus::failed, .error = object}, out);
}

}  // namespace tollgate
