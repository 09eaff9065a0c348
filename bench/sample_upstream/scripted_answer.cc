#include "bench/sample_upstream/scripted_answer.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace sample {
namespace {

constexpr std::uint32_t kSlowBodyPieces = 16;
constexpr std::string_view kGzipField = "Content-Encoding: gzip";

}  // namespace

wire::Awaitable<Outcome> ScriptedAnswer::send(Endpoint endpoint, const ModelRequest& request, const Script& script) {
    script_ = script;
    generated_ = 0;
    thought_ = 0;
    streams_ = request.stream != script_.other_shape && endpoint != Endpoint::embeddings;
    if (script_.gzip) script_.framing = Framing::length;
    response_.line_end = script_.bare_lf ? "\n" : "\r\n";
    answer_.begin(endpoint, request, script_, response_.id, ::time(nullptr));
    if (script_.close) response_.keep_alive = false;
    const bool timed =
        streams_ || script_.ttft_ms > 0 || script_.slow_body_ms > 0 || script_.stall_head || script_.stall_at != kUnset;
    if (timed) channel_.start_watch();
    const auto outcome = co_await send_as_scripted(endpoint, request);
    if (timed) channel_.stop_watch();
    co_return outcome;
}

wire::Awaitable<Outcome> ScriptedAnswer::send_as_scripted(Endpoint endpoint, const ModelRequest& request) {
    if (script_.stall_head) {
        co_await stall();
        co_return bill_left(0);
    }
    if (!script_.early_head || !streams_) {
        const bool stayed = co_await think();
        if (!stayed) co_return bill_left(0);
    }
    if (script_.reset_head) co_return Outcome::reset;
    if (script_.close_head) co_return Outcome::cut;
    if (script_.garbage == Garbage::head) {
        co_await channel_.send("SSH-2.0-sample this is not HTTP\r\n\r\n");
        co_return Outcome::cut;
    }
    if (script_.status != 200 || script_.error_body) co_return co_await answer_error();
    if (streams_) co_return co_await answer_stream();
    co_return co_await answer_plain(endpoint, request);
}

wire::Awaitable<Outcome> ScriptedAnswer::answer_error() {
    response_.body.clear();
    append_error_body(response_.body, script_.error_shape, script_.status,
                      "the sample upstream was told to answer this", error_type(script_.status),
                      script_.status == 429 ? "rate_limit_exceeded" : "sample_error");
    std::string fields;
    if (script_.retry_after != kUnset) {
        fields = "Retry-After: " + std::to_string(script_.retry_after);
        fields += response_.line_end;
    }
    if (script_.gzip) {
        fields += kGzipField;
        fields += response_.line_end;
        response_.body = gzip(response_.body);
    }
    co_return co_await response_.send_body(
        script_.status, media_type(script_.content_type, error_media_type(script_.error_shape)), fields);
}

// What precedes the first token is made evenly in the time before it: the reasoning of a stream, all of a plain answer.
wire::Awaitable<bool> ScriptedAnswer::think() {
    const std::uint32_t all = streams_ ? answer_.reasoning_tokens() : answer_.completion_tokens();
    const auto began = wire::Clock::now();
    const bool stayed = co_await channel_.pause_ms(script_.ttft_ms);
    const auto gone = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - began).count();
    const auto part = std::min<std::int64_t>(gone, script_.ttft_ms);
    thought_ = stayed ? answer_.reasoning_tokens()
                      : static_cast<std::uint32_t>(std::int64_t{all} * part / std::max(script_.ttft_ms, 1U));
    co_return stayed;
}

// Counts what was generated and what this provider would charge for it.
void ScriptedAnswer::bill(std::uint32_t generated, bool complete) {
    auto all = answer_.completion_tokens();
    generated = complete ? all : std::min(generated + thought_, all);
    auto& stats = worker_.stats;
    stats.add(Counter::prompt_tokens, answer_.prompt_tokens());
    stats.add(Counter::completion_tokens, generated);
    stats.add(Counter::billed_prompt_tokens, answer_.prompt_tokens());
    stats.add(Counter::billed_completion_tokens, script_.abort_stops_billing ? generated : all);
    worker_.shared.bills.record({.id = response_.id,
                                 .prompt_tokens = answer_.prompt_tokens(),
                                 .generated_tokens = generated,
                                 .billed_tokens = script_.abort_stops_billing ? generated : all,
                                 .complete = complete});
}

wire::Awaitable<Outcome> ScriptedAnswer::answer_plain(Endpoint endpoint, const ModelRequest& request) {
    response_.output.clear();
    response_.body.clear();
    if (script_.garbage == Garbage::json) {
        response_.body = R"({"id":"chatcmpl-sample", this is not JSON)";
    } else if (endpoint == Endpoint::embeddings) {
        append_embeddings(response_.body, request, answer_.prompt_tokens());
    } else {
        answer_.append_body(response_.body);
    }
    if (endpoint == Endpoint::embeddings) {
        worker_.stats.add(Counter::prompt_tokens, answer_.prompt_tokens());
        worker_.stats.add(Counter::billed_prompt_tokens, answer_.prompt_tokens());
        worker_.shared.bills.record({.id = response_.id, .prompt_tokens = answer_.prompt_tokens(), .complete = true});
    } else {
        // A plain answer is generated whole before its first byte.
        bill(answer_.completion_tokens(), true);
    }
    if (script_.gzip) response_.body = gzip(response_.body);
    append_plain_head();
    co_return co_await send_plain_body();
}

void ScriptedAnswer::append_head(std::string_view right_type) {
    response_.append_head(200, media_type(script_.content_type, right_type));
    if (!script_.gzip) return;
    response_.output += kGzipField;
    response_.output += response_.line_end;
}

void ScriptedAnswer::append_plain_head() {
    if (script_.framing == Framing::close) response_.keep_alive = false;
    append_head("application/json");
    if (script_.garbage == Garbage::chunk) {
        response_.output += "Transfer-Encoding: chunked\r\n\r\nzz\r\n";
    } else if (script_.framing == Framing::close) {
        response_.output += response_.line_end;
    } else {
        response_.append_length(response_.body.size());
    }
}

wire::Awaitable<Outcome> ScriptedAnswer::send_plain_body() {
    std::string_view body = response_.body;
    auto fault = std::min({script_.reset_at, script_.close_at, script_.stall_at});
    if (fault != kUnset) {
        response_.output += body.substr(0, std::min<std::size_t>(fault, body.size() - 1));
        if (!co_await channel_.send(response_.output)) co_return Outcome::left;
        co_return co_await fault_now(fault);
    }
    if (script_.slow_body_ms == 0 && script_.split == 0) {
        response_.output += body;
        if (!co_await channel_.send(response_.output)) co_return Outcome::left;
        co_return script_.garbage == Garbage::chunk ? Outcome::cut : Outcome::done;
    }
    if (!co_await channel_.send(response_.output)) co_return Outcome::left;
    auto piece = script_.split > 0 ? script_.split : body.size() / kSlowBodyPieces + 1;
    auto pause = script_.split > 0 ? script_.split_ms : script_.slow_body_ms / kSlowBodyPieces;
    while (!body.empty()) {
        if (!co_await channel_.pause_ms(pause)) co_return Outcome::left;
        if (!co_await channel_.send(body.substr(0, piece))) co_return Outcome::left;
        body.remove_prefix(std::min<std::size_t>(piece, body.size()));
    }
    co_return Outcome::done;
}

wire::Awaitable<Outcome> ScriptedAnswer::stall() {
    co_await channel_.wait_until_gone();
    co_return Outcome::left;
}

wire::Awaitable<Outcome> ScriptedAnswer::fault_now(std::uint32_t at) {
    if (script_.reset_at == at) co_return Outcome::reset;
    if (script_.close_at == at) co_return Outcome::cut;
    co_return co_await stall();
}

wire::Awaitable<Outcome> ScriptedAnswer::answer_stream() {
    response_.body.clear();
    response_.output.clear();
    if (script_.framing == Framing::close) response_.keep_alive = false;
    append_head("text/event-stream; charset=utf-8");
    response_.output += "Cache-Control: no-cache";
    response_.output += response_.line_end;
    if (script_.framing == Framing::chunked) {
        response_.output += "Transfer-Encoding: chunked";
        response_.output += response_.line_end;
    }
    if (script_.framing != Framing::length) response_.output += response_.line_end;
    if (script_.early_head) {
        if (!co_await channel_.send(response_.output)) co_return Outcome::left;
        response_.output.clear();
        const bool stayed = co_await think();
        if (!stayed) co_return bill_left(0);
    }
    generated_ = 0;
    auto outcome = co_await stream_events();
    bill(generated_, outcome == Outcome::done && script_.error_at == kUnset);
    co_return outcome;
}

Outcome ScriptedAnswer::bill_left(std::uint32_t generated) {
    bill(generated, false);
    return Outcome::left;
}

wire::Awaitable<Outcome> ScriptedAnswer::stream_events() {
    auto pieces = answer_.pieces();
    auto fault = std::min({script_.reset_at, script_.close_at, script_.stall_at});
    auto fault_at = fault == kUnset ? kUnset : std::min(fault, pieces);
    auto error_at = script_.error_at == kUnset ? kUnset : std::min(script_.error_at, pieces);
    auto next = wire::Clock::now();
    answer_.append_start(response_.body);
    if (!response_.body.empty() && !co_await flush(false)) co_return Outcome::left;
    for (std::uint32_t i = 0; i <= pieces; ++i) {
        if (i == fault_at || i == error_at || (i == 0 && script_.garbage != Garbage::none)) {
            co_return co_await stream_fault(i == fault_at ? fault : kUnset);
        }
        if (i == pieces) break;
        // The pace is kept against the clock, so that a slow write does not stretch the stream.
        next += std::chrono::milliseconds(script_.token_ms);
        if (script_.token_ms > 0 && !co_await channel_.wait_until(next)) co_return Outcome::left;
        answer_.append_piece(response_.body, i);
        generated_ = i + 1;
        if ((i + 1) % script_.events_per_write == 0 && !co_await flush(false)) co_return Outcome::left;
    }
    answer_.append_end(response_.body);
    co_return co_await flush(true) ? Outcome::done : Outcome::left;
}

wire::Awaitable<Outcome> ScriptedAnswer::stream_fault(std::uint32_t fault) {
    if (script_.garbage == Garbage::chunk) {
        response_.output += "zz\r\nthis is no chunk\r\n";
        co_await channel_.send(response_.output);
        co_return Outcome::cut;
    }
    if (fault != kUnset) {
        if (!co_await flush(false, true)) co_return Outcome::left;
        co_return co_await fault_now(fault);
    }
    if (script_.garbage == Garbage::json) {
        answer_.append_garbage_event(response_.body);
    } else {
        answer_.append_error_event(response_.body);
    }
    co_return co_await flush(true) ? Outcome::done : Outcome::left;
}

// Writes the events gathered in response_.body, with the head where that is still due. `force` overrides coalescing.
wire::Awaitable<bool> ScriptedAnswer::flush(bool last, bool force) {
    if (!last && !force && (script_.coalesce || script_.framing == Framing::length)) co_return !channel_.gone();
    if (script_.gzip) response_.body = gzip(response_.body);
    if (script_.framing == Framing::length) response_.append_length(response_.body.size() + (force ? 1 : 0));
    if (script_.split > 0) co_return co_await flush_split(last);
    append_chunk(response_.body);
    if (last && script_.framing == Framing::chunked) response_.output += "0\r\n\r\n";
    bool sent = co_await channel_.send(response_.output);
    response_.output.clear();
    response_.body.clear();
    co_return sent;
}

wire::Awaitable<bool> ScriptedAnswer::flush_split(bool last) {
    std::string_view events = response_.body;
    while (!events.empty()) {
        append_chunk(events.substr(0, script_.split));
        events.remove_prefix(std::min<std::size_t>(script_.split, events.size()));
        if (last && events.empty() && script_.framing == Framing::chunked) response_.output += "0\r\n\r\n";
        if (!co_await channel_.send(response_.output)) co_return false;
        response_.output.clear();
        if (!co_await channel_.pause_ms(script_.split_ms)) co_return false;
    }
    response_.body.clear();
    co_return true;
}

void ScriptedAnswer::append_chunk(std::string_view bytes) {
    if (bytes.empty()) return;
    if (script_.framing != Framing::chunked) {
        response_.output += bytes;
        return;
    }
    char size[24];
    auto length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    response_.output.append(size, static_cast<std::size_t>(length));
    response_.output += bytes;
    response_.output += "\r\n";
}

}  // namespace sample
