#include "gateway/upstream/response_head.h"

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "gateway/routing/rate_figures.h"
#include "gateway/wire/websocket_handshake.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::string_view kContentEncoding = "content-encoding";

// Several fields are one list: RFC 9110 5.3.
void take_codings(const wire::ResponseHead& head, UpstreamAnswer& answer) {
    for (const wire::HeaderField& field : std::span(head.fields).first(head.field_count)) {
        if (wire::equals_ignoring_case(field.name, kContentEncoding)) answer.codings.add(field.value);
    }
}

constexpr int kSwitchingProtocols = 101;

// Neither an extension nor a subprotocol was offered.
bool has_switched(const wire::ResponseHead& head, const std::string* key) {
    return key != nullptr && wire::equals_ignoring_case(head.field("upgrade"), "websocket") &&
           head.field("sec-websocket-extensions").empty() && head.field("sec-websocket-protocol").empty() &&
           head.field("sec-websocket-accept") == wire::websocket_accept(*key);
}

AnswerFields& fields_of(UpstreamAnswer& answer) {
    if (answer.fields == nullptr) answer.fields = std::make_unique<AnswerFields>();
    return *answer.fields;
}

void take_head(const wire::ResponseHead& head, UpstreamAnswer& answer) {
    answer.status = head.status;
    answer.framing = head.framing;
    answer.content_length = head.content_length;
    answer.keep_alive = head.keep_alive;
    const std::string_view type = head.field("content-type");
    const auto is_of = [type](std::string_view kind) {
        return type.size() >= kind.size() && wire::equals_ignoring_case(type.substr(0, kind.size()), kind);
    };
    answer.event_stream = is_of("text/event-stream");
    answer.binary_events = is_of("application/vnd.amazon.eventstream");
    if (!head.field(kContentEncoding).empty()) take_codings(head, answer);
    if (head.status < 400) return;
    for (const std::string_view name : {"retry-after", "retry-after-ms", "x-should-retry"}) {
        const std::string_view value = head.field(name);
        if (value.empty()) continue;
        fields_of(answer).retry_headers += std::string(name) + ": " + std::string(value) + "\r\n";
    }
}

// Only where there is another key to ask with is it looked at.
void note_rate_figures(const Worker& worker, const Attempt& attempt, const wire::ResponseHead& head) {
    if (!attempt.key.was_chosen()) return;
    const std::int64_t now_ms = wire::monotonic_ms(worker.tick_time());
    attempt.endpoint->key_allowances[attempt.key.place]->note(read_rate_figures(head, wire::unix_ms_now()), now_ms);
}

// A head that can no longer become one is refused at once, not waited for. `judged`: bytes that were looked at before.
wire::HeadRefusal refuse_unfinished(std::string_view head, std::size_t judged, std::size_t most_bytes) {
    constexpr std::string_view kBeginning = "HTTP/1.";
    if (!head.starts_with(kBeginning.substr(0, head.size()))) return {400, "it does not begin with a version of HTTP"};
    if (head.size() >= most_bytes) return {431, "its head is too large"};
    return wire::judge_incomplete_head(head, judged);
}

}  // namespace

void take_heads(Worker& worker, std::size_t received, Attempt& attempt, ApiType api, UpstreamAnswer& answer,
                HeadReader& reader) {
    wire::Buffer& in = answer.connection->in;
    const auto& limits = worker.config().limits;
    wire::ResponseHead& head = worker.response_head;
    in.produced(received);
    reader.answered = true;
    while (reader.step == HeadStep::more) {
        const std::size_t judged = std::exchange(reader.searched, in.size());
        const std::size_t end = wire::find_head_end(in.view(), judged);
        const auto refusal =
            end == 0 ? refuse_unfinished(in.view(), judged, limits.max_head_bytes)
                     : wire::parse_response_head(in.view().substr(0, end), limits.max_head_fields, false, head);
        if (refusal.status == 0 && end == 0) return;
        if (refusal.status != 0) {
            reader.error = {ErrorKind::upstream_invalid_response,
                            "provider " + answer.pool->provider().name +
                                " answered with something that is not HTTP: " + std::string(refusal.reason)};
            reader.step = HeadStep::refused;
        } else if (head.status >= 200 || (head.status == kSwitchingProtocols && api == ApiType::realtime)) {
            take_head(head, answer);
            if (head.status == kSwitchingProtocols) answer.websocket = has_switched(head, attempt.websocket_key.get());
            note_rate_figures(worker, attempt, head);
            if (passes_through(api)) fields_of(answer).content_type = head.field("content-type");
            reader.step = HeadStep::done;
        }
        in.consume(end);
        reader.searched = 0;
    }
    attempt.upstream_answered = wire::Clock::now();
    if (reader.step != HeadStep::done) return;
    attempt.upstream_status = answer.status;
    attempt.binary_events = answer.binary_events;
}

}  // namespace tollgate
