#include "bench/sample_upstream/connection.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>

#include "bench/sample_upstream/answer.h"
#include "bench/sample_upstream/channel.h"
#include "bench/sample_upstream/http_request.h"

namespace sample {
namespace {

namespace asio = net::asio;

constexpr std::uint32_t kSlowBodyPieces = 16;

// How an answer ended. Everything but `done` closes the connection.
enum class Outcome { done, left, cut, reset };

std::string_view reason_phrase(std::uint32_t status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        default:
            return "Sample";
    }
}

class Connection {
  public:
    Connection(Worker& worker, std::shared_ptr<Channel> channel) : worker_(worker), channel_(std::move(channel)) {
        worker_.stats.add(Counter::connections);
        worker_.stats.open_connections.fetch_add(1, std::memory_order_relaxed);
    }
    ~Connection() { worker_.stats.open_connections.fetch_sub(1, std::memory_order_relaxed); }
    Connection(const Connection&) = delete;

    net::Awaitable<void> run() {
        if (!co_await channel_->handshake()) co_return;
        auto outcome = Outcome::done;
        while (true) {
            auto read = co_await channel_->read_request();
            if (read == Channel::Read::closed) co_return;
            worker_.stats.in_flight.fetch_add(1, std::memory_order_relaxed);
            if (read == Channel::Read::request) {
                outcome = co_await answer();
            } else {
                keep_alive_ = false;
                outcome = co_await send_error(400, channel_->error(), {});
            }
            worker_.stats.in_flight.fetch_sub(1, std::memory_order_relaxed);
            count(outcome);
            if (outcome != Outcome::done || !keep_alive_) break;
            channel_->drop_request();
        }
        if (outcome == Outcome::reset) channel_->reset();
        co_await channel_->close(outcome == Outcome::done);
    }

  private:
    void count(Outcome outcome) {
        constexpr Counter kCounters[] = {Counter::completed, Counter::aborted, Counter::faulted, Counter::faulted};
        worker_.stats.add(kCounters[static_cast<std::size_t>(outcome)]);
    }

    void append_head(std::uint32_t status, std::string_view content_type) {
        if (status == 200) {
            output_ += "HTTP/1.1 200 OK\r\n";
        } else {
            output_ += "HTTP/1.1 " + std::to_string(status) + " ";
            output_ += reason_phrase(status);
            output_ += "\r\n";
        }
        output_ += "Content-Type: ";
        output_ += content_type;
        output_ += "\r\nX-Request-Id: ";
        output_ += id_;
        output_ += "\r\n";
        if (!keep_alive_) output_ += "Connection: close\r\n";
    }

    void append_length(std::size_t bytes) {
        char digits[24];
        auto length = std::snprintf(digits, sizeof digits, "%zu", bytes);
        output_ += "Content-Length: ";
        output_.append(digits, static_cast<std::size_t>(length));
        output_ += "\r\n\r\n";
    }

    net::Awaitable<Outcome> send_json(std::uint32_t status, std::string_view extra_fields = {}) {
        output_.clear();
        append_head(status, "application/json");
        output_ += extra_fields;
        append_length(body_.size());
        output_ += body_;
        co_return co_await channel_->send(output_) ? Outcome::done : Outcome::left;
    }

    net::Awaitable<Outcome> send_error(std::uint32_t status, std::string_view message, std::string_view code) {
        worker_.stats.add(Counter::bad_requests);
        body_.clear();
        append_error_object(body_, message, error_type(status), code);
        co_return co_await send_json(status);
    }

    // ---- answering

    net::Awaitable<Outcome> answer() {
        // Parsed again: the buffer may have moved since the channel judged it.
        auto head = *parse_request_head(channel_->head());
        auto body = channel_->body();
        keep_alive_ = head.keep_alive;
        std::string_view rest;
        auto endpoint = route(head.path, rest);
        worker_.stats.add_request(endpoint);
        id_ = "chatcmpl-sample-" + std::to_string(worker_.number) + "-" + std::to_string(++worker_.answers);
        bool wants_post = endpoint == Endpoint::chat || endpoint == Endpoint::completions ||
                          endpoint == Endpoint::embeddings || endpoint == Endpoint::stats_reset;
        bool is_post = head.method == "POST";
        if (endpoint == Endpoint::unknown) co_return co_await send_error(404, "no such path", "unknown_url");
        if (endpoint != Endpoint::script && wants_post != is_post) {
            co_return co_await send_error(405, "this path does not take this method", "method_not_allowed");
        }
        if (endpoint >= Endpoint::health) co_return co_await answer_control(endpoint, is_post, body);
        worker_.shared.recorder.record(channel_->head(), body, channel_->peer());
        const auto& key = worker_.shared.options.api_key;
        if (!key.empty() && (!head.authorization.starts_with("Bearer ") || head.authorization.substr(7) != key)) {
            co_return co_await send_error(401, "Incorrect API key provided", "invalid_api_key");
        }
        if (!is_post) co_return co_await answer_models(endpoint, rest);
        if (auto read = request_.read(endpoint, body, worker_.parser); !read) {
            co_return co_await send_error(400, read.error(), {});
        }
        script_ = worker_.default_script();
        auto words = !head.sample_script.empty() ? head.sample_script : std::string_view(request_.script);
        if (!words.empty()) {
            auto script = parse_script(words, script_);
            if (!script) co_return co_await send_error(400, script.error(), "bad_sample_script");
            script_ = *script;
        }
        if (script_.chaos > 0) add_chaos();
        co_return co_await answer_model_request(endpoint);
    }

    // One fault of those that upstreams have, for some requests; the same ones in every run.
    void add_chaos() {
        constexpr std::string_view kFaults[] = {
            "status=500",   "status=429",   "status=503",    "error_body",       "reset_head",           "close_head",
            "garbage=head", "garbage=json", "garbage=chunk", "error_at=2",       "reset_at=2",           "close_at=2",
            "no_done",      "usage=none",   "usage=zero",    "usage=cumulative", "no_finish close_at=3", "split=7"};
        auto& state = worker_.chaos_state;  // Knuth's MMIX generator; its high bits are the good ones
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        const auto random = state >> 33;
        if (random % 1000 >= script_.chaos) return;
        if (auto script = parse_script(kFaults[random / 1000 % std::size(kFaults)], script_)) script_ = *script;
    }

    net::Awaitable<Outcome> answer_control(Endpoint endpoint, bool is_post, std::string_view body) {
        body_ = R"({"status":"ok"})";
        if (endpoint == Endpoint::stats) body_ = worker_.shared.stats_json();
        if (endpoint == Endpoint::stats_requests) body_ = worker_.shared.recorder.json();
        if (endpoint == Endpoint::stats_bills) body_ = worker_.shared.bills.json();
        if (endpoint == Endpoint::stats_reset) worker_.shared.reset_stats();
        if (endpoint == Endpoint::script && is_post) {
            // The words replace what was posted before; the command line's script stays underneath.
            auto script = parse_script(body, worker_.shared.options.script);
            if (!script) co_return co_await send_error(400, script.error(), "bad_sample_script");
            worker_.shared.set_default_script(*script);
        }
        co_return co_await send_json(200);
    }

    void append_model(std::string_view model) {
        body_ += R"({"id":")";
        append_escaped(body_, model);
        body_ += R"(","object":"model","created":1700000000,"owned_by":"sample"})";
    }

    net::Awaitable<Outcome> answer_models(Endpoint endpoint, std::string_view wanted) {
        const auto& models = worker_.shared.options.models;
        body_.clear();
        if (endpoint == Endpoint::model) {
            if (std::ranges::find(models, wanted) == models.end()) {
                co_return co_await send_error(404, "The model does not exist", "model_not_found");
            }
            append_model(wanted);
            co_return co_await send_json(200);
        }
        body_ = R"({"object":"list","data":[)";
        for (const auto& model : models) {
            if (body_.back() != '[') body_ += ',';
            append_model(model);
        }
        body_ += "]}";
        co_return co_await send_json(200);
    }

    net::Awaitable<Outcome> answer_model_request(Endpoint endpoint) {
        if (script_.close) keep_alive_ = false;
        bool timed = request_.stream || script_.ttft_ms > 0 || script_.slow_body_ms > 0 || script_.stall_head ||
                     script_.stall_at != kUnset;
        if (timed) channel_->start_watch();
        auto outcome = co_await answer_as_scripted(endpoint);
        if (timed) channel_->stop_watch();
        co_return outcome;
    }

    net::Awaitable<Outcome> answer_as_scripted(Endpoint endpoint) {
        bool streams = request_.stream && endpoint != Endpoint::embeddings;
        answer_.begin(endpoint, request_, script_, id_, ::time(nullptr));
        if (script_.stall_head) {
            co_await stall();
            co_return bill_left(0);
        }
        if (!script_.early_head || !streams) {
            if (!co_await channel_->pause_ms(script_.ttft_ms)) {
                bill(0, false);
                co_return Outcome::left;
            }
        }
        if (script_.reset_head) co_return Outcome::reset;
        if (script_.close_head) co_return Outcome::cut;
        if (script_.garbage == Garbage::head) {
            co_await channel_->send("SSH-2.0-sample this is not HTTP\r\n\r\n");
            co_return Outcome::cut;
        }
        if (script_.status != 200 || script_.error_body) co_return co_await answer_error();
        if (streams) co_return co_await answer_stream();
        co_return co_await answer_plain(endpoint);
    }

    net::Awaitable<Outcome> answer_error() {
        body_.clear();
        append_error_object(body_, "the sample upstream was told to answer this", error_type(script_.status),
                            script_.status == 429 ? "rate_limit_exceeded" : "sample_error");
        std::string fields;
        if (script_.retry_after != kUnset) fields = "Retry-After: " + std::to_string(script_.retry_after) + "\r\n";
        co_return co_await send_json(script_.status, fields);
    }

    // Counts what was generated and what this provider would charge for it.
    void bill(std::uint32_t generated, bool complete) {
        auto all = answer_.completion_tokens();
        if (complete) generated = all;
        auto& stats = worker_.stats;
        stats.add(Counter::prompt_tokens, answer_.prompt_tokens());
        stats.add(Counter::completion_tokens, generated);
        stats.add(Counter::billed_prompt_tokens, answer_.prompt_tokens());
        stats.add(Counter::billed_completion_tokens, script_.abort_stops_billing ? generated : all);
        worker_.shared.bills.record({.id = id_,
                                     .prompt_tokens = answer_.prompt_tokens(),
                                     .generated_tokens = generated,
                                     .billed_tokens = script_.abort_stops_billing ? generated : all,
                                     .complete = complete});
    }

    net::Awaitable<Outcome> answer_plain(Endpoint endpoint) {
        output_.clear();
        body_.clear();
        if (script_.garbage == Garbage::json) {
            body_ = R"({"id":"chatcmpl-sample", this is not JSON)";
        } else if (endpoint == Endpoint::embeddings) {
            append_embeddings(body_, request_, answer_.prompt_tokens());
        } else {
            answer_.append_body(body_);
        }
        if (endpoint == Endpoint::embeddings) {
            worker_.stats.add(Counter::prompt_tokens, answer_.prompt_tokens());
            worker_.stats.add(Counter::billed_prompt_tokens, answer_.prompt_tokens());
            worker_.shared.bills.record({.id = id_, .prompt_tokens = answer_.prompt_tokens(), .complete = true});
        } else {
            // A plain answer is generated whole before its first byte.
            bill(answer_.completion_tokens(), true);
        }
        append_plain_head();
        co_return co_await send_plain_body();
    }

    void append_plain_head() {
        if (script_.framing == Framing::close) keep_alive_ = false;
        append_head(200, "application/json");
        if (script_.garbage == Garbage::chunk) {
            output_ += "Transfer-Encoding: chunked\r\n\r\nzz\r\n";
        } else if (script_.framing == Framing::close) {
            output_ += "\r\n";
        } else {
            append_length(body_.size());
        }
    }

    net::Awaitable<Outcome> send_plain_body() {
        std::string_view body = body_;
        auto fault = std::min({script_.reset_at, script_.close_at, script_.stall_at});
        if (fault != kUnset) {
            output_ += body.substr(0, std::min<std::size_t>(fault, body.size() - 1));
            if (!co_await channel_->send(output_)) co_return Outcome::left;
            co_return co_await fault_now(fault);
        }
        if (script_.slow_body_ms == 0 && script_.split == 0) {
            output_ += body;
            if (!co_await channel_->send(output_)) co_return Outcome::left;
            co_return script_.garbage == Garbage::chunk ? Outcome::cut : Outcome::done;
        }
        if (!co_await channel_->send(output_)) co_return Outcome::left;
        auto piece = script_.split > 0 ? script_.split : body.size() / kSlowBodyPieces + 1;
        auto pause = script_.split > 0 ? script_.split_ms : script_.slow_body_ms / kSlowBodyPieces;
        while (!body.empty()) {
            if (!co_await channel_->pause_ms(pause)) co_return Outcome::left;
            if (!co_await channel_->send(body.substr(0, piece))) co_return Outcome::left;
            body.remove_prefix(std::min<std::size_t>(piece, body.size()));
        }
        co_return Outcome::done;
    }

    net::Awaitable<Outcome> stall() {
        co_await channel_->wait_until_gone();
        co_return Outcome::left;
    }

    net::Awaitable<Outcome> fault_now(std::uint32_t at) {
        if (script_.reset_at == at) co_return Outcome::reset;
        if (script_.close_at == at) co_return Outcome::cut;
        co_return co_await stall();
    }

    // ---- streams

    net::Awaitable<Outcome> answer_stream() {
        body_.clear();
        output_.clear();
        if (script_.framing == Framing::close) keep_alive_ = false;
        append_head(200, "text/event-stream; charset=utf-8");
        output_ += "Cache-Control: no-cache\r\n";
        if (script_.framing == Framing::chunked) output_ += "Transfer-Encoding: chunked\r\n\r\n";
        if (script_.framing == Framing::close) output_ += "\r\n";
        if (script_.early_head) {
            if (!co_await channel_->send(output_)) co_return Outcome::left;
            output_.clear();
            if (!co_await channel_->pause_ms(script_.ttft_ms)) co_return bill_left(0);
        }
        generated_ = 0;
        auto outcome = co_await stream_events();
        bill(generated_, outcome == Outcome::done && script_.error_at == kUnset);
        co_return outcome;
    }

    Outcome bill_left(std::uint32_t generated) {
        bill(generated, false);
        return Outcome::left;
    }

    net::Awaitable<Outcome> stream_events() {
        auto pieces = answer_.pieces();
        auto fault = std::min({script_.reset_at, script_.close_at, script_.stall_at});
        auto fault_at = fault == kUnset ? kUnset : std::min(fault, pieces);
        auto error_at = script_.error_at == kUnset ? kUnset : std::min(script_.error_at, pieces);
        auto next = net::Clock::now();
        answer_.append_start(body_);
        if (!body_.empty() && !co_await flush(false)) co_return Outcome::left;
        for (std::uint32_t i = 0; i <= pieces; ++i) {
            if (i == fault_at || i == error_at || (i == 0 && script_.garbage != Garbage::none)) {
                co_return co_await stream_fault(i == fault_at ? fault : kUnset);
            }
            if (i == pieces) break;
            // The pace is kept against the clock, so that a slow write does not stretch the stream.
            next += std::chrono::milliseconds(script_.token_ms);
            if (script_.token_ms > 0 && !co_await channel_->wait_until(next)) co_return Outcome::left;
            answer_.append_piece(body_, i);
            generated_ = i + 1;
            if ((i + 1) % script_.events_per_write == 0 && !co_await flush(false)) co_return Outcome::left;
        }
        answer_.append_end(body_);
        co_return co_await flush(true) ? Outcome::done : Outcome::left;
    }

    net::Awaitable<Outcome> stream_fault(std::uint32_t fault) {
        if (script_.garbage == Garbage::chunk) {
            output_ += "zz\r\nthis is no chunk\r\n";
            co_await channel_->send(output_);
            co_return Outcome::cut;
        }
        if (fault != kUnset) {
            if (!co_await flush(false, true)) co_return Outcome::left;
            co_return co_await fault_now(fault);
        }
        if (script_.garbage == Garbage::json) {
            answer_.append_garbage_event(body_);
        } else {
            answer_.append_error_event(body_);
        }
        co_return co_await flush(true) ? Outcome::done : Outcome::left;
    }

    // Writes the events gathered in body_, with the head where that is still due. `force` overrides coalescing.
    net::Awaitable<bool> flush(bool last, bool force = false) {
        if (!last && !force && (script_.coalesce || script_.framing == Framing::length)) co_return !channel_->gone();
        if (script_.framing == Framing::length) append_length(body_.size() + (force ? 1 : 0));
        if (script_.split > 0) co_return co_await flush_split(last);
        append_chunk(body_);
        if (last && script_.framing == Framing::chunked) output_ += "0\r\n\r\n";
        bool sent = co_await channel_->send(output_);
        output_.clear();
        body_.clear();
        co_return sent;
    }

    net::Awaitable<bool> flush_split(bool last) {
        std::string_view events = body_;
        while (!events.empty()) {
            append_chunk(events.substr(0, script_.split));
            events.remove_prefix(std::min<std::size_t>(script_.split, events.size()));
            if (last && events.empty() && script_.framing == Framing::chunked) output_ += "0\r\n\r\n";
            if (!co_await channel_->send(output_)) co_return false;
            output_.clear();
            if (!co_await channel_->pause_ms(script_.split_ms)) co_return false;
        }
        body_.clear();
        co_return true;
    }

    void append_chunk(std::string_view bytes) {
        if (bytes.empty()) return;
        if (script_.framing != Framing::chunked) {
            output_ += bytes;
            return;
        }
        char size[24];
        auto length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
        output_.append(size, static_cast<std::size_t>(length));
        output_ += bytes;
        output_ += "\r\n";
    }

    Worker& worker_;
    std::shared_ptr<Channel> channel_;
    std::string output_;  // framed bytes to write
    std::string body_;    // a JSON body, or events not yet framed
    std::string id_;
    ModelRequest request_;
    Script script_;
    Answer answer_;
    std::uint32_t generated_ = 0;
    bool keep_alive_ = true;
};

net::Awaitable<void> serve(Worker& worker, std::shared_ptr<Channel> channel) {
    Connection connection(worker, std::move(channel));
    co_await connection.run();
}

}  // namespace

void start_connection(Worker& worker, net::Socket socket, asio::ssl::context* tls) {
    auto channel = std::make_shared<Channel>(std::move(socket), tls);
    asio::co_spawn(worker.context, serve(worker, std::move(channel)), asio::detached);
}

}  // namespace sample
